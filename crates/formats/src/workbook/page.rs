//! A data set as a page to be read: title and unit, a table with time across, notes and source below.
//!
//! An attribute stands where it varies: once above the table, in a column, or as a flag beside each
//! value.

use super::cell::{Pen, unwritable};
use super::write::{Widths, column};
use crate::message::{Description, Note, Observations, Variable};
use olshem_model::codelist::Labels;
use olshem_model::{Codelist, Diagnostic, Role};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, IgnoreError, Worksheet};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More periods are not read across any more.
const MOST_PERIODS: usize = 400;

/// A sheet ends there.
const MOST_ROWS: u32 = 1 << 20;

/// SDMX's code for an observation of which there is nothing to say.
const NORMAL: &str = "A";

/// What is shown, in which language.
pub(super) struct Page<'a> {
    pub(super) description: &'a Description,
    pub(super) batches: &'a [Observations],
    pub(super) language: Option<&'a str>,
}

/// Writes a page onto an empty sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    pen: &mut Pen,
) -> Result<(), Diagnostic> {
    let table = Arrangement::of(page);
    let mut writing = PageWriter {
        sheet,
        pen,
        page,
        table: &table,
        styles: Styles::new(),
        widths: Widths::new(),
        row: 0,
    };
    writing.title()?;
    writing.headings()?;
    writing.rows()?;
    writing.notes()
}

impl Page<'_> {
    /// The text in the language, or else the first there is.
    fn text<'l>(&self, labels: &'l Labels) -> Option<&'l str> {
        let wanted = self.language.and_then(|language| labels.get(language));
        wanted.or_else(|| labels.values().next()).map(String::as_str)
    }

    fn name<'v>(&self, variable: &'v Variable) -> &'v str {
        self.text(&variable.names).unwrap_or(&variable.component.name)
    }

    /// The label of a code, where it has one.
    fn label<'v>(&self, variable: &'v Variable, code: &str) -> Option<&'v str> {
        self.text(&variable.codelist.as_ref()?.get(code)?.labels)
    }

    /// The few words that a page has of its own.
    fn word(&self, word: Word) -> &'static str {
        let language = self.language.unwrap_or("en");
        match (word, language.split(['-', '_']).next().unwrap_or(language)) {
            (Word::Unit, "ru") => "Единица измерения",
            (Word::Unit, "kk") => "Өлшем бірлігі",
            (Word::Unit, _) => "Unit",
            (Word::Source, "ru") => "Источник",
            (Word::Source, "kk") => "Дереккөз",
            (Word::Source, _) => "Source",
            (Word::Updated, "ru") => "Обновлено",
            (Word::Updated, "kk") => "Жаңартылды",
            (Word::Updated, _) => "Updated",
        }
    }
}

#[derive(Clone, Copy)]
enum Word {
    Unit,
    Source,
    Updated,
}

/// Which component stands where in the table. Numbers count variables and observations, and are made
/// from these only, so that to index `texts` with them can't fail.
struct Arrangement<'a> {
    /// For each variable, of each observation.
    texts: Vec<Vec<Option<&'a str>>>,
    /// The identifiers that label rows.
    labels: Vec<usize>,
    measures: Vec<usize>,
    /// Time, across the columns.
    across: Option<(usize, Vec<&'a str>)>,
    /// Attributes that are the same everywhere, with what they are.
    above: Vec<(usize, &'a str)>,
    /// Attributes that are the same in each row, …
    beside: Vec<usize>,
    /// … and those that differ within one.
    flags: Vec<usize>,
    /// The observations of each row; a row across has one for each period that it has.
    rows: Vec<Vec<usize>>,
}

impl<'a> Arrangement<'a> {
    fn of(page: &Page<'a>) -> Self {
        let variables = &page.description.variables;
        let texts: Vec<Vec<Option<&str>>> =
            (0..variables.len()).map(|number| column(page.batches, number)).collect();
        let numbered = |role: &dyn Fn(Role) -> bool| -> Vec<usize> {
            let numbers = variables.iter().enumerate();
            numbers.filter(|(_, v)| role(v.component.role)).map(|(number, _)| number).collect()
        };
        let mut labels = numbered(&|role| role == Role::Identifier);
        let time = page.description.time_dimension().map(|time| time.component.name.as_str());
        let time =
            labels.iter().copied().find(|&n| Some(variables[n].component.name.as_str()) == time);
        let across = time.and_then(|time| {
            let periods: BTreeSet<&str> = texts[time].iter().copied().flatten().collect();
            let fits = (1..=MOST_PERIODS).contains(&periods.len());
            fits.then(|| (time, periods.into_iter().collect()))
        });
        if let Some((time, _)) = &across {
            labels.retain(|number| number != time);
        }
        let rows = rows(page, &texts, &labels, across.is_some());
        let mut table = Self {
            labels,
            measures: numbered(&|role| role == Role::Measure),
            across,
            above: Vec::new(),
            beside: Vec::new(),
            flags: Vec::new(),
            rows,
            texts,
        };
        for attribute in numbered(&|role| matches!(role, Role::Attribute | Role::ViralAttribute)) {
            table.place_attribute(attribute, &variables[attribute]);
        }
        table
    }

    fn place_attribute(&mut self, attribute: usize, variable: &Variable) {
        let texts = &self.texts[attribute];
        let same = |observations: &mut dyn Iterator<Item = &usize>| {
            let mut texts = observations.map(|&observation| texts[observation]);
            let first = texts.next().flatten();
            texts.all(|text| text == first).then_some(first)
        };
        let is_status = variable.component.name == "OBS_STATUS";
        match same(&mut self.rows.iter().flatten()) {
            Some(None) => return,
            Some(Some(text)) => {
                // That all is normal goes without saying.
                if !(is_status && text == NORMAL) {
                    self.above.push((attribute, text));
                }
                return;
            }
            None => {}
        }
        let is_beside = self.rows.iter().all(|row| same(&mut row.iter()).is_some());
        let place = if is_beside && !is_status { &mut self.beside } else { &mut self.flags };
        place.push(attribute);
    }

    /// The flags of an observation.
    fn flags(&self, page: &Page<'_>, observation: usize) -> String {
        let texts = self.flags.iter().filter_map(|&flag| {
            let text = self.texts[flag][observation].unwrap_or_default();
            let name = &page.description.variables[flag].component.name;
            let is_normal = name == "OBS_STATUS" && text == NORMAL;
            (!text.is_empty() && !is_normal).then_some(text)
        });
        texts.collect::<Vec<_>>().join(", ")
    }
}

/// The observations of each row, the rows in the order of their codelists, or else of the file.
fn rows(
    page: &Page<'_>,
    texts: &[Vec<Option<&str>>],
    labels: &[usize],
    is_across: bool,
) -> Vec<Vec<usize>> {
    let count = texts.first().map_or(0, Vec::len);
    let ranks: Vec<HashMap<&str, usize>> = labels
        .iter()
        .map(|&label| {
            let list = page.description.variables[label].codelist.as_ref();
            let codes = list.iter().flat_map(|list| list.items()).map(|item| item.code.as_str());
            let mut ranks: HashMap<&str, usize> = HashMap::new();
            for text in codes.chain(texts[label].iter().map(|text| text.unwrap_or_default())) {
                let next = ranks.len();
                ranks.entry(text).or_insert(next);
            }
            ranks
        })
        .collect();
    let key = |observation: usize| -> Vec<usize> {
        let ranked = labels.iter().zip(&ranks);
        let rank = |(&label, ranks): (&usize, &HashMap<&str, usize>)| {
            ranks.get(texts[label][observation].unwrap_or_default()).copied().unwrap_or(0)
        };
        ranked.map(rank).collect()
    };
    let mut rows: BTreeMap<(Vec<usize>, usize), Vec<usize>> = BTreeMap::new();
    for observation in 0..count {
        // Not across, each observation is a row.
        let own = if is_across { 0 } else { observation };
        rows.entry((key(observation), own)).or_default().push(observation);
    }
    rows.into_values().collect()
}

struct Styles {
    title: Format,
    heading: Format,
    period: Format,
    code: Format,
    faint: Format,
    /// Labels, by how deep they stand in their hierarchy.
    labels: Vec<Format>,
    flag: Format,
}

impl Styles {
    fn new() -> Self {
        let grey = Color::RGB(0x0070_7070);
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Bottom)
            .set_border_bottom(FormatBorder::Thin);
        Self {
            title: Format::new().set_bold().set_font_size(14.0),
            period: heading.clone().set_align(FormatAlign::Right),
            heading,
            code: Format::new().set_font_color(grey),
            faint: Format::new().set_font_color(grey).set_italic(),
            labels: (0..=15).map(|depth| Format::new().set_indent(depth)).collect(),
            flag: Format::new().set_font_color(grey).set_font_size(8.0),
        }
    }
}

struct PageWriter<'a> {
    sheet: &'a mut Worksheet,
    pen: &'a mut Pen,
    page: &'a Page<'a>,
    table: &'a Arrangement<'a>,
    styles: Styles,
    widths: Widths,
    row: u32,
}

impl PageWriter<'_> {
    fn line(
        &mut self,
        text: &str,
        style: Option<fn(&Styles) -> &Format>,
    ) -> Result<(), Diagnostic> {
        if self.row < MOST_ROWS {
            let format = style.map(|style| style(&self.styles));
            self.pen.text(self.sheet, (self.row, 0), text, format)?;
        }
        self.row += 1;
        Ok(())
    }

    fn title(&mut self) -> Result<(), Diagnostic> {
        let Page { description, .. } = *self.page;
        let title = self.page.text(&description.names).unwrap_or(&description.id);
        self.line(title, Some(|styles| &styles.title))?;
        let units: BTreeSet<&str> = self
            .table
            .measures
            .iter()
            .filter_map(|&measure| self.page.text(&description.variables[measure].unit))
            .collect();
        if let (Some(unit), 1) = (units.first(), units.len()) {
            self.line(&format!("{}: {unit}", self.page.word(Word::Unit)), None)?;
        }
        for &(attribute, text) in &self.table.above {
            let variable = &description.variables[attribute];
            let text = self.page.label(variable, text).unwrap_or(text);
            self.line(&format!("{}: {text}", self.page.name(variable)), None)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The columns left of the values: labels, and the codes where these say something else.
    fn label_columns(&self) -> Vec<(usize, bool)> {
        let variables = &self.page.description.variables;
        let labels = self.table.labels.iter().chain(&self.table.beside);
        let columns = labels.flat_map(|&number| {
            let is_labelled = variables[number].codelist.as_ref().is_some_and(|list| {
                list.items().iter().any(|i| i.labels.values().any(|label| *label != i.code))
            });
            let code = is_labelled.then_some((number, true));
            [Some((number, false)), code].into_iter().flatten()
        });
        columns.collect()
    }

    /// Whether rows tell which measure they are of.
    fn names_measures(&self) -> bool {
        self.table.across.is_some() && self.table.measures.len() > 1
    }

    fn headings(&mut self) -> Result<(), Diagnostic> {
        let page = self.page;
        let variables = &page.description.variables;
        let mut headings: Vec<(&str, bool)> = Vec::new();
        for (number, is_code) in self.label_columns() {
            let variable = &variables[number];
            let name = if is_code { &variable.component.name } else { page.name(variable) };
            headings.push((name, false));
        }
        if self.names_measures() {
            headings.push(("", false));
        }
        let labels = headings.len();
        let has_flags = !self.table.flags.is_empty();
        match &self.table.across {
            Some((_, periods)) => {
                for period in periods {
                    headings.push((period, true));
                    headings.extend(has_flags.then_some(("", true)));
                }
            }
            None => {
                headings
                    .extend(self.table.measures.iter().map(|&m| (page.name(&variables[m]), true)));
                headings
                    .extend(self.table.flags.iter().map(|&f| (page.name(&variables[f]), false)));
            }
        }
        for (column, (text, is_value)) in headings.into_iter().enumerate() {
            let column = column_number(column)?;
            let style = if is_value { &self.styles.period } else { &self.styles.heading };
            self.pen.text(self.sheet, (self.row, column), text, Some(style))?;
            self.widths.widen(column, text);
        }
        self.row += 1;
        self.sheet.set_freeze_panes(self.row, column_number(labels)?).map_err(unwritable)?;
        self.sheet.set_landscape().set_print_fit_to_pages(1, 0);
        self.sheet.set_repeat_rows(self.row - 1, self.row - 1).map_err(unwritable)?;
        Ok(())
    }

    fn rows(&mut self) -> Result<(), Diagnostic> {
        let table = self.table;
        let across: HashMap<&str, usize> = match &table.across {
            Some((_, periods)) => periods.iter().copied().zip(0..).collect(),
            None => HashMap::new(),
        };
        let each_measure: Vec<&[usize]> = match self.names_measures() {
            true => table.measures.chunks(1).collect(),
            false => vec![&table.measures],
        };
        let first = self.row;
        for row in &table.rows {
            for measures in &each_measure {
                if self.row >= MOST_ROWS {
                    self.pen
                        .losses
                        .note("rows of a page beyond the last of a sheet; `data` has them");
                    return Ok(());
                }
                self.row_of(row, measures, &across)?;
                self.row += 1;
            }
        }
        let last = self.row.saturating_sub(1).max(first);
        let corner = IgnoreError::NumberStoredAsText;
        self.sheet.ignore_error_range(first - 1, 0, last, 16_383, corner).map_err(unwritable)?;
        self.widths.set(self.sheet, 6, 44)
    }

    fn row_of(
        &mut self,
        row: &[usize],
        measures: &[usize],
        across: &HashMap<&str, usize>,
    ) -> Result<(), Diagnostic> {
        let (table, page) = (self.table, self.page);
        let variables = &page.description.variables;
        let mut column = 0;
        let first = row.first().copied().unwrap_or(0);
        for (number, is_code) in self.label_columns() {
            let variable = &variables[number];
            let code = table.texts[number].get(first).copied().flatten().unwrap_or_default();
            let (text, style) = match is_code {
                true => (code, &self.styles.code),
                false => {
                    let depth = variable.codelist.as_ref().map_or(0, |list| depth(list, code));
                    let style = self.styles.labels.get(depth).unwrap_or(&self.styles.code);
                    (page.label(variable, code).unwrap_or(code), style)
                }
            };
            self.pen.text(self.sheet, (self.row, column_number(column)?), text, Some(style))?;
            self.widths.widen(column_number(column)?, text);
            column += 1;
        }
        if let (true, Some(&measure)) = (self.names_measures(), measures.first()) {
            let name = page.name(&variables[measure]);
            self.pen.text(self.sheet, (self.row, column_number(column)?), name, None)?;
            self.widths.widen(column_number(column)?, name);
            column += 1;
        }
        let has_flags = !table.flags.is_empty();
        for &observation in row {
            match &table.across {
                Some((time, _)) => {
                    let period = table.texts[*time][observation].unwrap_or_default();
                    let Some(&at) = across.get(period) else { continue };
                    let at = column + at * (1 + usize::from(has_flags));
                    if let Some(&measure) = measures.first() {
                        self.value(measure, observation, at)?;
                    }
                    if has_flags {
                        let flags = table.flags(page, observation);
                        let at = (self.row, column_number(at + 1)?);
                        if !flags.is_empty() {
                            self.pen.text(self.sheet, at, &flags, Some(&self.styles.flag))?;
                        }
                    }
                }
                None => {
                    for (at, &number) in (column..).zip(measures.iter().chain(&table.flags)) {
                        self.value(number, observation, at)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        number: usize,
        observation: usize,
        column: usize,
    ) -> Result<(), Diagnostic> {
        let Some(text) = self.table.texts[number][observation] else { return Ok(()) };
        let variable = &self.page.description.variables[number];
        let is_numeric = variable.component.data_type.is_numeric();
        let text = if is_numeric { text } else { self.page.label(variable, text).unwrap_or(text) };
        let column = column_number(column)?;
        self.widths.widen(column, text);
        self.pen.value(self.sheet, (self.row, column), text, is_numeric, true, variable.decimals)
    }

    fn notes(&mut self) -> Result<(), Diagnostic> {
        let description = self.page.description;
        self.row += 1;
        for note in &description.notes {
            let Some(text) = self.page.text(&note.texts) else { continue };
            let on = self.noted(note);
            let text = if on.is_empty() { text.to_owned() } else { format!("{on}: {text}") };
            self.line(&text, None)?;
        }
        if let Some(source) = self.page.text(&description.source) {
            self.line(&format!("{}: {source}", self.page.word(Word::Source)), Some(|s| &s.faint))?;
        }
        if let Some(updated) = &description.updated {
            self.line(
                &format!("{}: {updated}", self.page.word(Word::Updated)),
                Some(|s| &s.faint),
            )?;
        }
        Ok(())
    }

    /// What a note is on, in words.
    fn noted(&self, note: &Note) -> String {
        let on = note.on.iter().map(|(name, value)| {
            let Some(variable) = self.page.description.variable(name) else {
                return value.as_str();
            };
            match value.as_str() {
                "" => self.page.name(variable),
                code => self.page.label(variable, code).unwrap_or(code),
            }
        });
        on.collect::<Vec<_>>().join(", ")
    }
}

/// How many codes a code is below; no more than can be shown, whatever the list.
fn depth(list: &Codelist, code: &str) -> usize {
    let mut depth = 0;
    let mut item = list.get(code);
    while let Some(parent) = item.and_then(|item| item.parent.as_deref()).filter(|_| depth < 15) {
        depth += 1;
        item = list.get(parent);
    }
    depth
}

fn column_number(column: usize) -> Result<u16, Diagnostic> {
    u16::try_from(column).map_err(|_| unwritable(rust_xlsxwriter::XlsxError::RowColumnLimitError))
}
