//! The variables of a table that is written: in each language a name, and a text for each value.

use super::printer::clean;
use super::time;
use super::write::Measure;
use crate::cube::{Cube, UNDETERMINED, tells_measures_apart, text_in};
use crate::files::Writing;
use crate::message::Variable;
use olshem_model::codelist::Labels;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) struct Variables<'c> {
    /// The file's language, and all that there are.
    pub(super) language: String,
    pub(super) languages: BTreeSet<String>,
    pub(super) all: Vec<Written<'c>>,
    /// How many of them are in the stub.
    pub(super) stub: usize,
    /// Which is the contents variable.
    pub(super) contents: Option<usize>,
}

/// One variable.
pub(super) struct Written<'c> {
    /// What is known of it; of a contents variable that is made here, nothing.
    pub(super) known: Option<&'c Variable>,
    pub(super) code: String,
    pub(super) names: Labels,
    pub(super) codes: Vec<String>,
    /// The texts of the values, by language: in the file's, and in those that any has.
    pub(super) texts: BTreeMap<String, Vec<String>>,
    /// By language: what names a value, its text where no other has the same.
    keys: BTreeMap<String, Vec<String>>,
    /// Its scale and periods, as `TIMEVAL` has them.
    pub(super) time: Option<(&'static str, Vec<String>)>,
    numbers: HashMap<String, usize>,
}

impl<'c> Variables<'c> {
    pub(super) fn of(
        cube: &'c Cube,
        stub: usize,
        measures: &[Measure<'c>],
        writing: &Writing,
    ) -> Self {
        let languages = languages(cube);
        let declared = cube.description.extras.iter().find(|extra| extra.keyword == "LANGUAGE");
        let declared = declared.and_then(|extra| extra.values.first().cloned());
        let there = |language: &String| languages.contains(language);
        let language = writing
            .language
            .clone()
            .filter(there)
            .or(declared)
            .or_else(|| [UNDETERMINED, "en"].map(str::to_owned).into_iter().find(there))
            .or_else(|| languages.first().cloned())
            .unwrap_or_else(|| UNDETERMINED.to_owned());
        let mut all = Vec::new();
        for dimension in &cube.dimensions {
            let Some(known) = cube.description.variables.get(dimension.variable) else { continue };
            all.push(Written::of(known, &dimension.codes, &language));
        }
        let is_contents = |written: &Written<'_>| written.known.is_some_and(tells_measures_apart);
        let mut contents = all.iter().position(is_contents);
        if measures.len() > 1 {
            contents = Some(all.len());
            all.push(Written::of_measures(measures, &language));
        }
        let mut variables = Self { language, languages, all, stub, contents };
        variables.make_unique();
        variables
    }

    /// No two variables may have one name, or one code.
    fn make_unique(&mut self) {
        let mut codes = BTreeSet::new();
        for written in &mut self.all {
            while !codes.insert(written.code.clone()) {
                written.code.push('_');
            }
        }
        for language in &self.languages {
            let mut names = BTreeSet::new();
            for written in &mut self.all {
                let code = &written.code;
                let Some(name) = written.names.get_mut(language) else { continue };
                if !names.insert(name.clone()) {
                    *name = format!("{name} ({code})");
                    names.insert(name.clone());
                }
            }
        }
    }

    /// The language as it stands in brackets: not for the file's own.
    pub(super) fn bracket<'l>(&self, language: &'l str) -> Option<&'l str> {
        (language != self.language).then_some(language)
    }

    /// The file's language, then all others.
    pub(super) fn each_language(&self) -> impl Iterator<Item = &str> {
        let others = self.languages.iter().filter(|language| **language != self.language);
        std::iter::once(&self.language).chain(others).map(String::as_str)
    }

    /// What the statements in a language call a variable.
    pub(super) fn name<'v>(&'v self, written: &'v Written<'_>, language: &str) -> &'v str {
        let names = &written.names;
        names.get(language).or_else(|| names.get(&self.language)).map_or("", String::as_str)
    }

    /// What the statements in a language call a value.
    pub(super) fn key<'v>(
        &'v self,
        written: &'v Written<'_>,
        number: usize,
        language: &str,
    ) -> &'v str {
        let keys = written.keys.get(language).or_else(|| written.keys.get(&self.language));
        keys.and_then(|keys| keys.get(number)).map_or("*", String::as_str)
    }

    /// The number of a component, and of one of its codes.
    pub(super) fn find(&self, component: &str) -> Option<usize> {
        let named = |written: &Written<'_>| {
            written.known.is_some_and(|known| known.component.name == component)
        };
        self.all.iter().position(named)
    }

    /// What names a cell, whose measure has that number.
    pub(super) fn keys_of_cell(&self, numbers: &[usize], measure: usize) -> Vec<&str> {
        let numbers = numbers.iter().copied().chain([measure]);
        let keys = self.all.iter().zip(numbers);
        keys.map(|(written, number)| self.key(written, number, &self.language)).collect()
    }
}

impl<'c> Written<'c> {
    fn of(known: &'c Variable, occurring: &[String], default: &str) -> Self {
        let list = known.codelist.as_deref();
        let item = |code: &String| list.and_then(|list| list.get(code));
        let codes: Vec<String> = occurring
            .iter()
            .map(|code| {
                // A period's own code is its alias.
                let alias = item(code).filter(|_| known.component.data_type.is_temporal());
                clean(alias.and_then(|item| item.aliases.first()).unwrap_or(code))
            })
            .collect();
        let mut in_use: BTreeSet<&str> =
            occurring.iter().filter_map(item).flat_map(|i| i.labels.keys()).map(|l| &**l).collect();
        in_use.insert(default);
        let texts = in_use.into_iter().map(|language| {
            let text = |code: &String| {
                let labels = item(code).map(|item| &item.labels);
                let label = labels.and_then(|labels| text_in(labels, language, default));
                clean(label.unwrap_or(code))
            };
            (language.to_owned(), occurring.iter().map(text).collect())
        });
        let texts: BTreeMap<String, Vec<String>> = texts.collect();
        let mut names: Labels =
            known.names.iter().map(|(language, name)| (language.clone(), clean(name))).collect();
        if !names.contains_key(default) {
            let name = text_in(&known.names, default, default);
            let name = clean(name.unwrap_or(&known.component.name));
            names.insert(default.to_owned(), name);
        }
        let is_time = known.component.data_type.is_temporal();
        let numbers = occurring.iter().enumerate().map(|(at, code)| (code.clone(), at)).collect();
        Self {
            known: Some(known),
            code: clean(&known.component.name),
            names,
            keys: keys(&texts, &codes),
            texts,
            codes,
            time: is_time.then(|| time::timeval(occurring)).flatten(),
            numbers,
        }
    }

    /// The contents variable, whose values are the measures.
    fn of_measures(measures: &[Measure<'c>], default: &str) -> Self {
        let codes: Vec<String> =
            measures.iter().map(|measure| clean(&measure.variable.component.name)).collect();
        let mut in_use: BTreeSet<&str> =
            measures.iter().flat_map(|m| m.variable.names.keys()).map(|l| &**l).collect();
        in_use.insert(default);
        let texts = in_use.into_iter().map(|language| {
            let text = |measure: &Measure<'_>| {
                let name = text_in(&measure.variable.names, language, default);
                clean(name.unwrap_or(&measure.variable.component.name))
            };
            (language.to_owned(), measures.iter().map(text).collect())
        });
        let texts: BTreeMap<String, Vec<String>> = texts.collect();
        let numbers = codes.iter().enumerate().map(|(at, code)| (code.clone(), at)).collect();
        Self {
            known: None,
            code: "CONTENTS".to_owned(),
            names: Labels::from([(default.to_owned(), "CONTENTS".to_owned())]),
            keys: keys(&texts, &codes),
            texts,
            codes,
            time: None,
            numbers,
        }
    }

    /// The number of a code of the component.
    pub(super) fn number(&self, code: &str) -> Option<usize> {
        self.numbers.get(code).copied()
    }
}

/// Of each text that others have too, the code.
fn keys(texts: &BTreeMap<String, Vec<String>>, codes: &[String]) -> BTreeMap<String, Vec<String>> {
    let of_language = |(language, texts): (&String, &Vec<String>)| {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for text in texts {
            *counts.entry(text).or_default() += 1;
        }
        let key = |(text, code): (&String, &String)| match counts.get(text.as_str()) {
            Some(1) => text.clone(),
            _ => code.clone(),
        };
        (language.clone(), texts.iter().zip(codes).map(key).collect())
    };
    texts.iter().map(of_language).collect()
}

/// All languages that any text is in.
fn languages(cube: &Cube) -> BTreeSet<String> {
    let description = &cube.description;
    let mut found: BTreeSet<String> = BTreeSet::new();
    found.extend(description.names.keys().chain(description.source.keys()).cloned());
    found.extend(description.notes.iter().flat_map(|note| note.texts.keys()).cloned());
    found.extend(description.extras.iter().filter_map(|extra| extra.language.clone()));
    for variable in &description.variables {
        found.extend(variable.names.keys().chain(variable.unit.keys()).cloned());
        found.extend(variable.extras.iter().filter_map(|extra| extra.language.clone()));
        for item in variable.codelist.iter().flat_map(|list| list.items()) {
            found.extend(item.labels.keys().cloned());
            found.extend(item.annotations.iter().flat_map(|a| a.texts.keys()).cloned());
        }
    }
    // What stands in brackets.
    found.retain(|language| {
        !language.is_empty() && !language.contains(['[', ']', '"', '=', ';', '('])
    });
    found
}
