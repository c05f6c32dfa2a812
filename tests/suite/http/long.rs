//! Responses that take long to make: each client that waits for one gets it in turn, and the server serves all other
//! clients meanwhile.

use crate::support::{Fixture, list, session};

/// Returns a file with so many sessions that rendering them takes a large part of a second in an unoptimized build.
fn many() -> String {
    let sessions = (0..150)
        .map(|n| session(&format!("talk-{n}"), "2026-06-01T10:00:00", ""))
        .collect::<String>();
    list(&sessions)
}

#[test]
fn a_client_that_waits_for_a_slow_response_is_not_disconnected() {
    let fixture = Fixture::new(&many());
    // Nothing is cached, so the server makes each response again. Together they take far longer than the timeout.
    let flags = ["--cache-size", "0", "--write-timeout", "1s", "--at", "2026-03-01T08:00:00Z"];
    let running = fixture.serve(&flags);
    let lengths: Vec<usize> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..24)
            .map(|client| {
                let path = ["/feeds/test.json", "/feeds/test.atom", "/years/2026"][client % 3];
                let running = &running;
                scope.spawn(move || {
                    let answer = running.get(path, &[]);
                    assert_eq!(answer.status, 200, "{path}");
                    answer.body.len()
                })
            })
            .collect();
        for _ in 0..20 {
            assert_eq!(running.get("/sessions/talk-1", &[]).status, 200);
        }
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    for (client, length) in lengths.iter().enumerate() {
        assert_eq!(*length, lengths[client % 3]);
    }
}

#[test]
fn a_slow_response_has_the_usual_headers() {
    let fixture = Fixture::new(&many());
    let running = fixture.serve(&["--at", "2026-03-01T08:00:00Z"]);
    let first = running.get("/feeds/test.json", &[]);
    let tag = first.header("etag").unwrap().to_owned();
    let again = running.get("/feeds/test.json", &[("If-None-Match", &tag)]);
    assert_eq!((first.status, again.status), (200, 304));
    let head = running.request("HEAD", "/years/2026", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    let length = running.get("/years/2026", &[]).body.len().to_string();
    assert_eq!(head.header("content-length"), Some(length.as_str()));
}
