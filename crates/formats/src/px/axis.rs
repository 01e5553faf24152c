//! A variable of a PC-Axis table: `STUB`, `HEADING`, `VALUES`, `CODES`, `TIMEVAL` and what else is said
//! of it.

use super::source::Source;
use super::statement::{Statement, Token};
use super::time;
use crate::message::{Extra, Variable};
use olshem_model::codelist::{Annotation, Item, Labels};
use olshem_model::{Codelist, Component, DataType, Diagnostic};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The keywords from which the structure of the table follows, and the file's own.
pub(super) fn is_structural(keyword: &str) -> bool {
    let file = ["CHARSET", "CODEPAGE", "AXIS-VERSION", "LANGUAGE", "LANGUAGES", "KEYS"];
    let table = ["STUB", "HEADING", "CONTVARIABLE", "HIERARCHIES"];
    let variable = ["VALUES", "CODES", "VARIABLECODE", "TIMEVAL"];
    file.contains(&keyword) || table.contains(&keyword) || variable.contains(&keyword)
}

#[derive(Default)]
pub(super) struct Axis {
    /// The component's name: `VARIABLECODE`, or the variable's name in the file's language.
    pub(super) name: String,
    pub(super) names: Labels,
    /// The values' texts by language.
    pub(super) values: BTreeMap<String, Vec<String>>,
    /// The values' codes, which are their texts where the file has no `CODES`, and periods where
    /// `TIMEVAL` says which.
    pub(super) codes: Vec<String>,
    /// With `TIMEVAL`: the codes that are no periods.
    codes_of_periods: Option<Vec<String>>,
    /// Where its values are listed, and its codes if it has some.
    line: usize,
    parents: HashMap<String, String>,
    annotations: BTreeMap<usize, Vec<Annotation>>,
    pub(super) extras: Vec<Extra>,
    /// The numbers of the values by their texts, by language; `None` where several have one text.
    by_text: BTreeMap<String, HashMap<String, Option<usize>>>,
    by_code: HashMap<String, usize>,
}

impl Axis {
    /// All variables, first those of the stub; and how many these are.
    pub(super) fn all(
        source: &Source<'_>,
        statements: &[(Statement, String)],
        default: &str,
    ) -> Result<(Vec<Self>, usize), Diagnostic> {
        let mut axes: Vec<Self> = Vec::new();
        let mut stub = 0;
        let of_default = statements.iter().filter(|(_, language)| language == default);
        for keyword in ["STUB", "HEADING"] {
            let statement = of_default.clone().find(|(s, _)| s.keyword == keyword);
            for name in statement.and_then(|(s, _)| s.values()).unwrap_or_default() {
                if name.is_empty() {
                    continue;
                }
                let names = Labels::from([(default.to_owned(), name.clone())]);
                if axes.iter().any(|axis| axis.name == name) {
                    let line = statement.map_or(1, |(s, _)| s.line);
                    let message = format!("`{keyword}`: the variable `{name}` is there twice");
                    return Err(source.fault(line, message));
                }
                axes.push(Self { name, names, ..Self::default() });
            }
            if keyword == "STUB" {
                stub = axes.len();
            }
        }
        if axes.is_empty() {
            return Err(
                source.fault(source.line(), "neither `STUB` nor `HEADING` names a variable")
            );
        }
        Self::translate(source, statements, default, &mut axes, stub)?;
        for (statement, language) in statements {
            Self::values_of(source, statement, language, default, &mut axes)?;
        }
        for axis in &mut axes {
            axis.complete(source, default)?;
        }
        for (statement, language) in statements {
            Self::structure_of(source, statement, language, default, &mut axes)?;
        }
        // Variable codes make better names; but names that are not unique are none.
        let codes: Vec<Option<String>> = axes.iter_mut().map(|axis| axis.variable_code()).collect();
        let distinct: BTreeSet<&String> = codes.iter().flatten().collect();
        if distinct.len() == axes.len() {
            for (axis, code) in axes.iter_mut().zip(codes) {
                axis.name = code.unwrap_or_default();
            }
        } else {
            for (axis, code) in axes.iter_mut().zip(codes) {
                let keyword = "VARIABLECODE".to_owned();
                let values: Vec<String> = code.into_iter().collect();
                if !values.is_empty() {
                    axis.extras.push(Extra { keyword, values, ..Extra::default() });
                }
            }
        }
        Ok((axes, stub))
    }

    /// The names in other languages, which stand in the same order.
    fn translate(
        source: &Source<'_>,
        statements: &[(Statement, String)],
        default: &str,
        axes: &mut [Self],
        stub: usize,
    ) -> Result<(), Diagnostic> {
        for (statement, language) in statements.iter().filter(|(_, language)| language != default) {
            let (from, expected) = match statement.keyword.as_str() {
                "STUB" => (0, stub),
                "HEADING" => (stub, axes.len() - stub),
                _ => continue,
            };
            let mut names = statement.values().unwrap_or_default();
            names.retain(|name| !name.is_empty());
            if names.len() != expected {
                let message = format!(
                    "`{}[{language}]` has {} variables, in the other language there are {expected}",
                    statement.keyword,
                    names.len()
                );
                return Err(source.fault(statement.line, message));
            }
            for (axis, name) in axes.iter_mut().skip(from).zip(names) {
                axis.names.insert(language.clone(), name);
            }
        }
        Ok(())
    }

    /// The number of the variable of that name in that language, or else in any.
    pub(super) fn find(axes: &[Self], language: &str, default: &str, name: &str) -> Option<usize> {
        let named = |axis: &Self, l: &str| axis.names.get(l).is_some_and(|known| known == name);
        axes.iter()
            .position(|axis| named(axis, language))
            .or_else(|| axes.iter().position(|axis| named(axis, default)))
            .or_else(|| axes.iter().position(|axis| axis.names.values().any(|n| n == name)))
    }

    /// Takes in `VALUES`, `CODES` and `VARIABLECODE`.
    fn values_of(
        source: &Source<'_>,
        statement: &Statement,
        language: &str,
        default: &str,
        axes: &mut [Self],
    ) -> Result<(), Diagnostic> {
        let keyword = statement.keyword.as_str();
        if !matches!(keyword, "VALUES" | "CODES" | "VARIABLECODE") {
            return Ok(());
        }
        let [name] = &*statement.keys else {
            let message = format!("`{keyword}` needs the name of one variable in parentheses");
            return Err(source.fault(statement.line, message));
        };
        let axis = Self::find(axes, language, default, name).and_then(|axis| axes.get_mut(axis));
        let Some(axis) = axis else { return Ok(()) };
        let Some(values) = statement.values() else {
            let message = format!("`{keyword}(\"{name}\")`: not a list of values");
            return Err(source.fault(statement.line, message));
        };
        axis.line = statement.line;
        let is_twice = match keyword {
            "VALUES" => axis.values.insert(language.to_owned(), values).is_some(),
            _ if language != default => false,
            "CODES" => !std::mem::replace(&mut axis.codes, values).is_empty(),
            _ => {
                let keyword = keyword.to_owned();
                axis.extras.push(Extra { keyword, values, ..Extra::default() });
                false
            }
        };
        if is_twice {
            let message = format!("`{keyword}(\"{name}\")` is there twice");
            return Err(source.fault(statement.line, message));
        }
        Ok(())
    }

    /// The `VARIABLECODE`, which is with the extras at first.
    fn variable_code(&mut self) -> Option<String> {
        let at = self.extras.iter().position(|extra| extra.keyword == "VARIABLECODE")?;
        self.extras.remove(at).values.into_iter().next().filter(|code| !code.is_empty())
    }

    /// Checks values and codes against one another.
    fn complete(&mut self, source: &Source<'_>, default: &str) -> Result<(), Diagnostic> {
        let name = &self.name;
        let line = if self.line == 0 { source.line() } else { self.line };
        if !self.values.contains_key(default) {
            if self.codes.is_empty() {
                return Err(source.fault(line, format!("`VALUES(\"{name}\")` is missing")));
            }
            self.values.insert(default.to_owned(), self.codes.clone());
        }
        let values = self.values.get(default).map_or(&[][..], |values| values);
        if values.is_empty() {
            return Err(source.fault(line, format!("`VALUES(\"{name}\")` has no values")));
        }
        let (keyword, codes) = match self.codes.is_empty() {
            true => ("VALUES", values),
            false => ("CODES", &*self.codes),
        };
        if codes.len() != values.len() {
            let message = format!(
                "`CODES(\"{name}\")` has {} codes for {} values",
                codes.len(),
                values.len()
            );
            return Err(source.fault(line, message));
        }
        let mut by_code = HashMap::with_capacity(codes.len());
        for (at, code) in codes.iter().enumerate() {
            if by_code.insert(code.clone(), at).is_some() {
                let message = format!("`{keyword}(\"{name}\")` has `{code}` twice");
                return Err(source.fault(line, message).with_help(
                    "the values of a variable are told apart by their codes, or by their texts \
                     where there are no `CODES`",
                ));
            }
        }
        self.codes = codes.to_vec();
        self.by_code = by_code;
        for (language, texts) in &self.values {
            if texts.len() != self.codes.len() {
                let message = format!(
                    "`VALUES[{language}]` of `{name}` has {} values, in the other language there \
                     are {}",
                    texts.len(),
                    self.codes.len()
                );
                return Err(source.fault(line, message));
            }
            let mut by_text: HashMap<String, Option<usize>> = HashMap::with_capacity(texts.len());
            for (at, text) in texts.iter().enumerate() {
                by_text.entry(text.clone()).and_modify(|known| *known = None).or_insert(Some(at));
            }
            self.by_text.insert(language.clone(), by_text);
        }
        Ok(())
    }

    /// The number of a value by its text in that language or in the file's, or by its code.
    pub(super) fn value(&self, language: &str, default: &str, text: &str) -> Option<usize> {
        let by_text = |language| self.by_text.get(language)?.get(text).copied().flatten();
        by_text(language).or_else(|| by_text(default)).or_else(|| self.by_code.get(text).copied())
    }

    /// Takes in `TIMEVAL` and `HIERARCHIES`.
    fn structure_of(
        source: &Source<'_>,
        statement: &Statement,
        language: &str,
        default: &str,
        axes: &mut [Self],
    ) -> Result<(), Diagnostic> {
        let keyword = statement.keyword.as_str();
        let is_time = keyword == "TIMEVAL" && language == default;
        if !is_time && keyword != "HIERARCHIES" {
            return Ok(());
        }
        let name = statement.keys.first().map_or("", String::as_str);
        let axis = Self::find(axes, language, default, name).and_then(|axis| axes.get_mut(axis));
        let Some(axis) = axis else { return Ok(()) };
        let fault =
            |what: String| source.fault(statement.line, format!("`{keyword}(\"{name}\")`: {what}"));
        if !is_time {
            return axis.hierarchy(statement, language, default).map_err(fault);
        }
        let list = time::List::read(&statement.tokens).map_err(fault)?;
        let Some(periods) = list.periods(axis.codes.len()).map_err(fault)? else {
            // A scale that has no periods of its own kind, such as thirds of a year.
            let values = [list.scale].into_iter().chain(list.values).collect();
            let keyword = keyword.to_owned();
            axis.extras.push(Extra { keyword, values, ..Extra::default() });
            return Ok(());
        };
        let mut seen = BTreeSet::new();
        if let Some(twice) = periods.iter().find(|period| !seen.insert(period.as_str())) {
            return Err(fault(format!("`{twice}` is there twice")));
        }
        axis.codes_of_periods = Some(std::mem::replace(&mut axis.codes, periods));
        Ok(())
    }

    /// `"parent","parent":"child"`: what belongs to what.
    fn hierarchy(
        &mut self,
        statement: &Statement,
        language: &str,
        default: &str,
    ) -> Result<(), String> {
        let mut is_tree = true;
        for pair in statement.tokens.split(|token| *token == Token::Comma) {
            let (parent, child) = match pair {
                // The top.
                [] | [Token::Text(_)] => continue,
                [Token::Text(parent), Token::Word(colon), Token::Text(child)] if colon == ":" => {
                    (parent, child)
                }
                _ => return Err("pairs are written `\"parent\":\"child\"`".to_owned()),
            };
            let found = |text: &str| {
                let by_code = self.by_code.get(text).copied();
                let number = by_code.or_else(|| self.value(language, default, text))?;
                self.codes.get(number).cloned()
            };
            match (found(parent), found(child)) {
                (Some(parent), Some(child)) if parent != child => {
                    let before = self.parents.insert(child, parent.clone());
                    is_tree &= before.is_none_or(|before| before == parent);
                }
                _ => is_tree = false,
            }
        }
        if !is_tree {
            // Several hierarchies at once, or of codes that the table does not have: kept as it is.
            self.parents.clear();
            let text = |token: &Token| match token {
                Token::Text(text) => Some(text.clone()),
                _ => None,
            };
            let pair =
                |pair: &[Token]| pair.iter().filter_map(text).collect::<Vec<_>>().join("\":\"");
            let values = statement.tokens.split(|token| *token == Token::Comma).map(pair).collect();
            let keyword = statement.keyword.clone();
            self.extras.push(Extra { keyword, values, ..Extra::default() });
        }
        Ok(())
    }

    /// Adds a remark to a value, or its text in another language.
    pub(super) fn annotate(&mut self, value: usize, kind: &str, language: &str, text: &str) {
        let annotations = self.annotations.entry(value).or_default();
        let same = |annotation: &&mut Annotation| {
            annotation.kind.as_deref() == Some(kind) && !annotation.texts.contains_key(language)
        };
        match annotations.iter_mut().find(same) {
            Some(annotation) => {
                annotation.texts.insert(language.to_owned(), text.to_owned());
            }
            None => annotations.push(Annotation {
                kind: Some(kind.to_owned()),
                texts: Labels::from([(language.to_owned(), text.to_owned())]),
                ..Annotation::default()
            }),
        }
    }

    /// The component with these codes.
    pub(super) fn variable(mut self, codes: &[String]) -> Variable {
        let is_time = self.codes_of_periods.is_some();
        let mut list = Codelist::new(&self.name);
        for (at, code) in codes.iter().enumerate() {
            let labels = self.values.iter().filter_map(|(language, texts)| {
                texts.get(at).map(|text| (language.clone(), text.clone()))
            });
            let alias = self.codes_of_periods.as_ref().and_then(|codes| codes.get(at));
            let item = Item {
                code: code.clone(),
                parent: self.parents.get(code).cloned(),
                labels: labels.collect(),
                descriptions: Labels::new(),
                annotations: self.annotations.remove(&at).unwrap_or_default(),
                aliases: alias.filter(|alias| *alias != code).cloned().into_iter().collect(),
            };
            // No code is there twice: that was checked.
            let _ = list.push(item);
        }
        let data_type = if is_time { DataType::TimePeriod } else { DataType::String };
        Variable {
            names: self.names,
            codelist: Some(Arc::new(list)),
            extras: self.extras,
            ..Variable::new(Component::identifier(self.name, data_type))
        }
    }
}
