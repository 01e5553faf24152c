//! PC-Axis files, as published and as made up.

use crate::shared;
use arrow::array::{Array, StringViewArray};
use olshem_formats::files::{Known, Writing};
use olshem_formats::message::{Collected, Description, Loss, Observations};
use olshem_formats::{Content, Kind, files};
use olshem_model::{Diagnostic, Role};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// One line for each sample: what is read of it, or why it is refused; then its footnotes.
#[test]
fn samples() {
    let Some(folder) = shared("data/formats/px") else { return };
    insta::assert_snapshot!("px_samples", table_of(&folder, "px"));
}

/// What is read of a sample, written and read again, is the same.
#[test]
fn samples_written() {
    let Some(folder) = shared("data/formats/px") else { return };
    for path in sorted(&folder, "px") {
        let once = read(&Content::file(&path)).unwrap();
        let (text, losses) = written(&once, Kind::Px);
        assert_eq!(losses, [], "{}", path.display());
        let twice = read(&Content::in_memory(&path, text.clone().into_bytes())).unwrap();
        assert_same(&once, &twice, &path.display().to_string());
        assert_eq!(written(&twice, Kind::Px).0, text, "{}", path.display());
    }
}

pub(crate) fn read(content: &Content) -> Result<Collected, Vec<Diagnostic>> {
    files::collect(content, &Known::default()).map(|(_, collected)| collected)
}

/// What was read as another file, and what that can't hold.
pub(crate) fn written(collected: &Collected, kind: Kind) -> (String, Vec<Loss>) {
    written_with(collected, kind, &Writing::default()).unwrap()
}

pub(crate) fn written_with(
    collected: &Collected,
    kind: Kind,
    writing: &Writing,
) -> Result<(String, Vec<Loss>), Diagnostic> {
    let out = Shared::default();
    let mut writer = files::writer(kind, Box::new(out.clone()), writing)?;
    writer.header(collected.header.clone())?;
    writer.metadata(collected.metadata.clone())?;
    for (description, batches) in &collected.datasets {
        writer.dataset(description.clone())?;
        for batch in batches {
            writer.observations(batch.clone())?;
        }
    }
    let losses = writer.finish()?;
    let bytes = out.0.lock().unwrap().clone();
    Ok((String::from_utf8(bytes).unwrap(), losses))
}

/// A file in memory that can be looked at afterwards.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) fn assert_same(one: &Collected, other: &Collected, what: &str) {
    assert_eq!(one.metadata, other.metadata, "{what}");
    assert_eq!(one.datasets.len(), other.datasets.len(), "{what}");
    for ((one, ones), (other, others)) in one.datasets.iter().zip(&other.datasets) {
        let Description { variables, notes, extras, .. } = one;
        for (variable, other) in variables.iter().zip(&other.variables) {
            assert_eq!(variable, other, "{what}");
        }
        assert_eq!(sorted_by_debug(notes), sorted_by_debug(&other.notes), "{what}");
        assert_eq!(sorted_by_debug(extras), sorted_by_debug(&other.extras), "{what}");
        let bare = |description: &Description| Description {
            notes: Vec::new(),
            extras: Vec::new(),
            ..description.clone()
        };
        assert_eq!(bare(one), bare(other), "{what}");
        // Not `assert_eq`, which would print them all.
        let (ones, others) = (rows(ones), rows(others));
        let different = ones.iter().zip(&others).find(|(one, other)| one != other);
        assert_eq!(different, None, "{what}");
        assert_eq!(ones.len(), others.len(), "{what}");
    }
}

fn sorted_by_debug<T: std::fmt::Debug>(items: &[T]) -> Vec<String> {
    let mut texts: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    texts.sort();
    texts
}

/// All rows as texts.
pub(crate) fn rows(batches: &[Observations]) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    for Observations { batch, .. } in batches {
        for row in 0..batch.num_rows() {
            let text = |column: &Arc<dyn Array>| {
                let texts = column.as_any().downcast_ref::<StringViewArray>().unwrap();
                texts.is_valid(row).then(|| texts.value(row).to_owned())
            };
            rows.push(batch.columns().iter().map(text).collect());
        }
    }
    rows
}

pub(crate) fn sorted(folder: &std::path::Path, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    paths.sort();
    paths
}

/// What is read of each file of a folder.
pub(crate) fn table_of(folder: &std::path::Path, ending: &str) -> String {
    let mut table = String::new();
    for path in sorted(folder, ending) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let content = Content::in_memory(&name, std::fs::read(&path).unwrap());
        match read(&content) {
            Ok(collected) => {
                for list in &collected.metadata.codelists {
                    let count = list.content.items().len();
                    writeln!(table, "{name}: the codelist {} of {count} codes", list.reference.id)
                        .unwrap();
                }
                for (description, batches) in &collected.datasets {
                    writeln!(table, "{name}: {}", told(description, batches)).unwrap();
                }
            }
            Err(faults) => table.push_str(&crate::told(&faults)),
        }
    }
    table
}

/// A data set in a few lines.
fn told(description: &Description, batches: &[Observations]) -> String {
    let mut text = description.id.clone();
    for (language, name) in &description.names {
        write!(text, "\n  {language}: {name}").unwrap();
    }
    let rows = rows(batches);
    for (at, variable) in description.variables.iter().enumerate() {
        let component = &variable.component;
        write!(
            text,
            "\n  {} ({}, {})",
            component.name,
            component.role.keyword(),
            component.data_type
        )
        .unwrap();
        match component.role {
            Role::Identifier => {
                let list = variable.codelist.as_ref().unwrap();
                let items = list.items();
                let code = |at: usize| items.get(at).map_or("", |item| &item.code);
                write!(text, ": {} codes, {} … {}", items.len(), code(0), code(items.len() - 1))
                    .unwrap();
                let first = items.first().unwrap();
                write!(text, ", {:?}", first.labels.values().collect::<Vec<_>>()).unwrap();
            }
            Role::Measure => {
                let missing = rows.iter().filter(|row| row[at].is_none()).count();
                write!(text, ": {} cells, {missing} missing", rows.len()).unwrap();
                write!(text, ", decimals {:?}, {:?}", variable.decimals, variable.unit).unwrap();
            }
            _ => {
                let mut counts = std::collections::BTreeMap::new();
                for value in rows.iter().filter_map(|row| row[at].as_ref()) {
                    *counts.entry(value).or_insert(0) += 1;
                }
                write!(text, ": {counts:?}").unwrap();
            }
        }
    }
    for note in &description.notes {
        let on: Vec<String> = note.on.iter().map(|(name, code)| format!("{name}={code}")).collect();
        for (language, text_of_note) in &note.texts {
            let short: String = text_of_note.replace('\n', "⏎").chars().take(60).collect();
            let marked = if note.is_mandatory { "!" } else { "" };
            write!(text, "\n  note{marked} on [{}] {language}: {short}", on.join(", ")).unwrap();
        }
    }
    let source: Vec<&String> = description.source.values().collect();
    write!(text, "\n  source {source:?}, updated {:?}", description.updated).unwrap();
    let extras: Vec<String> = description
        .extras
        .iter()
        .map(|extra| {
            format!(
                "{}{}",
                extra.keyword,
                extra.language.as_deref().map(|l| format!("[{l}]")).unwrap_or_default()
            )
        })
        .collect();
    write!(text, "\n  extras {}", extras.join(" ")).unwrap();
    text
}
