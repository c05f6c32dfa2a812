//! QR codes: the test paints the drawing pixel by pixel and passes it to a decoder.

use crate::support::{BEFORE, EXAMPLE, Fixture, body, list, session};

/// The width and height of a module in pixels.
const DOTS: usize = 4;

/// Returns the modules of a drawing; dark ones are true. The drawing must contain only the two expected paths.
fn modules(svg: &str) -> Vec<Vec<bool>> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let root = document.root_element();
    let names: Vec<&str> = root
        .descendants()
        .skip(1)
        .map(|node| node.tag_name().name())
        .filter(|n| !n.is_empty())
        .collect();
    assert_eq!(names, ["path", "path"]);
    let frame = root.attribute("viewBox").unwrap();
    let side: usize = frame.rsplit(' ').next().unwrap().parse().unwrap();
    assert_eq!(frame, format!("0 0 {side} {side}"));
    let mut paths = root.children().filter(|node| node.is_element());
    let ground = paths.next().unwrap();
    assert_eq!(ground.attribute("fill"), Some("#fff"));
    assert_eq!(ground.attribute("d"), Some(format!("M0 0h{side}v{side}H0z").as_str()));
    let strokes = paths.next().unwrap();
    assert_eq!(
        (strokes.attribute("stroke"), strokes.attribute("stroke-width")),
        (Some("#000"), None)
    );
    let mut grid = vec![vec![false; side]; side];
    for row in strokes.attribute("d").unwrap().split('M').skip(1) {
        let (at, moves) = row.split_at(row.find(['h', 'm']).unwrap());
        let (x, y) = at.split_once(' ').unwrap();
        let (mut x, y): (usize, usize) =
            (x.parse().unwrap(), y.strip_suffix(".5").unwrap().parse().unwrap());
        for (index, _) in moves.match_indices(['h', 'm']) {
            let length = moves[index + 1..].split(['h', 'm', ' ']).next().unwrap();
            let length: usize = length.parse().unwrap();
            if moves[index..].starts_with('h') {
                grid[y][x..x + length].fill(true);
            }
            x += length;
        }
    }
    grid
}

fn decoded(svg: &str) -> (u16, String) {
    let grid = modules(svg);
    let side = grid.len() * DOTS;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        if grid[y / DOTS][x / DOTS] { 0 } else { 255 }
    });
    let found = image.detect_grids();
    assert_eq!(found.len(), 1, "a reader finds one code");
    let (meta, text) = found[0].decode().unwrap();
    (meta.ecc_level, text)
}

/// Level M in the format bits (ISO/IEC 18004 table 12).
const LEVEL_M: u16 = 0;

#[test]
fn every_code_holds_the_address_of_its_page() {
    let toml = EXAMPLE.replace("http://127.0.0.1:8080", "https://org.example/calendar");
    let published = Fixture::new(&toml).publish(BEFORE);
    for page in ["/calendar/sessions/era-of-silos", "/calendar/feeds/2024-series"] {
        let svg = body(&published, &format!("{page}/qr.svg"));
        assert_eq!(decoded(&svg), (LEVEL_M, format!("https://org.example{page}")));
        assert!(published.site.get(page).is_some());
    }
}

#[test]
fn addresses_of_every_length_can_be_read() {
    for length in [1, 30, 90, 200, 400] {
        let url = format!("https://cal.example/{}", "a".repeat(length));
        let one = list(&session("a", "2027-04-27T10:00:00", ""));
        let published = Fixture::new(&one.replace("https://cal.example", &url)).publish(BEFORE);
        let path = format!("/{}/sessions/a/qr.svg", "a".repeat(length));
        assert_eq!(decoded(&body(&published, &path)), (LEVEL_M, format!("{url}/sessions/a")));
    }
}

#[test]
fn four_light_modules_surround_every_code() {
    let published = Fixture::new(EXAMPLE).publish(BEFORE);
    let grid = modules(&body(&published, "/sessions/era-of-silos/qr.svg"));
    let side = grid.len();
    let inside = 4..side - 4;
    for (y, row) in grid.iter().enumerate() {
        for (x, dark) in row.iter().enumerate() {
            assert!(!dark || inside.contains(&x) && inside.contains(&y), "{x} {y}");
        }
    }
    assert!(grid[4][4] && grid[4][side - 5] && grid[side - 5][4], "its corners are dark");
}

#[test]
fn a_code_is_a_small_drawing_that_runs_nothing() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["--at", BEFORE]);
    let answer = running.get("/sessions/era-of-silos/qr.svg", &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/svg+xml")));
    assert!(answer.header("content-security-policy").unwrap().contains("sandbox"));
    assert!(answer.body.len() < 4_000, "{} bytes", answer.body.len());
}
