//! Selects the content coding for a client (RFC 9110 section 12.5.3).

use hyper::header::{ACCEPT_ENCODING, HeaderMap};

use crate::site::{Coding, Representation, Resource};

/// Returns the representation with the highest weight; among equal weights, it returns the smallest. If no available
/// coding is acceptable, it returns identity, because a body in an unwanted coding is better than none (section 12.5.3,
/// at the end).
pub(super) fn choose<'a>(resource: &'a Resource, headers: &HeaderMap) -> &'a Representation {
    let mut codings = resource.codings().peekable();
    if codings.peek().is_none() {
        return resource.identity();
    }
    let weights = Weights::read(headers);
    let acceptable = std::iter::once(Coding::Identity)
        .chain(codings)
        .filter(|coding| weights.of(*coding) > 0)
        .max_by_key(|coding| (weights.of(*coding), *coding));
    resource.form(acceptable.unwrap_or(Coding::Identity))
}

/// The weight of each coding in thousandths.
struct Weights {
    identity: Option<u16>,
    gzip: Option<u16>,
    brotli: Option<u16>,
    any: Option<u16>,
}

impl Weights {
    fn read(headers: &HeaderMap) -> Self {
        let mut weights = Self { identity: None, gzip: None, brotli: None, any: None };
        for line in headers.get_all(ACCEPT_ENCODING) {
            // A line that is not ASCII contains no available coding.
            for item in line.to_str().unwrap_or_default().split(',') {
                let mut parts = item.split(';').map(str::trim);
                let name = parts.next().unwrap_or_default();
                let weight = parts.find_map(weight).unwrap_or(1000);
                let is = |known: &str| name.eq_ignore_ascii_case(known);
                if is("gzip") || is("x-gzip") {
                    weights.gzip = Some(weight);
                } else if is("br") {
                    weights.brotli = Some(weight);
                } else if is("identity") {
                    weights.identity = Some(weight);
                } else if name == "*" {
                    weights.any = Some(weight);
                }
            }
        }
        weights
    }

    /// Returns the weight of a coding. Identity is acceptable unless the client excludes it, but any requested coding
    /// is better.
    fn of(&self, coding: Coding) -> u16 {
        match coding {
            Coding::Identity => self.identity.or(self.any).unwrap_or(1),
            Coding::Gzip => self.gzip.or(self.any).unwrap_or(0),
            Coding::Brotli => self.brotli.or(self.any).unwrap_or(0),
        }
    }
}

/// Parses `q=0.5` as 500. An invalid weight counts as 0, so the coding is not used.
fn weight(part: &str) -> Option<u16> {
    let value = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Some(0);
    }
    let digits = fraction.bytes().map(|digit| u16::from(digit - b'0'));
    let thousandths: u16 = digits.zip([100, 10, 1]).map(|(digit, place)| digit * place).sum();
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_thousandths() {
        assert_eq!(weight("q=0.5"), Some(500));
        assert_eq!(weight("q=1"), Some(1000));
        assert_eq!(weight("q=1.000"), Some(1000));
        assert_eq!(weight("q=0"), Some(0));
        assert_eq!(weight("q=0.001"), Some(1));
        assert_eq!(weight("q=2"), Some(0));
        assert_eq!(weight("q=nonsense"), Some(0));
        assert_eq!(weight("level=9"), None);
    }
}
