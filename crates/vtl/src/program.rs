//! The checked program: what a [`Checker`](crate::Checker) makes of a script and an engine runs.
//!
//! The reference manual has some hundred and forty operators. Most are shorthand: `A + B` on
//! datasets is a join and a calculation, `check_hierarchy` is conditional sums and comparisons.
//! The checker rewrites every operator into the twelve [`Operation`]s below, each node with the
//! structure of its result, so that an engine has twelve things to plan and not a hundred and forty.
//! User-defined operators and rulesets are expanded on the way; none is left here.

use crate::Span;
use crate::check::canonical_time;
use olshem_model::{Component, DataStructure, DataType};

/// A checked script, its statements in an order in which each uses only earlier ones and inputs.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The assignments.
    pub statements: Vec<Statement>,
}

/// One assignment.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The name assigned to; empty, which no name can be, where an expression stands alone.
    pub name: String,
    /// `<-` rather than `:=`: the result is kept.
    pub persistent: bool,
    /// What is assigned.
    pub value: Value,
    /// Whether a dataset assigned is a value that `#` took out of a dataset without identifiers. The
    /// manual calls that a scalar; it remains a dataset of one row, through which it can be traced.
    pub single: bool,
    /// The names of datasets and scalars that the expression reads, each once, in order.
    pub reads: Vec<String>,
    /// The whole statement in the source.
    pub span: Span,
}

impl Statement {
    /// The type of the result, if the manual calls it a scalar.
    pub fn scalar_type(&self) -> Option<DataType> {
        match &self.value {
            Value::Scalar(expr) => Some(expr.data_type),
            Value::Dataset(node) if self.single => {
                node.structure.measures().next().map(|measure| measure.data_type)
            }
            Value::Dataset(_) => None,
        }
    }
}

/// What a statement assigns.
#[derive(Clone, Debug)]
pub enum Value {
    /// A dataset.
    Dataset(Node),
    /// A scalar; its expression refers to no column.
    Scalar(Expr),
}

impl Value {
    /// Whether an external routine gives it.
    pub fn is_external(&self) -> bool {
        match self {
            Self::Dataset(node) => node.is_external(),
            Self::Scalar(expr) => expr.routine().is_some(),
        }
    }
}

/// A dataset-valued expression.
#[derive(Clone, Debug)]
pub struct Node {
    /// How its rows come about.
    pub operation: Operation,
    /// What they look like. Its component names are the columns of the node; those with `#` in them
    /// are made by the checker, and none is left in the result of a statement.
    pub structure: DataStructure,
    /// The text it was written as.
    pub span: Span,
}

impl Node {
    /// Whether an external routine gives it. A routine is never part of something greater, but what
    /// it gives may have to be of a restricted type.
    pub fn is_external(&self) -> bool {
        match &self.operation {
            Operation::External(_) => true,
            Operation::Project { input, .. } => input.is_external(),
            _ => false,
        }
    }
}

/// The twelve ways in which a dataset comes from others.
///
/// Where a description says *row*, think of an observation: identifiers, measures, attributes.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A named input, or the result of an earlier statement.
    Read(String),
    /// These rows, each with one constant for each component of the node's structure. They look
    /// things up: what has many cases is a table to join with, and not a long expression.
    Values(Vec<Vec<Literal>>),
    /// One row for each row of `input`: the node's components, in the structure's order, each
    /// computed from the input's columns. Analytic functions see the whole input.
    Project {
        /// Where the rows come from.
        input: Box<Node>,
        /// One expression for each component of the node's structure, in its order.
        columns: Vec<Expr>,
    },
    /// The rows of `input` for which `condition` is true; neither false nor null will do.
    Filter {
        /// Where the rows come from.
        input: Box<Node>,
        /// Boolean.
        condition: Expr,
    },
    /// Rows of several datasets side by side, matched on identifiers of the same name.
    Join {
        /// Which rows stay.
        kind: JoinKind,
        /// The first dataset.
        first: Box<Node>,
        /// The others, each joined to what the ones before it have given.
        rest: Vec<JoinStep>,
        /// Where each component of the node's structure comes from, in its order.
        columns: Vec<JoinColumn>,
    },
    /// One row for each group of rows of `input`.
    Aggregate {
        /// Where the rows come from.
        input: Box<Node>,
        /// Columns of the input; empty puts all rows in one group. They are the identifiers of the
        /// node's structure, under the same names.
        group_by: Vec<String>,
        /// One for each further component of the node's structure, in its order.
        items: Vec<Aggregation>,
    },
    /// The rows of all inputs; of rows with the same identifiers only the first input's is kept.
    /// All inputs have the node's structure.
    Union(Vec<Node>),
    /// The rows of `left` whose identifiers do (`present`) or do not occur in `right`, compared on
    /// the identifiers named.
    Match {
        /// Where the rows come from.
        left: Box<Node>,
        /// What they are compared with.
        right: Box<Node>,
        /// Identifiers that both have.
        on: Vec<String>,
        /// Whether a row must occur on the right, or must not.
        present: bool,
    },
    /// Several rows for each row of `input`: one for each branch, in order, each branch with one
    /// expression for each component of the node's structure.
    Expand {
        /// Where the rows come from.
        input: Box<Node>,
        /// Analytic functions do not occur in them.
        branches: Vec<Vec<Expr>>,
    },
    /// The rows of `input` and, with null measures, the periods that each of its series lacks.
    FillTimeSeries {
        /// Where the rows come from.
        input: Box<Node>,
        /// The time identifier. The other identifiers tell the series apart.
        time: String,
        /// Between which ends a series is filled.
        range: FillRange,
    },
    /// A measure column for each of `codes`, from the rows in which `identifier` has that code.
    Pivot {
        /// Where the rows come from.
        input: Box<Node>,
        /// The identifier that turns into columns.
        identifier: String,
        /// The measure whose values fill them.
        measure: String,
        /// The codes, which are the names of the node's measures, in order.
        codes: Vec<String>,
    },
    /// What an external routine gives: a column for each of the node's components, by their names.
    External(Routine),
}

/// A call of an external routine, which is a query in SQL.
#[derive(Clone, Debug)]
pub struct Routine {
    /// Its name.
    pub name: String,
    /// Its text.
    pub query: String,
    /// What it is given, in the order of its parameters.
    pub arguments: Vec<Argument>,
}

impl Routine {
    /// The datasets that it is given.
    pub fn inputs(&self) -> Vec<&Node> {
        let mut inputs = Vec::new();
        for argument in &self.arguments {
            if let Argument::Dataset { node, .. } = argument {
                inputs.push(node);
            }
        }
        inputs
    }
}

/// What an external routine is given: a dataset is a table of its name, a scalar the parameter `$1`
/// if it is the first argument, `$2` if the second.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Argument {
    Dataset { name: String, node: Node },
    Scalar(Expr),
}

impl Operation {
    /// The nodes that the rows come from, in order.
    pub fn inputs(&self) -> Vec<&Node> {
        match self {
            Self::Read(_) | Self::Values(_) => Vec::new(),
            Self::Project { input, .. }
            | Self::Filter { input, .. }
            | Self::Aggregate { input, .. }
            | Self::Expand { input, .. }
            | Self::FillTimeSeries { input, .. }
            | Self::Pivot { input, .. } => vec![input],
            Self::Join { first, rest, .. } => {
                std::iter::once(&**first).chain(rest.iter().map(|step| &step.node)).collect()
            }
            Self::Union(inputs) => inputs.iter().collect(),
            Self::Match { left, right, .. } => vec![left, right],
            Self::External(routine) => routine.inputs(),
        }
    }
}

/// Which rows a join keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// Those with a match in every dataset.
    Inner,
    /// Every row of the first dataset.
    Left,
    /// Every row of every dataset.
    Full,
    /// Every combination.
    Cross,
}

/// One further dataset of a join.
#[derive(Clone, Debug)]
pub struct JoinStep {
    /// The dataset.
    pub node: Node,
    /// The columns to match, by a name that both sides have; empty for a cross join. On the left
    /// the name means the first dataset (for [`JoinKind::Full`]: the first that has a value) with
    /// a column of that name.
    pub on: Vec<String>,
}

/// Where a column of a join's result comes from.
#[derive(Clone, Debug)]
pub struct JoinColumn {
    /// Which dataset: 0 is `first`. `None` for a column matched on in a full join, which comes
    /// from whichever dataset has the row.
    pub from: Option<usize>,
    /// Its name there.
    pub name: String,
}

/// One column of an aggregation.
#[derive(Clone, Debug)]
pub struct Aggregation {
    /// The component it becomes.
    pub component: Component,
    /// How the rows of a group are put together.
    pub function: AggregateFunction,
    /// What is put together; absent only for a `count` of rows.
    pub operand: Option<Expr>,
}

/// How several values become one. All but `Count` without operand pass over nulls, and give null
/// where nothing else is left (`Count` gives 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum AggregateFunction {
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Median,
    StddevPop,
    StddevSamp,
    VarPop,
    VarSamp,
}

/// Between which ends [`Operation::FillTimeSeries`] fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillRange {
    /// The first and last period of each series.
    Single,
    /// The first and last period of the whole dataset.
    All,
}

/// An expression over the columns of one row.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it does.
    pub kind: ExprKind,
    /// The type of its value.
    pub data_type: DataType,
    /// The text it was written as.
    pub span: Span,
}

/// What an expression does.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// The value of a column of the input.
    Column(String),
    /// The value of a scalar assigned by an earlier statement or given as input.
    Scalar(String),
    /// A constant.
    Literal(Literal),
    /// A function of its arguments, as many as [`Function`] says.
    Call(Function, Vec<Expr>),
    /// The value beside the first condition that is true, else `otherwise`. `if` is one of these.
    Case {
        /// Conditions and values.
        branches: Vec<(Expr, Expr)>,
        /// Where no condition is true.
        otherwise: Box<Expr>,
    },
    /// Whether the operand is one of the set; null for a null operand.
    In {
        /// What is looked for.
        operand: Box<Expr>,
        /// Constants.
        set: Vec<Literal>,
    },
    /// Another type for the same value.
    Cast {
        /// What is converted; `data_type` of the expression says to what.
        operand: Box<Expr>,
        /// How text is laid out (VTL 2.2 reference manual, `cast`).
        mask: Option<String>,
    },
    /// A function of the row and of others of the input; only in [`Operation::Project`].
    Analytic(Box<Analytic>),
    /// The one value that an external routine gives; only in [`Value::Scalar`].
    External(Box<Routine>),
}

impl Expr {
    /// The external routine that gives the value, which may have to be of a restricted type.
    pub fn routine(&self) -> Option<&Routine> {
        match &self.kind {
            ExprKind::External(routine) => Some(routine),
            ExprKind::Call(Function::Require, arguments) => arguments.first()?.routine(),
            _ => None,
        }
    }
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Literal {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    /// Text, and every temporal type in its canonical text.
    String(String),
}

impl Literal {
    /// The constant of that type that a text is, if it is one.
    pub fn of(text: &str, data_type: DataType) -> Option<Self> {
        match data_type {
            DataType::String => Some(Self::String(text.to_owned())),
            DataType::Boolean => text.parse().ok().map(Self::Boolean),
            DataType::Integer => text.parse().ok().map(Self::Integer),
            DataType::Number => {
                let number: Option<f64> = text.parse().ok();
                number.filter(|number| number.is_finite()).map(Self::Number)
            }
            _ => canonical_time(text, data_type).map(Self::String),
        }
    }
}

/// Scalar functions, by the reference manual's names. Comments give the arguments.
///
/// All give null where any argument is null, except `And` and `Or` (three-valued), `IsNull`, and
/// `Nvl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Function {
    // Numeric. Of integers Add, Subtract, Multiply, Negate, Abs, Mod give an integer. What type Ceil,
    // Floor, Round and Trunc give is said by the expression's `data_type`.
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Abs,
    Ceil,
    Floor,
    Exp,
    Ln,
    Sqrt,
    /// operand, divisor
    Mod,
    /// operand, exponent
    Power,
    /// operand, base
    Log,
    /// operand, decimals
    Round,
    /// operand, decimals
    Trunc,
    /// seed, index
    Random,
    // Comparison and logic.
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    Xor,
    Not,
    IsNull,
    /// operand, replacement
    Nvl,
    /// operand, condition, what it says: the operand, for which the condition must not be false
    Require,
    // Text.
    Concat,
    Upper,
    Lower,
    Trim,
    LTrim,
    RTrim,
    Length,
    /// operand, start (from 1), length (or without it: to the end)
    Substr,
    /// operand, pattern, replacement
    Replace,
    /// operand, pattern, start, occurrence
    Instr,
    /// operand, regular expression (the whole text must match)
    MatchCharacters,
    /// operand, operand
    Levenshtein,
    /// operand, operand
    DamerauLevenshtein,
    /// operand, operand
    Hamming,
    /// operand, operand
    JaroWinkler,
    // Time.
    /// period or interval: its length, as a duration
    PeriodIndicator,
    Year,
    Month,
    DayOfMonth,
    DayOfYear,
    /// days: the ISO duration that many days make
    DayToYear,
    DayToMonth,
    YearToDay,
    MonthToDay,
    /// operand, operand: days between
    DateDiff,
    /// operand, number, duration
    DateAdd,
    /// period or interval, number: that many of its own length later. (Dates are shifted with
    /// `DateAdd`.)
    TimeShift,
    /// period, duration: the period of that length in which it lies. For a date, also `"first"` or
    /// `"last"`: which day of that period.
    TimeAgg,
    CurrentDate,
}

/// An analytic function: see VTL 2.2 reference manual, "Analytic invocation".
#[derive(Clone, Debug)]
pub struct Analytic {
    /// Which.
    pub function: AnalyticFunction,
    /// Its first argument; absent for `rank` and a `count` of rows.
    pub operand: Option<Expr>,
    /// Columns; rows that agree in all of them see one another.
    pub partition_by: Vec<String>,
    /// In what order.
    pub order_by: Vec<OrderKey>,
    /// Which neighbours; absent means the standard's default for the function.
    pub window: Option<Window>,
}

/// Which analytic function.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum AnalyticFunction {
    Aggregate(AggregateFunction),
    FirstValue,
    LastValue,
    Lag { offset: u64, default: Option<Literal> },
    Lead { offset: u64, default: Option<Literal> },
    Rank,
    RatioToReport,
}

/// One key of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderKey {
    /// A column of the input.
    pub column: String,
    /// From the largest down.
    pub descending: bool,
}

/// A window around the current row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Counted in rows (`data points`) or in values of the order key (`range`).
    pub unit: WindowUnit,
    /// Where it begins.
    pub start: Bound,
    /// Where it ends.
    pub end: Bound,
}

/// What a window is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowUnit {
    /// `data points`.
    Rows,
    /// `range`.
    Range,
}

/// One end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Bound {
    UnboundedPreceding,
    Preceding(u64),
    Current,
    Following(u64),
    UnboundedFollowing,
}
