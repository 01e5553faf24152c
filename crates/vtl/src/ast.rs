//! What a text says, before anything is known about the data.
//!
//! Every node carries the span that it was written in. What could not be read has been reported
//! and is left out; a statement is [`Item::Broken`] then.

use crate::Span;
use olshem_model::{DataType, Role};

/// One statement of a script.
#[derive(Clone, Debug)]
pub enum Item {
    /// `name := expression` or `name <- expression`.
    Assignment(Assignment),
    /// `define operator`.
    Operator(OperatorDefinition),
    /// `define datapoint ruleset`.
    Datapoint(DatapointRuleset),
    /// `define hierarchical ruleset`.
    Hierarchical(HierarchicalRuleset),
    /// `define viral propagation`.
    Propagation(ViralPropagation),
    /// A statement with an error in it; the name it would have given, if that can be told.
    Broken(Option<Name>),
}

/// A name without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A component, perhaps of a named dataset of a join: `Me_1`, `d1#Me_1`.
#[derive(Clone, Debug)]
pub struct ComponentName {
    /// The dataset or its alias.
    pub dataset: Option<Name>,
    /// The component.
    pub name: Name,
}

impl ComponentName {
    /// All of it.
    pub fn span(&self) -> Span {
        self.dataset.as_ref().map_or(self.name.span, |dataset| dataset.span.to(self.name.span))
    }
}

/// An assignment.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// What is assigned to.
    pub name: Name,
    /// `<-` rather than `:=`.
    pub persistent: bool,
    /// What is assigned.
    pub value: Expr,
    /// From the name to the end of the expression.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
    /// The longest way down to a leaf, by which the parser limits the depth of trees.
    pub(crate) height: u16,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant.
    Literal(Literal),
    /// A dataset, a scalar, a component or a parameter.
    Name(String),
    /// `_`: a parameter left out.
    Omitted,
    /// A set in braces, for a parameter of type `set`.
    Set(Set),
    /// A word that some operators take in place of a parameter, such as `single`.
    Keyword(String),
    /// `+`, `-`, `not`.
    Unary(&'static str, Box<Expr>),
    /// `a + b`, by the operator's symbol or word.
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `in`, `not_in`.
    In {
        /// What is looked for.
        operand: Box<Expr>,
        /// `not_in`.
        negated: bool,
        /// In what.
        set: Set,
    },
    /// `if` and `case`, the former with one branch.
    Case {
        /// Conditions and values.
        branches: Vec<(Expr, Expr)>,
        /// Where no condition is true.
        otherwise: Box<Expr>,
    },
    /// `dataset#component`.
    Membership(Box<Expr>, Name),
    /// `dataset[clause]`.
    Clause(Box<Expr>, Clause),
    /// An operator in functional syntax, built in or defined by the user.
    Call(Name, Vec<Expr>),
    /// `cast`.
    Cast {
        /// What is converted.
        operand: Box<Expr>,
        /// To what: a basic type, or a value domain by name.
        to: ScalarType,
        /// How texts are laid out.
        mask: Option<String>,
    },
    /// `sum(operand group by ... having ...)`.
    Aggregate {
        /// Which operator.
        function: Name,
        /// Absent in `count()`.
        operand: Option<Box<Expr>>,
        /// Which groups.
        grouping: Option<Grouping>,
        /// Which groups stay.
        having: Option<Box<Expr>>,
    },
    /// `sum(operand over (...))`.
    Analytic {
        /// Which operator.
        function: Name,
        /// Absent in `rank` and `count()`.
        operand: Option<Box<Expr>>,
        /// The further parameters of `lag` and `lead`.
        parameters: Vec<Expr>,
        /// Which rows are seen.
        over: Box<Over>,
    },
    /// `inner_join` and its like.
    Join(Box<Join>),
    /// `check`.
    Check(Box<Check>),
    /// `check_datapoint`, `check_hierarchy`, `hierarchy`.
    Ruleset(Box<RulesetCall>),
    /// `eval`.
    Eval(Box<Eval>),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Literal {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    String(String),
}

/// The right side of `in`.
#[derive(Clone, Debug)]
pub enum Set {
    /// Constants in braces.
    List(Vec<Expr>),
    /// A value domain, or a parameter of type `set`.
    Named(Name),
}

/// What stands in brackets after a dataset, or in a join.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Clause {
    Filter(Box<Expr>),
    Calc(Vec<Calculation>),
    Aggr { items: Vec<Calculation>, grouping: Option<Grouping>, having: Option<Box<Expr>> },
    Keep(Vec<ComponentName>),
    Drop(Vec<ComponentName>),
    Rename(Vec<(ComponentName, ComponentName)>),
    Subspace(Vec<(ComponentName, Expr)>),
    Pivot(Name, Name),
    Unpivot(Name, Name),
    CustomPivot,
    Apply(Box<Expr>),
}

/// One item of `calc` or `aggr`.
#[derive(Clone, Debug)]
pub struct Calculation {
    /// The role asked for.
    pub role: Option<Role>,
    /// The component calculated.
    pub name: ComponentName,
    /// How.
    pub value: Expr,
}

/// `group by`, `group except`, `group all`.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// How the components are meant.
    pub kind: GroupingKind,
    /// The components.
    pub components: Vec<ComponentName>,
    /// The conversion of the time identifier that goes with it.
    pub time_agg: Option<TimeAgg>,
    /// Where it stands.
    pub span: Span,
}

/// How the components of a grouping are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum GroupingKind {
    By,
    Except,
    All,
}

/// `time_agg("A", first)` in a grouping.
#[derive(Clone, Debug)]
pub struct TimeAgg {
    /// The duration to convert to.
    pub period: Box<Expr>,
    /// For dates: the last day rather than the first.
    pub last: Option<bool>,
}

/// The parentheses after `over`.
#[derive(Clone, Debug)]
pub struct Over {
    /// Which rows belong together.
    pub partition: Option<Partition>,
    /// Components, and whether from the largest down.
    pub order: Vec<(ComponentName, bool)>,
    /// Which neighbours.
    pub window: Option<Window>,
    /// Where it stands.
    pub span: Span,
}

/// `partition by`, `partition except`; `partition except all` has no components.
#[derive(Clone, Debug)]
pub struct Partition {
    /// All identifiers but these.
    pub except: bool,
    /// The components.
    pub components: Vec<ComponentName>,
}

/// `data points between ... and ...`.
#[derive(Clone, Debug)]
pub struct Window {
    /// `range` rather than `data points`.
    pub range: bool,
    /// Where it begins.
    pub start: Bound,
    /// Where it ends.
    pub end: Bound,
}

/// One end of a window.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Bound {
    UnboundedPreceding,
    Preceding(Box<Expr>),
    Current,
    Following(Box<Expr>),
    UnboundedFollowing,
}

/// A join.
#[derive(Clone, Debug)]
pub struct Join {
    /// `inner_join` and so on.
    pub kind: Name,
    /// What is joined.
    pub operands: Vec<JoinOperand>,
    /// Identifiers to match.
    pub using: Option<Vec<ComponentName>>,
    /// What stands for a missing identifier.
    pub replacements: Vec<(ComponentName, Expr)>,
    /// What is done with the joined rows, in order.
    pub clauses: Vec<(Clause, Span)>,
}

/// One operand of a join.
#[derive(Clone, Debug)]
pub struct JoinOperand {
    /// The dataset.
    pub value: Expr,
    /// Its name in the join.
    pub alias: Option<Name>,
}

/// `check`.
#[derive(Clone, Debug)]
pub struct Check {
    /// A dataset with one Boolean measure.
    pub operand: Expr,
    /// `errorcode`.
    pub code: Option<Expr>,
    /// `errorlevel`.
    pub level: Option<Expr>,
    /// `imbalance`.
    pub imbalance: Option<Expr>,
    /// `invalid` rather than `all`.
    pub invalid: bool,
}

/// `check_datapoint`, `check_hierarchy`, `hierarchy`.
#[derive(Clone, Debug)]
pub struct RulesetCall {
    /// Which of them.
    pub operator: Name,
    /// The dataset.
    pub operand: Expr,
    /// The ruleset.
    pub ruleset: Name,
    /// `components` or `condition`.
    pub components: Vec<ComponentName>,
    /// `rule`.
    pub rule: Option<ComponentName>,
    /// Modes in the order written: `non_null`, `dataset`, `all`.
    pub options: Vec<Name>,
}

/// `eval`.
#[derive(Clone, Debug)]
pub struct Eval {
    /// The external routine called.
    pub routine: Name,
    /// Names, constants, and `_`.
    pub arguments: Vec<Expr>,
    /// In what language the routine is written.
    pub language: Option<Name>,
    /// What it gives.
    pub returns: Option<Type>,
}

/// `define operator`.
#[derive(Clone, Debug)]
pub struct OperatorDefinition {
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub returns: Option<Type>,
    /// How.
    pub body: Expr,
}

/// A parameter of a user-defined operator.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// What may be passed.
    pub data_type: Type,
    /// What is passed where none is given.
    pub default: Option<Expr>,
}

/// A type in the signature of an operator.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Type {
    Scalar(ScalarType),
    Set(Option<ScalarType>),
    Component { role: Option<Role>, of: Option<ScalarType> },
    Dataset(Vec<ComponentConstraint>),
    Ruleset,
}

/// A scalar type.
#[derive(Clone, Debug)]
pub struct ScalarType {
    /// As written: `integer`, `scalar`, or a value domain.
    pub name: Name,
    /// The basic type of that name; absent for `scalar` and for value domains.
    pub basic: Option<DataType>,
    /// Which of the type's values are meant, if not all.
    pub restriction: Option<Restriction>,
    /// Null is not among them.
    pub not_null: bool,
    /// All of it.
    pub span: Span,
}

/// What restricts a scalar type.
#[derive(Clone, Debug)]
pub enum Restriction {
    /// `[value >= 0]`.
    Condition(Box<Expr>),
    /// `{0, 1}`.
    Values(Vec<Expr>),
}

/// `measure<number> Me_1` in a dataset type.
#[derive(Clone, Debug)]
pub struct ComponentConstraint {
    /// The role; absent for `component`.
    pub role: Option<Role>,
    /// The type, where given.
    pub of: Option<ScalarType>,
    /// Which components.
    pub which: Which,
}

/// Which components a constraint asks for.
#[derive(Clone, Debug)]
pub enum Which {
    /// The one of that name.
    Named(Name),
    /// `_`: one, whatever its name.
    One,
    /// `_+`.
    OneOrMore,
    /// `_*`.
    Any,
}

/// The names by which a ruleset's conditions know components.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The variable or value domain.
    pub name: Name,
    /// Another name for it.
    pub alias: Option<Name>,
}

/// `define datapoint ruleset`.
#[derive(Clone, Debug)]
pub struct DatapointRuleset {
    /// Its name.
    pub name: Name,
    /// Defined on value domains rather than on variables.
    pub on_domains: bool,
    /// What the rules speak of.
    pub signature: Vec<Signature>,
    /// The rules.
    pub rules: Vec<DatapointRule>,
}

/// `when ... then ...`.
#[derive(Clone, Debug)]
pub struct DatapointRule {
    /// Its name.
    pub name: Option<Name>,
    /// When it applies.
    pub when: Option<Expr>,
    /// What must hold.
    pub then: Expr,
    /// `errorcode`.
    pub code: Option<Literal>,
    /// `errorlevel`.
    pub level: Option<Literal>,
}

/// `define hierarchical ruleset`.
#[derive(Clone, Debug)]
pub struct HierarchicalRuleset {
    /// Its name.
    pub name: Name,
    /// Defined on value domains rather than on variables.
    pub on_domains: bool,
    /// What conditions speak of.
    pub conditions: Vec<Signature>,
    /// The variable or value domain whose codes the rules relate.
    pub rule: Name,
    /// The rules.
    pub rules: Vec<HierarchicalRule>,
}

/// `A = B + C`.
#[derive(Clone, Debug)]
pub struct HierarchicalRule {
    /// Its name.
    pub name: Option<Name>,
    /// When it applies.
    pub when: Option<Expr>,
    /// The code on the left.
    pub left: Name,
    /// `=`, `>`, `<`, `>=`, `<=`.
    pub relation: &'static str,
    /// The codes on the right.
    pub right: Vec<CodeItem>,
    /// `errorcode`.
    pub code: Option<Literal>,
    /// `errorlevel`.
    pub level: Option<Literal>,
    /// All of it.
    pub span: Span,
}

impl HierarchicalRule {
    /// Whether it says how the code on the left is computed.
    pub fn is_equality(&self) -> bool {
        self.relation == "="
    }
}

/// A code on the right of a hierarchical rule.
#[derive(Clone, Debug)]
pub struct CodeItem {
    /// Taken away rather than added.
    pub negative: bool,
    /// The code.
    pub code: Name,
    /// When it counts.
    pub condition: Option<Expr>,
}

/// `define viral propagation`.
#[derive(Clone, Debug)]
pub struct ViralPropagation {
    /// Its name.
    pub name: Name,
    /// Defined on a value domain rather than on a variable.
    pub on_domain: bool,
    /// The variable or value domain.
    pub target: Name,
    /// How two values become one.
    pub rule: PropagationRule,
}

/// How viral attributes are put together.
#[derive(Clone, Debug)]
pub enum PropagationRule {
    /// `aggregate max`.
    Aggregate(Name),
    /// One or two values and what they give, and the `else`.
    Enumerated(Vec<(Vec<Literal>, Literal)>, Option<Literal>),
}

impl ExprKind {
    /// The expressions directly within.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Expr> + '_> {
        match self {
            Self::Literal(_) | Self::Name(_) | Self::Omitted | Self::Set(_) | Self::Keyword(_) => {
                Box::new(std::iter::empty())
            }
            Self::Eval(call) => Box::new(call.arguments.iter()),
            Self::Unary(_, operand)
            | Self::In { operand, .. }
            | Self::Membership(operand, _)
            | Self::Cast { operand, .. } => Box::new(std::iter::once(&**operand)),
            Self::Clause(operand, clause) => {
                Box::new(std::iter::once(&**operand).chain(clause.children()))
            }
            Self::Binary(_, left, right) => Box::new([&**left, &**right].into_iter()),
            Self::Case { branches, otherwise } => Box::new(
                branches.iter().flat_map(|(when, then)| [when, then]).chain([&**otherwise]),
            ),
            Self::Call(_, arguments) => Box::new(arguments.iter()),
            Self::Aggregate { operand, having, .. } => {
                Box::new([operand, having].into_iter().flatten().map(|expr| &**expr))
            }
            Self::Analytic { operand, parameters, .. } => {
                Box::new(operand.iter().map(|expr| &**expr).chain(parameters))
            }
            Self::Join(join) => Box::new(
                join.operands
                    .iter()
                    .map(|operand| &operand.value)
                    .chain(join.clauses.iter().flat_map(|(clause, _)| clause.children())),
            ),
            Self::Check(check) => Box::new(
                std::iter::once(&check.operand)
                    .chain([&check.code, &check.level, &check.imbalance].into_iter().flatten()),
            ),
            Self::Ruleset(call) => Box::new(std::iter::once(&call.operand)),
        }
    }
}

impl Clause {
    /// The expressions directly within.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Expr> + '_> {
        match self {
            Self::Filter(expr) | Self::Apply(expr) => Box::new(std::iter::once(&**expr)),
            Self::Calc(items) => Box::new(items.iter().map(|item| &item.value)),
            Self::Aggr { items, having, .. } => Box::new(
                items.iter().map(|item| &item.value).chain(having.iter().map(|expr| &**expr)),
            ),
            Self::Subspace(items) => Box::new(items.iter().map(|(_, value)| value)),
            Self::Keep(_)
            | Self::Drop(_)
            | Self::Rename(_)
            | Self::Pivot(..)
            | Self::Unpivot(..)
            | Self::CustomPivot => Box::new(std::iter::empty()),
        }
    }
}
