//! Operators on scalars, and how they apply to whole datasets: to each measure
//! (reference manual, "Typical behaviours of the ML operators").

use super::build::{Column, default_component, is_identifier, is_viral};
use super::scope::{Scope, quoted};
use super::types::Site;
use super::{Check, Checked};
use crate::errors::{
    IDENTIFIER_MISMATCH, MEASURE_MISMATCH, NOT_MONO_MEASURE, TYPE_MISMATCH, WRONG_KIND,
};
use crate::program::{Expr, JoinColumn, Node, Value};
use crate::source::Span;
use olshem_model::{Component, DataType};

/// An operator on scalars.
pub(super) struct Operator {
    /// As it is written.
    pub(super) name: &'static str,
    /// What stands for each parameter that is left out.
    pub(super) parameters: &'static [Default],
    /// What measures it makes of those of a dataset.
    pub(super) measures: Measures,
    /// The typed expression of its arguments.
    pub(super) typing: fn(&mut Check<'_>, Vec<Expr>, Site<'_>) -> Checked<Expr>,
}

/// As [`Operator::typing`], for operators that have more to them than their operands.
type Typing<'t, C> = dyn Fn(&mut C, Vec<Expr>, Site<'_>) -> Checked<Expr> + 't;

/// What stands for a parameter that is left out.
#[derive(Clone, Copy)]
pub(super) enum Default {
    /// It cannot be.
    Required,
    Integer(i64),
    Text(&'static str),
    /// Nothing: the operator has fewer arguments then.
    Nothing,
}

/// What measures an operator makes of those of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measures {
    /// The same.
    Same,
    /// One, with the default name of its type, from one.
    Changed,
    /// The same, of which there must be one, Boolean.
    OneBoolean,
    /// None: it does not apply to datasets.
    Scalars,
}

impl Check<'_> {
    /// Applies an operator to scalars, or to the measures of datasets.
    pub(super) fn apply(
        &mut self,
        operator: &Operator,
        arguments: Vec<Value>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let typing =
            |check: &mut Self, exprs, site: Site<'_>| (operator.typing)(check, exprs, site);
        self.apply_with(operator.name, operator.measures, arguments, span, scope, &typing)
    }

    pub(super) fn apply_with(
        &mut self,
        name: &str,
        measures: Measures,
        arguments: Vec<Value>,
        span: Span,
        scope: Scope<'_>,
        typing: &Typing<'_, Self>,
    ) -> Checked<Value> {
        let mut nodes = Vec::new();
        // The place of each argument among the datasets, or the scalar that it is.
        let arguments: Vec<Result<usize, Expr>> = arguments
            .into_iter()
            .map(|argument| match argument {
                Value::Dataset(node) => {
                    nodes.push(node);
                    Ok(nodes.len() - 1)
                }
                Value::Scalar(expr) => Err(expr),
            })
            .collect();
        if nodes.is_empty() {
            let exprs = arguments.into_iter().filter_map(Result::err).collect();
            let site = Site { operator: name, span, structure: scope.structure() };
            return typing(self, exprs, site).map(Value::Scalar);
        }
        let single: Vec<bool> = nodes.iter().map(is_single).collect();
        let all_single = single.iter().all(|single| *single);
        if measures == Measures::Scalars && !all_single {
            let message = format!("`{name}` applies to components and scalars, not to datasets");
            return Err(self.fault(&WRONG_KIND, span, message));
        }
        // Beside other datasets a single value is the same for all of their measures.
        let own_measures = |index: &usize| all_single || !single[*index];
        let main: Vec<usize> = (0..nodes.len()).filter(own_measures).collect();
        let values: Vec<Option<Component>> =
            nodes.iter().map(|node| node.structure.measures().next().cloned()).collect();
        let matched = self.matched_measures(name, measures, &nodes, &main, span)?;
        let (joined, columns_of) = self.side_by_side(nodes, span)?;
        let mut columns: Vec<Column> = joined.columns(is_identifier).collect();
        for (result_name, of_each) in matched {
            let exprs = arguments
                .iter()
                .map(|argument| match argument {
                    Ok(dataset) => {
                        let place = main.iter().position(|index| index == dataset);
                        let measure = match (place, &values[*dataset]) {
                            (None, Some(value)) => value,
                            (place, _) => &of_each[place.unwrap_or_default()],
                        };
                        let column = &columns_of[*dataset].column(&measure.name);
                        Expr::column(&measure.clone().renamed(column), span)
                    }
                    Err(scalar) => scalar.clone(),
                })
                .collect();
            let site = Site { operator: name, span, structure: Some(&joined.structure) };
            let value = typing(self, exprs, site)?;
            let component = match (measures, result_name) {
                (Measures::Changed | Measures::Scalars, _) | (_, None) => {
                    default_component(value.data_type)
                }
                (_, Some(name)) => Component::measure(name, value.data_type),
            };
            columns.push((component, value));
        }
        columns.extend(self.propagated_attributes(&columns_of, span)?);
        Ok(Value::Dataset(joined.project(columns, span)))
    }

    /// The measures that go together: a name for the result, and the measure of each dataset.
    fn matched_measures(
        &mut self,
        operator: &str,
        measures: Measures,
        nodes: &[Node],
        which: &[usize],
        span: Span,
    ) -> Checked<Vec<(Option<String>, Vec<Component>)>> {
        let of = |index: &usize| nodes[*index].structure.measures().cloned().collect::<Vec<_>>();
        let all: Vec<Vec<Component>> = which.iter().map(of).collect();
        let one = all.iter().all(|measures| measures.len() == 1);
        if measures != Measures::Same && !one {
            let message = format!("`{operator}` applies to a dataset with one measure");
            let several = all.iter().find(|measures| measures.len() != 1);
            let names = several.map(|m| quoted(m.iter().map(|c| c.name.as_str()), ", "));
            let help = match names.filter(|names| !names.is_empty()) {
                Some(names) => format!("choose one of {names} with `#`"),
                None => "this one has none".to_owned(),
            };
            return Err(self.fault_help(&NOT_MONO_MEASURE, span, message, help));
        }
        if measures == Measures::OneBoolean
            && let Some(other) = all.iter().flatten().find(|m| m.data_type != DataType::Boolean)
        {
            let message = format!(
                "`{operator}` needs {}, the measure `{}` is {}",
                DataType::Boolean,
                other.name,
                other.data_type
            );
            return Err(self.fault(&TYPE_MISMATCH, span, message));
        }
        let Some(first) = all.first().filter(|measures| !measures.is_empty()) else {
            let message = format!("`{operator}` applies to measures, and this dataset has none");
            return Err(self.fault(&NOT_MONO_MEASURE, span, message));
        };
        let mut matched = Vec::new();
        for measure in first {
            let same: Option<Vec<Component>> = all
                .iter()
                .map(|measures| measures.iter().find(|m| m.name == measure.name).cloned())
                .collect();
            match same {
                Some(same) => matched.push((Some(measure.name.clone()), same)),
                // Single measures of different names, such as those chosen with `#`.
                None if one => {
                    return Ok(vec![(None, all.into_iter().flatten().collect())]);
                }
                None => return Err(self.different_measures(operator, &all, span)),
            }
        }
        match all.iter().all(|measures| measures.len() == first.len()) {
            true => Ok(matched),
            false => Err(self.different_measures(operator, &all, span)),
        }
    }

    fn different_measures(
        &mut self,
        operator: &str,
        all: &[Vec<Component>],
        span: Span,
    ) -> super::Reported {
        let lists: Vec<String> = all
            .iter()
            .map(|measures| quoted(measures.iter().map(|m| m.name.as_str()), ", "))
            .collect();
        let message = format!(
            "`{operator}` needs datasets with the same measures, these have {}",
            lists.join(" and ")
        );
        self.fault(&MEASURE_MISMATCH, span, message)
    }

    /// Datasets side by side, where their common identifiers agree. The identifiers of one must
    /// include those of all others. The other columns keep their names only if there is one dataset.
    pub(super) fn side_by_side(
        &mut self,
        nodes: Vec<Node>,
        span: Span,
    ) -> Checked<(Node, Vec<ColumnsOf>)> {
        self.few_enough(nodes.len(), span)?;
        let single = nodes.len() == 1;
        let columns_of: Vec<ColumnsOf> = nodes
            .iter()
            .enumerate()
            .map(|(index, node)| ColumnsOf {
                prefix: (!single).then(|| format!("{}#", index + 1)),
                viral: match !single && is_single(node) {
                    true => Vec::new(),
                    false => node.columns(is_viral).map(|(component, _)| component).collect(),
                },
            })
            .collect();
        let widest = (0..nodes.len()).max_by_key(|index| {
            (nodes[*index].structure.identifiers().count(), nodes.len() - index)
        });
        let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
        let Some((widest, mut joined)) =
            widest.and_then(|index| Some((index, nodes[index].take()?)))
        else {
            return Err(self.fault(&WRONG_KIND, span, "a dataset is needed here"));
        };
        if single {
            return Ok((joined, columns_of));
        }
        let mut renamed = Some(widest);
        for (index, other) in nodes.into_iter().enumerate() {
            let Some(other) = other else { continue };
            let on = self.identifiers_within(&joined, &other, span)?;
            // The columns so far get their prefix when the first other dataset joins them.
            let first_prefix = renamed.take().map(|widest| &columns_of[widest]);
            let mut columns = Vec::new();
            for component in joined.structure.components() {
                let from = JoinColumn { from: Some(0), name: component.name.clone() };
                let component = match first_prefix {
                    Some(prefix) if component.role != olshem_model::Role::Identifier => {
                        component.clone().renamed(prefix.column(&component.name))
                    }
                    _ => component.clone(),
                };
                columns.push((component, from));
            }
            for component in other.structure.components().iter().filter(|c| !is_identifier(c)) {
                let from = JoinColumn { from: Some(1), name: component.name.clone() };
                let name = columns_of[index].column(&component.name);
                columns.push((component.clone().renamed(name), from));
            }
            joined = joined.beside(other, on, columns, span);
        }
        Ok((joined, columns_of))
    }

    /// The identifiers of the narrower dataset, all of which the wider one must have.
    fn identifiers_within(
        &mut self,
        wider: &Node,
        narrower: &Node,
        span: Span,
    ) -> Checked<Vec<String>> {
        for identifier in narrower.structure.identifiers() {
            let name = &identifier.name;
            let here = wider.structure.get(name).filter(|c| is_identifier(c));
            let Some(here) = here else {
                let message = format!(
                    "the identifiers {} are not among {}",
                    quoted(narrower.structure.identifiers().map(|c| c.name.as_str()), ", "),
                    quoted(wider.structure.identifiers().map(|c| c.name.as_str()), ", "),
                );
                return Err(self.fault(&IDENTIFIER_MISMATCH, span, message));
            };
            if here.data_type != identifier.data_type {
                let message = format!(
                    "the identifier `{name}` is {} in one dataset and {} in the other",
                    here.data_type, identifier.data_type
                );
                return Err(self.fault(&TYPE_MISMATCH, span, message));
            }
        }
        Ok(narrower.identifier_names())
    }

    /// The viral attributes of datasets that were put side by side.
    pub(super) fn propagated_attributes(
        &mut self,
        datasets: &[ColumnsOf],
        span: Span,
    ) -> Checked<Vec<Column>> {
        let mut attributes: Vec<(Component, Vec<Expr>)> = Vec::new();
        for dataset in datasets {
            for attribute in &dataset.viral {
                let column = dataset.column(&attribute.name);
                let value = Expr::column(&attribute.clone().renamed(column), span);
                match attributes.iter_mut().find(|(a, _)| a.name == attribute.name) {
                    Some((_, values)) => values.push(value),
                    None => attributes.push((attribute.clone(), vec![value])),
                }
            }
        }
        attributes
            .into_iter()
            .map(|(attribute, values)| {
                let value = self.propagated(&attribute, values, span)?;
                Ok((attribute, value))
            })
            .collect()
    }
}

/// Whether a dataset is a single value: what `sum(DS)#OBS_VALUE` gives. The manual calls that a
/// scalar; here it remains a dataset of one row, and is used like a scalar.
pub(super) fn is_single(node: &Node) -> bool {
    node.structure.identifiers().next().is_none() && node.structure.measures().count() == 1
}

/// What the columns of one dataset are called when it stands beside others.
pub(super) struct ColumnsOf {
    prefix: Option<String>,
    viral: Vec<Component>,
}

impl ColumnsOf {
    pub(super) fn column(&self, name: &str) -> String {
        format!("{}{name}", self.prefix.as_deref().unwrap_or_default())
    }
}
