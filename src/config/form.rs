//! Reads texts in a certain format, with help for texts in another format.

use super::context::Located;
use super::table::Table;
use super::{languages, lengths, links, wording};
use crate::diagnostic::Code;
use crate::model::{NOT_WHOLE, TextError};

impl Table<'_> {
    /// Parses a text. For common mistakes, the help has the value in the accepted format.
    pub(super) fn form<T>(
        &self,
        key: &str,
        form: Code,
        text: Located<&str>,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Option<Located<T>> {
        match parse(text.value) {
            Ok(value) => {
                if let Some(finding) =
                    links::invisible(key, text.value, &text.span).filter(|_| form == Code::BadUrl)
                {
                    self.context().push(finding);
                }
                Some(Located { value, span: text.span })
            }
            Err(error) => {
                let mut finding = wording::problem(key, form, &error, text.span);
                let offered = match form {
                    _ if matches!(error, TextError::LineBreak(_)) => {
                        Some(text.value.split_whitespace().collect::<Vec<_>>().join(" "))
                    }
                    Code::BadUrl => links::meant(text.value).map(|url| match parse(&url) {
                        Ok(_) => url,
                        Err(_) => url.split(['?', '#']).next().unwrap_or_default().to_owned(),
                    }),
                    _ if key == "language" => languages::meant(text.value).map(ToOwned::to_owned),
                    _ if key == "email" => wording::mailbox(text.value),
                    _ => lengths::of_text(text.value).filter(|_| lengths::is_of_length(key)),
                };
                if let Some(offered) = offered.filter(|offered| parse(offered).is_ok()) {
                    let joined = text.value.replace(' ', "");
                    finding = finding.help(match self.is_list(key) {
                        _ if offered.matches("%20").count() > text.value.matches("%20").count() => format!(
                            "write `{key} = \"{offered}\"`; if the space is a mistake, `{key} = \"{joined}\"`"
                        ),
                        true => format!("write \"{offered}\" in place of it"),
                        false => format!("write `{key} = \"{offered}\"`"),
                    });
                } else if form == Code::BadUrl && text.value.contains('@') {
                    finding = finding.help(wording::mail_for_url(key, text.value));
                } else if let Some(number) =
                    wording::phone(text.value).filter(|_| form == Code::BadUrl)
                {
                    finding = finding.help(format!(
                        "a phone number is no web address: delete the line, and write the number into `description`, such as `By phone: {number}`"
                    ));
                } else if error == NOT_WHOLE {
                    finding = finding.help(format!(
                        "write the whole address, as in `{key} = \"https://example.org/page\"`, or delete the line"
                    ));
                } else if lengths::is_of_length(key) && matches!(error, TextError::Form(_)) {
                    finding = finding.help("write a number with m for minutes, h for hours or d for days, such as \"90m\"");
                }
                self.context().push(finding);
                None
            }
        }
    }
}
