//! Source texts, and places within them.

use crate::lexer::{TokenKind, tokens};
use olshem_model::Place;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A text to check: a file of methods, or an expression that stands inside another file.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file it comes from.
    pub path: PathBuf,
    /// The VTL text.
    pub text: String,
    /// Where in the file the text begins, in bytes.
    pub offset: usize,
}

impl Source {
    /// The whole text of a file.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), offset: 0 }
    }

    /// The identifiers that `pivot` makes into columns: their codes must be known before the script
    /// can be checked.
    pub fn pivoted(&self) -> BTreeSet<String> {
        let tokens = tokens(&self.text, 0);
        let after = tokens.iter().zip(tokens.iter().skip(1));
        after
            .filter(|(word, _)| matches!(&word.kind, TokenKind::Word(text) if text == "pivot"))
            .filter_map(|(_, name)| match &name.kind {
                TokenKind::Word(text) | TokenKind::Quoted(text) => Some(text.clone()),
                _ => None,
            })
            .collect()
    }
}

/// A stretch of a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Which source.
    pub source: u32,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
}

impl Span {
    /// From the start of this span to the end of a later one.
    #[must_use]
    pub fn to(self, later: Self) -> Self {
        Self { end: later.end.max(self.end), ..self }
    }
}

/// All sources that a checker has seen; a [`Span`] points into one of them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    pub(crate) fn add(&mut self, source: Source) -> u32 {
        self.sources.push(source);
        // There are never as many sources as that; were there, places would be wrong, no more.
        (self.sources.len() - 1) as u32
    }

    /// The source of that number.
    pub fn get(&self, number: u32) -> Option<&Source> {
        self.sources.get(number as usize)
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source)
            .and_then(|source| source.text.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// Where a span is in the user's files.
    pub fn place(&self, span: Span) -> Place {
        match self.get(span.source) {
            Some(source) => Place::Text {
                file: source.path.clone(),
                span: source.offset + span.start as usize..source.offset + span.end as usize,
            },
            None => Place::Nowhere,
        }
    }
}
