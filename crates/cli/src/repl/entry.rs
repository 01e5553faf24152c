//! What was typed, taken apart: statements and expressions, which end with `;`, and commands, which
//! are lines that begin with `:`.

use olshem_vtl::prompt::beginning;
use std::ops::Range;

/// One thing to answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A statement or expression to run.
    Run(Code),
    /// A statement or expression whose plan is to be shown.
    Explain(Code),
    /// Another command, and what follows it.
    Command(&'static Command, Range<usize>),
    /// What only looks like a command.
    Unknown(Range<usize>),
}

/// Where the text of a statement, with the `;` that ends it, or of an expression, without it, is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) span: Range<usize>,
    pub(crate) is_expression: bool,
}

/// A command of the prompt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// With its colon.
    pub(crate) name: &'static str,
    /// What follows it.
    pub(crate) argument: &'static str,
    /// The message that says what it does.
    pub(crate) about: &'static str,
}

/// All commands, as `:help` lists them.
pub(crate) const COMMANDS: &[Command] = &[HELP, LIST, STRUCTURE, EXPLAIN, QUIT];

pub(crate) const HELP: Command = Command { name: ":help", argument: "", about: "repl-help" };
pub(crate) const LIST: Command = Command { name: ":list", argument: "", about: "repl-list" };
pub(crate) const STRUCTURE: Command =
    Command { name: ":structure", argument: "NAME", about: "repl-structure" };
pub(crate) const EXPLAIN: Command =
    Command { name: ":explain", argument: "STATEMENT;", about: "repl-explain" };
pub(crate) const QUIT: Command = Command { name: ":quit", argument: "", about: "repl-quit" };

/// What comes next in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing but space and comments.
    Nothing,
    /// Something that has no end yet.
    Unfinished,
    /// An entry, and where the text goes on after it.
    Entry(Entry, usize),
}

/// What stands in a text of whole lines from a byte on. Where it has `ended`, what has no end is
/// taken as it is.
pub(crate) fn next(text: &str, from: usize, ended: bool) -> Next {
    let Some(first) = beginning(&text[from..]) else { return Next::Nothing };
    let start = from + first.start;
    if text[start..].starts_with(':') && !text[start..].starts_with(":=") {
        let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let word = text[start..line_end].split_whitespace().next().unwrap_or_default();
        let after = start + word.len();
        return match command(word) {
            Some(command) if *command == EXPLAIN => code(text, after, ended, Entry::Explain),
            Some(command) => {
                let argument = text[after..line_end].trim();
                let from = line_end - text[after..line_end].trim_start().len();
                let argument = from..from + argument.len();
                Next::Entry(Entry::Command(command, argument), line_end)
            }
            None => Next::Entry(Entry::Unknown(start..after), line_end),
        };
    }
    code(text, from, ended, Entry::Run)
}

fn code(text: &str, from: usize, ended: bool, entry: fn(Code) -> Entry) -> Next {
    let first = beginning(&text[from..]);
    let start = first.map_or(text.len(), |first| from + first.start);
    let is_expression = first.is_none_or(|first| first.is_expression);
    match first.and_then(|first| first.end).map(|end| from + end) {
        Some(end) => {
            let after = end + 1;
            let span = start..if is_expression { end } else { after };
            Next::Entry(entry(Code { span, is_expression }), after)
        }
        None if ended => {
            let span = start..text.trim_end().len().max(start);
            Next::Entry(entry(Code { span, is_expression }), text.len())
        }
        None => Next::Unfinished,
    }
}

/// The command of that name; the beginning of one will do if it is of one only.
pub(crate) fn command(word: &str) -> Option<&'static Command> {
    let mut meant = COMMANDS.iter().filter(|command| command.name.starts_with(word));
    match (meant.next(), meant.next()) {
        (Some(command), None) => Some(command),
        _ => None,
    }
}

/// Whether nothing in a text lacks its end.
pub(crate) fn is_finished(text: &str) -> bool {
    let mut from = 0;
    loop {
        match next(text, from, false) {
            Next::Nothing => return true,
            Next::Unfinished => return false,
            Next::Entry(_, after) => from = after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries of a text, those that have no end among them.
    fn entries(text: &str) -> Vec<String> {
        let mut entries = Vec::new();
        let mut from = 0;
        while let Next::Entry(entry, after) = next(text, from, true) {
            entries.push(match entry {
                Entry::Run(code) => text[code.span].to_owned(),
                Entry::Explain(code) => format!("explain {}", &text[code.span]),
                Entry::Command(command, argument) => {
                    format!("{} {}", command.name, &text[argument])
                }
                Entry::Unknown(word) => format!("unknown {}", &text[word]),
            });
            from = after;
        }
        entries
    }

    #[test]
    fn statements_and_commands_may_follow_one_another() {
        let text = "// begin\n:l\nA := \":quit\n;\"; sum(\n A); :structure 'a;b'\n\
                    :e sum(A);:quit\n:x y\nB := 1";
        assert_eq!(
            entries(text),
            [
                ":list ",
                "A := \":quit\n;\";",
                "sum(\n A)",
                ":structure 'a;b'",
                "explain sum(A)",
                ":quit ",
                "unknown :x",
                "B := 1",
            ]
        );
    }

    #[test]
    fn what_has_no_end_is_waited_for() {
        for (text, finished) in [
            ("", true),
            ("// nothing", true),
            ("A := 1; // one", true),
            (":help", true),
            ("A := 1", false),
            ("A := 1; B", false),
            ("A := \"1;", false),
            ("/* A := 1;", false),
            (":explain", false),
            (":explain A", false),
            (":explain A;", true),
        ] {
            assert_eq!(is_finished(text), finished, "{text}");
        }
    }
}
