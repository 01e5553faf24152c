//! How masks lay out numbers and times in text (reference manual, "Type Conversion and Formatting
//! Mask").

use super::number::round;
use super::span::{Span, days_later, months_later};
use olshem_model::time::Date;
use olshem_model::{DataType, Frequency, TimePeriod};
use std::collections::BTreeMap;

/// How long a mask can be.
const LONGEST: usize = 200;

/// Why a mask, or a text under a mask, is not one.
type Wrong = String;

/// What a value of that type means that is laid out by a mask: its canonical text.
pub(crate) fn parse(text: &str, mask: &str, to: DataType) -> Result<String, Wrong> {
    let text = text.trim();
    let wrong = || format!("\"{text}\" is not laid out as \"{mask}\"");
    match to {
        DataType::Integer | DataType::Number => {
            NumberMask::read(mask)?.parse(text).ok_or_else(wrong)
        }
        DataType::Duration => {
            let layout = Layout::duration(mask)?;
            let (parts, rest) = layout.parse(text).ok_or_else(wrong)?;
            duration(&parts).filter(|_| rest.is_empty()).ok_or_else(wrong)
        }
        DataType::Time => interval(text, mask)?.map(|span| span.to_string()).ok_or_else(wrong),
        _ => {
            let layout = Layout::read(mask)?;
            let (parts, rest) = layout.parse(text).ok_or_else(wrong)?;
            let value = match to {
                DataType::Date => day(&parts).map(|day| day.to_string()),
                _ => period(&parts).map(|period| period.to_string()),
            };
            value.filter(|_| rest.is_empty()).ok_or_else(wrong)
        }
    }
}

/// A value of that type, given as its canonical text, as a mask lays it out.
pub(crate) fn format(text: &str, mask: &str, from: DataType) -> Result<String, Wrong> {
    let wrong = || format!("{text} can't be laid out as \"{mask}\"");
    match from {
        DataType::Integer | DataType::Number => {
            let number: f64 = text.parse().map_err(|_| wrong())?;
            NumberMask::read(mask)?.format(number).ok_or_else(wrong)
        }
        DataType::Duration => {
            let layout = Layout::duration(mask)?;
            layout.format(&duration_parts(text).ok_or_else(wrong)?).ok_or_else(wrong)
        }
        DataType::Time => {
            let span = Span::parse(text).map_err(|_| wrong())?;
            let (start, end) = interval_layouts(mask)?;
            let start = start.format(&day_parts(span.first));
            let end = match end {
                Some(end) => end.format(&day_parts(span.last)).map(|end| format!("/{end}")),
                None => Some(String::new()),
            };
            start.zip(end).map(|(start, end)| start + &end).ok_or_else(wrong)
        }
        _ => {
            let period: TimePeriod = text.parse().map_err(|_| wrong())?;
            let mut parts = day_parts(period.start());
            parts.set('P', i64::from(u32::from(period.frequency().letter())));
            parts.set('p', i64::from(period.ordinal()));
            Layout::read(mask)?.format(&parts).ok_or_else(wrong)
        }
    }
}

/// Whether a mask lays out values of that type.
pub(crate) fn check(mask: &str, of: DataType) -> Result<(), Wrong> {
    if mask.len() > LONGEST {
        return Err(format!("a mask has up to {LONGEST} characters"));
    }
    match of {
        DataType::Integer | DataType::Number => NumberMask::read(mask).map(drop),
        DataType::Duration => Layout::duration(mask).map(drop),
        DataType::Time => interval_layouts(mask).map(drop),
        _ => Layout::read(mask).map(drop),
    }
}

/// One piece of a mask for times.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// The digits of a unit.
    Digits {
        unit: char,
        least: usize,
        most: usize,
    },
    /// A name of a month (`M`) or weekday (`D`), or `am` and `pm` (`a`).
    Word {
        unit: char,
        case: Case,
        length: Option<usize>,
    },
    /// The letter of a frequency.
    Indicator,
    Character(char),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Case {
    Upper,
    Lower,
    Capital,
}

impl Case {
    fn apply(self, word: &str) -> String {
        match self {
            Self::Upper => word.to_uppercase(),
            Self::Lower => word.to_lowercase(),
            Self::Capital => {
                let lower = word.to_lowercase();
                lower[..1].to_uppercase() + &lower[1..]
            }
        }
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The words of masks, the longer before those that they begin with.
const WORDS: [(&str, char, Case); 11] = [
    ("AM/PM", 'a', Case::Upper),
    ("am/pm", 'a', Case::Lower),
    ("MONTH", 'M', Case::Upper),
    ("Month", 'M', Case::Capital),
    ("month", 'M', Case::Lower),
    ("MON", 'm', Case::Upper),
    ("Mon", 'm', Case::Capital),
    ("mon", 'm', Case::Lower),
    ("DAY", 'D', Case::Upper),
    ("Day", 'D', Case::Capital),
    ("day", 'D', Case::Lower),
];

const UNITS: &str = "CYSQMWDhmsdp";

/// The numbers that a time is made of, by the letter of their unit.
#[derive(Clone, Debug, Default)]
struct Parts {
    numbers: BTreeMap<char, i64>,
    /// A year of two digits.
    short_year: bool,
}

impl Parts {
    fn get(&self, unit: char) -> Option<i64> {
        self.numbers.get(&unit).copied()
    }

    fn set(&mut self, unit: char, number: i64) {
        self.numbers.insert(unit, number);
    }

    fn or(&self, unit: char, otherwise: i64) -> i64 {
        self.get(unit).unwrap_or(otherwise)
    }
}

/// A mask for times.
struct Layout(Vec<Piece>);

impl Layout {
    fn read(mask: &str) -> Result<Self, Wrong> {
        let mut pieces = Vec::new();
        let mut rest = mask;
        while let Some(first) = rest.chars().next() {
            if first == '\\' {
                let Some(escaped) = rest[1..].chars().next() else {
                    return Err(format!("the mask \"{mask}\" ends in a reverse slash"));
                };
                pieces.push(Piece::Character(escaped));
                rest = &rest[1 + escaped.len_utf8()..];
            } else if let Some((word, unit, case)) = WORDS.iter().find(|w| rest.starts_with(w.0)) {
                rest = &rest[word.len()..];
                let digits =
                    rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let length = rest[..digits].parse().ok();
                rest = &rest[digits..];
                let (unit, length) = if *unit == 'm' { ('M', Some(3)) } else { (*unit, length) };
                pieces.push(Piece::Word { unit, case: *case, length });
            } else if let Some(after) = rest.strip_prefix('{') {
                let optional = after.split_once('}').filter(|(inside, _)| {
                    let mut letters = inside.chars();
                    letters.next().is_some_and(|unit| {
                        UNITS.contains(unit) && letters.all(|letter| letter == unit)
                    })
                });
                let Some((inside, after)) = optional else {
                    return Err(format!(
                        "braces in the mask \"{mask}\" must hold the digits of one unit"
                    ));
                };
                let unit = inside.chars().next().unwrap_or('Y');
                let least = after.len() - after.trim_start_matches(unit).len();
                pieces.push(Piece::Digits { unit, least, most: inside.len() + least });
                rest = &after[least..];
            } else if first == 'P' {
                pieces.push(Piece::Indicator);
                rest = &rest[1..];
            } else if UNITS.contains(first) {
                let digits = rest.len() - rest.trim_start_matches(first).len();
                pieces.push(Piece::Digits { unit: first, least: digits, most: digits });
                rest = &rest[digits..];
            } else {
                pieces.push(Piece::Character(first));
                rest = &rest[first.len_utf8()..];
            }
        }
        match pieces.iter().all(|piece| matches!(piece, Piece::Character(_))) {
            true => Err(format!("the mask \"{mask}\" has no part of a time")),
            false => Ok(Self(pieces)),
        }
    }

    /// A mask for durations, whose first `P` is often left without a reverse slash.
    fn duration(mask: &str) -> Result<Self, Wrong> {
        let mut layout = Self::read(mask)?;
        if let [first @ Piece::Indicator, _, ..] = &mut layout.0[..] {
            *first = Piece::Character('P');
        }
        Ok(layout)
    }

    /// What a text that begins as laid out says, and what comes after.
    fn parse<'t>(&self, text: &'t str) -> Option<(Parts, &'t str)> {
        let mut parts = Parts::default();
        let mut rest = text;
        for piece in &self.0 {
            match piece {
                Piece::Character(character) => rest = rest.strip_prefix(*character)?,
                Piece::Indicator => {
                    let letter = rest.chars().next()?;
                    let letter = if letter == 'H' { 'S' } else { letter };
                    Frequency::ALL.into_iter().find(|f| f.letter() == letter)?;
                    parts.set('P', i64::from(u32::from(letter)));
                    rest = &rest[1..];
                }
                Piece::Digits { unit, least, most } => {
                    let digits = rest.bytes().take(*most).take_while(u8::is_ascii_digit).count();
                    if digits < *least {
                        return None;
                    }
                    if digits > 0 {
                        parts.set(*unit, rest[..digits].parse().ok()?);
                    }
                    parts.short_year |= *unit == 'Y' && *most <= 2;
                    rest = &rest[digits..];
                }
                Piece::Word { unit: 'a', .. } => {
                    let lower = rest.get(..2)?.to_lowercase();
                    if lower != "am" && lower != "pm" {
                        return None;
                    }
                    rest = &rest[2..];
                }
                Piece::Word { unit, length, .. } => {
                    let names: &[&str] = if *unit == 'M' { &MONTHS } else { &WEEKDAYS };
                    let short = |name: &&str| name.len().min(length.unwrap_or(name.len()));
                    let (at, found) = names.iter().enumerate().find(|(_, name)| {
                        let start = rest.get(..short(name));
                        start.is_some_and(|start| start.eq_ignore_ascii_case(&name[..short(name)]))
                    })?;
                    // The name of a weekday only repeats what the date says.
                    if *unit == 'M' {
                        parts.set('M', at as i64 + 1);
                    }
                    rest = &rest[short(found)..];
                }
            }
        }
        Some((parts, rest))
    }

    fn format(&self, parts: &Parts) -> Option<String> {
        let has = |wanted: char| {
            self.0.iter().any(|piece| match piece {
                Piece::Digits { unit, .. } | Piece::Word { unit, .. } => *unit == wanted,
                _ => false,
            })
        };
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Character(character) => text.push(*character),
                Piece::Indicator => {
                    text.push(char::from_u32(u32::try_from(parts.get('P')?).ok()?)?);
                }
                Piece::Digits { unit, least, most } => {
                    // Days count within the least of the longer units that stand beside them.
                    let number = match unit {
                        'Y' if has('W') => parts.get('w').or(parts.get('Y')),
                        'D' if has('W') => parts.get('u').or(parts.get('D')),
                        'D' if has('M') || parts.get('j').is_none() => parts.get('D'),
                        'D' => parts.get('j'),
                        unit => parts.get(*unit),
                    };
                    let number = number.unwrap_or(0);
                    let number = if *unit == 'Y' && *most == 2 { number % 100 } else { number };
                    let digits = match number == 0 && *least == 0 {
                        true => String::new(),
                        false => format!("{number:0least$}"),
                    };
                    if digits.len() > *most {
                        return None;
                    }
                    text.push_str(&digits);
                }
                Piece::Word { unit: 'a', case, .. } => text.push_str(&case.apply("am")),
                Piece::Word { unit, case, length } => {
                    let (names, at): (&[&str], _) = match unit {
                        'M' => (&MONTHS, parts.get('M')?),
                        _ => (&WEEKDAYS, parts.get('u')?),
                    };
                    let name = names.get(usize::try_from(at - 1).ok()?)?;
                    text.push_str(&case.apply(&name[..name.len().min(length.unwrap_or(99))]));
                }
            }
        }
        Some(text)
    }
}

fn year(parts: &Parts) -> Option<i32> {
    let year = parts.get('Y')?;
    let year = match parts.get('C') {
        Some(century) => century.saturating_mul(100).saturating_add(year % 100),
        // Two digits mean the years from 1969 to 2068, as POSIX has it.
        None if parts.short_year => year + if year < 69 { 2000 } else { 1900 },
        None => year,
    };
    i32::try_from(year).ok()
}

fn ordinal(number: i64) -> Option<u16> {
    u16::try_from(number).ok()
}

fn day(parts: &Parts) -> Option<Date> {
    let (year, day) = (year(parts)?, parts.get('D')?);
    let within = |frequency, number| {
        let period = TimePeriod::new(frequency, year, ordinal(number)?)?;
        let date = days_later(period.start(), i64::from(ordinal(day)?) - 1)?;
        (period.start() <= date && date <= period.end()).then_some(date)
    };
    if let Some(week) = parts.get('W') {
        return within(Frequency::Weekly, week);
    }
    if let Some(month) = parts.get('M') {
        return within(Frequency::Monthly, month);
    }
    match (parts.get('Q'), parts.get('S')) {
        (Some(quarter), _) => within(Frequency::Quarterly, quarter),
        (None, Some(half)) => within(Frequency::SemiAnnual, half),
        (None, None) => within(Frequency::Annual, 1),
    }
}

fn period(parts: &Parts) -> Option<TimePeriod> {
    let year = year(parts)?;
    if let Some(letter) = parts.get('P') {
        let letter = char::from_u32(u32::try_from(letter).ok()?)?;
        let frequency = Frequency::ALL.into_iter().find(|f| f.letter() == letter)?;
        return TimePeriod::new(frequency, year, ordinal(parts.or('p', 1))?);
    }
    if parts.get('D').is_some() {
        return TimePeriod::containing(Frequency::Daily, day(parts)?);
    }
    let finest = [
        ('W', Frequency::Weekly),
        ('M', Frequency::Monthly),
        ('Q', Frequency::Quarterly),
        ('S', Frequency::SemiAnnual),
    ];
    let found = finest.into_iter().find_map(|(unit, f)| Some((f, parts.get(unit)?)));
    let (frequency, number) = found.unwrap_or((Frequency::Annual, 1));
    TimePeriod::new(frequency, year, ordinal(number)?)
}

/// `w` is the year of the week, `j` the day of the year and `u` that of the week.
fn day_parts(day: Date) -> Parts {
    let mut parts = Parts::default();
    let month = i64::from(day.month());
    for (unit, number) in [
        ('C', i64::from(day.year() / 100)),
        ('Y', i64::from(day.year())),
        ('S', (month - 1) / 6 + 1),
        ('Q', (month - 1) / 3 + 1),
        ('M', month),
        ('D', i64::from(day.day())),
        ('j', i64::from(day.day_of_year())),
        ('P', i64::from(u32::from('D'))),
        ('p', i64::from(day.day_of_year())),
    ] {
        parts.set(unit, number);
    }
    if let Some(week) = TimePeriod::containing(Frequency::Weekly, day) {
        parts.set('w', i64::from(week.year()));
        parts.set('W', i64::from(week.ordinal()));
        parts.set('u', i64::from(day.days()) - i64::from(week.start().days()) + 1);
    }
    parts
}

/// The canonical text of a duration.
fn duration(parts: &Parts) -> Option<String> {
    let letter = parts.get('P').and_then(|letter| char::from_u32(u32::try_from(letter).ok()?));
    let number = |unit: char| {
        let counted = if letter == Some(unit) { parts.or('p', 1) } else { 0 };
        parts.or(unit, 0).saturating_add(counted)
    };
    let years = number('Y').saturating_add(number('A'));
    let months = number('M')
        .saturating_add(number('Q').saturating_mul(3))
        .saturating_add(number('S').saturating_mul(6));
    let (weeks, days) = (number('W'), number('D'));
    let iso: String = [(years, 'Y'), (months, 'M'), (weeks, 'W'), (days, 'D')]
        .into_iter()
        .filter(|(number, _)| *number != 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    match (format!("P{iso}").parse::<Frequency>(), iso.is_empty()) {
        (Ok(frequency), _) => Some(frequency.to_string()),
        (Err(_), false) => Some(format!("P{iso}")),
        (Err(_), true) => None,
    }
}

fn duration_parts(text: &str) -> Option<Parts> {
    let mut parts = Parts::default();
    if let Ok(frequency) = text.parse::<Frequency>() {
        parts.set('P', i64::from(u32::from(frequency.letter())));
        parts.set('p', 1);
        let (unit, number) = match frequency {
            Frequency::Annual => ('Y', 1),
            Frequency::SemiAnnual => ('M', 6),
            Frequency::Quarterly => ('M', 3),
            Frequency::Monthly => ('M', 1),
            Frequency::Weekly => ('W', 1),
            Frequency::Daily => ('D', 1),
        };
        parts.set(unit, number);
        return Some(parts);
    }
    let mut rest = text.strip_prefix('P')?;
    let single = rest.chars().filter(|c| !c.is_ascii_digit()).count() == 1;
    while !rest.is_empty() {
        let at = rest.find(|c: char| !c.is_ascii_digit())?;
        let (unit, number) = (rest[at..].chars().next()?, rest[..at].parse().ok()?);
        parts.set(unit, number);
        if single {
            let letter = if unit == 'Y' { 'A' } else { unit };
            parts.set('P', i64::from(u32::from(letter)));
            parts.set('p', number);
        }
        rest = &rest[at + unit.len_utf8()..];
    }
    Some(parts)
}

/// The sides of a mask for intervals; one with a single side is for a day or period.
fn interval_layouts(mask: &str) -> Result<(Layout, Option<Layout>), Wrong> {
    let slash = mask.match_indices('/').map(|(at, _)| at).find(|at| {
        let before = mask[..*at].to_lowercase();
        !before.ends_with("am") && !before.ends_with('\\')
    });
    let side = |mask: &str| match mask.starts_with('P') || mask.starts_with("\\P") {
        true => Layout::duration(mask),
        false => Layout::read(mask),
    };
    match slash {
        Some(at) => Ok((side(&mask[..at])?, Some(side(&mask[at + 1..])?))),
        None => Ok((side(mask)?, None)),
    }
}

fn interval(text: &str, mask: &str) -> Result<Option<Span>, Wrong> {
    let (start, end) = interval_layouts(mask)?;
    let Some(end) = end else {
        let parsed = start.parse(text).filter(|(_, rest)| rest.is_empty());
        let period = parsed.and_then(|(parts, _)| period(&parts));
        return Ok(period.map(|period| Span { first: period.start(), last: period.end() }));
    };
    let sides = || {
        let (from, rest) = start.parse(text)?;
        let (to, rest) = end.parse(rest.strip_prefix('/')?)?;
        if !rest.is_empty() {
            return None;
        }
        match (is_duration(&start), is_duration(&end)) {
            (true, true) => None,
            (true, false) => {
                let last = period(&to)?.end();
                Some(Span { first: later(days_later(last, 1)?, &from, -1)?, last })
            }
            (false, true) => {
                let first = period(&from)?.start();
                Some(Span { first, last: days_later(later(first, &to, 1)?, -1)? })
            }
            (false, false) => {
                Some(Span { first: period(&from)?.start(), last: period(&to)?.end() })
            }
        }
    };
    Ok(sides().filter(|span| span.first <= span.last))
}

fn is_duration(layout: &Layout) -> bool {
    layout.0.first() == Some(&Piece::Character('P'))
}

/// The day a duration later, or earlier.
fn later(day: Date, duration: &Parts, sign: i64) -> Option<Date> {
    let sum = |units: &[(char, i64)]| {
        units.iter().fold(0_i64, |sum, (unit, length)| {
            sum.saturating_add(duration.or(*unit, 0).saturating_mul(*length))
        })
    };
    let months = sum(&[('Y', 12), ('S', 6), ('Q', 3), ('M', 1)]).saturating_mul(sign);
    let days = sum(&[('W', 7), ('D', 1)]).saturating_mul(sign);
    days_later(months_later(day, months)?, days)
}

/// A mask for numbers.
#[derive(Debug, Default)]
struct NumberMask {
    whole: Digits,
    /// The separator and the decimals behind it.
    decimals: Option<(char, Digits)>,
    /// What stands between groups of digits.
    grouping: Option<char>,
    exponent: usize,
}

/// How many digits there can be.
#[derive(Clone, Copy, Debug, Default)]
struct Digits {
    least: usize,
    most: usize,
}

impl NumberMask {
    fn read(mask: &str) -> Result<Self, Wrong> {
        let mut read = Self::default();
        let wrong = || {
            format!(
                "\"{mask}\" is no mask for numbers, which are made of `D`, `E`, `*`, `+`, `.`, `,`"
            )
        };
        for character in mask.chars() {
            let digits = match &mut read.decimals {
                Some((_, digits)) => digits,
                None => &mut read.whole,
            };
            match character {
                'E' => read.exponent += 1,
                _ if read.exponent > 0 => return Err(wrong()),
                'D' => {
                    digits.least += 1;
                    digits.most = digits.most.saturating_add(1);
                }
                '*' => *digits = Digits { least: 0, most: usize::MAX },
                '+' => *digits = Digits { least: digits.least.max(1), most: usize::MAX },
                '.' | ',' => match read.decimals.take() {
                    None => read.decimals = Some((character, Digits::default())),
                    // What looked like the separator stands between groups.
                    Some((before, digits)) if before != character && read.grouping.is_none() => {
                        read.grouping = Some(before);
                        read.whole.least += digits.least;
                        read.whole.most = read.whole.most.saturating_add(digits.most);
                        read.decimals = Some((character, Digits::default()));
                    }
                    Some(_) => return Err(wrong()),
                },
                _ => return Err(wrong()),
            }
        }
        if read.whole.most == 0 && read.decimals.is_none_or(|(_, digits)| digits.most == 0) {
            return Err(wrong());
        }
        Ok(read)
    }

    /// The number as a text that Rust parses.
    fn parse(&self, text: &str) -> Option<String> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let sign = if text.starts_with('-') { "-" } else { "" };
        let (mantissa, exponent) = match unsigned.split_once(['E', 'e']) {
            Some((mantissa, exponent)) if self.exponent > 0 => (mantissa, Some(exponent)),
            None if self.exponent == 0 => (unsigned, None),
            _ => return None,
        };
        let (whole, decimals) = match self.decimals {
            Some((separator, digits)) => match mantissa.split_once(separator) {
                Some((whole, decimals)) if fits(decimals, digits) => (whole, decimals),
                None if digits.least == 0 => (mantissa, ""),
                _ => return None,
            },
            None => (mantissa, ""),
        };
        let whole: String = whole.chars().filter(|c| Some(*c) != self.grouping).collect();
        if !fits(&whole, self.whole) || (whole.is_empty() && decimals.is_empty()) {
            return None;
        }
        let exponent = match exponent {
            Some(exponent) => {
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                let most = Digits { least: 1, most: self.exponent };
                fits(digits, most).then(|| format!("e{exponent}"))?
            }
            None => String::new(),
        };
        let point = if decimals.is_empty() { "" } else { "." };
        let whole = if whole.is_empty() { "0" } else { &whole };
        Some(format!("{sign}{whole}{point}{decimals}{exponent}"))
    }

    fn format(&self, number: f64) -> Option<String> {
        let (separator, decimals) = self.decimals.unwrap_or_default();
        let (mut mantissa, mut exponent) = (number.abs(), 0);
        if self.exponent > 0 && mantissa != 0.0 {
            let wanted = self.whole.least.max(1) as i32 - 1;
            exponent = mantissa.log10().floor() as i32 - wanted;
            mantissa /= 10_f64.powi(exponent);
        }
        let text = match decimals.most {
            usize::MAX => format!("{mantissa}"),
            most => format!("{:.most$}", round(mantissa, most as i32)),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let whole = if whole == "0" && self.whole.least == 0 { "" } else { whole };
        if whole.len() > self.whole.most {
            return None;
        }
        let mut result = if number < 0.0 { "-".to_owned() } else { String::new() };
        let padded = format!("{whole:0>least$}", least = self.whole.least);
        match self.grouping {
            Some(grouping) => {
                for (at, digit) in padded.chars().enumerate() {
                    if at > 0 && (padded.len() - at) % 3 == 0 {
                        result.push(grouping);
                    }
                    result.push(digit);
                }
            }
            None => result.push_str(&padded),
        }
        if whole.is_empty() && padded.is_empty() && fraction.is_empty() {
            result.push('0');
        }
        if self.decimals.is_some() && (!fraction.is_empty() || decimals.least > 0) {
            result.push(separator);
            result.push_str(&format!("{fraction:0<least$}", least = decimals.least));
        }
        if self.exponent > 0 {
            let sign = if exponent < 0 { "-" } else { "" };
            let digits = format!("{:0width$}", exponent.abs(), width = self.exponent);
            if digits.len() > self.exponent {
                return None;
            }
            result.push_str(&format!("E{sign}{digits}"));
        }
        Some(result)
    }
}

fn fits(digits: &str, number: Digits) -> bool {
    (number.least..=number.most).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataType::{Date, Duration, Integer, Number, Time, TimePeriod};
    use proptest::prelude::*;

    #[test]
    fn texts_are_read_as_masks_say() {
        for (to, mask, text, expected) in [
            (Number, "DD.DDD", "12.345", Some("12.345")),
            (Number, "DD.DDD", "12.34", None),
            (Number, "D*.D*", "1234.5", Some("1234.5")),
            (Number, "D*.D*", "1234", Some("1234")),
            (Number, "D+.D+", "1234", None),
            (Number, "D+,D+", "-3,75", Some("-3.75")),
            (Number, "D*.DDD,DD", "1.234,50", Some("1234.50")),
            (Number, "D.DDEE", "1.25E3", Some("1.25e3")),
            (Integer, "DDD", "042", Some("042")),
            (Integer, "DDD", "42x", None),
            (Date, "YYYY-MM-DD", " 2023-04-05 ", Some("2023-04-05")),
            (Date, "YYYY-MM-DD", "2023-04-31", None),
            (Date, "DD/MM/YY", "05/04/23", Some("2023-04-05")),
            (Date, "{D}D.{M}M.YYYY", "5.12.2023", Some("2023-12-05")),
            (Date, "DDmonthYYYY", "01january2025", Some("2025-01-01")),
            (Date, "DDMonYYYY", "01Jan2025", Some("2025-01-01")),
            (Date, "YYYYDDD", "2024060", Some("2024-02-29")),
            (Date, "YYYY-\\WWW-D", "2023-W01-7", Some("2023-01-08")),
            (Date, "YYYY-MM-DDThh:mm:ssZ", "2015-03-03T09:30:45Z", Some("2015-03-03")),
            (TimePeriod, "YYYY\\QQ", "2000Q1", Some("2000-Q1")),
            (TimePeriod, "YYYY-\\QQ", "2000-Q1", Some("2000-Q1")),
            (TimePeriod, "YYYY-Q", "2000-1", Some("2000-Q1")),
            (TimePeriod, "\\QQ-YYYY", "Q1-2000", Some("2000-Q1")),
            (TimePeriod, "YYYY\\QQQ", "2000Q01", Some("2000-Q1")),
            (TimePeriod, "YYYY\\MMM\\DDD", "2000M01D01", Some("2000-01-01")),
            (TimePeriod, "YYYY\\.MM\\.DD", "2000.01.01", Some("2000-01-01")),
            (TimePeriod, "YYYYP{ppp}", "2015Q4", Some("2015-Q4")),
            (TimePeriod, "YYYYP{ppp}", "2015D365", Some("2015-12-31")),
            (TimePeriod, "YYYYP{ppp}", "2015A", Some("2015")),
            (TimePeriod, "YYYY", "2015", Some("2015")),
            (Time, "YYYY-MM-DD/YYYY-MM-DD", "2015-03-03/2018-04-05", Some("2015-03-03/2018-04-05")),
            (
                Time,
                "YYYY-MM-DD/PY\\YM\\MDD\\D",
                "2015-03-03/P1Y2M10D",
                Some("2015-03-03/2016-05-12"),
            ),
            (Time, "\\PY\\Y/YYYY-MM-DD", "P1Y/2018-12-31", Some("2018-01-01/2018-12-31")),
            (Time, "YYYY", "2018", Some("2018-01-01/2018-12-31")),
            (Duration, "P", "Q", Some("Q")),
            (Duration, "\\PYY\\YM\\MDD\\D", "P01Y2M03D", Some("P1Y2M3D")),
            (Duration, "\\PWWW\\W", "P018W", Some("P18W")),
            (Duration, "\\PppP", "P02Q", Some("S")),
            (Duration, "\\PppP", "P10M", Some("P10M")),
        ] {
            assert_eq!(parse(text, mask, to).ok().as_deref(), expected, "{text} as {mask}");
        }
    }

    #[test]
    fn values_are_written_as_masks_say() {
        for (from, mask, value, expected) in [
            (Number, "DDD.DD", "12.345", Some("012.35")),
            (Number, "D*.D*", "1234.5", Some("1234.5")),
            (Number, "D*,DD", "-3", Some("-3,00")),
            (Number, "D.DD", "12", None),
            (Number, "D*,DDD.DD", "1234567.5", Some("1,234,567.50")),
            (Number, "D.DDEE", "1234", Some("1.23E03")),
            (Integer, "DDDD", "42", Some("0042")),
            (Date, "DD/MM/YYYY", "2023-04-05", Some("05/04/2023")),
            (Date, "{D}D-MON-YY", "2023-04-05", Some("5-APR-23")),
            (Date, "Day3, Month", "2023-04-05", Some("Wed, April")),
            (Date, "YYYY-\\WWW", "2021-01-01", Some("2020-W53")),
            (Date, "YYYY\\DDDD", "2024-02-29", Some("2024D060")),
            (Date, "YY-MON-DAY hh:mm:ss", "2023-04-05", Some("23-APR-WEDNESDAY 00:00:00")),
            (TimePeriod, "YYYY\\QQ", "2023-Q4", Some("2023Q4")),
            (TimePeriod, "YYYYPpp", "2023-M04", Some("2023M04")),
            (TimePeriod, "MM/YYYY", "2023-M04", Some("04/2023")),
            (Time, "YYYY-MM/YYYY-MM", "2023-01-01/2023-12-31", Some("2023-01/2023-12")),
            (Duration, "P", "A", Some("A")),
            (Duration, "\\PM\\M", "Q", Some("P3M")),
            (Duration, "\\PppP", "P10M", Some("P10M")),
        ] {
            assert_eq!(format(value, mask, from).ok().as_deref(), expected, "{value} as {mask}");
        }
    }

    proptest! {
        #[test]
        fn any_mask_and_text_is_understood_or_refused(
            mask in "[CYSQMWDhmsdpPaE*+.,/{}\\\\ -]{0,24}",
            text in "[0-9PYQMWDE/. -]{0,24}",
        ) {
            for of in [Integer, Number, Date, TimePeriod, Time, Duration] {
                if check(&mask, of).is_ok() {
                    let _ = parse(&text, &mask, of);
                }
            }
        }
    }

    #[test]
    fn what_is_no_mask_is_refused() {
        for (of, mask) in
            [(Number, "#,##0"), (Number, "."), (Date, "-"), (Date, "YYYY\\"), (Date, "{Y-}Y")]
        {
            assert!(check(mask, of).is_err(), "{mask}");
        }
    }
}
