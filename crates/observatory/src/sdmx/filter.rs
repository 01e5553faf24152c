//! Which observations a query asks for: by key, by conditions on components, by time.

use super::query::Query;
use super::{Api, Fault};
use olshem_account::{IndicatorTable, Row};
use olshem_model::TimePeriod;

/// What an observation must be.
pub(super) struct Filter {
    /// Series keys, any of which may hold; none where all do.
    keys: Vec<Vec<(usize, Vec<String>)>>,
    /// For a dimension, tests of which any may hold; of these lists all must.
    tests: Vec<(usize, Vec<Test>)>,
}

struct Test {
    is: Is,
    value: String,
    period: Option<TimePeriod>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Containing,
    NotContaining,
    StartingWith,
    EndingWith,
}

const OPERATORS: &[(&str, Is)] = &[
    ("eq:", Is::Equal),
    ("ne:", Is::NotEqual),
    ("lt:", Is::Less),
    ("le:", Is::LessOrEqual),
    ("gt:", Is::Greater),
    ("ge:", Is::GreaterOrEqual),
    ("co:", Is::Containing),
    ("nc:", Is::NotContaining),
    ("sw:", Is::StartingWith),
    ("ew:", Is::EndingWith),
];

impl Filter {
    pub(super) fn parse(
        api: Api,
        table: &IndicatorTable,
        key: &str,
        query: &Query,
    ) -> Result<Self, Fault> {
        let time = table.dimensions.iter().position(|dimension| dimension.is_time);
        let series: Vec<usize> =
            (0..table.dimensions.len()).filter(|position| Some(*position) != time).collect();
        let keys = match key {
            "" | "all" | "*" => Vec::new(),
            key if api == Api::V21 => vec![self::key(api, key, &series)?],
            // A list of keys.
            key => {
                key.split(',').map(|key| self::key(api, key, &series)).collect::<Result<_, _>>()?
            }
        };
        let mut tests = Vec::new();
        for (name, is) in [("startPeriod", Is::GreaterOrEqual), ("endPeriod", Is::LessOrEqual)] {
            if let (Some(value), Some(time)) = (query.get(name), time) {
                tests.push((time, vec![Test::of(is, value, true)?]));
            }
        }
        for (name, conditions) in query.conditions() {
            let position = table.dimensions.iter().position(|dimension| {
                dimension.id == name || (dimension.is_time && name == "TIME_PERIOD")
            });
            let position =
                position.ok_or_else(|| Fault::syntax(format!("There is no dimension `{name}`")))?;
            for any in conditions.split('+') {
                let any = any.split(',').map(|test| Test::parse(test, Some(position) == time));
                tests.push((position, any.collect::<Result<_, _>>()?));
            }
        }
        Ok(Self { keys, tests })
    }

    pub(super) fn takes(&self, row: &Row) -> bool {
        let value = |position: usize| row.key.get(position).map_or("", String::as_str);
        let holds = |key: &Vec<(usize, Vec<String>)>| {
            key.iter().all(|(at, codes)| codes.iter().any(|code| is_code(value(*at), code)))
        };
        (self.keys.is_empty() || self.keys.iter().any(holds))
            && self.tests.iter().all(|(at, any)| any.iter().any(|test| test.holds(value(*at))))
    }
}

/// The codes that a key asks for, with the dimension of each.
fn key(api: Api, key: &str, series: &[usize]) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let parts: Vec<&str> = key.split('.').collect();
    let fits = match api {
        Api::V21 => parts.len() == series.len(),
        Api::V30 => parts.len() <= series.len(),
    };
    if !fits {
        let message = format!("A key has {} parts here, and not {}", series.len(), parts.len());
        return Err(Fault::syntax(message));
    }
    let mut asked = Vec::new();
    for (part, position) in parts.iter().zip(series) {
        if !matches!(*part, "" | "*") {
            asked.push((*position, part.split('+').map(str::to_owned).collect()));
        }
    }
    Ok(asked)
}

/// Whether a code is asked for: by itself, or as an id, which has no points or the like and so is
/// what SDMX-ML calls it.
fn is_code(code: &str, asked: &str) -> bool {
    code == asked || (asked.contains('_') && id(code) == asked)
}

fn id(code: &str) -> String {
    let mut id = String::new();
    for c in code.chars() {
        match c.is_ascii_alphanumeric() || "_-@$".contains(c) {
            true => id.push(c),
            false if id.ends_with('_') => {}
            false => id.push('_'),
        }
    }
    id
}

impl Test {
    fn parse(text: &str, is_time: bool) -> Result<Self, Fault> {
        let found = OPERATORS.iter().find_map(|(name, is)| Some((*is, text.strip_prefix(name)?)));
        let (is, value) = found.unwrap_or((Is::Equal, text));
        Self::of(is, value, is_time)
    }

    fn of(is: Is, value: &str, is_time: bool) -> Result<Self, Fault> {
        // Of a moment the day counts.
        let day = value.split('T').next().unwrap_or_default();
        let period = day.parse().ok().filter(|_| is_time);
        let is_order = matches!(is, Is::Less | Is::LessOrEqual | Is::Greater | Is::GreaterOrEqual);
        match (value.is_empty(), is_time && is_order && period.is_none()) {
            (true, _) => Err(Fault::syntax("A condition has no value")),
            (_, true) => Err(Fault::syntax("A period is none such as 2023, 2023-Q1 or 2023-01-31")),
            _ => Ok(Self { is, value: value.to_owned(), period }),
        }
    }

    fn holds(&self, value: &str) -> bool {
        let asked = self.value.as_str();
        if let Some(period) = self.period
            && let Ok(own) = value.parse::<TimePeriod>()
        {
            match self.is {
                Is::Equal => return own == period,
                Is::NotEqual => return own != period,
                Is::Less => return own.end() < period.start(),
                Is::LessOrEqual => return own.end() <= period.end(),
                Is::Greater => return own.start() > period.end(),
                Is::GreaterOrEqual => return own.start() >= period.start(),
                _ => {}
            }
        }
        match self.is {
            Is::Equal => is_code(value, asked),
            Is::NotEqual => !is_code(value, asked),
            Is::Less => value < asked,
            Is::LessOrEqual => value <= asked,
            Is::Greater => value > asked,
            Is::GreaterOrEqual => value >= asked,
            Is::Containing => value.contains(asked),
            Is::NotContaining => !value.contains(asked),
            Is::StartingWith => value.starts_with(asked),
            Is::EndingWith => value.ends_with(asked),
        }
    }
}
