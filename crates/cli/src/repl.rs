//! `olshem vtl repl`: statements run as they are typed.
//!
//! * [`entry`] takes what was typed apart: statements, and commands such as `:list`;
//! * [`session`] answers an entry, and holds what the next one may refer to;
//! * [`prompt`] is the terminal: history and completion.
//!
//! Here the entries come in and the answers go out, one by one. Without a terminal both are plain
//! streams.

mod entry;
mod prompt;
mod session;

use crate::commands::{Answer, Answered, one};
use crate::diagnostics::{self, Texts};
use crate::errors::{FILE, OUTPUT};
use crate::terminal::Terminal;
use entry::{Entry, Next};
use olshem_engine::Engine;
use olshem_model::{Diagnostic, Place};
use olshem_words::Words;
use prompt::{Line, Prompt};
pub(crate) use session::Inputs;
use session::Session;
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;

/// What places call the text that was typed.
const TYPED: &str = "<stdin>";

/// Reads entries until there are no more, and answers each.
pub(crate) fn run(
    engine: Engine,
    inputs: &Inputs<'_>,
    words: &Words,
    stdout: Terminal,
    stderr: Terminal,
) -> Answered {
    let session = Session::new(engine, inputs, words, stdout)?;
    let mut dialogue =
        Dialogue { session, typed: String::new(), done: 0, faults: 0, words, stderr };
    match io::stdin().is_terminal() && stdout.interactive {
        true => dialogue.at_prompt(),
        false => dialogue.over_stream(io::stdin().lock()),
    }
}

/// Everything that was typed so far, and the answers to it.
struct Dialogue<'a> {
    session: Session<'a>,
    typed: String,
    /// Up to where it was answered.
    done: usize,
    faults: usize,
    words: &'a Words,
    stderr: Terminal,
}

/// Why no more is to be answered.
enum End {
    /// The user wants to leave, or nobody reads the answers any more.
    Left,
    Fault(Diagnostic),
}

impl Dialogue<'_> {
    fn at_prompt(&mut self) -> Answered {
        let mut prompt = Prompt::new().map_err(one)?;
        // While a line is edited Ctrl-C is a key; while a statement runs it ends that one.
        let watch = self.session.watch();
        let _ = ctrlc::set_handler(move || watch.interrupt());
        let mut ended = self.say(&self.session.welcome());
        while ended.is_ok() {
            ended = match prompt.line(self.session.known()) {
                Ok(Line::Typed(line)) => self.answer(&(line + "\n"), true),
                Ok(Line::Abandoned) => Ok(()),
                Ok(Line::End) => Err(End::Left),
                Err(fault) => Err(End::Fault(fault)),
            };
        }
        if let Some(fault) = prompt.history_fault() {
            self.complain(&[fault]);
        }
        match ended {
            Ok(()) | Err(End::Left) => Ok(Answer::default()),
            Err(End::Fault(fault)) => Err(one(fault)),
        }
    }

    fn over_stream(&mut self, mut stream: impl Read) -> Answered {
        let mut buffer = vec![0; 1 << 20];
        let mut waiting: Vec<u8> = Vec::new();
        loop {
            let read = match stream.read(&mut buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(one(unreadable(&error))),
            };
            waiting.extend(&buffer[..read]);
            // A line may be a command, and where it ends is seen only at its end.
            let whole_lines = match read {
                0 => waiting.len(),
                _ => waiting.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1),
            };
            let lines: Vec<u8> = waiting.drain(..whole_lines).collect();
            let answered = match std::str::from_utf8(&lines) {
                Ok(lines) => self.answer(lines, read == 0),
                Err(error) => {
                    let (text, _) = lines.split_at(error.valid_up_to());
                    let answered = self.answer(&String::from_utf8_lossy(text), false);
                    answered.and_then(|()| Err(self.not_text()))
                }
            };
            match answered {
                Ok(()) if read > 0 => {}
                Err(End::Fault(fault)) => return Err(one(fault)),
                Ok(()) | Err(End::Left) if self.faults == 0 => return Ok(Answer::default()),
                Ok(()) | Err(End::Left) => {
                    let count = diagnostics::count(self.faults, self.words, self.stderr);
                    let _ = io::stderr().lock().write_all(count.as_bytes());
                    return Err(Vec::new());
                }
            }
        }
    }

    /// What comes after the text typed so far is no text.
    fn not_text(&mut self) -> End {
        let end = self.typed.len();
        let place = Place::Text { file: TYPED.into(), span: end..end };
        self.complain(&[Diagnostic::new(&FILE, place, "what was typed is not UTF-8")]);
        End::Left
    }

    /// Answers all entries that are whole with what was typed now. `ended` says that no more comes
    /// that could make them whole.
    fn answer(&mut self, typed: &str, ended: bool) -> Result<(), End> {
        self.typed.push_str(typed);
        while let Next::Entry(entry, done) = entry::next(&self.typed, self.done, ended) {
            self.done = done;
            if matches!(&entry, Entry::Command(command, _) if **command == entry::QUIT) {
                return Err(End::Left);
            }
            self.session.watch().resume();
            match self.session.answer(&self.typed, entry) {
                Ok(answer) => self.say(&answer)?,
                Err(faults) => self.complain(&faults),
            }
        }
        Ok(())
    }

    /// Writes an answer, with an empty line after it.
    fn say(&self, answer: &str) -> Result<(), End> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(format!("{answer}\n").as_bytes());
        written.and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => End::Left,
            _ => End::Fault(Diagnostic::new(&OUTPUT, Place::Nowhere, error.to_string())),
        })
    }

    fn complain(&mut self, faults: &[Diagnostic]) {
        self.faults += faults.len();
        let texts = Texts { typed: Some((Path::new(TYPED), &self.typed)) };
        let mut text = diagnostics::each(faults, texts, self.words, self.stderr);
        if self.stderr.interactive {
            text.push('\n');
        }
        // If standard error is gone there is nobody left to tell.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn unreadable(error: &impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new(&FILE, Path::new(TYPED), format!("can't read what is typed: {error}"))
}
