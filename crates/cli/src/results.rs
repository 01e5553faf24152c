//! Results of `vtl run` as files: written beside their places while they are computed, and put there
//! once all of them are whole.

use crate::args::DataFormat;
use crate::commands::one;
use crate::errors::FILE;
use olshem_engine::{Rows, Scalar};
use olshem_formats::described::{DataFile, FileFormat, csv_headings, csv_rows};
use olshem_formats::parquet::{self, Names};
use olshem_formats::structures;
use olshem_model::{Component, DataStructure, DataType, Diagnostic};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

/// The files of a run that is not over yet. Dropped before [`Self::keep`], it leaves none.
pub(crate) struct Results {
    folder: PathBuf,
    /// The folders that were made for it, the innermost first.
    made: Vec<PathBuf>,
    format: DataFormat,
    threads: NonZeroUsize,
    files: Vec<Pending>,
}

/// A file under a temporary name.
struct Pending {
    beside: PathBuf,
    path: PathBuf,
}

impl Results {
    /// Results for a folder, which is made if it does not exist; text is made of rows on so many
    /// threads.
    pub(crate) fn new(
        folder: &Path,
        format: DataFormat,
        threads: NonZeroUsize,
    ) -> Result<Self, Diagnostic> {
        let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let made = folder.ancestors().take_while(is_missing).map(Path::to_path_buf).collect();
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        Ok(Self { folder: folder.to_path_buf(), made, format, threads, files: Vec::new() })
    }

    /// Writes a dataset and its structure.
    pub(crate) fn dataset(&mut self, name: &str, rows: Rows<'_>) -> Result<(), Diagnostic> {
        let structure = rows.structure().clone();
        let (file, path) = self.create(name, self.format.extension())?;
        match self.format {
            DataFormat::Csv => self.csv(file, &path, rows)?,
            DataFormat::Parquet => {
                let names = Names::default();
                let mut writer = parquet::Writer::new(file, &structure, rows.schema(), &names)?;
                for batch in rows {
                    writer.write(&batch?)?;
                }
                writer.finish()?;
            }
        }
        self.describe(name, &structures::write([(name, &structure)], []))
    }

    fn csv(&self, file: File, path: &Path, mut rows: Rows<'_>) -> Result<(), Diagnostic> {
        let mut file = BufWriter::new(file);
        let failed = |error: io::Error| failed(path, &error);
        file.write_all(csv_headings(rows.schema()).as_bytes()).map_err(failed)?;
        loop {
            let batches =
                rows.by_ref().take(self.threads.get()).collect::<Result<Vec<_>, Diagnostic>>()?;
            if batches.is_empty() {
                return file.flush().map_err(failed);
            }
            let texts: Vec<_> = thread::scope(|scope| {
                let workers: Vec<_> =
                    batches.iter().map(|batch| scope.spawn(|| csv_rows(batch))).collect();
                workers.into_iter().map(|worker| worker.join()).collect()
            });
            for text in texts {
                // A worker does not panic; were it to, the panic is passed on.
                let text = text.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                file.write_all(text.as_bytes()).map_err(failed)?;
            }
        }
    }

    /// Writes a scalar, as data of one column and one row, and its type.
    pub(crate) fn scalar(
        &mut self,
        name: &str,
        data_type: DataType,
        value: Option<Scalar>,
    ) -> Result<(), Vec<Diagnostic>> {
        let value = match value {
            None | Some(Scalar::Null(_)) => String::new(),
            Some(value) => value.to_string(),
        };
        let structure = DataStructure::new([Component::measure(name, data_type)]);
        let text = csv_line(name) + &csv_line(&value);
        let rows = DataFile::in_memory(name, text.into(), FileFormat::Csv, structure.clone())?;
        let batch = rows.read()?;
        let (mut file, path) = self.create(name, self.format.extension()).map_err(one)?;
        match self.format {
            DataFormat::Csv => {
                let text = csv_headings(&batch.schema()) + &csv_rows(&batch);
                file.write_all(text.as_bytes()).map_err(|error| one(failed(&path, &error)))?;
            }
            DataFormat::Parquet => {
                let bytes = parquet::write(&structure, &batch, &Names::default()).map_err(one)?;
                file.write_all(&bytes).map_err(|error| one(failed(&path, &error)))?;
            }
        }
        self.describe(name, &structures::write([], [(name, data_type)])).map_err(one)
    }

    /// Puts all files in their places and gives these.
    pub(crate) fn keep(mut self) -> Result<Vec<PathBuf>, Diagnostic> {
        let mut paths = Vec::new();
        for Pending { beside, path } in &self.files {
            std::fs::rename(beside, path).map_err(|error| failed(path, &error))?;
            paths.push(path.clone());
        }
        self.files.clear();
        self.made.clear();
        Ok(paths)
    }

    fn describe(&mut self, name: &str, description: &str) -> Result<(), Diagnostic> {
        let (mut file, path) = self.create(name, "json")?;
        file.write_all(description.as_bytes()).map_err(|error| failed(&path, &error))
    }

    fn create(&mut self, name: &str, extension: &str) -> Result<(File, PathBuf), Diagnostic> {
        let path = self.folder.join(format!("{name}.{extension}"));
        let beside = self.folder.join(format!(".{name}.{extension}.{}.new", std::process::id()));
        let file = File::create(&beside).map_err(|error| failed(&path, &error))?;
        self.files.push(Pending { beside, path: path.clone() });
        Ok((file, path))
    }
}

impl Drop for Results {
    fn drop(&mut self) {
        for file in &self.files {
            // Those that are in their places already are not there.
            let _ = std::fs::remove_file(&file.beside);
        }
        for folder in &self.made {
            // One in which somebody else has put something stays.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(&FILE, path, format!("can't write the file: {error}"))
}

fn csv_line(field: &str) -> String {
    format!("\"{}\"\n", field.replace('"', "\"\""))
}
