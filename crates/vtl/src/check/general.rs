//! Membership and type conversion (reference manual, "General purpose operators").

use super::build::{default_component, is_identifier, is_viral};
use super::lift::Measures;
use super::scope::{Row, Scope};
use super::types::Site;
use super::{Check, Checked};
use crate::ast::{self, ComponentName, Name, ScalarType};
use crate::errors::{IMPOSSIBLE_CAST, UNKNOWN_DOMAIN, WRONG_KIND};
use crate::program::{Expr, ExprKind, Value};
use crate::source::Span;
use olshem_model::{Component, DataType, Role};

impl Check<'_> {
    /// `dataset#component`: a dataset with that component as its only measure; in a row, the
    /// component of that dataset.
    pub(super) fn membership(
        &mut self,
        operand: &ast::Expr,
        component: &Name,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        if let Some(row) = scope.row {
            let ast::ExprKind::Name(dataset) = &operand.kind else {
                let message = "inside a clause, `#` follows the name of a dataset";
                return Err(self.fault(&WRONG_KIND, span, message));
            };
            let dataset = Some(Name { text: dataset.clone(), span: operand.span });
            if !row
                .origins
                .iter()
                .any(|origin| Some(&origin.dataset) == dataset.as_ref().map(|d| &d.text))
            {
                self.not_in_row(span, scope)?;
            }
            let name = ComponentName { dataset, name: component.clone() };
            let component = self.component(row, &name, scope)?;
            return Ok(Value::Scalar(Expr::column(&component, span)));
        }
        let node = self.dataset(operand, scope)?;
        let chosen = self.simple_component(&Row::of(&node.structure), component, scope)?;
        // Identifiers and attributes stay what they are; their values become a measure besides.
        let measure = match chosen.role {
            Role::Measure => chosen.clone(),
            _ => Component { codes: chosen.codes.clone(), ..default_component(chosen.data_type) },
        };
        let mut columns: Vec<_> = node.columns(is_identifier).collect();
        columns.push((measure, Expr::column(&chosen, span)));
        columns.extend(node.columns(is_viral));
        Ok(Value::Dataset(node.project(columns, span)))
    }

    pub(super) fn cast(
        &mut self,
        operand: Value,
        to: &ScalarType,
        mask: Option<&str>,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Value> {
        let data_type = match to.basic {
            Some(basic) => basic,
            None if self.checker.domains.contains_key(&to.name.text) => {
                self.domain(&to.name, span)?.0
            }
            None => {
                let message = format!("`{}` is no type to convert to", to.name.text);
                return Err(self.fault(&UNKNOWN_DOMAIN, to.name.span, message));
            }
        };
        let typing = |check: &mut Self, exprs: Vec<Expr>, site: Site<'_>| {
            let Some(operand) = exprs.into_iter().next() else { return Err(check.too_few(site)) };
            let value = check.cast_scalar(operand, data_type, mask, site)?;
            check.restricted(value, to, site)
        };
        self.apply_with("cast", Measures::Changed, vec![operand], span, scope, &typing)
    }

    fn cast_scalar(
        &mut self,
        operand: Expr,
        to: DataType,
        mask: Option<&str>,
        site: Site<'_>,
    ) -> Checked<Expr> {
        let from = operand.data_type;
        let text = from == DataType::String && operand.as_text().is_some();
        let timelike = to.is_temporal() || to == DataType::Duration;
        if mask.is_none() && (operand.is_null() || (text && timelike)) {
            return self.coerce(operand, to, site);
        }
        if !castable(from, to) {
            let message = format!("{from} cannot be converted to {to}");
            return Err(match to {
                DataType::Integer if from == DataType::Number => {
                    let help = "use `round`, `trunc`, `ceil` or `floor`";
                    self.fault_help(&IMPOSSIBLE_CAST, site.span, message, help)
                }
                _ => self.fault(&IMPOSSIBLE_CAST, site.span, message),
            });
        }
        let Some(mask) = mask else { return Ok(operand.converted(to)) };
        let types = [from, to];
        if !types.contains(&DataType::String) || types.contains(&DataType::Boolean) {
            let message = format!("no mask can lay out {from} as {to}");
            return Err(self.fault(&IMPOSSIBLE_CAST, site.span, message));
        }
        let kind = ExprKind::Cast { operand: Box::new(operand), mask: Some(mask.to_owned()) };
        Ok(Expr::new(kind, to, site.span))
    }
}

/// Whether `cast` can make one type of another, perhaps not of every value.
fn castable(from: DataType, to: DataType) -> bool {
    use DataType::{Boolean, Date, Integer, Number, String, Time, TimePeriod};
    from == to
        || from == String
        || to == String
        || matches!(
            (from, to),
            (Integer, Number | Boolean)
                | (Number, Boolean)
                | (Boolean, Integer | Number)
                | (Date | TimePeriod, Time)
                | (Date, TimePeriod)
                | (TimePeriod, Date)
                | (Time, TimePeriod | Date)
        )
}
