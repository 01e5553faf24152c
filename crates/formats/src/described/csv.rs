//! CSV in pieces of whole rows: one reader cuts the pieces off, any number parse them.

use super::values::Builder;
use super::{Contents, Decoded, columns};
use crate::delimited::{self, Fields};
use crate::errors::{EMPTY_FILE, RAGGED_ROW};
use crate::faults::Faults;
use crate::pieces::Pieces;
use olshem_model::{DataStructure, Diagnostic, Place};
use std::io::{self, Read};
use std::path::Path;

const DELIMITER: char = ',';

/// Cuts pieces of whole rows off a file.
pub(super) type Cutter = Pieces<Box<dyn Read + Send>>;

/// What the headings say.
#[derive(Debug)]
pub(super) struct Layout {
    /// How many fields a row has.
    width: usize,
    /// The component of each field.
    components: Vec<usize>,
    /// On which byte and line the rows begin.
    start: u64,
    first_line: usize,
    /// About how many rows there are.
    pub(super) rows: usize,
}

impl Layout {
    /// Reads the headings.
    pub(super) fn read(
        file: &Path,
        contents: &Contents,
        structure: &DataStructure,
    ) -> Result<Self, Vec<Diagnostic>> {
        let unreadable = |error: io::Error| vec![super::unreadable(file, &error)];
        let mut cutter = Cutter::new(contents.reader(0).map_err(unreadable)?, DELIMITER as u8);
        let piece = cutter.next_piece().map_err(unreadable)?.unwrap_or_default();
        let marked = piece.strip_prefix(b"\xef\xbb\xbf");
        let bytes = marked.unwrap_or(&piece);
        let text = delimited::utf8(file, bytes, 1)
            .map_err(|fault| vec![fault.with_help("save the file in UTF-8")])?;
        if text.trim().is_empty() {
            return Err(vec![Diagnostic::new(&EMPTY_FILE, file, "the file is empty")]);
        }
        let mut fields = Fields::new(text, DELIMITER, 1);
        let mut headings = Vec::new();
        while let Some(field) = fields.next().map_err(|fault| vec![fault.in_file(file)])? {
            headings.push(field.text.trim().to_owned());
            if field.last {
                break;
            }
        }
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        let place = |_| Place::Line { file: file.to_path_buf(), line: 1, column: None };
        let at = columns(structure, &headings, &place, file)?;
        let mut components = vec![0; headings.len()];
        for (component, column) in at.into_iter().enumerate() {
            components[column] = component;
        }
        let first_line = fields.line();
        let rest = fields.rest();
        let lines = 1 + memchr::memchr_iter(b'\n', rest.as_bytes()).count();
        let size = contents.size().map_err(unreadable)?;
        Ok(Self {
            width: headings.len(),
            components,
            start: (piece.len() - rest.len()) as u64,
            first_line,
            rows: size as usize / (rest.len() / lines).max(1),
        })
    }

    /// The pieces of the file.
    pub(super) fn pieces(&self, contents: &Contents) -> io::Result<Cutter> {
        Ok(Cutter::new(contents.reader(self.start)?, DELIMITER as u8))
    }

    /// The line on which the rows begin.
    pub(super) fn first_line(&self) -> usize {
        self.first_line
    }

    /// The rows of a piece that begins on that line: the components named, in their order, and the
    /// line after the piece's last. Every value is looked at unless `trusted`.
    pub(super) fn decode(
        &self,
        file: &Path,
        structure: &DataStructure,
        (bytes, mut line): (&[u8], usize),
        (wanted, trusted): (&[usize], bool),
        faults: &mut Faults,
    ) -> (Decoded, usize) {
        let mut decoded = Decoded::default();
        let mut builders: Vec<Option<Builder>> = structure
            .components()
            .iter()
            .enumerate()
            .map(|(n, component)| {
                (!trusted || wanted.contains(&n)).then(|| Builder::new(component.data_type))
            })
            .collect();
        let text = match delimited::utf8(file, bytes, line) {
            Ok(text) => text,
            Err(fault) => {
                faults.push(fault.with_help("save the file in UTF-8"));
                return (decoded, line);
            }
        };
        let at = |line, column: Option<&str>| Place::Line {
            file: file.to_path_buf(),
            line,
            column: column.map(str::to_owned),
        };
        let mut fields = Fields::new(text, DELIMITER, line);
        let mut column = 0;
        while !faults.is_full() {
            let field = match fields.next() {
                Ok(Some(field)) => field,
                Ok(None) => break,
                Err(fault) => {
                    faults.push(fault.in_file(file));
                    break;
                }
            };
            let is_blank_line = field.last && column == 0 && self.width > 1;
            if is_blank_line && field.text.trim().is_empty() {
                line = fields.line();
                continue;
            }
            if let Some(&n) = self.components.get(column)
                && let Some(builder) = &mut builders[n]
            {
                let component = &structure.components()[n];
                let pushed = match &*field.text {
                    "" => builder.push_null(component),
                    text => builder.push_text(text),
                };
                if let Err(fault) = pushed {
                    faults.push(fault.at(at(line, Some(&component.name))));
                }
            }
            column += 1;
            if field.last {
                if column == self.width {
                    decoded.positions.push(line);
                } else {
                    let message = format!("the row has {column} fields, not {}", self.width);
                    faults.push(Diagnostic::new(&RAGGED_ROW, at(line, None), message));
                }
                column = 0;
                line = fields.line();
            }
        }
        let mut arrays = |n: &usize| builders[*n].take().map(Builder::finish);
        decoded.arrays = wanted.iter().filter_map(&mut arrays).collect();
        (decoded, fields.line())
    }
}
