//! The files to take away: each format holds the observations of the indicator.

use crate::support::kazakhstan;
use arrow::array::{Array, AsArray};
use olshem_formats::files::{Known, collect};
use olshem_formats::message::Collected;
use olshem_formats::{Content, Kind};

/// What our own reader finds in a file of the site.
fn read(path: &str) -> (Kind, Collected) {
    let answer = kazakhstan().get(path);
    assert_eq!(answer.status, 200, "{path}");
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join(path.rsplit('/').next().unwrap());
    std::fs::write(&file, &answer.body).unwrap();
    collect(&Content::file(file), &Known::default()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// The numbers of a component, null where there is none.
fn numbers(collected: &Collected, name: &str) -> Vec<Option<f64>> {
    let (description, batches) = &collected.datasets[0];
    let mut variables = description.variables.iter();
    let place = variables.position(|variable| variable.component.name == name).unwrap();
    let mut numbers = Vec::new();
    for batch in batches.iter().map(|one| &one.batch) {
        let column = batch.column(place).as_string_view();
        numbers.extend(
            (0..column.len())
                .map(|row| column.is_valid(row).then(|| column.value(row).parse().unwrap())),
        );
    }
    numbers
}

#[test]
fn a_workbook_has_every_number_and_speaks_the_language_of_its_page() {
    let table = kazakhstan().get("api/v1/indicators/creative_share.json").json();
    for (language, title, bound) in [
        ("en", "share of GDP", "Lower bound"),
        ("ru", "доля в ВВП", "Нижняя граница"),
        ("kk", "ЖІӨ-дегі үлесі", "Төменгі шегі"),
    ] {
        let (kind, collected) = read(&format!("data/{language}/creative_share.xlsx"));
        assert_eq!(kind, Kind::Workbook);
        let (description, _) = &collected.datasets[0];
        assert!(description.names[language].contains(title), "{:?}", description.names);
        let low = description.variable("OBS_VALUE_LOW").unwrap();
        assert_eq!(low.names[language], bound);
        assert_eq!(low.decimals, Some(2));
        assert!(!description.notes.is_empty(), "what it rests on is told");
        for (component, member) in [("OBS_VALUE_LOW", "low"), ("OBS_VALUE_HIGH", "high")] {
            let mut found = numbers(&collected, component);
            let mut expected: Vec<Option<f64>> =
                table[member].as_array().unwrap().iter().map(serde_json::Value::as_f64).collect();
            let order = |a: &Option<f64>, b: &Option<f64>| a.partial_cmp(b).unwrap();
            found.sort_by(order);
            expected.sort_by(order);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
                assert!((found - expected).abs() <= expected.abs() * 1e-14, "{found} {expected}");
            }
        }
    }
    // Where all is known exactly, nothing is said of bounds.
    let (_, collected) = read("data/en/region_share.xlsx");
    assert!(collected.datasets[0].0.variable("OBS_VALUE_LOW").is_none());
}

#[test]
fn every_indicator_is_offered_in_every_format() {
    let server = kazakhstan();
    let list = server.get("api/v1/indicators.json").json();
    for indicator in list.as_array().unwrap() {
        let id = indicator["id"].as_str().unwrap();
        let document = server.get(&format!("api/v1/indicators/{id}.json")).json();
        let downloads = document["downloads"].as_array().unwrap();
        assert_eq!(downloads.len(), 7);
        let page = server.get(&format!("ru/indicators/{id}/"));
        for download in downloads {
            let href = download["href"].as_str().unwrap();
            if matches!(download["language"].as_str(), None | Some("ru")) {
                assert!(page.text().contains(href), "{href} is on no page");
            }
        }
    }
    // The smallest and the largest.
    for id in ["creative_share", "region_share"] {
        let rows = server.get(&format!("api/v1/indicators/{id}.json")).json();
        let rows = rows["values"].as_array().unwrap().len();
        for (path, kind) in [
            (format!("data/{id}.sdmx.csv"), Kind::SdmxCsv2),
            (format!("data/{id}.sdmx.json"), Kind::SdmxJson2),
            (format!("data/kk/{id}.xlsx"), Kind::Workbook),
        ] {
            let (found, collected) = read(&path);
            assert_eq!(found, kind, "{path}");
            let count: usize = collected.datasets[0].1.iter().map(|one| one.batch.num_rows()).sum();
            assert_eq!(count, rows, "{path}");
        }
    }
}
