//! Removes passcodes of meetings within lines and addresses.

/// The words that come before a passcode.
const PASSCODES: [&str; 8] = [
    "meeting passcode",
    "meeting password",
    "webinar passcode",
    "webinar password",
    "access code",
    "passcode",
    "password",
    "kenncode",
];

/// Returns a line without its passcodes, or `None` if it has none.
pub(super) fn without_passcode(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let matches = PASSCODES.iter().flat_map(|word| lower.match_indices(word));
    let mut words: Vec<(usize, usize)> = matches.map(|(at, word)| (at, word.len())).collect();
    words.sort_unstable_by_key(|(at, length)| (*at, std::cmp::Reverse(*length)));
    let (mut out, mut from) = (String::new(), 0);
    for (start, length) in words {
        let is_word = !lower[..start].ends_with(|c: char| c.is_alphanumeric());
        if start < from || !is_word {
            continue;
        }
        let Some(code) = code(&lower[start + length..]) else { continue };
        let before = line[from..start].trim_end_matches([' ', ',', ';', '(', '|', '/', '-', '–']);
        out.push_str(before);
        let is_within = line[from + before.len()..start].contains('(');
        from = start + length + code;
        if is_within && line[from..].starts_with(')') {
            from += 1;
        }
    }
    (from > 0).then(|| out + &line[from..])
}

/// Returns the length of the separator and the code after a word such as "passcode".
fn code(after: &str) -> Option<usize> {
    let rest = after.trim_start_matches(['*', ' ', '\u{a0}']);
    let rest = rest.strip_prefix([':', '=']).or_else(|| rest.strip_prefix("is "))?;
    let rest = rest.trim_start_matches(['*', ' ', '\u{a0}', '\\']);
    let end = rest.find(|c: char| c.is_whitespace() || ",;)|".contains(c)).unwrap_or(rest.len());
    let word = rest[..end].trim_end_matches(['.', '\\', '*']);
    (!word.is_empty()).then(|| after.len() - rest.len() + word.len())
}

/// Returns a line without the passcodes in its addresses, such as `?pwd=...`.
pub(super) fn without_query(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("pwd=") {
        let (before, after) = rest.split_at(at);
        if !before.ends_with(['?', '&']) {
            out.push_str(&rest[..at + 4]);
            rest = &rest[at + 4..];
            continue;
        }
        let is_end = |c: char| c.is_whitespace() || "&)>]\"<\\".contains(c);
        let after = &after[after.find(is_end).unwrap_or(after.len())..];
        match after.strip_prefix('&') {
            Some(further) => {
                out.push_str(before);
                rest = further;
            }
            None => {
                out.push_str(&before[..before.len() - 1]);
                rest = after;
            }
        }
    }
    out + rest
}
