//! Official workbooks become datasets by a `source.toml` alone.

use crate::{Source, shared, told};
use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use olshem_formats::Table;
use olshem_model::Codelist;
use olshem_model::codelist::Item;
use std::collections::BTreeMap;
use std::fs;

/// The one dataset of a workbook; a codelist `areas` has those names as codes.
fn table(workbook: &str, source: &str, areas: &[&str]) -> Option<Table> {
    let file = shared(&format!("data/formats/xlsx/{workbook}"))?;
    let mut list = Codelist::new("areas");
    for area in areas {
        // Other spellings of a name follow it after a bar.
        let (code, aliases) = area.split_once('|').unwrap_or((area, ""));
        let aliases = aliases.split('|').map(str::to_owned).collect();
        list.push(Item { code: code.to_owned(), aliases, ..Item::default() }).unwrap();
    }
    let codelists = [("areas".to_owned(), list)].into();
    let bytes = fs::read(&file).unwrap();
    match Source::parse(source).read_with(workbook, &bytes, &codelists) {
        Ok(mut tables) => tables.pop(),
        Err(faults) => panic!("{}", told(&faults)),
    }
}

/// By period: the value of `total`, and the sum of all other areas that are to be counted.
fn totals(
    table: &Table,
    total: &str,
    counts: impl Fn(&str, &str) -> bool,
) -> BTreeMap<String, (f64, f64)> {
    let areas = table.batch["REF_AREA"].as_string::<i32>();
    let periods = table.batch["TIME_PERIOD"].as_string::<i32>();
    let values = table.batch["OBS_VALUE"].as_primitive::<Float64Type>();
    let mut totals = BTreeMap::new();
    for row in 0..table.batch.num_rows() {
        let (area, period, value) = (areas.value(row), periods.value(row), values.value(row));
        let (whole, sum): &mut (f64, f64) = totals.entry(period.to_owned()).or_default();
        if area == total {
            *whole += value;
        } else if counts(area, period) {
            *sum += value;
        }
    }
    totals
}

/// Which periods have parts that do not sum to the whole within `rounding`.
fn unequal(totals: &BTreeMap<String, (f64, f64)>, rounding: f64) -> Vec<String> {
    totals
        .iter()
        .filter(|(_, (whole, sum))| (whole - sum).abs() > rounding)
        .map(|(period, (whole, sum))| format!("{period}: {whole} is not {sum:.1}"))
        .collect()
}

fn origin(table: &Table, row: usize, component: &str) -> String {
    let origin = table.origins.of(row, component).unwrap();
    format!("{}: \"{}\"", origin.place, origin.text)
}

#[test]
fn kazakhstan_gross_regional_product() {
    // Sheets by period, of which the names change each year; footnote marks on years and names;
    // quarters since the start of the year beside whole years; Cyrillic letters in Latin names.
    let source = r#"
        [read]
        format = "xlsx"
        footnotes = true
        [[dataset]]
        name = "GRP"
        sheet = ["1990-*", "1998-*", "2008-*"]
        header = 3
        where = { TIME_PERIOD = ["19*", "20*"] }
        [dataset.components]
        REF_AREA = { role = "identifier", column = "A", codelist = "areas" }
        TIME_PERIOD = { role = "identifier", type = "time_period", heading = 1 }
        OBS_VALUE = { role = "measure", type = "number", columns = "B:" }
    "#;
    let areas = [
        "Kazakhstan|Republic of Kazakhstan",
        "Abay",
        "Akmola",
        "Aktobe|Аktobе",
        "Almaty|Аlmaty",
        "Atyrau|Аtyrau",
        "West Kazakhstan|Batys Kazakhstan",
        "Zhambyl",
        "Zhetisu",
        "Karaganda|Кaragandy",
        "Kostanay|Коstanay",
        "Kyzylorda|Кyzylorda",
        "Mangystau|Мangystau",
        "South Kazakhstan|Ontustik Kazakhstan",
        "Pavlodar",
        "North Kazakhstan|Soltustik Кazakhstan",
        "Turkistan",
        "Ulytau",
        "East Kazakhstan|Shygys Kazakhstan",
        "Astana city",
        "Almaty city",
        "Shymkent city",
    ];
    let Some(table) = table("KAZ_BNS_gross_regional_product.xlsx", source, &areas) else { return };
    // From 2011 South Kazakhstan stands beside Turkistan and Shymkent, into which it was divided.
    let counts = |area: &str, period: &str| area != "South Kazakhstan" || period < "2011";
    let totals = totals(&table, "Kazakhstan", counts);
    assert_eq!(unequal(&totals, 0.35), [""; 0]);
    let years: Vec<String> = (1990..=2023).map(|year| year.to_string()).collect();
    assert!(totals.keys().eq(&years));

    let in_1997 = |row: &usize| origin(&table, *row, "REF_AREA").contains("Astana city2)");
    let row = (0..table.batch.num_rows()).find(in_1997).unwrap();
    let cells = ["REF_AREA", "TIME_PERIOD", "OBS_VALUE"].map(|name| origin(&table, row, name));
    insta::assert_snapshot!(cells.join("\n"), @r#"
    KAZ_BNS_gross_regional_product.xlsx: sheet " 1990-1997", cell A19: "Astana city2)"
    KAZ_BNS_gross_regional_product.xlsx: sheet " 1990-1997", cell I3: "1997"
    KAZ_BNS_gross_regional_product.xlsx: sheet " 1990-1997", cell I19: "25719.2"
    "#);
}

#[test]
fn russia_gross_regional_product() {
    // A table as a database would have it; the unit is a hundred thousand roubles.
    let source = r#"
        [read]
        format = "xlsx"
        [[dataset]]
        name = "GRP"
        sheet = "data"
        [dataset.components]
        REF_AREA = { role = "identifier", column = "id" }
        TIME_PERIOD = { role = "identifier", type = "time_period", column = "year" }
        OBS_VALUE = { role = "measure", type = "number", column = "region_gdp", multiply = "100000" }
    "#;
    let Some(table) = table("RUS_regional_grp.xlsx", source, &[]) else { return };
    let totals = totals(&table, "", |_, _| true);
    assert_eq!(totals["2020"].1, 93_153_055_800_000.0);
    assert_eq!(totals["2021"].1, 120_427_916_500_000.0);
    assert_eq!(table.batch.num_rows(), 166);
}

#[test]
fn kyrgyzstan_gross_regional_product() {
    let source = r#"
        [read]
        format = "xlsx"
        [[dataset]]
        name = "GRP"
        header = 4
        rows = "6..16"
        [dataset.components]
        REF_AREA = { role = "identifier", column = "Наименование показателей" }
        TIME_PERIOD = { role = "identifier", type = "time_period", heading = 1 }
        OBS_VALUE = { role = "measure", type = "number", columns = "D:" }
    "#;
    let Some(table) = table("KGZ_NSC_grp_cyrillic.xlsx", source, &[]) else { return };
    let totals = totals(&table, "Кыргызская Республика", |_, _| true);
    assert_eq!(unequal(&totals, 0.5), [""; 0]);
    assert_eq!(totals.len(), 17);
}

#[test]
fn china_gross_regional_product() {
    // The older binary format, with numbers stored as text and years descending.
    let source = r#"
        [read]
        format = "xlsx"
        [[dataset]]
        name = "GRP"
        header = 4
        rows = "5..35"
        [dataset.components]
        REF_AREA = { role = "identifier", column = "Region" }
        TIME_PERIOD = { role = "identifier", type = "time_period", heading = 1 }
        OBS_VALUE = { role = "measure", type = "number", columns = "B:", multiply = "100000000", bounds = true }
    "#;
    let Some(table) = table("CHN_NBS_AnnualbyProvince.xls", source, &[]) else { return };
    assert_eq!(table.batch.num_rows(), 31 * 20);
    assert_eq!(totals(&table, "", |_, _| true)["2023"].1, 125_093_180_000_000.0);
    let beijing = ["OBS_VALUE#low", "OBS_VALUE", "OBS_VALUE#high"]
        .map(|name| table.batch[name].as_primitive::<Float64Type>().value(39));
    assert_eq!(beijing, [4_376_065_000_000.0, 4_376_070_000_000.0, 4_376_075_000_000.0]);
}

#[test]
fn india_gross_state_product() {
    // Fiscal years, two bases that overlap in 2011: the sheets with the later base win.
    let source = r#"
        [read]
        format = "xlsx"
        missing = ["-"]
        [[dataset]]
        name = "GSDP"
        sheet = "T_27*"
        header = [5, 6]
        rows = "7..40"
        [dataset.components]
        REF_AREA = { role = "identifier", column = "State/Union Territory" }
        TIME_PERIOD = { role = "identifier", type = "time_period", heading = 2, pattern = "^([0-9]{4})-" }
        OBS_VALUE = { role = "measure", type = "number", columns = "C:", multiply = "100000" }
    "#;
    let Some(table) = table("IND_RBI_27T.xlsx", source, &[]) else { return };
    let places: Vec<String> = (0..table.batch.num_rows())
        .filter(|&row| table.batch["REF_AREA"].as_string::<i32>().value(row) == "Assam")
        .map(|row| origin(&table, row, "OBS_VALUE"))
        .collect();
    insta::assert_snapshot!(places.join("\n"), @r#"
    IND_RBI_27T.xlsx: sheet "T_27(i)", cell C10: "5339771"
    IND_RBI_27T.xlsx: sheet "T_27(i)", cell D10: "5938458"
    IND_RBI_27T.xlsx: sheet "T_27(i)", cell E10: "6469221"
    IND_RBI_27T.xlsx: sheet "T_27(i)", cell F10: "7107619"
    IND_RBI_27T.xlsx: sheet "T_27(i)", cell G10: "8107367"
    IND_RBI_27T.xlsx: sheet "T_27(ii)", cell C10: "9597457"
    IND_RBI_27T.xlsx: sheet "T_27(ii)", cell D10: "11268796"
    IND_RBI_27T.xlsx: sheet "T_27(iii)", cell C10: "14317491"
    IND_RBI_27T.xlsx: sheet "T_27(iii)", cell D10: "15686424"
    IND_RBI_27T.xlsx: sheet "T_27(iii)", cell E10: "17774522"
    IND_RBI_27T.xlsx: sheet "T_27(iii)", cell F10: "19572315"
    IND_RBI_27T.xlsx: sheet "T_27(iii)", cell G10: "22795883"
    IND_RBI_27T.xlsx: sheet "T_27(iii)", cell H10: "25438236"
    IND_RBI_27T.xlsx: sheet "T_27(iv)", cell C10: "28316489"
    IND_RBI_27T.xlsx: sheet "T_27(iv)", cell D10: "30933632"
    IND_RBI_27T.xlsx: sheet "T_27(iv)", cell E10: "34685068"
    IND_RBI_27T.xlsx: sheet "T_27(iv)", cell F10: "35360542"
    IND_RBI_27T.xlsx: sheet "T_27(iv)", cell G10: "41261187"
    IND_RBI_27T.xlsx: sheet "T_27(iv)", cell H10: "49316660"
    "#);
}

#[test]
fn brazil_income_components() {
    // Headings in two rows, of which the upper is merged over the years of each unit.
    let source = r#"
        [read]
        format = "xlsx"
        missing = [".."]
        [[dataset]]
        name = "INCOME"
        sheet = "Tabela1"
        header = [8, 9]
        rows = "10..19"
        where = { UNIT = "Participação*" }
        [dataset.components]
        ITEM = { role = "identifier", column = "Componentes do PIB sob o ótica da renda" }
        UNIT = { role = "identifier", heading = 1, map = { "Participação dos componentes do PIB sobre o PIB do Brasil (%)" = "share" } }
        TIME_PERIOD = { role = "identifier", type = "time_period", heading = 2 }
        OBS_VALUE = { role = "measure", type = "number", columns = "B:" }
    "#;
    let Some(table) = table("BRA_IBGE_PIB_renda_UF.xls", source, &[]) else { return };
    let items = table.batch["ITEM"].as_string::<i32>();
    let row = items.iter().position(|item| item == Some("PIB - Ótica da Renda")).unwrap();
    let cells = ["UNIT", "TIME_PERIOD", "OBS_VALUE"].map(|name| origin(&table, row, name));
    insta::assert_snapshot!(cells.join("\n"), @r#"
    BRA_IBGE_PIB_renda_UF.xls: sheet "Tabela1", cell N8: "Participação dos componentes do PIB sobre o PIB do Brasil (%)"
    BRA_IBGE_PIB_renda_UF.xls: sheet "Tabela1", cell N9: "2010"
    BRA_IBGE_PIB_renda_UF.xls: sheet "Tabela1", cell N18: "1"
    "#);
    assert_eq!(table.batch["OBS_VALUE"].null_count(), 12);
}

#[test]
fn a_sheet_that_is_not_there() {
    let Some(file) = shared("data/formats/xlsx/KAZ_BNS_gross_regional_product.xlsx") else {
        return;
    };
    let source = Source::parse(
        r#"
        [read]
        format = "xlsx"
        [[dataset]]
        name = "GRP"
        sheet = "2010-2026"
        [dataset.components]
        REF_AREA = { role = "identifier", column = "A" }
        "#,
    );
    let bytes = fs::read(file).unwrap();
    let refused = |bytes: &[u8]| told(&source.read("grp.xlsx", bytes).unwrap_err());
    insta::assert_snapshot!(refused(&bytes), @r#"
    grp.xlsx: there is no sheet "2010-2026" (F017)
      help: the workbook has " 1990-1997", "1998-2007", "2008-2023"
    "#);
    insta::assert_snapshot!(refused(&bytes[..bytes.len() / 2]), @"grp.xlsx: the workbook can't be opened: invalid Zip archive: Could not find EOCD (F016)");
    insta::assert_snapshot!(refused(b""), @"grp.xlsx: the file is empty (F001)");
    // However it is damaged, it is refused or read, without a panic.
    for step in 0..40 {
        let mut damaged = bytes.clone();
        let from = step * bytes.len() / 40;
        damaged[from..from + 16].fill(0xA5);
        let _ = source.read("grp.xlsx", &damaged);
    }
}
