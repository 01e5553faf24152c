//! `hierarchy` and `check_hierarchy` (reference manual, "Hierarchical aggregation" and "Data
//! validation operators").
//!
//! A ruleset may be as long as a classification, so it becomes tables and not expressions. Codes
//! are numbered; [`rows`] joins the dataset with these numbers, and the rows of codes with the
//! rules in which they occur, whose sides are then aggregated. That is done once for all rules that
//! need only what is known, then for those that need their results, level by level: a program's
//! size follows from the depth of the hierarchy, not from the number of its codes. [`rule`] has what
//! a rule makes of its two sides.

mod rows;
mod rule;

use super::build::{Column, is_identifier, is_viral};
use super::scope::{Row, Scope};
use super::set::merged;
use super::types::Site;
use super::validation::{finding, findings, rule_id};
use super::{Check, Checked};
use crate::ast::{HierarchicalRule, HierarchicalRuleset, Name, RulesetCall};
use crate::errors::{INVALID_RULESET, NOT_MONO_MEASURE, WRONG_ARGUMENTS, WRONG_ROLE};
use crate::program::{Expr, ExprKind, Function, JoinColumn, Literal, Node};
use crate::source::Span;
use olshem_model::{Component, DataStructure, DataType};
use rows::{CODE, FOUND, PRESENT, RESULT, TARGET, VALUE, numbers, result_of};
use rule::{Hierarchy, Input, MODES, Mode, Target};

impl Check<'_> {
    pub(super) fn hierarchical(
        &mut self,
        node: Node,
        call: &RulesetCall,
        ruleset: &HierarchicalRuleset,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let checks = call.operator.text == "check_hierarchy";
        let (inputs, outputs): (&[&str], &[&str]) = match checks {
            true => (&["dataset", "dataset_priority"], &["invalid", "all", "all_measures"]),
            false => (&["rule", "dataset", "rule_priority"], &["computed", "all"]),
        };
        let options: Vec<&str> = [MODES, inputs, outputs].concat();
        self.only_options(&call.options, &options)?;
        let mode = Mode::of(self.option(&call.options, MODES)?.unwrap_or_default());
        let inputs: &[&'static str] = &["rule", "dataset", "rule_priority", "dataset_priority"];
        let input = match self.option(&call.options, inputs)? {
            Some("rule_priority") => Input::RulePriority,
            Some("dataset_priority") => Input::DatasetPriority,
            Some("dataset") => Input::Dataset,
            Some(_) => Input::Rule,
            None if checks => Input::Dataset,
            None => Input::Rule,
        };
        let outputs: &[&'static str] = &["computed", "all", "invalid", "all_measures"];
        let output = self.option(&call.options, outputs)?.unwrap_or(outputs[0]);

        let hierarchy = self.hierarchy(&node, call, ruleset, (mode, input), scope)?;
        let rules: Vec<&HierarchicalRule> = ruleset.rules.iter().collect();
        let names = self.rule_names(
            rules.iter().filter_map(|rule| rule.name.as_ref()).collect(),
            rules.len(),
        )?;
        self.known_items(&hierarchy)?;
        let levels = match !checks || input == Input::DatasetPriority {
            true => self.levels(ruleset, &hierarchy)?,
            false => Vec::new(),
        };
        // That a code is equal to itself needs no check.
        let is_itself = |rule: &HierarchicalRule| matches!(&rule.right[..], [item] if item.code.text == rule.left.text);
        let mut checked: Vec<(&HierarchicalRule, String)> = Vec::new();
        if checks {
            checked.extend(rules.iter().copied().zip(names).filter(|(rule, _)| !is_itself(rule)));
        }
        let checked_rules = checked.iter().map(|(rule, _)| *rule);
        let computing = levels.iter().flatten().flat_map(|target| &target.rules).copied();
        let applied: Vec<&HierarchicalRule> = checked_rules.clone().chain(computing).collect();
        let mut rows = self.rows_of_codes(&node, &applied, &hierarchy)?;
        for (at, level) in levels.iter().enumerate() {
            let later = levels[at + 1..].iter().flatten().flat_map(|target| &target.rules).copied();
            let mut needed = hierarchy.codes_in(checked_rules.clone().chain(later));
            if !checks {
                needed.extend(levels[..at].iter().flatten().map(|target| target.code));
            }
            rows = self.computed_level(rows, level, &needed, &hierarchy)?;
        }
        if checks {
            let output = if output == "computed" { "invalid" } else { output };
            return self.checked_rules(&node, rows, checked, output, &hierarchy);
        }
        let computed = self.computed_rows(&node, rows, &hierarchy)?;
        if output != "all" {
            return Ok(computed);
        }
        let shape = computed.structure.components().to_vec();
        let given = self.shaped(node, &shape, span)?;
        Ok(Node::union(vec![computed, given], span))
    }

    fn hierarchy(
        &mut self,
        node: &Node,
        call: &RulesetCall,
        ruleset: &HierarchicalRuleset,
        (mode, input): (Mode, Input),
        scope: Scope<'_>,
    ) -> Checked<Hierarchy> {
        let operator = &call.operator.text;
        let measures: Vec<&Component> = node.structure.measures().collect();
        let measure = match measures[..] {
            [measure] if measure.data_type.is_numeric() => measure.clone(),
            _ => {
                let message = format!("`{operator}` needs a dataset with one measure, a number");
                return Err(self.fault(&NOT_MONO_MEASURE, call.operand.span, message));
            }
        };
        let own = Row::of(&node.structure);
        let at_call = |name: &Name| Name { span: call.ruleset.span, ..name.clone() };
        let rule = match &call.rule {
            Some(name) => self.component(&own, name, scope)?,
            None if ruleset.on_domains => {
                let message = format!(
                    "the ruleset `{}` is on a value domain; name the identifier with `rule`",
                    ruleset.name.text
                );
                return Err(self.fault(&WRONG_ARGUMENTS, call.ruleset.span, message));
            }
            None => self.simple_component(&own, &at_call(&ruleset.rule), Scope::default())?,
        };
        if !is_identifier(&rule) {
            let message = format!("`{}` is no identifier, `rule` needs one", rule.name);
            return Err(self.fault(&WRONG_ROLE, call.ruleset.span, message));
        }
        let groups: Vec<Component> =
            node.structure.identifiers().filter(|c| c.name != rule.name).cloned().collect();
        let mut row = Row { structure: DataStructure::new(groups.clone()), ..Row::default() };
        let mut own_conditions = Vec::new();
        if ruleset.on_domains && call.components.len() != ruleset.conditions.len() {
            let message = format!(
                "the ruleset `{}` has {} conditions on value domains; name as many components with `condition`",
                ruleset.name.text,
                ruleset.conditions.len()
            );
            return Err(self.fault(&WRONG_ARGUMENTS, call.ruleset.span, message));
        }
        for (index, signature) in ruleset.conditions.iter().enumerate() {
            let component = match call.components.get(index) {
                Some(name) => self.component(&own, name, scope)?,
                None => self.simple_component(&own, &at_call(&signature.name), Scope::default())?,
            };
            let known_as = signature.alias.as_ref().unwrap_or(&signature.name);
            match row.structure.get(&component.name) {
                Some(_) => row.known_as(&known_as.text, &component.name),
                None => {
                    let name = format!("#condition#{}", component.name);
                    row.known_as(&known_as.text, &name);
                    row.structure.set(Component::measure(&name, component.data_type));
                    own_conditions.push((component, name));
                }
            }
        }
        let viral = node.structure.components().iter().filter(|c| is_viral(c)).cloned().collect();
        let span = call.operator.span.to(node.span);
        let (codes, computed) = Hierarchy::codes_of(ruleset);
        let numbers = codes.iter().map(|code| code.text.clone()).zip(1..).collect();
        Ok(Hierarchy {
            rule,
            measure,
            viral,
            groups,
            row,
            own_conditions,
            checks: operator == "check_hierarchy",
            mode,
            input,
            codes,
            computed,
            numbers,
            span,
        })
    }

    /// Codes that no rule computes must be in the codelist.
    fn known_items(&mut self, hierarchy: &Hierarchy) -> Checked<()> {
        let structure = DataStructure::new([hierarchy.rule.clone()]);
        for code in &hierarchy.codes[hierarchy.computed..] {
            let site = Site { operator: "rule", span: code.span, structure: Some(&structure) };
            let sides =
                [Expr::column(&hierarchy.rule, code.span), Expr::text(&code.text, code.span)];
            self.known_codes(&sides, site)?;
        }
        Ok(())
    }

    /// A code as a constant of the identifier's type.
    fn code_literal(&mut self, code: &Name, identifier: &Component) -> Checked<Literal> {
        match identifier.data_type {
            DataType::String => Ok(Literal::String(code.text.clone())),
            DataType::Integer => match code.text.parse() {
                Ok(number) => Ok(Literal::Integer(number)),
                Err(_) => {
                    let message = format!(
                        "`{}` is no integer, as the codes of `{}` are",
                        code.text, identifier.name
                    );
                    Err(self.fault(&INVALID_RULESET, code.span, message))
                }
            },
            other => {
                let text = Expr::text(&code.text, code.span);
                self.coerce(text, other, Self::plain_site("rule", code.span)).map(constant)
            }
        }
    }

    /// The computed values of codes as rows of the dataset.
    fn computed_rows(&mut self, node: &Node, rows: Node, hierarchy: &Hierarchy) -> Checked<Node> {
        let span = hierarchy.span;
        if hierarchy.computed == 0 {
            let message = "the ruleset has no rule with `=`, so that there is nothing to compute";
            return Err(self.fault(&INVALID_RULESET, span, message));
        }
        let computed = &hierarchy.codes[..hierarchy.computed];
        let codes = self.table_of_codes(computed, hierarchy)?;
        let (value, found) = match hierarchy.input {
            Input::RulePriority => (RESULT, FOUND),
            _ => (VALUE, PRESENT),
        };
        let found = Expr::column(&Component::measure(found, DataType::Boolean), span);
        let names: Vec<String> = computed.iter().map(|code| code.text.clone()).collect();
        let mut columns = identifiers_of(node, &hierarchy.rule);
        for (component, _) in columns.iter_mut().filter(|(c, _)| c.name == hierarchy.rule.name) {
            component.codes = merged(component.codes.take(), Some(names.clone().into()));
        }
        columns.push((hierarchy.measure.clone(), from(0, value)));
        for attribute in &hierarchy.viral {
            let name = match hierarchy.input {
                Input::RulePriority => result_of(attribute).name,
                _ => attribute.name.clone(),
            };
            columns.push((attribute.clone(), from(0, name)));
        }
        Ok(rows.filter(found, span).beside(codes, vec![CODE.to_owned()], columns, span))
    }

    /// What each rule says of each group, as rows.
    fn checked_rules(
        &mut self,
        node: &Node,
        rows: Node,
        rules: Vec<(&HierarchicalRule, String)>,
        output: &str,
        hierarchy: &Hierarchy,
    ) -> Checked<Node> {
        let span = hierarchy.span;
        let measure = hierarchy.measure.clone();
        let code_type = self.finding_type(
            rules.iter().filter_map(|(rule, _)| rule.code.as_ref()),
            DataType::String,
            span,
        )?;
        let level_type = self.finding_type(
            rules.iter().filter_map(|(rule, _)| rule.level.as_ref()),
            DataType::Integer,
            span,
        )?;
        if rules.is_empty() {
            let message = "the ruleset has no rule that could be checked";
            return Err(self.fault(&INVALID_RULESET, span, message));
        }
        let result = Component::measure("bool_var", DataType::Boolean);
        let imbalance = Component::measure("imbalance", measure.data_type);
        let code = Component::measure("errorcode", code_type);
        let level = Component::measure("errorlevel", level_type);
        let found = Component::measure(FOUND, DataType::Boolean);

        let (mut targets, mut told) = (Vec::new(), Vec::new());
        for (number, (rule, id)) in (1..).zip(rules) {
            targets.push(Target {
                number,
                code: hierarchy.number_of(&rule.left),
                rules: vec![rule],
            });
            told.push(vec![
                Literal::Integer(number),
                self.code_literal(&rule.left, &hierarchy.rule)?,
                Literal::String(id),
                constant(finding(rule.code.as_ref(), code_type, span)),
                constant(finding(rule.level.as_ref(), level_type, span)),
            ]);
        }
        let told_of =
            vec![numbers(TARGET), hierarchy.rule.clone(), rule_id(), code.clone(), level.clone()];
        let told = Node::values(told_of, told, span);

        let sides = self.parts_side_by_side(rows, &targets, hierarchy)?;
        let (left, total) = (hierarchy.left(), hierarchy.total(1));
        let value = hierarchy.counted(&left);
        let difference =
            hierarchy.number(Function::Subtract, vec![value.clone(), total.value.clone()]);
        let produced = match hierarchy.mode {
            Mode::NonNull => hierarchy.not_null(difference.clone()),
            Mode::NonZero => {
                hierarchy.or(hierarchy.null_or_nonzero(value.clone()), total.any_nonzero)
            }
            Mode::PartialNull | Mode::PartialZero => hierarchy.or(left.present, total.any_present),
            Mode::AlwaysNull | Mode::AlwaysZero => Expr::boolean(true, span),
        };
        let produced = self.applies(&targets, 1, produced, hierarchy)?;
        let holds = hierarchy.relation(&targets, value.clone(), total.value);
        let mut columns: Vec<Column> = sides.columns(is_identifier).collect();
        columns.push((result.clone(), holds));
        columns.push((measure.clone(), value));
        columns.push((imbalance.clone(), difference));
        columns.push((found.clone(), produced));
        let attributes = hierarchy.viral.iter().zip(left.attributes).zip(total.attributes);
        for ((attribute, own), others) in attributes {
            let value = self.propagated(attribute, vec![own, others], span);
            columns.push((attribute.clone(), value?));
        }
        let rows = sides.project(columns, span).filter(Expr::column(&found, span), span);

        let mut columns = identifiers_of(node, &hierarchy.rule);
        columns.push((rule_id(), from(1, &rule_id().name)));
        let by_rule = [result.clone(), measure.clone(), imbalance];
        columns.extend(by_rule.map(|c| (c.clone(), from(0, c.name))));
        columns.extend([code.clone(), level.clone()].map(|c| (c.clone(), from(1, c.name))));
        columns.extend(hierarchy.viral.iter().map(|c| (c.clone(), from(0, &c.name))));
        let mut rows = rows.beside(told, vec![TARGET.to_owned()], columns, span);
        let no = Expr::boolean(false, span);
        let failed = Expr::test(Function::Equal, vec![Expr::column(&result, span), no], span);
        if output == "invalid" {
            rows = rows.filter(failed.clone(), span);
        }
        let kept = |component: &Component| match component.name.as_str() {
            "bool_var" => output != "invalid",
            "imbalance" => true,
            "errorcode" | "errorlevel" => false,
            name if name == measure.name => output != "all",
            _ => !is_viral(component),
        };
        let mut columns: Vec<Column> = rows.columns(kept).collect();
        columns.extend(findings(
            &failed,
            Expr::column(&code, span),
            Expr::column(&level, span),
            span,
        ));
        columns.extend(rows.columns(is_viral));
        Ok(rows.project(columns, span))
    }
}

/// The identifiers of the dataset, from rows joined with a table that has the code.
fn identifiers_of(node: &Node, rule: &Component) -> Vec<(Component, JoinColumn)> {
    let side = |identifier: &Component| usize::from(identifier.name == rule.name);
    node.structure.identifiers().map(|id| (id.clone(), from(side(id), &id.name))).collect()
}

/// A column of one of the two sides of a join.
fn from(side: usize, name: impl Into<String>) -> JoinColumn {
    JoinColumn { from: Some(side), name: name.into() }
}

/// The value of an expression that is a constant.
fn constant(expr: Expr) -> Literal {
    match expr.kind {
        ExprKind::Literal(literal) => literal,
        _ => Literal::Null,
    }
}
