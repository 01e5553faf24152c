//! Programs and diagnostics as text, for snapshots.

#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

mod consistency;
pub(crate) mod properties;

pub(crate) use consistency::assert_consistent;
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place, Role};
use olshem_vtl::program::{
    Analytic, Argument, Bound, Expr, ExprKind, Literal, Node, Operation, Program, Routine, Value,
    WindowUnit,
};
use olshem_vtl::{Checker, Environment, Source};
use std::fmt::Write;

/// The datasets and scalars that the scripts of these tests read.
pub(crate) fn environment() -> Environment {
    let activity = Component::identifier("ACTIVITY", DataType::String).with_codes(vec![
        "A".to_owned(),
        "J62".to_owned(),
        "J63".to_owned(),
        "R90".to_owned(),
    ]);
    let gva = DataStructure::new([
        Component::identifier("REF_AREA", DataType::String),
        Component::identifier("TIME_PERIOD", DataType::TimePeriod),
        activity,
        Component::measure("OBS_VALUE", DataType::Number),
        Component::attribute("OBS_STATUS", DataType::String),
    ]);
    let gdp = DataStructure::new([
        Component::identifier("REF_AREA", DataType::String),
        Component::identifier("TIME_PERIOD", DataType::TimePeriod),
        Component::measure("OBS_VALUE", DataType::Number),
    ]);
    let viral =
        Component { role: Role::ViralAttribute, ..Component::attribute("FLAG", DataType::String) };
    let jobs = DataStructure::new([
        Component::identifier("REF_AREA", DataType::String),
        Component::identifier("TIME_PERIOD", DataType::TimePeriod),
        Component::measure("JOBS", DataType::Integer),
        Component::measure("WAGE", DataType::Number),
        viral,
    ]);
    let accounts = DataStructure::new([
        Component::identifier("TIME_PERIOD", DataType::TimePeriod),
        Component::identifier("ITEM", DataType::String),
        Component::measure("AMOUNT", DataType::Integer),
    ]);
    let events = DataStructure::new([
        Component::identifier("ID", DataType::Integer),
        Component::measure("DAY", DataType::Date),
        Component::measure("TITLE", DataType::String),
    ]);
    Environment::default()
        .with_dataset("GVA", gva)
        .with_dataset("GDP", gdp)
        .with_dataset("JOBS", jobs)
        .with_dataset("ACCOUNTS", accounts)
        .with_dataset("EVENTS", events)
        .with_scalar("RATE", DataType::Number)
}

/// A script's program, or its diagnostics.
pub(crate) fn checked(script: &str) -> String {
    let mut checker = Checker::new(environment());
    match checker.program(vec![Source::new("script.vtl", script)]) {
        Ok(program) => {
            assert_consistent(&program);
            printed(&program)
        }
        Err(diagnostics) => told(&diagnostics, script),
    }
}

/// A script, and what becomes of it.
pub(crate) fn beside(script: &str) -> String {
    let lines: Vec<&str> =
        script.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    format!("{}\n\n{}", lines.join("\n").trim(), checked(script))
}

/// Diagnostics, each with the text that it points to.
pub(crate) fn told(diagnostics: &[Diagnostic], script: &str) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let Place::Text { span, .. } = &diagnostic.place else { panic!("no place") };
        let line = script[..span.start].lines().count().max(1);
        let quoted = script[span.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(text, "{} at line {line}: {}", diagnostic.code.id, diagnostic.message).unwrap();
        writeln!(text, "    | {quoted}").unwrap();
        if let Some(help) = &diagnostic.help {
            writeln!(text, "    help: {help}").unwrap();
        }
    }
    text
}

/// A program as indented text.
pub(crate) fn printed(program: &Program) -> String {
    let mut text = String::new();
    for statement in &program.statements {
        let sign = if statement.persistent { "<-" } else { ":=" };
        let reads = statement.reads.join(", ");
        match &statement.value {
            Value::Scalar(expr) => {
                let (name, value) = (&statement.name, expression(expr));
                writeln!(text, "{name} {sign} {value} : {} (reads {reads})", expr.data_type)
                    .unwrap();
            }
            Value::Dataset(node) => {
                writeln!(text, "{} {sign} {} (reads {reads})", statement.name, shape(node))
                    .unwrap();
                tree(node, 1, &mut text);
            }
        }
    }
    text
}

fn shape(node: &Node) -> String {
    let component = |component: &Component| {
        let role = match component.role {
            Role::Identifier => "*",
            Role::Measure => "",
            Role::Attribute => "@",
            Role::ViralAttribute => "@@",
        };
        format!("{role}{}: {}", component.name, component.data_type)
    };
    let components: Vec<String> = node.structure.components().iter().map(component).collect();
    format!("{{{}}}", components.join(", "))
}

fn tree(node: &Node, depth: usize, text: &mut String) {
    let names: Vec<&str> =
        node.structure.components().iter().map(|component| component.name.as_str()).collect();
    let assigned = |values: &[Expr]| {
        let values = names.iter().zip(values).map(|(name, value)| {
            let value = expression(value);
            if *name == value { value } else { format!("{name} = {value}") }
        });
        values.collect::<Vec<_>>().join(", ")
    };
    let mut line = |what: String| writeln!(text, "{}{what}", "  ".repeat(depth)).unwrap();
    let inputs: Vec<&Node> = match &node.operation {
        Operation::Read(name) => {
            line(format!("read {name}"));
            Vec::new()
        }
        Operation::Values(rows) => {
            line(format!("values {}", names.join(", ")));
            for row in rows {
                let row: Vec<String> = row.iter().map(constant).collect();
                line(format!("  | {}", row.join(", ")));
            }
            Vec::new()
        }
        Operation::Project { input, columns } => {
            line(format!("project {}", assigned(columns)));
            vec![input]
        }
        Operation::Filter { input, condition } => {
            line(format!("filter {}", expression(condition)));
            vec![input]
        }
        Operation::Join { kind, first, rest, columns } => {
            let columns = names.iter().zip(columns).map(|(name, column)| match column.from {
                Some(from) => format!("{name} = {from}.{}", column.name),
                None => format!("{name} = any.{}", column.name),
            });
            let on: Vec<String> = rest.iter().map(|step| step.on.join(", ")).collect();
            let columns: Vec<String> = columns.collect();
            line(format!("join {kind:?} on [{}]: {}", on.join("] ["), columns.join(", ")));
            std::iter::once(&**first).chain(rest.iter().map(|step| &step.node)).collect()
        }
        Operation::Aggregate { input, group_by, items } => {
            let items: Vec<String> = items
                .iter()
                .map(|item| {
                    let operand = item.operand.as_ref().map(expression).unwrap_or_default();
                    format!("{} = {:?}({operand})", item.component.name, item.function)
                })
                .collect();
            line(format!("aggregate by [{}]: {}", group_by.join(", "), items.join(", ")));
            vec![input]
        }
        Operation::Union(nodes) => {
            line("union".to_owned());
            nodes.iter().collect()
        }
        Operation::Match { left, right, on, present } => {
            let which = if *present { "in" } else { "not in" };
            line(format!("match {which} on [{}]", on.join(", ")));
            vec![left, right]
        }
        Operation::Expand { input, branches } => {
            line("expand".to_owned());
            for branch in branches {
                line(format!("  | {}", assigned(branch)));
            }
            vec![input]
        }
        Operation::FillTimeSeries { input, time, range } => {
            line(format!("fill {time} {range:?}"));
            vec![input]
        }
        Operation::Pivot { input, identifier, measure, codes } => {
            line(format!("pivot {identifier}, {measure}: {}", codes.join(", ")));
            vec![input]
        }
        Operation::External(routine) => {
            line(external(routine));
            let inputs = routine.arguments.iter().filter_map(|argument| match argument {
                Argument::Dataset { node, .. } => Some(node),
                Argument::Scalar(_) => None,
            });
            inputs.collect()
        }
    };
    for input in inputs {
        tree(input, depth + 1, text);
    }
}

fn expression(expr: &Expr) -> String {
    let list = |exprs: &[Expr]| exprs.iter().map(expression).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Column(name) => name.clone(),
        ExprKind::Scalar(name) => format!("${name}"),
        ExprKind::Literal(literal) => constant(literal),
        ExprKind::Call(function, arguments) => format!("{function:?}({})", list(arguments)),
        ExprKind::Case { branches, otherwise } => {
            let branches: Vec<String> = branches
                .iter()
                .map(|(when, then)| format!("{} → {}", expression(when), expression(then)))
                .collect();
            format!("case({}; {})", branches.join("; "), expression(otherwise))
        }
        ExprKind::In { operand, set } => {
            let set: Vec<String> = set.iter().map(constant).collect();
            format!("{} in {{{}}}", expression(operand), set.join(", "))
        }
        ExprKind::Cast { operand, mask } => {
            let mask = mask.as_ref().map(|mask| format!(" {mask:?}")).unwrap_or_default();
            format!("({} as {}{mask})", expression(operand), expr.data_type)
        }
        ExprKind::Analytic(analytic) => windowed(analytic),
        ExprKind::External(routine) => external(routine),
    }
}

fn external(routine: &Routine) -> String {
    let arguments: Vec<String> = routine
        .arguments
        .iter()
        .map(|argument| match argument {
            Argument::Dataset { name, .. } => name.clone(),
            Argument::Scalar(expr) => expression(expr),
        })
        .collect();
    format!("external {}({})", routine.name, arguments.join(", "))
}

fn windowed(analytic: &Analytic) -> String {
    let operand = analytic.operand.as_ref().map(expression).unwrap_or_default();
    let order: Vec<String> = analytic
        .order_by
        .iter()
        .map(|key| format!("{}{}", key.column, if key.descending { " desc" } else { "" }))
        .collect();
    let bound = |bound: &Bound| match bound {
        Bound::UnboundedPreceding => "start".to_owned(),
        Bound::Preceding(number) => format!("-{number}"),
        Bound::Current => "0".to_owned(),
        Bound::Following(number) => format!("+{number}"),
        Bound::UnboundedFollowing => "end".to_owned(),
    };
    let window = analytic.window.as_ref().map(|window| {
        let unit = if window.unit == WindowUnit::Rows { "rows" } else { "range" };
        format!(" {unit} {}..{}", bound(&window.start), bound(&window.end))
    });
    format!(
        "{:?}({operand} over [{}] order [{}]{})",
        analytic.function,
        analytic.partition_by.join(", "),
        order.join(", "),
        window.unwrap_or_default()
    )
}

fn constant(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(number) => number.to_string(),
        Literal::Number(number) => format!("{number:?}"),
        Literal::String(text) => format!("{text:?}"),
    }
}
