//! No text runs as a script, even without a Content-Security-Policy.

use serde_json::json;

use super::webdriver::Browser;
use crate::injection::one_line;
use crate::payloads::PAYLOADS;
use crate::samples::everywhere;
use crate::support::{BEFORE, Fixture};

/// The attacks call these functions; the script replaces them, so that the test notices an attack.
const TRAP: &str =
    "window.__ran = []; for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
                    window[name] = (...said) => { window.__ran.push(name + said) };";

/// This script lists the forbidden elements in the open page.
const FOUND: &str = r#"
    const found = [...(window.__ran || ["no trap"])];
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        if (/^on/i.test(name)) found.push(element.tagName + " " + name);
        if (/^(href|src|action|formaction|data|xlink:href|srcdoc)$/i.test(name)) {
          const scheme = new URL(value, location).protocol;
          if (!["http:", "https:", "mailto:", "tel:", "webcal:"].includes(scheme))
            found.push(element.tagName + " " + name + "=" + value);
        }
      }
      if (/^(iframe|frame|object|embed|base|form|video|audio|math|foreignobject)$/i.test(element.localName))
        found.push(element.tagName);
    }
    for (const script of document.scripts) {
      const data = script.type === "application/ld+json";
      const ours = /^\/script-[0-9a-f]+\.js$/.test(script.getAttribute("src")) && !script.text;
      if (!data && !ours) found.push(script.outerHTML);
      if (data) JSON.parse(script.text);
    }
    for (const element of document.querySelectorAll("summary, [autofocus], a:not([href])")) element.click();
    return found.concat(window.__ran || []);
"#;

#[test]
#[ignore = "needs chromium and chromedriver"]
fn no_text_of_any_key_runs_in_any_document() {
    let browser = Browser::start();
    // Without the policy, only escaping protects the page.
    browser.devtools("Page.enable", json!({}));
    browser.devtools("Page.setBypassCSP", json!({ "enabled": true }));
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": TRAP }));
    let mut wrong = Vec::new();
    for payload in PAYLOADS {
        let fixture = Fixture::new(&everywhere(&one_line(payload), payload));
        let running = fixture.serve(&["--at", BEFORE]);
        for path in ["/feeds/some", "/feeds/some/newsletter", "/sessions/one", "/feeds/some.atom"] {
            browser.open(&format!("http://{}{path}", running.address));
            let dialog = browser.dialog();
            let found = browser.run(FOUND);
            if dialog || found != json!([]) {
                wrong.push(format!("{path} with {payload:?}: {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_trap_catches_scripts() {
    let browser = Browser::start();
    browser.devtools("Page.enable", json!({}));
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": TRAP }));
    let folder = tempfile::tempdir().unwrap();
    for attack in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=javascript:alert(1)>x</a>",
        "<iframe srcdoc=x></iframe>",
    ] {
        let file = folder.path().join("attack.html");
        std::fs::write(&file, attack).unwrap();
        browser.open(&format!("file://{}", file.display()));
        assert_ne!(browser.run(FOUND), json!([]), "{attack}");
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn our_own_pages_keep_to_their_policy() {
    let browser = Browser::start();
    let watch = "window.__broken = []; document.addEventListener('securitypolicyviolation', \
                 event => window.__broken.push(event.violatedDirective + ' ' + event.blockedURI));";
    browser.devtools("Page.enable", json!({}));
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": watch }));
    for sample in crate::samples::all().into_iter().filter(|sample| sample.name == "rich") {
        let fixture = sample.fixture();
        let site = fixture.publish(sample.at).site;
        let running = fixture.serve(&["--at", sample.at]);
        let documents = site.documents().filter(|(_, resource)| {
            let headers = &resource.identity().headers;
            resource.identity().status == 200
                && headers["content-type"].as_bytes().starts_with(b"text/html")
        });
        for (path, _) in documents {
            browser.open(&format!("http://{}{path}", running.address));
            assert_eq!(browser.run("return window.__broken"), json!([]), "{path}");
        }
    }
}
