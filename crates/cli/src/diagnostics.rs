//! Faults as text: with an excerpt of the file on a terminal, a few plain lines each elsewhere.

use crate::errors;
use crate::terminal::{Terminal, Tone};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use olshem_model::{Diagnostic, Place, line_at};
use olshem_words::Words;
use std::fmt;
use std::ops::Range;
use std::path::Path;

/// All faults, and how many they are.
pub(crate) fn render(faults: &[Diagnostic], words: &Words, terminal: Terminal) -> String {
    each(faults, Texts::default(), words, terminal) + &count(faults.len(), words, terminal)
}

/// All faults. Their places may be in a text that stands in no file.
pub(crate) fn each(
    faults: &[Diagnostic],
    texts: Texts<'_>,
    words: &Words,
    terminal: Terminal,
) -> String {
    let told = |fault: &Diagnostic| match terminal.interactive {
        true => graphical(fault, texts, words, terminal),
        false => plain(fault, texts, words, terminal),
    };
    faults.iter().map(told).collect()
}

/// How many faults there were, if any.
pub(crate) fn count(faults: usize, words: &Words, terminal: Terminal) -> String {
    match faults {
        0 => String::new(),
        n => terminal.paint(Tone::Quiet, &words.with("faults-count", &[("n", n.into())])) + "\n",
    }
}

/// The texts that places are in: files, and what was typed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Texts<'a> {
    /// A text that stands in no file, under the name that places know it by.
    pub(crate) typed: Option<(&'a Path, &'a str)>,
}

impl Texts<'_> {
    fn bytes(self, file: &Path) -> Option<Vec<u8>> {
        match self.typed {
            Some((name, text)) if name == file => Some(text.as_bytes().to_vec()),
            _ => std::fs::read(file).ok(),
        }
    }

    /// Offsets only fit the text if it is what the bytes say.
    fn text(self, file: &Path) -> Option<String> {
        String::from_utf8(self.bytes(file)?).ok()
    }
}

/// What is wrong. Messages are English, since they quote the files; in other languages the title
/// goes before.
fn head(fault: &Diagnostic, words: &Words) -> String {
    let mut category = match errors::find(fault.code.id) {
        Some((category, _)) => category.title(words),
        None => fault.code.title.to_owned(),
    };
    if !fault.code.standard.is_empty() {
        category = format!("{category}, VTL {}", fault.code.standard);
    }
    words.with(
        "fault",
        &[
            ("code", fault.code.id.into()),
            ("category", category.into()),
            ("title", words.title(fault.code).into()),
            ("message", (&fault.message).into()),
        ],
    )
}

/// The fault, its place and the hint on lines of their own, so that a program can pick them out.
fn plain(fault: &Diagnostic, texts: Texts<'_>, words: &Words, terminal: Terminal) -> String {
    let mut text = terminal.paint(Tone::Bad, &head(fault, words));
    text.push('\n');
    if let Some(place) = place(&fault.place, texts, words) {
        text.push_str(&format!("  --> {place}\n"));
    }
    if let Some(help) = &fault.help {
        text.push_str(&format!("  {}\n", words.with("hint", &[("text", help.into())])));
    }
    text
}

/// `file:line:column`, as far as that is known.
fn place(place: &Place, texts: Texts<'_>, words: &Words) -> Option<String> {
    match place {
        Place::Nowhere => None,
        Place::File(file) => Some(file.display().to_string()),
        Place::Text { file, span } => Some(match texts.bytes(file) {
            Some(bytes) => {
                let (line, column) = line_and_column(&bytes, span.start);
                format!("{}:{line}:{column}", file.display())
            }
            None => file.display().to_string(),
        }),
        Place::Line { file, line, column } => {
            let place = format!("{}:{line}", file.display());
            Some(match column {
                Some(column) => words
                    .with("place-column", &[("place", place.into()), ("column", column.into())]),
                None => place,
            })
        }
        Place::Cell { file, sheet, cell } => Some(words.with(
            "place-cell",
            &[
                ("file", file.display().to_string().into()),
                ("sheet", sheet.into()),
                ("cell", cell.into()),
            ],
        )),
    }
}

/// Line and column of a byte, both from 1; columns are counted in characters.
fn line_and_column(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at.min(bytes.len())];
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    (line_at(bytes, at), String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

fn graphical(fault: &Diagnostic, texts: Texts<'_>, words: &Words, terminal: Terminal) -> String {
    let excerpt = Excerpt::of(&fault.place, texts);
    let shown = Shown { head: head(fault, words), excerpt };
    let theme = match terminal.colour {
        true => GraphicalTheme::unicode(),
        false => GraphicalTheme::unicode_nocolor(),
    };
    let mut footer = Vec::new();
    if shown.excerpt.is_none() {
        footer.extend(place(&fault.place, texts, words).map(|place| format!("--> {place}")));
    }
    // Not miette's own help, whose word for it is English.
    footer.extend(fault.help.as_ref().map(|help| words.with("hint", &[("text", help.into())])));
    let mut handler = GraphicalReportHandler::new_themed(theme)
        .with_width(terminal.width)
        .with_links(false)
        .with_context_lines(1);
    if !footer.is_empty() {
        handler = handler.with_footer(footer.join("\n"));
    }
    let mut text = String::new();
    match handler.render_report(&mut text, &shown) {
        Ok(()) => text,
        Err(fmt::Error) => plain(fault, texts, words, terminal),
    }
}

/// A stretch of a readable text file.
#[derive(Debug)]
struct Excerpt {
    source: NamedSource<String>,
    label: LabeledSpan,
}

impl Excerpt {
    fn of(place: &Place, texts: Texts<'_>) -> Option<Self> {
        match place {
            Place::Text { file, span } => {
                let text = texts.text(file)?;
                let end = span.end.min(text.len());
                let start = span.start.min(end);
                Some(Self::new(file, text, start..end, None))
            }
            Place::Line { file, line, column } => {
                let text = texts.text(file)?;
                let span = line_span(&text, *line)?;
                Some(Self::new(file, text, span, column.clone()))
            }
            Place::Nowhere | Place::File(_) | Place::Cell { .. } => None,
        }
    }

    fn new(file: &Path, text: String, span: Range<usize>, label: Option<String>) -> Self {
        Self {
            source: NamedSource::new(file.display().to_string(), text),
            label: LabeledSpan::new(label, span.start, span.len()),
        }
    }
}

/// Where a line of the text is, its end left out.
fn line_span(text: &str, line: usize) -> Option<Range<usize>> {
    let mut start = 0;
    for (number, content) in text.split('\n').enumerate() {
        if number + 1 == line {
            return Some(start..start + content.trim_end_matches('\r').len());
        }
        start += content.len() + 1;
    }
    None
}

/// A fault in the shape that miette draws.
#[derive(Debug)]
struct Shown {
    head: String,
    excerpt: Option<Excerpt>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| &excerpt.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.excerpt.as_ref()?.label.clone();
        Some(Box::new(std::iter::once(label)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::UNKNOWN_CODE;
    use olshem_words::Locale;
    use std::path::PathBuf;

    const TERMINAL: Terminal = Terminal { colour: false, width: 80, interactive: true };

    fn file(folder: &tempfile::TempDir, text: &str) -> PathBuf {
        let path = folder.path().join("claims.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let text = "один\nдва три".as_bytes();
        assert_eq!(line_and_column(text, 0), (1, 1));
        let at = "один\nдва ".len();
        assert_eq!(line_and_column(text, at), (2, 5));
        assert_eq!(line_and_column(text, 10_000), (2, 8));
    }

    #[test]
    fn a_pipe_gets_the_place_and_the_hint_on_lines_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Text { file: file(&folder, "[[claim]]\nid = 5\n"), span: 15..16 };
        let fault =
            Diagnostic::new(&UNKNOWN_CODE, place, "`5` is not an id").with_help("Quote it.");
        let text = render(&[fault], &Words::new(Locale::En), Terminal::PIPE);
        let text = text.replace(folder.path().to_str().unwrap(), "FOLDER");
        insta::assert_snapshot!(text, @r"
        error C001 (command): `5` is not an id
          --> FOLDER/claims.toml:2:6
          hint: Quote it.
        1 error; `olshem errors CODE` explains it
        ");
    }

    #[test]
    fn a_terminal_gets_an_excerpt() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, "code,parent\nA,\nB,C\n");
        let place = Place::Line { file: path, line: 3, column: Some("parent".to_owned()) };
        let fault = Diagnostic::new(&UNKNOWN_CODE, place, "`C` is no code").with_help("Add it.");
        let text = render(&[fault], &Words::new(Locale::Ru), TERMINAL);
        let text = text.replace(folder.path().to_str().unwrap(), "FOLDER");
        insta::assert_snapshot!(text, @r"
          × ошибка C001 (команда): неизвестный код ошибки
          │   `C` is no code
           ╭─[FOLDER/claims.toml:3:1]
         2 │ A,
         3 │ B,C
           · ─┬─
           ·  ╰── parent
           ╰────

          подсказка: Add it.
        1 ошибка; `olshem errors КОД` объяснит её
        ");
    }

    #[test]
    fn what_was_typed_is_quoted_as_a_file_is() {
        let typed = Path::new("<stdin>");
        let texts = Texts { typed: Some((typed, "A := 1;\nB := қ;\n")) };
        let place = Place::Text { file: typed.into(), span: 13..15 };
        let faults = [Diagnostic::new(&UNKNOWN_CODE, place, "`қ` is not a name")];
        let words = Words::new(Locale::En);
        let text = [TERMINAL, Terminal::PIPE].map(|to| each(&faults, texts, &words, to));
        insta::assert_snapshot!(text.concat(), @r"
          × error C001 (command): `қ` is not a name
           ╭─[<stdin>:2:6]
         1 │ A := 1;
         2 │ B := қ;
           ·      ─
           ╰────
        error C001 (command): `қ` is not a name
          --> <stdin>:2:6
        ");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_still_named() {
        let place = Place::Text { file: "gone.toml".into(), span: 3..900 };
        let fault = Diagnostic::new(&UNKNOWN_CODE, place, "gone");
        let text = render(&[fault], &Words::new(Locale::En), TERMINAL);
        assert!(text.contains("gone.toml"), "{text}");
    }
}
