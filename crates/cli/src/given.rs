//! What a script is given besides datasets: value domains, scalars, external routines.

use crate::args;
use crate::commands::one;
use crate::errors::{DESCRIPTION, SCALAR};
use crate::vtl::{bytes, faultless};
use olshem_engine::Scalar;
use olshem_formats::structures;
use olshem_model::spelling::nearest;
use olshem_model::{DataType, Diagnostic, Place};
use olshem_vtl::program::{Literal, Program};
use olshem_vtl::{Environment, ValueDomain};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What was given, as far as it is said in files and on the command line.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Domains, routines and the types of scalars.
    pub(crate) environment: Environment,
    /// The values of scalars.
    pub(crate) scalars: BTreeMap<String, Scalar>,
    /// The scalars that the structures declare.
    declared: BTreeMap<String, DataType>,
}

impl Given {
    /// Reads the files. `structures` is the one that may declare scalars.
    pub(crate) fn read(
        given: &args::Given,
        (structures, json): (&Path, &[u8]),
    ) -> Result<Self, Vec<Diagnostic>> {
        let declared = structures::scalars(structures, json)?;
        let mut environment = Environment::default();
        let mut faults = Vec::new();
        let domains = |file: &Path| described(file, domain);
        environment.domains = by_name(&given.domains, "value domains", domains, &mut faults);
        environment.routines = by_name(&given.routines, "external routines", routines, &mut faults);
        environment.scalars = declared.clone();
        let mut scalars = BTreeMap::new();
        for (name, text) in &given.scalars {
            match scalar(name, text, declared.get(name).copied()) {
                Ok((data_type, value)) => {
                    environment.scalars.insert(name.clone(), data_type);
                    if scalars.insert(name.clone(), value).is_some() {
                        let message = format!("the scalar `{name}` is given twice");
                        faults.push(Diagnostic::new(&SCALAR, Place::Nowhere, message));
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        faultless(faults)?;
        Ok(Self { environment, scalars, declared })
    }

    /// No scalar is given that the script does not read, as happens when a name is misspelt.
    pub(crate) fn all_read_by(&self, program: &Program) -> Result<(), Vec<Diagnostic>> {
        let unread = |name: &&String| !self.declared.contains_key(*name) && !reads(program, name);
        faultless(self.scalars.keys().filter(unread).map(|name| {
            let message = format!("the script reads no scalar `{name}`");
            let fault = Diagnostic::new(&SCALAR, Place::Nowhere, message);
            match nearest(name, self.declared.keys().map(String::as_str)) {
                Some(near) => fault.with_help(format!("did you mean `{near}`?")),
                None => fault,
            }
        }))
    }

    /// Every scalar that the script reads has a value.
    pub(crate) fn all_needed_by(&self, program: &Program) -> Result<(), Vec<Diagnostic>> {
        let missing = |name: &&String| reads(program, name) && !self.scalars.contains_key(*name);
        faultless(self.declared.keys().filter(missing).map(|name| {
            let message = format!("the script reads the scalar `{name}`, which is not given");
            let help = format!("give it with --scalar {name}=VALUE");
            Diagnostic::new(&SCALAR, Place::Nowhere, message).with_help(help)
        }))
    }
}

/// What the files describe, by name. Each name occurs once; `what` says of what.
fn by_name<T>(
    files: &[PathBuf],
    what: &str,
    read: impl Fn(&Path) -> Result<Vec<(String, T)>, Vec<Diagnostic>>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, T> {
    let mut all = BTreeMap::new();
    for file in files {
        let found = read(file).unwrap_or_else(|found| {
            faults.extend(found);
            Vec::new()
        });
        for (name, value) in found {
            if all.insert(name.clone(), value).is_some() {
                let message = format!("there are two {what} `{name}`");
                faults.push(Diagnostic::new(&DESCRIPTION, file.as_path(), message));
            }
        }
    }
    all
}

fn reads(program: &Program, name: &String) -> bool {
    program.statements.iter().any(|statement| statement.reads.contains(name))
}

/// A scalar as it stands on the command line: a constant of VTL, or where its type is known text
/// without quotes.
fn scalar(
    name: &str,
    text: &str,
    declared: Option<DataType>,
) -> Result<(DataType, Scalar), Diagnostic> {
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let quoted = quoted.map(|text| text.replace("\"\"", "\""));
    let plain = |data_type| match &quoted {
        Some(_) => None,
        None => Literal::of(text, data_type).map(|literal| (data_type, literal)),
    };
    let (data_type, literal) = match (declared, text, &quoted) {
        (Some(of), "null", _) => (of, Literal::Null),
        (Some(of), _, _) => {
            let text = quoted.as_deref().unwrap_or(text);
            let literal = Literal::of(text, of).ok_or_else(|| {
                let message = format!("the scalar `{name}` is to be a {of}, which `{text}` is not");
                Diagnostic::new(&SCALAR, Place::Nowhere, message)
            })?;
            (of, literal)
        }
        (None, _, Some(text)) => (DataType::String, Literal::String(text.clone())),
        (None, _, None) => plain(DataType::Boolean)
            .or_else(|| plain(DataType::Integer))
            .or_else(|| plain(DataType::Number))
            .ok_or_else(|| {
                let message =
                    format!("the scalar `{name}` has no type, and `{text}` is no constant");
                let help = "constants are 3, 2.5, true and \"text\", here within single quotes: \
                            '\"text\"'; other types are declared in `scalars` of the structures";
                Diagnostic::new(&SCALAR, Place::Nowhere, message).with_help(help)
            })?,
    };
    let value = match literal {
        Literal::Null => Scalar::Null(data_type),
        Literal::Boolean(value) => Scalar::Boolean(value),
        Literal::Integer(value) => Scalar::Integer(value),
        Literal::Number(value) => value.into(),
        Literal::String(value) => Scalar::String(value),
    };
    Ok((data_type, value))
}

/// The routines of a file: JSON, or the one query that it holds and is named after it.
fn routines(file: &Path) -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
    if file.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("sql")) {
        return described(file, |routine| match routine["query"].as_str() {
            Some(query) => Ok(query.to_owned()),
            None => Err("has no `query`".to_owned()),
        });
    }
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match String::from_utf8(bytes(file).map_err(one)?) {
        Ok(query) => Ok(vec![(name, query)]),
        Err(_) => Err(one(Diagnostic::new(&DESCRIPTION, file, "the query is not UTF-8"))),
    }
}

/// The things that a JSON file describes, one or a list, by their names.
fn described<T>(
    file: &Path,
    read: impl Fn(&Json) -> Result<T, String>,
) -> Result<Vec<(String, T)>, Vec<Diagnostic>> {
    let text = bytes(file).map_err(one)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let json: Json = serde_json::from_slice(text).map_err(|error| {
        let place = Place::Line { file: file.to_owned(), line: error.line(), column: None };
        let told = error.to_string();
        let told = told.split(" at line ").next().unwrap_or_default();
        one(Diagnostic::new(&DESCRIPTION, place, format!("not JSON: {told}")))
    })?;
    let items = json.as_array().map_or(std::slice::from_ref(&json), Vec::as_slice);
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for item in items {
        let name = item["name"].as_str().filter(|name| !name.is_empty());
        let read = match name {
            Some(name) => read(item)
                .map(|value| (name.to_owned(), value))
                .map_err(|message| format!("`{name}` {message}")),
            None => Err("there is no `name`".to_owned()),
        };
        match read {
            Ok(item) => found.push(item),
            Err(message) => faults.push(Diagnostic::new(&DESCRIPTION, file, message)),
        }
    }
    faultless(faults)?;
    Ok(found)
}

fn domain(json: &Json) -> Result<ValueDomain, String> {
    let type_name = json["type"].as_str().ok_or("has no `type`")?;
    let data_type = structures::type_named(type_name)
        .ok_or(format!("has the type `{type_name}`, which is none of VTL's"))?;
    let set = json["setlist"].as_array().ok_or("has no list `setlist`")?;
    let value = |item: &Json| {
        let literal = match (data_type, item) {
            (DataType::Boolean, Json::Bool(value)) => Some(Literal::Boolean(*value)),
            (DataType::Integer, Json::Number(number)) => number.as_i64().map(Literal::Integer),
            (DataType::Number, Json::Number(number)) => number.as_f64().map(Literal::Number),
            (DataType::Boolean | DataType::Integer | DataType::Number, _) => None,
            (_, Json::String(text)) => Literal::of(text, data_type),
            _ => None,
        };
        literal.ok_or(format!("has {item} in its `setlist`, which is no {data_type}"))
    };
    let values = set.iter().map(value).collect::<Result<_, _>>()?;
    Ok(ValueDomain { data_type, values })
}
