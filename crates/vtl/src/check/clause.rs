//! Clauses: `filter`, `calc`, `keep`, `drop`, `rename`, `sub`, `pivot`, `unpivot`
//! (reference manual, "Clause operators"). `aggr` is in [`super::aggregate`].

use super::aggregate::GroupsBy;
use super::analytic::has_analytic;
use super::build::{Column, is_identifier, is_viral};
use super::scope::{Origin, Row, Scope, quoted};
use super::types::{Site, common_type};
use super::{Check, Checked};
use crate::ast::{Calculation, Clause, ComponentName, Expr as AstExpr, ExprKind as Ast, Name};
use crate::errors::{
    DUPLICATE_COMPONENT, NOT_SUPPORTED, NOTHING_LEFT, OPEN_DOMAIN, SYNTAX, TYPE_MISMATCH,
    WRONG_KIND, WRONG_ROLE,
};
use crate::program::{Expr, ExprKind, Function, JoinColumn, Node, Operation};
use crate::source::Span;
use olshem_model::{Component, DataStructure, DataType, Role};
use std::collections::{HashMap, HashSet};

impl Check<'_> {
    /// A clause on a dataset, or on the rows of a join, whose columns have origins.
    pub(super) fn clause(
        &mut self,
        node: Node,
        origins: &[Origin],
        clause: &Clause,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let (node, attached) = self.with_singles(node, origins, clause, span, scope)?;
        if attached.is_empty() {
            return self.plain_clause(node, origins, clause, span, scope);
        }
        let origins = [origins, &attached].concat();
        let node = self.plain_clause(node, &origins, clause, span, scope)?;
        Ok(node.keeping(|c| !attached.iter().any(|origin| origin.column == c.name), span))
    }

    /// The rows, each with the single values that the expressions of a clause name: results without
    /// identifiers, which the manual calls scalars.
    fn with_singles(
        &mut self,
        mut node: Node,
        origins: &[Origin],
        clause: &Clause,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<(Node, Vec<Origin>)> {
        let mut named: Vec<(&String, Span)> = Vec::new();
        let mut seen = HashSet::new();
        let mut rest: Vec<&AstExpr> = clause.children().collect();
        while let Some(expr) = rest.pop() {
            match &expr.kind {
                Ast::Name(name) if seen.insert(name) => named.push((name, expr.span)),
                _ => rest.extend(expr.kind.children()),
            }
        }
        let mut attached = Vec::new();
        let mut singles = 0;
        for (name, at) in named {
            let is_component = node.structure.get(name).is_some()
                || origins.iter().any(|o| o.component == *name || o.dataset == *name);
            if is_component || scope.binding(name).is_some() {
                continue;
            }
            self.demand(name, at)?;
            let Some(structure) = self.checker.datasets.get(name).cloned() else { continue };
            if structure.identifiers().next().is_some() {
                continue;
            }
            self.note_read(name);
            singles += 1;
            self.few_enough(singles, span)?;
            let mut columns: Vec<_> = node
                .columns(|_| true)
                .map(|(c, _)| (c.clone(), JoinColumn { from: Some(0), name: c.name }))
                .collect();
            let only = structure.measures().count() == 1;
            for component in structure.components() {
                let column = format!("{name}#{}", component.name);
                let from = JoinColumn { from: Some(1), name: component.name.clone() };
                let measure = Component::measure(&column, component.data_type);
                columns.push((measure, from));
                let origin = |dataset: &str, component: &str| Origin {
                    dataset: dataset.to_owned(),
                    component: component.to_owned(),
                    column: column.clone(),
                };
                attached.push(origin(name, &component.name));
                if only && component.role == Role::Measure {
                    attached.push(origin("", name));
                }
            }
            let read = Node::new(Operation::Read(name.clone()), structure, at);
            node = node.beside(read, Vec::new(), columns, span);
        }
        Ok((node, attached))
    }

    fn plain_clause(
        &mut self,
        node: Node,
        origins: &[Origin],
        clause: &Clause,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        match clause {
            Clause::Filter(condition) => self.filter(node, origins, condition, span, scope),
            Clause::Calc(items) => self.calc(node, origins, items, span, scope),
            Clause::Aggr { items, grouping, having } => {
                let groups_by = GroupsBy { grouping: grouping.as_ref(), having: having.as_deref() };
                self.aggr(node, origins, items, groups_by, span, scope)
            }
            Clause::Keep(names) => self.keep(node, origins, names, span, scope),
            Clause::Drop(names) => self.drop(node, origins, names, span, scope),
            Clause::Rename(pairs) => self.rename(node, origins, pairs, span, scope),
            Clause::Subspace(items) => self.subspace(node, items, span, scope),
            Clause::Pivot(identifier, measure) => {
                self.pivot(node, identifier, measure, span, scope)
            }
            Clause::Unpivot(identifier, measure) => {
                self.unpivot(node, identifier, measure, span, scope)
            }
            // The grammar has its syntax in a comment, and no manual says what it means.
            Clause::CustomPivot => {
                let message = "VTL 2.2 reserves `customPivot` and does not define it";
                Err(self.fault_help(&NOT_SUPPORTED, span, message, "use `pivot`"))
            }
            Clause::Apply(_) => Err(self.fault(&SYNTAX, span, "`apply` belongs into a join")),
        }
    }

    fn filter(
        &mut self,
        node: Node,
        origins: &[Origin],
        condition: &AstExpr,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let row = Row::joined(&node.structure, origins).with_analytic();
        let condition = self.condition(condition, scope.over(&row))?;
        if !has_analytic(&condition) {
            return Ok(node.filter(condition, span));
        }
        // Analytic operators see all rows: the condition is a column first.
        let kept = node.structure.components().to_vec();
        let chosen = Component::measure("filter#", DataType::Boolean);
        let mut columns: Vec<Column> = node.columns(|_| true).collect();
        columns.push((chosen.clone(), condition));
        let rows = node.project(columns, span).filter(Expr::column(&chosen, span), span);
        Ok(rows.keeping(|component| kept.contains(component), span))
    }

    fn calc(
        &mut self,
        node: Node,
        origins: &[Origin],
        items: &[Calculation],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let row = Row::joined(&node.structure, origins).with_analytic();
        let values: Vec<Checked<Column>> =
            items.iter().map(|item| self.calculated(item, &row, scope)).collect();
        let values = values.into_iter().collect::<Checked<Vec<_>>>()?;
        let mut places: HashMap<String, usize> = HashMap::new();
        for (index, (component, _)) in values.iter().enumerate() {
            if places.insert(component.name.clone(), index).is_some() {
                let message = format!("`{}` is calculated twice", component.name);
                return Err(self.fault(&DUPLICATE_COMPONENT, items[index].name.span(), message));
            }
        }
        // In a join a calculated component takes the place of all of its name.
        let replaced: HashSet<&str> = origins
            .iter()
            .filter(|origin| places.contains_key(&origin.component))
            .map(|origin| origin.column.as_str())
            .collect();
        let mut columns: Vec<Column> = Vec::new();
        let mut new: Vec<Option<Column>> = values.into_iter().map(Some).collect();
        for (component, value) in node.columns(|_| true) {
            match places.get(&component.name) {
                Some(index) => columns.extend(new[*index].take()),
                None if replaced.contains(component.name.as_str()) => {}
                None => columns.push((component, value)),
            }
        }
        columns.extend(new.into_iter().flatten());
        Ok(node.project(columns, span))
    }

    fn calculated(&mut self, item: &Calculation, row: &Row, scope: Scope<'_>) -> Checked<Column> {
        let value = self.scalar(&item.value, scope.over(row))?;
        let name = self.new_name(&item.name.name, scope);
        let own: Vec<&String> =
            row.origins.iter().filter(|o| o.component == name).map(|o| &o.column).collect();
        let mut components = row.structure.components().iter();
        let before = components.find(|c| c.name == name || own.contains(&&c.name));
        if before.is_some_and(is_identifier) {
            let message = format!("the identifier `{name}` cannot be calculated anew");
            return Err(self.fault(&WRONG_ROLE, item.name.span(), message));
        }
        let role = item.role.or(before.map(|c| c.role)).unwrap_or(Role::Measure);
        let codes = match &value.kind {
            ExprKind::Column(column) => row.structure.get(column).and_then(|c| c.codes.clone()),
            _ => None,
        };
        let nullable = role != Role::Identifier;
        let component = Component { name, role, data_type: value.data_type, nullable, codes };
        Ok((component, value))
    }

    /// The components named, none of which may be an identifier.
    fn dependent(
        &mut self,
        row: &Row,
        names: &[ComponentName],
        clause: &str,
        scope: Scope<'_>,
    ) -> Checked<Vec<String>> {
        let found: Vec<Checked<String>> = names
            .iter()
            .map(|name| {
                let component = self.component(row, name, scope)?;
                if is_identifier(&component) {
                    let message = format!(
                        "`{}` is an identifier, `{clause}` is for the other components",
                        component.name
                    );
                    return Err(self.fault(&WRONG_ROLE, name.span(), message));
                }
                Ok(component.name)
            })
            .collect();
        found.into_iter().collect()
    }

    fn keep(
        &mut self,
        node: Node,
        origins: &[Origin],
        names: &[ComponentName],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let row = Row::joined(&node.structure, origins);
        let kept = self.dependent(&row, names, "keep", scope)?;
        Ok(node.keeping(|c| is_identifier(c) || kept.contains(&c.name), span))
    }

    fn drop(
        &mut self,
        node: Node,
        origins: &[Origin],
        names: &[ComponentName],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let row = Row::joined(&node.structure, origins);
        let dropped = self.dependent(&row, names, "drop", scope)?;
        let node = node.keeping(|c| !dropped.contains(&c.name), span);
        if node.structure.components().iter().all(is_identifier) {
            let message = "nothing but identifiers is left after `drop`";
            return Err(self.fault(&NOTHING_LEFT, span, message));
        }
        Ok(node)
    }

    fn rename(
        &mut self,
        node: Node,
        origins: &[Origin],
        pairs: &[(ComponentName, ComponentName)],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let row = Row::joined(&node.structure, origins);
        let mut renamed: Vec<(String, String, Span)> = Vec::new();
        for (from, to) in pairs {
            let component = self.component(&row, from, scope)?;
            if renamed.iter().any(|(other, ..)| *other == component.name) {
                let message = format!("`{}` is renamed twice", component.name);
                return Err(self.fault(&DUPLICATE_COMPONENT, from.span(), message));
            }
            renamed.push((component.name, self.new_name(&to.name, scope), to.span()));
        }
        let new_name = |component: &Component| {
            let found = renamed.iter().find(|(from, ..)| *from == component.name);
            found.map_or(component.name.clone(), |(_, to, _)| to.clone())
        };
        let columns: Vec<Column> = node
            .columns(|_| true)
            .map(|(component, value)| (component.clone().renamed(new_name(&component)), value))
            .collect();
        for (index, (component, _)) in columns.iter().enumerate() {
            if columns[..index].iter().any(|(other, _)| other.name == component.name) {
                let at = renamed.iter().find(|(_, to, _)| *to == component.name);
                let at = at.map_or(span, |(.., span)| *span);
                let message = format!("there would be two components `{}`", component.name);
                return Err(self.fault(&DUPLICATE_COMPONENT, at, message));
            }
        }
        Ok(node.project(columns, span))
    }

    fn subspace(
        &mut self,
        node: Node,
        items: &[(ComponentName, AstExpr)],
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let row = Row::of(&node.structure);
        let mut fixed: Vec<String> = Vec::new();
        let mut condition: Option<Expr> = None;
        for (name, value) in items {
            let component = self.component(&row, name, scope)?;
            if !is_identifier(&component) {
                let message = format!("`{}` is no identifier; use `filter`", component.name);
                return Err(self.fault(&WRONG_ROLE, name.span(), message));
            }
            if fixed.contains(&component.name) {
                let message = format!("`{}` is fixed twice", component.name);
                return Err(self.fault(&DUPLICATE_COMPONENT, name.span(), message));
            }
            let value = self.scalar(value, scope)?;
            let site = Site { operator: "sub", span, structure: Some(&node.structure) };
            let sides = vec![Expr::column(&component, name.span()), value];
            self.known_codes(&sides, site)?;
            let test = Expr::test(Function::Equal, self.unify(sides, site)?, span);
            condition = Some(match condition {
                None => test,
                Some(so_far) => Expr::test(Function::And, vec![so_far, test], span),
            });
            fixed.push(component.name);
        }
        let rows = match condition {
            Some(condition) => node.filter(condition, span),
            None => node,
        };
        Ok(rows.keeping(|component| !fixed.contains(&component.name), span))
    }

    fn pivot(
        &mut self,
        node: Node,
        identifier: &Name,
        measure: &Name,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let row = Row::of(&node.structure);
        let key = self.simple_component(&row, identifier, scope)?;
        let value = self.simple_component(&row, measure, scope)?;
        if !is_identifier(&key) || value.role != Role::Measure {
            let message = "`pivot` takes an identifier and a measure";
            return Err(self.fault(&WRONG_ROLE, identifier.span.to(measure.span), message));
        }
        let Some(codes) = key.codes.clone() else {
            let message =
                format!("the codes of `{}`, which become columns, are not known", key.name);
            let help = "the identifier needs an enumerated domain: a codelist";
            return Err(self.fault_help(&OPEN_DOMAIN, identifier.span, message, help));
        };
        let others = node.structure.identifiers().filter(|c| c.name != key.name).cloned();
        let mut components: Vec<Component> = others.collect();
        let viral = |name: &String| node.structure.get(name).is_some_and(is_viral);
        for code in codes.iter() {
            if viral(code) || components.iter().any(|component| component.name == *code) {
                let message = format!("there would be two components `{code}`");
                return Err(self.fault(&DUPLICATE_COMPONENT, span, message));
            }
            components.push(Component::measure(code, value.data_type));
        }
        let (items, propagated) = self.propagated_in_groups(&node.structure, span)?;
        let rest = (!propagated.is_empty()).then(|| {
            let keys: Vec<String> =
                components.iter().filter(|c| is_identifier(c)).map(|c| c.name.clone()).collect();
            let groups = node.clone().aggregate(keys.clone(), items, span);
            let own = groups.columns(is_identifier).collect::<Vec<_>>();
            (keys, groups.project(own.into_iter().chain(propagated).collect(), span))
        });
        let input = node.keeping(|c| is_identifier(c) || c.name == value.name, span);
        let operation = Operation::Pivot {
            input: Box::new(input),
            identifier: key.name,
            measure: value.name,
            codes: codes.to_vec(),
        };
        let pivoted = Node::new(operation, DataStructure::new(components), span);
        let Some((keys, attributes)) = rest else { return Ok(pivoted) };
        // What rows become one by, their viral attributes do too.
        let from = |side: Option<usize>| {
            move |component: &Component| {
                (component.clone(), JoinColumn { from: side, name: component.name.clone() })
            }
        };
        let own = |c: &&Component| !is_identifier(c);
        let columns = pivoted
            .structure
            .identifiers()
            .map(from(None))
            .chain(pivoted.structure.components().iter().filter(own).map(from(Some(0))))
            .chain(attributes.structure.components().iter().filter(own).map(from(Some(1))))
            .collect();
        Ok(pivoted.beside(attributes, keys, columns, span))
    }

    fn unpivot(
        &mut self,
        node: Node,
        identifier: &Name,
        measure: &Name,
        span: Span,
        scope: Scope<'_>,
    ) -> Checked<Node> {
        let measures: Vec<Component> = node.structure.measures().cloned().collect();
        let codes: Vec<String> = measures.iter().map(|measure| measure.name.clone()).collect();
        let key = Component::identifier(self.new_name(identifier, scope), DataType::String)
            .with_codes(codes);
        let mut data_type = None;
        for component in &measures {
            data_type = match data_type {
                None => Some(component.data_type),
                Some(so_far) => match common_type(so_far, component.data_type) {
                    Some(common) => Some(common),
                    None => {
                        let names = quoted(measures.iter().map(|m| m.name.as_str()), ", ");
                        let message = format!("`unpivot` needs measures of one type: {names}");
                        return Err(self.fault(&TYPE_MISMATCH, span, message));
                    }
                },
            };
        }
        let Some(data_type) = data_type else {
            return Err(self.fault(&WRONG_KIND, span, "`unpivot` needs a dataset with measures"));
        };
        let value = Component::measure(self.new_name(measure, scope), data_type);
        let kept = |c: &Component| is_identifier(c) || is_viral(c);
        let mut components: Vec<Component> =
            node.structure.identifiers().cloned().chain([key, value.clone()]).collect();
        components.extend(node.structure.components().iter().filter(|c| is_viral(c)).cloned());
        for (index, component) in components.iter().enumerate() {
            if components[..index].iter().any(|other| other.name == component.name) {
                let message = format!("there would be two components `{}`", component.name);
                return Err(self.fault(&DUPLICATE_COMPONENT, span, message));
            }
        }
        let branches = measures
            .iter()
            .map(|measure| {
                let (identifiers, attributes): (Vec<_>, Vec<_>) =
                    node.columns(kept).partition(|(component, _)| is_identifier(component));
                let name = Expr::text(&measure.name, span);
                let own = Expr::column(measure, span).converted(data_type);
                let values = |columns: Vec<Column>| columns.into_iter().map(|(_, value)| value);
                values(identifiers).chain([name, own]).chain(values(attributes)).collect()
            })
            .collect();
        let rows = node.expand(components, branches, span);
        let missing = Expr::test(Function::IsNull, vec![Expr::column(&value, span)], span);
        Ok(rows.filter(Expr::test(Function::Not, vec![missing], span), span))
    }
}
