//! Fuzzes the import: any bytes give a file without errors, or an error message.
#![no_main]

use std::sync::LazyLock;

use chrono::DateTime;
use convene::config;
use convene::import::{Options, import};
use convene::source::Source;
use convene::zone::Rules;
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::bundled);

fuzz_target!(|bytes: &[u8]| {
    let options = Options {
        name: "fuzz",
        now: DateTime::UNIX_EPOCH,
        until: None,
        from: None,
        zone: None,
        private: false,
    };
    if let Ok(imported) = import(bytes, &options, &RULES) {
        let source = Source::from_bytes("sessions.toml", imported.toml.clone().into_bytes());
        let checked = config::load(&source, &RULES);
        assert!(!checked.findings.has_errors(), "{:?}\n{}", checked.findings, imported.toml);
    }
});
