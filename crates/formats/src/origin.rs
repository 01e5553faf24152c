//! From a value back to the cell of the file that it is from.

use crate::layout::{CellAt, Layout};
use olshem_model::Place;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the values of a table come from: for each row a cell, from which those of its other
/// components follow. It keeps the file's text, once for all tables that were read from it.
#[derive(Clone, Debug)]
pub struct Origins {
    file: PathBuf,
    layouts: Arc<[Layout]>,
    /// In the order in which the layouts know them.
    components: Vec<String>,
    observations: Vec<Observation>,
}

/// Where a value stands, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The cell or the line and column.
    pub place: Place,
    /// What the file has there, before anything was made of it.
    pub text: String,
}

/// Where an observation stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observation {
    layout: u32,
    row: u32,
    column: u32,
}

impl Observation {
    /// The observation at a cell of a layout.
    pub(crate) fn new(layout: usize, at: CellAt) -> Self {
        // Files of more rows than that do not fit in memory.
        Self { layout: layout as u32, row: at.row as u32, column: at.column as u32 }
    }

    fn at(self) -> CellAt {
        CellAt { row: self.row as usize, column: self.column as usize }
    }
}

impl Origins {
    pub(crate) fn new(
        file: PathBuf,
        layouts: Vec<Layout>,
        components: Vec<String>,
        observations: Vec<Observation>,
    ) -> Self {
        Self { file, layouts: layouts.into(), components, observations }
    }

    /// Where a component of a row of the table comes from; `None` if it is the same in every row by
    /// declaration, or there is no such row or component.
    ///
    /// Where a number is missing and only a printed figure bounds it, that is its origin.
    pub fn of(&self, row: usize, component: &str) -> Option<Origin> {
        let (layout, component, at) = self.find(row, component)?;
        let cell = layout.cell(component, at)?;
        match layout.printed(component, at) {
            Some(printed) if layout.text(cell).trim().is_empty() => {
                Some(self.origin(layout, printed))
            }
            _ => Some(self.origin(layout, cell)),
        }
    }

    /// Where the figure as printed stands that gives a number its bounds, if one does.
    pub fn printed(&self, row: usize, component: &str) -> Option<Origin> {
        let (layout, component, at) = self.find(row, component)?;
        Some(self.origin(layout, layout.printed(component, at)?))
    }

    fn find(&self, row: usize, component: &str) -> Option<(&Layout, usize, CellAt)> {
        let observation = *self.observations.get(row)?;
        let layout = self.layouts.get(observation.layout as usize)?;
        let component = self.components.iter().position(|name| name == component)?;
        Some((layout, component, observation.at()))
    }

    fn origin(&self, layout: &Layout, cell: CellAt) -> Origin {
        Origin { place: layout.place(&self.file, cell), text: layout.text(cell).to_owned() }
    }

    /// Where a row of the table stands.
    pub(crate) fn place_of(&self, row: usize) -> Place {
        let observation = self.observations[row];
        let layout = &self.layouts[observation.layout as usize];
        let at = observation.at();
        match layout.spread {
            Some(_) => layout.place(&self.file, at),
            None => layout.grid.row_place(&self.file, at.row),
        }
    }

    /// Which sheet, in the order of declaration, a row of the table stands in.
    pub(crate) fn sheet_of(&self, row: usize) -> usize {
        self.layouts[self.observations[row].layout as usize].sheet
    }

    /// Puts the rows in another order.
    pub(crate) fn permute(&mut self, order: &[u32]) {
        self.observations = order.iter().map(|&row| self.observations[row as usize]).collect();
    }
}
