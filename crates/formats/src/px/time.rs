//! `TIMEVAL`: which periods the values of a variable are.
//!
//! `TLIST(A1),"1994","1995","1996"` lists them; `TLIST(A1,"1994"-"1996")` and, as it is often written,
//! `TLIST(A1),"1994"-"1996"` name the first and the last.

use super::statement::Token;
use olshem_model::time::Date;
use olshem_model::{Frequency, TimePeriod};

pub(super) struct List {
    /// `A1`, `Q1`, …
    pub(super) scale: String,
    pub(super) values: Vec<String>,
    is_range: bool,
}

impl List {
    pub(super) fn read(tokens: &[Token]) -> Result<Self, String> {
        let [Token::Word(tlist), Token::Open, Token::Word(scale), rest @ ..] = tokens else {
            return Err("`TLIST(` and a time scale such as `A1` are missing".to_owned());
        };
        if !tlist.eq_ignore_ascii_case("TLIST") || !rest.contains(&Token::Close) {
            return Err("`TLIST(` and a time scale such as `A1` are missing".to_owned());
        }
        let mut is_range = false;
        let mut values = Vec::new();
        for token in rest {
            match token {
                Token::Text(text) => values.push(text.trim().to_owned()),
                Token::Word(dash) if dash == "-" => is_range = true,
                Token::Word(word) => values.push(word.clone()),
                Token::Comma | Token::Open | Token::Close => {}
            }
        }
        if is_range && values.len() != 2 {
            return Err("a range has a first and a last period".to_owned());
        }
        Ok(Self { scale: scale.to_ascii_uppercase(), values, is_range })
    }

    /// So many periods, as they are spelt here; `None` where the scale is none of ours.
    pub(super) fn periods(&self, count: usize) -> Result<Option<Vec<String>>, String> {
        let frequency = match self.scale.as_str() {
            "A1" => Frequency::Annual,
            "H1" => Frequency::SemiAnnual,
            "Q1" => Frequency::Quarterly,
            "M1" => Frequency::Monthly,
            "W1" => Frequency::Weekly,
            "D1" => Frequency::Daily,
            _ => return Ok(None),
        };
        let parsed = |text: &String| {
            period(frequency, text)
                .ok_or_else(|| format!("`{text}` is no period of the scale `{}`", self.scale))
        };
        let listed: Vec<TimePeriod> = self.values.iter().map(parsed).collect::<Result<_, _>>()?;
        let periods = match (self.is_range, &*listed) {
            (true, [first, last]) => range(*first, *last, count),
            _ => listed,
        };
        if periods.len() != count {
            let more = if periods.len() > count { "too many" } else { "too few" };
            return Err(format!("{more} periods for {count} values"));
        }
        Ok(Some(periods.iter().map(TimePeriod::to_string).collect()))
    }
}

/// The periods from one to another, either being the first in time; no more than one too many.
fn range(first: TimePeriod, last: TimePeriod, count: usize) -> Vec<TimePeriod> {
    let step = if first <= last { 1 } else { -1 };
    let following =
        std::iter::successors(
            Some(first),
            |period| {
                if *period == last { None } else { period.shift(step) }
            },
        );
    following.take(count.saturating_add(1)).collect()
}

/// `1994`, `19941`, `199401`, `19940131`; some put a letter or a dash between.
fn period(frequency: Frequency, text: &str) -> Option<TimePeriod> {
    let year: i32 = text.get(..4)?.parse().ok()?;
    let rest = text.get(4..)?;
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    match frequency {
        Frequency::Annual => rest.is_empty().then(|| TimePeriod::new(frequency, year, 1))?,
        Frequency::Daily => {
            let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
            let (month, day) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?);
            TimePeriod::containing(frequency, Date::new(year, month, day)?)
        }
        _ => TimePeriod::new(frequency, year, digits.parse().ok()?),
    }
}

/// The scale of these periods and how `TIMEVAL` writes them; `None` if they are not all of one.
pub(super) fn timeval(periods: &[String]) -> Option<(&'static str, Vec<String>)> {
    let parsed: Vec<TimePeriod> =
        periods.iter().map(|period| period.parse().ok()).collect::<Option<_>>()?;
    let frequency = parsed.first()?.frequency();
    if parsed.iter().any(|period| period.frequency() != frequency) {
        return None;
    }
    let (scale, digits) = match frequency {
        Frequency::Annual => ("A1", 0),
        Frequency::SemiAnnual => ("H1", 1),
        Frequency::Quarterly => ("Q1", 1),
        Frequency::Monthly => ("M1", 2),
        Frequency::Weekly => ("W1", 2),
        Frequency::Daily => ("D1", 4),
    };
    let written = |period: &TimePeriod| match digits {
        0 => format!("{:04}", period.year()),
        4 => period.to_string().replace('-', ""),
        _ => format!("{:04}{:0digits$}", period.year(), period.ordinal()),
    };
    Some((scale, parsed.iter().map(written).collect()))
}
