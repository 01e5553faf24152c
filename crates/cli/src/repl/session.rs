//! A session: what is known at the prompt, and the answers that come of it. Nothing here reads what
//! is typed or writes an answer.

use super::TYPED;
use super::entry::{COMMANDS, Code, Command, Entry, HELP, LIST};
use super::prompt::Known;
use crate::args;
use crate::commands::one;
use crate::errors::{INPUT_MISSING, PROMPT};
use crate::given::Given;
use crate::render::Page;
use crate::render::table::{self, Column};
use crate::terminal::{Terminal, Tone};
use crate::vtl::{self, Checked};
use olshem_engine::{Bindings, Dataset, Engine, Watch};
use olshem_formats::structures;
use olshem_model::spelling::nearest;
use olshem_model::{DataStructure, Diagnostic, Place};
use olshem_vtl::errors::UNKNOWN_NAME;
use olshem_vtl::{Checker, Environment, Program, Source, Statement, Value, prompt};
use olshem_words::Words;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many rows of a dataset are shown.
const ROWS: usize = 20;

/// Inputs, definitions and results, and what is needed to make more of them.
pub(crate) struct Session<'a> {
    engine: Engine,
    checker: Checker,
    inputs: BTreeMap<String, DataStructure>,
    given: Given,
    described_in: PathBuf,
    data: Option<PathBuf>,
    /// The results, and those inputs that were used.
    bindings: Bindings,
    words: &'a Words,
    terminal: Terminal,
}

type Answered = Result<String, Vec<Diagnostic>>;

/// What a session begins with.
pub(crate) struct Inputs<'a> {
    /// The structures of the inputs.
    pub(crate) structures: Option<&'a Path>,
    /// The folder with their data.
    pub(crate) data: Option<&'a Path>,
    /// What else is given.
    pub(crate) given: &'a args::Given,
}

impl<'a> Session<'a> {
    /// A session with these inputs, whose data are not read yet.
    pub(crate) fn new(
        engine: Engine,
        from: &Inputs<'_>,
        words: &'a Words,
        terminal: Terminal,
    ) -> Result<Self, Vec<Diagnostic>> {
        let described_in = from.structures.unwrap_or(Path::new("")).to_path_buf();
        let described = from.structures.map(vtl::bytes).transpose().map_err(one)?;
        let (inputs, given) = match &described {
            Some(json) => {
                let inputs = structures::read(&described_in, json)?;
                (inputs, Given::read(from.given, (&described_in, json))?)
            }
            None => (BTreeMap::new(), Given::read(from.given, (&described_in, b"{}"))?),
        };
        let environment = Environment {
            datasets: inputs.clone(),
            today: vtl::today(),
            ..given.environment.clone()
        };
        Ok(Self {
            engine,
            checker: Checker::new(environment),
            inputs,
            described_in,
            data: from.data.map(Path::to_path_buf),
            bindings: Bindings { scalars: given.scalars.clone(), ..Bindings::default() },
            given,
            words,
            terminal,
        })
    }

    /// What stops a statement.
    pub(crate) fn watch(&self) -> Arc<Watch> {
        self.engine.watch()
    }

    /// Answers an entry of the text that was typed. A fault leaves the session as it was.
    pub(crate) fn answer(&mut self, typed: &str, entry: Entry) -> Answered {
        let place = |span: Range<usize>| Place::Text { file: TYPED.into(), span };
        match entry {
            Entry::Run(code) => self.run(typed, &code),
            Entry::Explain(code) => self.explained(typed, &code),
            Entry::Command(command, _) if *command == HELP => Ok(self.help()),
            Entry::Command(command, _) if *command == LIST => Ok(self.list()),
            Entry::Command(_, argument) => {
                let text = &typed[argument.clone()];
                self.structure(text, place(argument))
            }
            Entry::Unknown(word) => {
                let name = &typed[word.clone()];
                let message = format!("there is no command `{name}`");
                let near = nearest(name, COMMANDS.iter().map(|command| command.name));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("`{}` lists the commands", HELP.name),
                };
                Err(one(Diagnostic::new(&PROMPT, place(word), message).with_help(help)))
            }
        }
    }

    /// The names that may be typed next.
    pub(crate) fn known(&self) -> Known {
        let components = |structure: &DataStructure| {
            structure.components().iter().map(|component| component.name.clone()).collect()
        };
        let datasets = self.checker.structures().iter();
        let definitions = self.checker.definitions();
        Known {
            datasets: datasets.map(|(name, of)| (name.clone(), components(of))).collect(),
            scalars: self.checker.scalars().keys().cloned().collect(),
            definitions: definitions.into_iter().map(|(_, name)| name.to_owned()).collect(),
        }
    }

    // Statements.

    fn run(&mut self, typed: &str, code: &Code) -> Answered {
        let (checker, statements) = self.checked(typed, code)?;
        let mut page = Page::new(self.words, self.terminal);
        if statements.is_empty() {
            page.paragraph(0, Tone::Quiet, &self.words.get("repl-defined"));
        }
        for statement in &statements {
            self.open_inputs(&checker, statement)?;
            let program = Program { statements: vec![statement.clone()] };
            let unset = |name: &String| !self.bindings.scalars.contains_key(name);
            if program.statements[0].reads.iter().any(unset) {
                self.given.all_needed_by(&program)?;
            }
            let run = self.engine.run(&program, &mut self.bindings);
            run.map_err(|faults| placed(faults, &checker, statement))?;
            self.show(&mut page, statement);
        }
        let answer = page.into_text();
        self.checker = checker;
        Ok(answer)
    }

    /// The statements that were typed, and what would be known after them.
    fn checked(
        &self,
        typed: &str,
        code: &Code,
    ) -> Result<(Checker, Vec<Statement>), Vec<Diagnostic>> {
        let mut checker = self.checker.clone();
        let text = &typed[code.span.clone()];
        let source = Source { offset: code.span.start, ..Source::new(TYPED, text) };
        if !code.is_expression {
            let program = checker.revision(source)?;
            return Ok((checker, program.statements));
        }
        let (value, reads) = checker.expression(source)?;
        let span = match &value {
            Value::Dataset(node) => node.span,
            Value::Scalar(expr) => expr.span,
        };
        let statement =
            Statement { name: String::new(), persistent: false, value, single: false, reads, span };
        Ok((checker, vec![statement]))
    }

    /// Opens the inputs that a statement is the first to use.
    fn open_inputs(
        &mut self,
        checker: &Checker,
        statement: &Statement,
    ) -> Result<(), Vec<Diagnostic>> {
        let is_new = |name: &String| !self.bindings.inputs.contains_key(name);
        let new = statement.reads.iter().filter(|name| is_new(name));
        let new = new.filter_map(|name| self.inputs.get_key_value(name));
        let new: BTreeMap<_, _> = new.map(|(name, of)| (name.clone(), of.clone())).collect();
        let Some((first, _)) = new.first_key_value() else { return Ok(()) };
        let Some(folder) = &self.data else {
            let message = format!("`{first}` is an input, and there is no folder with its data");
            let place = checker.sources().place(statement.span);
            let fault = Diagnostic::new(&INPUT_MISSING, place, message);
            return Err(one(fault.with_help("start with `--data DIR`")));
        };
        let checked = Checked {
            given: Given::default(),
            inputs: new,
            program: Program { statements: vec![statement.clone()] },
            described_in: self.described_in.clone(),
        };
        let opened = checked.inputs(folder, false)?;
        self.bindings.inputs.extend(opened.inputs);
        Ok(())
    }

    /// Shows a result, and keeps it if it has a name.
    fn show(&mut self, page: &mut Page<'_>, statement: &Statement) {
        let Bindings { datasets, scalars, .. } = &mut self.bindings;
        let name = &statement.name;
        if !name.is_empty() {
            page.heading(name);
        }
        match &statement.value {
            Value::Dataset(_) => {
                scalars.remove(name);
                if let Some(dataset) = datasets.get(name) {
                    let shown = dataset.rows().min(ROWS);
                    table::draw(page, &vtl::columns(dataset, shown, self.words));
                    if shown < dataset.rows() {
                        let more = [("n", (dataset.rows() - shown).into())];
                        page.row(Tone::Quiet, &self.words.with("repl-more", &more));
                    }
                }
            }
            Value::Scalar(_) => {
                datasets.remove(name);
                page.row(Tone::Plain, &vtl::cell(scalars.get(name), self.words));
            }
        }
        if name.is_empty() {
            datasets.remove(name);
            scalars.remove(name);
        }
    }

    // Commands.

    /// What is told before anything is typed.
    pub(crate) fn welcome(&self) -> String {
        let mut page = Page::new(self.words, self.terminal);
        page.paragraph(0, Tone::Quiet, &self.words.get("repl-welcome"));
        page.into_text()
    }

    fn help(&self) -> String {
        let mut page = Page::new(self.words, self.terminal);
        page.paragraph(0, Tone::Plain, &self.words.get("repl-intro"));
        page.gap();
        let shown = |command: &Command| format!("{} {}", command.name, command.argument);
        let width = COMMANDS.iter().map(|command| shown(command).len()).max().unwrap_or_default();
        for command in COMMANDS {
            let first = format!("  {:width$}  ", shown(command));
            page.hanging(&first, first.len(), Tone::Plain, &self.words.get(command.about));
        }
        page.into_text()
    }

    fn list(&self) -> String {
        let mut rows: Vec<[String; 3]> = Vec::new();
        let is_given = |name: &String| {
            self.inputs.contains_key(name) || self.given.environment.scalars.contains_key(name)
        };
        let kind = |name: &String| match is_given(name) {
            true => self.words.get("repl-input"),
            false => self.words.get("repl-result"),
        };
        for (name, structure) in self.checker.structures() {
            rows.push([name.clone(), kind(name), structure.to_string()]);
        }
        for (name, data_type) in self.checker.scalars() {
            rows.push([name.clone(), kind(name), data_type.keyword().to_owned()]);
        }
        for (kind, name) in self.checker.definitions() {
            rows.push([name.to_owned(), kind.to_owned(), String::new()]);
        }
        let mut page = Page::new(self.words, self.terminal);
        if rows.is_empty() {
            page.paragraph(0, Tone::Plain, &self.words.get("repl-nothing"));
            return page.into_text();
        }
        let column = |title: &str, at: usize| Column {
            title: self.words.get(title),
            numeric: false,
            cells: rows.iter().map(|row| row[at].clone()).collect(),
        };
        let titles = ["repl-name", "repl-kind", "repl-components"];
        let columns = titles.iter().enumerate().map(|(at, title)| column(title, at));
        table::draw(&mut page, &columns.collect::<Vec<_>>());
        page.into_text()
    }

    fn structure(&self, text: &str, place: Place) -> Answered {
        let text = text.trim_end_matches(';').trim_end();
        if text.is_empty() {
            let message = "`:structure` needs the name of a dataset or scalar";
            let help = format!("`{}` lists them", LIST.name);
            return Err(one(Diagnostic::new(&PROMPT, place, message).with_help(help)));
        }
        let name = prompt::name(text).unwrap_or_else(|| text.to_owned());
        let mut page = Page::new(self.words, self.terminal);
        if let Some(structure) = self.checker.structures().get(&name) {
            table::draw(&mut page, &vtl::components(structure, self.words));
        } else if let Some(data_type) = self.checker.scalars().get(&name) {
            let told = [("type", data_type.keyword().into())];
            page.paragraph(0, Tone::Plain, &self.words.with("vtl-scalar", &told));
        } else {
            let message = format!("no dataset or scalar is called `{name}`");
            let known = self.checker.structures().keys().chain(self.checker.scalars().keys());
            let near = nearest(&name, known.map(String::as_str));
            let mut fault = Diagnostic::new(&UNKNOWN_NAME, place, message);
            fault.help = near.map(|near| format!("did you mean `{near}`?"));
            return Err(one(fault));
        }
        Ok(page.into_text())
    }

    /// Plans need no data: inputs that were not read yet stay so.
    fn explained(&self, typed: &str, code: &Code) -> Answered {
        let (checker, statements) = self.checked(typed, code)?;
        let mut page = Page::new(self.words, self.terminal);
        if statements.is_empty() {
            let place = Place::Text { file: TYPED.into(), span: code.span.clone() };
            return Err(one(Diagnostic::new(&PROMPT, place, "a definition has no plan")));
        }
        for statement in &statements {
            let mut bindings = self.bindings.clone();
            for name in &statement.reads {
                if let Some(structure) = self.inputs.get(name)
                    && !bindings.inputs.contains_key(name)
                {
                    bindings.datasets.insert(name.clone(), Dataset::empty(structure.clone()));
                }
            }
            let program = Program { statements: vec![statement.clone()] };
            let plans = self.engine.explain(&program, &mut bindings, &|_| true);
            let plans = plans.map_err(|fault| placed(one(fault), &checker, statement))?;
            for line in plans.iter().filter_map(|(_, plan)| plan.as_deref()).flat_map(str::lines) {
                page.row(Tone::Plain, line);
            }
        }
        Ok(page.into_text())
    }
}

/// Faults of a statement's run, with the statement as the place of those that have no better one.
fn placed(
    mut faults: Vec<Diagnostic>,
    checker: &Checker,
    statement: &Statement,
) -> Vec<Diagnostic> {
    for fault in faults.iter_mut().filter(|fault| fault.place == Place::Nowhere) {
        fault.place = checker.sources().place(statement.span);
    }
    faults
}
