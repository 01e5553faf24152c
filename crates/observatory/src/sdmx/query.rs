//! The parts of a query: what stands behind the `?`, and lists of ids.

use super::{Api, Fault};
use chrono::DateTime;
use olshem_model::TimePeriod;
use percent_encoding::percent_decode_str;
use std::time::{Duration, SystemTime};

/// Parameters that a later standard (3.1) has.
const LATER: &[&str] = &["asOf", "limit", "offset", "reportingYearStartDay", "sort"];

/// What stands behind the `?`.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// A `+` is one here, and no space: it joins conditions.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let decoded = |text: &str| {
            let text = percent_decode_str(text).decode_utf8();
            text.map(|text| text.into_owned())
                .map_err(|_| Fault::syntax("The query is not written in UTF-8"))
        };
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            let is_known = pairs.iter().any(|(known, _)| *known == name);
            // Conditions on a component may be several, and hold together.
            if is_known && !name.starts_with("c[") {
                return Err(Fault::syntax(format!("`{name}` is said twice")));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The conditions on components: `c[ID]=…`.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, value)| {
            let id = name.strip_prefix("c[")?.strip_suffix(']')?;
            Some((id, value.as_str()))
        })
    }

    /// A whole number of at least 1.
    pub(super) fn count(&self, name: &str) -> Result<Option<usize>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| *number > 0);
        number.map(Some).ok_or_else(|| Fault::syntax(format!("`{name}` takes a positive number")))
    }

    /// A moment.
    pub(super) fn moment(&self, name: &str) -> Result<Option<SystemTime>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let message = format!("`{name}` takes a moment such as 2026-01-31T12:00:00Z");
        moment(text).map(Some).ok_or_else(|| Fault::syntax(message))
    }

    /// Refuses parameters other than these.
    pub(super) fn only(&self, names: &[&str], conditions: bool) -> Result<(), Fault> {
        let is_known = |name: &str| {
            name == "format"
                || names.contains(&name)
                || (conditions && name.starts_with("c[") && name.ends_with(']'))
        };
        match self.0.iter().find(|(name, _)| !is_known(name)) {
            Some((name, _)) if LATER.contains(&name.as_str()) => {
                Err(Fault::not_implemented(format!("`{name}` is not served here")))
            }
            Some((name, _)) => {
                Err(Fault::syntax(format!("`{name}` is no parameter of this query")))
            }
            None => Ok(()),
        }
    }
}

/// A moment as XML Schema writes it, to the second; or the beginning of a period. Without an offset it
/// is one of UTC.
pub(crate) fn moment(text: &str) -> Option<SystemTime> {
    // A client may leave a `+` as it is, which in a query is a space to many.
    let text = text.replace(' ', "+");
    let text = match text.parse::<TimePeriod>() {
        Ok(period) => format!("{}T00:00:00Z", period.start()),
        Err(_) => text,
    };
    let moment = DateTime::parse_from_rfc3339(&text);
    let moment = moment.or_else(|_| DateTime::parse_from_rfc3339(&format!("{text}Z")));
    // Before 1970 is before all.
    let seconds = u64::try_from(moment.ok()?.timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// The ids, or versions, that a part of a path means.
#[derive(Debug)]
pub(super) struct Ids(Vec<String>);

impl Ids {
    /// What is left out means `default`.
    pub(super) fn parse(api: Api, part: Option<&&str>, default: &str) -> Result<Self, Fault> {
        let text = part.copied().filter(|part| !part.is_empty()).unwrap_or(default);
        let is_fine = |c: char| c.is_ascii_alphanumeric() || "_@$-.*+~,".contains(c);
        if !text.chars().all(is_fine) {
            return Err(Fault::syntax("An id has a character that none may have"));
        }
        let separator = match api {
            Api::V21 => '+',
            Api::V30 => ',',
        };
        // A lone `+` is a version of API 2: the latest.
        let ids = match text {
            "+" => vec![text],
            _ => text.split(separator).collect(),
        };
        if ids.iter().any(|id| id.is_empty()) {
            return Err(Fault::syntax("An id in a list is empty"));
        }
        Ok(Self(ids.into_iter().map(str::to_owned).collect()))
    }

    /// Any of them, `all` and `*` being everything.
    pub(super) fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        self.is_all() || self.0.iter().any(|id| is(id))
    }

    pub(super) fn is_all(&self) -> bool {
        self.0.iter().any(|id| matches!(id.as_str(), "all" | "*"))
    }
}
