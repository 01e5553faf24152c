//! `define`: operators, rulesets, viral propagation.

use super::{Parsed, Parser};
use crate::ast::{
    CodeItem, ComponentConstraint, DatapointRule, DatapointRuleset, ExprKind, HierarchicalRule,
    HierarchicalRuleset, Item, Literal, Name, OperatorDefinition, Parameter, PropagationRule,
    Restriction, ScalarType, Signature, Type, ViralPropagation, Which,
};
use crate::lexer::{TokenKind, is_reserved};

/// What is defined, by the word after `define`, with rules that have `;` between them.
pub(crate) const WITH_RULES: &[&str] = &["datapoint", "hierarchical", "viral"];

impl Parser<'_> {
    pub(super) fn definition(&mut self, broken: &mut Option<Name>) -> Parsed<Item> {
        self.expect_word("define")?;
        let kinds = ["operator", "datapoint", "hierarchical", "viral"];
        match self.eat_any(&kinds) {
            Some("operator") => self.operator_definition(broken).map(Item::Operator),
            Some("datapoint") => self.datapoint_ruleset(broken).map(Item::Datapoint),
            Some("hierarchical") => self.hierarchical_ruleset(broken).map(Item::Hierarchical),
            Some(_) => self.viral_propagation(broken).map(Item::Propagation),
            None => Err(self.unexpected(
                "`operator`, `datapoint ruleset`, `hierarchical ruleset` or `viral propagation`",
            )),
        }
    }

    fn operator_definition(&mut self, broken: &mut Option<Name>) -> Parsed<OperatorDefinition> {
        let name = self.name("the name of the operator")?;
        *broken = Some(name.clone());
        self.expect("(")?;
        let parameters = match self.at(")") {
            true => Vec::new(),
            false => self.list(Self::parameter)?,
        };
        self.expect(")")?;
        let returns = match self.eat_word("returns") {
            true => Some(self.any_type()?),
            false => None,
        };
        self.expect_word("is")?;
        let body = self.expression()?;
        self.expect_words(&["end", "operator"])?;
        Ok(OperatorDefinition { name, parameters, returns, body })
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        let name = self.name("the name of a parameter")?;
        let data_type = self.any_type()?;
        let default = match self.eat_word("default") {
            true if self.at("{") => {
                let span = self.span();
                let set = self.set()?;
                Some(self.node(ExprKind::Set(set), span)?)
            }
            true => Some(self.scalar_item()?),
            false => None,
        };
        Ok(Parameter { name, data_type, default })
    }

    /// A type of any kind, with its constraints.
    pub(super) fn any_type(&mut self) -> Parsed<Type> {
        if self.eat_word("dataset") {
            let mut constraints = Vec::new();
            if self.eat("{") {
                constraints = self.list(Self::component_constraint)?;
                self.expect("}")?;
            }
            return Ok(Type::Dataset(constraints));
        }
        if self.eat_word("set") {
            return Ok(Type::Set(self.type_argument()?));
        }
        let rulesets = [
            "ruleset",
            "datapoint",
            "datapoint_on_valuedomains",
            "datapoint_on_variables",
            "hierarchical",
            "hierarchical_on_valuedomains",
            "hierarchical_on_variables",
        ];
        if self.eat_any(&rulesets).is_some() {
            self.ruleset_constraint()?;
            return Ok(Type::Ruleset);
        }
        if let Some(role) = self.role() {
            return Ok(Type::Component { role, of: self.type_argument()? });
        }
        self.constrained_type().map(Type::Scalar)
    }

    /// `<number>` after `measure` or `set`.
    fn type_argument(&mut self) -> Parsed<Option<ScalarType>> {
        if !self.eat("<") {
            return Ok(None);
        }
        let scalar = self.constrained_type()?;
        self.expect(">")?;
        Ok(Some(scalar))
    }

    /// A scalar type, and what restricts its values.
    fn constrained_type(&mut self) -> Parsed<ScalarType> {
        let start = self.span();
        let mut scalar = self.scalar_type()?;
        if self.eat("[") {
            scalar.restriction = Some(Restriction::Condition(self.boxed_expression()?));
            self.expect("]")?;
        } else if self.eat("{") {
            scalar.restriction = Some(Restriction::Values(self.list(Self::scalar_item)?));
            self.expect("}")?;
        }
        if self.eat_word("not") {
            self.expect_word("null")?;
            scalar.not_null = true;
        } else {
            self.eat_word("null");
        }
        scalar.span = self.since(start);
        Ok(scalar)
    }

    fn component_constraint(&mut self) -> Parsed<ComponentConstraint> {
        let Some(role) = self.role() else {
            return Err(self.unexpected("a role, such as `measure`"));
        };
        let of = self.type_argument()?;
        let which = if !self.eat_word("_") {
            Which::Named(self.name("the name of a component, or `_`")?)
        } else if self.eat("+") {
            Which::OneOrMore
        } else if self.eat("*") {
            Which::Any
        } else {
            Which::One
        };
        Ok(ComponentConstraint { role, of, which })
    }

    /// What a type says of a ruleset's components; it is read but not enforced.
    fn ruleset_constraint(&mut self) -> Parsed<()> {
        if !self.eat("{") {
            return Ok(());
        }
        while match self.peek() {
            TokenKind::Word(word) => !is_reserved(word),
            TokenKind::Quoted(_) => true,
            TokenKind::Symbol(symbol) => matches!(*symbol, "*" | "+" | "," | "(" | ")"),
            _ => false,
        } || self.at_word("_")
        {
            self.advance();
        }
        self.expect("}")
    }

    /// `variable` or `valuedomain`; whether it is the latter.
    fn on_domains(&mut self) -> Parsed<bool> {
        match self.eat_any(&["variable", "valuedomain"]) {
            Some(word) => Ok(word == "valuedomain"),
            None => Err(self.unexpected("`variable` or `valuedomain`")),
        }
    }

    fn signature(&mut self) -> Parsed<Signature> {
        let name = self.name("the name of a variable or value domain")?;
        let alias = match self.eat_word("as") {
            true => Some(self.name("another name for it")?),
            false => None,
        };
        Ok(Signature { name, alias })
    }

    /// The name of a rule and the colon after it, where there are both.
    fn rule_name(&mut self) -> Parsed<Option<Name>> {
        if self.token(1).kind != TokenKind::Symbol(":") {
            return Ok(None);
        }
        let name = self.name("the name of a rule")?;
        self.expect(":")?;
        Ok(Some(name))
    }

    /// Rules with `;` between them, up to `end`.
    fn rules<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut rules = vec![rule(self)?];
        while self.eat(";") {
            if self.at_word("end") {
                break;
            }
            rules.push(rule(self)?);
        }
        Ok(rules)
    }

    fn error_code_and_level(&mut self) -> Parsed<(Option<Literal>, Option<Literal>)> {
        let code = match self.eat_word("errorcode") {
            true => Some(self.literal()?),
            false => None,
        };
        let level = match self.eat_word("errorlevel") {
            true => Some(self.literal()?),
            false => None,
        };
        Ok((code, level))
    }

    fn datapoint_ruleset(&mut self, broken: &mut Option<Name>) -> Parsed<DatapointRuleset> {
        self.expect_word("ruleset")?;
        let name = self.name("the name of the ruleset")?;
        *broken = Some(name.clone());
        self.expect("(")?;
        let on_domains = self.on_domains()?;
        let signature = match self.at(")") {
            true => Vec::new(),
            false => self.list(Self::signature)?,
        };
        self.expect(")")?;
        self.expect_word("is")?;
        let rules = self.rules(Self::datapoint_rule)?;
        self.expect_words(&["end", "datapoint", "ruleset"])?;
        Ok(DatapointRuleset { name, on_domains, signature, rules })
    }

    fn datapoint_rule(&mut self) -> Parsed<DatapointRule> {
        let name = self.rule_name()?;
        let when = self.when()?;
        let then = self.expression()?;
        let (code, level) = self.error_code_and_level()?;
        Ok(DatapointRule { name, when, then, code, level })
    }

    fn when(&mut self) -> Parsed<Option<crate::ast::Expr>> {
        if !self.eat_word("when") {
            return Ok(None);
        }
        let condition = self.expression()?;
        self.expect_word("then")?;
        Ok(Some(condition))
    }

    fn hierarchical_ruleset(&mut self, broken: &mut Option<Name>) -> Parsed<HierarchicalRuleset> {
        self.expect_word("ruleset")?;
        let name = self.name("the name of the ruleset")?;
        *broken = Some(name.clone());
        self.expect("(")?;
        let on_domains = self.on_domains()?;
        let conditions = match self.eat_word("condition") {
            true => self.list(Self::signature)?,
            false => Vec::new(),
        };
        self.expect_word("rule")?;
        let rule = self.name("the name of a variable or value domain")?;
        self.expect(")")?;
        self.expect_word("is")?;
        let rules = self.rules(Self::hierarchical_rule)?;
        self.expect_words(&["end", "hierarchical", "ruleset"])?;
        Ok(HierarchicalRuleset { name, on_domains, conditions, rule, rules })
    }

    fn hierarchical_rule(&mut self) -> Parsed<HierarchicalRule> {
        let start = self.span();
        let name = self.rule_name()?;
        let when = self.when()?;
        let left = self.code()?;
        let relations = ["=", ">=", "<=", ">", "<"];
        let Some(relation) = relations.into_iter().find(|relation| self.eat(relation)) else {
            return Err(self.unexpected("`=`, `>`, `<`, `>=` or `<=`"));
        };
        let mut right = vec![self.code_item()?];
        while self.at("+") || self.at("-") {
            right.push(self.code_item()?);
        }
        let (code, level) = self.error_code_and_level()?;
        let span = self.since(start);
        Ok(HierarchicalRule { name, when, left, relation, right, code, level, span })
    }

    fn code_item(&mut self) -> Parsed<CodeItem> {
        let negative = self.at("-");
        if negative || self.at("+") {
            self.advance();
        }
        let code = self.code()?;
        let mut condition = None;
        if self.eat("[") {
            condition = Some(self.expression()?);
            self.expect("]")?;
        }
        Ok(CodeItem { negative, code, condition })
    }

    /// A code: a name, or a number as it is written.
    fn code(&mut self) -> Parsed<Name> {
        if matches!(self.peek(), TokenKind::Integer(_) | TokenKind::Number(_)) {
            let span = self.span();
            self.advance();
            return Ok(Name { text: self.sources.text(span).to_owned(), span });
        }
        self.name("a code")
    }

    fn viral_propagation(&mut self, broken: &mut Option<Name>) -> Parsed<ViralPropagation> {
        self.expect_word("propagation")?;
        let name = self.name("the name of the propagation")?;
        *broken = Some(name.clone());
        self.expect("(")?;
        let on_domain = self.on_domains()?;
        let target = self.name("the name of a variable or value domain")?;
        self.expect(")")?;
        self.expect_word("is")?;
        let rule = match self.eat_word("aggregate") {
            true => self.aggregate_rule()?,
            false => self.enumerated_rule()?,
        };
        self.eat(";");
        self.expect_words(&["end", "viral", "propagation"])?;
        Ok(ViralPropagation { name, on_domain, target, rule })
    }

    fn aggregate_rule(&mut self) -> Parsed<PropagationRule> {
        let span = self.span();
        match self.eat_any(&["min", "max", "sum", "avg"]) {
            Some(word) => Ok(PropagationRule::Aggregate(Name { text: word.to_owned(), span })),
            None => Err(self.unexpected("`min`, `max`, `sum` or `avg`")),
        }
    }

    fn enumerated_rule(&mut self) -> Parsed<PropagationRule> {
        let mut clauses = Vec::new();
        let mut otherwise = None;
        loop {
            if self.eat_word("else") {
                otherwise = Some(self.literal()?);
                break;
            }
            self.rule_name()?;
            self.expect_word("when")?;
            let mut values = vec![self.literal()?];
            if self.eat_word("and") {
                values.push(self.literal()?);
            }
            self.expect_word("then")?;
            clauses.push((values, self.literal()?));
            if !self.at(";") || self.word_ahead(1, "end") {
                break;
            }
            self.advance();
        }
        Ok(PropagationRule::Enumerated(clauses, otherwise))
    }
}
