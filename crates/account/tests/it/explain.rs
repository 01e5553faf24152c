//! Where a number comes from, down to cells of the file and lines of the definition.

use crate::support::{Sandbox, engine};
use olshem_account::lineage::{Node, Origin};

fn keys(keys: &[(&str, &str)]) -> Vec<(String, String)> {
    keys.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The tree as indented text.
fn tree(sandbox: &Sandbox, node: &Node, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let origin = match &node.origin {
        Origin::Method { file, line, text } => {
            let file = sandbox.without_folder(&file.display().to_string());
            format!("{file}:{line} {}", text.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        Origin::Source(source) => {
            let file = sandbox.without_folder(&source.file.display().to_string());
            format!("{file} sha256 {} {}", &source.sha256[..8], source.publisher)
        }
        Origin::Definition(definition) => {
            let file = sandbox.without_folder(&definition.file.display().to_string());
            format!("{file} version {}", definition.version)
        }
    };
    let repeated = if node.repeated { " (repeated)" } else { "" };
    let mut text =
        format!("{indent}{} [{}]{repeated}: {origin}\n", node.dataset, node.observations);
    for row in &node.rows {
        let json = |value| serde_json::to_string(value).unwrap();
        let key = serde_json::to_string(&row.key).unwrap();
        text += &format!("{indent}  - {key} {}", json(&serde_json::to_value(&row.values).unwrap()));
        for cell in &row.cells {
            let (line, column) = (cell.line.unwrap_or(0), cell.column.clone().unwrap_or_default());
            text += &format!(" <- line {line}, {column}: {:?}", cell.text);
        }
        for line in &row.lines {
            text += &format!(" <- line {}: {} {:?}", line.line, line.code, line.status);
        }
        text.push('\n');
    }
    for input in &node.inputs {
        text += &tree(sandbox, input, depth + 1);
    }
    text
}

#[test]
fn a_number_leads_to_cells_and_definitions() {
    let sandbox = Sandbox::new();
    let at = keys(&[("TIME_PERIOD", "2024")]);
    let lineage = sandbox.run().explain(&engine(2), "creative_share", &at).unwrap();
    // Without a definition, the default one.
    assert_eq!(lineage.figure.definition.as_deref(), Some("ICT_AND_ARTS"));
    insta::assert_snapshot!(tree(&sandbox, &lineage.root, 0));
}

#[test]
fn a_claim_leads_to_its_tests_and_numbers() {
    let sandbox = Sandbox::new();
    let lineage = sandbox.run().explain_claim(&engine(2), "below-6").unwrap();
    assert_eq!(lineage.tests.len(), 1);
    assert_eq!(lineage.tests[0].answers.len(), 2);
    assert_eq!(lineage.tests[0].numbers.len(), 1);
    let line =
        sandbox.text("claims.toml").lines().nth(lineage.tests[0].line - 1).unwrap().to_owned();
    assert!(line.starts_with("condition = \"creative_share < 6\""), "{line}");
}

#[test]
fn what_cannot_be_explained_is_told_with_advice() {
    let sandbox = Sandbox::new();
    let run = sandbox.run();
    let fault = |indicator: &str, at: &[(&str, &str)]| {
        let fault = run.explain(&engine(1), indicator, &keys(at)).unwrap_err();
        format!("{} {}; {}", fault.code.id, fault.message, fault.help.unwrap_or_default())
    };
    insta::assert_snapshot!(
        [
            fault("creative_shares", &[]),
            fault("creative_share", &[]),
            fault("creative_share", &[("TIME_PERIOD", "2025")]),
            fault("creative_share", &[("YEAR", "2024")]),
        ]
        .join("\n")
    );
    let fault = run.explain_claim(&engine(1), "below-7").unwrap_err();
    assert_eq!(fault.help.as_deref(), Some("did you mean `below-6`?"));
}

#[test]
fn an_observation_that_is_not_there_is_told() {
    let sandbox = Sandbox::new()
        .data("2022,Everything else,10460\n", "")
        .append("methods/share.vtl", "by_section <- sections;")
        .append(
            "indicators.toml",
            "[[indicator]]\nid = \"by_section\"\ntopic = \"share\"\ntitle = \"t\"\nunit = \"u\"\n",
        );
    let at = keys(&[("TIME_PERIOD", "2022"), ("ACTIVITY", "X")]);
    let fault = sandbox.run().explain(&engine(1), "by_section", &at).unwrap_err();
    assert_eq!(fault.code.id, "A025");
    assert_eq!(
        fault.message,
        "`by_section` has no observation with TIME_PERIOD = 2022, ACTIVITY = X"
    );
}

/// The lines of the source that an explanation names.
fn lines(node: &Node, found: &mut Vec<usize>) {
    found.extend(node.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.line));
    for input in &node.inputs {
        lines(input, found);
    }
}

#[test]
fn the_cells_fed_back_alone_give_the_same_number() {
    const FILE: &str = "sources/national-accounts/gva.csv";
    let sandbox = Sandbox::new();
    let run = sandbox.run();
    for definition in ["ICT_AND_ARTS", "WHOLE_SECTIONS"] {
        for period in ["2021", "2023", "2024"] {
            let at = keys(&[("TIME_PERIOD", period), ("DEFINITION", definition)]);
            let lineage = run.explain(&engine(2), "creative_share", &at).unwrap();
            let mut kept = Vec::new();
            lines(&lineage.root, &mut kept);
            assert_eq!(kept.len(), 3, "{kept:?}");

            let text = sandbox.text(FILE);
            let alone =
                text.lines().enumerate().filter(|(at, _)| *at == 0 || kept.contains(&(at + 1)));
            let alone: String = alone.map(|(_, line)| format!("{line}\n")).collect();
            let narrowed = Sandbox::new().write(FILE, alone);
            olshem_account::accept(&narrowed.path(), "national-accounts").unwrap();
            let narrowed = narrowed
                .replace("claims.toml", "at = { TIME_PERIOD = \"2024\" }", "at = { }")
                .replace("claims.toml", "at = { TIME_PERIOD = \"2024\" }", "at = { }");
            let table = narrowed.run().indicator("creative_share").unwrap().at(&at).unwrap();
            let [row] = table.rows.as_slice() else { panic!("{:?}", table.rows) };
            let figure = &lineage.figure;
            assert_eq!((row.value, row.low, row.high), (figure.value, figure.low, figure.high));
        }
    }
}
