//! Where a number or a verdict comes from, as a tree down to the cells of files.

use crate::render::tree::Branch;
use crate::render::{Page, claims, verdict_column};
use crate::terminal::{Terminal, Tone};
use olshem_account::lineage::{
    Cell, DefinitionCitation, DefinitionLine, Node, Observation, Origin, TestLineage, Value,
};
use olshem_account::{ClaimLineage, Lineage, SourceCitation, Verification};
use olshem_words::Words;
use olshem_words::figure::{self, Amount, Decimals};
use std::collections::BTreeMap;
use std::path::Path;

/// How many observations, or lines of a definition, are shown of each dataset. `--json` has more.
const SHOWN: usize = 12;

/// The tree of one number.
pub(crate) fn lineage(lineage: &Lineage, words: &Words, terminal: Terminal) -> String {
    let mut page = Page::new(words, terminal);
    number(words, lineage).draw(&mut page);
    page.into_text()
}

/// The verdict on a claim, and a tree for each of its tests.
pub(crate) fn claim(lineage: &ClaimLineage, words: &Words, terminal: Terminal) -> String {
    let mut page = Page::new(words, terminal);
    let column = verdict_column(words);
    claims::claim(&mut page, column, &lineage.claim);
    page.paragraph(column, Tone::Quiet, &lineage.claim.attribution.link);
    page.footnotes();
    for test in &lineage.tests {
        page.gap();
        self::test(words, test).draw(&mut page);
    }
    page.into_text()
}

fn test(words: &Words, test: &TestLineage) -> Branch {
    let place = place(&test.file, test.line);
    let condition = words.with("lineage-condition", &[("condition", (&test.condition).into())]);
    let mut root = match &test.label {
        Some(label) => Branch::new(Tone::Strong, words.text(label)),
        None => Branch::new(Tone::Strong, words.get("lineage-test")),
    };
    root.push(Branch::new(Tone::Plain, format!("{condition} ({place})")));
    for lineage in &test.numbers {
        root.push(number(words, lineage));
    }
    root
}

fn number(words: &Words, lineage: &Lineage) -> Branch {
    let Lineage { figure, root } = lineage;
    let amount = figure::whole(words, figure);
    let mut key = self::key(&figure.at);
    if let Some(definition) = &figure.definition {
        key = format!("{key}, DEFINITION={definition}");
    }
    let title = words.text(&figure.title);
    let mut branch = Branch::new(Tone::Strong, format!("{title}, {key}: {amount}"));
    branch.push(node(words, root));
    branch
}

fn node(words: &Words, node: &Node) -> Branch {
    let mut branch = match &node.origin {
        Origin::Method { file, line, text } => method(words, node, file, *line, text),
        Origin::Source(source) => self::source(words, node, source),
        Origin::Definition(definition) => self::definition(words, node, definition),
    };
    for input in &node.inputs {
        branch.push(self::node(words, input));
    }
    branch
}

/// A dataset's name and what it is; of one that was shown already, no more than that.
fn head(words: &Words, node: &Node, what: &str) -> Branch {
    let line = match node.repeated {
        true => words.with("lineage-above", &[("what", (&node.dataset).into())]),
        false => format!("{}: {what}", node.dataset),
    };
    Branch::new(Tone::Plain, line)
}

fn method(words: &Words, node: &Node, file: &Path, line: usize, text: &str) -> Branch {
    let place = place(file, line);
    let mut branch = head(words, node, &words.with("lineage-method", &[("place", place.into())]));
    if node.repeated {
        return branch;
    }
    // As one paragraph: the tree's own lines would tear the method's apart.
    let statement: Vec<&str> = text.split_whitespace().collect();
    branch.push(Branch::new(Tone::Quiet, statement.join(" ")));
    observations(words, node, &mut branch, |_, line| Branch::new(Tone::Plain, line));
    branch
}

fn source(words: &Words, node: &Node, source: &SourceCitation) -> Branch {
    let title = words.text(&source.title);
    let what = words.with(
        "lineage-source",
        &[
            ("id", (&source.id).into()),
            ("title", title.into()),
            ("publisher", (&source.publisher).into()),
        ],
    );
    let mut branch = head(words, node, &what);
    if !node.repeated {
        let file = source.file.display().to_string();
        branch.push(Branch::new(Tone::Quiet, format!("{file}, SHA-256 {}", source.sha256)));
        let retrieved = words.date(&source.retrieved);
        let address = words.with(
            "lineage-address",
            &[
                ("address", (&source.address).into()),
                ("retrieved", retrieved.into()),
                ("vintage", (&source.vintage).into()),
                ("licence", (&source.licence).into()),
            ],
        );
        branch.push(Branch::new(Tone::Quiet, address));
        if let Some(note) = &source.note {
            let note = words.with("note", &[("text", words.text(note).into())]);
            branch.push(Branch::new(Tone::Plain, note));
        }
    }
    observations(words, node, &mut branch, |observation, line| {
        let cells: Vec<String> =
            observation.cells.iter().map(|cell| self::cell(words, cell)).collect();
        let line = if cells.is_empty() { line } else { format!("{line} ← {}", cells.join("; ")) };
        Branch::new(Tone::Plain, line)
    });
    branch
}

fn definition(words: &Words, node: &Node, definition: &DefinitionCitation) -> Branch {
    let what = words.with(
        "lineage-definition",
        &[
            ("id", (&definition.id).into()),
            ("name", words.text(&definition.name).into()),
            ("owner", (&definition.owner).into()),
            ("version", (&definition.version).into()),
        ],
    );
    let mut branch = head(words, node, &what);
    if !node.repeated {
        let published = words.with(
            "lineage-published",
            &[
                ("published", (&definition.published).into()),
                ("classification", (&definition.classification).into()),
            ],
        );
        branch.push(Branch::new(Tone::Quiet, published));
        branch.push(Branch::new(Tone::Quiet, definition.file.display().to_string()));
    }
    observations(words, node, &mut branch, |observation, line| {
        let mut row = Branch::new(Tone::Plain, line);
        for line in observation.lines.iter().take(SHOWN) {
            row.push(Branch::new(Tone::Quiet, definition_line(words, line)));
        }
        row.push_more(words, observation.deciding, observation.lines.len().min(SHOWN));
        row
    });
    branch
}

/// Puts the node's observations below `branch`, each as `draw` makes it of the observation and its
/// key and values.
fn observations(
    words: &Words,
    node: &Node,
    branch: &mut Branch,
    draw: impl Fn(&Observation, String) -> Branch,
) {
    if node.repeated {
        return;
    }
    for observation in node.rows.iter().take(SHOWN) {
        let values: Vec<String> = observation
            .values
            .iter()
            .map(|(name, value)| format!("{name} {}", self::value(words, value)))
            .collect();
        let values = values.join(", ");
        let line = match observation.key.is_empty() {
            true => values,
            false => format!("{}: {values}", key(&observation.key)),
        };
        branch.push(draw(observation, line));
    }
    branch.push_more(words, node.observations, node.rows.len().min(SHOWN));
}

impl Branch {
    /// Says how many there are that are not shown.
    fn push_more(&mut self, words: &Words, all: usize, shown: usize) {
        if all > shown {
            let more = words.with("lineage-more", &[("n", (all - shown).into())]);
            self.push(Branch::new(Tone::Quiet, more));
        }
    }
}

/// `REF_AREA=KZ, TIME_PERIOD=2023`, as `--at` takes it but for the spaces.
fn key(key: &BTreeMap<String, String>) -> String {
    let parts: Vec<String> = key.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.join(", ")
}

fn value(words: &Words, value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number { value, low, high } => {
            Amount::new(*value, *low, *high).whole(words, Decimals::Own, "")
        }
    }
}

fn cell(words: &Words, cell: &Cell) -> String {
    let text = || (&cell.text).into();
    if let (Some(sheet), Some(address)) = (&cell.sheet, &cell.cell) {
        let arguments = [("sheet", sheet.into()), ("cell", address.into()), ("text", text())];
        return words.with("lineage-cell", &arguments);
    }
    let line = cell.line.map(|line| line.to_string()).unwrap_or_default();
    match &cell.column {
        Some(column) => words.with(
            "lineage-column",
            &[("line", line.into()), ("column", column.into()), ("text", text())],
        ),
        None => words.with("lineage-line", &[("line", line.into()), ("text", text())]),
    }
}

/// One line of a definition, and what was verified of it.
fn definition_line(words: &Words, line: &DefinitionLine) -> String {
    let mut text = line.code.clone();
    let label = words.text(&line.label);
    if label != line.code {
        text = format!("{text} {label}");
    }
    if let Some(origin) = &line.origin {
        text = format!("{text} ← {origin}");
    }
    let weight = value(words, &Value::Number { value: Some(line.weight), low: None, high: None });
    text = format!("{text}, {}", words.with("lineage-weight", &[("weight", weight.into())]));
    if let Some(industry) = &line.industry {
        text = format!("{text}, {industry}");
    }
    match line.status {
        Verification::Read => {}
        Verification::ReadPart => text = format!("{text}; {}", words.get("lineage-read-part")),
        Verification::Recalled => text = format!("{text}; {}", words.get("lineage-recalled")),
    }
    if line.leakage {
        text = format!("{text}; {}", words.get("definition-leakage"));
    }
    let number = line.line.to_string();
    words.with("lineage-definition-line", &[("line", number.into()), ("text", text.into())])
}

fn place(file: &Path, line: usize) -> String {
    format!("{}:{line}", file.display())
}
