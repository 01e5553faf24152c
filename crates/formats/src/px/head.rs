//! The statements before `DATA`, in the order that the specification recommends.

use super::printer::{Statements, is_keyword};
use super::variables::{Variables, Written};
use super::write::Figures;
use super::{STATUS, SYMBOLS};
use crate::cube::{CONTENTS_VARIABLE, Cube, Losses, UNDETERMINED, text_in};
use crate::message::{Extra, Note, Variable};
use olshem_model::codelist::{Annotation, Item, Labels};

const NONE: &[&str] = &[];

pub(super) fn write(
    cube: &Cube,
    variables: &Variables<'_>,
    figures: &Figures<'_>,
    statements: &mut Statements,
    losses: &mut Losses,
) {
    let mut head = Head { cube, variables, figures, statements, losses };
    head.file();
    head.table();
    head.variables();
    head.contents();
    head.remarks();
    head.symbols();
    head.extras();
}

struct Head<'h, 'c> {
    cube: &'h Cube,
    variables: &'h Variables<'c>,
    figures: &'h Figures<'c>,
    statements: &'h mut Statements,
    losses: &'h mut Losses,
}

impl Head<'_, '_> {
    fn file(&mut self) {
        let variables = self.variables;
        self.statements.add("CHARSET", None, NONE, &["ANSI"]);
        self.statements.add("AXIS-VERSION", None, NONE, &["2013"]);
        self.statements.add("CODEPAGE", None, NONE, &["utf-8"]);
        if variables.language != UNDETERMINED {
            self.statements.add("LANGUAGE", None, NONE, &[&variables.language]);
            let all: Vec<&str> = variables.each_language().collect();
            if all.len() > 1 {
                self.statements.add("LANGUAGES", None, NONE, &all);
            }
        }
    }

    /// A text in all languages that it has.
    fn labels(&mut self, keyword: &str, keys: &[&str], labels: &Labels) {
        let variables = self.variables;
        for language in variables.each_language() {
            if let Some(text) = labels.get(language) {
                self.statements.add(keyword, variables.bracket(language), keys, &[text]);
            }
        }
    }

    /// What stands under a keyword that the table must have: what it had before, or else this.
    fn mandatory(&mut self, keyword: &str, otherwise: &Labels) {
        let kept = |extra: &&Extra| extra.keyword == keyword;
        let mut labels = otherwise.clone();
        for extra in self.cube.description.extras.iter().filter(kept) {
            let language =
                extra.language.clone().unwrap_or_else(|| self.variables.language.clone());
            if let [text] = &*extra.values {
                labels.insert(language, text.clone());
            }
        }
        labels.entry(self.variables.language.clone()).or_default();
        self.labels(keyword, &[], &labels);
    }

    fn table(&mut self) {
        let description = &self.cube.description;
        let language = &self.variables.language;
        let shown = match &*self.figures.measures {
            [only] => only.variable.decimals,
            several => several.iter().filter_map(|measure| measure.variable.decimals).max(),
        };
        let stored = self.figures.measures.first().and_then(|measure| {
            let extra = measure.variable.extras.iter().find(|e| e.keyword == "DECIMALS")?;
            extra.values.first().cloned()
        });
        let counted = self.figures.decimals.min(15).to_string();
        let stored = stored.or(shown.map(|shown| shown.to_string())).unwrap_or(counted);
        self.statements.add("DECIMALS", None, NONE, &[&stored]);
        let shown = shown.map_or(stored, |shown| shown.to_string());
        self.statements.add("SHOWDECIMALS", None, NONE, &[shown]);
        self.statements.add("MATRIX", None, NONE, &[&description.id]);
        self.mandatory("SUBJECT-CODE", &Labels::new());
        self.mandatory("SUBJECT-AREA", &Labels::new());
        let mut title = description.names.clone();
        if !title.contains_key(language) {
            let text = text_in(&description.names, language, language).unwrap_or(&description.id);
            title.insert(language.clone(), text.to_owned());
        }
        self.labels("TITLE", &[], &title);
        self.mandatory("CONTENTS", &title);
        let unit = match &*self.figures.measures {
            [only] => only.variable.unit.clone(),
            _ => Labels::new(),
        };
        self.mandatory("UNITS", &unit);
    }

    fn variables(&mut self) {
        let variables = self.variables;
        let (stub, heading) = variables.all.split_at(variables.stub.min(variables.all.len()));
        for (keyword, part) in [("STUB", stub), ("HEADING", heading)] {
            for language in variables.each_language() {
                let has_names = |written: &Written<'_>| written.names.contains_key(language);
                if part.iter().any(has_names) {
                    let names: Vec<&str> =
                        part.iter().map(|written| variables.name(written, language)).collect();
                    self.statements.add(keyword, variables.bracket(language), NONE, &names);
                }
            }
        }
        if let Some(contents) = variables.contents.and_then(|at| variables.all.get(at)) {
            for language in variables.each_language() {
                if let Some(name) = contents.names.get(language) {
                    let bracket = variables.bracket(language);
                    self.statements.add("CONTVARIABLE", bracket, NONE, &[name]);
                }
            }
        }
        for written in &variables.all {
            let own = variables.name(written, &variables.language);
            self.statements.add("VARIABLECODE", None, &[own], &[&written.code]);
            for language in variables.each_language() {
                if let Some(texts) = written.texts.get(language) {
                    let name = variables.name(written, language);
                    self.statements.add("VALUES", variables.bracket(language), &[name], texts);
                }
            }
            if let Some((scale, periods)) = &written.time {
                let list: Vec<String> =
                    periods.iter().map(|period| format!("\"{period}\"")).collect();
                let list = format!("TLIST({scale}),{}", list.join(","));
                for language in variables.each_language() {
                    if let Some(name) = written.names.get(language) {
                        let bracket = variables.bracket(language);
                        self.statements.add_as_is("TIMEVAL", bracket, name, &list);
                    }
                }
            }
            self.statements.add("CODES", None, &[own], &written.codes);
            if let Some(known) = written.known {
                self.hierarchy(written, known);
                self.variable_extras(written, known);
                self.items(written, known);
            }
        }
    }

    fn hierarchy(&mut self, written: &Written<'_>, known: &Variable) {
        let Some(list) = &known.codelist else { return };
        let mut parts = Vec::new();
        let mut pairs = Vec::new();
        let code = |number: usize| written.codes.get(number).map_or("", String::as_str);
        for item in list.items() {
            let Some(child) = written.number(&item.code) else { continue };
            let Some(parent) = &item.parent else { continue };
            match written.number(parent) {
                Some(parent) => {
                    let top = list.get(&item.code).and_then(|i| list.get(i.parent.as_ref()?));
                    if top.is_some_and(|top| top.parent.is_none()) {
                        let top = format!("\"{}\"", code(parent));
                        if !parts.contains(&top) {
                            parts.push(top);
                        }
                    }
                    pairs.push(format!("\"{}\":\"{}\"", code(parent), code(child)));
                }
                None => {
                    let what = "what codes are part of, where that has no figures itself";
                    self.losses.add_of(what, &known.component.name);
                }
            }
        }
        if !pairs.is_empty() {
            parts.append(&mut pairs);
            let own = self.variables.name(written, &self.variables.language);
            self.statements.add_as_is("HIERARCHIES", None, own, &parts.join(","));
        }
    }

    fn variable_extras(&mut self, written: &Written<'_>, known: &Variable) {
        let variables = self.variables;
        for extra in &known.extras {
            let language = extra.language.as_deref().unwrap_or(&variables.language);
            let name = variables.name(written, language);
            let bracket = variables.bracket(language);
            match extra.keyword.as_str() {
                CONTENTS_VARIABLE | "VARIABLECODE" => {}
                "TIMEVAL" => {
                    let Some((scale, values)) = extra.values.split_first() else { continue };
                    let list: Vec<String> = values
                        .iter()
                        .map(|value| format!("\"{}\"", super::printer::clean(value)))
                        .collect();
                    let list = format!("TLIST({scale}),{}", list.join(","));
                    self.statements.add_as_is("TIMEVAL", bracket, name, &list);
                }
                "HIERARCHIES" => {
                    let pair = |pair: &String| {
                        let codes: Vec<String> = pair
                            .split("\":\"")
                            .map(|code| format!("\"{}\"", super::printer::clean(code)))
                            .collect();
                        codes.join(":")
                    };
                    let list: Vec<String> = extra.values.iter().map(pair).collect();
                    self.statements.add_as_is("HIERARCHIES", bracket, name, &list.join(","));
                }
                keyword if is_keyword(keyword) && extra.annotation.is_none() => {
                    self.statements.add(keyword, bracket, &[name], &extra.values);
                }
                keyword => self.lose_keyword(keyword),
            }
        }
    }

    fn lose_keyword(&mut self, keyword: &str) {
        let what = "what other formats say that PC-Axis has no keyword for";
        self.losses.add_of(what, keyword);
    }

    /// What is said of single values.
    fn items(&mut self, written: &Written<'_>, known: &Variable) {
        let Some(list) = &known.codelist else { return };
        for item in list.items() {
            let Some(number) = written.number(&item.code) else { continue };
            if !item.descriptions.is_empty() {
                self.losses.add_of("descriptions of codes", &known.component.name);
            }
            for annotation in &item.annotations {
                self.annotation(written, number, annotation, item);
            }
        }
    }

    fn annotation(
        &mut self,
        written: &Written<'_>,
        number: usize,
        annotation: &Annotation,
        item: &Item,
    ) {
        let variables = self.variables;
        let kind = annotation.kind.as_deref().filter(|kind| is_keyword(kind));
        let Some(kind) = kind.filter(|_| !annotation.texts.is_empty()) else {
            self.losses.add_of("annotations of codes", &item.code);
            return;
        };
        let contents = variables.contents.and_then(|at| variables.all.get(at));
        let is_contents = contents.is_some_and(|contents| contents.code == written.code);
        for language in variables.each_language() {
            let Some(text) = annotation.texts.get(language) else { continue };
            let name = variables.name(written, language);
            let key = variables.key(written, number, language);
            let keys: &[&str] =
                if is_contents && is_of_contents(kind) { &[key] } else { &[name, key] };
            self.statements.add(kind, variables.bracket(language), keys, &[text]);
        }
    }

    /// The units and decimals of several measures.
    fn contents(&mut self) {
        let variables = self.variables;
        let [_, _, ..] = &*self.figures.measures else { return };
        let Some(contents) = variables.contents.and_then(|at| variables.all.get(at)) else {
            return;
        };
        for (number, measure) in self.figures.measures.iter().enumerate() {
            for language in variables.each_language() {
                let key = variables.key(contents, number, language);
                if let Some(unit) = measure.variable.unit.get(language) {
                    self.statements.add("UNITS", variables.bracket(language), &[key], &[unit]);
                }
            }
            if let Some(decimals) = measure.variable.decimals {
                let name = variables.name(contents, &variables.language);
                let key = variables.key(contents, number, &variables.language);
                self.statements.add("PRECISION", None, &[name, key], &[decimals.to_string()]);
            }
        }
    }

    fn remarks(&mut self) {
        let description = &self.cube.description;
        if let Some(updated) = &description.updated {
            self.statements.add("LAST-UPDATED", None, NONE, &[updated]);
        }
        self.labels("SOURCE", &[], &description.source);
        for note in &description.notes {
            if self.note(note).is_none() {
                let on: Vec<String> =
                    note.on.iter().map(|(name, code)| format!("{name} {code}")).collect();
                let what = "footnotes on what the table does not have";
                self.losses.add_of(what, &on.join(", "));
            }
        }
    }

    /// `None`: it is on what is not there.
    fn note(&mut self, note: &Note) -> Option<()> {
        let variables = self.variables;
        let ending = if note.is_mandatory { "X" } else { "" };
        let mut places = vec![None; variables.all.len()];
        let mut of_variable = None;
        for (name, code) in &note.on {
            let at = variables.find(name)?;
            match code.as_str() {
                "" => of_variable = Some(at),
                code => {
                    let number = variables.all.get(at)?.number(code)?;
                    *places.get_mut(at)? = Some(number);
                }
            }
        }
        let named: Vec<usize> =
            (0..places.len()).filter(|at| places.get(*at).is_some_and(Option::is_some)).collect();
        for language in variables.each_language() {
            let Some(text) = note.texts.get(language) else { continue };
            if text.contains('#') {
                self.losses.add("number signs in footnotes, which are line breaks");
            }
            let text = text.replace("\r\n", "#").replace(['\n', '\r'], "#");
            let key = |at: usize| {
                let written = variables.all.get(at)?;
                let number = places.get(at).copied().flatten();
                Some(number.map_or("*", |number| variables.key(written, number, language)))
            };
            let name = |at: usize| variables.all.get(at).map(|w| variables.name(w, language));
            let (keyword, keys): (_, Vec<&str>) = match (&*named, of_variable) {
                ([], None) => ("NOTE", Vec::new()),
                ([], Some(at)) => ("NOTE", vec![name(at)?]),
                ([at], _) => ("VALUENOTE", vec![name(*at)?, key(*at)?]),
                _ => ("CELLNOTE", (0..variables.all.len()).filter_map(key).collect()),
            };
            let keyword = format!("{keyword}{ending}");
            self.statements.add(&keyword, variables.bracket(language), &keys, &[text]);
        }
        Some(())
    }

    /// How symbols are shown, and what those that stand for other statuses mean.
    fn symbols(&mut self) {
        let status = self.cube.description.variable(STATUS).and_then(|v| v.codelist.as_ref());
        let default = self.variables.language.clone();
        for (symbol, keyword) in SYMBOLS {
            let stands_for = self.figures.symbols.iter().find(|(_, chosen)| *chosen == symbol);
            let code = stands_for.map_or(*symbol, |(code, _)| code);
            let mut labels = status
                .and_then(|list| list.get(code))
                .map(|i| i.labels.clone())
                .unwrap_or_default();
            if stands_for.is_some() && !labels.contains_key(&default) {
                let label = text_in(&labels, &default, &default).unwrap_or(code).to_owned();
                labels.insert(default.clone(), label);
            }
            self.labels(keyword, &[], &labels);
        }
    }

    /// What was kept because there was no other place for it.
    fn extras(&mut self) {
        let written = ["HEADING", "LANGUAGE", "SUBJECT-CODE", "SUBJECT-AREA", "CONTENTS"];
        for extra in &self.cube.description.extras {
            let keyword = extra.keyword.as_str();
            // With one value, that is; lists stand nowhere else.
            let is_written = written.contains(&keyword)
                && (extra.values.len() == 1 || matches!(keyword, "HEADING" | "LANGUAGE"));
            if is_written {
                continue;
            }
            if !is_keyword(keyword) || extra.annotation.is_some() {
                self.lose_keyword(keyword);
                continue;
            }
            let language = extra.language.as_deref();
            let bracket = language.and_then(|language| self.variables.bracket(language));
            self.statements.add(keyword, bracket, NONE, &extra.values);
        }
    }
}

/// Whether a keyword, where there is a contents variable, is told for each of its values.
fn is_of_contents(keyword: &str) -> bool {
    [
        "UNITS",
        "LAST-UPDATED",
        "REFPERIOD",
        "BASEPERIOD",
        "STOCKFA",
        "CFPRICES",
        "DAYADJ",
        "SEASADJ",
        "CONTACT",
        "SOURCE",
        "LINK",
    ]
    .contains(&keyword)
}
