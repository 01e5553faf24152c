//! `DATA`: a cell for each combination of values, handed on batch by batch.

use super::encoding::Encoded;
use super::source::{Cell, Source};
use super::table::Table;
use super::{NIL, SYMBOLS};
use crate::cube::{self, BATCH};
use crate::message::{Lines, Receiver};
use arrow::array::{ArrayRef, StringViewArray, StringViewBuilder, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::SchemaRef;
use olshem_model::Diagnostic;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// With `KEYS`, no more zeros than these are put in place of rows that are not there.
const MOST_ZEROS: u64 = 1 << 26;

/// Reads the cells of a table.
pub(super) fn read(
    mut source: Source<'_>,
    table: &Table,
    schema: &SchemaRef,
    encoded: Encoded,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let mut batch = Batch::new(source.path(), table, schema);
    match &table.keys {
        Some(_) => rows(&mut source, table, encoded, &mut batch, receiver)?,
        None => {
            for position in 0..table.axes.cells() {
                cell(&mut source, position, position, table, &mut batch)?;
                if batch.is_full() {
                    batch.hand_on(receiver)?;
                }
            }
            let last = source.line();
            if let Some((_, line)) = source.cell()? {
                let message = format!(
                    "`DATA` has more than the {} cells that {} make",
                    table.axes.cells(),
                    sizes(table)
                );
                return Err(source.fault(line.max(last), message));
            }
        }
    }
    batch.hand_on(receiver)
}

/// `2 × 3 values`
fn sizes(table: &Table) -> String {
    let sizes: Vec<String> = table.codes.iter().map(|codes| codes.len().to_string()).collect();
    format!("{} values", sizes.join(" × "))
}

/// Takes a cell into the batch. `before`: how many there were.
fn cell(
    source: &mut Source<'_>,
    position: u64,
    before: u64,
    table: &Table,
    batch: &mut Batch<'_>,
) -> Result<(), Diagnostic> {
    let end = source.line();
    let Some((cell, line)) = source.cell()? else {
        let message =
            format!("`DATA` has {before} cells, {} make {}", sizes(table), table.axes.cells());
        return Err(source.fault(end.max(source.line()), message));
    };
    let (Cell::Quoted(bytes) | Cell::Plain(bytes)) = cell;
    let bytes = bytes.trim_ascii();
    if let Some(number) = number(bytes) {
        batch.push(position, Some(number), None, line);
    } else if let Some(symbol) = SYMBOLS.iter().position(|(s, _)| s.as_bytes() == bytes) {
        let is_nil = SYMBOLS.get(symbol).is_some_and(|(symbol, _)| *symbol == NIL);
        batch.push(position, is_nil.then_some("0"), Some(symbol as u32), line);
    } else {
        let shown: String = String::from_utf8_lossy(bytes).chars().take(40).collect();
        let message = format!("`DATA`: `{shown}` is no number");
        return Err(source.fault(line, message).with_help(
            "what is no number is one to six dots or a dash, within quotation marks; `DATASYMBOL1` \
             to `DATASYMBOL6` say how they are shown",
        ));
    }
    Ok(())
}

/// The bytes as text, if they are a number.
pub(super) fn number(bytes: &[u8]) -> Option<&str> {
    let unsigned = match bytes {
        [b'-' | b'+', rest @ ..] => rest,
        _ => bytes,
    };
    let mut digits = 0;
    let mut points = 0;
    for (at, byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' if points == 0 => points = 1,
            b'e' | b'E' if digits > 0 => {
                let exponent = unsigned.get(at + 1..).unwrap_or_default();
                let exponent = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+"));
                let exponent = exponent.unwrap_or(unsigned.get(at + 1..).unwrap_or_default());
                let is_whole = !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit);
                return is_whole.then(|| std::str::from_utf8(bytes).ok()).flatten();
            }
            _ => return None,
        }
    }
    if digits == 0 { None } else { std::str::from_utf8(bytes).ok() }
}

/// Reads rows that begin with the keys of the stub, and adds those that are not there.
fn rows(
    source: &mut Source<'_>,
    table: &Table,
    encoded: Encoded,
    batch: &mut Batch<'_>,
    receiver: &mut dyn Receiver,
) -> Result<(), Diagnostic> {
    let keys = table.keys.as_deref().unwrap_or_default();
    let width: u64 = table.codes.iter().skip(table.stub).map(|codes| codes.len() as u64).product();
    let mut seen = HashSet::new();
    let mut cells = 0;
    'rows: loop {
        let mut numbers = vec![0; table.codes.len()];
        let mut row_line = None;
        for (nth, (by_key, number)) in keys.iter().zip(&mut numbers).enumerate() {
            let found = match source.cell()? {
                None if nth == 0 => break 'rows,
                None => None,
                Some((Cell::Plain(_), line)) => Some((None, line)),
                Some((Cell::Quoted(key), line)) => {
                    Some((Some(encoded.decode(key).map(|key| key.into_owned())), line))
                }
            };
            let (key, line) = match found {
                Some((Some(key), line)) => (key.unwrap_or_default(), line),
                Some((None, line)) => {
                    let message = format!(
                        "`DATA`: a number where the row's keys should stand; each row has {} keys \
                         and {width} cells",
                        keys.len()
                    );
                    return Err(source.fault(line, message));
                }
                None => {
                    let message = "`DATA` ends within the keys of a row";
                    return Err(source.fault(source.line(), message));
                }
            };
            row_line = row_line.or(Some(line));
            *number = *by_key.get(&key).ok_or_else(|| {
                source.fault(line, format!("`DATA`: `{key}` is no value of the variable in `KEYS`"))
            })?;
        }
        if keys.is_empty() && !seen.is_empty() {
            break;
        }
        let first = table.axes.position(&numbers);
        if !seen.insert(first) {
            let line = row_line.unwrap_or(source.line());
            return Err(source.fault(line, "`DATA`: a row with these keys was there before"));
        }
        for column in 0..width {
            cell(source, first + column, cells, table, batch)?;
            cells += 1;
            if batch.is_full() {
                batch.hand_on(receiver)?;
            }
        }
    }
    if let Some((_, line)) = source.cell()? {
        return Err(source.fault(line, "`DATA` goes on after its last row"));
    }
    let zeros = table.axes.cells() - cells;
    let line = source.line();
    if zeros > MOST_ZEROS {
        let message = format!("`KEYS` leaves {zeros} cells out, which would all have to be zeros");
        return Err(source.fault(line, message).with_help("publish the table without `KEYS`"));
    }
    for first in (0..table.axes.cells()).step_by(usize::try_from(width.max(1)).unwrap_or(1)) {
        if seen.contains(&first) {
            continue;
        }
        for column in 0..width {
            batch.push(first + column, Some("0"), None, line);
            if batch.is_full() {
                batch.hand_on(receiver)?;
            }
        }
    }
    Ok(())
}

/// Cells that are not handed on yet.
struct Batch<'t> {
    file: Arc<Path>,
    table: &'t Table,
    schema: &'t SchemaRef,
    symbols: ArrayRef,
    positions: Vec<u64>,
    values: StringViewBuilder,
    statuses: Vec<Option<u32>>,
    lines: Vec<u32>,
}

impl<'t> Batch<'t> {
    fn new(file: &Path, table: &'t Table, schema: &'t SchemaRef) -> Self {
        let symbols = StringViewArray::from_iter_values(SYMBOLS.iter().map(|(symbol, _)| symbol));
        Self {
            file: file.into(),
            table,
            schema,
            symbols: Arc::new(symbols),
            positions: Vec::with_capacity(BATCH),
            values: StringViewBuilder::with_capacity(BATCH),
            statuses: Vec::with_capacity(BATCH),
            lines: Vec::with_capacity(BATCH),
        }
    }

    fn is_full(&self) -> bool {
        self.positions.len() == BATCH
    }

    fn push(&mut self, position: u64, value: Option<&str>, status: Option<u32>, line: usize) {
        self.positions.push(position);
        self.values.append_option(value);
        self.statuses.push(status);
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    fn hand_on(&mut self, receiver: &mut dyn Receiver) -> Result<(), Diagnostic> {
        if self.positions.is_empty() {
            return Ok(());
        }
        let broken = |error| cube::broken(&error, &*self.file);
        let mut columns = self.table.axes.columns(&self.positions).map_err(broken)?;
        columns.push(Arc::new(self.values.finish()));
        let statuses: UInt32Array = std::mem::take(&mut self.statuses).into();
        columns.push(take(&self.symbols, &statuses, None).map_err(broken)?);
        if let Some(marks) = &self.table.marks {
            let mark = |&position: &u64| marks.of(position, &self.table.axes);
            let marks: StringViewArray = self.positions.iter().map(mark).collect();
            columns.push(Arc::new(marks));
        }
        self.positions.clear();
        let lines = std::mem::take(&mut self.lines);
        let origins = Arc::new(Lines { file: Arc::clone(&self.file), lines });
        receiver.observations(cube::observations(self.schema, columns, origins, &*self.file)?)
    }
}
