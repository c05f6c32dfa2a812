//! Finds the end of a certificate's validity.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore};

/// Returns the last second in which a certificate is valid, in UTC (RFC 5280 section 4.1.2.5), or `None` if it cannot
/// be parsed.
pub(super) fn not_after(certificate: &CertificateDer<'_>) -> Option<DateTime<Utc>> {
    // rustls parses the certificate but gives its dates only in the error for an expired one. At the latest
    // representable time, every certificate has expired, and rustls checks that before the signature.
    let end_of_time = UnixTime::since_unix_epoch(Duration::MAX);
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let nobody = RootCertStore::empty();
    match verify_server_cert_signed_by_trust_anchor(&parsed, &nobody, &[], end_of_time, &[]) {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            DateTime::from_timestamp(i64::try_from(not_after.as_secs()).ok()?, 0)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(is_ca: rcgen::IsCa, year: i32) -> CertificateDer<'static> {
        let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.is_ca = is_ca;
        parameters.not_after = rcgen::date_time_ymd(year, 3, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        parameters.self_signed(&key).unwrap().der().clone()
    }

    #[test]
    fn the_last_second_is_parsed_from_every_format() {
        // The date is a UTCTime until 2049, and a GeneralizedTime from 2050 on. Some certificates sign themselves as an
        // authority.
        for is_ca in [rcgen::IsCa::NoCa, rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained)] {
            for year in [2001, 2049, 2050, 9999] {
                let expected = format!("{year}-03-01T00:00:00Z").parse().unwrap();
                assert_eq!(not_after(&made(is_ca, year)), Some(expected));
            }
        }
    }

    #[test]
    fn bytes_that_are_no_certificate_have_no_end_of_validity() {
        assert_eq!(not_after(&CertificateDer::from(&b"\x30\x03\x02\x01\x05"[..])), None);
    }
}
