//! Which observations a query asks for: by key, by conditions on components, by time.

use super::query::Query;
use super::{Api, Fault};
use olshem_account::{IndicatorTable, Row};
use olshem_formats::identifier;
use olshem_model::TimePeriod;
use std::borrow::Cow;

/// What an observation must be.
#[derive(Default)]
pub(super) struct Filter {
    /// Series keys, any of which may hold; none where all do.
    keys: Vec<Vec<(usize, Vec<String>)>>,
    /// Conditions on components, all of which must hold.
    conditions: Vec<Condition>,
}

/// A component, and lists of tests: all of one list must hold.
struct Condition {
    on: Component,
    any: Vec<Vec<Test>>,
}

/// What a condition can be on.
#[derive(Clone, PartialEq, Eq)]
enum Component {
    Dimension(usize),
    Time(usize),
    Value,
    Low,
    High,
    Attribute(String),
}

struct Test {
    is: Is,
    value: String,
    period: Option<TimePeriod>,
    number: Option<f64>,
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
        let mut conditions = Vec::new();
        for (name, is) in [("startPeriod", Is::GreaterOrEqual), ("endPeriod", Is::LessOrEqual)] {
            if let (Some(value), Some(time)) = (query.get(name), time) {
                let on = Component::Time(time);
                let any = vec![vec![Test::of(is, value, &on)?]];
                conditions.push(Condition { on, any });
            }
        }
        for (name, text) in query.conditions() {
            let on = Component::named(table, name)
                .ok_or_else(|| Fault::syntax(format!("There is no component `{name}`")))?;
            // `A,B+C` is A, or B and C.
            let all = |all: &str| all.split('+').map(|test| Test::parse(test, &on)).collect();
            let any = text.split(',').map(all).collect::<Result<_, _>>()?;
            conditions.push(Condition { on, any });
        }
        Ok(Self { keys, conditions })
    }

    /// Whether an observation is asked for, whatever is asked of one dimension.
    pub(super) fn takes(&self, row: &Row, but: Option<usize>) -> bool {
        let code = |position: usize| row.key.get(position).map_or("", String::as_str);
        let holds = |key: &Vec<(usize, Vec<String>)>| {
            key.iter().all(|(at, codes)| {
                but == Some(*at) || codes.iter().any(|asked| is_code(code(*at), asked))
            })
        };
        let of_condition = |condition: &Condition| {
            let on = &condition.on;
            let value = on.value(row);
            let holds = |test: &Test| test.holds(value.as_deref());
            (but.is_some() && on.dimension() == but)
                || condition.any.iter().any(|all| all.iter().all(holds))
        };
        (self.keys.is_empty() || self.keys.iter().any(holds))
            && self.conditions.iter().all(of_condition)
    }
}

impl Component {
    /// The component that the structure calls so.
    fn named(table: &IndicatorTable, name: &str) -> Option<Self> {
        let is_named = |own: &str| identifier(own) == name;
        let bound = |bound: &str| is_named(&format!("{}_{bound}", table.measure));
        let dimension = table.dimensions.iter().position(|dimension| {
            is_named(&dimension.id) || (dimension.is_time && name == "TIME_PERIOD")
        });
        match dimension.and_then(|at| Some((at, table.dimensions.get(at)?.is_time))) {
            Some((at, true)) => return Some(Self::Time(at)),
            Some((at, false)) => return Some(Self::Dimension(at)),
            None => {}
        }
        match () {
            () if is_named(&table.measure) => Some(Self::Value),
            () if bound("LOW") => Some(Self::Low),
            () if bound("HIGH") => Some(Self::High),
            () => {
                let own = table.attributes().into_iter().find(|own| is_named(own))?;
                Some(Self::Attribute(own.to_owned()))
            }
        }
    }

    fn dimension(&self) -> Option<usize> {
        match self {
            Self::Dimension(at) | Self::Time(at) => Some(*at),
            _ => None,
        }
    }

    /// What an observation has there.
    fn value<'r>(&self, row: &'r Row) -> Option<Cow<'r, str>> {
        let number = |number: Option<f64>| number.map(|number| Cow::Owned(number.to_string()));
        match self {
            Self::Dimension(at) | Self::Time(at) => row.key.get(*at).map(Cow::from),
            Self::Value => number(row.value),
            Self::Low => number(row.low),
            Self::High => number(row.high),
            Self::Attribute(name) => row.attributes.get(name).map(Cow::from),
        }
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

pub(super) fn id(code: &str) -> String {
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
    fn parse(text: &str, on: &Component) -> Result<Self, Fault> {
        let found = OPERATORS.iter().find_map(|(name, is)| Some((*is, text.strip_prefix(name)?)));
        let (is, value) = found.unwrap_or((Is::Equal, text));
        Self::of(is, value, on)
    }

    fn of(is: Is, value: &str, on: &Component) -> Result<Self, Fault> {
        let is_order = matches!(is, Is::Less | Is::LessOrEqual | Is::Greater | Is::GreaterOrEqual);
        let (mut period, mut number) = (None, None);
        match on {
            _ if value.is_empty() => return Err(Fault::syntax("A condition has no value")),
            Component::Time(_) => {
                // Of a moment the day counts.
                period = value.split('T').next().and_then(|day| day.parse().ok());
                if is_order && period.is_none() {
                    let message = "A period is none such as 2023, 2023-Q1 or 2023-01-31";
                    return Err(Fault::syntax(message));
                }
            }
            Component::Value | Component::Low | Component::High => {
                number = value.parse().ok();
                if is_order && number.is_none() {
                    return Err(Fault::syntax(format!("`{value}` is no number")));
                }
            }
            Component::Dimension(_) | Component::Attribute(_) => {}
        }
        Ok(Self { is, value: value.to_owned(), period, number })
    }

    /// Whether it holds of a value. Where there is none it is not what it could be, and nothing else.
    fn holds(&self, value: Option<&str>) -> bool {
        let Some(value) = value else {
            return matches!(self.is, Is::NotEqual | Is::NotContaining);
        };
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
        if let Some(number) = self.number
            && let Ok(own) = value.parse::<f64>()
        {
            match self.is {
                Is::Equal => return own == number,
                Is::NotEqual => return own != number,
                Is::Less => return own < number,
                Is::LessOrEqual => return own <= number,
                Is::Greater => return own > number,
                Is::GreaterOrEqual => return own >= number,
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
