//! Where a number comes from: the statements that made it, the observations that fed each of them,
//! and in the end the cells of the files as published and the lines of the definitions.

use crate::codelists;
use crate::compile::Step;
use crate::datasets::{Key, key, of_definition, rows_at, text, varies};
use crate::definitions::{Definition, Verification};
use crate::errors::{NO_OBSERVATION, NOT_ONE_OBSERVATION};
use crate::folder::{Loaded, unknown};
use crate::judge::Judge;
use crate::projection::{
    ACTIVITY, DEFINITION, DEFINITION_INDUSTRY, Hierarchy, OTHER_INDUSTRY, WEIGHT,
};
use crate::report::{Answer, ClaimReport, Figure};
use crate::run::{Run, within_definition};
use crate::settings::Allocation;
use crate::sources::SourceCitation;
use crate::table::{Number, figure};
use crate::text::Text;
use olshem_engine::{Dataset, Engine};
use olshem_formats::Table;
use olshem_model::{Diagnostic, Place, Role};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many observations, and lines of a definition, are listed of each dataset.
const LISTED: usize = 50;
/// How many observations of one indicator are explained for a test of a claim.
const EXPLAINED: usize = 5;

/// A number and what it comes from.
#[derive(Clone, Debug, Serialize)]
pub struct Lineage {
    /// The number.
    pub figure: Figure,
    /// The dataset that it is in, and what that was made from.
    pub root: Node,
}

/// A claim and what its verdicts rest on.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimLineage {
    /// The claim, its verdicts and figures.
    pub claim: ClaimReport,
    /// In the order of claims.toml.
    pub tests: Vec<TestLineage>,
}

/// A test of a claim and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct TestLineage {
    /// The reading, where there are several.
    pub label: Option<Text>,
    /// The condition, in VTL.
    pub condition: String,
    /// Where it is written.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// Its verdict under each definition.
    pub answers: Vec<Answer>,
    /// The numbers that it reads; of those that depend on a definition, under the default one.
    pub numbers: Vec<Lineage>,
}

/// A dataset, and those of its observations that the number comes from.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    /// The dataset's name.
    pub dataset: String,
    /// Where it comes from.
    pub origin: Origin,
    /// How many of its observations have fed the number.
    pub observations: usize,
    /// The first of them; none where the dataset stands further up already.
    pub rows: Vec<Observation>,
    /// The datasets that it was made from.
    pub inputs: Vec<Node>,
    /// Whether it stands further up already, with its observations and inputs.
    pub repeated: bool,
}

/// Where a dataset comes from.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Origin {
    /// A statement of the methods.
    Method {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The statement.
        text: String,
    },
    /// A file as published.
    Source(SourceCitation),
    /// A definition.
    Definition(DefinitionCitation),
}

/// A definition, as it is cited where a number rests on it.
#[derive(Clone, Debug, Serialize)]
pub struct DefinitionCitation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Whose it is.
    pub owner: String,
    /// Which version.
    pub version: String,
    /// Where it is published.
    pub published: String,
    /// What it was written in.
    pub classification: String,
    /// The file in the account.
    pub file: PathBuf,
    /// A caveat.
    pub note: Option<Text>,
}

/// One observation.
#[derive(Clone, Debug, Serialize)]
pub struct Observation {
    /// Its identifiers.
    pub key: BTreeMap<String, String>,
    /// Its measures and attributes, those that are missing left out.
    pub values: BTreeMap<String, Value>,
    /// Of a source: the cells that its measures come from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<Cell>,
    /// Of a definition: how many of its lines decide the weight.
    #[serde(skip_serializing_if = "is_zero")]
    pub deciding: usize,
    /// The first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<DefinitionLine>,
}

/// A value of an observation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number with its bounds.
    Number {
        /// The value, where there is a single best one.
        value: Option<f64>,
        /// No less than this.
        low: Option<f64>,
        /// No more than this.
        high: Option<f64>,
    },
    /// Anything else.
    Text(String),
}

/// A cell of a file as published: one that holds a value, or the printed figure that bounds it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// The component that was read from it.
    pub component: String,
    /// In a delimited file: the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// In a delimited file: the column's heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// In a workbook: the sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// In a workbook: the cell's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// What stands there.
    pub text: String,
}

/// A line of a definition.
#[derive(Clone, Debug, Serialize)]
pub struct DefinitionLine {
    /// The line of the file, from 1.
    pub line: usize,
    /// The activity.
    pub code: String,
    /// What it is called.
    pub label: Text,
    /// How much of it is taken in.
    pub weight: f64,
    /// The industry that it is grouped into.
    pub industry: Option<String>,
    /// The code in the classification that the definition was written in.
    pub origin: Option<String>,
    /// What was verified of this line.
    pub status: Verification,
    /// Whether the projection also takes in activities that the definition leaves out.
    pub leakage: bool,
}

/// Rows by dataset.
pub(crate) type Contributions = BTreeMap<String, BTreeSet<usize>>;

impl Run {
    /// Where the number of an indicator with that key comes from. A key without `DEFINITION` means
    /// the default definition.
    ///
    /// # Errors
    ///
    /// There is no such indicator or observation, or the key leaves more than one.
    pub fn explain(
        &self,
        engine: &Engine,
        indicator: &str,
        keys: &[(String, String)],
    ) -> Result<Lineage, Diagnostic> {
        let row = self.row_at(indicator, keys)?;
        self.lineage(engine, indicator, row)
    }

    /// What the verdicts of a claim rest on.
    ///
    /// # Errors
    ///
    /// There is no such claim.
    pub fn explain_claim(&self, engine: &Engine, claim: &str) -> Result<ClaimLineage, Diagnostic> {
        let folder = self.account.folder();
        let mut reports = self.report.topics.iter().flat_map(|topic| &topic.claims);
        let mut claims = folder.all_claims().zip(&self.account.compiled().tests);
        let (Some(report), Some((described, compiled))) = (
            reports.find(|report| report.id == claim),
            claims.find(|(described, _)| **described.id.get_ref() == *claim),
        ) else {
            return Err(unknown(Place::Nowhere, claim, "claim", self.account.claims()));
        };
        let judge = Judge { account: &self.account, engine, bindings: &self.bindings };
        let mut tests = Vec::new();
        for (test, compiled) in described.tests.iter().zip(compiled) {
            let shown = test.indicator.get_ref().as_str();
            let others = compiled.step.statement.reads.iter().map(String::as_str);
            let mut indicators = vec![shown];
            indicators.extend(others.filter(|name| *name != shown));
            let mut numbers = Vec::new();
            for indicator in indicators.into_iter().filter(|name| folder.indicator(name).is_some())
            {
                for row in self.rows_for_test(indicator, &compiled.at) {
                    numbers.push(self.lineage(engine, indicator, row)?);
                }
            }
            tests.push(TestLineage {
                label: test.label.clone(),
                condition: test.condition.get_ref().trim().to_owned(),
                file: folder.claims.file.clone(),
                line: folder.claims.line(test.condition.span().start),
                answers: judge.answers(test, compiled)?,
                numbers,
            });
        }
        Ok(ClaimLineage { claim: report.clone(), tests })
    }

    /// The definition that numbers are explained under where none is named.
    fn default_definition(&self) -> Option<&str> {
        let named = self.report.default_definition.as_deref();
        named.or_else(|| self.account.folder().definition_ids().first().copied())
    }

    fn rows_for_test(&self, indicator: &str, at: &Key) -> Vec<usize> {
        let Some(dataset) = self.bindings.datasets.get(indicator) else { return Vec::new() };
        let mut at = at.clone();
        if let Some(default) = self.default_definition().filter(|_| varies(dataset)) {
            at.entry(DEFINITION.to_owned()).or_insert_with(|| default.to_owned());
        }
        rows_at(dataset, &at).into_iter().take(EXPLAINED).collect()
    }

    /// The one row of an indicator with that key.
    fn row_at(&self, indicator: &str, keys: &[(String, String)]) -> Result<usize, Diagnostic> {
        let (_, _, dataset) = self.published(indicator)?;
        let mut keys = keys.to_vec();
        if let Some(default) = self.default_definition().filter(|_| varies(dataset))
            && !keys.iter().any(|(name, _)| name == DEFINITION)
        {
            keys.push((DEFINITION.to_owned(), default.to_owned()));
        }
        let table = self.indicator(indicator)?.at(&keys)?;
        let names = || table.dimensions.iter().map(|dimension| dimension.id.clone());
        let key: Key = match table.rows.as_slice() {
            [row] => names().zip(row.key.iter().cloned()).collect(),
            [] => {
                let key = keys.iter().map(|(name, value)| format!("{name} = {value}"));
                let key = key.collect::<Vec<_>>().join(", ");
                let message = format!("`{indicator}` has no observation with {key}");
                let help = format!("`olshem show` lists the observations of `{indicator}`");
                let fault = Diagnostic::new(&NO_OBSERVATION, Place::Nowhere, message);
                return Err(fault.with_help(help));
            }
            [first, others @ ..] => {
                let open: Vec<String> = names()
                    .enumerate()
                    .filter(|(at, _)| others.iter().any(|row| row.key[*at] != first.key[*at]))
                    .map(|(_, name)| name)
                    .collect();
                let message = format!(
                    "{} observations of `{indicator}` have this key; they differ in `{}`",
                    others.len() + 1,
                    open.join("`, `")
                );
                let example = open.iter().zip(names().zip(&first.key)).map(|(name, _)| {
                    let at =
                        table.dimensions.iter().position(|d| d.id == *name).unwrap_or_default();
                    format!("{name}={}", first.key[at])
                });
                let help =
                    format!("add to the key, say `{}`", example.collect::<Vec<_>>().join(","));
                let fault = Diagnostic::new(&NOT_ONE_OBSERVATION, Place::Nowhere, message);
                return Err(fault.with_help(help));
            }
        };
        rows_at(dataset, &key).first().copied().ok_or_else(|| {
            Diagnostic::new(&NO_OBSERVATION, Place::Nowhere, "there is no such observation")
        })
    }

    fn lineage(&self, engine: &Engine, indicator: &str, row: usize) -> Result<Lineage, Diagnostic> {
        let (described, measure, dataset) = self.published(indicator)?;
        let figure = figure(described, measure, dataset, row);
        let contributions = self.contributions(engine, indicator, &[row])?;
        let hierarchy = self.account.folder().activities().map(Hierarchy::new);
        let mut tree = Tree { run: self, contributions, hierarchy, seen: BTreeSet::new() };
        Ok(Lineage { figure, root: tree.node(indicator) })
    }

    /// The rows of every dataset that have fed the given rows of one.
    pub(crate) fn contributions(
        &self,
        engine: &Engine,
        dataset: &str,
        rows: &[usize],
    ) -> Result<Contributions, Diagnostic> {
        let mut contributions = Contributions::new();
        contributions.insert(dataset.to_owned(), rows.iter().copied().collect());
        // Backwards, so that all that a dataset has fed is known before it is asked what fed it.
        for step in self.account.compiled().steps.iter().rev() {
            let Some(rows) = contributions.get(&step.statement.name) else { continue };
            let rows: Vec<usize> = rows.iter().copied().collect();
            if rows.is_empty() {
                continue;
            }
            for (read, rows) in self.trace(engine, step, &rows)? {
                contributions.entry(read).or_default().extend(rows);
            }
        }
        self.add_allocation(&mut contributions);
        Ok(contributions)
    }

    /// Adds the rows of the allocation key that have given weights their points.
    fn add_allocation(&self, contributions: &mut Contributions) {
        let folder = self.account.folder();
        let (Some(allocation), Some(activities)) = (self.allocation(), folder.activities()) else {
            return;
        };
        let hierarchy = Hierarchy::new(activities);
        let mut leaves = BTreeSet::new();
        for name in [DEFINITION, DEFINITION_INDUSTRY] {
            let Some(dataset) = self.bindings.datasets.get(name) else { continue };
            let divided = |row: &&usize| {
                let weight = dataset.number(**row, WEIGHT);
                weight.is_some_and(|w| w.value.is_some() && w.low < w.high)
            };
            for &row in contributions.get(name).into_iter().flatten().filter(divided) {
                leaves.extend(hierarchy.leaves_below(&text(dataset, row, ACTIVITY)));
            }
        }
        let Some(key) = self.bindings.datasets.get(allocation.dataset.get_ref()) else { return };
        let rows = (0..key.rows())
            .filter(|&row| leaves.contains(text(key, row, allocation.activity.get_ref()).as_str()));
        contributions.entry(allocation.dataset.to_string()).or_default().extend(rows);
    }

    fn allocation(&self) -> Option<&Allocation> {
        self.account.settings().allocation.as_ref().map(toml::Spanned::get_ref)
    }

    fn trace(
        &self,
        engine: &Engine,
        step: &Step,
        rows: &[usize],
    ) -> Result<BTreeMap<String, Vec<usize>>, Diagnostic> {
        let statement = &step.statement;
        match (&step.lifted, step.depends) {
            (Some(lifted), _) => return engine.trace(lifted, &self.bindings, rows),
            (None, false) => return engine.trace(statement, &self.bindings, rows),
            (None, true) => {}
        }
        // It was run definition by definition, and is traced so.
        let mut traced: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let Some(result) = self.bindings.datasets.get(&statement.name) else { return Ok(traced) };
        let mut by_definition: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &row in rows {
            by_definition.entry(text(result, row, DEFINITION)).or_default().push(row);
        }
        for (definition, rows) in by_definition {
            let mut narrowed = within_definition(statement, &definition, &self.bindings)?;
            let (own, first) = of_definition(result, &definition)?;
            narrowed.datasets.insert(statement.name.clone(), own);
            let rows: Vec<usize> = rows.iter().map(|row| row - first).collect();
            for (read, rows) in engine.trace(statement, &narrowed, &rows)? {
                let first = match self.bindings.datasets.get(&read) {
                    Some(dataset) if varies(dataset) => of_definition(dataset, &definition)?.1,
                    _ => 0,
                };
                traced.entry(read).or_default().extend(rows.iter().map(|row| row + first));
            }
        }
        Ok(traced)
    }
}

/// Makes a tree of the rows that contributed.
struct Tree<'a> {
    run: &'a Run,
    contributions: Contributions,
    hierarchy: Option<Hierarchy<'a>>,
    seen: BTreeSet<String>,
}

impl Tree<'_> {
    fn node(&mut self, name: &str) -> Node {
        let (account, bindings) = (&self.run.account, &self.run.bindings);
        let rows: Vec<usize> =
            self.contributions.get(name).into_iter().flatten().copied().collect();
        let repeated = !self.seen.insert(name.to_owned());
        let folder = account.folder();
        if let Some(step) = account.compiled().step(name) {
            let inputs = if repeated { Vec::new() } else { self.inputs(step) };
            let listed = |dataset: &Dataset| {
                rows.iter().take(LISTED).map(|&row| observation(dataset, row)).collect()
            };
            let rows_listed = match (bindings.datasets.get(name), bindings.scalars.get(name)) {
                _ if repeated => Vec::new(),
                (Some(dataset), _) => listed(dataset),
                (None, Some(scalar)) => vec![scalar_observation(name, &scalar.to_string())],
                (None, None) => Vec::new(),
            };
            let span = step.statement.span;
            let (file, line, text) = match folder.methods.get(span.source as usize) {
                Some(source) => {
                    let (start, end) = (span.start as usize, span.end as usize);
                    let before = source.text.get(..start).unwrap_or_default();
                    let text = source.text.get(start..end).unwrap_or_default();
                    (source.path.clone(), before.matches('\n').count() + 1, text.to_owned())
                }
                None => (PathBuf::new(), 0, String::new()),
            };
            let origin = Origin::Method { file, line, text };
            let (dataset, observations) = (name.to_owned(), rows.len());
            return Node { dataset, origin, observations, rows: rows_listed, inputs, repeated };
        }
        self.source_node(name, &rows, repeated)
    }

    fn source_node(&self, name: &str, rows: &[usize], repeated: bool) -> Node {
        let (account, bindings) = (&self.run.account, &self.run.bindings);
        let found = account.compiled().origins.get(name).and_then(|&(source, table)| {
            let source = account.folder().sources.get(source)?;
            Some((source, source.tables.get(table)?, bindings.datasets.get(name)?))
        });
        let (citation, rows_listed) = match found {
            Some((source, table, dataset)) => {
                let listed = rows.iter().take(if repeated { 0 } else { LISTED });
                let rows = listed.map(|&row| Observation {
                    cells: cells(table, row),
                    ..observation(dataset, row)
                });
                (source.citation.clone(), rows.collect())
            }
            // Names that are neither results nor sources are definitions, which have their own nodes.
            None => return empty_node(name, repeated),
        };
        Node {
            dataset: name.to_owned(),
            origin: Origin::Source(citation),
            observations: rows.len(),
            rows: rows_listed,
            inputs: Vec::new(),
            repeated,
        }
    }

    fn inputs(&mut self, step: &Step) -> Vec<Node> {
        let mut nodes = Vec::new();
        for read in &step.statement.reads {
            if read == DEFINITION || read == DEFINITION_INDUSTRY {
                nodes.extend(self.definition_nodes(read));
            } else {
                let is_scalar = self.run.bindings.scalars.contains_key(read);
                let has_rows = self.contributions.get(read).is_some_and(|rows| !rows.is_empty());
                if is_scalar || has_rows {
                    nodes.push(self.node(read));
                }
            }
        }
        nodes
    }

    /// A node for each definition that contributed.
    fn definition_nodes(&mut self, name: &str) -> Vec<Node> {
        let repeated = !self.seen.insert(name.to_owned());
        let Some(dataset) = self.run.bindings.datasets.get(name) else { return Vec::new() };
        let mut by_definition: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &row in self.contributions.get(name).into_iter().flatten() {
            by_definition.entry(text(dataset, row, DEFINITION)).or_default().push(row);
        }
        let key = self.run.allocation().map(|allocation| allocation.dataset.to_string());
        let key = key.filter(|name| self.contributions.get(name).is_some_and(|r| !r.is_empty()));
        let inputs: Vec<Node> = match key {
            Some(name) if !repeated => vec![self.node(&name)],
            _ => Vec::new(),
        };
        let nodes = by_definition.into_iter().filter_map(|(id, rows)| {
            let loaded = self.run.account.folder().definition(&id)?;
            let listed = rows.iter().take(if repeated { 0 } else { LISTED }).map(|&row| {
                let lines = self.lines(loaded, dataset, row);
                Observation {
                    deciding: lines.len(),
                    lines: lines.into_iter().take(LISTED).collect(),
                    ..observation(dataset, row)
                }
            });
            Some(Node {
                dataset: name.to_owned(),
                origin: Origin::Definition(citation(loaded)),
                observations: rows.len(),
                rows: listed.collect(),
                inputs: inputs.clone(),
                repeated,
            })
        });
        nodes.collect()
    }

    /// The lines of a definition that decide a row of its projection.
    fn lines(
        &self,
        loaded: &Loaded<Definition>,
        dataset: &Dataset,
        row: usize,
    ) -> Vec<DefinitionLine> {
        let (Some(hierarchy), Some(activities)) =
            (&self.hierarchy, self.run.account.folder().activities())
        else {
            return Vec::new();
        };
        let key = key(dataset, row);
        let activity = key.get(ACTIVITY).map_or("", String::as_str);
        let industry = key.get("INDUSTRY").map(String::as_str);
        hierarchy
            .lines_below(&loaded.value, activity)
            .into_iter()
            .map(|number| loaded.value.codes[number].get_ref())
            .filter(|line| {
                let of_line = line.industry.as_ref().map_or(OTHER_INDUSTRY, |i| i.get_ref());
                industry.is_none_or(|industry| industry == of_line)
            })
            .map(|line| DefinitionLine {
                line: loaded.line(line.code.span().start),
                code: line.code.to_string(),
                label: codelists::label(activities, line.code.get_ref()),
                weight: line.weight.get(),
                industry: line.industry.as_ref().map(ToString::to_string),
                origin: line.origin.clone(),
                status: line.status,
                leakage: line.leakage,
            })
            .collect()
    }
}

/// What a definition is, as it is cited.
pub(crate) fn citation(loaded: &Loaded<Definition>) -> DefinitionCitation {
    let definition = &loaded.value;
    DefinitionCitation {
        id: definition.id.to_string(),
        name: definition.name.clone(),
        owner: definition.owner.clone(),
        version: definition.version.clone(),
        published: definition.published.clone(),
        classification: definition.classification.clone(),
        file: loaded.file.clone(),
        note: definition.note.clone(),
    }
}

fn observation(dataset: &Dataset, row: usize) -> Observation {
    let components = dataset.structure().components().iter();
    let others = components.filter(|component| component.role != Role::Identifier);
    let values = others.filter_map(|component| {
        let name = &component.name;
        let value = if component.data_type.is_numeric() {
            dataset.number(row, name)?;
            let Number { value, low, high } = Number::of(dataset, row, name);
            Value::Number { value, low, high }
        } else {
            Value::Text(dataset.value(row, name)?.to_string())
        };
        Some((name.clone(), value))
    });
    Observation {
        key: key(dataset, row),
        values: values.collect(),
        cells: Vec::new(),
        deciding: 0,
        lines: Vec::new(),
    }
}

fn scalar_observation(name: &str, value: &str) -> Observation {
    Observation {
        key: BTreeMap::new(),
        values: BTreeMap::from([(name.to_owned(), Value::Text(value.to_owned()))]),
        cells: Vec::new(),
        deciding: 0,
        lines: Vec::new(),
    }
}

fn cells(table: &Table, row: usize) -> Vec<Cell> {
    let cell = |component: &str, origin: olshem_formats::Origin| {
        let mut cell = Cell {
            component: component.to_owned(),
            line: None,
            column: None,
            sheet: None,
            cell: None,
            text: origin.text,
        };
        match origin.place {
            Place::Line { line, column, .. } => {
                cell.line = Some(line);
                cell.column = column;
            }
            Place::Cell { sheet, cell: address, .. } => {
                cell.sheet = Some(sheet);
                cell.cell = Some(address);
            }
            Place::Nowhere | Place::File(_) | Place::Text { .. } => {}
        }
        cell
    };
    let of_measure = |measure: &olshem_model::Component| {
        let name = measure.name.as_str();
        let value = table.origins.of(row, name);
        let printed =
            table.origins.printed(row, name).filter(|printed| Some(printed) != value.as_ref());
        value.into_iter().chain(printed).map(|origin| cell(name, origin)).collect::<Vec<_>>()
    };
    table.structure.measures().flat_map(of_measure).collect()
}

fn empty_node(name: &str, repeated: bool) -> Node {
    Node {
        dataset: name.to_owned(),
        origin: Origin::Method { file: Path::new("").to_path_buf(), line: 0, text: String::new() },
        observations: 0,
        rows: Vec::new(),
        inputs: Vec::new(),
        repeated,
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The signature that serde asks for.
fn is_zero(number: &usize) -> bool {
    *number == 0
}
