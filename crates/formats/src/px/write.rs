//! PC-Axis files, in UTF-8 as PxWeb writes them.
//!
//! Every identifier becomes a variable with the codes that occur; a combination of them that has no
//! observation is written `".."`. Several measures become the values of a contents variable.

use super::printer::Statements;
use super::variables::Variables;
use super::{DATANOTE, NIL, STATUS, SYMBOLS, cells};
use crate::cube::{Cube, Gathering, Losses};
use crate::errors::UNWRITABLE;
use crate::files::Writing;
use crate::message::{Description, Header, Loss, Note, Observations, Receiver, Variable, Writer};
use crate::metadata::Metadata;
use arrow::array::StringViewArray;
use olshem_model::{Diagnostic, Place, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

/// No more cells than these get a mark of their own.
const MOST_MARKS: usize = 100_000;
/// A writer of a PC-Axis file, which has one data set.
pub(crate) fn writer<'w>(
    out: Box<dyn Write + Send + 'w>,
    writing: &Writing,
) -> Box<dyn Writer + 'w> {
    Box::new(PxWriter { out, writing: writing.clone(), gathering: None, has_remarks: false })
}

struct PxWriter<'w> {
    out: Box<dyn Write + Send + 'w>,
    writing: Writing,
    gathering: Option<Gathering>,
    has_remarks: bool,
}

impl Receiver for PxWriter<'_> {
    fn header(&mut self, header: Header) -> Result<(), Diagnostic> {
        self.has_remarks = !header.remarks.is_empty();
        Ok(())
    }

    fn metadata(&mut self, _: Metadata) -> Result<(), Diagnostic> {
        // A table has its own codes and labels, which come with its description.
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        if self.gathering.is_some() {
            let message = "several data sets; a PC-Axis file holds one";
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
                .with_help("write each to a file of its own"));
        }
        let count = |role| description.data_structure().in_role(role).count();
        if count(Role::Identifier) == 0 || count(Role::Measure) == 0 {
            let message =
                format!("`{}` has no dimensions or no measure; a table needs both", description.id);
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        }
        self.gathering = Some(Gathering::new(description));
        Ok(())
    }

    fn note(&mut self, note: Note) -> Result<(), Diagnostic> {
        if let Some(gathering) = &mut self.gathering {
            gathering.description.notes.push(note);
        }
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        match &mut self.gathering {
            Some(gathering) => gathering.add(observations),
            None => Ok(()),
        }
    }
}

impl Writer for PxWriter<'_> {
    fn finish(mut self: Box<Self>) -> Result<Vec<Loss>, Diagnostic> {
        let Some(gathering) = self.gathering.take() else {
            let message = "there is no data set to write; a PC-Axis file holds one";
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        };
        let (order, stub) = stub_and_heading(&gathering.description);
        let mut losses = Losses::default();
        let cube = gathering.cube(&order, false, &mut losses)?;
        if cube.filled.is_empty() {
            let message = format!("`{}` has no observations", cube.description.id);
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        }
        if self.has_remarks {
            losses.add("what the message's footer says");
        }
        let figures = Figures::of(&cube, &mut losses)?;
        let variables = Variables::of(&cube, stub, &figures.measures, &self.writing);
        let mut statements = Statements::default();
        super::head::write(&cube, &variables, &figures, &mut statements, &mut losses);
        let marks = figures.marks(&cube, &variables, &mut statements);
        if marks > MOST_MARKS {
            losses.add("flags of single observations beyond 100,000");
        }
        if statements.has_quotes {
            losses.add("quotation marks, written as apostrophes");
        }
        let mut out = BufWriter::with_capacity(1 << 16, self.out);
        let written = statements
            .write(&mut out)
            .and_then(|()| figures.write(&cube, stub, &mut out))
            .and_then(|()| out.flush());
        written.map_err(|error| {
            Diagnostic::new(&UNWRITABLE, Place::Nowhere, format!("can't be written: {error}"))
        })?;
        Ok(losses.told())
    }
}

/// The identifiers in the order of the table, and how many of them are in the stub: as the file said
/// that they come from, or else time in the heading and all others in the stub.
fn stub_and_heading(description: &Description) -> (Vec<usize>, usize) {
    let identifiers: Vec<&Variable> = description
        .variables
        .iter()
        .filter(|variable| variable.component.role == Role::Identifier)
        .collect();
    let heading = description.extras.iter().find(|extra| extra.keyword == "HEADING");
    let in_heading: Vec<usize> = match heading {
        Some(names) => {
            let number = |name: &String| {
                identifiers.iter().position(|variable| variable.component.name == *name)
            };
            names.values.iter().filter_map(number).collect()
        }
        None if identifiers.len() == 1 => Vec::new(),
        None => {
            let time = description.time_dimension().map(|time| &time.component.name);
            let number = identifiers.iter().position(|v| Some(&v.component.name) == time);
            vec![number.unwrap_or(identifiers.len() - 1)]
        }
    };
    let mut order: Vec<usize> =
        (0..identifiers.len()).filter(|number| !in_heading.contains(number)).collect();
    let stub = order.len();
    order.extend(in_heading);
    (order, stub)
}

/// What becomes of the cells.
pub(super) struct Figures<'c> {
    pub(super) measures: Vec<Measure<'c>>,
    status: Option<Vec<&'c StringViewArray>>,
    mark: Option<Vec<&'c StringViewArray>>,
    /// The symbols that stand for statuses of other formats.
    pub(super) symbols: BTreeMap<String, &'static str>,
    /// The most decimals that there are.
    pub(super) decimals: usize,
}

pub(super) struct Measure<'c> {
    pub(super) variable: &'c Variable,
    values: Vec<&'c StringViewArray>,
}

impl<'c> Figures<'c> {
    fn of(cube: &'c Cube, losses: &mut Losses) -> Result<Self, Diagnostic> {
        let mut figures = Self {
            measures: Vec::new(),
            status: None,
            mark: None,
            symbols: BTreeMap::new(),
            decimals: 0,
        };
        for (at, variable) in cube.description.variables.iter().enumerate() {
            let component = &variable.component;
            match component.role {
                Role::Identifier => {}
                Role::Measure if component.data_type.is_numeric() => {
                    figures.measures.push(Measure { variable, values: cube.column(at)? });
                }
                Role::Measure => {
                    losses.add_of("measures that are no numbers", &component.name);
                }
                _ if component.name == STATUS => figures.status = Some(cube.column(at)?),
                _ if component.name == DATANOTE => figures.mark = Some(cube.column(at)?),
                _ => {
                    losses.add_of("attributes", &component.name);
                }
            }
        }
        if figures.measures.is_empty() {
            let message = "the measures are no numbers; a PC-Axis file holds nothing else";
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        }
        figures.check(cube)?;
        figures.choose_symbols(cube, losses);
        Ok(figures)
    }

    fn check(&mut self, cube: &Cube) -> Result<(), Diagnostic> {
        let mut decimals = 0;
        for measure in &self.measures {
            for cell in &cube.filled {
                let Some(value) = cell.text(&measure.values) else { continue };
                if cells::number(value.as_bytes()).is_none() {
                    let name = &measure.variable.component.name;
                    let message = format!("`{value}` of `{name}` is no number");
                    return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
                        .with_help("a PC-Axis file holds numbers only"));
                }
                let fraction = value.split_once('.').map_or("", |(_, fraction)| fraction);
                decimals = decimals.max(fraction.bytes().take_while(u8::is_ascii_digit).count());
            }
        }
        self.decimals = decimals;
        Ok(())
    }

    /// Other formats have other codes for why a figure is missing. Each gets one of the symbols that
    /// are free, and the symbol its label.
    fn choose_symbols(&mut self, cube: &Cube, losses: &mut Losses) {
        let Some(status) = &self.status else { return };
        let mut others = BTreeSet::new();
        let mut taken = BTreeSet::from([".."]);
        for cell in &cube.filled {
            let Some(text) = cell.text(status) else { continue };
            match SYMBOLS.iter().find(|(symbol, _)| *symbol == text) {
                Some((symbol, _)) => {
                    taken.insert(symbol);
                }
                None if self.measures.iter().any(|m| cell.text(&m.values).is_none()) => {
                    others.insert(text);
                }
                None => {}
            }
        }
        let mut free = SYMBOLS.iter().map(|(s, _)| *s).filter(|s| !taken.contains(s) && *s != NIL);
        for other in others {
            match free.next() {
                Some(symbol) => {
                    self.symbols.insert(other.to_owned(), symbol);
                }
                None => {
                    let what = "flags of missing values, for which there are six symbols only";
                    losses.add_of(what, other);
                }
            }
        }
    }

    /// Writes `DATANOTECELL` for flags that stand beside a value; gives back how many there are.
    fn marks(&self, cube: &Cube, variables: &Variables<'_>, statements: &mut Statements) -> usize {
        let mut count = 0;
        for cell in &cube.filled {
            let mark = self.mark.as_ref().and_then(|mark| cell.text(mark));
            let status = self.status.as_ref().and_then(|status| cell.text(status));
            for (nth, measure) in self.measures.iter().enumerate() {
                let value = cell.text(&measure.values);
                let beside =
                    status.filter(|s| value.is_some() && (*s != NIL || value != Some("0")));
                let Some(mark) = mark.or(beside) else { continue };
                count += 1;
                if count <= MOST_MARKS {
                    let keys = variables.keys_of_cell(&cube.numbers_at(cell.position), nth);
                    statements.add("DATANOTECELL", None, &keys, &[mark]);
                }
            }
        }
        count
    }

    fn write(&self, cube: &Cube, stub: usize, out: &mut impl Write) -> io::Result<()> {
        let width: u64 = cube.dimensions.iter().skip(stub).map(|d| d.codes.len() as u64).product();
        out.write_all(b"DATA=\n")?;
        let mut filled = cube.filled.iter().peekable();
        for position in 0..cube.cells {
            let cell = filled.next_if(|cell| cell.position == position);
            let status = cell.and_then(|cell| cell.text(self.status.as_ref()?));
            for measure in &self.measures {
                let value = cell.and_then(|cell| cell.text(&measure.values));
                match (value, status) {
                    (Some("0"), Some(NIL)) => out.write_all(b"\"-\"")?,
                    (Some(value), _) => out.write_all(value.as_bytes())?,
                    (None, status) => {
                        let own = status.and_then(|status| {
                            SYMBOLS.iter().map(|(symbol, _)| *symbol).find(|s| *s == status)
                        });
                        let chosen = status.and_then(|status| self.symbols.get(status).copied());
                        write!(out, "\"{}\"", own.or(chosen).unwrap_or(".."))?;
                    }
                }
                out.write_all(b" ")?;
            }
            if (position + 1) % width.max(1) == 0 {
                out.write_all(b"\n")?;
            }
        }
        out.write_all(b";\n")
    }
}
