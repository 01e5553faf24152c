//! Cubes: formats that list the codes of each dimension and then a cell for each combination of them
//! (PC-Axis, JSON-stat), the last dimension changing fastest.

use crate::errors::{DUPLICATE_OBSERVATION, UNWRITABLE};
use crate::message::{Description, Loss, Observations, Places, Variable};
use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{DataType as ArrowType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use indexmap::IndexSet;
use olshem_model::codelist::Labels;
use olshem_model::{Diagnostic, Place, Role, TimePeriod};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// How many observations are handed on at once.
pub(crate) const BATCH: usize = 8192;
/// A cube with more cells is not written: a gigabyte of nothing helps nobody.
const MOST_CELLS: u64 = 1 << 26;
/// Nor is one with empty categories, where they cost nothing in the file but its readers make cells of
/// them.
const MOST_SPARSE_CELLS: u64 = 1 << 20;
/// The language of texts whose language is not told (ISO 639-2: undetermined).
pub(crate) const UNDETERMINED: &str = "und";
/// The extra of the identifier that tells measures apart: PC-Axis's word for it.
pub(crate) const CONTENTS_VARIABLE: &str = "CONTVARIABLE";

/// The columns of Arrow for these variables: texts.
pub(crate) fn schema(variables: &[Variable]) -> SchemaRef {
    let field = |variable: &Variable| {
        let component = &variable.component;
        Field::new(&component.name, ArrowType::Utf8View, component.nullable)
    };
    Arc::new(Schema::new(variables.iter().map(field).collect::<Vec<_>>()))
}

/// The variable under a name that no other has.
pub(crate) fn named(mut variable: Variable, taken: &mut BTreeSet<String>) -> Variable {
    while !taken.insert(variable.component.name.clone()) {
        variable.component.name.push('_');
    }
    variable
}

/// The text in a language, or else in the default one, or else in any.
pub(crate) fn text_in<'l>(labels: &'l Labels, language: &str, default: &str) -> Option<&'l str> {
    let text = labels.get(language).or_else(|| labels.get(default));
    text.or_else(|| labels.values().next()).map(String::as_str)
}

/// Whether an identifier tells measures apart.
pub(crate) fn tells_measures_apart(variable: &Variable) -> bool {
    variable.extras.iter().any(|extra| extra.keyword == CONTENTS_VARIABLE)
}

/// What can't be said in the format that is written: each kind of thing, and the names concerned.
#[derive(Default)]
pub(crate) struct Losses(BTreeMap<&'static str, BTreeSet<String>>);

impl Losses {
    pub(crate) fn add(&mut self, what: &'static str) {
        self.0.entry(what).or_default();
    }

    pub(crate) fn add_of(&mut self, what: &'static str, name: &str) {
        self.0.entry(what).or_default().insert(name.to_owned());
    }

    /// Each kind of thing with the first names.
    pub(crate) fn told(self) -> Vec<Loss> {
        let told = |(what, names): (&str, BTreeSet<String>)| {
            let shown: Vec<&str> = names.iter().take(10).map(String::as_str).collect();
            let more = match names.len() - shown.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let colon = if names.is_empty() { "" } else { ": " };
            Loss(format!("{what}{colon}{}{more}", shown.join(", ")))
        };
        self.0.into_iter().map(told).collect()
    }
}

/// The dimensions of a cube that is read.
pub(crate) struct Axes {
    axes: Vec<Axis>,
    cells: u64,
}

struct Axis {
    codes: ArrayRef,
    size: u64,
    /// How many cells lie between one code and the next.
    stride: u64,
}

impl Axes {
    /// `None`: there would be more cells than can be counted.
    pub(crate) fn new(codes: &[Vec<String>]) -> Option<Self> {
        let mut axes = Vec::with_capacity(codes.len());
        let mut stride: u64 = 1;
        for codes in codes.iter().rev() {
            let size = codes.len() as u64;
            let codes: ArrayRef = Arc::new(StringViewArray::from_iter_values(codes));
            axes.push(Axis { codes, size, stride });
            stride = stride.checked_mul(size)?;
        }
        axes.reverse();
        Some(Self { axes, cells: stride })
    }

    /// How many cells there are.
    pub(crate) fn cells(&self) -> u64 {
        self.cells
    }

    /// The codes of those cells, a column for each dimension. All positions are below [`Self::cells`].
    pub(crate) fn columns(&self, positions: &[u64]) -> Result<Vec<ArrayRef>, ArrowError> {
        let column = |axis: &Axis| {
            let index = |position: &u64| (position / axis.stride % axis.size) as u32;
            let indices: UInt32Array = positions.iter().map(index).collect::<Vec<u32>>().into();
            take(&axis.codes, &indices, None)
        };
        self.axes.iter().map(column).collect()
    }

    /// The position of the cell where each dimension has the code with that number.
    pub(crate) fn position(&self, codes: &[usize]) -> u64 {
        self.axes.iter().zip(codes).map(|(axis, &code)| code as u64 * axis.stride).sum()
    }

    /// The number of the code that a dimension has in that cell.
    pub(crate) fn code(&self, position: u64, axis: usize) -> usize {
        self.axes.get(axis).map_or(0, |axis| (position / axis.stride % axis.size) as usize)
    }
}

/// Observations of those columns.
pub(crate) fn observations(
    schema: &SchemaRef,
    columns: Vec<ArrayRef>,
    origins: Arc<dyn Places>,
    place: impl Into<Place>,
) -> Result<Observations, Diagnostic> {
    let batch = RecordBatch::try_new(Arc::clone(schema), columns);
    let batch = batch.map_err(|error| broken(&error, place))?;
    Ok(Observations { batch, origins })
}

/// What can't happen: columns of our own making that do not fit together.
pub(crate) fn broken(error: &ArrowError, place: impl Into<Place>) -> Diagnostic {
    Diagnostic::new(&UNWRITABLE, place, error.to_string())
}

/// A data set that is taken in to be written as a cube, where a cell's place depends on all codes that
/// there are.
pub(crate) struct Gathering {
    pub(crate) description: Description,
    identifiers: Vec<usize>,
    /// The codes of each identifier in the order in which they came.
    codes: Vec<IndexSet<String, ahash::RandomState>>,
    /// The number of the code of each identifier, row by row.
    numbers: Vec<u32>,
    batches: Vec<RecordBatch>,
}

impl Gathering {
    pub(crate) fn new(description: Description) -> Self {
        let identifiers: Vec<usize> = description
            .variables
            .iter()
            .enumerate()
            .filter(|(_, variable)| variable.component.role == Role::Identifier)
            .map(|(at, _)| at)
            .collect();
        let codes = identifiers.iter().map(|_| IndexSet::default()).collect();
        Self { description, identifiers, codes, numbers: Vec::new(), batches: Vec::new() }
    }

    /// Takes in some observations.
    pub(crate) fn add(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let batch = observations.batch;
        let from = self.numbers.len();
        let width = self.identifiers.len();
        self.numbers.resize(from + width * batch.num_rows(), 0);
        for (nth, &column) in self.identifiers.iter().enumerate() {
            let texts = text_column(&batch, column)?;
            let Some(known) = self.codes.get_mut(nth) else { continue };
            let mut last: Option<(&str, u32)> = None;
            for (row, text) in texts.iter().enumerate() {
                let Some(text) = text else {
                    let place = observations.origins.place(row, column);
                    let name = batch.schema_ref().field(column).name().clone();
                    let message = format!("an observation without `{name}` has no place in a cube");
                    return Err(Diagnostic::new(&UNWRITABLE, place, message));
                };
                let number = match last {
                    Some((same, number)) if same == text => number,
                    _ => match known.get_index_of(text) {
                        Some(number) => number as u32,
                        None => known.insert_full(text.to_owned()).0 as u32,
                    },
                };
                last = Some((text, number));
                if let Some(slot) = self.numbers.get_mut(from + row * width + nth) {
                    *slot = number;
                }
            }
        }
        self.batches.push(batch);
        Ok(())
    }

    /// The cube, with the identifiers in that order; `order` counts the identifiers. With codes of its
    /// codelists that no observation has only if `is_sparse` and there are not too many.
    pub(crate) fn cube(
        self,
        order: &[usize],
        is_sparse: bool,
        losses: &mut Losses,
    ) -> Result<Cube, Diagnostic> {
        let width = self.identifiers.len();
        let codes_of = |is_whole: bool| -> Vec<(usize, Dimension)> {
            let dimension = |&nth: &usize| {
                let (codes, variable) = (self.codes.get(nth)?, *self.identifiers.get(nth)?);
                let described = self.description.variables.get(variable)?;
                let codes = in_order(codes, described, is_whole);
                Some((nth, Dimension { variable, codes }))
            };
            order.iter().filter_map(dimension).collect()
        };
        let mut chosen = codes_of(is_sparse);
        if is_sparse && count(chosen.iter().map(|(_, dimension)| dimension)) > MOST_SPARSE_CELLS {
            chosen = codes_of(false);
        }
        // For each identifier: where a code that came as the nth stands now.
        let mut places: Vec<Vec<u64>> = vec![Vec::new(); width];
        for (nth, dimension) in &chosen {
            let known = self.description.variables.get(dimension.variable);
            let listed = known.and_then(|known| known.codelist.as_ref());
            if let (Some(known), Some(list)) = (known, listed)
                && list.items().len() > dimension.codes.len()
            {
                losses.add_of("codes that no observation has", &known.component.name);
            }
            let at: HashMap<&str, u64> =
                (0..).zip(&dimension.codes).map(|(at, code)| (code.as_str(), at)).collect();
            let came = self.codes.get(*nth).into_iter().flatten();
            if let Some(places) = places.get_mut(*nth) {
                *places = came.map(|code| at.get(code.as_str()).copied().unwrap_or(0)).collect();
            }
        }
        let dimensions: Vec<Dimension> =
            chosen.into_iter().map(|(_, dimension)| dimension).collect();
        let mut strides = vec![0; width];
        let mut cells: u64 = 1;
        for (&nth, dimension) in order.iter().zip(&dimensions).rev() {
            if let Some(stride) = strides.get_mut(nth) {
                *stride = cells;
            }
            cells = cells.saturating_mul(dimension.codes.len() as u64);
        }
        let rows: usize = self.batches.iter().map(RecordBatch::num_rows).sum();
        if cells > MOST_CELLS && cells > 2 * rows as u64 {
            return Err(explodes(&dimensions, &self.description, cells, rows));
        }
        let mut filled = Vec::with_capacity(rows);
        let mut numbers = self.numbers.chunks(width.max(1));
        for (at, batch) in self.batches.iter().enumerate() {
            for row in 0..batch.num_rows() {
                let codes = numbers.next().unwrap_or_default();
                let place = |(nth, &number): (usize, &u32)| {
                    let place = places.get(nth).and_then(|p| p.get(number as usize)).unwrap_or(&0);
                    place * strides.get(nth).unwrap_or(&0)
                };
                let position = codes.iter().enumerate().map(place).sum();
                filled.push(Filled { position, batch: at as u32, row: row as u32 });
            }
        }
        filled.sort_unstable_by_key(|cell| (cell.position, cell.batch, cell.row));
        let twice = filled.windows(2).find(|pair| match pair {
            [first, second] => first.position == second.position,
            _ => false,
        });
        let cube = Cube {
            description: self.description,
            dimensions,
            cells,
            batches: self.batches,
            filled: Vec::new(),
        };
        if let Some([first, _]) = twice {
            let codes: Vec<String> = cube.codes_at(first.position).map(str::to_owned).collect();
            let message = format!("two observations have the key {}", codes.join(", "));
            return Err(Diagnostic::new(&DUPLICATE_OBSERVATION, Place::Nowhere, message));
        }
        Ok(Cube { filled, ..cube })
    }
}

/// How many cells these dimensions make.
fn count<'d>(dimensions: impl Iterator<Item = &'d Dimension>) -> u64 {
    dimensions.fold(1, |cells, dimension| cells.saturating_mul(dimension.codes.len() as u64))
}

fn explodes(
    dimensions: &[Dimension],
    description: &Description,
    cells: u64,
    rows: usize,
) -> Diagnostic {
    let sizes: Vec<String> = dimensions
        .iter()
        .filter_map(|dimension| {
            let name = &description.variables.get(dimension.variable)?.component.name;
            Some(format!("{name} {}", dimension.codes.len()))
        })
        .collect();
    let count = if cells == u64::MAX { "too many".to_owned() } else { cells.to_string() };
    let message = format!("{rows} observations would become a cube of {count} cells");
    Diagnostic::new(&UNWRITABLE, Place::Nowhere, message).with_help(format!(
        "a cube has a cell for each combination of codes ({}): take a part of the data, or write \
         `sdmx-csv` or `parquet`, which hold only what there is",
        sizes.join(" × ")
    ))
}

/// The codes in the order in which they are written: that of their codelist, time as it passes, else as
/// they came. Without those that do not occur unless the whole is asked for.
fn in_order(
    codes: &IndexSet<String, ahash::RandomState>,
    variable: &Variable,
    is_whole: bool,
) -> Vec<String> {
    if let Some(list) = &variable.codelist {
        let listed = list.items().iter().map(|item| &item.code);
        let listed = listed.filter(|code| is_whole || codes.contains(*code));
        let others = codes.iter().filter(|code| list.get(code).is_none());
        return listed.chain(others).cloned().collect();
    }
    let mut order: Vec<String> = codes.iter().cloned().collect();
    if variable.component.data_type.is_temporal() {
        order.sort_by_cached_key(|code| {
            let period: Option<TimePeriod> = code.parse().ok();
            (period.map(|period| (period.frequency(), period.index())), code.clone())
        });
    }
    order
}

/// A data set as a cube: the codes that occur, and the cells that are filled in the order of the cube.
pub(crate) struct Cube {
    pub(crate) description: Description,
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) cells: u64,
    batches: Vec<RecordBatch>,
    pub(crate) filled: Vec<Filled>,
}

/// An identifier of a cube.
pub(crate) struct Dimension {
    /// Which of the variables it is.
    pub(crate) variable: usize,
    /// The codes that occur, in order.
    pub(crate) codes: Vec<String>,
}

/// A cell that there is an observation for.
#[derive(Clone, Copy)]
pub(crate) struct Filled {
    pub(crate) position: u64,
    batch: u32,
    row: u32,
}

impl Cube {
    /// The texts of a variable, by batch.
    pub(crate) fn column(&self, variable: usize) -> Result<Vec<&StringViewArray>, Diagnostic> {
        self.batches.iter().map(|batch| text_column(batch, variable)).collect()
    }

    /// The codes of a cell.
    pub(crate) fn codes_at(&self, position: u64) -> impl Iterator<Item = &str> {
        self.numbers_at(position)
            .into_iter()
            .zip(&self.dimensions)
            .map(|(number, dimension)| dimension.codes.get(number).map_or("", String::as_str))
    }

    /// The numbers of the codes of a cell.
    pub(crate) fn numbers_at(&self, mut position: u64) -> Vec<usize> {
        let mut numbers = vec![0; self.dimensions.len()];
        for (number, dimension) in numbers.iter_mut().zip(&self.dimensions).rev() {
            let size = (dimension.codes.len() as u64).max(1);
            *number = (position % size) as usize;
            position /= size;
        }
        numbers
    }
}

impl Filled {
    /// Its text in a column that [`Cube::column`] gave.
    pub(crate) fn text<'c>(&self, column: &[&'c StringViewArray]) -> Option<&'c str> {
        let array = column.get(self.batch as usize)?;
        let row = self.row as usize;
        (row < array.len() && array.is_valid(row)).then(|| array.value(row))
    }
}

fn text_column(batch: &RecordBatch, column: usize) -> Result<&StringViewArray, Diagnostic> {
    let array = batch.columns().get(column);
    array.and_then(|array| array.as_any().downcast_ref()).ok_or_else(|| {
        let message = "observations do not have the columns of their data set";
        Diagnostic::new(&UNWRITABLE, Place::Nowhere, message)
    })
}
