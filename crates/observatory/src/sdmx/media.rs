//! Which format a client gets: by its `Accept` header, or by `format` in the query.

use super::query::Query;
use super::{Api, Fault};
use olshem_formats::Kind;

/// A format that is offered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) kind: Kind,
    /// As SDMX registers it.
    pub(super) media_type: &'static str,
}

const fn offer(kind: Kind, media_type: &'static str) -> Offer {
    Offer { kind, media_type }
}

/// SDMX-JSON 2.0 data.
pub(crate) const JSON: &str = "application/vnd.sdmx.data+json;version=2.0.0";
/// SDMX-CSV 2.0 data.
pub(crate) const CSV: &str = "application/vnd.sdmx.data+csv;version=2.0.0";

/// Formats of data; what each API gives where nothing is asked for is the first that is of it.
pub(super) const DATA: &[Offer] = &[
    offer(Kind::SdmxMl21Generic, "application/vnd.sdmx.genericdata+xml;version=2.1"),
    offer(Kind::SdmxMl21, "application/vnd.sdmx.structurespecificdata+xml;version=2.1"),
    offer(
        Kind::SdmxMl21GenericTimeSeries,
        "application/vnd.sdmx.generictimeseriesdata+xml;version=2.1",
    ),
    offer(
        Kind::SdmxMl21TimeSeries,
        "application/vnd.sdmx.structurespecifictimeseriesdata+xml;version=2.1",
    ),
    offer(Kind::SdmxMl30, "application/vnd.sdmx.data+xml;version=3.0.0"),
    offer(Kind::SdmxJson1, "application/vnd.sdmx.data+json;version=1.0.0"),
    offer(Kind::SdmxJson2, JSON),
    // What clients knew before it was 1.0.
    offer(Kind::SdmxJsonDraft, "application/vnd.sdmx.draft-sdmx-json+json;version=1.0.0"),
    offer(Kind::SdmxCsv1, "application/vnd.sdmx.data+csv;version=1.0.0"),
    offer(Kind::SdmxCsv2, CSV),
];

/// Formats of structures.
pub(super) const STRUCTURE: &[Offer] = &[
    offer(Kind::SdmxMl21, "application/vnd.sdmx.structure+xml;version=2.1"),
    offer(Kind::SdmxMl30, "application/vnd.sdmx.structure+xml;version=3.0.0"),
    offer(Kind::SdmxJson1, "application/vnd.sdmx.structure+json;version=1.0.0"),
    offer(Kind::SdmxJson2, "application/vnd.sdmx.structure+json;version=2.0.0"),
];

/// The offer that suits a client best.
pub(super) fn agreed(
    offers: &[Offer],
    api: Api,
    query: &Query,
    accept: &str,
) -> Result<Offer, Fault> {
    let mut offers = offers.to_vec();
    // A client that names no version means that of the API.
    offers.sort_by_key(|offer| !is_of(api, offer.kind));
    let found = match query.get("format") {
        Some(format) => offers.iter().find(|offer| is_called(offer, format)),
        None if accept.trim().is_empty() => offers.first(),
        None => accepted(&offers, accept),
    };
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = offers.iter().map(|offer| offer.media_type).collect();
        Fault::not_acceptable(format!("There is {}", names.join(", ")))
    })
}

fn is_of(api: Api, kind: Kind) -> bool {
    match api {
        Api::V21 => {
            !matches!(kind, Kind::SdmxMl30 | Kind::SdmxJson2 | Kind::SdmxJsonDraft | Kind::SdmxCsv2)
        }
        Api::V30 => matches!(kind, Kind::SdmxMl30 | Kind::SdmxJson2 | Kind::SdmxCsv2),
    }
}

/// Whether `format` means an offer: by a media type, by a name as `olshem convert` knows it, or by
/// what it is written in.
fn is_called(offer: &Offer, format: &str) -> bool {
    let is_kind = format.parse().is_ok_and(|kind: Kind| kind == offer.kind);
    is_kind || matches(offer, format, None) || syntax(offer.media_type) == format
}

/// The best offer for an `Accept` header, by its weights and then its order.
fn accepted<'o>(offers: &'o [Offer], header: &str) -> Option<&'o Offer> {
    let mut best: Option<(&Offer, f64)> = None;
    for range in header.split(',') {
        let mut parameters = range.split(';').map(str::trim);
        let name = parameters.next().unwrap_or_default();
        let (mut version, mut quality) = (None, 1.0);
        for parameter in parameters {
            match parameter.split_once('=') {
                Some(("version", value)) => version = Some(value.trim_matches('"')),
                Some(("q", value)) => quality = value.parse().unwrap_or(1.0),
                _ => {}
            }
        }
        let found = offers.iter().find(|offer| matches(offer, name, version));
        if let Some(found) = found.filter(|_| quality > best.map_or(0.0, |(_, other)| other)) {
            best = Some((found, quality));
        }
    }
    best.map(|(offer, _)| offer)
}

/// Whether a media range takes an offer.
fn matches(offer: &Offer, range: &str, version: Option<&str>) -> bool {
    let (name, own) = offer.media_type.split_once(";version=").unwrap_or((offer.media_type, ""));
    let takes = match range.to_ascii_lowercase().as_str() {
        "*/*" | "application/*" => true,
        "application/xml" | "text/xml" => syntax(name) == "xml",
        "application/json" => syntax(name) == "json",
        "text/csv" | "application/csv" | "text/*" => syntax(name) == "csv",
        range => range == name,
    };
    let numbers = |version: &str| version.trim_end_matches(".0").to_owned();
    takes && version.is_none_or(|version| numbers(version) == numbers(own))
}

/// What stands behind the `+` of a media type.
fn syntax(media_type: &str) -> &str {
    let name = media_type.split(';').next().unwrap_or_default();
    name.split_once('+').map_or("", |(_, syntax)| syntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_they_take() {
        for (api, accept, expected) in [
            (Api::V21, "", Some(Kind::SdmxMl21Generic)),
            (Api::V30, "*/*", Some(Kind::SdmxMl30)),
            (Api::V21, "application/json", Some(Kind::SdmxJson1)),
            (Api::V30, "application/json", Some(Kind::SdmxJson2)),
            (Api::V21, "application/vnd.sdmx.data+json", Some(Kind::SdmxJson1)),
            (Api::V30, "application/vnd.sdmx.data+json;version=1.0.0", Some(Kind::SdmxJson1)),
            (Api::V21, "application/vnd.sdmx.draft-sdmx-json+json", Some(Kind::SdmxJsonDraft)),
            (Api::V21, "text/csv", Some(Kind::SdmxCsv1)),
            (Api::V30, "text/csv;q=0.5, application/xml;q=0.4", Some(Kind::SdmxCsv2)),
            (Api::V30, "application/vnd.sdmx.data+csv;version=1.0.0", Some(Kind::SdmxCsv1)),
            (
                Api::V21,
                "application/vnd.sdmx.data+csv; version=2.0; labels=id",
                Some(Kind::SdmxCsv2),
            ),
            (Api::V21, "application/vnd.sdmx.data+json;version=3.0.0", None),
            (Api::V21, "application/vnd.sdmx.compactdata+xml;version=2.0", None),
            (
                Api::V21,
                "application/vnd.sdmx.structurespecifictimeseriesdata+xml;version=2.1",
                Some(Kind::SdmxMl21TimeSeries),
            ),
            (Api::V21, "*/*;q=0", None),
            (Api::V21, "text/html,application/xml;q=0.9,*/*;q=0.8", Some(Kind::SdmxMl21Generic)),
            (Api::V21, ";;=,q", None),
        ] {
            let query = Query::parse("").unwrap();
            let found = agreed(DATA, api, &query, accept).ok().map(|offer| offer.kind);
            assert_eq!(found, expected, "{accept}");
        }
    }
}
