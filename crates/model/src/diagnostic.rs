//! How a fault is told: a stable code, what is wrong, where, and what to do.
//!
//! Every crate declares its codes with [`codes!`](crate::codes), beside the text that explains
//! them; `docs/errors.md` is made from these.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One kind of fault, documented where it is declared.
#[derive(Debug)]
pub struct Code {
    /// The stable identifier, such as `A012`. Never reused for another meaning.
    pub id: &'static str,
    /// The fault in a few words.
    pub title: &'static str,
    /// What it means and what to do, in Markdown.
    pub explanation: &'static str,
    /// Its category in VTL's technical notes, such as `2-5`: syntax (1), semantic (2) or run time
    /// (3), and a group if there is one. Empty where VTL has nothing to do with it.
    pub standard: &'static str,
}

/// Declares a crate's codes, each with its explanation as doc comment and perhaps its category in
/// VTL's technical notes, and a list of them all.
///
/// ```
/// olshem_model::codes! {
///     /// The file is not there.
///     ///
///     /// Check the spelling of its name.
///     MISSING_FILE = "X001", "a file is missing";
/// }
/// assert_eq!(CODES[0].id, "X001");
/// assert!(MISSING_FILE.explanation.contains("spelling"));
/// ```
#[macro_export]
macro_rules! codes {
    ($($(#[doc = $doc:literal])+
    $name:ident = $id:literal, $title:literal $(, $standard:literal)?;)+) => {
        $($(#[doc = $doc])+
        pub static $name: $crate::Code = $crate::Code {
            id: $id,
            title: $title,
            explanation: concat!($($doc, "\n"),+),
            standard: concat!($($standard)?),
        };)+
        /// Every code of this crate, in the order of declaration.
        pub static CODES: &[&$crate::Code] = &[$(&$name),+];
    };
}

/// A fault found in something that a user wrote or supplied.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which kind of fault.
    pub code: &'static Code,
    /// What is wrong here, with the names and values concerned: one line, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do, where the code's explanation can be made more precise.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A fault of that kind at that place. Control characters in the message are escaped.
    pub fn new(code: &'static Code, place: impl Into<Place>, message: impl Into<String>) -> Self {
        Self { code, message: in_one_line(message.into()), place: place.into(), help: None }
    }

    /// The same fault with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The text with escapes for control characters: names and values quoted in it may have line breaks,
/// and what a terminal would obey.
fn in_one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let mut line = String::new();
    for character in text.chars() {
        match character.is_control() {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    line
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.message, self.code.id)
    }
}

impl std::error::Error for Diagnostic {}

/// The line of a text, from 1, in which a byte stands.
///
/// ```
/// assert_eq!(olshem_model::line_at(b"a\nbc", 0), 1);
/// assert_eq!(olshem_model::line_at(b"a\nbc", 2), 2);
/// ```
pub fn line_at(text: &[u8], byte: usize) -> usize {
    text.iter().take(byte).filter(|&&byte| byte == b'\n').count() + 1
}

/// Where in a user's files a fault is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular: the command line, say.
    #[default]
    Nowhere,
    /// A whole file or folder.
    File(PathBuf),
    /// A stretch of a text file, as byte offsets.
    Text {
        /// The file.
        file: PathBuf,
        /// From the first byte to the one after the last.
        span: Range<usize>,
    },
    /// A line of a delimited file, and a column of it where known.
    Line {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The column's heading.
        column: Option<String>,
    },
    /// A cell of a workbook.
    Cell {
        /// The file.
        file: PathBuf,
        /// The sheet's name.
        sheet: String,
        /// Its address, such as `C7`.
        cell: String,
    },
}

impl Place {
    /// The file concerned, if one is.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Nowhere => None,
            Self::File(file)
            | Self::Text { file, .. }
            | Self::Line { file, .. }
            | Self::Cell { file, .. } => Some(file),
        }
    }
}

impl From<PathBuf> for Place {
    fn from(file: PathBuf) -> Self {
        Self::File(file)
    }
}

impl From<&Path> for Place {
    fn from(file: &Path) -> Self {
        Self::File(file.to_path_buf())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("olshem"),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Text { file, span } => write!(f, "{}: byte {}", file.display(), span.start),
            Self::Line { file, line, column: None } => write!(f, "{}: line {line}", file.display()),
            Self::Line { file, line, column: Some(column) } => {
                write!(f, "{}: line {line}, column \"{column}\"", file.display())
            }
            Self::Cell { file, sheet, cell } => {
                write!(f, "{}: sheet \"{sheet}\", cell {cell}", file.display())
            }
        }
    }
}
