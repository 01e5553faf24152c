//! Syntax trees to a program: what names mean, whether types fit, and how every operator is
//! expressed in the twelve operations of [`crate::program`].
//!
//! A checking function gives what it made, or [`Reported`] after it has reported why it could not.
//! A statement that depends on one with a fault is left out without a word.

mod aggregate;
mod analytic;
mod boolean;
mod build;
mod clause;
mod comparison;
mod conditional;
mod external;
mod general;
mod hierarchy;
mod join;
mod lift;
mod numeric;
mod operator;
mod restriction;
mod scope;
mod series;
mod set;
mod size;
mod string;
mod time;
mod types;
mod validation;
mod value;
mod viral;

use crate::ast::{self, Item, Name};
use crate::errors::{ASSIGNED_INPUT, ASSIGNED_TWICE, CYCLE, TOO_DEEP, UNKNOWN_DOMAIN};
use crate::parser;
use crate::program::{Literal, Program, Statement, Value};
use crate::source::{Source, Sources, Span};
use lift::is_single;
use olshem_model::spelling::nearest;
use olshem_model::time::Date;
use olshem_model::{Code, DataStructure, DataType, Diagnostic};
use scope::Scope;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
pub(crate) use types::canonical_time;
pub(crate) use value::operator_names;

/// What a script can read before anything is assigned.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The input datasets.
    pub datasets: BTreeMap<String, DataStructure>,
    /// The input scalars.
    pub scalars: BTreeMap<String, DataType>,
    /// The value domains, which `in`, `cast` and types can name.
    pub domains: BTreeMap<String, ValueDomain>,
    /// What `current_date` gives. Without it, a script that asks for it can't be run: its results
    /// would depend on the day.
    pub today: Option<Date>,
    /// The external routines that `eval` can call: queries in SQL.
    pub routines: BTreeMap<String, String>,
}

/// A value domain that is enumerated, or a subset of one.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueDomain {
    /// The type of its values.
    pub data_type: DataType,
    /// Its values.
    pub values: Vec<Literal>,
}

impl Environment {
    /// The same with a further dataset.
    #[must_use]
    pub fn with_dataset(mut self, name: impl Into<String>, structure: DataStructure) -> Self {
        self.datasets.insert(name.into(), structure);
        self
    }

    /// The same with a further scalar.
    #[must_use]
    pub fn with_scalar(mut self, name: impl Into<String>, data_type: DataType) -> Self {
        self.scalars.insert(name.into(), data_type);
        self
    }

    /// The same with a further value domain.
    #[must_use]
    pub fn with_domain(mut self, name: impl Into<String>, domain: ValueDomain) -> Self {
        self.domains.insert(name.into(), domain);
        self
    }

    /// The same with a further external routine.
    #[must_use]
    pub fn with_routine(mut self, name: impl Into<String>, query: impl Into<String>) -> Self {
        self.routines.insert(name.into(), query.into());
        self
    }

    /// The same on that day.
    #[must_use]
    pub fn with_today(mut self, today: Date) -> Self {
        self.today = Some(today);
        self
    }
}

/// Checks scripts and expressions against an environment, to which it adds their results.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    sources: Sources,
    inputs: BTreeSet<String>,
    datasets: BTreeMap<String, DataStructure>,
    scalars: BTreeMap<String, DataType>,
    domains: BTreeMap<String, ValueDomain>,
    routines: BTreeMap<String, String>,
    today: Option<Date>,
    /// Results that are a single value; see [`Statement::single`].
    single: BTreeSet<String>,
    /// Results with a fault: to refer to one is no fault of its own.
    broken: BTreeSet<String>,
    operators: HashMap<String, Arc<ast::OperatorDefinition>>,
    datapoint_rulesets: HashMap<String, Arc<ast::DatapointRuleset>>,
    hierarchical_rulesets: HashMap<String, Arc<ast::HierarchicalRuleset>>,
    propagations: HashMap<String, Arc<ast::ViralPropagation>>,
    /// Those that are defined on value domains.
    domain_propagations: HashMap<String, Arc<ast::ViralPropagation>>,
}

impl Checker {
    /// A checker of scripts that read these inputs.
    pub fn new(environment: Environment) -> Self {
        let Environment { datasets, scalars, domains, routines, today } = environment;
        let inputs = datasets.keys().chain(scalars.keys()).cloned().collect();
        Self { inputs, datasets, scalars, domains, routines, today, ..Self::default() }
    }

    /// Checks files that may use one another's definitions and results.
    ///
    /// # Errors
    ///
    /// Every fault that was found, in the order of the text. What is without fault can be referred
    /// to by later calls all the same.
    pub fn program(&mut self, sources: Vec<Source>) -> Result<Program, Vec<Diagnostic>> {
        let (items, faults) = self.parsed(sources);
        self.checked(items, faults)
    }

    /// As [`Checker::program`], except that a name which an earlier call has given to a result or a
    /// definition may be given anew. What was made with the former one stays as it is.
    ///
    /// # Errors
    ///
    /// See [`Checker::program`]. The former one is forgotten then too: to go on as if nothing had
    /// been said, keep a clone of the checker.
    pub fn revision(&mut self, source: Source) -> Result<Program, Vec<Diagnostic>> {
        let (items, faults) = self.parsed(vec![source]);
        items.iter().for_each(|item| self.forget(item));
        self.checked(items, faults)
    }

    fn parsed(&mut self, sources: Vec<Source>) -> (Vec<Item>, Vec<Diagnostic>) {
        let mut all = Vec::new();
        let mut diagnostics = Vec::new();
        for source in sources {
            let number = self.sources.add(source);
            let (items, faults) = parser::script(&self.sources, number);
            all.extend(items);
            diagnostics.extend(faults);
        }
        (all, diagnostics)
    }

    fn checked(
        &mut self,
        items: Vec<Item>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Result<Program, Vec<Diagnostic>> {
        let mut assignments = Vec::new();
        let mut assigned = HashSet::new();
        for item in items {
            if let Err(fault) = self.declare(item, &mut assigned, &mut assignments) {
                diagnostics.push(fault);
            }
        }
        let mut check = Check::new(self, assignments);
        check.diagnostics = diagnostics;
        check.statements();
        let Check { diagnostics, program, .. } = check;
        match diagnostics.is_empty() {
            true => Ok(program),
            false => Err(in_order(diagnostics)),
        }
    }

    /// Checks a lone expression, and tells which datasets and scalars it reads.
    ///
    /// # Errors
    ///
    /// Every fault that was found. If there is none the expression refers to a result with a fault
    /// that was reported before.
    pub fn expression(&mut self, source: Source) -> Result<(Value, Vec<String>), Vec<Diagnostic>> {
        let number = self.sources.add(source);
        let expr = parser::lone_expression(&self.sources, number)?;
        let mut check = Check::new(self, Vec::new());
        match check.value(&expr, Scope::default()) {
            Ok(value) => Ok((value, check.reads)),
            Err(Reported) => Err(check.diagnostics),
        }
    }

    /// The structure of every dataset known: inputs and results.
    pub fn structures(&self) -> &BTreeMap<String, DataStructure> {
        &self.datasets
    }

    /// The type of every scalar known: inputs and results.
    pub fn scalars(&self) -> &BTreeMap<String, DataType> {
        &self.scalars
    }

    /// What was defined, in VTL's word for it, and under which name; in order.
    pub fn definitions(&self) -> BTreeSet<(&'static str, &str)> {
        let operators = self.operators.keys().map(|name| ("operator", name.as_str()));
        let datapoint =
            self.datapoint_rulesets.keys().map(|name| ("datapoint ruleset", name.as_str()));
        let hierarchical =
            self.hierarchical_rulesets.keys().map(|name| ("hierarchical ruleset", name.as_str()));
        let viral = self.propagations.values().chain(self.domain_propagations.values());
        let viral = viral.map(|viral| ("viral propagation", viral.name.text.as_str()));
        operators.chain(datapoint).chain(hierarchical).chain(viral).collect()
    }

    /// The texts that spans point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Makes way for what `item` gives the same name to. Inputs stay what they are.
    fn forget(&mut self, item: &Item) {
        match item {
            Item::Assignment(ast::Assignment { name: Name { text, .. }, .. }) => {
                self.broken.remove(text);
                if !self.inputs.contains(text) {
                    self.datasets.remove(text);
                    self.scalars.remove(text);
                }
            }
            Item::Operator(definition) => drop(self.operators.remove(&definition.name.text)),
            Item::Datapoint(ruleset) => drop(self.datapoint_rulesets.remove(&ruleset.name.text)),
            Item::Hierarchical(ruleset) => {
                drop(self.hierarchical_rulesets.remove(&ruleset.name.text));
            }
            Item::Propagation(propagation) if propagation.on_domain => {
                drop(self.domain_propagations.remove(&propagation.target.text));
            }
            Item::Propagation(propagation) => {
                drop(self.propagations.remove(&propagation.target.text));
            }
            Item::Broken(_) => {}
        }
    }

    /// Takes up a definition, or puts an assignment on the list.
    fn declare(
        &mut self,
        item: Item,
        assigned: &mut HashSet<String>,
        assignments: &mut Vec<ast::Assignment>,
    ) -> Result<(), Diagnostic> {
        let twice = |name: &Name, sources: &Sources, what: &str| {
            let message = format!("{what} `{}` is defined twice", name.text);
            Diagnostic::new(&ASSIGNED_TWICE, sources.place(name.span), message)
        };
        match item {
            Item::Assignment(assignment) => {
                let name = &assignment.name;
                let fault = if self.inputs.contains(&name.text) {
                    (&ASSIGNED_INPUT, format!("`{}` is an input", name.text))
                } else if assigned.contains(&name.text)
                    || self.datasets.contains_key(&name.text)
                    || self.scalars.contains_key(&name.text)
                {
                    (&ASSIGNED_TWICE, format!("`{}` is assigned to twice", name.text))
                } else {
                    assigned.insert(name.text.clone());
                    assignments.push(assignment);
                    return Ok(());
                };
                Err(Diagnostic::new(fault.0, self.sources.place(name.span), fault.1))
            }
            Item::Operator(definition) => {
                let name = definition.name.clone();
                match self.operators.insert(name.text.clone(), Arc::new(definition)) {
                    Some(_) => Err(twice(&name, &self.sources, "operator")),
                    None => Ok(()),
                }
            }
            Item::Datapoint(ruleset) => {
                let name = ruleset.name.clone();
                match self.datapoint_rulesets.insert(name.text.clone(), Arc::new(ruleset)) {
                    Some(_) => Err(twice(&name, &self.sources, "ruleset")),
                    None => Ok(()),
                }
            }
            Item::Hierarchical(ruleset) => {
                let name = ruleset.name.clone();
                match self.hierarchical_rulesets.insert(name.text.clone(), Arc::new(ruleset)) {
                    Some(_) => Err(twice(&name, &self.sources, "ruleset")),
                    None => Ok(()),
                }
            }
            Item::Propagation(propagation) => {
                let target = propagation.target.clone();
                let defined = match propagation.on_domain {
                    true if !self.domains.contains_key(&target.text) => {
                        let message = format!("no value domain `{}` is known", target.text);
                        let place = self.sources.place(target.span);
                        return Err(Diagnostic::new(&UNKNOWN_DOMAIN, place, message)
                            .with_help("define it on the variable, that is, on the attribute"));
                    }
                    true => &mut self.domain_propagations,
                    false => &mut self.propagations,
                };
                match defined.insert(target.text.clone(), Arc::new(propagation)) {
                    Some(_) => Err(twice(&target, &self.sources, "the propagation of")),
                    None => Ok(()),
                }
            }
            Item::Broken(name) => {
                self.broken.extend(name.map(|name| name.text));
                Ok(())
            }
        }
    }
}

/// Diagnostics by file and place, each once.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let key = |diagnostic: &Diagnostic| match &diagnostic.place {
        olshem_model::Place::Text { file, span } => (file.clone(), span.start),
        _ => Default::default(),
    };
    diagnostics.sort_by_key(key);
    // An operator with a fault in its body is checked at each call.
    diagnostics.dedup_by(|a, b| a.place == b.place && a.message == b.message);
    diagnostics
}

/// What could not be checked has been reported.
#[derive(Debug)]
struct Reported;

type Checked<T> = Result<T, Reported>;

/// How many calls of [`Check::value`] may be within one another.
const MAX_DEPTH: usize = 120;

/// Where an assignment is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Waiting,
    Underway,
    Done,
}

/// One run over a set of assignments.
struct Check<'a> {
    checker: &'a mut Checker,
    assignments: Vec<(ast::Assignment, Progress)>,
    by_name: HashMap<String, usize>,
    program: Program,
    diagnostics: Vec<Diagnostic>,
    /// What the statement underway reads.
    reads: Vec<String>,
    /// The statements underway, each waiting for the next.
    underway: Vec<usize>,
    /// The user-defined operators underway.
    calls: Vec<String>,
    /// The aggregations that the `having` underway has asked for.
    collected: Vec<crate::program::Aggregation>,
    depth: usize,
    /// How large the statements so far are.
    size: usize,
    /// How many expressions of user-defined operators have been checked.
    steps: usize,
    /// Whether the statement underway has become too large; then no more of it is checked.
    exhausted: bool,
}

impl<'a> Check<'a> {
    fn new(checker: &'a mut Checker, assignments: Vec<ast::Assignment>) -> Self {
        let by_name =
            assignments.iter().enumerate().map(|(i, a)| (a.name.text.clone(), i)).collect();
        Self {
            checker,
            assignments: assignments.into_iter().map(|a| (a, Progress::Waiting)).collect(),
            by_name,
            program: Program::default(),
            diagnostics: Vec::new(),
            reads: Vec::new(),
            underway: Vec::new(),
            calls: Vec::new(),
            collected: Vec::new(),
            depth: 0,
            size: 0,
            steps: 0,
            exhausted: false,
        }
    }

    /// Checks every assignment, those that others read before them.
    fn statements(&mut self) {
        for index in self.likely_order() {
            self.statement(index);
        }
    }

    /// An order in which assignments come after those whose names they mention.
    ///
    /// A name inside a clause may turn out to be that of a component, so that this order can be
    /// wrong; then [`Check::demand`] checks what is needed. It only has to be right often enough
    /// for that to remain rare, because it recurses and this does not.
    fn likely_order(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.assignments.len()];
        for start in 0..self.assignments.len() {
            let mut stack = vec![(start, false)];
            while let Some((index, left)) = stack.pop() {
                if left {
                    order.push(index);
                } else if !std::mem::replace(&mut seen[index], true) {
                    stack.push((index, true));
                    let mut mentioned = self.mentioned(&self.assignments[index].0.value);
                    mentioned.reverse();
                    stack.extend(mentioned.into_iter().map(|index| (index, false)));
                }
            }
        }
        order
    }

    /// The assignments whose names stand in an expression.
    fn mentioned(&self, expr: &ast::Expr) -> Vec<usize> {
        let mut mentioned = Vec::new();
        let mut rest = vec![expr];
        while let Some(expr) = rest.pop() {
            if let ast::ExprKind::Name(name) = &expr.kind {
                mentioned.extend(self.by_name.get(name));
            }
            let children: Vec<_> = expr.kind.children().collect();
            rest.extend(children.into_iter().rev());
        }
        mentioned
    }

    fn statement(&mut self, index: usize) {
        if self.assignments[index].1 != Progress::Waiting {
            return;
        }
        self.assignments[index].1 = Progress::Underway;
        self.underway.push(index);
        let assignment = self.assignments[index].0.clone();
        let reads = std::mem::take(&mut self.reads);
        let collected = std::mem::take(&mut self.collected);
        let exhausted = std::mem::take(&mut self.exhausted);
        let value = self.value(&assignment.value, Scope::default());
        self.exhausted = exhausted;
        let reads = std::mem::replace(&mut self.reads, reads);
        self.collected = collected;
        self.underway.pop();
        self.assignments[index].1 = Progress::Done;

        let name = assignment.name.text.clone();
        let (persistent, span) = (assignment.persistent, assignment.span);
        // One broken before has a fault in its syntax in another file, or goes round in a circle.
        match value {
            Ok(value) if !self.checker.broken.contains(&name) => {
                match &value {
                    Value::Dataset(node) => {
                        self.checker.datasets.insert(name.clone(), node.structure.clone());
                    }
                    Value::Scalar(expr) => {
                        self.checker.scalars.insert(name.clone(), expr.data_type);
                    }
                }
                self.size += size::size(&value, usize::MAX);
                let single = matches!(&value, Value::Dataset(node) if is_single(node))
                    && self.is_scalar(&assignment.value);
                match single {
                    true => self.checker.single.insert(name.clone()),
                    false => self.checker.single.remove(&name),
                };
                let statement = Statement { name, persistent, value, single, reads, span };
                self.program.statements.push(statement);
            }
            _ => {
                self.checker.broken.insert(name);
            }
        }
    }

    /// Whether an expression is built of scalars and of what `#` takes out of datasets.
    fn is_scalar(&self, expr: &ast::Expr) -> bool {
        use ast::ExprKind as Ast;
        match &expr.kind {
            Ast::Literal(_) | Ast::Membership(..) => true,
            Ast::Name(name) => {
                self.checker.scalars.contains_key(name) || self.checker.single.contains(name)
            }
            Ast::Unary(_, operand) | Ast::Cast { operand, .. } | Ast::In { operand, .. } => {
                self.is_scalar(operand)
            }
            Ast::Binary(_, left, right) => self.is_scalar(left) && self.is_scalar(right),
            Ast::Call(_, arguments) => arguments.iter().all(|argument| self.is_scalar(argument)),
            _ => false,
        }
    }

    /// Sees to it that the assignment to a name, if there is one, has been checked.
    fn demand(&mut self, name: &str, span: Span) -> Checked<()> {
        let Some(&index) = self.by_name.get(name) else { return Ok(()) };
        match self.assignments[index].1 {
            Progress::Done => Ok(()),
            Progress::Waiting => {
                let depth = self.deeper(span)?;
                self.statement(index);
                self.depth = depth;
                Ok(())
            }
            Progress::Underway => {
                let start = self.underway.iter().position(|other| *other == index).unwrap_or(0);
                let circle = self.underway[start..].iter().chain([&index]);
                let names: Vec<String> = circle
                    .map(|index| format!("`{}`", self.assignments[*index].0.name.text))
                    .collect();
                self.checker.broken.insert(name.to_owned());
                Err(self.fault(
                    &CYCLE,
                    span,
                    format!("{} depend on one another", names.join(" → ")),
                ))
            }
        }
    }

    /// Goes one level down, and gives the level to come back to.
    fn deeper(&mut self, span: Span) -> Checked<usize> {
        if self.depth >= MAX_DEPTH {
            let message = "this goes too deep, through operators or results within one another";
            return Err(self.fault(&TOO_DEEP, span, message));
        }
        self.depth += 1;
        Ok(self.depth - 1)
    }

    fn fault(&mut self, code: &'static Code, span: Span, message: impl Into<String>) -> Reported {
        let place = self.checker.sources.place(span);
        self.diagnostics.push(Diagnostic::new(code, place, message));
        Reported
    }

    fn fault_help(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        let place = self.checker.sources.place(span);
        self.diagnostics.push(Diagnostic::new(code, place, message).with_help(help));
        Reported
    }

    /// A fault about an unknown name, with the nearest of those known.
    fn unknown(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        near: Option<String>,
    ) -> Reported {
        match near {
            Some(near) => {
                let help = format!("did you mean `{near}`?");
                self.fault_help(code, span, message, help)
            }
            None => self.fault(code, span, message),
        }
    }

    /// The name nearest to one that is not known.
    fn nearest<'n>(&self, name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
        // To look through all names at each of a great many faults would take too long.
        const ADVISED: usize = 20;
        let advised = self.diagnostics.len() < ADVISED;
        advised.then(|| nearest(name, known)).flatten().map(str::to_owned)
    }
}
