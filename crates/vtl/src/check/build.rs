//! Nodes of the program, with the structures that follow from them.

use super::types::default_measure;
use crate::ast::Literal as Constant;
use crate::program::{
    AggregateFunction, Aggregation, Expr, ExprKind, JoinColumn, JoinKind, JoinStep, Literal, Node,
    Operation,
};
use crate::source::Span;
use olshem_model::{Component, DataStructure, DataType, Role};

/// A component of a node and how it is computed.
pub(super) type Column = (Component, Expr);

impl Node {
    pub(super) fn new(operation: Operation, structure: DataStructure, span: Span) -> Self {
        Self { operation, structure, span }
    }

    /// Rows of constants.
    pub(super) fn values(components: Vec<Component>, rows: Vec<Vec<Literal>>, span: Span) -> Self {
        let structure = DataStructure::new(components);
        debug_assert!(rows.iter().all(|row| row.len() == structure.components().len()));
        Self::new(Operation::Values(rows), structure, span)
    }

    /// One row for each of this node's.
    pub(super) fn project(self, columns: Vec<Column>, span: Span) -> Self {
        let (components, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let structure = DataStructure::new(components);
        debug_assert_eq!(structure.components().len(), columns.len(), "a component twice");
        Self::new(Operation::Project { input: Box::new(self), columns }, structure, span)
    }

    /// The rows for which the condition is true.
    pub(super) fn filter(self, condition: Expr, span: Span) -> Self {
        let structure = self.structure.clone();
        Self::new(Operation::Filter { input: Box::new(self), condition }, structure, span)
    }

    /// Several rows for each of this node's. All branches have the same components.
    pub(super) fn expand(
        self,
        components: Vec<Component>,
        branches: Vec<Vec<Expr>>,
        span: Span,
    ) -> Self {
        let structure = DataStructure::new(components);
        debug_assert!(branches.iter().all(|b| b.len() == structure.components().len()));
        Self::new(Operation::Expand { input: Box::new(self), branches }, structure, span)
    }

    /// One row for each group. Components are the identifiers grouped by, and the items'.
    pub(super) fn aggregate(
        self,
        group_by: Vec<String>,
        items: Vec<Aggregation>,
        span: Span,
    ) -> Self {
        let keys = group_by.iter().filter_map(|name| self.structure.get(name).cloned());
        let measures = items.iter().map(|item| item.component.clone());
        let structure = DataStructure::new(keys.chain(measures));
        Self::new(Operation::Aggregate { input: Box::new(self), group_by, items }, structure, span)
    }

    /// The rows of all, which have the same structure.
    pub(super) fn union(nodes: Vec<Self>, span: Span) -> Self {
        let structure = nodes.first().map(|node| node.structure.clone()).unwrap_or_default();
        Self::new(Operation::Union(nodes), structure, span)
    }

    /// The rows whose identifiers occur, or do not, in another dataset.
    pub(super) fn matching(self, right: Self, on: Vec<String>, present: bool, span: Span) -> Self {
        let structure = self.structure.clone();
        let (left, right) = (Box::new(self), Box::new(right));
        Self::new(Operation::Match { left, right, on, present }, structure, span)
    }

    /// Two datasets side by side, matched on identifiers; all combinations if there are none.
    /// The columns are the components of both that are named.
    pub(super) fn beside(
        self,
        right: Self,
        on: Vec<String>,
        columns: Vec<(Component, JoinColumn)>,
        span: Span,
    ) -> Self {
        let kind = if on.is_empty() { JoinKind::Cross } else { JoinKind::Inner };
        let (components, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let structure = DataStructure::new(components);
        let rest = vec![JoinStep { node: right, on }];
        Self::new(Operation::Join { kind, first: Box::new(self), rest, columns }, structure, span)
    }

    /// The columns as they are.
    pub(super) fn columns<'a>(
        &'a self,
        keep: impl Fn(&Component) -> bool + 'a,
    ) -> impl Iterator<Item = Column> + 'a {
        let span = self.span;
        self.structure
            .components()
            .iter()
            .filter(move |component| keep(component))
            .map(move |component| (component.clone(), Expr::column(component, span)))
    }

    /// The same rows with these components only.
    pub(super) fn keeping(self, keep: impl Fn(&Component) -> bool, span: Span) -> Self {
        if self.structure.components().iter().all(&keep) {
            return self;
        }
        let columns = self.columns(keep).collect();
        self.project(columns, span)
    }

    /// The names of the identifiers.
    pub(super) fn identifier_names(&self) -> Vec<String> {
        self.structure.identifiers().map(|component| component.name.clone()).collect()
    }
}

pub(super) fn is_identifier(component: &Component) -> bool {
    component.role == Role::Identifier
}

pub(super) fn is_viral(component: &Component) -> bool {
    component.role == Role::ViralAttribute
}

/// The measure that an operator makes when it changes the type.
pub(super) fn default_component(data_type: DataType) -> Component {
    Component::measure(default_measure(data_type), data_type)
}

/// One aggregation into a measure.
pub(super) fn aggregation(
    name: impl Into<String>,
    data_type: DataType,
    function: AggregateFunction,
    operand: Option<Expr>,
) -> Aggregation {
    Aggregation { component: Component::measure(name, data_type), function, operand }
}

/// A constant of the text.
pub(super) fn constant_expr(constant: &Constant, span: Span) -> Expr {
    Expr::literal(
        match constant {
            Constant::Null => Literal::Null,
            Constant::Boolean(value) => Literal::Boolean(*value),
            Constant::Integer(number) => Literal::Integer(*number),
            Constant::Number(number) => Literal::Number(*number),
            Constant::String(text) => Literal::String(text.clone()),
        },
        span,
    )
}

/// A column by name, where no component is at hand.
pub(super) fn column(name: impl Into<String>, data_type: DataType, span: Span) -> Expr {
    Expr::new(ExprKind::Column(name.into()), data_type, span)
}
