//! `olshem vtl`: scripts of one's own over files of one's own, without an account.

use crate::args::{self, DataFormat, VtlCommand};
use crate::commands::{Answer, Answered, engine, one};
use crate::errors::{FILE, FILE_NAME, INPUT_AMBIGUOUS, INPUT_MISSING};
use crate::given::Given;
use crate::locale::Words;
use crate::number;
use crate::render::Page;
use crate::render::table::{self, Column};
use crate::terminal::{Terminal, Tone};
use olshem_engine::{Bindings, Dataset, Engine, Estimate, Scalar};
use olshem_formats::parquet::Names;
use olshem_formats::{described, parquet, structures};
use olshem_model::{DataStructure, DataType, Diagnostic, Place};
use olshem_vtl::{Checker, Program, Source, Statement, Value};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Carries one of the commands out.
pub(crate) fn run(
    command: &VtlCommand,
    threads: Option<NonZeroUsize>,
    words: &Words,
    terminal: Terminal,
) -> Answered {
    match command {
        VtlCommand::Run { script, structures, given, data, out, format, all } => {
            let checked = Checked::read(script, structures, given)?;
            checked.given.all_needed_by(&checked.program)?;
            let results = checked.program.statements.iter().filter(|s| *all || s.persistent);
            let results: Vec<&Statement> = results.collect();
            if out.is_some() {
                faultless(results.iter().filter_map(|result| unsafe_name(&result.name)))?;
            }
            let mut bindings = checked.inputs(data)?;
            engine(threads)?.run(&checked.program, &mut bindings).map_err(one)?;
            if results.is_empty() {
                let remarks = words.get("vtl-nothing-kept") + "\n";
                return Ok(Answer { remarks, ..Answer::default() });
            }
            match out {
                None => Ok(Answer::new(printed(&results, &bindings, words, terminal))),
                Some(folder) => {
                    let files = written(&results, &bindings, folder, *format)?;
                    let lines = files.iter().map(|file| format!("{}\n", file.display()));
                    Ok(Answer::new(lines.collect::<String>()))
                }
            }
        }
        VtlCommand::Check { script, structures, given } => {
            let checked = Checked::read(script, structures, given)?;
            // Whether a query fits the data is known when it is planned.
            if checked.program.statements.iter().any(|result| result.value.is_external()) {
                checked.explained(&engine(threads)?, words, terminal).map_err(one)?;
            }
            Ok(Answer::new(checked.described(words, terminal)))
        }
        VtlCommand::Explain { script, structures, given } => {
            let checked = Checked::read(script, structures, given)?;
            checked.explained(&engine(threads)?, words, terminal).map(Answer::new).map_err(one)
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
struct Checked {
    inputs: BTreeMap<String, DataStructure>,
    given: Given,
    program: Program,
    described_in: PathBuf,
}

impl Checked {
    fn read(path: &Path, structures: &Path, given: &args::Given) -> Result<Self, Vec<Diagnostic>> {
        let described = bytes(structures).map_err(one)?;
        let inputs = structures::read(structures, &described)?;
        let given = Given::read(given, (structures, &described))?;
        let mut environment = given.environment.clone();
        for (name, structure) in &inputs {
            environment = environment.with_dataset(name, structure.clone());
        }
        let mut checker = Checker::new(environment);
        let program = checker.program(vec![script(path).map_err(one)?])?;
        given.all_read_by(&program)?;
        Ok(Self { inputs, given, program, described_in: structures.to_path_buf() })
    }

    /// The data of every input that the script reads.
    fn inputs(&self, folder: &Path) -> Result<Bindings, Vec<Diagnostic>> {
        let reads = |name: &String| {
            self.program.statements.iter().any(|statement| statement.reads.contains(name))
        };
        let scalars = self.given.scalars.clone();
        let mut bindings = Bindings { scalars, ..Bindings::default() };
        let mut faults = Vec::new();
        for (name, structure) in self.inputs.iter().filter(|(name, _)| reads(name)) {
            match self.dataset(folder, name, structure) {
                Ok(dataset) => drop(bindings.datasets.insert(name.clone(), dataset)),
                Err(found) => faults.extend(found),
            }
        }
        faultless(faults)?;
        Ok(bindings)
    }

    fn dataset(
        &self,
        folder: &Path,
        name: &str,
        structure: &DataStructure,
    ) -> Result<Dataset, Vec<Diagnostic>> {
        faultless(unsafe_name(name))?;
        let file = |extension: &str| folder.join(format!("{name}.{extension}"));
        let (csv, parquet) = (file("csv"), file("parquet"));
        let (file, batch) = match (csv.exists(), parquet.exists()) {
            (true, false) => {
                let batch = described::read_csv(&csv, &bytes(&csv).map_err(one)?, structure)?;
                (csv, batch)
            }
            (false, true) => {
                let read = bytes(&parquet).map_err(one)?;
                (parquet.clone(), described::read_parquet(&parquet, read, structure)?)
            }
            (true, true) => {
                let message = format!("`{name}` is there as CSV and as Parquet");
                let help = "keep the one that is meant".to_owned();
                return Err(one(Diagnostic::new(&INPUT_AMBIGUOUS, csv, message).with_help(help)));
            }
            (false, false) => {
                let message = format!(
                    "the script reads `{name}`, and there is no {name}.csv or {name}.parquet"
                );
                let help = format!("its structure is in {}", self.described_in.display());
                return Err(one(Diagnostic::new(&INPUT_MISSING, folder, message).with_help(help)));
            }
        };
        Dataset::new(structure.clone(), &batch).map_err(|mut fault| {
            fault.place = file.into();
            one(fault)
        })
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
        for statement in &self.program.statements {
            page.heading(&statement.name);
            for line in engine.explain(statement, &bindings)?.lines() {
                page.row(Tone::Plain, line);
            }
            match &statement.value {
                Value::Dataset(node) => {
                    let result = Dataset::empty(node.structure.clone());
                    bindings.datasets.insert(statement.name.clone(), result);
                }
                Value::Scalar(expr) => {
                    let result = Scalar::Null(expr.data_type);
                    bindings.scalars.insert(statement.name.clone(), result);
                }
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
                Value::Dataset(node) => &node.structure,
                Value::Scalar(expr) => {
                    let told = [("type", expr.data_type.keyword().into())];
                    page.paragraph(0, Tone::Plain, &words.with("vtl-scalar", &told));
                    continue;
                }
            };
            let column = |title: &str, cells: Vec<String>| Column {
                title: words.get(title),
                numeric: false,
                cells,
            };
            let cells = |cell: &dyn Fn(&olshem_model::Component) -> String| {
                structure.components().iter().map(cell).collect::<Vec<_>>()
            };
            let columns = [
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
            ];
            table::draw(&mut page, &columns);
        }
        page.into_text()
    }
}

// Output.

/// Every result as a table for people.
fn printed(
    results: &[&Statement],
    bindings: &Bindings,
    words: &Words,
    terminal: Terminal,
) -> String {
    let mut page = Page::new(words, terminal);
    for result in results {
        page.heading(&result.name);
        if let Some(dataset) = bindings.datasets.get(&result.name) {
            let columns: Vec<Column> = dataset
                .structure()
                .components()
                .iter()
                .map(|component| Column {
                    title: component.name.clone(),
                    numeric: component.data_type.is_numeric(),
                    cells: (0..dataset.rows())
                        .map(|row| cell(dataset.value(row, &component.name).as_ref(), words))
                        .collect(),
                })
                .collect();
            table::draw(&mut page, &columns);
        } else {
            page.row(Tone::Plain, &cell(bindings.scalars.get(&result.name), words));
        }
    }
    page.into_text()
}

fn cell(value: Option<&Scalar>, words: &Words) -> String {
    match value {
        Some(Scalar::Number(Estimate { value: Some(number), .. })) => {
            words.number(*number, number::own_decimals(*number))
        }
        // A line is a row.
        Some(value) => value.to_string().replace(['\n', '\r'], "↵"),
        None => "null".to_owned(),
    }
}

/// Writes every result and its structure, all of them or none.
fn written(
    results: &[&Statement],
    bindings: &Bindings,
    folder: &Path,
    format: DataFormat,
) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    for result in results {
        let name = result.name.as_str();
        let (data, description) = match bindings.datasets.get(name) {
            Some(dataset) => {
                let structure = dataset.structure();
                let data = match format {
                    DataFormat::Csv => described::write_csv(dataset.batch()),
                    DataFormat::Parquet => {
                        parquet::write(structure, dataset.batch(), &Names::default())
                            .map_err(one)?
                    }
                };
                (data, structures::write([(name, structure)], []))
            }
            None => scalar(name, result, bindings, format)?,
        };
        files.push((folder.join(format!("{name}.{}", format.extension())), data));
        files.push((folder.join(format!("{name}.json")), description.into_bytes()));
    }
    let failed = |path: &Path, error: &std::io::Error| {
        one(Diagnostic::new(&FILE, path, format!("can't write the file: {error}")))
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let temporary = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.with_file_name(format!(".{name}.{}.new", std::process::id()))
    };
    let write = |(path, data): &(PathBuf, Vec<u8>)| {
        std::fs::write(temporary(path), data).map_err(|error| failed(path, &error))
    };
    let rename = |(path, _): &(PathBuf, Vec<u8>)| {
        std::fs::rename(temporary(path), path).map_err(|error| failed(path, &error))
    };
    let done = files.iter().try_for_each(write).and_then(|()| files.iter().try_for_each(rename));
    if done.is_err() {
        for (path, _) in &files {
            // Those that were renamed or never written are not there.
            let _ = std::fs::remove_file(temporary(path));
        }
    }
    done.map(|()| files.into_iter().map(|(path, _)| path).collect())
}

/// A scalar as data of one column and one row, which need no other way to be written, and its
/// description.
fn scalar(
    name: &str,
    result: &Statement,
    bindings: &Bindings,
    format: DataFormat,
) -> Result<(Vec<u8>, String), Vec<Diagnostic>> {
    let data_type = match &result.value {
        Value::Scalar(expr) => expr.data_type,
        Value::Dataset(_) => DataType::String,
    };
    let value = match bindings.scalars.get(name) {
        None | Some(Scalar::Null(_)) => String::new(),
        Some(value) => value.to_string(),
    };
    let component = olshem_model::Component::measure(name, data_type);
    let structure = DataStructure::new([component]);
    let heading = csv_line(name);
    let batch = described::read_csv(
        Path::new(name),
        format!("{heading}{}", csv_line(&value)).as_bytes(),
        &structure,
    )?;
    let data = match format {
        DataFormat::Csv => described::write_csv(&batch),
        DataFormat::Parquet => {
            parquet::write(&structure, &batch, &Names::default()).map_err(one)?
        }
    };
    Ok((data, structures::write([], [(name, data_type)])))
}

fn csv_line(field: &str) -> String {
    format!("\"{}\"\n", field.replace('"', "\"\""))
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
