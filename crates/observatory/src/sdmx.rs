//! SDMX REST: the account's structures and data to SDMX clients.

use crate::observatory::Served;
use crate::routes::Answer;
use axum::http::{HeaderMap, StatusCode};
use maud::{PreEscaped, html};

/// What SDMX messages of errors are.
const XML: &str = "application/xml; charset=utf-8";
/// SDMX's code for a query that nothing answers.
const NO_RESULTS: u16 = 100;

/// Answers a query: `path` is what follows `/sdmx/`, in the headers stands what the client takes.
pub(crate) fn answer(_served: &Served, _path: &str, _query: &str, _headers: &HeaderMap) -> Answer {
    error(StatusCode::NOT_FOUND, NO_RESULTS, "There is nothing that this query asks for")
}

/// A message of an error as SDMX 2.1 has it.
pub(crate) fn error(status: StatusCode, code: u16, text: &str) -> Answer {
    let message = html! {
        (PreEscaped(r#"<?xml version="1.0" encoding="UTF-8"?>"#))
        (PreEscaped(r#"<mes:Error xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">"#))
        (PreEscaped(format!(r#"<mes:ErrorMessage code="{code}"><com:Text xml:lang="en">"#)))
        (text)
        (PreEscaped("</com:Text></mes:ErrorMessage></mes:Error>"))
    };
    Answer::new(status, XML, message.into_string())
}
