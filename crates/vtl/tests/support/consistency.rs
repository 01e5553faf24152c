//! What holds of every program that the checker makes: columns that are named exist, and all types
//! are what they are said to be.

use olshem_model::{Component, DataStructure, DataType};
use olshem_vtl::program::{
    AnalyticFunction, Argument, Expr, ExprKind, Function, Literal, Node, Operation, Program,
    Routine, Value,
};

/// Fails if the program contradicts itself.
pub(crate) fn assert_consistent(program: &Program) {
    for statement in &program.statements {
        match &statement.value {
            Value::Dataset(node) => {
                dataset(node);
                for component in node.structure.components() {
                    assert!(!component.name.contains('#'), "`{}` is left over", component.name);
                }
            }
            Value::Scalar(expr) => scalar(expr, &DataStructure::default(), false),
        }
    }
}

fn dataset(node: &Node) {
    let components = node.structure.components();
    match &node.operation {
        Operation::Read(_) => {}
        Operation::Values(rows) => {
            for row in rows {
                assert_eq!(row.len(), components.len());
                for (literal, component) in row.iter().zip(components) {
                    fits(literal, component.data_type);
                }
            }
        }
        Operation::Project { input, columns } => {
            dataset(input);
            row(columns, components, &input.structure, true);
        }
        Operation::Filter { input, condition } => {
            dataset(input);
            alike(&input.structure, &node.structure);
            scalar(condition, &input.structure, false);
            assert_eq!(condition.data_type, DataType::Boolean);
        }
        Operation::Join { first, rest, columns, .. } => {
            dataset(first);
            let mut sides = vec![&**first];
            for step in rest {
                dataset(&step.node);
                for name in &step.on {
                    let here = step.node.structure.get(name).unwrap();
                    let before = sides.iter().find_map(|side| side.structure.get(name)).unwrap();
                    assert_eq!(here.data_type, before.data_type, "{name}");
                }
                sides.push(&step.node);
            }
            assert_eq!(columns.len(), components.len());
            for (column, component) in columns.iter().zip(components) {
                let from = sides[column.from.unwrap_or(0)].structure.get(&column.name).unwrap();
                assert_eq!(from.data_type, component.data_type, "{}", component.name);
            }
        }
        Operation::Aggregate { input, group_by, items } => {
            dataset(input);
            assert_eq!(group_by.len() + items.len(), components.len());
            for (name, component) in group_by.iter().zip(components) {
                assert_eq!(input.structure.get(name), Some(component));
            }
            for (item, component) in items.iter().zip(&components[group_by.len()..]) {
                assert_eq!(item.component, *component);
                if let Some(operand) = &item.operand {
                    scalar(operand, &input.structure, false);
                }
            }
        }
        Operation::Union(nodes) => {
            assert!(!nodes.is_empty());
            for input in nodes {
                dataset(input);
                alike(&input.structure, &node.structure);
            }
        }
        Operation::Match { left, right, on, .. } => {
            dataset(left);
            dataset(right);
            alike(&left.structure, &node.structure);
            for name in on {
                let types = [left, right].map(|side| side.structure.get(name).unwrap().data_type);
                assert_eq!(types[0], types[1], "{name}");
            }
        }
        Operation::Expand { input, branches } => {
            dataset(input);
            for branch in branches {
                row(branch, components, &input.structure, false);
            }
        }
        Operation::FillTimeSeries { input, time, .. } => {
            dataset(input);
            alike(&input.structure, &node.structure);
            assert!(input.structure.get(time).unwrap().data_type.is_temporal());
        }
        Operation::Pivot { input, identifier, measure, codes } => {
            dataset(input);
            assert!(input.structure.get(identifier).is_some());
            assert!(input.structure.get(measure).is_some());
            let measures: Vec<&String> = node.structure.measures().map(|c| &c.name).collect();
            assert_eq!(measures, codes.iter().collect::<Vec<_>>());
        }
        Operation::External(routine) => arguments(routine),
    }
}

fn arguments(routine: &Routine) {
    for argument in &routine.arguments {
        match argument {
            Argument::Dataset { node, .. } => dataset(node),
            Argument::Scalar(expr) => scalar(expr, &DataStructure::default(), false),
        }
    }
}

fn alike(a: &DataStructure, b: &DataStructure) {
    let described = |structure: &DataStructure| -> Vec<_> {
        let part = |c: &Component| (c.name.clone(), c.role, c.data_type);
        structure.components().iter().map(part).collect()
    };
    assert_eq!(described(a), described(b));
}

fn row(exprs: &[Expr], components: &[Component], input: &DataStructure, analytic: bool) {
    assert_eq!(exprs.len(), components.len());
    for (expr, component) in exprs.iter().zip(components) {
        scalar(expr, input, analytic);
        assert_eq!(expr.data_type, component.data_type, "{}", component.name);
    }
}

fn scalar(expr: &Expr, input: &DataStructure, analytic: bool) {
    match &expr.kind {
        ExprKind::Column(name) => {
            let component = input.get(name).unwrap_or_else(|| panic!("no column `{name}`"));
            assert_eq!(component.data_type, expr.data_type, "{name}");
        }
        ExprKind::Scalar(_) => {}
        ExprKind::Literal(literal) => fits(literal, expr.data_type),
        ExprKind::Call(function, arguments) => {
            for argument in arguments {
                scalar(argument, input, analytic);
            }
            assert!(arity(*function).contains(&arguments.len()), "{function:?}");
            let same = matches!(
                function,
                Function::Add
                    | Function::Subtract
                    | Function::Multiply
                    | Function::Divide
                    | Function::Mod
                    | Function::Power
                    | Function::Equal
                    | Function::NotEqual
                    | Function::Less
                    | Function::LessOrEqual
                    | Function::Greater
                    | Function::GreaterOrEqual
                    | Function::And
                    | Function::Or
                    | Function::Xor
                    | Function::Nvl
                    | Function::Concat
            );
            if same {
                assert_eq!(arguments[0].data_type, arguments[1].data_type, "{function:?}");
            }
        }
        ExprKind::Case { branches, otherwise } => {
            for (when, then) in branches {
                scalar(when, input, analytic);
                scalar(then, input, analytic);
                assert_eq!(when.data_type, DataType::Boolean);
                assert_eq!(then.data_type, expr.data_type);
            }
            scalar(otherwise, input, analytic);
            assert_eq!(otherwise.data_type, expr.data_type);
        }
        ExprKind::In { operand, set } => {
            scalar(operand, input, analytic);
            for literal in set {
                fits(literal, operand.data_type);
            }
        }
        ExprKind::Cast { operand, .. } => scalar(operand, input, analytic),
        ExprKind::Analytic(function) => {
            assert!(analytic, "an analytic function outside of a projection");
            if let Some(operand) = &function.operand {
                scalar(operand, input, false);
                if let AnalyticFunction::Lag { default: Some(default), .. } = &function.function {
                    fits(default, operand.data_type);
                }
            }
            let columns =
                function.partition_by.iter().chain(function.order_by.iter().map(|key| &key.column));
            for column in columns {
                assert!(input.get(column).is_some(), "{column}");
            }
        }
        ExprKind::External(routine) => arguments(routine),
    }
}

fn fits(literal: &Literal, data_type: DataType) {
    let fits = match literal {
        Literal::Null => true,
        Literal::Boolean(_) => data_type == DataType::Boolean,
        Literal::Integer(_) => data_type == DataType::Integer,
        Literal::Number(_) => data_type == DataType::Number,
        Literal::String(_) => !data_type.is_numeric() && data_type != DataType::Boolean,
    };
    assert!(fits, "{literal:?} is no {data_type}");
}

fn arity(function: Function) -> std::ops::RangeInclusive<usize> {
    use Function::*;
    match function {
        CurrentDate => 0..=0,
        Negate | Abs | Ceil | Floor | Exp | Ln | Sqrt | Not | IsNull | Upper | Lower | Trim
        | LTrim | RTrim | Length | PeriodIndicator | Year | Month | DayOfMonth | DayOfYear
        | DayToYear | DayToMonth | YearToDay | MonthToDay => 1..=1,
        Substr | TimeAgg => 2..=3,
        Replace | DateAdd | Require => 3..=3,
        Instr => 4..=4,
        _ => 2..=2,
    }
}
