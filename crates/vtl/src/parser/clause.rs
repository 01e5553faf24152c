//! Clauses in brackets and in joins, groupings, windows.

use super::{Parsed, Parser};
use crate::ast::{
    Bound, Calculation, Clause, ComponentName, Expr, Grouping, GroupingKind, Over, Partition,
    TimeAgg, Window,
};
use crate::lexer::TokenKind;
use olshem_model::Role;

impl Parser<'_> {
    /// What stands in brackets after a dataset.
    pub(super) fn dataset_clause(&mut self) -> Parsed<Clause> {
        if let Some(clause) = self.common_clause()? {
            return Ok(clause);
        }
        if self.eat_word("sub") {
            let items = self.list(|parser| {
                let component = parser.component()?;
                parser.expect("=")?;
                Ok((component, parser.scalar_item()?))
            })?;
            return Ok(Clause::Subspace(items));
        }
        for (word, make) in [
            ("pivot", Clause::Pivot as fn(_, _) -> Clause),
            ("unpivot", Clause::Unpivot as fn(_, _) -> Clause),
        ] {
            if self.eat_word(word) {
                let identifier = self.name("the name of an identifier")?;
                self.expect(",")?;
                return Ok(make(identifier, self.name("the name of a measure")?));
            }
        }
        if self.eat_word("customPivot") {
            self.components()?;
            self.expect_word("in")?;
            self.list(Self::literal)?;
            return Ok(Clause::CustomPivot);
        }
        Err(self.unexpected(
            "a clause: `filter`, `calc`, `aggr`, `keep`, `drop`, `rename`, `sub`, `pivot` or `unpivot`",
        ))
    }

    /// A clause that can also stand in a join; `None` if there is none here.
    pub(super) fn common_clause(&mut self) -> Parsed<Option<Clause>> {
        let word = ["filter", "calc", "aggr", "keep", "drop", "rename"];
        Ok(Some(match self.eat_any(&word) {
            Some("filter") => Clause::Filter(self.boxed_expression()?),
            Some("calc") => Clause::Calc(self.list(Self::calculation)?),
            Some("aggr") => {
                let items = self.list(Self::calculation)?;
                let grouping = self.grouping()?;
                let having = self.having()?;
                Clause::Aggr { items, grouping, having }
            }
            Some("keep") => Clause::Keep(self.components()?),
            Some("drop") => Clause::Drop(self.components()?),
            Some(_) => Clause::Rename(self.list(|parser| {
                let from = parser.component()?;
                parser.expect_word("to")?;
                Ok((from, parser.component()?))
            })?),
            None => return Ok(None),
        }))
    }

    fn calculation(&mut self) -> Parsed<Calculation> {
        let role = self.role();
        let name = self.component()?;
        self.expect(":=")?;
        Ok(Calculation { role: role.flatten(), name, value: self.expression()? })
    }

    /// A role's keywords; `component` is any role.
    pub(super) fn role(&mut self) -> Option<Option<Role>> {
        if self.at_word("viral") && self.word_ahead(1, "attribute") {
            self.advance();
            self.advance();
            return Some(Some(Role::ViralAttribute));
        }
        self.eat_any(&["identifier", "measure", "attribute", "component"]).map(|word| match word {
            "identifier" => Some(Role::Identifier),
            "measure" => Some(Role::Measure),
            "attribute" => Some(Role::Attribute),
            _ => None,
        })
    }

    pub(super) fn grouping(&mut self) -> Parsed<Option<Grouping>> {
        let start = self.span();
        if !self.eat_word("group") {
            return Ok(None);
        }
        let kind = match self.eat_any(&["by", "except", "all"]) {
            Some("by") => GroupingKind::By,
            Some("except") => GroupingKind::Except,
            Some(_) => GroupingKind::All,
            None => return Err(self.unexpected("`by`, `except` or `all`")),
        };
        let components = match kind {
            GroupingKind::All => Vec::new(),
            GroupingKind::By | GroupingKind::Except => self.components()?,
        };
        let time_agg = match self.eat_word("time_agg") {
            true => Some(self.time_agg()?),
            false => None,
        };
        Ok(Some(Grouping { kind, components, time_agg, span: self.since(start) }))
    }

    fn time_agg(&mut self) -> Parsed<TimeAgg> {
        self.expect("(")?;
        let period = Box::new(self.scalar_item()?);
        let mut last = None;
        while self.eat(",") {
            match self.eat_any(&["first", "last"]) {
                Some(word) => last = Some(word == "last"),
                // The general form has a second duration here, which says nothing new.
                None if self.eat_word("_") => {}
                None => drop(self.scalar_item()?),
            }
        }
        self.expect(")")?;
        Ok(TimeAgg { period, last })
    }

    pub(super) fn having(&mut self) -> Parsed<Option<Box<Expr>>> {
        match self.eat_word("having") {
            true => self.boxed_expression().map(Some),
            false => Ok(None),
        }
    }

    /// From `over` on.
    pub(super) fn over(&mut self) -> Parsed<Over> {
        let start = self.span();
        self.expect_word("over")?;
        self.expect("(")?;
        let partition = self.partition()?;
        let mut order = Vec::new();
        if self.eat_word("order") {
            self.expect_word("by")?;
            order = self.list(|parser| {
                let component = parser.component()?;
                Ok((component, parser.eat_any(&["asc", "desc"]) == Some("desc")))
            })?;
        }
        let window = self.window()?;
        self.expect(")")?;
        Ok(Over { partition, order, window, span: self.since(start) })
    }

    fn partition(&mut self) -> Parsed<Option<Partition>> {
        if !self.eat_word("partition") {
            return Ok(None);
        }
        let except = match self.eat_any(&["by", "except"]) {
            Some(word) => word == "except",
            None => return Err(self.unexpected("`by` or `except`")),
        };
        let components: Vec<ComponentName> = match except && self.eat_word("all") {
            true => Vec::new(),
            false => self.components()?,
        };
        // All but all: one partition.
        let except = except && !components.is_empty();
        Ok(Some(Partition { except, components }))
    }

    fn window(&mut self) -> Parsed<Option<Window>> {
        let range = match self.eat_any(&["data", "range"]) {
            Some("data") => {
                self.expect_word("points")?;
                false
            }
            Some(_) => true,
            None => return Ok(None),
        };
        self.expect_word("between")?;
        let start = self.bound()?;
        self.expect_word("and")?;
        Ok(Some(Window { range, start, end: self.bound()? }))
    }

    fn bound(&mut self) -> Parsed<Bound> {
        if self.eat_word("current") {
            self.expect_words(&["data", "point"])?;
            return Ok(Bound::Current);
        }
        let unbounded = self.eat_word("unbounded");
        let number = match unbounded {
            true => None,
            false => Some(Box::new(self.scalar_item()?)),
        };
        match (self.eat_any(&["preceding", "following"]), number) {
            (Some("preceding"), Some(number)) => Ok(Bound::Preceding(number)),
            (Some("preceding"), None) => Ok(Bound::UnboundedPreceding),
            (Some(_), Some(number)) => Ok(Bound::Following(number)),
            (Some(_), None) => Ok(Bound::UnboundedFollowing),
            (None, _) => Err(self.unexpected("`preceding` or `following`")),
        }
    }

    pub(super) fn at_end_of_call(&self) -> bool {
        matches!(self.peek(), TokenKind::Symbol(")"))
    }
}
