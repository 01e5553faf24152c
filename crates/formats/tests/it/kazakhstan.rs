//! The tables collected for Kazakhstan: those that are well-formed are read, and those in which a
//! field with a comma isn't quoted are refused by line.

use crate::{Source, shared, told};
use arrow::util::display::array_value_to_string;
use olshem_formats::errors::RAGGED_ROW;
use std::fs;
use std::path::PathBuf;

#[test]
fn a_comma_without_quotes_is_told_by_its_line() {
    let Some(folder) = shared("data/kazakhstan") else { return };
    // Every row is read as it stands; several have the same key, so all columns are of it.
    let source = Source::parse(
        r#"
        [read]
        format = "csv"
        [[dataset]]
        name = "ROWS"
        [dataset.components]
        TIME = { role = "identifier", column = "time" }
        AREA = { role = "identifier", column = "region" }
        ACTIVITY = { role = "identifier", column = "activity_code" }
        MEASURE = { role = "identifier", column = "measure" }
        UNIT = { role = "identifier", column = "unit" }
        SOURCE = { role = "identifier", column = "source" }
        OBS_VALUE = { role = "measure", type = "number", column = "value" }
        PRINTED = { role = "attribute", column = "value_as_published" }
        "#,
    );
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut shown = String::new();
    for file in files.iter().filter(|file| !file.ends_with("kz_definition.csv")) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(file).unwrap();
        let rows_with_a_loose_comma = String::from_utf8_lossy(&bytes)
            .lines()
            .filter(|line| line.contains(", third-party copy,") && !line.contains("\"BNS"))
            .count();
        match source.read(name, &bytes) {
            Ok(tables) => {
                shown += &format!("{}: {} rows\n", name, tables[0].batch.num_rows());
                assert_eq!(rows_with_a_loose_comma, 0, "{}", name);
            }
            Err(faults) => {
                let ragged = faults.iter().filter(|f| std::ptr::eq(f.code, &RAGGED_ROW)).count();
                shown += &format!("{} (and {} more)\n", faults[0], faults.len() - 1);
                // No more than a hundred faults are told, of whatever kind.
                let all_told = faults.len() < 100;
                assert!(!all_told || ragged == rows_with_a_loose_comma, "{}", name);
                let others = faults.iter().filter(|f| !std::ptr::eq(f.code, &RAGGED_ROW));
                others.take(2).for_each(|fault| shown += &format!("  {fault}\n"));
            }
        }
    }
    insta::assert_snapshot!(shown, @r"
    astana_hub.csv: 19 rows
    creative_published.csv: 56 rows
    data_centres.csv: 11 rows
    employment_by_activity.csv: line 2: the row has 11 fields, the headings 10 (F004) (and 99 more)
    employment_by_region.csv: line 2: the row has 11 fields, the headings 10 (F004) (and 99 more)
    enterprises_by_region.csv: 11 rows
    fx.csv: line 2: the row has 11 fields, the headings 10 (F004) (and 99 more)
    gdp_by_activity.csv: line 2: the row has 11 fields, the headings 10 (F004) (and 99 more)
    gdp_components_by_section.csv: 896 rows
    grp_by_region.csv: line 2: the row has 11 fields, the headings 10 (F004) (and 99 more)
    gva_by_region_section.csv: line 2: the row has 11 fields, the headings 10 (F004) (and 99 more)
    gva_by_region_section_more.csv: 729 rows
    gva_deflator_by_section.csv: 160 rows
    gva_manufacturing_divisions.csv: 130 rows
    gva_volume_index_by_region_section.csv: 175 rows
    gva_volume_index_by_section.csv: 160 rows
    ict_and_innovation.csv: 13 rows
    ip_filings.csv: 26 rows
    it_ai_people.csv: 12 rows
    it_exports.csv: line 17: the row has 11 fields, the headings 10 (F004) (and 99 more)
    legal_timeline.csv: 14 rows
    noe_share_by_section.csv: 130 rows
    population_by_region.csv: line 2: the row has 11 fields, the headings 10 (F004) (and 99 more)
    wages.csv: 30 rows
    ");
}

#[test]
fn published_totals_have_the_bounds_of_their_words() {
    let Some(folder) = shared("data/kazakhstan") else { return };
    let bytes = fs::read(folder.join("creative_published.csv")).unwrap();
    let source = Source::parse(
        r#"
        [read]
        format = "csv"
        [[dataset]]
        name = "SHARE"
        where = { measure = "Share of GDP", region = "Kazakhstan" }
        [dataset.components]
        SAID = { role = "identifier", column = "time" }
        WHO = { role = "identifier", column = "source" }
        OBS_VALUE = { role = "measure", type = "number", column = "value", bounds = "value_as_published" }
        [[dataset]]
        name = "EMPLOYED"
        where = { measure = "Employed" }
        [dataset.components]
        SAID = { role = "identifier", column = "time" }
        WHO = { role = "identifier", column = "source" }
        OBS_VALUE = { role = "measure", type = "number", column = "value", bounds = "value_as_published" }
        [[dataset]]
        name = "GVA"
        where = { measure = "Gross value added", unit = "billion KZT" }
        [dataset.components]
        SAID = { role = "identifier", column = "time" }
        WHO = { role = "identifier", column = "source" }
        OBS_VALUE = { role = "measure", type = "number", column = "value", multiply = "1000000000", bounds = "value_as_published" }
        "#,
    );
    let tables = source
        .read("creative_published.csv", &bytes)
        .unwrap_or_else(|faults| panic!("{}", told(&faults)));
    let mut shown = String::new();
    for table in &tables {
        for row in 0..table.batch.num_rows() {
            let bounds = ["OBS_VALUE#low", "OBS_VALUE", "OBS_VALUE#high"]
                .map(|name| array_value_to_string(&table.batch[name], row).unwrap());
            let who = table.origins.of(row, "WHO").unwrap().text;
            shown += &format!("{} {}: {}\n", table.name, bounds.join(".."), who);
        }
    }
    insta::assert_snapshot!(shown, @r#"
    SHARE 0.5..1.0..1.5: AIFC / Dasco report "Creative Industries in Kazakhstan: Trends and Prospects"
    SHARE 2.5..3.0..3.5: OCA Magazine
    SHARE 0.5..1.0..1.5: ekonomist.kz
    SHARE 2.65..2.7..2.75: ekonomist.kz citing CIAQ
    SHARE 0.0....1.0: Senate speaker M. Ashimbayev
    SHARE 0.0....1.0: President Tokayev, State-of-the-Nation Address
    SHARE 0.5..1.0..1.5: PM Bektenov / Government session
    SHARE 0.5..1.0..1.5: President Tokayev
    EMPLOYED 94500.0..95000.0..95500.0: OCA Magazine
    EMPLOYED 309500.0..310000.0..310500.0: Serikkyzy et al.
    EMPLOYED 134207.0..134207.0..134207.0: Ministry of Culture and Information via Astana Times / ASEF
    EMPLOYED 94500.0..95000.0..95500.0: "statistics", Khabar 24 via samal-akparat
    EMPLOYED 143600.0....inf: Minister Balayeva (Kazinform Chinese; kt.kz)
    EMPLOYED 149600.0..149600.0..149600.0: Ministry, Kazinform English
    EMPLOYED 142500.0..143000.0..143500.0: President Tokayev, CIS summit
    GVA 458500000000.0..459000000000.0..459500000000.0: AIFC / Dasco report
    "#);
}
