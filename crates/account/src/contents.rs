//! What an account has to show besides its verdicts: its definitions line by line, what a claim's
//! tests hold their indicator against, and which sources an indicator rests on.

use crate::account::Account;
use crate::codelists;
use crate::conditions::{CompiledTest, PUBLISHED};
use crate::datasets::Key;
use crate::definitions::Definition;
use crate::folder::Loaded;
use crate::lineage::{DefinitionCitation, DefinitionLine, citation};
use crate::projection::Hierarchy;
use crate::text::Text;
use olshem_formats::published::Bounds;
use olshem_model::Codelist;
use olshem_vtl::program::{Expr, ExprKind, Function, Literal, Node, Operation, Value};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A definition with all that it says.
#[derive(Clone, Debug, Serialize)]
pub struct DefinitionContent {
    /// Whose it is and where it is published.
    #[serde(flatten)]
    pub citation: DefinitionCitation,
    /// What it defines, in a word.
    pub subject: Option<String>,
    /// Its lines, in their order.
    pub lines: Vec<DefinitionLine>,
    /// Of each of the finest activities that it takes in, how much. By this definitions that are
    /// written at different levels can be compared.
    pub finest: BTreeMap<String, f64>,
}

/// One reading of a claim: what is held against what.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimTest {
    /// The reading, where there are several.
    pub label: Option<Text>,
    /// The indicator whose number is shown.
    pub indicator: String,
    /// The condition, in VTL.
    pub condition: String,
    /// Which observation of the indicator.
    pub at: BTreeMap<String, String>,
    /// What the condition compares the indicator with, where that is a constant.
    pub claimed: Option<Claimed>,
}

/// What a number was claimed to be, in the unit of the indicator that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Claimed {
    /// No less than this, where that was claimed.
    pub low: Option<f64>,
    /// The number itself, where one was named.
    pub value: Option<f64>,
    /// No more than this, where that was claimed.
    pub high: Option<f64>,
}

impl Account {
    /// The definitions, in the order of their ids.
    pub fn definitions(&self) -> Vec<DefinitionContent> {
        let Some(activities) = self.folder().activities() else { return Vec::new() };
        let hierarchy = Hierarchy::new(activities);
        let definitions = self.folder().definitions.iter();
        definitions.map(|definition| content(definition, activities, &hierarchy)).collect()
    }

    /// The codelist of activities, that definitions are written in.
    pub fn activities(&self) -> Option<&Codelist> {
        self.folder().activities()
    }

    /// The codelist of the industries that definitions group activities into.
    pub fn industries(&self) -> Option<&Codelist> {
        self.folder().industries()
    }

    /// The tests of a claim, in the order of claims.toml; none where there is no such claim.
    pub fn claim_tests(&self, claim: &str) -> Vec<ClaimTest> {
        let mut claims = self.folder().all_claims().zip(&self.compiled().tests);
        let Some((described, compiled)) = claims.find(|(c, _)| **c.id.get_ref() == *claim) else {
            return Vec::new();
        };
        let tests = described.tests.iter().zip(compiled);
        tests
            .map(|(test, compiled)| ClaimTest {
                label: test.label.clone(),
                indicator: test.indicator.get_ref().clone(),
                condition: test.condition.get_ref().trim().to_owned(),
                at: compiled.at.clone(),
                claimed: claimed(compiled, test.indicator.get_ref()),
            })
            .collect()
    }

    /// The series that the readings of a target are held against: of each reading in turn the
    /// indicator and the keys that choose the series.
    pub fn target_series(
        &self,
        target: &str,
    ) -> Vec<(Option<&Text>, &str, BTreeMap<String, String>)> {
        let mut targets = self.folder().targets.value.targets.iter();
        let Some(target) = targets.find(|t| **t.id.get_ref() == *target) else { return Vec::new() };
        let readings = target.readings.iter();
        readings
            .map(|reading| {
                let at = reading.at.iter().map(|(k, v)| (k.get_ref().clone(), v.get_ref().clone()));
                (reading.label.as_ref(), reading.indicator.get_ref().as_str(), at.collect::<Key>())
            })
            .collect()
    }

    /// The ids of the sources that a result of the methods rests on, directly or through others.
    pub fn sources_of(&self, result: &str) -> Vec<&str> {
        let compiled = self.compiled();
        let mut wanted = BTreeSet::from([result]);
        let mut sources = BTreeSet::new();
        // Backwards, so that all that reads a dataset is known before the dataset is come to.
        for step in compiled.steps.iter().rev() {
            if wanted.contains(step.statement.name.as_str()) {
                wanted.extend(step.statement.reads.iter().map(String::as_str));
            }
        }
        for name in wanted {
            if let Some((source, _)) = compiled.origins.get(name) {
                sources.extend(self.folder().sources.get(*source).map(|s| s.citation.id.as_str()));
            }
        }
        sources.into_iter().collect()
    }
}

fn content(
    loaded: &Loaded<Definition>,
    activities: &Codelist,
    hierarchy: &Hierarchy<'_>,
) -> DefinitionContent {
    let definition = &loaded.value;
    let lines = definition.codes.iter().map(|line| {
        let code = line.get_ref();
        DefinitionLine {
            line: loaded.line(line.span().start),
            code: code.code.get_ref().clone(),
            label: codelists::label(activities, code.code.get_ref()),
            weight: code.weight.get(),
            industry: code.industry.as_ref().map(|industry| industry.get_ref().clone()),
            origin: code.origin.clone(),
            status: code.status,
            leakage: code.leakage,
        }
    });
    DefinitionContent {
        citation: citation(loaded),
        subject: definition.subject.as_ref().map(ToString::to_string),
        lines: lines.collect(),
        finest: hierarchy.finest_weights(definition).collect(),
    }
}

/// What the condition compares the indicator with. Only of one that reads nothing else can that be
/// said.
fn claimed(test: &CompiledTest, indicator: &str) -> Option<Claimed> {
    let statement = &test.step.statement;
    let others = statement.reads.iter().filter(|name| !PUBLISHED.contains(&name.as_str()));
    if others.into_iter().any(|name| name != indicator) {
        return None;
    }
    let Value::Dataset(node) = &statement.value else { return None };
    let mut claimed = Claimed { low: None, value: None, high: None };
    compared(condition(node)?, test.published, &mut claimed);
    (claimed != Claimed { low: None, value: None, high: None }).then_some(claimed)
}

/// The expression that gives a condition's one measure.
fn condition(node: &Node) -> Option<&Expr> {
    let Operation::Project { columns, .. } = &node.operation else { return None };
    let measure =
        node.structure.components().iter().position(|c| c.role == olshem_model::Role::Measure)?;
    columns.get(measure)
}

/// Adds what an expression compares with constants, as far as it is made of such comparisons alone.
fn compared(expr: &Expr, published: Option<Bounds>, claimed: &mut Claimed) {
    let ExprKind::Call(function, operands) = &expr.kind else { return };
    let [left, right] = operands.as_slice() else { return };
    if *function == Function::And {
        compared(left, published, claimed);
        return compared(right, published, claimed);
    }
    let (function, side) = match (reads_column(left), reads_column(right)) {
        (true, false) => (*function, right),
        (false, true) => (mirrored(*function), left),
        _ => return,
    };
    let as_written = constant(side, &|name| scalar(published?, name));
    // Bounds are those of a printed figure: this is the figure itself.
    let itself = constant(side, &|_| published?.value).filter(|_| reads_scalar(side));
    match function {
        Function::Greater | Function::GreaterOrEqual => {
            claimed.low = as_written;
            claimed.value = claimed.value.or(itself);
        }
        Function::Less | Function::LessOrEqual => {
            claimed.high = as_written;
            claimed.value = claimed.value.or(itself);
        }
        Function::Equal => {
            *claimed = Claimed { low: as_written, value: as_written, high: as_written };
        }
        _ => {}
    }
}

/// What a scalar of a condition stands for.
fn scalar(published: Bounds, name: &str) -> Option<f64> {
    let [low, value, high] = PUBLISHED;
    match name {
        _ if name == low => published.low,
        _ if name == value => published.value,
        _ if name == high => published.high,
        _ => None,
    }
}

/// The value of an expression without columns, if it is arithmetic.
fn constant(expr: &Expr, scalar: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
    let value = match &expr.kind {
        ExprKind::Literal(Literal::Number(number)) => *number,
        #[allow(clippy::cast_precision_loss)] // Above 2^53 the chart would not show it either.
        ExprKind::Literal(Literal::Integer(number)) => *number as f64,
        ExprKind::Scalar(name) => scalar(name)?,
        ExprKind::Cast { operand, .. } => constant(operand, scalar)?,
        ExprKind::Call(Function::Negate, operands) => -constant(operands.first()?, scalar)?,
        ExprKind::Call(function, operands) => {
            let [left, right] = operands.as_slice() else { return None };
            let (left, right) = (constant(left, scalar)?, constant(right, scalar)?);
            match function {
                Function::Add => left + right,
                Function::Subtract => left - right,
                Function::Multiply => left * right,
                Function::Divide => left / right,
                _ => return None,
            }
        }
        _ => return None,
    };
    value.is_finite().then_some(value)
}

fn reads_scalar(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Scalar(_) => true,
        ExprKind::Call(_, operands) => operands.iter().any(reads_scalar),
        ExprKind::Cast { operand, .. } => reads_scalar(operand),
        _ => false,
    }
}

/// The comparison with its sides exchanged.
fn mirrored(function: Function) -> Function {
    match function {
        Function::Less => Function::Greater,
        Function::LessOrEqual => Function::GreaterOrEqual,
        Function::Greater => Function::Less,
        Function::GreaterOrEqual => Function::LessOrEqual,
        other => other,
    }
}

fn reads_column(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Column(_) => true,
        ExprKind::Call(_, operands) => operands.iter().any(reads_column),
        ExprKind::Cast { operand, .. } => reads_column(operand),
        _ => false,
    }
}
