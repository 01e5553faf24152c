//! Ids, versions, dates and languages as the schemas of SDMX ask for them. What they take already
//! stays as it is.

use super::Version;
use crate::description::identifier;
use olshem_model::Codelist;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// An id (`IDType`): letters, digits, `_`, `-`, `@` and `$`. Anything else becomes `_`.
pub(super) fn id(text: &str) -> Cow<'_, str> {
    if is_id(text) {
        return Cow::Borrowed(text);
    }
    let mut id = String::new();
    for character in text.chars() {
        match is_of_id(character) {
            true => id.push(character),
            false if id.ends_with('_') => {}
            false => id.push('_'),
        }
    }
    if id.is_empty() {
        id.push('_');
    }
    Cow::Owned(id)
}

pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_of_id)
}

fn is_of_id(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '@' | '$')
}

/// An id that begins with a letter (`NCNameIDType`), as components, codelists and concepts have.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    match is_name(text) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(identifier(text)),
    }
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        // As an attribute it would declare a namespace.
        && text != "xmlns"
}

/// An agency: names with points between.
pub(super) fn agency(text: &str) -> Cow<'_, str> {
    if text.split('.').all(is_name) {
        return Cow::Borrowed(text);
    }
    if text.trim().is_empty() {
        return Cow::Borrowed("UNKNOWN");
    }
    let names: Vec<Cow<'_, str>> = text.split('.').map(name).collect();
    Cow::Owned(names.join("."))
}

/// A version. 2.1 knows numbers and points, 3.0 these (of one or two numbers) and semantic versions.
/// None stands for `1.0`, as in 2.1.
pub(super) fn version(text: &str, of: Version) -> Cow<'_, str> {
    let fits = match of {
        Version::V21 => !text.is_empty() && text.split('.').all(is_number),
        Version::V30 => is_version_30(text),
    };
    if fits {
        return Cow::Borrowed(text);
    }
    let numbers: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .take_while(|part| is_number(part))
        .take(3)
        .map(|number| match number.trim_start_matches('0') {
            "" => "0",
            number => number,
        })
        .collect();
    match numbers.is_empty() {
        true => Cow::Borrowed("1.0"),
        false => Cow::Owned(numbers.join(".")),
    }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

/// Two numbers at most, or three with perhaps an extension. In a reference one of three may have a `+`.
fn is_version_30(text: &str) -> bool {
    let (numbers, extension) = match text.split_once('-') {
        Some((numbers, extension)) => (numbers, Some(extension)),
        None => (text, None),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let plain = |part: &&str| {
        let number = part.strip_suffix('+').filter(|_| parts.len() == 3).unwrap_or(part);
        is_number(number) && (number == "0" || !number.starts_with('0'))
    };
    let extended = |extension: &str| {
        extension.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !(is_number(part) && part.len() > 1 && part.starts_with('0'))
        })
    };
    parts.len() <= 3
        && parts.iter().all(plain)
        && parts.iter().filter(|part| part.ends_with('+')).count() <= 1
        && extension.is_none_or(|e| parts.len() == 3 && !numbers.contains('+') && extended(e))
}

/// Whether a version of 3.0 says by itself that nothing will change any more.
pub(super) fn is_stable(version: &str) -> bool {
    version.split('.').count() == 3 && version.split('.').all(is_number)
}

/// A point in time (`xs:dateTime`); a year, month or day is its beginning.
pub(super) fn date_time(text: &str) -> Option<Cow<'_, str>> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let parts: Vec<&str> = date.split('-').collect();
    let in_range = |part: &&str, width: usize, most: u32| {
        part.len() == width
            && is_number(part)
            && part.parse().is_ok_and(|n| (1..=most).contains(&n))
    };
    let is_date = match &parts[..] {
        [year] => in_range(year, 4, 9999),
        [year, month] => in_range(year, 4, 9999) && in_range(month, 2, 12),
        [year, month, day] => {
            let days = match *month {
                "02" => 29,
                "04" | "06" | "09" | "11" => 30,
                _ => 31,
            };
            let leap = |year: &str| {
                year.parse::<u32>().is_ok_and(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
            };
            in_range(year, 4, 9999)
                && in_range(month, 2, 12)
                && in_range(day, 2, days)
                && ((*month, *day) != ("02", "29") || leap(year))
        }
        _ => false,
    };
    match time {
        _ if !is_date => None,
        Some(time) => (parts.len() == 3 && is_time(time)).then_some(Cow::Borrowed(text)),
        None => {
            let rest = ["-01-01", "-01", ""].get(parts.len() - 1).copied().unwrap_or_default();
            Some(Cow::Owned(format!("{date}{rest}T00:00:00")))
        }
    }
}

fn is_time(time: &str) -> bool {
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let two = |part: &str, most: u32| {
        part.len() == 2 && is_number(part) && part.parse::<u32>().is_ok_and(|n| n <= most)
    };
    let hours_and_minutes = |text: &str, hours: u32| {
        text.split_once(':').is_some_and(|(h, m)| two(h, hours) && two(m, 59))
    };
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts: Vec<&str> = whole.split(':').collect();
    let is_clock = matches!(&parts[..], [h, m, s] if two(h, 23) && two(m, 59) && two(s, 59));
    let is_zone =
        matches!(zone, "" | "Z") || zone.get(1..).is_some_and(|zone| hours_and_minutes(zone, 13));
    is_clock && is_number(fraction) && is_zone
}

/// A language (`xs:language`); `und`, undetermined, where it is none.
pub(super) fn language(tag: &str) -> &str {
    let is_tag = !tag.is_empty()
        && tag.split('-').enumerate().all(|(at, part)| {
            (1..=8).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphabetic() || (at > 0 && b.is_ascii_digit()))
        });
    if is_tag { tag } else { "und" }
}

/// The ids of codes that are none themselves, as `65+`; no two of a list have the same.
pub(super) fn ids_of_codes(list: &Codelist) -> HashMap<String, String> {
    ids_of(list.items().iter().map(|item| item.code.as_str()))
}

/// The same of any values that have to be ids.
pub(super) fn ids_of<'c>(codes: impl Iterator<Item = &'c str> + Clone) -> HashMap<String, String> {
    if codes.clone().all(is_id) {
        return HashMap::new();
    }
    let mut taken: HashSet<String> =
        codes.clone().filter(|code| is_id(code)).map(str::to_owned).collect();
    let mut ids = HashMap::new();
    for code in codes.filter(|code| !is_id(code)) {
        let short = id(code);
        let mut candidate = short.to_string();
        let mut number = 2_usize;
        while !taken.insert(candidate.clone()) {
            candidate = format!("{short}_{number}");
            number += 1;
        }
        ids.insert(code.to_owned(), candidate);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::{Version, agency, date_time, id, ids_of_codes, language, name, version};
    use olshem_model::Codelist;
    use olshem_model::codelist::Item;

    #[test]
    fn names_are_as_the_schemas_ask() {
        assert_eq!(id("65+"), "65_");
        assert_eq!(id("Общий"), "_");
        assert_eq!(id(""), "_");
        assert_eq!(name("2nd one"), "C2nd_one");
        assert_eq!(agency("IMF.STA"), "IMF.STA");
        assert_eq!(agency(""), "UNKNOWN");
        assert_eq!((language("kk"), language("zh-Hans"), language("")), ("kk", "zh-Hans", "und"));
    }

    #[test]
    fn versions_stay_where_they_can() {
        let cases = [
            ("1.0", "1.0", "1.0"),
            ("", "1.0", "1.0"),
            ("2.0.1-draft", "2.0.1", "2.0.1-draft"),
            ("1.2+.0", "1.2", "1.2+.0"),
            ("01.10", "01.10", "1.10"),
            ("1.2.3.4", "1.2.3.4", "1.2.3"),
            ("latest", "1.0", "1.0"),
        ];
        for (text, in_21, in_30) in cases {
            assert_eq!(version(text, Version::V21), in_21, "{text}");
            assert_eq!(version(text, Version::V30), in_30, "{text}");
        }
    }

    #[test]
    fn a_date_becomes_a_point_in_time() {
        let cases = [
            ("2010", Some("2010-01-01T00:00:00")),
            ("2024-02-29", Some("2024-02-29T00:00:00")),
            ("2023-02-29", None),
            ("2020-01-02T03:04:05.5+06:00", Some("2020-01-02T03:04:05.5+06:00")),
            ("2020-01-02T03:04:05Z", Some("2020-01-02T03:04:05Z")),
            ("2020-01T03:04:05Z", None),
            ("20200102 10:00", None),
        ];
        for (text, expected) in cases {
            assert_eq!(date_time(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn no_two_codes_of_a_list_have_one_id() {
        let mut list = Codelist::new("ages");
        for code in ["65_", "65+", "65-", "65*", "T"] {
            list.push(Item { code: code.to_owned(), ..Item::default() }).unwrap();
        }
        let ids = ids_of_codes(&list);
        assert_eq!(ids["65+"], "65__2");
        assert_eq!(ids["65*"], "65__3");
        assert_eq!(ids.len(), 2);
    }
}
