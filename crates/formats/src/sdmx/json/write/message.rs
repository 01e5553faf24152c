//! What stands around data and structures, and what both say in the same way.

use super::super::text::{Text, is_number};
use super::Version;
use crate::message::{Description, Header};
use crate::sdmx::names::id;

/// When a message was prepared, if nobody knows: the format does not let that open, and the time of
/// writing would make other bytes of the same data each time.
const UNKNOWN_TIME: &str = "1970-01-01T00:00:00Z";

/// What the message says of itself; `kind` is what it is a message of.
pub(super) fn meta(text: &mut Text, header: &Header, version: Version, kind: &str, agency: &str) {
    let schema = match version {
        Version::Draft => None,
        Version::V1 => Some("1.0"),
        Version::V2 => Some("2.0.0"),
    };
    text.key(if schema.is_some() { "meta" } else { "header" });
    text.object(|text| {
        let schemas = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master";
        let address = |version| {
            format!("{schemas}/{kind}-message/tools/schemas/{version}/sdmx-json-{kind}-schema.json")
        };
        text.optional("schema", schema.map(address).as_deref());
        text.member("id", &id(header.id.as_deref().unwrap_or("OLSHEM")));
        text.flag("test", header.is_test);
        text.member("prepared", &date_time(header.prepared.as_deref()));
        text.labels("name", "names", &header.names);
        text.key("sender");
        text.object(|text| text.member("id", &id(header.sender.as_deref().unwrap_or(agency))));
    });
}

/// A time as the format wants it, with a time zone: that of Greenwich, where none is told.
pub(super) fn date_time(text: Option<&str>) -> String {
    let text = text.unwrap_or(UNKNOWN_TIME);
    match text.split_once('T') {
        None => format!("{text}T00:00:00Z"),
        Some((_, time)) if !time.contains(['Z', '+', '-']) => format!("{text}Z"),
        Some(_) => text.to_owned(),
    }
}

/// What the footer says.
pub(super) fn errors(text: &mut Text, header: &Header) {
    text.list("errors", &header.remarks, |text, remark| {
        let coded = remark.split_once(": ").filter(|(code, _)| is_number(code));
        let (code, title) = coded.unwrap_or(("0", remark));
        text.object(|text| {
            text.key("code");
            text.raw(code);
            text.member("title", title);
        });
    });
}

/// Of which dataflow and structure data are.
pub(super) fn links(text: &mut Text, description: &Description) {
    text.key("links");
    text.open('[');
    if let Some(dataflow) = &description.dataflow {
        text.link(dataflow, "dataflow");
    }
    if let Some(structure) = &description.structure {
        text.link(structure, "datastructure");
    }
    text.close(']');
}
