//! Parses the revisions file. Every accepted entry, and its next change, can be written again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::checks::{self, Check};
use super::format::{CALENDAR, SCHEMA, json};
use super::lines::{JsonText, LineError, Member};
use super::schema2::Old;
use super::sums::{self, Summed};
use super::{Revision, Revisions};

/// Parses a revisions file.
///
/// # Errors
/// The line, from 1, and the reason.
pub fn parse(bytes: &[u8]) -> Result<Revisions, (usize, String)> {
    let text = JsonText::new(bytes)?;
    let members = text.members()?;
    let (mut known, mut unknown) = (HashMap::new(), None);
    for member in members {
        match MEMBERS.contains(&member.name.as_str()) {
            true => drop(known.insert(member.name.clone(), member)),
            false => drop(unknown.get_or_insert(member)),
        }
    }
    let mut take = |name: &str| {
        let missing = || (text.last_line(), format!("there is no `{name}`"));
        known.remove(name).ok_or_else(missing)
    };
    let schema = take("schema").map(|member| schema(text, &member));
    // A newer release may have other members, so the schema is checked first.
    let newer = matches!(schema, Ok(Err(_)));
    if !newer && let Some(Member { name, value }) = unknown {
        return Err((text.line(value), format!("unknown field `{name}`")));
    }
    let file = FileParser { text, is_old: schema?? < SCHEMA };
    let calendar = file.calendar(take(CALENDAR).ok(), take(sums::NAME).ok())?;
    let sessions = Arc::new(file.sessions(&take("sessions")?)?);
    // Schema 1 does not have this member.
    let feeds = take("feeds").map_or_else(|_| Ok(BTreeMap::new()), |feeds| file.entries(&feeds))?;
    let resources = file.entries(&take("resources")?)?.into_iter().collect();
    Ok(Revisions { calendar, sessions, feeds, resources })
}

/// The members of a file.
const MEMBERS: [&str; 6] = ["schema", CALENDAR, sums::NAME, "sessions", "feeds", "resources"];

fn schema(text: JsonText<'_>, member: &Member<'_>) -> Result<u32, LineError> {
    let schema: u32 = text.parse(member.value)?;
    let reason = match schema {
        0 => "there is no schema 0".to_owned(),
        1..=SCHEMA => return Ok(schema),
        _ => format!(
            "a newer release wrote it, with schema {schema} where this one knows up to {SCHEMA}; \
             use the newer release"
        ),
    };
    Err((text.line(member.value), reason))
}

/// A file with valid members.
#[derive(Clone, Copy)]
struct FileParser<'t> {
    text: JsonText<'t>,
    /// Whether its schema has no checksums.
    is_old: bool,
}

impl<'t> FileParser<'t> {
    fn calendar(
        self,
        member: Option<Member<'t>>,
        sum: Option<Member<'t>>,
    ) -> Result<Option<String>, LineError> {
        let Some(Member { value, .. }) = member else { return Ok(None) };
        let calendar: Option<String> = self.text.parse(value)?;
        let sum = sum.map(|sum| self.text.parse::<String>(sum.value)).transpose()?;
        self.vouched(&Member { name: CALENDAR.to_owned(), value }, &calendar, sum)?;
        let checked = calendar.as_deref().map_or(Ok(()), checks::line);
        checked.map_err(|reason| (self.text.line(value), reason))?;
        Ok(calendar)
    }

    /// Returns the sessions by id; no two have the same UID. If a merge left a removed session next to another session
    /// with its UID, only the numbers of the removed one count.
    fn sessions(self, sessions: &Member<'t>) -> Result<BTreeMap<String, Arc<Revision>>, LineError> {
        let members = self.text.members_of(sessions.value)?;
        let mut all: BTreeMap<&str, Revision> = BTreeMap::new();
        let mut owners: HashMap<String, &Member<'_>> = HashMap::with_capacity(members.len());
        for member in &members {
            let own = self.session(member)?;
            let Some(owner) = owners.insert(own.uid.clone(), member) else {
                all.insert(&member.name, own);
                continue;
            };
            let first = all.remove(owner.name.as_str()).expect("every owner has an entry");
            if first.removed.is_none() && own.removed.is_none() {
                let (line, name, uid) = (self.text.line(owner.value), &owner.name, &own.uid);
                let reason = format!(
                    "`{}` has the UID `{uid}` of `{name}` in line {line}; delete one of the two lines",
                    member.name
                );
                return Err((self.text.line(member.value), reason));
            }
            let order = |entry: &Revision| (entry.removed.is_none(), entry.sequence);
            let (owner, entry) = match order(&own) > order(&first) {
                true => (member, own.above(&first)),
                false => (owner, first.above(&own)),
            };
            owners.insert(entry.uid.clone(), owner);
            all.insert(&owner.name, entry);
        }
        Ok(all.into_iter().map(|(id, entry)| (id.to_owned(), Arc::new(entry))).collect())
    }

    fn session(self, member: &Member<'t>) -> Result<Revision, LineError> {
        if !self.is_old {
            return self.entry(member);
        }
        let old: Old = self.text.parse(member.value)?;
        self.checked(member, old.into(), false)
    }

    /// Returns the entries of a member that is a map.
    fn entries<T>(self, member: &Member<'t>) -> Result<BTreeMap<String, T>, LineError>
    where
        T: Check + Serialize + DeserializeOwned,
    {
        let members = self.text.members_of(member.value)?;
        members.iter().map(|member| Ok((member.name.clone(), self.entry(member)?))).collect()
    }

    fn entry<T>(self, member: &Member<'t>) -> Result<T, LineError>
    where
        T: Check + Serialize + DeserializeOwned,
    {
        let Summed { entry, sum } = self.text.parse(member.value)?;
        let is_ours = self.vouched(member, &entry, sum)?;
        self.checked(member, entry, is_ours)
    }

    /// Returns whether a value has a valid checksum; false without a checksum.
    fn vouched(
        self,
        member: &Member<'t>,
        value: &impl Serialize,
        sum: Option<String>,
    ) -> Result<bool, LineError> {
        let Some(sum) = sum else { return Ok(false) };
        if !self.is_old && sum == sums::of(&member.name, &json(value)) {
            return Ok(true);
        }
        let line = self.text.line(member.value);
        if self.is_old {
            return Err((line, format!("unknown field `{}`", sums::NAME)));
        }
        let reason = format!(
            "its checksum does not match: the line was damaged, or edited by hand. Restore it from your last commit \
             or backup; after an edit that you want, delete `\"{}\":\"{sum}\"` from the line",
            sums::NAME
        );
        Err((line, reason))
    }

    fn checked<T: Check>(
        self,
        member: &Member<'t>,
        entry: T,
        is_ours: bool,
    ) -> Result<T, LineError> {
        let checked = checks::line(&member.name).and_then(|()| entry.check(is_ours));
        checked.map_err(|reason| (self.text.line(member.value), reason))?;
        Ok(entry)
    }
}
