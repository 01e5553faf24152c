//! Which formats there are, and how a file tells its own.

use crate::content::Content;
use crate::errors::UNKNOWN_FORMAT;
use olshem_model::Diagnostic;
use std::fmt;
use std::str::FromStr;

/// A format of statistical files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Delimited text with a heading for each component.
    Csv,
    /// SDMX-CSV 1.0: the first column is `DATAFLOW`.
    SdmxCsv1,
    /// SDMX-CSV 2.0: the first column is `STRUCTURE`.
    SdmxCsv2,
    /// SDMX-ML 2.0, read only.
    SdmxMl20,
    /// SDMX-ML 2.1: structures, and structure-specific data.
    SdmxMl21,
    /// Structure-specific time series of SDMX-ML 2.1.
    SdmxMl21TimeSeries,
    /// Generic data of SDMX-ML 2.1.
    SdmxMl21Generic,
    /// Generic time series of SDMX-ML 2.1.
    SdmxMl21GenericTimeSeries,
    /// SDMX-ML 3.0.
    SdmxMl30,
    /// The draft of SDMX-JSON 1.0, of data only.
    SdmxJsonDraft,
    /// SDMX-JSON 1.0.
    SdmxJson1,
    /// SDMX-JSON 2.0.
    SdmxJson2,
    /// JSON-stat 2.0.
    JsonStat,
    /// PC-Axis.
    Px,
    /// A workbook: `.xlsx`; `.xls` and `.ods` to read.
    Workbook,
    /// Parquet.
    Parquet,
    /// Arrow's file format, and its stream, read only.
    Arrow,
}

/// Each with its name, as `--to` takes it, and what people call it.
const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Csv, "csv", "CSV"),
    (Kind::SdmxCsv1, "sdmx-csv-1.0", "SDMX-CSV 1.0"),
    (Kind::SdmxCsv2, "sdmx-csv", "SDMX-CSV 2.0"),
    (Kind::SdmxMl20, "sdmx-ml-2.0", "SDMX-ML 2.0"),
    (Kind::SdmxMl21, "sdmx-ml-2.1", "SDMX-ML 2.1"),
    (Kind::SdmxMl21TimeSeries, "sdmx-ml-2.1-timeseries", "SDMX-ML 2.1 (time series)"),
    (Kind::SdmxMl21Generic, "sdmx-ml-2.1-generic", "SDMX-ML 2.1 (generic)"),
    (
        Kind::SdmxMl21GenericTimeSeries,
        "sdmx-ml-2.1-generic-timeseries",
        "SDMX-ML 2.1 (generic time series)",
    ),
    (Kind::SdmxMl30, "sdmx-ml", "SDMX-ML 3.0"),
    (Kind::SdmxJsonDraft, "sdmx-json-draft", "draft of SDMX-JSON 1.0"),
    (Kind::SdmxJson1, "sdmx-json-1.0", "SDMX-JSON 1.0"),
    (Kind::SdmxJson2, "sdmx-json", "SDMX-JSON 2.0"),
    (Kind::JsonStat, "jsonstat", "JSON-stat 2.0"),
    (Kind::Px, "px", "PC-Axis"),
    (Kind::Workbook, "xlsx", "workbook"),
    (Kind::Parquet, "parquet", "Parquet"),
    (Kind::Arrow, "arrow", "Arrow"),
];

impl Kind {
    /// Those that can be written.
    pub fn written() -> impl Iterator<Item = Self> {
        KINDS
            .iter()
            .map(|(kind, ..)| *kind)
            .filter(|kind| !matches!(kind, Self::SdmxMl20 | Self::Arrow))
    }

    /// Whether its data may be unreadable without a structure that is published apart.
    pub fn may_need_structure(self) -> bool {
        self.is_sdmx_ml() || matches!(self, Self::SdmxCsv1 | Self::SdmxCsv2)
    }

    /// Whether it is SDMX-ML, of whatever version.
    pub fn is_sdmx_ml(self) -> bool {
        matches!(
            self,
            Self::SdmxMl20
                | Self::SdmxMl21
                | Self::SdmxMl21TimeSeries
                | Self::SdmxMl21Generic
                | Self::SdmxMl21GenericTimeSeries
                | Self::SdmxMl30
        )
    }

    /// What `--to` calls it.
    pub fn id(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, id, _)| id)
    }

    /// The format that a file to be written has by its name's ending.
    pub fn of_ending(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending)?;
        Some(match ending {
            "csv" => Self::Csv,
            "xml" => Self::SdmxMl30,
            "json" => Self::SdmxJson2,
            "jsonstat" => Self::JsonStat,
            "px" => Self::Px,
            "xlsx" => Self::Workbook,
            "parquet" => Self::Parquet,
            _ => return None,
        })
    }

    /// The format of a file, by its first bytes, and by its name where these leave it open.
    ///
    /// # Errors
    ///
    /// A file that can't be read, or whose format is not known.
    pub fn of(content: &Content) -> Result<Self, Diagnostic> {
        let head = content.head(1 << 16)?;
        let name = content.path().to_string_lossy().to_ascii_lowercase();
        let name =
            [".gz", ".zst", ".zip"].iter().find_map(|e| name.strip_suffix(e)).unwrap_or(&name);
        Self::of_bytes(&head, name).ok_or_else(|| {
            let message = "neither its name nor its first bytes tell its format";
            Diagnostic::new(&UNKNOWN_FORMAT, content.path(), message)
        })
    }

    /// The same for the beginning of a file's contents.
    fn of_bytes(head: &[u8], name: &str) -> Option<Self> {
        match head {
            [b'P', b'A', b'R', b'1', ..] => return Some(Self::Parquet),
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => return Some(Self::Arrow),
            [0xff, 0xff, 0xff, 0xff, ..] => return Some(Self::Arrow),
            // A ZIP archive that is still packed here is a workbook; so is OLE's container.
            [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => return Some(Self::Workbook),
            _ => {}
        }
        let text = readable(head);
        let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        match start.chars().next() {
            Some('<') => return Some(xml(start)),
            Some('{' | '[') => return Some(json(start)),
            _ => {}
        }
        let is_px = ["CHARSET", "AXIS-VERSION", "MATRIX", "CODEPAGE", "CONTENTS", "TITLE", "STUB"]
            .iter()
            .any(|keyword| {
                start
                    .strip_prefix(keyword)
                    .is_some_and(|rest| rest.trim_start().starts_with(['=', '[']))
            });
        if is_px || name.ends_with(".px") {
            return Some(Self::Px);
        }
        let first = start.lines().next().unwrap_or_default();
        let heading = first.split([',', ';', '\t']).next().unwrap_or_default().trim_matches('"');
        match heading.split('[').next().unwrap_or_default().trim() {
            "DATAFLOW" => return Some(Self::SdmxCsv1),
            "STRUCTURE" => return Some(Self::SdmxCsv2),
            _ => {}
        }
        let is_text = name.ends_with(".csv")
            || name.ends_with(".tsv")
            || name.ends_with(".txt")
            || first.contains([',', ';', '\t']);
        (is_text && !text.contains('\0')).then_some(Self::Csv)
    }
}

/// The bytes as text, in UTF-8 or UTF-16; what is neither becomes `�`, which decides nothing.
fn readable(head: &[u8]) -> std::borrow::Cow<'_, str> {
    match encoding_rs::Encoding::for_bom(head) {
        Some((encoding, _)) => encoding.decode(head).0,
        None => String::from_utf8_lossy(head),
    }
}

/// Which version of SDMX-ML, by the namespaces that the beginning names, and which form of 2.1.
fn xml(text: &str) -> Kind {
    if text.contains("/schemas/v3_0/") || text.contains("/schemas/v3_1/") {
        Kind::SdmxMl30
    } else if text.contains("/schemas/v2_0/") || text.contains("/schemas/v1_0/") {
        Kind::SdmxMl20
    } else {
        match root(text) {
            "StructureSpecificTimeSeriesData" => Kind::SdmxMl21TimeSeries,
            "GenericData" => Kind::SdmxMl21Generic,
            "GenericTimeSeriesData" => Kind::SdmxMl21GenericTimeSeries,
            _ => Kind::SdmxMl21,
        }
    }
}

/// The name of the first element, without its prefix.
fn root(text: &str) -> &str {
    let mut rest = text;
    while let Some((_, found)) = rest.split_once('<') {
        let end = match found {
            _ if found.starts_with("!--") => "-->",
            _ if found.starts_with(['?', '!']) => ">",
            _ => {
                let name = found.split(['>', '/', ' ', '\t', '\r', '\n']).next();
                return name.and_then(|name| name.rsplit(':').next()).unwrap_or_default();
            }
        };
        rest = found.split_once(end).map_or("", |(_, rest)| rest);
    }
    ""
}

/// Which kind of JSON, by the keys that the beginning has.
fn json(text: &str) -> Kind {
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    if has("header") && !has("meta") && (has("dataSets") || has("structure")) {
        return Kind::SdmxJsonDraft;
    }
    if text.contains("sdmx-json") {
        // The schema that it names tells best.
        let named = text.split_once("\"schema\"").and_then(|(_, rest)| rest.split('"').nth(1));
        let text = named.filter(|name| name.contains("sdmx-json")).unwrap_or(text);
        let old = text.contains("/1.0") || text.contains("-1.0");
        return if old && !text.contains("/2.") { Kind::SdmxJson1 } else { Kind::SdmxJson2 };
    }
    if has("class") || (has("dimension") && has("value")) || has("size") {
        return Kind::JsonStat;
    }
    if has("dataSets") && has("structure") && !has("structures") {
        return Kind::SdmxJson1;
    }
    if has("dataSets") || has("meta") || has("data") { Kind::SdmxJson2 } else { Kind::JsonStat }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(kind, ..)| kind == self).map_or("", |(_, _, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, String> {
        let known = |kind: &Self| kind.id() == id;
        Self::written()
            .find(known)
            .or(match id {
                "sdmx-csv-2.0" => Some(Self::SdmxCsv2),
                "sdmx-ml-3.0" => Some(Self::SdmxMl30),
                "sdmx-json-2.0" => Some(Self::SdmxJson2),
                _ => None,
            })
            .ok_or_else(|| {
                let ids: Vec<&str> = Self::written().map(Self::id).collect();
                format!("`{id}` is none of {}", ids.join(", "))
            })
    }
}
