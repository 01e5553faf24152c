//! A dataset read from a file: structure, Arrow columns, and for each value the cell that it is from.

use crate::breaks;
use crate::column::{Column, Fault};
use crate::delimited;
use crate::errors::{
    DUPLICATE_OBSERVATION, MISSING_CODELIST, NO_OBSERVATIONS, RAGGED_ROW, WRONG_READING,
};
use crate::faults::Faults;
use crate::grid::Grid;
use crate::layout::{CellAt, Layout, windows};
use crate::origin::{Observation, Origins};
use crate::reading::{Cells, DatasetReading, Format, Read};
use crate::workbook::{Numbers, Workbook};
use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use arrow::util::display::array_value_to_string;
use olshem_model::codelist::Labels;
use olshem_model::spelling::nearest;
use olshem_model::{Codelist, Component, DataStructure, Diagnostic, Place, Role};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A dataset as read from a file.
#[derive(Clone, Debug)]
pub struct Table {
    /// The name by which methods read it.
    pub name: String,
    /// Its components: identifiers first, otherwise in the order of declaration.
    pub structure: DataStructure,
    /// Its observations, in the order of their identifiers: texts by bytes, numbers by value. A
    /// number with bounds has two more columns, named by [`olshem_model::structure::low_column`] and
    /// its counterpart; an infinity there means unbounded, a null that the number is missing.
    pub batch: RecordBatch,
    /// Where each value stands in the file.
    pub origins: Origins,
    /// Breaks in its series: the row of the first observation after each, and what is known of it.
    pub breaks: Vec<(usize, Labels)>,
}

/// Reads every dataset that is declared of a file. `file` is only for the places in diagnostics;
/// the declarations are taken to stand in a `source.toml` beside it.
///
/// ```
/// use olshem_formats::{DatasetReading, Read, read};
/// use std::{collections::BTreeMap, path::Path};
///
/// #[derive(serde::Deserialize)]
/// struct Source {
///     read: Read,
///     dataset: Vec<DatasetReading>,
/// }
///
/// let source: Source = toml::from_str(
///     r#"
///     [read]
///     format = "csv"
///
///     [[dataset]]
///     name = "GVA"
///     [dataset.components]
///     TIME_PERIOD = { role = "identifier", type = "time_period", column = "year" }
///     OBS_VALUE = { role = "measure", type = "number", column = "gva", multiply = "1000000" }
///     "#,
/// )?;
/// let bytes = b"year,gva\n2022,983994.9\n2023,1036000.1\n";
/// let tables = read(Path::new("gva.csv"), bytes, &source.read, &source.dataset, &BTreeMap::new())
///     .map_err(|faults| faults[0].clone())?;
///
/// assert_eq!(tables[0].structure.to_string(), "TIME_PERIOD -> OBS_VALUE");
/// let origin = tables[0].origins.of(1, "OBS_VALUE");
/// assert_eq!(origin.map(|o| format!("{} at {}", o.text, o.place)).as_deref(),
///            Some("1036000.1 at gva.csv: line 3, column \"gva\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// All that is wrong, up to a hundred faults.
pub fn read(
    file: &Path,
    bytes: &[u8],
    read: &Read,
    datasets: &[DatasetReading],
    codelists: &BTreeMap<String, Codelist>,
) -> Result<Vec<Table>, Vec<Diagnostic>> {
    let mut source = match read.format {
        Format::Csv => Source::Delimited(Arc::new(
            delimited::read(file, bytes, read).map_err(|fault| vec![fault])?,
        )),
        Format::Xlsx => Source::Workbook(Box::new(
            Workbook::open(file, bytes, Numbers::WithMark(read.decimal))
                .map_err(|fault| vec![fault])?,
        )),
    };
    let mut faults = Faults::default();
    let mut tables = Vec::new();
    for dataset in datasets {
        let reader = Reader { file, read, dataset, codelists };
        match source.grids(file, dataset) {
            Ok(grids) => tables.extend(reader.read(grids, &mut faults)),
            Err(fault) => faults.push(fault),
        }
    }
    faults.or(tables)
}

/// Reads one dataset from the sheets that it names, which are read already.
pub(crate) fn of_grids(
    file: &Path,
    grids: Vec<Arc<Grid>>,
    read: &Read,
    dataset: &DatasetReading,
    codelists: &BTreeMap<String, Codelist>,
) -> Result<Option<Table>, Vec<Diagnostic>> {
    let mut faults = Faults::default();
    let table = Reader { file, read, dataset, codelists }.read(grids, &mut faults);
    faults.or(table)
}

enum Source<'b> {
    Delimited(Arc<Grid>),
    Workbook(Box<Workbook<'b>>),
}

impl Source<'_> {
    fn grids(
        &mut self,
        file: &Path,
        dataset: &DatasetReading,
    ) -> Result<Vec<Arc<Grid>>, Diagnostic> {
        match self {
            Self::Workbook(workbook) => workbook.grids(dataset.sheet.as_ref()),
            Self::Delimited(grid) if dataset.sheet.is_none() => Ok(vec![Arc::clone(grid)]),
            Self::Delimited(_) => {
                let message = format!("dataset `{}` has `sheet`, but is no workbook", dataset.name);
                Err(Diagnostic::new(&WRONG_READING, declaration(file), message))
            }
        }
    }
}

/// The file in which it is declared how to read `file`.
fn declaration(file: &Path) -> Place {
    Place::File(file.with_file_name("source.toml"))
}

/// Reads one dataset.
struct Reader<'a> {
    file: &'a Path,
    read: &'a Read,
    dataset: &'a DatasetReading,
    codelists: &'a BTreeMap<String, Codelist>,
}

impl Reader<'_> {
    fn read(&self, grids: Vec<Arc<Grid>>, faults: &mut Faults) -> Option<Table> {
        let faults_before = faults.count();
        let mut columns = self.columns(faults);
        let mut layouts = Vec::new();
        for sheet in grids.into_iter().enumerate() {
            for window in windows(&sheet.1, self.dataset) {
                let sheet = (sheet.0, Arc::clone(&sheet.1));
                layouts.extend(Layout::find(self.file, sheet, &window, self.dataset, faults));
            }
        }
        if layouts.is_empty() && faults.count() == faults_before {
            let message = format!("dataset `{}`: there is no such table", self.dataset.name);
            faults.push(Diagnostic::new(&NO_OBSERVATIONS, self.file, message));
        }
        if faults.count() > faults_before {
            return None;
        }
        let mut observations = Vec::new();
        for (number, layout) in layouts.iter().enumerate() {
            let count_before = observations.len();
            self.read_layout(layout, number, &mut columns, &mut observations, faults);
            if observations.len() == count_before && faults.count() == faults_before {
                faults.push(self.nothing_read(layout));
            }
        }
        if faults.count() > faults_before {
            return None;
        }
        let names = self.dataset.components.keys().cloned().collect();
        let origins = Origins::new(self.file.to_path_buf(), layouts, names, observations);
        match self.assemble(columns, origins, faults) {
            Ok(table) => table,
            Err(error) => {
                // The columns are all of one length and of their fields' types; so only a file too
                // large for Arrow's offsets gets here.
                let message = format!("dataset `{}`: {error}", self.dataset.name);
                faults.push(Diagnostic::new(&WRONG_READING, self.file, message));
                None
            }
        }
    }

    /// An empty column for each component.
    fn columns(&self, faults: &mut Faults) -> Vec<Column<'_>> {
        let mut columns = Vec::new();
        for (name, reading) in &self.dataset.components {
            let codelist = reading.codelist.as_ref().and_then(|id| {
                let found = self.codelists.get(id);
                if found.is_none() {
                    let message = format!("component `{name}`: there is no codelist `{id}`");
                    let fault = Diagnostic::new(&MISSING_CODELIST, declaration(self.file), message);
                    let near = nearest(id, self.codelists.keys().map(String::as_str));
                    faults.push(match near {
                        Some(near) => fault.with_help(format!("there is one called `{near}`")),
                        None => fault,
                    });
                }
                found
            });
            columns.push(Column::new(name, reading, self.read, codelist));
        }
        columns
    }

    fn read_layout(
        &self,
        layout: &Layout,
        number: usize,
        columns: &mut [Column<'_>],
        observations: &mut Vec<Observation>,
        faults: &mut Faults,
    ) {
        let grid = &layout.grid;
        for row in layout.rows.clone() {
            if faults.is_full() {
                return;
            }
            if grid.is_blank(row) {
                continue;
            }
            if let Some(width) = layout.width.filter(|&width| grid.width(row) != width) {
                let (has, place) = (grid.width(row), grid.row_place(self.file, row));
                let message = format!("the row has {has} fields, the headings {width}");
                let fault = Diagnostic::new(&RAGGED_ROW, place, message);
                faults.push(match has > width {
                    true => fault.with_help("quote fields that contain the delimiter"),
                    false => fault,
                });
                continue;
            }
            if !layout.admits(row) {
                continue;
            }
            let mut observe = |at: CellAt| {
                for component in 0..columns.len() {
                    self.append(layout, component, at, columns, faults);
                }
                observations.push(Observation::new(number, at));
            };
            match &layout.spread {
                None => observe(CellAt { row, column: 0 }),
                Some(spread) => {
                    // An empty cell under a heading is no observation, unlike an empty cell of a row.
                    let written = |column: &&usize| !grid.cell(row, **column).trim().is_empty();
                    for &column in spread.iter().filter(written) {
                        observe(CellAt { row, column });
                    }
                }
            }
        }
    }

    fn append(
        &self,
        layout: &Layout,
        component: usize,
        observation: CellAt,
        columns: &mut [Column<'_>],
        faults: &mut Faults,
    ) {
        let cell = layout.cell(component, observation);
        let text = match (cell, self.dataset.components.get_index(component)) {
            (Some(cell), _) => layout.text(cell),
            (None, Some((_, reading))) => match &reading.cells {
                Cells::Value(value) => value,
                // All others stand in cells.
                _ => "",
            },
            (None, None) => "",
        };
        let text = match self.dataset.components.get_index(component).map(|(_, r)| &r.cells) {
            Some(Cells::Of(aspect, of)) => {
                let of = self.dataset.components.get_index_of(of);
                of.and_then(|of| columns.get(of)).map_or("", |of| of.aspect(*aspect, text))
            }
            _ => text,
        };
        let Some(column) = columns.get_mut(component) else { return };
        let printed_at = layout.printed(component, observation);
        let printed = printed_at.map(|at| layout.text(at));
        if let Err(fault) = column.append(text, printed) {
            let Fault { code, message, help, in_figure } = fault;
            let place = match if in_figure { printed_at } else { cell } {
                Some(cell) => layout.place(self.file, cell),
                None => declaration(self.file),
            };
            faults.push(Diagnostic { help, ..Diagnostic::new(code, place, message) });
        }
    }

    fn nothing_read(&self, layout: &Layout) -> Diagnostic {
        let name = &self.dataset.name;
        let sheet = layout.grid.sheet.as_ref();
        let of = sheet.map_or(String::new(), |sheet| format!(" of sheet \"{sheet}\""));
        let is_written = |row: &usize| !layout.grid.is_blank(*row);
        let rows: Vec<usize> = layout.rows.clone().filter(is_written).collect();
        let why = if rows.is_empty() {
            "there are no rows below the headings"
        } else if !rows.iter().any(|&row| layout.admits(row)) {
            "no row fits `where`"
        } else {
            "there is no value in its columns"
        };
        let message = format!("dataset `{name}`: {why}{of}");
        Diagnostic::new(&NO_OBSERVATIONS, self.file, message)
    }

    fn assemble(
        &self,
        columns: Vec<Column<'_>>,
        mut origins: Origins,
        faults: &mut Faults,
    ) -> Result<Option<Table>, ArrowError> {
        let mut finished: Vec<_> = columns.into_iter().map(Column::finish).collect();
        finished.sort_by_key(|(component, _)| component.role != Role::Identifier);
        let (components, columns): (Vec<Component>, Vec<_>) = finished.into_iter().unzip();
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().flatten().unzip();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
        let structure = DataStructure::new(components);

        let Some(order) = self.order(&structure, &batch, &origins, faults)? else {
            return Ok(None);
        };
        let batch = take_record_batch(&batch, &order)?;
        origins.permute(order.values());

        let mut table = Table {
            name: self.dataset.name.clone(),
            structure,
            batch,
            origins,
            breaks: Vec::new(),
        };
        let faults_before = faults.count();
        breaks::mark(&mut table, &self.dataset.breaks, &declaration(self.file), faults)?;
        Ok((faults.count() == faults_before).then_some(table))
    }

    /// The rows in the order of their identifiers, without those that a later sheet replaces.
    fn order(
        &self,
        structure: &DataStructure,
        batch: &RecordBatch,
        origins: &Origins,
        faults: &mut Faults,
    ) -> Result<Option<UInt32Array>, ArrowError> {
        let keys: Vec<ArrayRef> =
            structure.identifiers().map(|id| Arc::clone(&batch[id.name.as_str()])).collect();
        let fields = keys.iter().map(|key| SortField::new(key.data_type().clone())).collect();
        let rows = RowConverter::new(fields)?.convert_columns(&keys)?;

        let count = u32::try_from(batch.num_rows())
            .map_err(|_| ArrowError::InvalidArgumentError("too many rows".to_owned()))?;
        let mut sorted: Vec<u32> = (0..count).collect();
        let key = |row: &u32| rows.row(*row as usize);
        // Stable, so that of equal keys the later row of the file stays the later.
        sorted.sort_by(|a, b| key(a).cmp(&key(b)));

        let faults_before = faults.count();
        let mut order: Vec<u32> = Vec::with_capacity(sorted.len());
        for row in sorted {
            match order.last_mut() {
                Some(last) if key(last) == key(&row) => {
                    let (earlier, later) = (*last as usize, row as usize);
                    if origins.sheet_of(earlier) == origins.sheet_of(later) {
                        faults.push(duplicate(structure, batch, origins, earlier, later));
                    }
                    *last = row;
                }
                _ => order.push(row),
            }
        }
        Ok((faults.count() == faults_before).then(|| UInt32Array::from(order)))
    }
}

fn duplicate(
    structure: &DataStructure,
    batch: &RecordBatch,
    origins: &Origins,
    earlier: usize,
    later: usize,
) -> Diagnostic {
    let key: Vec<String> = structure
        .identifiers()
        .map(|id| {
            let value = array_value_to_string(&batch[id.name.as_str()], later).unwrap_or_default();
            format!("{} = {value}", id.name)
        })
        .collect();
    let other = match origins.place_of(earlier) {
        Place::Line { line, .. } => format!("on line {line}"),
        Place::Cell { cell, .. } => format!("in cell {cell}"),
        elsewhere => format!("at {elsewhere}"),
    };
    let message = format!("the observation with {} is also {other}", key.join(", "));
    Diagnostic::new(&DUPLICATE_OBSERVATION, origins.place_of(later), message)
}
