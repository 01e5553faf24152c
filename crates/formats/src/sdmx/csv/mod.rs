//! SDMX-CSV, versions 1.0 and 2.0, to read and to write.
//!
//! A row has one observation, or attributes of several; its first fields say of which dataflow or
//! structure. So a file can have data of several, and a data set ends where they or the action change.
//!
//! **Roles.** The format does not say which columns are dimensions. Where the structure is known, it
//! does ([`Known`]). Else the order that the standard recommends decides: what stands before the
//! column `OBS_VALUE` are dimensions, what stands after it attributes; columns of several values, and
//! those whose headings can't be ids of components (Eurostat's `LAST UPDATE`), are attributes wherever
//! they stand; `TIME_PERIOD` is a dimension wherever it stands. A file without that column is not read
//! without its structure.
//!
//! **Names.** Codes may come with names (`A: Annual`, or a column of names after that of codes). These
//! become the labels of a codelist; the file does not say in which language they are (`und`). A file
//! with names is read twice, since they come with the observations.
//!
//! **Values.** Several values in one cell become a JSON array, texts in several languages a JSON
//! object. Where fields are not parted by commas, numbers may have decimal commas. An apostrophe before
//! what would be a formula in a spreadsheet is taken away, as our own files have it there.
//!
//! ```
//! use olshem_formats::files::{Known, collect};
//! use olshem_formats::{Content, Kind};
//!
//! let file = "\
//! DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS
//! KZ:GDP(1.0),KZ71,2023,12.50,A
//! ";
//! let content = Content::in_memory("gdp.csv", file);
//! let (kind, collected) = collect(&content, &Known::default()).unwrap();
//! assert_eq!(kind, Kind::SdmxCsv1);
//! let (description, _) = &collected.datasets[0];
//! assert_eq!(
//!     description.data_structure().to_string(),
//!     "REF_AREA, TIME_PERIOD -> OBS_VALUE [OBS_STATUS]"
//! );
//! ```

mod cells;
mod headings;
mod names;
mod rows;
mod write;

pub use write::CsvWriter;

use crate::content::Content;
use crate::delimited;
use crate::files::Known;
use crate::message::Receiver;
use crate::pieces::Pieces;
use headings::Headings;
use olshem_model::Diagnostic;

/// The versions of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The first column is `DATAFLOW`.
    V1,
    /// The first columns are `STRUCTURE` and `STRUCTURE_ID`.
    V2,
}

/// Reads a file of either version.
///
/// # Errors
///
/// The first thing that is wrong with the file, or the receiver's error.
pub fn read(
    content: &Content,
    known: &Known,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let headings = Headings::read(content)?;
    let names = match headings.has_names {
        true => names::Names::read(content, &headings)?,
        false => names::Names::default(),
    };
    let mut rows = rows::Rows::new(content, &headings, &names, known, receiver);
    each_piece(content, headings.delimiter, |text, line| rows.read(text, line))?;
    rows.end()
}

/// Goes through a file in pieces of whole rows; `take` is told on which line each begins and gives
/// back the line after it.
fn each_piece(
    content: &Content,
    delimiter: char,
    mut take: impl FnMut(&str, usize) -> Result<usize, Diagnostic>,
) -> Result<(), Diagnostic> {
    // Headings that were read say that the delimiter is of one byte.
    let mut pieces = Pieces::new(content.reader()?, u8::try_from(delimiter).unwrap_or(b','));
    let mut line = 1;
    while let Some(piece) = pieces.next_piece().map_err(|error| content.fault(&error))? {
        let marked = piece.strip_prefix(b"\xef\xbb\xbf").filter(|_| line == 1);
        let text = delimited::utf8(content.path(), marked.unwrap_or(&piece), line)
            .map_err(|fault| fault.with_help("save the file in UTF-8"))?;
        line = take(text, line)?;
    }
    Ok(())
}
