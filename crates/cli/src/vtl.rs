//! `olshem vtl`: scripts of one's own over files of one's own, without an account.

use crate::args::{self, DataFormat, Global, VtlCommand};
use crate::commands::{Answer, Answered, engine, one};
use crate::errors::{FILE, FILE_NAME, INPUT_AMBIGUOUS, INPUT_MISSING};
use crate::given::Given;
use crate::progress::Progress;
use crate::render::Page;
use crate::render::table::{self, Column};
use crate::repl;
use crate::results::Results;
use crate::terminal::{Terminal, Tone};
use olshem_engine::{Bindings, Dataset, Engine, Estimate, Rows, Scalar};
use olshem_formats::described::{DataFile, FileFormat};
use olshem_formats::structures;
use olshem_model::time::Date;
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place, Role};
use olshem_vtl::{Checker, Environment, Program, Source, Statement, Value};
use olshem_words::Words;
use olshem_words::number;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Carries one of the commands out.
pub(crate) fn run(
    command: &VtlCommand,
    global: &Global,
    words: &Words,
    (terminal, stderr): (Terminal, Terminal),
) -> Answered {
    match command {
        VtlCommand::Run { script, structures, given, data, trust_input, out, format, all } => {
            let engine = engine(global.threads)?;
            let checked = Checked::over(data, script, structures, given, &engine)?;
            checked.given.all_needed_by(&checked.program)?;
            let inputs = checked.inputs(data, *trust_input)?;
            let running = Running { checked: &checked, engine: &engine, all: *all };
            let _progress = Progress::of(&engine, words, stderr);
            match out {
                Some(folder) => running.written(inputs, folder, *format, words),
                None => running.printed(inputs, words, terminal),
            }
        }
        VtlCommand::Check { script, structures, given } => {
            let checked = Checked::read(script, structures, given)?;
            // Whether a query fits the data is known when it is planned.
            if checked.program.statements.iter().any(|result| result.value.is_external()) {
                checked.explained(&engine(global.threads)?, words, terminal).map_err(one)?;
            }
            Ok(Answer::new(checked.described(words, terminal)))
        }
        VtlCommand::Explain { script, structures, given } => {
            let checked = Checked::read(script, structures, given)?;
            checked
                .explained(&engine(global.threads)?, words, terminal)
                .map(Answer::new)
                .map_err(one)
        }
        VtlCommand::Repl { structures, given, data } => {
            let engine = engine(global.threads)?;
            let stderr = Terminal::stderr(global.color);
            let (structures, data) = (structures.as_deref(), data.as_deref());
            let inputs = repl::Inputs { structures, data, given };
            repl::run(engine, &inputs, words, terminal, stderr)
        }
        VtlCommand::Fmt { check, files } => fmt(files, *check, words),
    }
}

// Input.

pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Diagnostic::new(&FILE, path, "the file does not exist"),
        _ => Diagnostic::new(&FILE, path, format!("can't read the file: {error}")),
    })
}

fn script(path: &Path) -> Result<Source, Diagnostic> {
    let text = String::from_utf8(bytes(path)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let place = Place::Text { file: path.to_path_buf(), span: at..at + 1 };
        Diagnostic::new(&FILE, place, "the script is not UTF-8")
    })?;
    Ok(Source::new(path, text))
}

/// The day, in UTC.
pub(crate) fn today() -> Option<Date> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i32::try_from(since.as_secs() / 86_400).ok().and_then(Date::from_days)
}

/// All faults, if there is any.
pub(crate) fn faultless(
    faults: impl IntoIterator<Item = Diagnostic>,
) -> Result<(), Vec<Diagnostic>> {
    let faults: Vec<Diagnostic> = faults.into_iter().collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A name that would lead to another folder, or to no file.
fn unsafe_name(name: &str) -> Option<Diagnostic> {
    let is_unsafe = name.starts_with('.') || name.contains(['/', '\\', ':', '\0', '\n', '\r']);
    is_unsafe.then(|| {
        let message = format!("`{}` can't be the name of a file", name.escape_debug());
        Diagnostic::new(&FILE_NAME, Place::Nowhere, message)
    })
}

/// A script without faults, and what is known of its inputs and results.
pub(crate) struct Checked {
    pub(crate) inputs: BTreeMap<String, DataStructure>,
    pub(crate) given: Given,
    pub(crate) program: Program,
    pub(crate) described_in: PathBuf,
}

impl Checked {
    fn read(path: &Path, structures: &Path, given: &args::Given) -> Result<Self, Vec<Diagnostic>> {
        let described = bytes(structures).map_err(one)?;
        let inputs = structures::read(structures, &described)?;
        let given = Given::read(given, (structures, &described))?;
        let checked = Self::new(script(path).map_err(one)?, inputs, given, structures)?;
        checked.given.all_read_by(&checked.program)?;
        Ok(checked)
    }

    /// The same with the data at hand: the columns that `pivot` makes are the codes that occur.
    fn over(
        data: &Path,
        path: &Path,
        structures: &Path,
        given: &args::Given,
        engine: &Engine,
    ) -> Result<Self, Vec<Diagnostic>> {
        let source = script(path).map_err(one)?;
        let described = bytes(structures).map_err(one)?;
        let mut inputs = structures::read(structures, &described)?;
        let given = Given::read(given, (structures, &described))?;
        for identifier in source.pivoted() {
            for (name, structure) in &mut inputs {
                let open = |c: &Component| c.role == Role::Identifier && c.codes.is_none();
                let file = |extension: &str| data.join(format!("{name}.{extension}"));
                let is_there = file("csv").exists() || file("parquet").exists();
                if !is_there || !structure.get(&identifier).is_some_and(open) {
                    continue;
                }
                // A dataset has no `#` in its name.
                let query = format!("'#codes' := count('{name}' group by '{identifier}');");
                let only = BTreeMap::from([(name.clone(), structure.clone())]);
                let query =
                    Self::new(Source::new(structures, query), only, Given::default(), structures)?;
                // Its keys are checked when the script reads it.
                let mut bindings = query.inputs(data, true)?;
                engine.run(&query.program, &mut bindings)?;
                let Some(found) = bindings.datasets.get("#codes") else { continue };
                let codes: Vec<String> = (0..found.rows())
                    .filter_map(|row| Some(found.value(row, &identifier)?.to_string()))
                    .collect();
                let components = structure.components().iter().cloned();
                *structure = DataStructure::new(components.map(|component| {
                    match component.name == identifier {
                        true => component.with_codes(codes.clone()),
                        false => component,
                    }
                }));
            }
        }
        let checked = Self::new(source, inputs, given, structures)?;
        checked.given.all_read_by(&checked.program)?;
        Ok(checked)
    }

    fn new(
        source: Source,
        inputs: BTreeMap<String, DataStructure>,
        given: Given,
        structures: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut environment = Environment { today: today(), ..given.environment.clone() };
        for (name, structure) in &inputs {
            environment = environment.with_dataset(name, structure.clone());
        }
        let mut checker = Checker::new(environment);
        let program = checker.program(vec![source])?;
        Ok(Self { inputs, given, program, described_in: structures.to_path_buf() })
    }

    /// The data of every input that the script reads.
    pub(crate) fn inputs(&self, folder: &Path, trust: bool) -> Result<Bindings, Vec<Diagnostic>> {
        let reads = |name: &String| {
            self.program.statements.iter().any(|statement| statement.reads.contains(name))
        };
        let scalars = self.given.scalars.clone();
        let mut bindings = Bindings { scalars, ..Bindings::default() };
        let mut faults = Vec::new();
        for (name, structure) in self.inputs.iter().filter(|(name, _)| reads(name)) {
            match self.input(folder, name, structure) {
                Ok(file) => {
                    let file = if trust { file.trusted() } else { file };
                    bindings.inputs.insert(name.clone(), Arc::new(file));
                }
                Err(found) => faults.extend(found),
            }
        }
        faultless(faults)?;
        Ok(bindings)
    }

    fn input(
        &self,
        folder: &Path,
        name: &str,
        structure: &DataStructure,
    ) -> Result<DataFile, Vec<Diagnostic>> {
        faultless(unsafe_name(name))?;
        let file = |extension: &str| folder.join(format!("{name}.{extension}"));
        let (csv, parquet) = (file("csv"), file("parquet"));
        match (csv.exists(), parquet.exists()) {
            (true, false) => DataFile::open(csv, FileFormat::Csv, structure.clone()),
            (false, true) => DataFile::open(parquet, FileFormat::Parquet, structure.clone()),
            (true, true) => {
                let message = format!("`{name}` is there as CSV and as Parquet");
                let help = "keep the one that is meant".to_owned();
                Err(one(Diagnostic::new(&INPUT_AMBIGUOUS, csv, message).with_help(help)))
            }
            (false, false) => {
                let message = format!(
                    "the script reads `{name}`, and there is no {name}.csv or {name}.parquet"
                );
                let help = format!("its structure is in {}", self.described_in.display());
                Err(one(Diagnostic::new(&INPUT_MISSING, folder, message).with_help(help)))
            }
        }
    }

    /// Every statement with its plan.
    fn explained(
        &self,
        engine: &Engine,
        words: &Words,
        terminal: Terminal,
    ) -> Result<String, Diagnostic> {
        let mut page = Page::new(words, terminal);
        let mut bindings = Bindings::default();
        for (name, structure) in &self.inputs {
            bindings.datasets.insert(name.clone(), Dataset::empty(structure.clone()));
        }
        for (name, data_type) in &self.given.environment.scalars {
            let value = self.given.scalars.get(name).cloned();
            let value = value.unwrap_or(Scalar::Null(*data_type));
            bindings.scalars.insert(name.clone(), value);
        }
        let plans = engine.explain(&self.program, &mut bindings, &|result| result.persistent)?;
        for (name, plan) in plans {
            page.heading(&name);
            match plan {
                Some(plan) => plan.lines().for_each(|line| page.row(Tone::Plain, line)),
                None => page.row(Tone::Quiet, &words.get("vtl-planned-into")),
            }
        }
        Ok(page.into_text())
    }

    /// Every result with its components.
    fn described(&self, words: &Words, terminal: Terminal) -> String {
        let mut page = Page::new(words, terminal);
        for statement in &self.program.statements {
            let key = if statement.persistent { "vtl-persistent" } else { "vtl-temporary" };
            page.heading(&words.with(key, &[("name", statement.name.as_str().into())]));
            let structure = match &statement.value {
                Value::Dataset(node) if !statement.single => &node.structure,
                _ => {
                    let data_type = statement.scalar_type().unwrap_or(DataType::String);
                    let told = [("type", data_type.keyword().into())];
                    page.paragraph(0, Tone::Plain, &words.with("vtl-scalar", &told));
                    continue;
                }
            };
            table::draw(&mut page, &components(structure, words));
        }
        page.into_text()
    }
}

// Output.

/// A structure as a table: a row for each component.
pub(crate) fn components(structure: &DataStructure, words: &Words) -> [Column; 4] {
    let column =
        |title: &str, cells: Vec<String>| Column { title: words.get(title), numeric: false, cells };
    let cells = |cell: &dyn Fn(&olshem_model::Component) -> String| {
        structure.components().iter().map(cell).collect::<Vec<_>>()
    };
    [
        column("vtl-component", cells(&|component| component.name.clone())),
        column("vtl-role", cells(&|component| component.role.keyword().to_owned())),
        column("vtl-type", cells(&|component| component.data_type.keyword().to_owned())),
        column(
            "vtl-null",
            cells(&|component| match component.nullable {
                true => "null".to_owned(),
                false => "not null".to_owned(),
            }),
        ),
    ]
}

/// Takes a result as it is computed, or gives it back as a whole.
type Receive<'r> =
    dyn FnMut(&Statement, Rows<'_>) -> Result<Option<Dataset>, Diagnostic> + Send + 'r;

/// A script that is being run.
struct Running<'r> {
    checked: &'r Checked,
    engine: &'r Engine,
    all: bool,
}

impl Running<'_> {
    fn wants(&self, statement: &Statement) -> bool {
        self.all || statement.persistent
    }

    fn results(&self) -> impl Iterator<Item = &Statement> {
        self.checked.program.statements.iter().filter(|statement| self.wants(statement))
    }

    fn nothing_kept(&self, words: &Words) -> Option<Answer> {
        let remarks = words.get("vtl-nothing-kept") + "\n";
        self.results().next().is_none().then(|| Answer { remarks, ..Answer::default() })
    }

    /// The scalars and, where `receive` does not take them, the datasets.
    fn run(
        &self,
        mut inputs: Bindings,
        receive: &mut Receive<'_>,
    ) -> Result<Bindings, Vec<Diagnostic>> {
        let mut kept = BTreeMap::new();
        let wants = |result: &Statement| self.wants(result);
        self.engine.stream(
            &self.checked.program,
            &mut inputs,
            &wants,
            &mut |statement, rows| {
                let kept_one = match statement.single {
                    true => Some(rows.into_dataset()?),
                    false => receive(statement, rows)?,
                };
                kept.extend(kept_one.map(|dataset| (statement.name.clone(), dataset)));
                Ok(())
            },
        )?;
        Ok(Bindings { datasets: kept, ..inputs })
    }

    /// Every result as a table for people.
    fn printed(&self, inputs: Bindings, words: &Words, terminal: Terminal) -> Answered {
        let results = self.run(inputs, &mut |_, rows| rows.into_dataset().map(Some))?;
        if let Some(answer) = self.nothing_kept(words) {
            return Ok(answer);
        }
        let mut page = Page::new(words, terminal);
        for result in self.results() {
            page.heading(&result.name);
            match results.datasets.get(&result.name).filter(|_| !result.single) {
                Some(dataset) => table::draw(&mut page, &columns(dataset, dataset.rows(), words)),
                None => page.row(Tone::Plain, &cell(value(result, &results).as_ref(), words)),
            }
        }
        Ok(Answer::new(page.into_text()))
    }

    /// Every result and its structure as files, all of them or none.
    fn written(
        &self,
        inputs: Bindings,
        folder: &Path,
        format: DataFormat,
        words: &Words,
    ) -> Answered {
        faultless(self.results().filter_map(|result| unsafe_name(&result.name)))?;
        let mut files = Results::new(folder, format, self.engine.partitions()).map_err(one)?;
        let results = self.run(inputs, &mut |statement, rows| {
            files.dataset(&statement.name, rows).map(|()| None)
        })?;
        for result in self.results() {
            if let Some(data_type) = result.scalar_type() {
                files.scalar(&result.name, data_type, value(result, &results))?;
            }
        }
        if let Some(answer) = self.nothing_kept(words) {
            return Ok(answer);
        }
        let files = files.keep().map_err(one)?;
        let lines = files.iter().map(|file| format!("{}\n", file.display()));
        Ok(Answer::new(lines.collect::<String>()))
    }
}

/// The first rows of a dataset, as many as are asked for.
pub(crate) fn columns(dataset: &Dataset, rows: usize, words: &Words) -> Vec<Column> {
    let components = dataset.structure().components().iter();
    let column = |component: &olshem_model::Component| Column {
        title: component.name.clone(),
        numeric: component.data_type.is_numeric(),
        cells: (0..rows)
            .map(|row| cell(dataset.value(row, &component.name).as_ref(), words))
            .collect(),
    };
    components.map(column).collect()
}

pub(crate) fn cell(value: Option<&Scalar>, words: &Words) -> String {
    match value {
        Some(Scalar::Number(Estimate { value: Some(number), .. })) => {
            words.number(*number, number::own_decimals(*number))
        }
        // A line is a row.
        Some(value) => value.to_string().replace(['\n', '\r'], "↵"),
        None => "null".to_owned(),
    }
}

/// The value of a result that is a scalar.
fn value(result: &Statement, results: &Bindings) -> Option<Scalar> {
    match &result.value {
        Value::Scalar(_) => results.scalars.get(&result.name).cloned(),
        Value::Dataset(node) => {
            let measure = node.structure.measures().next()?;
            results.datasets.get(&result.name)?.value(0, &measure.name)
        }
    }
}

// Layout.

fn fmt(files: &[PathBuf], check: bool, words: &Words) -> Answered {
    let mut changed = String::new();
    let mut faults = Vec::new();
    for path in files {
        let outcome = script(path).map_err(one).and_then(|source| {
            let text = olshem_vtl::format(&source)?;
            let differs = text != source.text;
            if differs && !check {
                replace(path, &text).map_err(one)?;
            }
            Ok(differs)
        });
        match outcome {
            Ok(true) => changed.push_str(&format!("{}\n", path.display())),
            Ok(false) => {}
            Err(found) => faults.extend(found),
        }
    }
    faultless(faults)?;
    let found_something = check && !changed.is_empty();
    let remarks = match found_something {
        true => words.get("vtl-would-change") + "\n",
        false => String::new(),
    };
    Ok(Answer { result: changed.into_bytes(), remarks, found_something })
}

/// Replaces a file whole or not at all.
fn replace(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::new(&FILE, path, format!("can't write the file: {error}"))
    };
    // A link stays one, and what it leads to is replaced.
    let target = path.canonicalize().map_err(failed)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let permissions = std::fs::metadata(&target).map_err(failed)?.permissions();
    let done = std::fs::write(&beside, text)
        .and_then(|()| std::fs::set_permissions(&beside, permissions))
        .and_then(|()| std::fs::rename(&beside, &target));
    if done.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    done.map_err(failed)
}
