//! SDMX REST: the account's structures and data to SDMX clients, as API 1.5 (SDMX 2.1) and API 2.1
//! (SDMX 3.0) ask for them.
//!
//! ```text
//!  query ─┬▶ structures              which artefacts, and what they use ─┐
//!         └▶ flows ─┬▶ data          which observations ─────────────────┼─▶ a writer of the format
//!                   └▶ availability  of which dimensions they have which ┘   that `media` has agreed on
//!                                    values
//! ```

mod availability;
mod data;
mod dataset;
mod filter;
mod flows;
pub(crate) mod media;
mod query;
mod structures;

pub(crate) use data::whole;
pub(crate) use dataset::Dataset;
pub(crate) use query::moment;
pub(crate) use structures::Structures;

use crate::routes::Answer;
use crate::site::Site;
use axum::http::StatusCode;
use maud::{PreEscaped, html};
use media::Offer;
use olshem_formats::files::{Writing, writer};
use olshem_formats::message::Writer;
use olshem_model::Diagnostic;
use query::Query;

/// What SDMX messages of errors are.
const XML: &str = "application/xml; charset=utf-8";

/// SDMX's codes of errors.
const NO_RESULTS: u16 = 100;
const TOO_LARGE: u16 = 130;
const SYNTAX: u16 = 140;
const NOT_IMPLEMENTED: u16 = 501;

/// Which of the two APIs is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    V21,
    V30,
}

/// Why a query has no other answer.
#[derive(Debug)]
struct Fault {
    status: StatusCode,
    code: u16,
    message: String,
}

impl Fault {
    fn new(status: StatusCode, code: u16, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn nothing() -> Self {
        let message = "There is nothing that this query asks for";
        Self::new(StatusCode::NOT_FOUND, NO_RESULTS, message)
    }

    fn syntax(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, SYNTAX, message)
    }

    /// What the standard has and we don't: to the client no fault of the server.
    fn not_implemented(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, NOT_IMPLEMENTED, message)
    }

    fn not_acceptable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, SYNTAX, message)
    }
}

/// Answers a query: `path` is what follows `/sdmx/`, `accept` what the client takes.
pub(crate) fn answer(site: &Site, path: &str, query: &str, accept: &str) -> Answer {
    answered(site, path, query, accept)
        .unwrap_or_else(|fault| error(fault.status, fault.code, &fault.message))
}

fn answered(site: &Site, path: &str, query: &str, accept: &str) -> Result<Answer, Fault> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let parts: Vec<&str> = path.split('/').collect();
    let query = Query::parse(query)?;
    match parts.as_slice() {
        ["2.1", "data", rest @ ..] => data::answer(site, Api::V21, rest, &query, accept),
        ["2.1", "availableconstraint", rest @ ..] => {
            availability::answer(site, Api::V21, rest, &query, accept)
        }
        ["2.1", resource, rest @ ..] => {
            structures::answer(site, Api::V21, resource, rest, &query, accept)
        }
        ["3.0", "data", rest @ ..] => data::answer(site, Api::V30, rest, &query, accept),
        ["3.0", "availability", rest @ ..] => {
            availability::answer(site, Api::V30, rest, &query, accept)
        }
        ["3.0", "structure", resource, rest @ ..] => {
            structures::answer(site, Api::V30, resource, rest, &query, accept)
        }
        ["3.0", "structure"] => structures::answer(site, Api::V30, "*", &[], &query, accept),
        _ => Err(Fault::not_implemented("There is no such resource here")),
    }
}

/// The message that `fill` fills, in the format offered.
fn written(
    offer: &Offer,
    agency: &str,
    fill: impl FnOnce(&mut dyn Writer) -> Result<(), Diagnostic>,
) -> Result<Answer, Fault> {
    let mut bytes = Vec::new();
    let writing = Writing { agency: Some(agency.to_owned()), ..Writing::default() };
    let done = writer(offer.kind, Box::new(&mut bytes), &writing).and_then(|mut writer| {
        fill(&mut *writer)?;
        writer.finish()
    });
    match done {
        Ok(_) => Ok(Answer::new(StatusCode::OK, offer.media_type, bytes)),
        // Not every format can say everything.
        Err(fault) => Err(Fault::not_acceptable(fault.message)),
    }
}

/// A message of an error as SDMX 2.1 has it.
pub(crate) fn error(status: StatusCode, code: u16, text: &str) -> Answer {
    // What can't stand in XML at all, escaped or not.
    let text: String =
        text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    let message = html! {
        (PreEscaped(r#"<?xml version="1.0" encoding="UTF-8"?>"#))
        (PreEscaped(r#"<mes:Error xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">"#))
        (PreEscaped(format!(r#"<mes:ErrorMessage code="{code}"><com:Text xml:lang="en">"#)))
        (text)
        (PreEscaped("</com:Text></mes:ErrorMessage></mes:Error>"))
    };
    Answer::new(status, XML, message.into_string())
}
