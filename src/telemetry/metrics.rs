//! Prints the metrics in OpenMetrics 1.0, the format that Prometheus reads.

use std::fmt::{Error, Write as _};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::Telemetry;
use super::status::Outcome;

/// The media type of [`Telemetry::metrics`].
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Telemetry {
    /// Returns all metrics, as of an instant.
    pub fn metrics(self: &Arc<Self>, now: DateTime<Utc>) -> String {
        // Each scrape has its own registry, so that values read at one instant belong together.
        let mut registry = Registry::with_prefix("convene");
        self.counts.register(&mut registry);
        registry.register_collector(Box::new(Scrape { telemetry: Arc::clone(self), now }));
        let mut text = String::new();
        if encode(&mut text, &registry).is_err() {
            // Writing into a string does not fail. A scraper would reject a text without the end mark.
            text.clear();
            let _ = text.write_str("# EOF\n");
        }
        text
    }
}

#[derive(Debug)]
struct Scrape {
    telemetry: Arc<Telemetry>,
    now: DateTime<Utc>,
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut sheet = Sheet(encoder);
        self.losses(&mut sheet)?;
        self.links(&mut sheet)?;
        self.editions(&mut sheet)
    }
}

impl Scrape {
    fn losses(&self, sheet: &mut Sheet<'_>) -> Result<(), Error> {
        let refusals = self
            .telemetry
            .refusals
            .counts()
            .map(|(kind, count)| ([("kind", kind.as_str())], count));
        sheet.counters("refusals", "Refused connections and requests, by kind", None, refusals)?;
        let dropped = [(NONE, self.telemetry.watch.dropped.count())];
        sheet.counters("log_dropped", "Log lines dropped because nothing read them", None, dropped)
    }

    fn links(&self, sheet: &mut Sheet<'_>) -> Result<(), Error> {
        let links = self.telemetry.links.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fetches = links
            .fetches()
            .into_iter()
            .map(|(feed, family, count)| ([("feed", feed), ("client", family.as_str())], count));
        let help = "Fetches of feeds by the id in their address and by client; not subscribers";
        sheet.counters("feed_fetches", help, None, fetches)?;
        let clicks = links.rows();
        let clicks = clicks.iter().map(|(click, count)| {
            let labels = [("of", click.of.as_str()), ("to", click.to), ("via", &click.via)];
            (labels, *count)
        });
        sheet.counters("link_clicks", "Opened links by target and by newsletter", None, clicks)
    }

    fn editions(&self, sheet: &mut Sheet<'_>) -> Result<(), Error> {
        let status = self.telemetry.status();
        let reloads = Outcome::ALL.into_iter().zip(status.reloads);
        let reloads = reloads.map(|(outcome, count)| ([("outcome", outcome.as_str())], count));
        sheet.counters("reloads", "Reloads by outcome", None, reloads)?;
        let age = |since: Option<DateTime<Utc>>| {
            since.map(|since| (NONE, (self.now - since).as_seconds_f64().max(0.0)))
        };
        let seconds = Some(&Unit::Seconds);
        let help = "Age of the served edition";
        sheet.gauges("edition_age", help, seconds, age(status.made))?;
        let help = "Time since a session was last changed";
        sheet.gauges("change_age", help, seconds, age(status.changed))?;
        let sessions = [(NONE, status.sessions)];
        sheet.gauges("sessions", "Sessions in the served edition", None, sessions)?;
        let findings = ["error", "warning"].into_iter().zip(status.findings);
        let findings = findings.map(|(severity, count)| ([("severity", severity)], count));
        sheet.gauges("findings", "Findings about the file as last read", None, findings)?;
        let degraded = [(NONE, u32::from(status.degraded(self.now).is_some()))];
        let help = "1 while something needs the operator's attention";
        sheet.gauges("degraded", help, None, degraded)?;
        let not_after = status.certificate.as_ref().and_then(|certificate| certificate.not_after);
        let not_after = not_after.map(|last| (NONE, last.timestamp()));
        let help = "Last second, in Unix time, of the certificate in use";
        sheet.gauges("certificate_not_after", help, seconds, not_after)?;
        let tzdata = [("version", self.telemetry.watch.tzdata.as_str())];
        sheet.info("tzdata", "Version of the time-zone rules", &tzdata)?;
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        sheet.info("build", "Version of the program", &version)
    }
}

const NONE: [(&str, &str); 0] = [];

/// Metrics in the order in which they are written.
struct Sheet<'a>(DescriptorEncoder<'a>);

impl Sheet<'_> {
    fn counters<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<&Unit>,
        rows: impl IntoIterator<Item = (L, impl EncodeCounterValue)>,
    ) -> Result<(), Error> {
        let mut metric = self.0.encode_descriptor(name, help, unit, MetricType::Counter)?;
        for (labels, value) in rows {
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&value, None)?;
        }
        Ok(())
    }

    fn gauges<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<&Unit>,
        rows: impl IntoIterator<Item = (L, impl EncodeGaugeValue)>,
    ) -> Result<(), Error> {
        let mut metric = self.0.encode_descriptor(name, help, unit, MetricType::Gauge)?;
        for (labels, value) in rows {
            metric.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    fn info(&mut self, name: &str, help: &str, labels: &impl EncodeLabelSet) -> Result<(), Error> {
        self.0.encode_descriptor(name, help, None, MetricType::Info)?.encode_info(labels)
    }
}
