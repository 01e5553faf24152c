//! Aligned columns.

use crate::render::Page;
use crate::terminal::Tone;
use textwrap::core::display_width;

/// A column and its cells.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// What stands above it.
    pub(crate) title: String,
    /// Whether the cells are numbers, which stand on the right.
    pub(crate) numeric: bool,
    /// From top to bottom.
    pub(crate) cells: Vec<String>,
}

/// Writes columns of the same length side by side. Lines are not wrapped: a row is a line.
pub(crate) fn draw(page: &mut Page<'_>, columns: &[Column]) {
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| {
            let cells = column.cells.iter().chain([&column.title]);
            cells.map(|cell| display_width(cell)).max().unwrap_or_default()
        })
        .collect();
    let line = |cell: &dyn Fn(&Column, usize) -> String| {
        let cells = columns.iter().zip(&widths);
        cells.map(|(column, &width)| cell(column, width)).collect::<Vec<_>>().join("  ")
    };
    page.row(Tone::Strong, &line(&|column, width| padded(column, &column.title, width)));
    page.row(Tone::Quiet, &line(&|_, width| "─".repeat(width)));
    for row in 0..columns.first().map_or(0, |column| column.cells.len()) {
        page.row(Tone::Plain, &line(&|column, width| padded(column, &column.cells[row], width)));
    }
}

fn padded(column: &Column, cell: &str, width: usize) -> String {
    let padding = " ".repeat(width - display_width(cell));
    if column.numeric { format!("{padding}{cell}") } else { format!("{cell}{padding}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Terminal;
    use olshem_words::{Locale, Words};

    #[test]
    fn text_stands_on_the_left_and_numbers_on_the_right() {
        let cells = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let area = Column {
            title: "REF_AREA".to_owned(),
            numeric: false,
            cells: cells(["KZ75 Алматы", "KZ71 Астана қаласы"]),
        };
        let value = Column {
            title: "мәні".to_owned(),
            numeric: true,
            cells: cells(["1\u{a0}234,5", "6,7"]),
        };
        let words = Words::new(Locale::Kk);
        let mut page = Page::new(&words, Terminal::PIPE);
        draw(&mut page, &[area, value]);
        insta::assert_snapshot!(page.into_text(), @r"
        REF_AREA               мәні
        ──────────────────  ───────
        KZ75 Алматы         1 234,5
        KZ71 Астана қаласы      6,7
        ");
    }
}
