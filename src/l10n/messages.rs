//! The message catalog: each message of `locales/en-US.ftl` has a method with its id as name and its variables as
//! parameters.
//!
//! The compiler finds unused and unknown messages, and a test compares the list with the file.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::parser::ParserError;

/// The bundled catalog, in Fluent syntax.
pub const ENGLISH: &str = include_str!("../../locales/en-US.ftl");

/// Slots for the variables of a message, until a renderer replaces them with markup. The slots are noncharacters, which
/// no message contains.
pub const SLOTS: [&str; 4] = ["\u{fdd0}", "\u{fdd1}", "\u{fdd2}", "\u{fdd3}"];

pub(super) static RESOURCE: LazyLock<Arc<FluentResource>> = LazyLock::new(|| {
    Arc::new(FluentResource::try_new(ENGLISH.to_owned()).expect("the catalog is well-formed"))
});

static BUNDLED: LazyLock<Messages> = LazyLock::new(|| Messages::new(&BTreeMap::new()));

/// The sentences for readers in one language. A clone shares them.
#[derive(Clone)]
pub struct Messages(Arc<MessageData>);

struct MessageData {
    bundle: FluentBundle<Arc<FluentResource>>,
    /// The messages without variables, in the order of [`IDS`]; empty for the others.
    fixed: Vec<String>,
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").finish_non_exhaustive()
    }
}

impl Messages {
    /// Returns the bundled messages.
    pub fn bundled() -> Self {
        BUNDLED.clone()
    }

    /// Creates the messages with overrides by id. Each override must come from [`super::parse_override`].
    pub fn new(overrides: &BTreeMap<String, String>) -> Self {
        let language = "en-US".parse().expect("it is a language tag");
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Each renderer isolates texts itself: pages use an element, and calendars do not isolate them.
        bundle.set_use_isolating(false);
        bundle.add_resource(Arc::clone(&RESOURCE)).expect("each id is there once");
        for (id, text) in overrides {
            let own = resource(id, text).expect("overrides are checked when read");
            bundle.add_resource_overriding(Arc::new(own));
        }
        let fixed = IDS.iter().map(|(id, variables)| match variables {
            [] => format(&bundle, id, None),
            _ => String::new(),
        });
        let fixed = fixed.collect();
        Self(Arc::new(MessageData { bundle, fixed }))
    }

    fn filled<const N: usize>(
        &self,
        index: MessageIndex,
        values: [(&'static str, FluentValue<'_>); N],
    ) -> String {
        format(&self.0.bundle, IDS[index as usize].0, Some(&values.into_iter().collect()))
    }
}

/// Parses the resource of one override; `text` is the part after the equals sign.
pub(super) fn resource(id: &str, text: &str) -> Result<FluentResource, Vec<ParserError>> {
    FluentResource::try_new(format!("{id} ={text}\n")).map_err(|(_, errors)| errors)
}

fn format(
    bundle: &FluentBundle<Arc<FluentResource>>,
    id: &str,
    values: Option<&FluentArgs<'_>>,
) -> String {
    let message = bundle.get_message(id).and_then(|message| message.value());
    let pattern = message.expect("a test compares the list with the catalog");
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, values, &mut errors).into_owned();
    debug_assert!(errors.is_empty(), "{id}: {errors:?}");
    text
}

/// Returns the ids of all messages with the names of their variables, in the order of the catalog.
pub fn ids() -> &'static [(&'static str, &'static [&'static str])] {
    IDS
}

macro_rules! messages {
    ($($name:ident $(($($variable:ident),+))?;)*) => {
        pub(super) const IDS: &[(&str, &[&str])] =
            &[$((stringify!($name), &[$($(stringify!($variable)),+)?])),*];

        #[expect(non_camel_case_types, reason = "each variant is the id of a message")]
        enum MessageIndex { $($name),* }

        impl Messages {
            $(messages!(@ $name $(($($variable),+))?);)*
        }
    };
    (@ $name:ident) => {
        pub(crate) fn $name(&self) -> &str {
            &self.0.fixed[MessageIndex::$name as usize]
        }
    };
    (@ $name:ident ($($variable:ident),+)) => {
        pub(crate) fn $name<'v>(&self, $($variable: impl Into<FluentValue<'v>>),+) -> String {
            self.filled(MessageIndex::$name, [$((stringify!($variable), $variable.into())),+])
        }
    };
}

messages! {
    all_sessions;
    all_sessions_of(calendar);
    subscribe;
    register;
    join;
    add_to(app);
    add_to_other;

    register_for(title);
    join_in(title);
    add_title_to(app, title);
    add_title_to_other(title);
    subscribe_in(app, feed);
    address_changed;

    online;
    place_and_online(place);

    session_cancelled;
    session_over;
    session_tentative;
    session_removed;
    session_planned;
    registration_opens(when);
    registration_closes(when);
    registration_full;
    registration_closed;
    session_moved(before, after);

    place_added(place);
    place_changed(before, after);
    place_removed(place);
    register_added;
    register_changed;
    register_removed;
    join_added;
    join_changed;
    join_removed;

    page_title(title, calendar);
    hosted_by(organizer);
    your_time(time);
    copy;
    copied;

    upcoming;
    past;
    date_to_be_announced;
    no_sessions;
    next_of_all(shown, all);
    subscribe_to_all_sessions;
    subscribe_to_series;
    sessions_by_year;
    years;
    sessions_in_year(year);

    session_summary(when, text);
    speakers(count);
    speaker_about(name, about);
    access(access);
    watch_recording;
    slides;
    more_about_session;
    add_session;
    copy_stays;
    any_other_app;
    or_subscribe;
    subscription_updates;
    all_of_feed(feed);

    next_of_feed(shown, all);
    new_sessions_appear;
    address_for_others;
    others;
    others_how(add, subscribe, internet);
    other_add;
    other_subscribe;
    other_internet;
    yahoo_how(follow);
    yahoo_follow;
    android;
    android_how(google);
    android_without_computer;
    how_fast;
    how_fast_text;
    no_sessions_in_frame;
    calendar_ended;

    apple_open;
    apple_nothing_happens;
    apple_in_apps;
    apple_iphone;
    apple_mac;
    apple_address(address);
    apple_others;

    not_found_title;
    not_found;
    not_found_text;
    gone_title;
    gone;
    bad_request_title;
    bad_request;
    bad_request_text;
    too_long_title;
    too_long;
    too_long_text;
    not_allowed_title;
    not_allowed;
    precondition_failed_title;
    precondition_failed;

    atom_cancelled(title);
    atom_tentative(title);
    atom_moved(title);
    atom_summary(when, news);
    atom_recording(title);
    atom_slides(title);
    atom_more;

    newsletter_title(title);
    newsletter_loopback(address);
    newsletter_how;
    newsletter_page;
    newsletter_preview;
    newsletter_copy;
    newsletter_plain_text;
    newsletter_changed;
    newsletter_changed_how;

    block_none;
    block_cancelled;
    block_more(count);
    block_subscribe(feed);
    block_updates(link);
    block_speakers(count, names);
    block_about;
    block_address;
    block_was(when);
    block_now(when);
    block_more_changed(count);

    event_cancelled_title(title);
    event_cancelled;
    event_register(address);
    event_join(address);
    event_recording(address);
    event_slides(address);
    event_speaker(speaker);
    event_access(access);
    event_about(address);
    event_all(address);
    event_join_label;

    ended_title(feed);
    ended_text;
    ended_all(calendar, address);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        shared(&Messages::bundled());
    }

    #[test]
    fn a_number_chooses_the_sentence() {
        let messages = Messages::bundled();
        assert_eq!(messages.block_more(1), "And one more session.");
        assert_eq!(messages.block_more(3), "And 3 more sessions.");
    }
}
