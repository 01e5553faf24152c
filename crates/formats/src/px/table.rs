//! What a PC-Axis file says of its table: the statements before `DATA` as a description.
//!
//! What has a place in [`Description`] goes there: titles, units, sources, footnotes, labels. What is
//! said of one value of a variable (`PRECISION("variable","value")`, or `UNITS("value")` of a contents
//! variable) is an annotation of its code, of that keyword's kind. All else is kept as an
//! [`Extra`], under its keyword, of the variable or of the data set.

use super::axis::Axis;
use super::source::Source;
use super::statement::Statement;
use super::{DATANOTE, STATUS, SYMBOLS, VALUE};
use crate::cube::{Axes, CONTENTS_VARIABLE, UNDETERMINED, named};
use crate::message::{Description, Extra, Note, Variable};
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Codelist, Component, DataType, Diagnostic};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A table whose metadata are read.
pub(super) struct Table {
    pub(super) description: Description,
    pub(super) axes: Axes,
    /// The codes of each dimension.
    pub(super) codes: Vec<Vec<String>>,
    /// How many dimensions are in the stub.
    pub(super) stub: usize,
    /// With `KEYS`: as what `DATA` names the values of each dimension of the stub.
    pub(super) keys: Option<Vec<HashMap<String, usize>>>,
    pub(super) marks: Option<Marks>,
}

/// The marks that `DATANOTECELL` sets on cells.
#[derive(Default)]
pub(super) struct Marks {
    on_one: HashMap<u64, String>,
    /// On all cells that have these codes; `None` is any.
    on_many: Vec<(Vec<Option<usize>>, String)>,
}

impl Marks {
    pub(super) fn of(&self, position: u64, axes: &Axes) -> Option<&str> {
        self.on_one.get(&position).map(String::as_str).or_else(|| {
            let fits = |(codes, _): &&(Vec<Option<usize>>, String)| {
                let is_in = |(axis, code): (usize, &Option<usize>)| {
                    code.is_none_or(|code| axes.code(position, axis) == code)
                };
                codes.iter().enumerate().all(is_in)
            };
            self.on_many.iter().find(fits).map(|(_, mark)| mark.as_str())
        })
    }
}

/// What is put together from the statements.
struct Reading<'s, 'c> {
    source: &'s Source<'c>,
    language: String,
    dimensions: Vec<Axis>,
    contents: Option<usize>,
    description: Description,
    value: Variable,
    symbols: HashMap<&'static str, Labels>,
    marks: Vec<(Vec<Option<usize>>, String)>,
}

impl Table {
    pub(super) fn read(
        source: &Source<'_>,
        statements: Vec<Statement>,
    ) -> Result<Self, Diagnostic> {
        let find = |keyword: &str| {
            let of_file = |s: &&Statement| s.keyword == keyword && s.language.is_none();
            statements.iter().find(of_file).and_then(Statement::values)
        };
        let first = |values: Vec<String>| values.into_iter().find(|value| !value.is_empty());
        let language =
            find("LANGUAGE").and_then(first).or_else(|| find("LANGUAGES").and_then(first));
        let language = language.unwrap_or_else(|| UNDETERMINED.to_owned());
        let statements: Vec<(Statement, String)> = statements
            .into_iter()
            .map(|statement| {
                let of = statement.language.clone().unwrap_or_else(|| language.clone());
                (statement, of)
            })
            .collect();
        let (dimensions, stub) = Axis::all(source, &statements, &language)?;
        let keys = keys(source, &statements, &dimensions, &language, stub)?;
        let stem = source.path().file_stem().unwrap_or_default().to_string_lossy();
        let mut reading = Reading {
            source,
            contents: None,
            description: Description { id: stem.into_owned(), ..Description::default() },
            value: Variable::new(Component::measure(VALUE, DataType::Number)),
            dimensions,
            language,
            symbols: HashMap::new(),
            marks: Vec::new(),
        };
        reading.contents = statements
            .iter()
            .filter(|(s, _)| s.keyword == "CONTVARIABLE")
            .find_map(|(s, language)| reading.dimension(language, s.values()?.first()?));
        for (statement, language) in &statements {
            reading.take(statement, language)?;
        }
        reading.finish(stub, keys)
    }
}

/// As what the rows of `DATA` name the values of the stub's dimensions.
fn keys(
    source: &Source<'_>,
    statements: &[(Statement, String)],
    dimensions: &[Axis],
    language: &str,
    stub: usize,
) -> Result<Option<Vec<HashMap<String, usize>>>, Diagnostic> {
    let is_keyed = |(s, _): &&(Statement, String)| s.keyword == "KEYS" && !s.is_empty();
    if !statements.iter().any(|s| is_keyed(&s)) {
        return Ok(None);
    }
    let mut spelt: Vec<&[String]> = dimensions.iter().take(stub).map(|axis| &*axis.codes).collect();
    for (statement, of) in statements.iter().filter(is_keyed) {
        let values = statement.values().unwrap_or_default();
        let axis =
            statement.keys.first().and_then(|name| Axis::find(dimensions, of, language, name));
        let (Some(slot), [kind]) = (axis.and_then(|axis| spelt.get_mut(axis)), &*values) else {
            continue; // Of the heading, which has no keys.
        };
        let axis = axis.and_then(|axis| dimensions.get(axis));
        match (kind.to_ascii_uppercase().as_str(), axis) {
            ("VALUES", Some(axis)) => *slot = axis.values.get(language).map_or(&[], |v| v),
            ("CODES", Some(axis)) => *slot = &axis.codes,
            _ => {
                let message = format!("`KEYS`: `{kind}` is neither `CODES` nor `VALUES`");
                return Err(source.fault(statement.line, message));
            }
        }
    }
    let by_key = |spelt: &&[String]| {
        spelt.iter().enumerate().map(|(at, key)| (key.clone(), at)).collect::<HashMap<_, _>>()
    };
    Ok(Some(spelt.iter().map(by_key).collect()))
}

impl Reading<'_, '_> {
    fn dimension(&self, language: &str, name: &str) -> Option<usize> {
        Axis::find(&self.dimensions, language, &self.language, name)
    }

    /// The number of a value that a statement names.
    fn value(&self, axis: usize, language: &str, text: &str) -> Option<usize> {
        self.dimensions.get(axis)?.value(language, &self.language, text)
    }

    /// Puts what a statement says in its place.
    fn take(&mut self, statement: &Statement, language: &str) -> Result<(), Diagnostic> {
        let keyword = statement.keyword.as_str();
        if super::axis::is_structural(keyword) && !self.is_left_over(statement, language) {
            return Ok(());
        }
        // Of the file, which is written without.
        if statement.is_empty() || keyword == "KEYS" {
            return Ok(());
        }
        let Some(values) = statement.values() else {
            let message = format!("`{keyword}`: what stands after `=` is no list of values");
            return Err(self.source.fault(statement.line, message));
        };
        let is_taken = match &*statement.keys {
            [] => self.of_table(keyword, language, &values),
            [key] => self.of_variable(keyword, language, key, &values),
            [name, value] => self.of_value(keyword, language, [name, value], &values),
            _ => false,
        } || self.of_cells(keyword, language, &statement.keys, &values);
        if !is_taken {
            let keys: Vec<String> = statement.keys.iter().map(|key| format!("\"{key}\"")).collect();
            let keyword = match keys.is_empty() {
                true => keyword.to_owned(),
                false => format!("{keyword}({})", keys.join(",")),
            };
            let extra = self.extra(&keyword, language, values);
            self.description.extras.push(extra);
        }
        Ok(())
    }

    /// Whether a structural keyword says something of a variable that there is not.
    fn is_left_over(&self, statement: &Statement, language: &str) -> bool {
        let names = statement.keys.first();
        names.is_some_and(|name| self.dimension(language, name).is_none())
    }

    fn extra(&self, keyword: &str, language: &str, values: Vec<String>) -> Extra {
        let language = (language != self.language).then(|| language.to_owned());
        Extra { keyword: keyword.to_owned(), language, values, annotation: None }
    }

    /// What a keyword without a sub-key says; whether there is a place for it.
    fn of_table(&mut self, keyword: &str, language: &str, values: &[String]) -> bool {
        let [value] = values else { return false };
        let is_default = language == self.language;
        let put = |labels: &mut Labels| {
            labels.entry(language.to_owned()).or_insert_with(|| value.clone());
        };
        if let Some(&(symbol, _)) = SYMBOLS.iter().find(|(_, symbol)| *symbol == keyword) {
            put(self.symbols.entry(symbol).or_default());
            return true;
        }
        match keyword {
            "MATRIX" if is_default => self.description.id.clone_from(value),
            "TITLE" => put(&mut self.description.names),
            "SOURCE" => put(&mut self.description.source),
            "UNITS" => put(&mut self.value.unit),
            "LAST-UPDATED" => {
                let updated = self.description.updated.get_or_insert_with(|| value.clone());
                return updated == value;
            }
            "SHOWDECIMALS" => match value.parse() {
                Ok(decimals) if is_default => self.value.decimals = Some(decimals),
                _ => return false,
            },
            "DECIMALS" if is_default => {
                let extra = self.extra(keyword, language, values.to_vec());
                self.value.extras.push(extra);
            }
            "NOTE" | "NOTEX" => self.note(keyword, language, Vec::new(), value),
            _ => return false,
        }
        true
    }

    /// What is said of a variable, or of a value of the contents variable.
    fn of_variable(&mut self, keyword: &str, language: &str, key: &str, values: &[String]) -> bool {
        if matches!(keyword, "CELLNOTE" | "CELLNOTEX" | "DATANOTECELL") {
            return false;
        }
        let axis = self.dimension(language, key);
        let content = self.contents.and_then(|c| Some((c, self.value(c, language, key)?)));
        match (axis, content, values) {
            (Some(axis), _, [text]) if matches!(keyword, "NOTE" | "NOTEX") => {
                let name = self.dimensions.get(axis).map(|axis| axis.name.clone());
                self.note(keyword, language, vec![(name.unwrap_or_default(), String::new())], text);
            }
            (_, Some((axis, value)), [text]) => self.annotate(keyword, language, axis, value, text),
            (Some(axis), ..) => {
                let extra = self.extra(keyword, language, values.to_vec());
                if let Some(axis) = self.dimensions.get_mut(axis) {
                    axis.extras.push(extra);
                }
            }
            _ => return false,
        }
        true
    }

    /// What is said of a value of a variable.
    fn of_value(
        &mut self,
        keyword: &str,
        language: &str,
        [name, value]: [&str; 2],
        values: &[String],
    ) -> bool {
        if matches!(keyword, "CELLNOTE" | "CELLNOTEX" | "DATANOTECELL") {
            return false;
        }
        let ([text], Some(axis)) = (values, self.dimension(language, name)) else { return false };
        let Some(number) = self.value(axis, language, value) else { return false };
        if !keyword.starts_with("VALUENOTE") {
            self.annotate(keyword, language, axis, number, text);
            return true;
        }
        let Some(described) = self.dimensions.get(axis) else { return false };
        let Some(code) = described.codes.get(number) else { return false };
        let on = vec![(described.name.clone(), code.clone())];
        self.note(keyword, language, on, text);
        true
    }

    /// Footnotes and marks on cells: a value or `*` for each variable.
    fn of_cells(
        &mut self,
        keyword: &str,
        language: &str,
        keys: &[String],
        values: &[String],
    ) -> bool {
        let is_note = matches!(keyword, "CELLNOTE" | "CELLNOTEX");
        let [text] = values else { return false };
        if !(is_note || keyword == "DATANOTECELL") || keys.len() != self.dimensions.len() {
            return false;
        }
        let codes = keys.iter().enumerate().map(|(axis, key)| match key.as_str() {
            "*" => Some(None),
            key => self.value(axis, language, key).map(Some),
        });
        let Some(codes) = codes.collect::<Option<Vec<_>>>() else { return false };
        if is_note {
            let on = codes.iter().zip(&self.dimensions).filter_map(|(&code, axis)| {
                Some((axis.name.clone(), axis.codes.get(code?)?.clone()))
            });
            let on = on.collect();
            self.note(keyword, language, on, text);
            return true;
        }
        if language == self.language {
            self.marks.push((codes, text.clone()));
        }
        language == self.language
    }

    fn annotate(&mut self, kind: &str, language: &str, axis: usize, value: usize, text: &str) {
        if let Some(axis) = self.dimensions.get_mut(axis) {
            axis.annotate(value, kind, language, text);
        }
    }

    /// Adds a footnote, or one's text in another language.
    fn note(&mut self, keyword: &str, language: &str, on: Vec<(String, String)>, text: &str) {
        let is_mandatory = keyword.ends_with('X');
        let text = text.replace('#', "\n");
        let notes = &mut self.description.notes;
        let same = |note: &&mut Note| {
            note.on == on && note.is_mandatory == is_mandatory && !note.texts.contains_key(language)
        };
        match notes.iter_mut().find(same) {
            Some(note) => {
                note.texts.insert(language.to_owned(), text);
            }
            None => {
                let texts = Labels::from([(language.to_owned(), text)]);
                notes.push(Note { on, texts, is_mandatory });
            }
        }
    }

    fn finish(
        mut self,
        stub: usize,
        keys: Option<Vec<HashMap<String, usize>>>,
    ) -> Result<Table, Diagnostic> {
        self.name_table();
        let codes: Vec<Vec<String>> =
            self.dimensions.iter_mut().map(|axis| std::mem::take(&mut axis.codes)).collect();
        let axes = Axes::new(&codes).ok_or_else(|| {
            let sizes: Vec<String> = codes.iter().map(|codes| codes.len().to_string()).collect();
            let message = format!("more cells than can be counted: {}", sizes.join(" × "));
            self.source.fault(self.source.line(), message)
        })?;
        let heading: Vec<String> =
            self.dimensions.iter().skip(stub).map(|axis| axis.name.clone()).collect();
        let mut extras = vec![
            Extra { keyword: "HEADING".to_owned(), values: heading, ..Extra::default() },
            Extra {
                keyword: "LANGUAGE".to_owned(),
                values: vec![self.language],
                ..Extra::default()
            },
        ];
        extras.append(&mut self.description.extras);
        self.description.extras = extras;
        let mut variables = Vec::new();
        for (at, (axis, codes)) in self.dimensions.into_iter().zip(&codes).enumerate() {
            let mut variable = axis.variable(codes);
            if self.contents == Some(at) {
                let keyword = CONTENTS_VARIABLE.to_owned();
                variable.extras.push(Extra { keyword, ..Extra::default() });
            }
            variables.push(variable);
        }
        let mut taken: BTreeSet<String> =
            variables.iter().map(|variable| variable.component.name.clone()).collect();
        decimals(&mut self.value);
        variables.push(named(self.value, &mut taken));
        variables.push(named(status(&self.symbols), &mut taken));
        let mut marks = None;
        if !self.marks.is_empty() {
            let mark = Variable::new(Component::attribute(DATANOTE, DataType::String));
            variables.push(named(mark, &mut taken));
            let marks = marks.get_or_insert_with(Marks::default);
            for (codes, mark) in self.marks {
                match codes.iter().copied().collect::<Option<Vec<usize>>>() {
                    Some(codes) => {
                        marks.on_one.insert(axes.position(&codes), mark);
                    }
                    None => marks.on_many.push((codes, mark)),
                }
            }
        }
        self.description.variables = variables;
        Ok(Table { description: self.description, axes, codes, stub, keys, marks })
    }

    /// Names the table by what it has for a title. `CONTENTS` is kept where it says something else.
    fn name_table(&mut self) {
        let description = &mut self.description;
        let words = ["DESCRIPTION", "CONTENTS"];
        for word in words {
            for extra in description.extras.iter().filter(|extra| extra.keyword == word) {
                let language = extra.language.as_ref().unwrap_or(&self.language);
                if let [text] = &*extra.values {
                    let names = &mut description.names;
                    names.entry(language.clone()).or_insert_with(|| text.clone());
                }
            }
        }
        let names = &description.names;
        description.extras.retain(|extra| {
            let language = extra.language.as_ref().unwrap_or(&self.language);
            extra.keyword != "CONTENTS" || extra.values.first() != names.get(language)
        });
    }
}

/// `DECIMALS` is to how many decimals values are stored, `SHOWDECIMALS` to how many they are shown; the
/// former is the latter where that is not told.
fn decimals(value: &mut Variable) {
    let stored = value.extras.iter().find(|extra| extra.keyword == "DECIMALS");
    let stored = stored.and_then(|extra| extra.values.first()?.parse().ok());
    if value.decimals.is_none() {
        value.decimals = stored;
    }
    if value.decimals == stored {
        value.extras.retain(|extra| extra.keyword != "DECIMALS");
    }
}

/// The attribute that says why a cell has no number, or that it has nothing to count.
fn status(labels: &HashMap<&'static str, Labels>) -> Variable {
    let mut list = Codelist::new(STATUS);
    for (symbol, _) in SYMBOLS {
        let labels = labels.get(symbol).cloned().unwrap_or_default();
        let item = Item { code: (*symbol).to_owned(), labels, ..Item::default() };
        // No symbol is there twice.
        let _ = list.push(item);
    }
    let component = Component::attribute(STATUS, DataType::String);
    Variable { codelist: Some(Arc::new(list)), ..Variable::new(component) }
}
