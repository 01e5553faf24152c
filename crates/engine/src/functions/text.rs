//! Functions on text. Positions and lengths count characters, from 1.

use super::fault;
use super::row::{RowFunction, Value};
use crate::dataset::TEXT;
use arrow::datatypes::DataType;
use datafusion::common::Result;

/// What Unicode counts as white space.
pub(crate) const WHITE_SPACE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\
    \u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\
    \u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// `substr(text, start, length)`; a missing start is 1, a missing length reaches to the end.
pub(crate) fn substr() -> RowFunction {
    RowFunction {
        name: "vtl_substr",
        returns: TEXT,
        body: |arguments| {
            let Some(Value::Text(text)) = &arguments[0] else { return Ok(None) };
            let start = position(arguments.get(1), 1)?;
            let length = match arguments.get(2) {
                None | Some(None) => usize::MAX,
                Some(Some(Value::Integer(length))) if *length >= 0 => *length as usize,
                Some(Some(Value::Integer(length))) => {
                    return Err(fault(format!("the length of a substring can't be {length}")));
                }
                Some(Some(_)) => return Ok(None),
            };
            let part: String = text.chars().skip(start - 1).take(length).collect();
            Ok(Some(Value::text(part)))
        },
    }
}

/// `instr(text, pattern, start, occurrence)`: the position of the pattern, 0 where it isn't found.
pub(crate) fn instr() -> RowFunction {
    RowFunction {
        name: "vtl_instr",
        returns: DataType::Int64,
        body: |arguments| {
            let (Some(Value::Text(text)), Some(Value::Text(pattern))) =
                (&arguments[0], &arguments[1])
            else {
                return Ok(None);
            };
            let start = position(arguments.get(2), 1)?;
            let occurrence = position(arguments.get(3), 1)?;
            let from = text.char_indices().nth(start - 1).map_or(text.len(), |(at, _)| at);
            let found = text[from..].match_indices(&**pattern).nth(occurrence - 1);
            let place = found.map_or(0, |(at, _)| text[..from + at].chars().count() + 1);
            Ok(Some(Value::Integer(place as i64)))
        },
    }
}

/// `match_characters(text, pattern)`: whether the whole text matches the regular expression.
pub(crate) fn match_characters() -> RowFunction {
    RowFunction {
        name: "vtl_match_characters",
        returns: DataType::Boolean,
        body: |arguments| {
            let (Some(Value::Text(text)), Some(Value::Text(pattern))) =
                (&arguments[0], &arguments[1])
            else {
                return Ok(None);
            };
            let matches = PATTERNS.with_borrow_mut(|patterns| {
                if !patterns.iter().any(|(source, _)| source == &**pattern) {
                    let whole = regex::Regex::new(&format!("^(?:{pattern})$"))
                        .map_err(|e| fault(format!("the pattern \"{pattern}\": {e}")))?;
                    patterns.push((pattern.to_string(), whole));
                }
                let found = patterns.iter().find(|(source, _)| source == &**pattern);
                Ok::<_, datafusion::common::DataFusionError>(
                    found.is_some_and(|(_, pattern)| pattern.is_match(text)),
                )
            })?;
            Ok(Some(Value::Boolean(matches)))
        },
    }
}

thread_local! {
    /// Compiled patterns: a column nearly always has one.
    static PATTERNS: std::cell::RefCell<Vec<(String, regex::Regex)>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// `string_distance(levenshtein, a, b)`.
pub(crate) fn levenshtein() -> RowFunction {
    distance("vtl_levenshtein", |arguments| {
        on_both(arguments, |a, b| Ok(strsim::levenshtein(a, b) as f64))
    })
}

/// `string_distance(damerau_levenshtein, a, b)`.
pub(crate) fn damerau_levenshtein() -> RowFunction {
    distance("vtl_damerau_levenshtein", |arguments| {
        on_both(arguments, |a, b| Ok(strsim::damerau_levenshtein(a, b) as f64))
    })
}

/// `string_distance(hamming, a, b)`; an error for texts of different length.
pub(crate) fn hamming() -> RowFunction {
    distance("vtl_hamming", |arguments| {
        on_both(arguments, |a, b| match strsim::hamming(a, b) {
            Ok(distance) => Ok(distance as f64),
            Err(_) => Err(fault(format!(
                "the Hamming distance needs texts of one length; \"{a}\" and \"{b}\" differ"
            ))),
        })
    })
}

/// `string_distance(jaro_winkler, a, b)`.
pub(crate) fn jaro_winkler() -> RowFunction {
    distance("vtl_jaro_winkler", |arguments| {
        on_both(arguments, |a, b| Ok(strsim::jaro_winkler(a, b)))
    })
}

fn distance(name: &'static str, body: super::row::Body) -> RowFunction {
    RowFunction { name, returns: DataType::Float64, body }
}

fn on_both<'a>(
    arguments: &[Option<Value<'a>>],
    measure: impl Fn(&str, &str) -> Result<f64>,
) -> Result<Option<Value<'a>>> {
    match arguments {
        [Some(Value::Text(a)), Some(Value::Text(b))] => Ok(Some(Value::Number(measure(a, b)?))),
        _ => Ok(None),
    }
}

/// A position given as argument, from 1; `default` where it is left out.
fn position(argument: Option<&Option<Value<'_>>>, default: usize) -> Result<usize> {
    match argument {
        Some(Some(Value::Integer(position))) if *position >= 1 => Ok(*position as usize),
        Some(Some(Value::Integer(position))) => {
            Err(fault(format!("positions in a text count from 1; there is none {position}")))
        }
        _ => Ok(default),
    }
}
