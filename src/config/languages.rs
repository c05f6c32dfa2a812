//! Recognizes language names other than BCP 47 tags.

/// Returns the tag that a country's code, a three-letter code or an English name stands for. The function returns only
/// tags for words without dates in CLDR: `br` stays Breton.
pub(super) fn meant(tag: &str) -> Option<&'static str> {
    const TAGS: [(&str, &[&str]); 39] = [
        ("ar", &["ara", "arabic", "ae", "eg", "iq"]),
        ("bg", &["bul", "bulgarian"]),
        ("bn", &["ben", "bengali", "bd"]),
        ("ca", &["cat", "catalan"]),
        ("cs", &["ces", "cze", "czech", "cz"]),
        ("da", &["dan", "danish", "dk"]),
        ("de", &["deu", "ger", "german", "at"]),
        ("el", &["ell", "gre", "greek", "gr"]),
        ("en-GB", &["gb"]),
        ("en-US", &["eng", "english", "us"]),
        ("es", &["spa", "spanish", "sp", "castilian"]),
        ("es-MX", &["mx"]),
        ("fil", &["tl", "tagalog"]),
        ("zh-Hant", &["tw", "hk"]),
        ("et", &["est", "estonian"]),
        ("fa", &["fas", "per", "persian", "farsi", "ir"]),
        ("fi", &["fin", "finnish"]),
        ("fr", &["fra", "fre", "french"]),
        ("he", &["heb", "hebrew", "iw", "il"]),
        ("hi", &["hin", "hindi"]),
        ("hr", &["hrv", "croatian"]),
        ("hu", &["hun", "hungarian"]),
        ("id", &["ind", "indonesian", "in"]),
        ("it", &["ita", "italian"]),
        ("ja", &["jpn", "japanese", "jp"]),
        ("ko", &["kor", "korean", "kr"]),
        ("nb", &["nob", "norwegian", "nor"]),
        ("nl", &["nld", "dut", "dutch", "be-nl"]),
        ("pl", &["pol", "polish"]),
        ("pt-BR", &["portuguese", "por"]),
        ("ro", &["ron", "rum", "romanian"]),
        ("ru", &["rus", "russian"]),
        ("sk", &["slk", "slo", "slovak"]),
        ("sl", &["slv", "slovenian"]),
        ("sv", &["swe", "swedish", "se"]),
        ("tr", &["tur", "turkish"]),
        ("uk", &["ukr", "ukrainian", "ua"]),
        ("vi", &["vie", "vietnamese", "vn"]),
        ("zh-Hans", &["zho", "chi", "chinese", "cn"]),
    ];
    let lower = tag.to_ascii_lowercase();
    let language = lower.split('-').next().unwrap_or_default();
    let is = |words: &[&str]| words.contains(&lower.as_str()) || words.contains(&language);
    TAGS.iter().find(|(_, words)| is(words)).map(|(tag, _)| *tag)
}
