//! The data sets of a file that says itself what it holds, each as a [`Grid`] with a heading for every
//! component, so that a `source.toml` takes components from it as from a delimited file.

use crate::content::Content;
use crate::errors::{MISSING_SHEET, NO_OBSERVATIONS, WRONG_READING};
use crate::files::{self, Known};
use crate::grid::Grid;
use crate::kind::Kind;
use crate::message::{Description, Observations, Receiver};
use crate::metadata::Metadata;
use crate::reading::{Format, Wildcards};
use arrow::array::{Array, AsArray};
use bytes::Bytes;
use olshem_model::{Diagnostic, Place};
use std::path::Path;
use std::sync::Arc;

/// Each data set's id and observations.
pub(crate) fn read(
    file: &Path,
    bytes: &[u8],
    format: Format,
) -> Result<Vec<(String, Arc<Grid>)>, Vec<Diagnostic>> {
    let content = Content::in_memory(file, Bytes::copy_from_slice(bytes));
    let kind = Kind::of(&content).map_err(|fault| vec![fault])?;
    if !format.is(kind) {
        let message = format!("`format` says otherwise, but the file is {kind}");
        return Err(vec![Diagnostic::new(&WRONG_READING, file, message)]);
    }
    let known = Known::new(Metadata::default(), file.parent().map(Path::to_path_buf));
    let mut grids = Grids::default();
    files::read(&content, &known, &mut grids)?;
    if grids.0.is_empty() {
        let message = "the file has structures, but no data";
        return Err(vec![Diagnostic::new(&NO_OBSERVATIONS, file, message)]);
    }
    Ok(grids.0.into_iter().map(|(id, grid)| (id, Arc::new(grid))).collect())
}

/// The data sets of those ids; the first where none are named.
pub(crate) fn chosen(
    file: &Path,
    grids: &[(String, Arc<Grid>)],
    wanted: Option<&Wildcards>,
) -> Result<Vec<Arc<Grid>>, Diagnostic> {
    let Some(wanted) = wanted else {
        return Ok(grids.iter().take(1).map(|(_, grid)| Arc::clone(grid)).collect());
    };
    let chosen: Vec<Arc<Grid>> = grids
        .iter()
        .filter(|(id, _)| wanted.match_text(id))
        .map(|(_, grid)| Arc::clone(grid))
        .collect();
    if chosen.is_empty() {
        let ids: Vec<&str> = grids.iter().map(|(id, _)| id.as_str()).collect();
        let message = format!("there is no data set \"{}\"", wanted.texts().join("\", \""));
        return Err(Diagnostic::new(&MISSING_SHEET, file, message)
            .with_help(format!("the file has {}", ids.join(", "))));
    }
    Ok(chosen)
}

#[derive(Default)]
struct Grids(Vec<(String, Grid)>);

impl Receiver for Grids {
    fn metadata(&mut self, _: Metadata) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn dataset(&mut self, description: Description) -> Result<(), Diagnostic> {
        let mut grid = Grid::new(None, 0, 0);
        grid.begin_row_on(1);
        for variable in &description.variables {
            grid.push_text(&variable.component.name);
            grid.end_cell();
        }
        self.0.push((description.id, grid));
        Ok(())
    }

    fn observations(&mut self, observations: Observations) -> Result<(), Diagnostic> {
        let Some((_, grid)) = self.0.last_mut() else { return Ok(()) };
        let batch = &observations.batch;
        for row in 0..batch.num_rows() {
            let line = match observations.origins.place(row, 0) {
                Place::Line { line, .. } => line,
                _ => 1,
            };
            grid.begin_row_on(line);
            for column in batch.columns() {
                let column = column.as_string_view();
                if column.is_valid(row) {
                    grid.push_text(column.value(row));
                }
                grid.end_cell();
            }
        }
        Ok(())
    }
}
