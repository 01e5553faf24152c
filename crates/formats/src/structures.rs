//! Data structures to and from the JSON of VTL's technical notes.
//!
//! ```
//! use olshem_formats::structures;
//! use std::path::Path;
//!
//! let json = br#"{
//!     "datasets": [{"name": "SALES", "structure": "BY_REGION"}],
//!     "structures": [{"name": "BY_REGION", "components": [
//!         {"name": "REGION", "role": "Identifier", "data_type": "String"},
//!         {"name": "SALES", "role": "Measure", "data_type": "Number", "nullable": true}
//!     ]}]
//! }"#;
//! let read = structures::read(Path::new("structures.json"), json).unwrap();
//! assert_eq!(read["SALES"].to_string(), "REGION -> SALES");
//! let written = structures::write(read.iter().map(|(name, structure)| (name.as_str(), structure)), []);
//! assert_eq!(structures::read(Path::new("again.json"), written.as_bytes()).unwrap(), read);
//! ```

use crate::errors::WRONG_STRUCTURES;
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place, Role};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The structure of each dataset, by name.
///
/// The spellings in use are all read: `Time_Period` and `TimePeriod`, `Viral Attribute` and
/// `ViralAttribute`, in upper or lower case; `data_type` and `type`; components within the dataset
/// itself, as `components` or as `DataStructure`.
///
/// # Errors
///
/// Everything that is wrong with the description.
pub fn read(file: &Path, json: &[u8]) -> Result<BTreeMap<String, DataStructure>, Vec<Diagnostic>> {
    let value = parsed(file, json)?;
    let mut reader = Reader { file, faults: Vec::new() };
    let datasets = reader.datasets(&value);
    if reader.faults.is_empty() { Ok(datasets) } else { Err(reader.faults) }
}

/// The type of each scalar that is declared, by name: `scalars`, a list of names and types.
///
/// # Errors
///
/// Everything that is wrong with the list; that there is none is no fault.
pub fn scalars(file: &Path, json: &[u8]) -> Result<BTreeMap<String, DataType>, Vec<Diagnostic>> {
    let value = parsed(file, json)?;
    let mut reader = Reader { file, faults: Vec::new() };
    let mut read = BTreeMap::new();
    for scalar in value["scalars"].as_array().into_iter().flatten() {
        let Some(name) = scalar["name"].as_str().filter(|name| !name.is_empty()) else {
            reader.fault("a scalar has no `name`".to_owned());
            continue;
        };
        match type_of(name, scalar) {
            Ok(data_type) if read.insert(name.to_owned(), data_type).is_some() => {
                reader.fault(format!("there are two scalars `{name}`"));
            }
            Ok(_) => {}
            Err(message) => reader.fault(message),
        }
    }
    if reader.faults.is_empty() { Ok(read) } else { Err(reader.faults) }
}

fn parsed(file: &Path, json: &[u8]) -> Result<Value, Vec<Diagnostic>> {
    let bom = if json.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let json = &json[bom..];
    serde_json::from_slice(json).map_err(|error| {
        let at = bom + offset(json, error.line(), error.column());
        let place = Place::Text { file: file.to_path_buf(), span: at..at + 1 };
        // The place is told beside it.
        let told = error.to_string();
        let told = told.split(" at line ").next().unwrap_or_default();
        vec![Diagnostic::new(&WRONG_STRUCTURES, place, format!("not JSON: {told}"))]
    })
}

/// Where a line and column, both from 1, are in a text.
fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let before: usize =
        text.split_inclusive(|&byte| byte == b'\n').take(line.max(1) - 1).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

struct Reader<'f> {
    file: &'f Path,
    faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn fault(&mut self, message: String) {
        self.faults.push(Diagnostic::new(&WRONG_STRUCTURES, self.file, message));
    }

    fn datasets(&mut self, value: &Value) -> BTreeMap<String, DataStructure> {
        let mut read = BTreeMap::new();
        let Some(datasets) = value["datasets"].as_array() else {
            self.fault("there is no list `datasets`".to_owned());
            return read;
        };
        let none = Vec::new();
        let structures = value["structures"].as_array().unwrap_or(&none);
        for dataset in datasets {
            let Some(name) = dataset["name"].as_str().filter(|name| !name.is_empty()) else {
                self.fault("a dataset has no `name`".to_owned());
                continue;
            };
            let structure = match dataset["structure"].as_str() {
                None => dataset,
                Some(wanted) => {
                    let mut named = structures.iter().filter(|s| s["name"] == wanted);
                    match (named.next(), named.next()) {
                        (Some(structure), None) => structure,
                        (Some(_), Some(_)) => {
                            self.fault(format!("there are two structures `{wanted}`"));
                            continue;
                        }
                        (None, _) => {
                            self.fault(format!(
                                "dataset `{name}` has the structure `{wanted}`, which is not there"
                            ));
                            continue;
                        }
                    }
                }
            };
            let Some(structure) = self.structure(name, structure) else { continue };
            if read.insert(name.to_owned(), structure).is_some() {
                self.fault(format!("there are two datasets `{name}`"));
            }
        }
        read
    }

    fn structure(&mut self, dataset: &str, json: &Value) -> Option<DataStructure> {
        let components =
            ["components", "DataStructure"].iter().find_map(|key| json[key].as_array());
        let Some(components) = components.filter(|components| !components.is_empty()) else {
            self.fault(format!("dataset `{dataset}` has no `components`"));
            return None;
        };
        let mut structure = DataStructure::default();
        let before = self.faults.len();
        for json in components {
            match component(json) {
                Ok(component) if structure.get(&component.name).is_some() => {
                    self.fault(format!("dataset `{dataset}` has `{}` twice", component.name));
                }
                Ok(component) => structure.set(component),
                Err(message) => self.fault(format!("dataset `{dataset}`: {message}")),
            }
        }
        (self.faults.len() == before).then_some(structure)
    }
}

fn component(json: &Value) -> Result<Component, String> {
    let name = json["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or("a component has no `name`")?;
    let role_name = json["role"].as_str().ok_or(format!("`{name}` has no `role`"))?;
    let role = match plain(role_name).as_str() {
        "identifier" => Role::Identifier,
        "measure" => Role::Measure,
        "attribute" => Role::Attribute,
        "viralattribute" => Role::ViralAttribute,
        _ => {
            return Err(format!(
                "`{name}` has the role `{role_name}`, which is none of Identifier, Measure, \
                 Attribute and Viral Attribute"
            ));
        }
    };
    let data_type = type_of(name, json)?;
    let nullable = match &json["nullable"] {
        Value::Null => role != Role::Identifier,
        Value::Bool(true) if role == Role::Identifier => {
            return Err(format!("`{name}` is an identifier and can't be `nullable`"));
        }
        Value::Bool(nullable) => *nullable,
        other => return Err(format!("`{name}` has `nullable` = {other}, not true or false")),
    };
    Ok(Component { name: name.to_owned(), role, data_type, nullable, codes: None })
}

/// The type that something of that name says it has.
fn type_of(name: &str, json: &Value) -> Result<DataType, String> {
    let type_name = json["data_type"].as_str().or(json["type"].as_str());
    let type_name = type_name.ok_or(format!("`{name}` has no `data_type`"))?;
    type_named(type_name).ok_or(format!(
        "`{name}` has the type `{type_name}`, which is none of Integer, Number, Boolean, String, \
         Time_Period, Date, Time and Duration"
    ))
}

/// The type of that name, in any of the spellings in use.
pub fn type_named(name: &str) -> Option<DataType> {
    Some(match plain(name).as_str() {
        "integer" => DataType::Integer,
        "number" => DataType::Number,
        "boolean" => DataType::Boolean,
        "string" => DataType::String,
        "timeperiod" => DataType::TimePeriod,
        "date" => DataType::Date,
        "time" => DataType::Time,
        "duration" => DataType::Duration,
        _ => return None,
    })
}

/// In lower case, without what stands between words.
fn plain(word: &str) -> String {
    let letters = word.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
    letters.flat_map(char::to_lowercase).collect()
}

/// What is written, in the order in which it is written.
#[derive(Serialize)]
struct Description<'a> {
    datasets: Vec<Dataset<'a>>,
    structures: Vec<Structure<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scalars: Vec<Scalar<'a>>,
}

#[derive(Serialize)]
struct Dataset<'a> {
    name: &'a str,
    structure: &'a str,
}

#[derive(Serialize)]
struct Structure<'a> {
    name: &'a str,
    components: Vec<Described<'a>>,
}

#[derive(Serialize)]
struct Described<'a> {
    name: &'a str,
    role: &'static str,
    data_type: &'static str,
    nullable: bool,
}

#[derive(Serialize)]
struct Scalar<'a> {
    name: &'a str,
    data_type: &'static str,
}

/// The description of these datasets and scalars, as [`read`] reads it.
pub fn write<'a>(
    datasets: impl IntoIterator<Item = (&'a str, &'a DataStructure)>,
    scalars: impl IntoIterator<Item = (&'a str, DataType)>,
) -> String {
    let (listed, structures) = datasets
        .into_iter()
        .map(|(name, structure)| {
            let components = structure.components().iter().map(|component| Described {
                name: &component.name,
                role: role(component.role),
                data_type: data_type(component.data_type),
                nullable: component.nullable,
            });
            let components = components.collect();
            (Dataset { name, structure: name }, Structure { name, components })
        })
        .unzip();
    let scalars = scalars.into_iter().map(|(name, of)| Scalar { name, data_type: data_type(of) });
    let description = Description { datasets: listed, structures, scalars: scalars.collect() };
    // Texts and truth values can always be written.
    serde_json::to_string_pretty(&description).unwrap_or_default() + "\n"
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Identifier => "Identifier",
        Role::Measure => "Measure",
        Role::Attribute => "Attribute",
        Role::ViralAttribute => "Viral Attribute",
    }
}

fn data_type(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Integer => "Integer",
        DataType::Number => "Number",
        DataType::Boolean => "Boolean",
        DataType::String => "String",
        DataType::TimePeriod => "TimePeriod",
        DataType::Date => "Date",
        DataType::Time => "Time",
        DataType::Duration => "Duration",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_component(component: &str) -> String {
        let json = format!(r#"{{"datasets": [{{"name": "D", "DataStructure": [{component}]}}]}}"#);
        match read(Path::new("s.json"), json.as_bytes()) {
            Ok(read) => {
                let component = &read["D"].components()[0];
                format!("{} {}", component.role.keyword(), component.data_type)
            }
            Err(faults) => faults[0].message.clone(),
        }
    }

    #[test]
    fn spellings_of_roles_and_types() {
        for (component, expected) in [
            (
                r#"{"name": "A", "role": "Identifier", "type": "Time_Period"}"#,
                "identifier time_period",
            ),
            (
                r#"{"name": "A", "role": "IDENTIFIER", "data_type": "TimePeriod"}"#,
                "identifier time_period",
            ),
            (
                r#"{"name": "A", "role": "Viral Attribute", "type": "string"}"#,
                "viral attribute string",
            ),
            (
                r#"{"name": "A", "role": "ViralAttribute", "type": "NUMBER"}"#,
                "viral attribute number",
            ),
            (
                r#"{"name": "A", "role": "Identifier", "type": "String", "nullable": true}"#,
                "dataset `D`: `A` is an identifier and can't be `nullable`",
            ),
            (r#"{"name": "A", "type": "String"}"#, "dataset `D`: `A` has no `role`"),
            (r#"{"role": "Measure"}"#, "dataset `D`: a component has no `name`"),
        ] {
            assert_eq!(of_component(component), expected, "{component}");
        }
    }

    #[test]
    fn what_is_no_description_is_refused() {
        let refusal = |json: &str| {
            let faults = read(Path::new("s.json"), json.as_bytes()).unwrap_err();
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            refusal("{\n  \"datasets\": [,]\n}"),
            "s.json: byte 17: not JSON: expected value (F023)"
        );
        assert_eq!(refusal("[]"), "s.json: there is no list `datasets` (F023)");
        assert_eq!(
            refusal(r#"{"datasets": [{"name": "A"}, {"name": "B", "structure": "C"}, {}]}"#),
            "s.json: dataset `A` has no `components` (F023)\n\
             s.json: dataset `B` has the structure `C`, which is not there (F023)\n\
             s.json: a dataset has no `name` (F023)"
        );
    }
}
