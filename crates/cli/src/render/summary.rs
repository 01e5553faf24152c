//! What a statistical file holds, for people.

use crate::render::Page;
use crate::render::table::{Column, draw};
use crate::terminal::{Terminal, Tone};
use olshem_formats::Kind;
use olshem_formats::message::{Note, Variable};
use olshem_formats::metadata::{Artefact, Metadata, Part};
use olshem_formats::summary::{DatasetSummary, Summary, Values};
use olshem_formats::survey::{Holds, Survey};
use olshem_model::codelist::{Item, Labels};
use olshem_model::{Role, TimePeriod};
use olshem_words::Words;
use std::path::Path;

/// The file that is looked into.
#[derive(Debug)]
pub(crate) struct File<'a> {
    /// Its name.
    pub(crate) path: &'a Path,
    /// Its format.
    pub(crate) kind: Kind,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its checksum in hexadecimal.
    pub(crate) sha256: &'a str,
}

/// The file's summary.
pub(crate) fn summary(
    file: &File<'_>,
    summary: &Summary,
    all: bool,
    words: &Words,
    terminal: Terminal,
) -> String {
    let mut page = begin(file, words, terminal);
    let header = &summary.header;
    let sent = [
        ("file-sender", header.sender.as_deref()),
        ("file-prepared", header.prepared.as_deref()),
        ("file-name", label(&header.names, words)),
    ];
    for (key, text) in sent {
        if let Some(text) = text {
            page.paragraph(0, Tone::Plain, &words.with(key, &[("text", text.to_owned().into())]));
        }
    }
    for remark in &header.remarks {
        page.aside(0, "note", remark);
    }
    let mut view = View { page, words, most: if all { usize::MAX } else { MOST } };
    view.structures(&summary.metadata, !summary.datasets.is_empty());
    for dataset in &summary.datasets {
        view.dataset(dataset);
    }
    view.page.into_text()
}

/// A page that begins with what is known of any file.
fn begin<'a>(file: &File<'_>, words: &'a Words, terminal: Terminal) -> Page<'a> {
    let mut page = Page::new(words, terminal);
    page.heading(&file.path.display().to_string());
    page.paragraph(0, Tone::Plain, &format!("{} · {}", file.kind, size(file.size, words)));
    page.paragraph(0, Tone::Quiet, &format!("sha256 {}", file.sha256));
    page
}

/// The sheets of a workbook and the tables found on them.
pub(crate) fn survey(
    file: &File<'_>,
    survey: &Survey,
    all: bool,
    words: &Words,
    terminal: Terminal,
) -> String {
    let mut page = begin(file, words, terminal);
    let most = if all { usize::MAX } else { MOST };
    for sheet in &survey.sheets {
        let name = sheet.name.as_deref().unwrap_or_default().to_owned();
        page.heading(&words.with("file-sheet", &[("name", name.into())]));
        page.paragraph(0, Tone::Plain, &words.with("file-rows", &[("n", sheet.rows.into())]));
        for table in &sheet.tables {
            page.gap();
            let header: Vec<String> = table.header.iter().map(ToString::to_string).collect();
            let arguments = [("range", table.range().into()), ("header", header.join(", ").into())];
            let line = words
                .with(if header.is_empty() { "file-bare-table" } else { "file-table" }, &arguments);
            page.paragraph(0, Tone::Strong, &line);
            for title in table.titles.iter().take(most) {
                page.paragraph(2, Tone::Plain, &one_line(title));
            }
            for column in table.columns.iter().take(most) {
                let holds = match column.holds {
                    Holds::Labels => "file-labels",
                    Holds::Codes => "file-codes",
                    Holds::Periods => "file-periods-held",
                    Holds::Numbers => "file-numbers",
                };
                let heading = one_line(&column.heading);
                let line = format!("{}  {}  {heading}", column.letters(), words.get(holds));
                page.paragraph(2, Tone::Plain, &line);
            }
            let left = table.columns.len().saturating_sub(most);
            if left > 0 {
                page.paragraph(2, Tone::Quiet, &words.with("file-more", &[("n", left.into())]));
            }
            for note in table.notes.iter().take(most) {
                page.aside(2, "note", &one_line(note));
            }
        }
    }
    page.into_text()
}

/// How many codes, notes and rows are shown unless all are asked for.
const MOST: usize = 8;

fn size(bytes: u64, words: &Words) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    // A file of 2⁵³ bytes is not to be met.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{} {name}", words.number(bytes / unit, 1)),
        None => format!("{} B", words.number(bytes, 0)),
    }
}

/// A label in the reader's language, else in English, else in any.
pub(crate) fn label<'l>(labels: &'l Labels, words: &Words) -> Option<&'l str> {
    let own = labels.get(words.locale().tag()).or_else(|| labels.get("en"));
    own.or_else(|| labels.values().next()).map(String::as_str)
}

struct View<'p> {
    page: Page<'p>,
    words: &'p Words,
    most: usize,
}

impl View<'_> {
    fn structures(&mut self, metadata: &Metadata, with_data: bool) {
        if metadata.is_empty() {
            return;
        }
        self.page.heading(&self.words.get("file-structures"));
        let mut rows: Vec<[String; 3]> = Vec::new();
        self.rows(&mut rows, &metadata.dataflows, |_| None);
        self.rows(&mut rows, &metadata.structures, |s| Some(s.len()));
        self.rows(&mut rows, &metadata.concept_schemes, |s| Some(s.len()));
        self.rows(&mut rows, &metadata.codelists, |list| Some(list.items().len()));
        self.rows(&mut rows, &metadata.hierarchies, |h| Some(h.len()));
        self.rows(&mut rows, &metadata.constraints, |c| Some(c.regions.len()));
        self.rows(&mut rows, &metadata.item_schemes, |s| Some(s.len()));
        self.rows(&mut rows, &metadata.transformation_schemes, |s| Some(s.len()));
        self.rows(&mut rows, &metadata.provision_agreements, |_| None);
        self.rows(&mut rows, &metadata.others, |()| None);
        let [ids, counts, names] =
            [0, 1, 2].map(|n| rows.iter().map(|row| row[n].clone()).collect());
        let column =
            |title: &str, numeric, cells| Column { title: self.words.get(title), numeric, cells };
        let columns = [
            column("file-artefact", false, ids),
            column("file-items", true, counts),
            column("file-called", false, names),
        ];
        draw(&mut self.page, &columns);
        // With data, a data set's own table says the same.
        if with_data {
            return;
        }
        for structure in &metadata.structures {
            self.page.heading(&structure.reference.id);
            for definition in &structure.content {
                let part = match &definition.part {
                    Part::Dimension => "file-dimension",
                    Part::TimeDimension => "file-time-dimension",
                    Part::MeasureDimension => "file-measure-dimension",
                    Part::Measure => "file-measure",
                    Part::Attribute { .. } => "file-attribute",
                    Part::Group(_) => "file-group",
                };
                let list = definition.representation.codelist.as_ref();
                let list = list.map(|list| format!(" ({}:{})", list.agency, list.id));
                let line = format!(
                    "{}: {}{}",
                    definition.id,
                    self.words.get(part),
                    list.unwrap_or_default()
                );
                self.page.paragraph(2, Tone::Plain, &line);
            }
        }
        for list in &metadata.codelists {
            self.page.heading(&list.reference.id);
            self.items(list.content.items());
        }
    }

    fn rows<T>(
        &self,
        rows: &mut Vec<[String; 3]>,
        artefacts: &[Artefact<T>],
        count: impl Fn(&T) -> Option<usize>,
    ) {
        for artefact in artefacts {
            let reference = &artefact.reference;
            let (_, class) = reference.class.name(false);
            let version = Some(&reference.version).filter(|v| !v.is_empty());
            let version = version.map(|v| format!("({v})")).unwrap_or_default();
            rows.push([
                format!("{class} {}:{}{version}", reference.agency, reference.id),
                count(&artefact.content).map(|n| n.to_string()).unwrap_or_default(),
                one_line(label(&artefact.names, self.words).unwrap_or_default()),
            ]);
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items.iter().take(self.most) {
            let parent = item.parent.as_ref().map(|parent| format!(" < {parent}"));
            let text = label(&item.labels, self.words).unwrap_or_default();
            let text = one_line(text);
            let line = format!("{} {text}{}", item.code, parent.unwrap_or_default());
            self.page.paragraph(2, Tone::Plain, &line);
        }
        self.more(items.len().saturating_sub(self.most));
    }

    fn more(&mut self, left: usize) {
        if left > 0 {
            let line = self.words.with("file-more", &[("n", left.into())]);
            self.page.paragraph(2, Tone::Quiet, &line);
        }
    }

    fn dataset(&mut self, dataset: &DatasetSummary) {
        let description = &dataset.description;
        self.page.heading(&self.words.with("file-dataset", &[("id", (&description.id).into())]));
        if let Some(name) = label(&description.names, self.words) {
            self.page.paragraph(0, Tone::Strong, &one_line(name));
        }
        let count = self.words.with("file-observations", &[("n", dataset.observations.into())]);
        self.page.paragraph(0, Tone::Plain, &count);
        for (key, text) in [
            (
                "file-structure",
                description
                    .dataflow
                    .as_ref()
                    .or(description.structure.as_ref())
                    .map(ToString::to_string),
            ),
            ("file-source", label(&description.source, self.words).map(str::to_owned)),
            ("file-updated", description.updated.clone()),
        ] {
            if let Some(text) = text {
                let line = self.words.with(key, &[("text", text.into())]);
                self.page.paragraph(0, Tone::Plain, &line);
            }
        }
        self.page.gap();
        self.components(dataset);
        self.coverage(dataset);
        for (variable, values) in description.variables.iter().zip(&dataset.values) {
            self.codes(variable, values);
        }
        self.notes(&description.notes);
        self.first(dataset);
    }

    fn components(&mut self, dataset: &DatasetSummary) {
        let variables = &dataset.description.variables;
        let names = variables.iter().map(|v| v.component.name.clone()).collect();
        let roles = variables.iter().map(|v| v.component.role.keyword().to_owned()).collect();
        let types = variables.iter().map(|v| v.component.data_type.to_string()).collect();
        let present = dataset.values.iter().map(|v| v.present.to_string()).collect();
        let different = variables
            .iter()
            .zip(&dataset.values)
            .map(|(variable, values)| match variable.component.role {
                Role::Measure => String::new(),
                _ if values.more => format!("> {}", values.counts.len()),
                _ => values.counts.len().to_string(),
            })
            .collect();
        let called = variables
            .iter()
            .map(|variable| {
                let name = label(&variable.names, self.words);
                let parts = name.into_iter().chain(label(&variable.unit, self.words));
                one_line(&parts.collect::<Vec<_>>().join(", "))
            })
            .collect();
        let column =
            |title: &str, numeric, cells| Column { title: self.words.get(title), numeric, cells };
        let columns = [
            column("file-component", false, names),
            column("file-role", false, roles),
            column("file-type", false, types),
            column("file-present", true, present),
            column("file-different", true, different),
            column("file-called", false, called),
        ];
        draw(&mut self.page, &columns);
    }

    /// How many observations each period has; runs of periods that have as many are told together.
    fn coverage(&mut self, dataset: &DatasetSummary) {
        let time = dataset.description.time_dimension().map(|v| &v.component.name);
        let variables = dataset.description.variables.iter().zip(&dataset.values);
        let Some((_, values)) =
            variables.into_iter().find(|(v, _)| Some(&v.component.name) == time)
        else {
            return;
        };
        let (Some(earliest), Some(latest)) = (&values.earliest, &values.latest) else { return };
        let mut counts: Vec<(&str, u64)> =
            values.counts.iter().map(|(period, n)| (period.as_str(), *n)).collect();
        counts.sort_by_cached_key(|(period, _)| {
            (
                period.parse::<TimePeriod>().ok().map(|period| (period.start(), period.end())),
                *period,
            )
        });
        let mut runs: Vec<(&str, &str, u64)> = Vec::new();
        for (period, n) in counts {
            match runs.last_mut() {
                Some((_, to, count)) if *count == n => *to = period,
                _ => runs.push((period, period, n)),
            }
        }
        self.page.gap();
        let range = [("from", earliest.into()), ("to", latest.into())];
        self.page.paragraph(0, Tone::Strong, &self.words.with("file-coverage", &range));
        for (from, to, n) in runs.iter().take(self.most) {
            let periods = if from == to { (*from).to_owned() } else { format!("{from} – {to}") };
            let arguments = [("periods", periods.into()), ("n", (*n).into())];
            let line = self
                .words
                .with(if from == to { "file-period" } else { "file-periods" }, &arguments);
            self.page.paragraph(2, Tone::Plain, &line);
        }
        self.more(runs.len().saturating_sub(self.most));
    }

    /// A coded variable's values with their labels, and which of them its codelist lacks.
    fn codes(&mut self, variable: &Variable, values: &Values) {
        let is_coded = variable.codelist.is_some()
            || matches!(variable.component.role, Role::Attribute | Role::ViralAttribute);
        let is_time = variable.component.data_type.is_temporal();
        if !is_coded || is_time || values.counts.is_empty() {
            return;
        }
        self.page.gap();
        self.page.paragraph(0, Tone::Strong, &variable.component.name);
        for (code, n) in values.counts.iter().take(self.most) {
            let item = variable.codelist.as_ref().and_then(|list| list.get(code));
            let text = item.and_then(|item| label(&item.labels, self.words));
            let text = text.filter(|text| text != code).map(|text| format!(" {text}"));
            self.page.paragraph(
                2,
                Tone::Plain,
                &format!("{code}{} ({n})", text.unwrap_or_default()),
            );
        }
        self.more(values.counts.len().saturating_sub(self.most));
        let unknown: Vec<&str> = values.unknown(variable).take(self.most).collect();
        if !unknown.is_empty() {
            let line = self.words.with("file-unknown", &[("list", unknown.join(", ").into())]);
            self.page.paragraph(2, Tone::Plain, &line);
        }
    }

    fn notes(&mut self, notes: &[Note]) {
        if notes.is_empty() {
            return;
        }
        self.page.gap();
        self.page.paragraph(0, Tone::Strong, &self.words.get("file-notes"));
        for note in notes.iter().take(self.most) {
            let on: Vec<String> = note
                .on
                .iter()
                .map(|(variable, value)| match value.as_str() {
                    "" => variable.clone(),
                    value => format!("{variable}={value}"),
                })
                .collect();
            let on = if on.is_empty() { String::new() } else { format!("[{}] ", on.join(", ")) };
            let text = label(&note.texts, self.words).unwrap_or_default();
            self.page.hanging("  ", 4, Tone::Plain, &format!("{on}{text}"));
        }
        self.more(notes.len().saturating_sub(self.most));
    }

    fn first(&mut self, dataset: &DatasetSummary) {
        if dataset.first.is_empty() {
            return;
        }
        self.page.gap();
        self.page.paragraph(0, Tone::Strong, &self.words.get("file-first"));
        let columns: Vec<Column> = dataset
            .description
            .variables
            .iter()
            .enumerate()
            // What is never there takes up room.
            .filter(|(at, _)| dataset.values[*at].present > 0)
            .map(|(at, variable)| Column {
                title: variable.component.name.clone(),
                numeric: variable.component.data_type.is_numeric(),
                cells: dataset.first.iter().map(|row| shortened(row[at].as_deref())).collect(),
            })
            .collect();
        draw(&mut self.page, &columns);
    }
}

/// A text without the line breaks and runs of white space that files have in names.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A cell in one line of a width that leaves room for others.
fn shortened(text: Option<&str>) -> String {
    const WIDEST: usize = 24;
    let text = text.unwrap_or_default().replace(char::is_control, " ");
    match text.chars().count() > WIDEST {
        true => text.chars().take(WIDEST - 1).chain(['…']).collect(),
        false => text,
    }
}
