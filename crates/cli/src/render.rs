//! Results as text for people. Everything here is a function from what was found, the reader's
//! language and the terminal's abilities to text; nothing here reads or writes.

pub(crate) mod claims;
pub(crate) mod commitments;
pub(crate) mod definitions;
pub(crate) mod indicator;
pub(crate) mod lineage;
pub(crate) mod proposals;
pub(crate) mod report;
#[cfg(test)]
mod sample;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod targets;
pub(crate) mod tree;

use crate::terminal::{Terminal, Tone};
use olshem_account::Text;
use olshem_account::report::Attribution;
use olshem_words::Words;
use olshem_words::number::NO_BREAK_SPACE;
use olshem_words::verdict::Sign;
use std::collections::BTreeSet;
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// A verdict as a terminal shows it.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    sign: Sign,
    tone: Tone,
}

impl Mark {
    fn paint(&self, terminal: Terminal) -> String {
        terminal.paint(self.tone, &format!("{} {}", self.sign.symbol, self.sign.word))
    }
}

/// Text that grows by paragraphs, each wrapped and indented.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) words: &'a Words,
    pub(crate) terminal: Terminal,
    /// Set in a summary, where long lists are cut short.
    pub(crate) brief: Option<Brief>,
    /// Caveats that were referred to and not yet told.
    footnotes: Vec<&'a str>,
    text: String,
}

/// What a summary needs to cut lists of definitions short.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brief {
    /// The one whose number stands for the others'.
    pub(crate) default_definition: Option<String>,
    /// Those that were not wholly read in their source; a star marks them wherever they are named.
    pub(crate) unverified: BTreeSet<String>,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(crate) fn new(words: &'a Words, terminal: Terminal) -> Self {
        Self { words, terminal, brief: None, footnotes: Vec::new(), text: String::new() }
    }

    /// An empty page for a summary.
    pub(crate) fn brief(words: &'a Words, terminal: Terminal, brief: Brief) -> Self {
        Self { brief: Some(brief), ..Self::new(words, terminal) }
    }

    /// What was written.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// An empty line, but never at the start and never two.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading with an empty line before it.
    pub(crate) fn heading(&mut self, title: &str) {
        self.gap();
        let rule = "─".repeat(display_width(title));
        self.text.push_str(&format!("{}\n{rule}\n", self.terminal.paint(Tone::Strong, title)));
    }

    /// A paragraph indented by `indent`.
    pub(crate) fn paragraph(&mut self, indent: usize, tone: Tone, text: &str) {
        self.hanging(&" ".repeat(indent), indent, tone, text);
    }

    /// A paragraph whose first line begins with `first`, which is printed as it is, and whose
    /// further lines are indented by `indent`.
    pub(crate) fn hanging(&mut self, first: &str, indent: usize, tone: Tone, text: &str) {
        self.lines(first, &" ".repeat(indent), tone, text);
    }

    /// A paragraph whose first line begins with `first` and whose further lines with `rest`, both
    /// printed as they are.
    pub(crate) fn lines(&mut self, first: &str, rest: &str, tone: Tone, text: &str) {
        let options = Options::new(self.terminal.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        for (number, line) in textwrap::wrap(text, options).iter().enumerate() {
            let prefix = if number == 0 { first } else { rest };
            // Painted line by line: a colour must not run into the next line's indent. An empty
            // text leaves the prefix alone, without the spaces at its end.
            let painted = match line.strip_prefix(prefix) {
                Some(words) => format!("{prefix}{}", self.terminal.paint(tone, words)),
                None => line.clone().into_owned(),
            };
            self.text.push_str(painted.trim_end());
            self.text.push('\n');
        }
    }

    /// A line that is not wrapped.
    pub(crate) fn row(&mut self, tone: Tone, text: &str) {
        self.text.push_str(&self.terminal.paint(tone, text.trim_end()));
        self.text.push('\n');
    }

    /// A verdict in a column of `width` and the statement it is on.
    fn statement(&mut self, mark: &Mark, width: usize, text: &str) {
        let used = 2 + display_width(&mark.sign.word);
        let padding = " ".repeat(width.saturating_sub(used));
        let first = format!("{}{padding}", mark.paint(self.terminal));
        self.hanging(&first, width, Tone::Strong, text);
    }

    /// Who said it and when, the figure as it was printed, and the id to ask for more by.
    fn attribution(
        &mut self,
        indent: usize,
        who: &Attribution,
        published: Option<&str>,
        id: Option<&str>,
    ) {
        let mut line = self.words.text(&who.who).to_owned();
        if let Some(said) = &who.said {
            line = format!("{line}, {}", self.words.date(said));
        }
        if let Some(printed) = published {
            line =
                self.words.with("printed-as", &[("who", line.into()), ("figure", printed.into())]);
        }
        if let Some(id) = id {
            line = format!("{line} · {id}");
        }
        self.paragraph(indent, Tone::Quiet, &line);
    }

    /// ` [1]`: refers to a caveat that [`footnotes`](Self::footnotes) will tell. Many numbers share
    /// one.
    fn marker(&mut self, note: Option<&'a Text>) -> String {
        let Some(note) = note.map(|note| self.words.text(note)) else { return String::new() };
        let known = self.footnotes.iter().position(|&told| told == note);
        let at = known.unwrap_or_else(|| {
            self.footnotes.push(note);
            self.footnotes.len() - 1
        });
        format!("{NO_BREAK_SPACE}[{}]", at + 1)
    }

    /// Tells the caveats that were referred to since the last time.
    fn footnotes(&mut self) {
        self.gap();
        for (at, note) in std::mem::take(&mut self.footnotes).into_iter().enumerate() {
            self.hanging(&format!("[{}] ", at + 1), 4, Tone::Plain, note);
        }
    }

    /// A caveat, or what would settle the matter: `key` is the frame.
    fn aside(&mut self, indent: usize, key: &str, text: &str) {
        let line = self.words.with(key, &[("text", text.into())]);
        self.paragraph(indent, Tone::Plain, &line);
    }
}

/// The width of the column of verdicts: symbol, longest word in this language, space.
pub(crate) fn verdict_column(words: &Words) -> usize {
    [
        "verdict-holds",
        "verdict-fails",
        "verdict-depends",
        "verdict-undecidable",
        "verdict-no-data",
        "target-met",
        "target-open",
        "target-missed",
        "ogp-no-evidence",
        "ogp-not-started",
        "ogp-limited",
        "ogp-substantial",
        "ogp-complete",
    ]
    .into_iter()
    .map(|key| display_width(&words.get(key)) + 4)
    .max()
    .unwrap_or_default()
}
