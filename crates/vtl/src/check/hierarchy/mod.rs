//! `hierarchy` and `check_hierarchy` (reference manual, "Hierarchical aggregation" and "Data
//! validation operators").
//!
//! Both need values of several codes of one identifier side by side. So the dataset is aggregated
//! over that identifier, with two columns for each code that the rules speak of: its value, and
//! whether there is a row of it. Rules are calculations on these columns, one after the other where
//! one needs another's result. At the end each rule's result becomes a row again.

mod rule;

use super::build::{Column, aggregation, is_identifier, is_viral};
use super::scope::{Row, Scope};
use super::set::merged;
use super::types::Site;
use super::validation::{finding, findings, rule_id};
use super::{Check, Checked};
use crate::ast::{HierarchicalRule, HierarchicalRuleset, Name, RulesetCall};
use crate::errors::{INVALID_RULESET, NOT_MONO_MEASURE, WRONG_ARGUMENTS, WRONG_ROLE};
use crate::program::{AggregateFunction, Aggregation, Expr, Function, Literal, Node};
use crate::source::Span;
use olshem_model::{Component, DataStructure, DataType};
use rule::{Hierarchy, Input, MODES, Mode};
use std::collections::{HashMap, HashSet};

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
        let mut by_code: HashMap<&str, Vec<&HierarchicalRule>> = HashMap::new();
        for rule in rules.iter().copied().filter(|rule| rule.relation == "=") {
            by_code.entry(&rule.left.text).or_default().push(rule);
        }
        let mut groups = self.codes_side_by_side(&node, &rules, &hierarchy)?;
        if !checks || input == Input::DatasetPriority {
            for codes in self.rule_order(&by_code, &hierarchy)? {
                groups = self.computed_codes(groups, &codes, &by_code, &hierarchy)?;
            }
        }
        if checks {
            // That a code is equal to itself needs no check.
            let rules = rules
                .into_iter()
                .zip(names)
                .filter(|(rule, _)| !matches!(&rule.right[..], [item] if item.code.text == rule.left.text))
                .collect();
            let output = if output == "computed" { "invalid" } else { output };
            return self.checked_rules(&node, groups, rules, output, &hierarchy);
        }
        let computed = self.computed_rows(&node, groups, &hierarchy)?;
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
        let others = node.structure.identifiers().filter(|c| c.name != rule.name).cloned();
        let mut row = Row { structure: DataStructure::new(others), ..Row::default() };
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
                None => own_conditions.push((component, known_as.text.clone())),
            }
        }
        let viral = node.structure.components().iter().filter(|c| is_viral(c)).cloned().collect();
        let span = call.operator.span.to(node.span);
        let mut computed: Vec<String> = Vec::new();
        let mut computable = HashSet::new();
        for HierarchicalRule { left, .. } in ruleset.rules.iter().filter(|r| r.relation == "=") {
            if computable.insert(left.text.clone()) {
                computed.push(left.text.clone());
            }
        }
        Ok(Hierarchy {
            rule,
            measure,
            viral,
            row,
            own_conditions,
            mode,
            input,
            computed,
            computable,
            span,
        })
    }

    /// One row for each group, with the value of each code.
    fn codes_side_by_side(
        &mut self,
        node: &Node,
        rules: &[&HierarchicalRule],
        hierarchy: &Hierarchy,
    ) -> Checked<Node> {
        let span = hierarchy.span;
        let mut seen = HashSet::new();
        let named = rules
            .iter()
            .flat_map(|rule| std::iter::once(&rule.left).chain(rule.right.iter().map(|i| &i.code)));
        let codes: Vec<&Name> = named.filter(|code| seen.insert(&code.text)).collect();
        let mut items: Vec<Aggregation> = Vec::new();
        for code in codes {
            self.known_item(code, hierarchy)?;
            let is_code = vec![
                Expr::column(&hierarchy.rule, span),
                self.code_literal(code, &hierarchy.rule)?,
            ];
            let is_code = Expr::test(Function::Equal, is_code, span);
            let of_code = |value: Expr| {
                let null = Expr::null(value.data_type, span);
                Some(Expr::case(vec![(is_code.clone(), value)], null, span))
            };
            let name = |what: &str| format!("{what}#{}", code.text);
            let measure = &hierarchy.measure;
            items.push(aggregation(
                name("value"),
                measure.data_type,
                AggregateFunction::Sum,
                of_code(Expr::column(measure, span)),
            ));
            items.push(aggregation(
                name("rows"),
                DataType::Integer,
                AggregateFunction::Count,
                of_code(Expr::integer(1, span)),
            ));
            for (component, _) in &hierarchy.own_conditions {
                items.push(aggregation(
                    name(&format!("condition#{}", component.name)),
                    component.data_type,
                    AggregateFunction::Min,
                    of_code(Expr::column(component, span)),
                ));
            }
            for attribute in &hierarchy.viral {
                items.push(aggregation(
                    name(&format!("value#{}", attribute.name)),
                    attribute.data_type,
                    AggregateFunction::Min,
                    of_code(Expr::column(attribute, span)),
                ));
            }
        }
        let keys = hierarchy.row.structure.identifiers().map(|c| c.name.clone()).collect();
        Ok(node.clone().aggregate(keys, items, span))
    }

    /// A code that no rule computes must be in the codelist.
    fn known_item(&mut self, code: &Name, hierarchy: &Hierarchy) -> Checked<()> {
        if hierarchy.computable.contains(&code.text) {
            return Ok(());
        }
        let structure = DataStructure::new([hierarchy.rule.clone()]);
        let site = Site { operator: "rule", span: code.span, structure: Some(&structure) };
        let sides = [Expr::column(&hierarchy.rule, code.span), Expr::text(&code.text, code.span)];
        self.known_codes(&sides, site)
    }

    /// A code as a constant of the identifier's type.
    fn code_literal(&mut self, code: &Name, identifier: &Component) -> Checked<Expr> {
        match identifier.data_type {
            DataType::String => Ok(Expr::text(&code.text, code.span)),
            DataType::Integer => match code.text.parse() {
                Ok(number) => Ok(Expr::integer(number, code.span)),
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
                self.coerce(text, other, Self::plain_site("rule", code.span))
            }
        }
    }

    /// The computed values of codes as rows.
    fn computed_rows(&mut self, node: &Node, groups: Node, hierarchy: &Hierarchy) -> Checked<Node> {
        let span = hierarchy.span;
        let found = Component::measure("found#", DataType::Boolean);
        let mut components: Vec<Component> = node.structure.identifiers().cloned().collect();
        for component in components.iter_mut().filter(|c| c.name == hierarchy.rule.name) {
            component.codes =
                merged(component.codes.take(), Some(hierarchy.computed.clone().into()));
        }
        components.push(hierarchy.measure.clone());
        components.extend(hierarchy.viral.iter().cloned());
        let kept = components.clone();
        components.push(found.clone());
        let mut branches = Vec::new();
        for code in &hierarchy.computed {
            let name = Name { text: code.clone(), span };
            let literal = self.code_literal(&name, &hierarchy.rule)?;
            let item = hierarchy.result(code);
            let mut values = self.identifiers_of(node, literal, hierarchy);
            values.push(item.value);
            values.extend(item.attributes);
            values.push(item.present);
            branches.push(values);
        }
        if branches.is_empty() {
            let message = "the ruleset has no rule with `=`, so that there is nothing to compute";
            return Err(self.fault(&INVALID_RULESET, span, message));
        }
        let rows = groups.expand(components, branches, span);
        let rows = rows.filter(Expr::column(&found, span), span);
        Ok(rows.keeping(|component| kept.contains(component), span))
    }

    /// The identifiers of the dataset, with a code in its place.
    fn identifiers_of(&self, node: &Node, code: Expr, hierarchy: &Hierarchy) -> Vec<Expr> {
        node.structure
            .identifiers()
            .map(|identifier| match identifier.name == hierarchy.rule.name {
                true => code.clone(),
                false => Expr::column(identifier, hierarchy.span),
            })
            .collect()
    }

    /// What each rule says of each group, as rows.
    fn checked_rules(
        &mut self,
        node: &Node,
        groups: Node,
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
        let result = Component::measure("bool_var", DataType::Boolean);
        let imbalance = Component::measure("imbalance", measure.data_type);
        let code = Component::measure("errorcode", code_type);
        let level = Component::measure("errorlevel", level_type);
        let found = Component::measure("found#", DataType::Boolean);
        let mut components: Vec<Component> = node.structure.identifiers().cloned().collect();
        components.extend([rule_id(), result.clone(), measure.clone(), imbalance.clone()]);
        components.extend([code.clone(), level.clone(), found.clone()]);
        components.extend(hierarchy.viral.iter().cloned());
        let mut branches = Vec::new();
        for (rule, id) in rules {
            let literal = self.code_literal(&rule.left, &hierarchy.rule)?;
            let left = hierarchy.item(&rule.left.text, "");
            let total = self.total(rule, hierarchy)?;
            let value = hierarchy.counted(&left);
            let sides = || vec![value.clone(), total.value.clone()];
            let relation = match rule.relation {
                ">" => Function::Greater,
                "<" => Function::Less,
                ">=" => Function::GreaterOrEqual,
                "<=" => Function::LessOrEqual,
                _ => Function::Equal,
            };
            let difference = hierarchy.number(Function::Subtract, sides());
            let produced = match hierarchy.mode {
                Mode::NonNull => hierarchy.not_null(difference.clone()),
                Mode::NonZero => {
                    hierarchy.or(hierarchy.null_or_nonzero(value.clone()), total.any_nonzero)
                }
                Mode::PartialNull | Mode::PartialZero => {
                    hierarchy.or(left.present.clone(), total.any_present)
                }
                Mode::AlwaysNull | Mode::AlwaysZero => Expr::boolean(true, span),
            };
            let produced = self.applies(rule, produced, hierarchy)?;
            let mut values = self.identifiers_of(node, literal, hierarchy);
            values.push(Expr::text(id, span));
            values.push(Expr::test(relation, sides(), span));
            values.push(value.clone());
            values.push(difference);
            values.push(finding(rule.code.as_ref(), code_type, span));
            values.push(finding(rule.level.as_ref(), level_type, span));
            values.push(produced);
            for ((attribute, own), others) in
                hierarchy.viral.iter().zip(left.attributes).zip(total.attributes)
            {
                values.push(self.propagated(attribute, vec![own, others], span)?);
            }
            branches.push(values);
        }
        if branches.is_empty() {
            let message = "the ruleset has no rule that could be checked";
            return Err(self.fault(&INVALID_RULESET, span, message));
        }
        let rows = groups.expand(components, branches, span);
        let mut rows = rows.filter(Expr::column(&found, span), span);
        let no = Expr::literal(Literal::Boolean(false), span);
        let failed = Expr::test(Function::Equal, vec![Expr::column(&result, span), no], span);
        if output == "invalid" {
            rows = rows.filter(failed.clone(), span);
        }
        let kept = |component: &Component| match component.name.as_str() {
            "bool_var" => output != "invalid",
            "imbalance" => true,
            "errorcode" | "errorlevel" | "found#" => false,
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
