//! Data whose structure is known beforehand: every component is a column of its name, in any order,
//! and there are no other columns.
//!
//! A [`DataFile`] is not loaded: its rows come in batches, in as many parts as there are threads to
//! read them. On the way each value is checked for its type, each identifier for being there, and
//! the keys for being unique (`keys` says how); [`DataFile::settle`] tells what was found, by line
//! and column. Reading fast and telling precisely are two passes: a scan only notices *that*
//! something is wrong, and then the file is read again, from its start, to say what.
//!
//! A cell with nothing in it is null. A file of headings alone is a dataset without observations.

mod csv;
mod keys;
mod parquet;
mod values;
mod write;

pub use parquet::Extents;
pub(crate) use values::Column;
pub use write::{csv_headings, csv_rows, value};

use crate::errors::{
    AMBIGUOUS_COLUMN, DUPLICATE_OBSERVATION, MISSING_COLUMN, UNEXPECTED_COLUMN, UNREADABLE_FILE,
};
use crate::faults::Faults;
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use bytes::Bytes;
use keys::{Keys, Seen, Verdict};
use olshem_model::{Component, DataStructure, DataType, Diagnostic, Place};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A file of observations, CSV or Parquet.
///
/// ```
/// use olshem_formats::described::{DataFile, FileFormat};
/// use olshem_model::{Component, DataStructure, DataType};
///
/// let structure = DataStructure::new([
///     Component::identifier("REGION", DataType::String),
///     Component::measure("GVA", DataType::Number),
/// ]);
/// let file = |text: &'static [u8]| {
///     DataFile::in_memory("gva.csv", text.into(), FileFormat::Csv, structure.clone())
/// };
/// assert_eq!(file(b"REGION,GVA\nKZ71,1.5\nKZ75,\n").and_then(|f| f.read()).unwrap().num_rows(), 2);
///
/// let faults = file(b"REGION,GVA\nKZ71,1.5\nKZ75,many\n").and_then(|f| f.read()).unwrap_err();
/// assert_eq!(
///     faults[0].to_string(),
///     "gva.csv: line 3, column \"GVA\": `many` is not of type number (F009)"
/// );
/// ```
#[derive(Debug)]
pub struct DataFile {
    opened: Arc<Opened>,
    /// Whether someone checks the file already.
    claimed: AtomicBool,
    check: Mutex<Option<Arc<Check>>>,
    /// Whether all is known to be well.
    sound: AtomicBool,
}

/// How the observations are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FileFormat {
    Csv,
    Parquet,
}

/// What all parts of a scan share.
#[derive(Debug)]
struct Opened {
    path: PathBuf,
    contents: Contents,
    structure: DataStructure,
    layout: Layout,
    trusted: bool,
    /// Whether a scan met a fault.
    unsound: AtomicBool,
}

#[derive(Debug)]
enum Layout {
    Csv(csv::Layout),
    Parquet(parquet::Layout),
}

#[derive(Debug)]
enum Contents {
    File(PathBuf),
    Memory(Bytes),
}

impl Contents {
    fn reader(&self, from: u64) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::File(path) => {
                let mut file = std::fs::File::open(path)?;
                file.seek(SeekFrom::Start(from))?;
                Ok(Box::new(file))
            }
            Self::Memory(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
                Ok(Box::new(io::Cursor::new(bytes.slice(from..))))
            }
        }
    }

    fn size(&self) -> io::Result<u64> {
        match self {
            Self::File(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }
}

impl DataFile {
    /// Opens a file and reads its headings. No value has been looked at yet.
    ///
    /// # Errors
    ///
    /// A file that can't be read, columns missing or not in the structure; of Parquet, columns whose
    /// type can't be read as that of their component.
    pub fn open(
        path: impl Into<PathBuf>,
        format: FileFormat,
        structure: DataStructure,
    ) -> Result<Self, Vec<Diagnostic>> {
        let path = path.into();
        Self::new(path.clone(), Contents::File(path), format, structure)
    }

    /// A file that is in memory already; `path` is only for the places of faults.
    ///
    /// # Errors
    ///
    /// See [`Self::open`].
    pub fn in_memory(
        path: impl Into<PathBuf>,
        bytes: Bytes,
        format: FileFormat,
        structure: DataStructure,
    ) -> Result<Self, Vec<Diagnostic>> {
        Self::new(path.into(), Contents::Memory(bytes), format, structure)
    }

    fn new(
        path: PathBuf,
        contents: Contents,
        format: FileFormat,
        structure: DataStructure,
    ) -> Result<Self, Vec<Diagnostic>> {
        let layout = match format {
            FileFormat::Csv => Layout::Csv(csv::Layout::read(&path, &contents, &structure)?),
            FileFormat::Parquet => {
                Layout::Parquet(parquet::Layout::read(&path, &contents, &structure)?)
            }
        };
        let (trusted, unsound) = (false, AtomicBool::new(false));
        let opened = Arc::new(Opened { path, contents, structure, layout, trusted, unsound });
        Ok(Self {
            opened,
            claimed: AtomicBool::new(false),
            check: Mutex::default(),
            sound: AtomicBool::new(false),
        })
    }

    /// The file, whose values and keys are taken on trust. What is wrong with them then shows in the
    /// results, if at all.
    #[must_use]
    pub fn trusted(self) -> Self {
        let Opened { path, contents, structure, layout, .. } = match Arc::try_unwrap(self.opened) {
            Ok(opened) => opened,
            // Somebody is reading it already, with checks.
            Err(opened) => return Self { opened, ..self },
        };
        let (trusted, unsound) = (true, AtomicBool::new(false));
        let opened = Arc::new(Opened { path, contents, structure, layout, trusted, unsound });
        Self { opened, ..self }
    }

    /// What its observations look like.
    pub fn structure(&self) -> &DataStructure {
        &self.opened.structure
    }

    /// About how many observations it has.
    pub fn rows(&self) -> usize {
        self.opened.rows()
    }

    /// The components at these places of the structure, in that order, of all observations, in parts
    /// to be read side by side. A batch has the Arrow types of [`crate::described`]'s values: `Int64`,
    /// `Float64`, `Boolean`, and `Utf8View` for whatever else.
    ///
    /// The first scan also checks the file, unless it is trusted.
    pub fn scan(&self, components: &[usize], parts: NonZeroUsize) -> Vec<Scan> {
        let check = self.first_check(parts.get());
        self.opened.scan(components, parts.get(), check)
    }

    /// The extents of a component in the pieces that the file is kept in, if they are known and the
    /// observations look sorted by it.
    pub fn extents(&self, component: usize) -> Option<Extents> {
        let Layout::Parquet(layout) = &self.opened.layout else { return None };
        let extents = layout.extents(&self.opened.structure, component)?;
        let first = self.opened.scan(&[component], 1, None).pop()?.next()?.ok()?;
        keys::never_falls(first.column(0)).then_some(extents)
    }

    /// Like [`Self::scan`], with a part for each piece that the file is kept in: those of
    /// [`Self::extents`].
    pub fn pieces(&self, components: &[usize]) -> Vec<Scan> {
        let queues = self.opened.queue().apart();
        let check = self.first_check(queues.len());
        let part = |queue| self.opened.part(components, Arc::new(Mutex::new(queue)), check.clone());
        queues.into_iter().map(part).collect()
    }

    fn first_check(&self, parts: usize) -> Option<Arc<Check>> {
        let is_first = !self.opened.trusted && !self.claimed.swap(true, Ordering::Relaxed);
        is_first.then(|| {
            let check = Arc::new(Check::new(&self.opened, parts, None));
            *lock(&self.check) = Some(Arc::clone(&check));
            check
        })
    }

    /// Whether all is well with the file: of the rows that no scan has read and checked, this reads
    /// them itself.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file, by line and column or by row: quotation marks that
    /// don't pair up, rows of another length, values of another type, null or repeated identifiers.
    pub fn settle(&self, threads: NonZeroUsize) -> Result<(), Vec<Diagnostic>> {
        if self.sound.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.opened.trusted {
            // Even on trust, a word can't be read as a number.
            return match self.opened.unsound.load(Ordering::Relaxed) {
                true => Err(self.opened.faults()),
                false => Ok(()),
            };
        }
        self.checked(threads.get())?;
        self.sound.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn checked(&self, threads: usize) -> Result<(), Vec<Diagnostic>> {
        let check = lock(&self.check).take().and_then(Arc::into_inner);
        let verdict = match check {
            Some(check) => check.verdict(threads),
            None => self.opened.check(threads, None),
        };
        let verdict = match verdict {
            Some(Verdict::Unknown) => self.opened.check(threads, Some(self.hashed(threads))),
            known => known,
        };
        match verdict {
            Some(Verdict::Unique) => Ok(()),
            Some(Verdict::Suspect(hashes)) => self.opened.duplicates(&hashes),
            Some(Verdict::Unknown) | None => match self.opened.faults() {
                faults if faults.is_empty() => self.settle_again(threads),
                faults => Err(faults),
            },
        }
    }

    fn hashed(&self, threads: usize) -> Keys {
        Keys::hashed(self.rows() / threads)
    }

    /// A scan that was given up before its end has seen no fault, and says nothing about the keys.
    fn settle_again(&self, threads: usize) -> Result<(), Vec<Diagnostic>> {
        match self.opened.check(threads, Some(self.hashed(threads))) {
            Some(Verdict::Suspect(hashes)) => self.opened.duplicates(&hashes),
            _ => Ok(()),
        }
    }

    /// All observations, in the order of the file.
    ///
    /// # Errors
    ///
    /// See [`Self::settle`].
    pub fn read(&self) -> Result<RecordBatch, Vec<Diagnostic>> {
        let all: Vec<usize> = (0..self.structure().components().len()).collect();
        let batches: Result<Vec<RecordBatch>, Unsound> =
            self.scan(&all, NonZeroUsize::MIN).into_iter().flatten().collect();
        self.settle(NonZeroUsize::MIN)?;
        let schema = self.opened.schema(&all);
        batches
            .map_err(|unsound| unsound.to_string())
            .and_then(|batches| concat_batches(&schema, &batches).map_err(|e| e.to_string()))
            .map_err(|message| vec![unreadable(&self.opened.path, &io::Error::other(message))])
    }
}

/// The rows that were decoded together.
#[derive(Default)]
struct Decoded {
    arrays: Vec<ArrayRef>,
    /// The line or the number of each row.
    positions: Vec<usize>,
}

/// Pieces of a file that have not been read yet.
enum Queue {
    Csv(csv::Cutter),
    RowGroups(Range<usize>),
    Unreadable,
}

impl Queue {
    /// A queue for each piece, where it is known beforehand which there are.
    fn apart(self) -> Vec<Self> {
        match self {
            Self::RowGroups(groups) => groups.map(|n| Self::RowGroups(n..n + 1)).collect(),
            whole => vec![whole],
        }
    }
}

enum Piece {
    Csv(Vec<u8>),
    RowGroup(usize),
}

impl Opened {
    fn rows(&self) -> usize {
        match &self.layout {
            Layout::Csv(layout) => layout.rows,
            Layout::Parquet(layout) => layout.rows,
        }
    }

    fn queue(&self) -> Queue {
        match &self.layout {
            Layout::Csv(layout) => {
                layout.pieces(&self.contents).map_or(Queue::Unreadable, Queue::Csv)
            }
            Layout::Parquet(layout) => Queue::RowGroups(0..layout.groups()),
        }
    }

    fn scan(
        self: &Arc<Self>,
        wanted: &[usize],
        parts: usize,
        check: Option<Arc<Check>>,
    ) -> Vec<Scan> {
        let queue = Arc::new(Mutex::new(self.queue()));
        let part = || self.part(wanted, Arc::clone(&queue), check.clone());
        std::iter::repeat_with(part).take(parts).collect()
    }

    fn part(
        self: &Arc<Self>,
        wanted: &[usize],
        queue: Arc<Mutex<Queue>>,
        check: Option<Arc<Check>>,
    ) -> Scan {
        let mut read = wanted.to_vec();
        if check.is_some() {
            let components = self.structure.components().iter().enumerate();
            read.extend(
                components
                    .filter(|(n, component)| !wanted.contains(n) && self.is_looked_at(component))
                    .map(|(n, _)| n),
            );
        }
        Scan {
            schema: self.schema(wanted),
            file: Arc::clone(self),
            queue,
            wanted: wanted.len(),
            read,
            row_group: None,
            ready: VecDeque::new(),
            check: check.map(|check| (check, Seen::default())),
        }
    }

    fn is_looked_at(&self, component: &Component) -> bool {
        matches!(self.layout, Layout::Csv(_)) || !parquet::is_settled_by_schema(component)
    }

    fn schema(&self, components: &[usize]) -> Arc<Schema> {
        let components = components.iter().map(|&n| &self.structure.components()[n]);
        Arc::new(Schema::new(components.map(field).collect::<Vec<_>>()))
    }

    fn identifiers(&self) -> Vec<usize> {
        let components = self.structure.components();
        let is_identifier =
            |n: &usize| self.structure.identifiers().any(|id| *id == components[*n]);
        (0..components.len()).filter(is_identifier).collect()
    }

    /// Reads the whole file for the sake of checking it; none where a fault was met.
    fn check(self: &Arc<Self>, threads: usize, keys: Option<Keys>) -> Option<Verdict> {
        let check = Arc::new(Check::new(self, threads, keys));
        let parts = self.scan(&[], threads, Some(Arc::clone(&check)));
        std::thread::scope(|scope| {
            for part in parts {
                scope.spawn(|| part.for_each(drop));
            }
        });
        Arc::into_inner(check)?.verdict(threads)
    }

    /// Goes through all rows in order, from the start: the components wanted, with the line or number
    /// of each row.
    fn walk(
        &self,
        wanted: &[usize],
        faults: &mut Faults,
        each: &mut dyn FnMut(&Decoded, &mut Faults),
    ) {
        match (&self.layout, self.queue()) {
            (Layout::Csv(layout), Queue::Csv(mut cutter)) => {
                let mut line = layout.first_line();
                while !faults.is_full() {
                    let bytes = match cutter.next_piece() {
                        Ok(Some(bytes)) => bytes,
                        Ok(None) => break,
                        Err(error) => return faults.push(unreadable(&self.path, &error)),
                    };
                    let found = faults.count();
                    let (piece, asked) = ((&bytes[..], line), (wanted, false));
                    let (decoded, next) =
                        layout.decode(&self.path, &self.structure, piece, asked, faults);
                    line = next;
                    if faults.count() == found {
                        each(&decoded, faults);
                    }
                }
            }
            (Layout::Parquet(layout), Queue::RowGroups(groups)) => {
                for group in groups {
                    let batches = match layout.open(&self.path, &self.contents, group, wanted) {
                        Ok(batches) => batches,
                        Err(fault) => return faults.push(fault),
                    };
                    let mut first_row = layout.first_row(group);
                    for batch in batches {
                        let batch = match batch {
                            Ok(batch) => batch,
                            Err(error) => {
                                return faults.push(parquet::unreadable(&self.path, &error));
                            }
                        };
                        let (rows, asked) = ((&batch, first_row), (wanted, false));
                        let found = faults.count();
                        let decoded =
                            layout.decode(&self.path, &self.structure, rows, asked, faults);
                        first_row += batch.num_rows();
                        if faults.count() == found {
                            each(&decoded, faults);
                        }
                        if faults.is_full() {
                            return;
                        }
                    }
                }
            }
            _ => {
                let error = io::Error::other("the file is no longer there");
                faults.push(unreadable(&self.path, &error));
            }
        }
    }

    /// What is wrong with the values.
    fn faults(&self) -> Vec<Diagnostic> {
        let all: Vec<usize> = (0..self.structure.components().len()).collect();
        let mut faults = Faults::default();
        self.walk(&all, &mut faults, &mut |_, _| {});
        faults.or(()).err().unwrap_or_default()
    }

    /// The keys that occur more than once, among those with one of the hashes (in order).
    fn duplicates(&self, hashes: &[u64]) -> Result<(), Vec<Diagnostic>> {
        let identifiers = self.identifiers();
        let is_csv = matches!(self.layout, Layout::Csv(_));
        let told = |position: usize| match is_csv {
            true => format!("line {position}"),
            false => format!("row {position}"),
        };
        let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
        let mut faults = Faults::default();
        self.walk(&identifiers, &mut faults, &mut |decoded, faults| {
            let keys = keys::hashes(&decoded.arrays);
            for (row, &position) in decoded.positions.iter().enumerate() {
                if keys.get(row).is_some_and(|hash| hashes.binary_search(hash).is_err()) {
                    continue;
                }
                let key: Vec<String> =
                    decoded.arrays.iter().filter_map(|array| value(array, row)).collect();
                let first = match seen.entry(key) {
                    Entry::Vacant(free) => {
                        free.insert(position);
                        continue;
                    }
                    Entry::Occupied(first) => first,
                };
                let named: Vec<String> = identifiers
                    .iter()
                    .zip(first.key())
                    .map(|(&n, value)| format!("{} = {value}", self.structure.components()[n].name))
                    .collect();
                let (this, first) = (told(position), told(*first.get()));
                let message = match named.is_empty() {
                    true => {
                        format!("without identifiers there is one observation, and {first} has it")
                    }
                    false => format!("{this} has the key of {first}: {}", named.join(", ")),
                };
                let place = match is_csv {
                    true => Place::Line { file: self.path.clone(), line: position, column: None },
                    false => self.path.as_path().into(),
                };
                faults.push(Diagnostic::new(&DUPLICATE_OBSERVATION, place, message));
                if faults.is_full() {
                    break;
                }
            }
        });
        faults.or(())
    }
}

/// What the parts of a scan find out together.
#[derive(Debug)]
struct Check {
    /// The places of the identifiers.
    identifiers: Vec<usize>,
    keys: Keys,
    rows: AtomicUsize,
    /// How many parts have not come to their end.
    unfinished: AtomicUsize,
}

impl Check {
    /// Keys of which nothing is known are guessed from the file's first rows.
    fn new(file: &Arc<Opened>, parts: usize, keys: Option<Keys>) -> Self {
        let identifiers = file.identifiers();
        let guess = || {
            let first = file.scan(&identifiers, 1, None).pop().and_then(|mut part| part.next());
            let rows = file.rows() / parts;
            let first = first.and_then(Result::ok);
            first.map_or_else(|| Keys::hashed(rows), |batch| Keys::guess(batch.columns(), rows))
        };
        Self {
            keys: keys.unwrap_or_else(guess),
            identifiers,
            rows: AtomicUsize::new(0),
            unfinished: AtomicUsize::new(parts),
        }
    }

    /// What the parts have found; none where one did not come to its end.
    fn verdict(self, threads: usize) -> Option<Verdict> {
        if self.unfinished.into_inner() > 0 {
            return None;
        }
        if self.identifiers.is_empty() {
            let one_at_most = self.rows.into_inner() <= 1;
            return Some(if one_at_most { Verdict::Unique } else { Verdict::Suspect(Vec::new()) });
        }
        self.keys.verdict(threads).ok()
    }
}

/// One part of a file's rows, in batches.
pub struct Scan {
    file: Arc<Opened>,
    queue: Arc<Mutex<Queue>>,
    schema: Arc<Schema>,
    /// How many of the components read are wanted; the others are only checked.
    wanted: usize,
    read: Vec<usize>,
    row_group: Option<::parquet::arrow::arrow_reader::ParquetRecordBatchReader>,
    ready: VecDeque<RecordBatch>,
    check: Option<(Arc<Check>, Seen)>,
}

/// Something is wrong with a file: [`DataFile::settle`] says what.
#[derive(Clone, Debug)]
pub struct Unsound(PathBuf);

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has faults", self.0.display())
    }
}

impl std::error::Error for Unsound {}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("file", &self.file.path).finish_non_exhaustive()
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, Unsound>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Some(Ok(batch));
            }
            let mut faults = Faults::default();
            let decoded = self.decoded(&mut faults);
            if faults.count() > 0 {
                self.check = None;
                self.file.unsound.store(true, Ordering::Relaxed);
                return Some(Err(Unsound(self.file.path.clone())));
            }
            let Some(decoded) = decoded else {
                if let Some((check, seen)) = self.check.take() {
                    check.keys.merge(seen);
                    check.unfinished.fetch_sub(1, Ordering::Relaxed);
                }
                return None;
            };
            if self.take(decoded).is_none() {
                return Some(Err(Unsound(self.file.path.clone())));
            }
        }
    }
}

impl Scan {
    /// So many rows are passed on at once.
    const ROWS: usize = 8192;

    /// The next rows, of which none are left when it gives none.
    fn decoded(&mut self, faults: &mut Faults) -> Option<Decoded> {
        let Opened { path, contents, structure, layout, .. } = &*self.file;
        let asked = (&self.read[..], self.check.is_none());
        loop {
            if let (Layout::Parquet(layout), Some(batches)) = (layout, &mut self.row_group) {
                match batches.next() {
                    Some(Ok(batch)) => {
                        return Some(layout.decode(path, structure, (&batch, 0), asked, faults));
                    }
                    Some(Err(error)) => faults.push(parquet::unreadable(path, &error)),
                    None => self.row_group = None,
                }
            }
            if faults.count() > 0 {
                return None;
            }
            let piece = match &mut *lock(&self.queue) {
                Queue::Csv(cutter) => match cutter.next_piece() {
                    Ok(piece) => piece.map(Piece::Csv),
                    Err(error) => {
                        faults.push(unreadable(path, &error));
                        return None;
                    }
                },
                Queue::RowGroups(groups) => groups.next().map(Piece::RowGroup),
                Queue::Unreadable => {
                    faults.push(unreadable(path, &io::Error::other("it is no longer there")));
                    return None;
                }
            };
            match (layout, piece?) {
                (Layout::Csv(layout), Piece::Csv(bytes)) => {
                    return Some(layout.decode(path, structure, (&bytes, 1), asked, faults).0);
                }
                (Layout::Parquet(layout), Piece::RowGroup(group)) => {
                    match layout.open(path, contents, group, &self.read) {
                        Ok(batches) => self.row_group = Some(batches),
                        Err(fault) => faults.push(fault),
                    }
                }
                // A file has the pieces of its own format.
                _ => return None,
            }
        }
    }

    /// Checks the keys and makes the rest ready to be passed on; none if that can't be done.
    fn take(&mut self, decoded: Decoded) -> Option<()> {
        let Decoded { mut arrays, positions } = decoded;
        let rows = positions.len();
        if let Some((check, seen)) = &mut self.check {
            check.rows.fetch_add(rows, Ordering::Relaxed);
            let key = |id: &usize| {
                let at = self.read.iter().position(|read| read == id)?;
                arrays.get(at).cloned()
            };
            let keys = check.identifiers.iter().map(key).collect::<Option<Vec<_>>>()?;
            check.keys.see(&keys, seen).ok()?;
        }
        arrays.truncate(self.wanted);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::clone(&self.schema);
        let batch = RecordBatch::try_new_with_options(schema, arrays, &options).ok()?;
        let slice = |from: usize| batch.slice(from, Self::ROWS.min(rows - from));
        self.ready.extend((0..rows).step_by(Self::ROWS).map(slice));
        Some(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The column of a component.
fn field(component: &Component) -> Field {
    let data_type = match component.data_type {
        DataType::Integer => ArrowType::Int64,
        DataType::Number => ArrowType::Float64,
        DataType::Boolean => ArrowType::Boolean,
        _ => ArrowType::Utf8View,
    };
    Field::new(&component.name, data_type, true)
}

fn unreadable(file: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(&UNREADABLE_FILE, file, format!("can't read the file: {error}"))
}

/// The column of each component.
fn columns(
    structure: &DataStructure,
    headings: &[&str],
    place: &dyn Fn(usize) -> Place,
    file: &Path,
) -> Result<Vec<usize>, Vec<Diagnostic>> {
    let mut faults = Faults::default();
    let mut at = Vec::new();
    for Component { name, .. } in structure.components() {
        let mut found = (0..headings.len()).filter(|&column| headings[column] == name);
        match (found.next(), found.next()) {
            (Some(column), None) => at.push(column),
            (Some(_), Some(second)) => {
                let message = format!("two columns have the heading `{name}`");
                faults.push(Diagnostic::new(&AMBIGUOUS_COLUMN, place(second), message));
            }
            (None, _) => {
                let message = format!("there is no column `{name}`");
                let fault = Diagnostic::new(&MISSING_COLUMN, file, message);
                faults.push(fault.with_help(format!("the file has {}", listed(headings))));
            }
        }
    }
    for (column, heading) in headings.iter().enumerate() {
        if structure.get(heading).is_none() {
            let message = match heading.is_empty() {
                true => format!("column {} has no heading", column + 1),
                false => format!("the structure has no component `{heading}`"),
            };
            faults.push(Diagnostic::new(&UNEXPECTED_COLUMN, place(column), message));
        }
    }
    faults.or(at)
}

fn listed(headings: &[&str]) -> String {
    headings.iter().map(|heading| format!("`{heading}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::{Names, write};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn structure() -> DataStructure {
        DataStructure::new([
            Component::identifier("ID", DataType::Integer),
            Component::identifier("PERIOD", DataType::TimePeriod),
            Component::measure("VALUE", DataType::Number),
            Component::attribute("NOTE", DataType::String),
        ])
    }

    fn read_csv(bytes: &[u8]) -> Result<RecordBatch, Vec<Diagnostic>> {
        let bytes = Bytes::copy_from_slice(bytes);
        DataFile::in_memory("d.csv", bytes, FileFormat::Csv, structure())?.read()
    }

    fn read_parquet(
        bytes: Vec<u8>,
        structure: &DataStructure,
    ) -> Result<RecordBatch, Vec<Diagnostic>> {
        let format = FileFormat::Parquet;
        DataFile::in_memory("d.parquet", bytes.into(), format, structure.clone())?.read()
    }

    /// The rows as CSV, or the faults.
    fn told(bytes: &[u8]) -> String {
        match read_csv(bytes) {
            Ok(batch) => csv_headings(&batch.schema()) + &csv_rows(&batch),
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn rows_are_read_or_refused_by_line_and_column() {
        const HEAD: &str = "ID,PERIOD,VALUE,NOTE\n";
        for (text, expected) in [
            ("ID,PERIOD,VALUE,NOTE\n", HEAD.to_owned()),
            (
                "\u{feff}NOTE,VALUE,PERIOD,ID\r\n\"two\r\nlines, \"\"so\"\"\",1.50,2023Q1,7\r\n,,2023,8",
                format!("{HEAD}7,2023-Q1,1.5,\"two\r\nlines, \"\"so\"\"\"\n8,2023,,\n"),
            ),
            ("", "d.csv: the file is empty (F001)".to_owned()),
            (
                "ID,PERIOD,VALUE,note,\n",
                "d.csv: there is no column `NOTE` (F006)\n\
                 d.csv: line 1: the structure has no component `note` (F022)\n\
                 d.csv: line 1: column 5 has no heading (F022)"
                    .to_owned(),
            ),
            (
                "ID,PERIOD,VALUE,NOTE,ID\n",
                "d.csv: line 1: two columns have the heading `ID` (F007)".to_owned(),
            ),
            (
                "ID,PERIOD,VALUE,NOTE\n1,2023,x,\n1.5,never,inf,\n,2023,1,\n1,2023,1\n1,2023,1,a,b\n",
                "d.csv: line 2, column \"VALUE\": `x` is not of type number (F009)\n\
                 d.csv: line 3, column \"ID\": `1.5` is not of type integer (F009)\n\
                 d.csv: line 3, column \"PERIOD\": `never` is not of type time_period (F009)\n\
                 d.csv: line 3, column \"VALUE\": `inf` is not of type number (F009)\n\
                 d.csv: line 4, column \"ID\": identifier `ID` is empty (F012)\n\
                 d.csv: line 5: the row has 3 fields, not 4 (F004)\n\
                 d.csv: line 6: the row has 5 fields, not 4 (F004)"
                    .to_owned(),
            ),
            (
                "ID,PERIOD,VALUE,NOTE\n1,2023,,\"a\nb\"\n\n2,2023,,\n01,2023A,,\n",
                "d.csv: line 6: line 6 has the key of line 2: ID = 1, PERIOD = 2023 (F013)"
                    .to_owned(),
            ),
        ] {
            assert_eq!(told(text.as_bytes()), expected, "{text:?}");
        }
    }

    /// Files of others come compressed in any of these ways; Snappy is what most tools write.
    #[test]
    fn parquet_is_read_however_it_is_compressed() {
        use ::parquet::arrow::ArrowWriter;
        use ::parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
        use ::parquet::file::properties::WriterProperties;
        let csv = b"ID,PERIOD,VALUE,NOTE\n1,2023,0.1,\n2,2023,,x\n";
        let batch = read_csv(csv).unwrap();
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::BROTLI(BrotliLevel::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let properties = WriterProperties::builder().set_compression(compression).build();
            let mut bytes = Vec::new();
            let mut writer =
                ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            let read = read_parquet(bytes, &structure()).unwrap();
            assert_eq!(read.columns(), batch.columns(), "{compression:?}");
        }
    }

    #[test]
    fn parquet_is_read_whole_or_refused() {
        let csv = b"ID,PERIOD,VALUE,NOTE\n1,2023,0.1,\n2,2023,,x\n";
        let batch = read_csv(csv).unwrap();
        let bytes = write(&structure(), &batch, &Names::default()).unwrap();
        let read = read_parquet(bytes.clone(), &structure()).unwrap();
        assert_eq!(read.columns(), batch.columns());

        let told = |bytes: Vec<u8>, structure: &DataStructure| {
            let faults = read_parquet(bytes, structure).unwrap_err();
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        for length in (0..bytes.len()).step_by(7) {
            assert!(told(bytes[..length].to_vec(), &structure()).contains("F021"), "{length}");
        }
        let other = DataStructure::new([
            Component::identifier("ID", DataType::String),
            Component::identifier("PERIOD", DataType::Date),
            Component::measure("MISSING", DataType::Number),
            Component::measure("VALUE", DataType::Number),
        ]);
        assert_eq!(
            told(bytes.clone(), &other),
            "d.parquet: there is no column `MISSING` (F006)\n\
             d.parquet: the structure has no component `NOTE` (F022)"
        );
        let other = DataStructure::new([
            Component::measure("ID", DataType::String),
            Component::measure("PERIOD", DataType::Date),
            Component { nullable: false, ..Component::measure("VALUE", DataType::Number) },
            Component::attribute("NOTE", DataType::String),
        ]);
        assert_eq!(
            told(bytes.clone(), &other),
            "d.parquet: column `ID` is Int64 in Parquet, not of type string (F009)"
        );
        let other = DataStructure::new([
            Component::measure("ID", DataType::Integer),
            Component::measure("PERIOD", DataType::Date),
            Component { nullable: false, ..Component::measure("VALUE", DataType::Number) },
            Component::attribute("NOTE", DataType::String),
        ]);
        assert_eq!(
            told(bytes, &other),
            "d.parquet: row 1, column `PERIOD`: `2023` is not of type date (F009)\n\
             d.parquet: row 2, column `PERIOD`: `2023` is not of type date (F009)\n\
             d.parquet: row 2, column `VALUE`: `VALUE` is empty and is not nullable (F009)"
        );
    }

    fn keys() -> impl Strategy<Value = Vec<(i64, usize)>> {
        let any = || vec((-3_i64..30, 0_usize..4), 0..40);
        // Sorted by either identifier; sorted, but for the last; and in no order.
        prop_oneof![
            any().prop_map(|mut keys| {
                keys.sort();
                keys
            }),
            any().prop_map(|mut keys| {
                keys.sort_by_key(|&(id, period)| (period, id));
                keys.dedup();
                keys
            }),
            (any(), any()).prop_map(|(mut keys, last)| {
                keys.sort();
                keys.dedup();
                keys.extend(last.first());
                keys
            }),
            any(),
        ]
    }

    proptest! {
        /// Whatever the order of the rows, the pieces they come in and the number of readers.
        #[test]
        fn no_two_observations_have_one_key(
            keys in keys(),
            parts in 1_usize..4,
            group in 1_usize..9,
            cut in 1_usize..5,
        ) {
            let unique = keys.iter().collect::<HashSet<_>>().len() == keys.len();
            let periods = ["2020", "2020-Q1", "2021", "1999-M12"];
            let mut csv = "ID,PERIOD,VALUE,NOTE\n".to_owned();
            for (id, period) in &keys {
                csv += &format!("{id},{},1.5,\n", periods[*period]);
            }
            let trusted = DataFile::in_memory("d.csv", csv.clone().into(), FileFormat::Csv, structure())
                .unwrap()
                .trusted();
            let rows = trusted.read().unwrap();
            let properties = ::parquet::file::properties::WriterProperties::builder()
                .set_max_row_group_row_count(Some(group))
                .build();
            let mut bytes = Vec::new();
            let mut writer =
                ::parquet::arrow::ArrowWriter::try_new(&mut bytes, rows.schema(), Some(properties))
                    .unwrap();
            writer.write(&rows).unwrap();
            writer.close().unwrap();
            for (bytes, format) in [(csv.into_bytes(), FileFormat::Csv), (bytes, FileFormat::Parquet)] {
                let file = DataFile::in_memory("d", bytes.into(), format, structure()).unwrap();
                let parts = NonZeroUsize::new(parts).unwrap();
                let read: usize = file
                    .scan(&[2], parts)
                    .into_iter()
                    // A scan that is given up half-way does not decide anything.
                    .map(|part| part.take(cut).map(|batch| batch.unwrap().num_rows()).sum::<usize>())
                    .sum();
                prop_assert!(read <= keys.len());
                prop_assert_eq!(file.settle(parts).is_ok(), unique, "{:?}", format);
            }
        }
    }
}
