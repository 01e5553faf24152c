//! The prompt on a terminal: history, completion, and lines that go on until their statement ends.

use super::entry::{self, COMMANDS, EXPLAIN, STRUCTURE};
use super::unreadable;
use crate::errors::FILE;
use etcetera::BaseStrategy;
use olshem_model::Diagnostic;
use olshem_vtl::prompt::{LastWord, last_word, spelled, words};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What stands before the text that is being typed.
const PROMPT: &str = "vtl> ";

/// How many entries the history keeps.
const REMEMBERED: usize = 1000;

/// A terminal that is read from.
pub(crate) struct Prompt {
    editor: Editor<Assist, FileHistory>,
    history: Option<PathBuf>,
    history_fault: Option<Diagnostic>,
}

/// What a user may do at a prompt.
pub(crate) enum Line {
    /// Whole entries.
    Typed(String),
    /// Ctrl-C.
    Abandoned,
    /// Ctrl-D.
    End,
}

impl Prompt {
    /// A prompt with the history of earlier sessions.
    ///
    /// # Errors
    ///
    /// The terminal can't be used.
    pub(crate) fn new() -> Result<Self, Diagnostic> {
        let config = Config::builder().completion_type(CompletionType::List);
        let config = config.max_history_size(REMEMBERED).map_err(|error| unreadable(&error))?;
        let config = config.history_ignore_dups(true).map_err(|error| unreadable(&error))?;
        let mut editor = Editor::with_config(config.build()).map_err(|error| unreadable(&error))?;
        editor.set_helper(Some(Assist::default()));
        let mut prompt = Self { editor, history: history_file(), history_fault: None };
        if let Some(file) = &prompt.history {
            match prompt.editor.load_history(file) {
                Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::NotFound => {}
                loaded => prompt.note(loaded),
            }
        }
        Ok(prompt)
    }

    /// What is typed next; `known` are the names that it may be completed to.
    pub(crate) fn line(&mut self, known: Known) -> Result<Line, Diagnostic> {
        if let Some(help) = self.editor.helper_mut() {
            help.known = known;
        }
        match self.editor.readline(PROMPT) {
            Ok(line) => {
                self.remember(&line);
                Ok(Line::Typed(line))
            }
            Err(ReadlineError::Interrupted) => Ok(Line::Abandoned),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Why the history is not kept, if it is not.
    pub(crate) fn history_fault(self) -> Option<Diagnostic> {
        self.history_fault
    }

    /// Writes at once: a session may end in the middle of a long run.
    fn remember(&mut self, line: &str) {
        let Ok(true) = self.editor.add_history_entry(line.trim_end()) else { return };
        let Some(file) = &self.history else { return };
        let folder = file.parent().unwrap_or(Path::new(""));
        let made = std::fs::create_dir_all(folder).map_err(ReadlineError::Io);
        let kept = made.and_then(|()| self.editor.append_history(file));
        self.note(kept);
    }

    /// Keeps the first reason why the history is not kept, and tries no more.
    fn note(&mut self, kept: Result<(), ReadlineError>) {
        if let Err(error) = kept
            && let Some(file) = self.history.take()
        {
            let message = format!("can't keep the history: {error}");
            self.history_fault = Some(Diagnostic::new(&FILE, file, message));
        }
    }
}

/// Where the history is, if this user has a home.
fn history_file() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    // Windows has no folder for state.
    let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Some(state.join("olshem").join("history"))
}

/// The names that may be typed.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The datasets with their components.
    pub(crate) datasets: BTreeMap<String, Vec<String>>,
    pub(crate) scalars: Vec<String>,
    /// Operators, rulesets and so on.
    pub(crate) definitions: Vec<String>,
}

impl Known {
    /// What the word at the end of a text may be completed to, and where that word begins.
    fn completions(&self, text: &str) -> Option<(usize, BTreeSet<String>)> {
        let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
        let mut wants_value = false;
        if let Some(command) = text[line_start..].strip_prefix(':') {
            let Some((name, _)) = command.split_once(char::is_whitespace) else {
                let begun = COMMANDS.iter().filter(|meant| meant.name[1..].starts_with(command));
                let spelled = |meant: &entry::Command| match meant.argument {
                    "" => meant.name.to_owned(),
                    _ => format!("{} ", meant.name),
                };
                return Some((line_start, begun.map(spelled).collect()));
            };
            wants_value = match entry::command(&format!(":{name}"))? {
                command if *command == STRUCTURE => true,
                command if *command == EXPLAIN => false,
                _ => return None,
            };
        }
        let word = last_word(text)?;
        let typed = &text[word.start..];
        let mut meant: BTreeSet<String> = self
            .names(&word, wants_value)
            .filter(|name| begins(name, typed.trim_start_matches('\'')))
            .map(|name| spelled(name).into_owned())
            .collect();
        // The words of the language are many: they have to be begun.
        if !typed.is_empty() && word.dataset.is_none() && !wants_value {
            let begun = words().into_iter().filter(|word| begins(word, typed));
            meant.extend(begun.map(str::to_owned));
        }
        Some((word.start, meant))
    }

    /// The names that may stand in the place of a word.
    fn names<'a>(
        &'a self,
        word: &'a LastWord,
        wants_value: bool,
    ) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        let mentioned = word.names.iter().filter_map(|name| self.datasets.get(name));
        let mentioned = mentioned.flatten().map(String::as_str);
        let values = self.datasets.keys().chain(&self.scalars).map(String::as_str);
        let of = word.dataset.as_ref();
        match of.map(|dataset| self.datasets.get(dataset)) {
            _ if wants_value => Box::new(values),
            Some(Some(components)) => Box::new(components.iter().map(String::as_str)),
            // It may be a dataset's other name in a join.
            Some(None) => Box::new(mentioned),
            None => {
                let definitions = self.definitions.iter().map(String::as_str);
                Box::new(values.chain(definitions).chain(mentioned))
            }
        }
    }
}

/// Whether a word begins with what was typed, in letters of either case.
fn begins(word: &str, typed: &str) -> bool {
    word.to_lowercase().starts_with(&typed.to_lowercase())
}

/// What the editor asks while a line is edited.
#[derive(Default)]
struct Assist {
    known: Known,
}

impl Completer for Assist {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let found = self.known.completions(&line[..position]);
        Ok(found.map_or((position, Vec::new()), |(start, meant)| (start, Vec::from_iter(meant))))
    }
}

impl Validator for Assist {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match entry::is_finished(context.input()) {
            true => ValidationResult::Valid(None),
            false => ValidationResult::Incomplete,
        })
    }
}

impl Hinter for Assist {
    type Hint = String;
}

impl Highlighter for Assist {}

impl Helper for Assist {}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(text: &str) -> String {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let known = Known {
            datasets: BTreeMap::from([
                ("SALES".to_owned(), owned(&["SHOP", "STAFF", "Сату"])),
                ("RATES".to_owned(), owned(&["RATE"])),
            ]),
            scalars: owned(&["LIMIT"]),
            definitions: owned(&["rounded"]),
        };
        let (start, meant) = known.completions(text).unwrap_or((text.len(), BTreeSet::new()));
        format!("{}| {}", &text[..start], Vec::from_iter(meant).join(" "))
    }

    #[test]
    fn names_and_words_are_completed_where_they_can_stand() {
        for (text, expected) in [
            ("", "| LIMIT RATES SALES rounded"),
            ("A := sal", "A := | SALES"),
            ("A := LIMIT * RO", "A := LIMIT * | round rounded rows"),
            ("A := SALES[calc S", "A := SALES[calc | "),
            ("A := SALES#", "A := SALES#| 'Сату' SHOP STAFF"),
            ("A := SALES#'с", "A := SALES#| 'Сату'"),
            ("inner_join(RATES as r calc x := r#R", "inner_join(RATES as r calc x := r#| RATE"),
            ("A := \"SA", "A := \"SA| "),
            (":", "| :explain  :help :list :quit :structure "),
            (":s", "| :structure "),
            (":structure s", ":structure | SALES"),
            (":explain\nA := inner", ":explain\nA := | inner_join"),
            (":list S", ":list S| "),
        ] {
            if text.ends_with("[calc S") {
                assert!(completed(text).contains(" SALES SHOP STAFF "), "{}", completed(text));
            } else {
                assert_eq!(completed(text), expected, "{text}");
            }
        }
    }
}
