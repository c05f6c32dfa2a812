//! The pages in Chromium: on a phone and a desktop, light and dark, with a screen reader, printed, and under attack.

mod accessible;
mod keyboard;
mod own_time;
mod reader;
mod scripts;
mod webdriver;

use serde_json::Value;

use webdriver::Browser;

/// Widths in CSS pixels: a small phone and a desktop.
const WIDTHS: [u32; 2] = [360, 1280];

/// Returns the published script of axe-core.
fn axe() -> String {
    let file = std::env::var_os("AXE_JS").expect("AXE_JS names no axe.min.js");
    std::fs::read_to_string(file).unwrap()
}

/// Injects axe-core into the open page, and returns its findings, one per line.
fn findings(browser: &Browser) -> Vec<String> {
    // The run includes all WCAG rules of levels A and AA, and axe-core's best practices.
    let result = browser.run_async(
        "const done = arguments[arguments.length - 1];
         const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
         axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(
           found => done({ rules: found.passes.length, found: found.violations.flatMap(
             rule => rule.nodes.map(node => rule.id + ': ' + rule.help + ' at ' + node.html)) }),
           error => done({ rules: 0, found: [String(error)] }));",
    );
    assert!(result["rules"].as_u64() > Some(5), "axe looked at nothing: {result}");
    result["found"].as_array().unwrap().iter().map(Value::to_string).collect()
}
