//! Sixteen workbooks as offices publish them become datasets by the declarations in `official/`
//! alone, and what ought to sum up does.

use crate::{Source, shared, told};
use arrow::array::{Array, ArrayRef};
use arrow::util::display::array_value_to_string;
use olshem_formats::Table;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The datasets of a workbook, by the declaration that bears its name.
fn tables(workbook: &str) -> Option<Vec<Table>> {
    let file = shared(&format!("data/formats/xlsx/{workbook}"))?;
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/official");
    let declaration = fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
    let bytes = fs::read(&file).unwrap();
    match Source::parse(&declaration).read(workbook, &bytes) {
        Ok(tables) => Some(tables),
        Err(faults) => panic!("{}", told(&faults)),
    }
}

fn text(array: &ArrayRef, row: usize) -> String {
    match array.is_null(row) {
        true => "·".to_owned(),
        false => array_value_to_string(array, row).unwrap(),
    }
}

#[test]
fn all_of_them_are_read() {
    let Some(folder) = shared("data/formats/xlsx") else { return };
    let mut workbooks: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    workbooks.sort();
    let mut shown = String::new();
    for workbook in workbooks {
        writeln!(shown, "{workbook}").unwrap();
        for table in tables(&workbook).unwrap() {
            let rows = table.batch.num_rows();
            writeln!(shown, "  {}: {}, {rows} observations", table.name, table.structure).unwrap();
            for row in [0, rows - 1] {
                let values: Vec<String> =
                    table.batch.columns().iter().map(|array| text(array, row)).collect();
                writeln!(shown, "    {}", values.join(" | ")).unwrap();
            }
        }
    }
    insta::assert_snapshot!(shown);
}

/// A number of each observation under the texts of its other components.
struct Sums(BTreeMap<Vec<String>, f64>);

impl Sums {
    /// Of `measure`, by these components.
    fn of(table: &Table, measure: &str, by: &[&str]) -> Self {
        let mut sums: BTreeMap<Vec<String>, f64> = BTreeMap::new();
        for row in 0..table.batch.num_rows() {
            if let Ok(number) = text(&table.batch[measure], row).parse::<f64>() {
                let key = by.iter().map(|name| text(&table.batch[*name], row)).collect();
                *sums.entry(key).or_default() += number;
            }
        }
        Self(sums)
    }

    fn only(&self, wanted: impl Fn(&[String]) -> bool) -> Self {
        let wanted = self.0.iter().filter(|(key, _)| wanted(key));
        Self(wanted.map(|(key, number)| (key.clone(), *number)).collect())
    }

    fn get(&self, key: &[&str]) -> Option<f64> {
        let key: Vec<String> = key.iter().map(|&text| text.to_owned()).collect();
        self.0.get(&key).copied()
    }

    /// Whether for each value of all components but the first, the parts add up to the whole, `within`
    /// so much, where no part is missing. Gives how many totals were compared.
    fn add_up(&self, whole: &str, is_part: impl Fn(&str) -> bool, within: f64) -> usize {
        let mut totals: BTreeMap<&[String], (f64, f64, usize)> = BTreeMap::new();
        for (key, number) in &self.0 {
            let (whole_sum, parts, count) = totals.entry(&key[1..]).or_default();
            if key[0] == whole {
                *whole_sum += number;
            } else if is_part(&key[0]) {
                *parts += number;
                *count += 1;
            }
        }
        let all = totals.values().map(|(.., count)| *count).max().unwrap_or(0);
        totals.retain(|_, (.., count)| *count == all);
        for (key, (whole, parts, _)) in &totals {
            assert!((whole - parts).abs() <= within, "{key:?}: {whole} is not {parts}");
        }
        totals.len()
    }
}

#[test]
fn kazakhstan_notes_stay_with_the_years() {
    let Some(tables) = tables("KAZ_BNS_gross_regional_product.xlsx") else { return };
    let by_note = Sums::of(&tables[0], "OBS_VALUE", &["REF_AREA", "NOTE", "TIME_PERIOD"]);
    assert_eq!(by_note.get(&["Kazakhstan", "million roubles", "1992"]), Some(1_066_651.7));
    assert_eq!(by_note.get(&["Kazakhstan", "·", "1993"]), Some(25_081.8));
}

#[test]
fn british_regions_and_their_parts() {
    let workbook = "UK_ONS_regionalgrossdomesticproductgdpallitlregions.xlsx";
    let Some(tables) = tables(workbook) else { return };
    let sums = Sums::of(&tables[0], "OBS_VALUE", &["LEVEL", "TABLE", "TIME_PERIOD"]);
    // Table 5 is GDP; the regions of each level with the extra-regio make the country.
    let by_area = Sums::of(&tables[0], "OBS_VALUE", &["REF_AREA", "TABLE", "TIME_PERIOD"]);
    for year in 1998..=2021 {
        let year = year.to_string();
        let country = by_area.get(&["UK", "5", &year]).unwrap();
        let extra = by_area.get(&["TLZ", "5", &year]).unwrap();
        for level in ["ITL1", "ITL2", "ITL3"] {
            let parts = sums.get(&[level, "5", &year]).unwrap() + extra;
            assert!((country - parts).abs() <= 10.0, "{year} {level}: {country} is not {parts}");
        }
    }
}

#[test]
fn british_low_carbon_sectors() {
    let Some(tables) = tables("UK_ONS_lcreedataset2022.xlsx") else { return };
    let table = &tables[0];
    // Rounded to 500; the year of each block is that of its title, one column to the right.
    let sums = Sums::of(table, "OBS_VALUE", &["REF_AREA", "SECTOR", "INDICATOR", "TIME_PERIOD"]);
    assert_eq!(sums.get(&["UK", "All sectors", "number of businesses", "2022"]), Some(97_000.0));
    assert_eq!(sums.get(&["UK", "All sectors", "turnover", "2014"]), Some(43_699_500.0));
    // A business may be in several countries.
    let all = sums.only(|key| key[1] == "All sectors" && key[2] != "number of businesses");
    assert_eq!(all.add_up("UK", |_| true, 2_000.0), 52);
}

#[test]
fn philippine_regions() {
    let Some(tables) = tables("PHL_PSA_GRDP_2000-2023.xlsx") else { return };
    let by = ["REF_AREA", "INDICATOR", "PRICES", "TIME_PERIOD"];
    let sums = Sums::of(&tables[0], "OBS_VALUE", &by);
    let sums = sums.only(|key| !key[1].starts_with("Per Capita"));
    // 24 years at two prices, of the product and of eighteen industries' value added.
    assert_eq!(sums.add_up("Philippines", |_| true, 1.0), 24 * 2 * 19);
}

#[test]
fn indian_states_know_their_base() {
    let Some(tables) = tables("IND_RBI_27T.xlsx") else { return };
    let by = ["REF_AREA", "BASE_PERIOD", "TIME_PERIOD"];
    let sums = Sums::of(&tables[0], "OBS_VALUE", &by);
    assert_eq!(sums.get(&["Assam", "2004", "2010"]), Some(11_268_796.0));
    assert_eq!(sums.get(&["Assam", "2011", "2011"]), Some(14_317_491.0));
}

#[test]
fn croatian_supply() {
    let Some(tables) = tables("HRV_DZS_IOT_2010.xlsx") else { return };
    let sums = Sums::of(&tables[0], "OBS_VALUE", &["PRODUCT", "INDUSTRY"]);
    assert_eq!(sums.add_up("CPA_TOTAL", |product| product.starts_with("CPA_"), 2.0), 70);
}

#[test]
fn brazilian_states() {
    let Some(tables) = tables("BRA_IBGE_PIB_renda_UF.xls") else { return };
    let sums = Sums::of(&tables[0], "OBS_VALUE", &["REF_AREA", "ITEM", "TIME_PERIOD"]);
    let states = |area: &str| area != "Brasil" && !area.starts_with("Região");
    assert!(sums.add_up("Brasil", states, 5.0) > 100);
    let regions = |area: &str| area.starts_with("Região");
    assert!(sums.add_up("Brasil", regions, 5.0) > 100);
}

#[test]
fn regions_are_part_of_regions() {
    let Some(tables) = tables("OECD_territorial_correspondence_2023-11.xlsx") else { return };
    let regions = &tables[0].batch;
    let texts = |name: &str| -> Vec<String> {
        (0..regions.num_rows()).map(|row| text(&regions[name], row)).collect()
    };
    let ids: BTreeSet<String> = texts("REG_ID").into_iter().collect();
    let parents: BTreeSet<String> = texts("PARENT").into_iter().collect();
    // "No metropolitan region", and the American regions that have no level of their own.
    let without: Vec<&String> = parents.difference(&ids).collect();
    assert_eq!(without, ["NOMC", "USA_TL3"]);
}

#[test]
fn british_workplaces_by_size() {
    let Some(tables) = tables("UK_BFI_IDBR_film.xlsx") else { return };
    for measure in ["WORKPLACES", "EMPLOYEES"] {
        let sums = Sums::of(&tables[0], measure, &["SIZE", "ACTIVITY", "TIME_PERIOD"]);
        assert_eq!(sums.add_up("Total", |_| true, 0.0), 3);
    }
}

#[test]
fn british_film_workforce() {
    let Some(tables) = tables("UK_BFI_APS_film.xlsx") else { return };
    let sums = Sums::of(&tables[0], "OBS_VALUE", &["ACTIVITY", "TIME_PERIOD"]);
    // Each rounded to a thousand; the self-employed are among the workers in production.
    let counts = |activity: &str| !activity.ends_with("self-employed");
    assert_eq!(sums.add_up("Total", counts, 2_000.0), 11);
    let suppressed = Sums::of(&tables[1], "OBS_VALUE", &["OBS_STATUS", "TIME_PERIOD", "ACTIVITY"]);
    assert_eq!(suppressed.get(&["C", "2023", "Film and video production"]), None);
    let statuses = &tables[1].batch["OBS_STATUS"];
    assert!((0..statuses.len()).any(|row| text(statuses, row) == "C"));
}
