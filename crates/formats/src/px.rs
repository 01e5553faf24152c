//! PC-Axis: tables as the statistical offices of the Nordic countries, Spain, Switzerland, Ireland and
//! others publish them (`PX-file format specification, AXIS-VERSION 2013`).
//!
//! ```
//! use olshem_formats::{Content, Kind, files};
//!
//! let px = r#"CHARSET="ANSI";CODEPAGE="utf-8";LANGUAGE="en";TITLE="People by sex";
//! STUB="sex";HEADING="year";VALUES("sex")="men","women";CODES("sex")="M","F";
//! VALUES("year")="2023","2024";TIMEVAL("year")=TLIST(A1),"2023"-"2024";
//! DATA=10 12
//! 11 "..";"#;
//! let content = Content::in_memory("people.px", px);
//! let (kind, collected) = files::collect(&content, &files::Known::default()).unwrap();
//! assert_eq!(kind, Kind::Px);
//! let (description, observations) = &collected.datasets[0];
//! assert_eq!(
//!     description.data_structure().to_string(),
//!     "sex, year -> OBS_VALUE [OBS_STATUS]"
//! );
//! assert_eq!(observations[0].batch.num_rows(), 4);
//! ```
//!
//! What a reader has to know:
//!
//! * Every variable is an identifier, the one of `CONTVARIABLE` too: it tells measures apart, and there
//!   is one measure, [`VALUE`]. The units and so on of each content are annotations of its code.
//! * Time is what `TIMEVAL` says is time, and nothing else: a variable without it is text, whatever it
//!   looks like. With it, the codes are periods; the file's own are their aliases.
//! * A cell that is no number has its symbol in [`STATUS`] and no value. Only the dash has one, zero:
//!   it stands for "nil", and programs before 2005 wrote it as 0.
//! * With `KEYS`, rows that are not there are zeros, as the specification has it.
//! * Texts in a language that the file does not name are in `und`.

mod axis;
mod cells;
mod encoding;
mod head;
mod printer;
mod source;
mod statement;
mod table;
mod time;
mod variables;
mod write;

use crate::content::Content;
use crate::cube;
use crate::message::Receiver;
use olshem_model::Diagnostic;
use source::Source;
use statement::Statement;
use table::Table;

pub(crate) use write::writer;

/// The measure's name.
pub const VALUE: &str = "OBS_VALUE";
/// The name of the attribute that has a cell's symbol.
pub const STATUS: &str = "OBS_STATUS";
/// The name of the attribute that has a cell's mark (`DATANOTECELL`); only of files that have some.
pub const DATANOTE: &str = "DATANOTE";

/// What may stand in place of a number, and the keyword that says how it is shown.
const SYMBOLS: &[(&str, &str)] = &[
    (".", "DATASYMBOL1"),
    ("..", "DATASYMBOL2"),
    ("...", "DATASYMBOL3"),
    ("....", "DATASYMBOL4"),
    (".....", "DATASYMBOL5"),
    ("......", "DATASYMBOL6"),
    (NIL, "DATASYMBOLNIL"),
];
/// There is nothing to count.
const NIL: &str = "-";

/// Reads a file into a receiver.
pub(crate) fn read(content: &Content, receiver: &mut dyn Receiver) -> Result<(), Vec<Diagnostic>> {
    read_first(content, receiver).map_err(|fault| vec![fault])
}

/// The same, to the first fault.
fn read_first(content: &Content, receiver: &mut dyn Receiver) -> Result<(), Diagnostic> {
    let mut source = Source::open(content)?;
    let (statements, encoded) = Statement::all(&mut source)?;
    let mut table = Table::read(&source, statements)?;
    let schema = cube::schema(&table.description.variables);
    receiver.dataset(std::mem::take(&mut table.description))?;
    cells::read(source, &table, &schema, encoded, receiver)
}
