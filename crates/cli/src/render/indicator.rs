//! The numbers of an indicator, aligned.

use crate::render::Page;
use crate::render::table::{self, Column};
use crate::terminal::{Terminal, Tone};
use olshem_account::{Dimension, IndicatorTable, Row, Text};
use olshem_words::Words;
use olshem_words::figure::{self, Amount, Decimals};

/// The identifier that tells under which definition a number was calculated.
const DEFINITION: &str = "DEFINITION";
/// SDMX's attribute for the status of an observation, and its code for an ordinary one.
const STATUS: &str = "OBS_STATUS";
const NORMAL: &str = "A";

/// The indicator's title and caveats, and its observations with codes and labels.
pub(crate) fn table(table: &IndicatorTable, words: &Words, terminal: Terminal) -> String {
    let mut page = Page::new(words, terminal);
    head(&mut page, table);
    page.gap();
    if table.rows.is_empty() {
        page.paragraph(0, Tone::Plain, &words.get("table-empty"));
        return page.into_text();
    }
    let mut columns: Vec<Column> = Vec::new();
    let identifier = |(position, dimension): (usize, &Dimension)| {
        let cells = table.rows.iter().map(|row| labelled(words, dimension, &row.key[position]));
        Column { title: dimension.id.clone(), numeric: false, cells: cells.collect() }
    };
    // Definitions have long names; they stand last, where they push nothing out of sight.
    let (definitions, others): (Vec<_>, Vec<_>) =
        table.dimensions.iter().enumerate().partition(|(_, dimension)| dimension.id == DEFINITION);
    columns.extend(others.into_iter().map(identifier));
    let amount = |row: &Row| Amount::new(row.value, row.low, row.high);
    let values: Vec<String> = table
        .rows
        .iter()
        .map(|row| match row.value {
            Some(value) => words.number(value, table.decimals),
            None if row.low.is_none() && row.high.is_none() => words.get("verdict-no-data"),
            None => String::new(),
        })
        .collect();
    columns.push(Column { title: words.get("table-value"), numeric: true, cells: values });
    let bounds: Vec<String> = table
        .rows
        .iter()
        .map(|row| {
            amount(row).bounds(words, Decimals::Fixed(table.decimals), "").unwrap_or_default()
        })
        .collect();
    if bounds.iter().any(|bounds| !bounds.is_empty()) {
        columns.push(Column { title: words.get("table-bounds"), numeric: false, cells: bounds });
    }
    for attribute in table.attributes() {
        let value = |row: &Row| row.attributes.get(attribute).cloned().unwrap_or_default();
        let cells: Vec<String> = table.rows.iter().map(value).collect();
        let tells_something = |cell: &String| !(attribute == STATUS && cell == NORMAL);
        if cells.iter().any(tells_something) {
            columns.push(Column { title: attribute.to_owned(), numeric: false, cells });
        }
    }
    columns.extend(definitions.into_iter().map(identifier));
    table::draw(&mut page, &columns);
    page.into_text()
}

fn head(page: &mut Page<'_>, table: &IndicatorTable) {
    let words = page.words;
    let unit = Some(words.text(&table.unit).to_owned()).filter(|unit| !unit.is_empty());
    let about: Vec<String> = unit.into_iter().chain(figure::kind(words, table.kind)).collect();
    let mut title = words.text(&table.title).to_owned();
    if !about.is_empty() {
        title = format!("{title} ({})", about.join(", "));
    }
    page.paragraph(0, Tone::Strong, &title);
    if let Some(note) = &table.note {
        page.aside(0, "note", words.text(note));
    }
    if let Some(method) = &table.method {
        let name = Text::Localised(method.name.clone());
        let cited = format!("{}, {}", words.text(&name), method.link);
        page.aside(0, "published-method", &cited);
    }
}

/// The code, and what it is called where that says more.
fn labelled(words: &Words, dimension: &Dimension, code: &str) -> String {
    match dimension.labels.get(code).map(|label| words.text(label)) {
        Some(label) if label != code => format!("{code} {label}"),
        _ => code.to_owned(),
    }
}
