//! The commands, each a function from its arguments to text.

use crate::args::{Cli, Command, Format, SourceCommand};
use crate::errors;
use crate::files::{self, Target};
use crate::manual;
use crate::render::{indicator, lineage, report};
use crate::serve;
use crate::sources;
use crate::terminal::Terminal;
use crate::vtl;
use olshem_account::{Account, Run};
use olshem_engine::Engine;
use olshem_formats::files::Writing;
use olshem_model::{Diagnostic, Place};
use olshem_words::{Locale, Words};
use serde::Serialize;
use std::error::Error;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

/// What a command has to say.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// For standard output.
    pub(crate) result: Vec<u8>,
    /// For standard error.
    pub(crate) remarks: String,
    /// Whether a check found something.
    pub(crate) found_something: bool,
}

impl Answer {
    pub(crate) fn new(result: impl Into<Vec<u8>>) -> Self {
        Self { result: result.into(), ..Self::default() }
    }
}

/// An answer, or every fault that is still to be told: none, where the command has told them.
pub(crate) type Answered = Result<Answer, Vec<Diagnostic>>;

/// An account that has been run, and the words to speak of it.
struct Opened {
    engine: Engine,
    run: Run,
    words: Words,
}

/// Carries the command out. `asked` is the language that the user or the environment wants.
pub(crate) fn run(cli: &Cli, asked: Option<Locale>) -> Answered {
    let terminal = Terminal::stdout(cli.global.color);
    let words = Words::new(asked.unwrap_or(Locale::En));
    let open = |path: &Path| open(path, asked, cli.global.threads);
    match &cli.command {
        Command::Check { account, json } => check(&open(account)?, *json, terminal),
        Command::Show { account, indicator, at, format } => {
            show(&open(account)?, indicator, at, *format, terminal)
        }
        Command::Explain { account, claim: Some(id), json, .. } => {
            explain_claim(&open(account)?, id, *json, terminal)
        }
        Command::Explain { account, indicator, at, json, .. } => {
            // clap requires one where no claim is given.
            let indicator = indicator.as_deref().unwrap_or_default();
            explain(&open(account)?, indicator, at, *json, terminal)
        }
        Command::Build { account } => build(&open(account)?),
        Command::New { dir } => new(dir, &words),
        Command::Accept { account, source } => accept(account, source, &words),
        Command::Inspect { file, reading, all } => {
            files::inspect(file, reading, *all, &words, terminal)
        }
        Command::Convert { input, output, reading, to, language, agency } => {
            let (language, agency) = (language.clone(), Some(agency.clone()));
            let language = language.or_else(|| Some(words.locale().tag().to_owned()));
            let writing = Writing { language, agency };
            let target = Target { path: output, kind: *to, writing };
            files::convert(input, &target, reading, &words)
        }
        Command::Source { command: SourceCommand::Add { account, file, id, reading } } => {
            sources::add(account, file, id.as_deref(), reading, &words)
        }
        Command::Source { command: SourceCommand::Verify { account } } => {
            sources::verify(account, &words, (terminal, Terminal::stderr(cli.global.color)))
        }
        Command::Serve { account, listen, release, watch } => {
            let release = release.as_deref();
            serve::serve(account, *listen, release, *watch, cli.global.threads)
        }
        Command::Publish { account, out } => {
            serve::publish(account, out, cli.global.threads, &words)
        }
        Command::Vtl { command } => {
            let stderr = Terminal::stderr(cli.global.color);
            vtl::run(command, &cli.global, &words, (terminal, stderr))
        }
        Command::Errors { code, markdown } => explain_code(code.as_deref(), *markdown, &words),
        Command::Completions { shell } => Ok(Answer::new(manual::completions(*shell))),
        Command::Man { markdown: true } => Ok(Answer::new(manual::markdown())),
        Command::Man { markdown: false } => {
            manual::man().map(Answer::new).map_err(|error| unwritable(&error))
        }
    }
}

fn open(
    path: &Path,
    asked: Option<Locale>,
    threads: Option<NonZeroUsize>,
) -> Result<Opened, Vec<Diagnostic>> {
    let account = Account::load(path)?;
    let own = account.settings().locales.first().and_then(|tag| Locale::from_tag(tag));
    let words = Words::new(asked.or(own).unwrap_or(Locale::En));
    let engine = engine(threads)?;
    let run = account.run(&engine)?;
    Ok(Opened { engine, run, words })
}

/// An engine on as many threads as were asked for, or as there are.
pub(crate) fn engine(threads: Option<NonZeroUsize>) -> Result<Engine, Vec<Diagnostic>> {
    let threads = threads.or(thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    Engine::new(threads).map_err(one)
}

/// A list of the one fault there is.
pub(crate) fn one(fault: Diagnostic) -> Vec<Diagnostic> {
    vec![fault]
}

fn check(opened: &Opened, json: bool, terminal: Terminal) -> Answered {
    let report = opened.run.report();
    let text = match json {
        true => to_json(report)?,
        false => report::report(report, &opened.words, terminal),
    };
    Ok(Answer { found_something: report.found_something(), ..Answer::new(text) })
}

fn show(
    opened: &Opened,
    indicator: &str,
    at: &[(String, String)],
    format: Format,
    terminal: Terminal,
) -> Answered {
    let table = opened.run.indicator(indicator).and_then(|table| table.at(at)).map_err(one)?;
    match format {
        Format::Table => Ok(Answer::new(indicator::table(&table, &opened.words, terminal))),
        Format::Csv => table.csv().map(Answer::new).map_err(one),
        Format::Json => Ok(Answer::new(to_json(&table)?)),
    }
}

fn explain(
    opened: &Opened,
    indicator: &str,
    at: &[(String, String)],
    json: bool,
    terminal: Terminal,
) -> Answered {
    let found = opened.run.explain(&opened.engine, indicator, at).map_err(one)?;
    Ok(Answer::new(match json {
        true => to_json(&found)?,
        false => lineage::lineage(&found, &opened.words, terminal),
    }))
}

fn explain_claim(opened: &Opened, id: &str, json: bool, terminal: Terminal) -> Answered {
    let found = opened.run.explain_claim(&opened.engine, id).map_err(one)?;
    Ok(Answer::new(match json {
        true => to_json(&found)?,
        false => lineage::claim(&found, &opened.words, terminal),
    }))
}

fn build(opened: &Opened) -> Answered {
    let release = opened.run.seal().map_err(one)?;
    let path = release.path.display().to_string();
    let remark = match release.new {
        true => opened.words.with("release-new", &[("path", path.into())]),
        false => opened.words.with("release-known", &[("path", path.into())]),
    };
    Ok(Answer { remarks: remark + "\n", ..Answer::new(release.id + "\n") })
}

fn to_json(value: &impl Serialize) -> Result<String, Vec<Diagnostic>> {
    let json = serde_json::to_string_pretty(value).map(|json| json + "\n");
    json.map_err(|error| unwritable(&error))
}

fn unwritable(error: &dyn Error) -> Vec<Diagnostic> {
    one(Diagnostic::new(&errors::OUTPUT, Place::Nowhere, error.to_string()))
}

fn new(dir: &Path, words: &Words) -> Answered {
    let name = dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy();
    olshem_account::create(dir, &name).map_err(one)?;
    let path = dir.display().to_string();
    let made = words.with("account-made", &[("path", (&path).into())]);
    Ok(Answer::new(format!("{made}\n\n  olshem check {path}\n")))
}

fn accept(account: &Path, source: &str, words: &Words) -> Answered {
    olshem_account::accept(account, source).map_err(one)?;
    let accepted = words.with("source-accepted", &[("source", source.into())]);
    Ok(Answer::new(format!("{accepted}\n\n  olshem check {}\n", account.display())))
}

fn explain_code(code: Option<&str>, markdown: bool, words: &Words) -> Answered {
    match code {
        _ if markdown => Ok(Answer::new(errors::markdown())),
        None => Ok(Answer::new(errors::list(words))),
        Some(id) => match errors::find(id) {
            Some((_, code)) => Ok(Answer::new(errors::explanation(code, words))),
            None => {
                let message = format!("`{id}` is no error code");
                let fault = Diagnostic::new(&errors::UNKNOWN_CODE, Place::Nowhere, message);
                Err(one(fault.with_help(words.get("hint-codes"))))
            }
        },
    }
}
