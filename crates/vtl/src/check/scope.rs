//! What names mean at a place in the text.

use super::{Check, Checked};
use crate::ast::{ComponentName, Name};
use crate::errors::{AMBIGUOUS_COMPONENT, UNKNOWN_COMPONENT, WRONG_KIND};
use crate::program::{Expr, ExprKind, Literal, Value};
use olshem_model::{Component, DataStructure};
use std::collections::HashMap;

/// What names mean: inside clauses those of components, inside operators those of parameters.
#[derive(Clone, Copy, Default)]
pub(super) struct Scope<'a> {
    /// The row whose components can be named; absent where datasets are.
    pub(super) row: Option<&'a Row>,
    /// The parameters of the user-defined operator.
    pub(super) bindings: Option<&'a HashMap<String, Binding>>,
}

impl<'a> Scope<'a> {
    pub(super) fn over(self, row: &'a Row) -> Self {
        Self { row: Some(row), ..self }
    }

    pub(super) fn structure(self) -> Option<&'a DataStructure> {
        self.row.map(|row| &row.structure)
    }

    pub(super) fn binding(self, name: &str) -> Option<&'a Binding> {
        self.bindings.and_then(|bindings| bindings.get(name))
    }
}

/// What a parameter of a user-defined operator stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    Value(Value),
    /// The name of a component of whichever dataset is at hand.
    Component(String),
    Ruleset(String),
    /// The constants of a set.
    Set(Vec<Expr>),
}

/// The columns that an expression over rows can name.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) structure: DataStructure,
    /// In a join, the columns by the dataset that they come from.
    pub(super) origins: Vec<Origin>,
    /// In a ruleset, further names of columns.
    pub(super) aliases: Vec<(String, String)>,
    /// Whether analytic operators can stand here.
    pub(super) analytic: bool,
    /// In `having`: the rows that are aggregated; those above are the groups.
    pub(super) grouped: Option<Box<Row>>,
}

/// Where a column of a join comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) dataset: String,
    pub(super) component: String,
    pub(super) column: String,
}

impl Origin {
    /// All components of a dataset, under their own names.
    pub(super) fn all_from(dataset: &str, structure: &DataStructure) -> Vec<Self> {
        let origin = |component: &Component| Self {
            dataset: dataset.to_owned(),
            component: component.name.clone(),
            column: component.name.clone(),
        };
        structure.components().iter().map(origin).collect()
    }
}

impl Row {
    pub(super) fn of(structure: &DataStructure) -> Self {
        Self { structure: structure.clone(), ..Self::default() }
    }

    /// The row of a join.
    pub(super) fn joined(structure: &DataStructure, origins: &[Origin]) -> Self {
        Self { origins: origins.to_vec(), ..Self::of(structure) }
    }

    pub(super) fn with_analytic(self) -> Self {
        Self { analytic: true, ..self }
    }

    /// Gives a column another name.
    pub(super) fn known_as(&mut self, alias: &str, column: &str) {
        self.aliases.push((alias.to_owned(), column.to_owned()));
    }

    /// Whether that name can mean anything here.
    pub(super) fn has(&self, name: &ComponentName) -> bool {
        !self.columns(name).is_empty()
    }

    /// The columns that a component's name can mean.
    fn columns<'a>(&'a self, name: &'a ComponentName) -> Vec<&'a str> {
        let text = name.name.text.as_str();
        if let Some((_, column)) = self.aliases.iter().find(|(alias, _)| alias == text) {
            return vec![column];
        }
        match &name.dataset {
            Some(dataset) if !self.origins.is_empty() => self
                .origins
                .iter()
                .filter(|o| o.dataset == dataset.text && o.component == text)
                .map(|o| o.column.as_str())
                .filter(|column| self.structure.get(column).is_some())
                .collect(),
            _ if self.structure.get(text).is_some() => vec![text],
            _ => {
                let mut columns: Vec<&str> = self
                    .origins
                    .iter()
                    .filter(|o| o.component == text)
                    .map(|o| o.column.as_str())
                    .filter(|column| self.structure.get(column).is_some())
                    .collect();
                columns.dedup();
                columns
            }
        }
    }
}

impl Check<'_> {
    /// The component of the row that is meant.
    pub(super) fn component(
        &mut self,
        row: &Row,
        name: &ComponentName,
        scope: Scope<'_>,
    ) -> Checked<Component> {
        let substituted = self.substituted(name, scope)?;
        let name = substituted.as_ref().unwrap_or(name);
        let columns = row.columns(name);
        let found = match columns[..] {
            [column] => row.structure.get(column),
            _ => None,
        };
        if let Some(component) = found {
            return Ok(component.clone());
        }
        let shown = match &name.dataset {
            Some(dataset) => format!("{}#{}", dataset.text, name.name.text),
            None => name.name.text.clone(),
        };
        if !columns.is_empty() {
            let help = format!("say which is meant: {}", quoted(columns, " or "));
            let message = format!("several datasets have a component `{shown}`");
            return Err(self.fault_help(&AMBIGUOUS_COMPONENT, name.span(), message, help));
        }
        let message = format!("no component `{shown}` among {}", listed(&row.structure));
        let known = row.structure.components().iter().map(|component| component.name.as_str());
        let near = self.nearest(&name.name.text, known);
        Err(self.unknown(&UNKNOWN_COMPONENT, name.span(), message, near))
    }

    /// As [`Check::component`], without a dataset's name.
    pub(super) fn simple_component(
        &mut self,
        row: &Row,
        name: &Name,
        scope: Scope<'_>,
    ) -> Checked<Component> {
        self.component(row, &ComponentName { dataset: None, name: name.clone() }, scope)
    }

    /// What a parameter in the place of a component's name stands for.
    fn substituted(
        &mut self,
        name: &ComponentName,
        scope: Scope<'_>,
    ) -> Checked<Option<ComponentName>> {
        let text = match scope.binding(&name.name.text) {
            None => return Ok(None),
            Some(Binding::Component(text)) => text.clone(),
            Some(Binding::Value(Value::Scalar(Expr { kind: ExprKind::Column(text), .. }))) => {
                text.clone()
            }
            Some(_) => {
                let message = format!("the parameter `{}` is no component", name.name.text);
                return Err(self.fault(&WRONG_KIND, name.span(), message));
            }
        };
        Ok(Some(ComponentName {
            dataset: name.dataset.clone(),
            name: Name { text, span: name.name.span },
        }))
    }

    /// The name a parameter stands for, or the name itself: for components that do not exist yet.
    pub(super) fn new_name(&self, name: &Name, scope: Scope<'_>) -> String {
        match scope.binding(&name.text) {
            Some(Binding::Component(text)) => text.clone(),
            Some(Binding::Value(Value::Scalar(Expr { kind: ExprKind::Column(text), .. }))) => {
                text.clone()
            }
            _ => name.text.clone(),
        }
    }

    /// The constant that an expression is.
    pub(super) fn constant(
        &mut self,
        expr: &crate::ast::Expr,
        scope: Scope<'_>,
    ) -> Checked<Literal> {
        match self.scalar(expr, scope)?.kind {
            ExprKind::Literal(literal) => Ok(literal),
            _ => Err(self.fault(&WRONG_KIND, expr.span, "a constant is needed here")),
        }
    }
}

/// The components of a structure, for a message.
pub(super) fn listed(structure: &DataStructure) -> String {
    quoted(structure.components().iter().map(|component| component.name.as_str()), ", ")
}

/// Names in backticks, as many as can be read.
pub(super) fn quoted<'n>(names: impl IntoIterator<Item = &'n str>, separator: &str) -> String {
    const MOST: usize = 30;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(MOST).map(|name| format!("`{name}`")).collect();
    match names.count() {
        0 => shown.join(separator),
        more => format!("{} and {more} more", shown.join(separator)),
    }
}
