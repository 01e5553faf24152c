//! Everything that can be wrong with an account's files is told, with a code, a place, and what to do.

use crate::support::Sandbox;
use insta::assert_snapshot;
use olshem_account::Account;
use std::path::Path;

const GVA: &str = "sources/national-accounts/gva.csv";
const SOURCE: &str = "sources/national-accounts/source.toml";

#[test]
fn no_account() {
    let faults = Account::load(Path::new("no/such/folder")).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].code.id, faults[0].message.as_str()),
        ("A001", "the folder does not exist")
    );
    let sandbox = Sandbox::new().remove("account.toml");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn unknown_key() {
    let sandbox = Sandbox::new()
        .replace("account.toml", "ref_area =", "ref_aera =")
        .replace("claims.toml", "said = \"2025-02-01\"", "sayd = \"2025-02-01\"")
        .replace("indicators.toml", "decimals = 1", "decimal = 1")
        .replace("targets.toml", "evidence = [{ text", "evidence = [{ tekst")
        .replace("definitions/ICT_AND_ARTS.toml", "industry = \"it\"", "industri = \"it\"");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn unknown_key_in_a_source() {
    let sandbox = Sandbox::new().replace(SOURCE, "licence =", "license =").replace(
        SOURCE,
        "multiply =",
        "multiplier =",
    );
    assert_snapshot!(sandbox.faults());
}

#[test]
fn missing_key() {
    let sandbox = Sandbox::new()
        .replace("claims.toml", "who = { en = \"An invented minister\" }\n", "")
        .replace("definitions/ICT_AND_ARTS.toml", "status = \"read\" ", "#");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn missing_files() {
    let sandbox = Sandbox::new()
        .remove(GVA)
        .remove("codelists/regions.csv")
        .remove("codelists/industries.csv")
        .write("sources/empty/note.txt", "no source.toml here");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_file_that_cannot_be_read() {
    let sandbox = Sandbox::new().remove("claims.toml").write("claims.toml/note.txt", "a folder");
    let faults = sandbox.faults();
    assert!(faults.starts_with("A003 can't read the file: "), "{faults}");
}

#[test]
fn misspelt_files() {
    let claims = Sandbox::new().text("claims.toml");
    let sandbox = Sandbox::new().remove("claims.toml").write("claim.toml", claims);
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_definition_of_nothing() {
    let text = Sandbox::new().text("definitions/WHOLE_SECTIONS.toml");
    let head = text.split("[[code]]").next().unwrap();
    let sandbox = Sandbox::new().write("definitions/WHOLE_SECTIONS.toml", head);
    assert_snapshot!(sandbox.faults());
}

#[test]
fn other_files_are_passed_over() {
    let sandbox = Sandbox::new()
        .write("README.md", "Notes.")
        .write("methods.md", "Notes.")
        .write("sources/README.md", "Notes.")
        .write("definitions/notes.txt", "Notes.")
        .write("releases/0123456789abcdef/report.json", "not even JSON");
    assert_eq!(sandbox.faults(), "no faults");
}

#[test]
fn duplicate_ids() {
    let claim = "[[claim]]\nid = \"below-6\"\ntopic = \"share\"\ntext = \"t\"\nwho = \"w\"\n\
                 link = \"l\"\nsettle = \"s\"\n";
    let indicator = "[[indicator]]\nid = \"creative_share\"\ntopic = \"share\"\ntitle = \"t\"\n\
                     unit = \"u\"\n";
    let sandbox = Sandbox::new()
        .append("claims.toml", claim)
        .append("indicators.toml", indicator)
        .append("account.toml", "[[topic]]\nid = \"share\"\ntitle = \"t\"\n")
        .replace("definitions/ICT_AND_ARTS.toml", "code = \"62\"", "code = \"58\"")
        .append("codelists/activities.csv", "90,R,Again,\n");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_claim_naming_an_absent_indicator() {
    let sandbox = Sandbox::new()
        .replace("claims.toml", "indicator = \"creative_share\"", "indicator = \"creative_shrae\"")
        .replace("claims.toml", "condition = \"creative_share < 6\"", "condition = \"gdp < 6\"")
        .replace("targets.toml", "indicator = \"section_j_share\"", "indicator = \"section_k\"");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn an_indicator_that_is_no_result() {
    let sandbox = Sandbox::new()
        .replace("indicators.toml", "id = \"creative_share\"", "id = \"creative_shares\"")
        .replace("indicators.toml", "id = \"section_j_share\"", "id = \"section_j\"")
        .replace("indicators.toml", "topic = \"growth\"", "topic = \"groth\"");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn keys_that_an_indicator_does_not_have() {
    let sandbox = Sandbox::new()
        .replace("claims.toml", "at = { TIME_PERIOD = \"2024\" } ", "at = { TIME = \"2024\" } ")
        .replace("claims.toml", "at = { TIME_PERIOD = \"2024\" }", "at = { TIME_PERIOD = \"24\" }")
        .replace("claims.toml", "DEFINITION = \"ICT_AND_ARTS\"", "DEFINITION = \"ICT_AND_ART\"")
        .replace("targets.toml", "at = { REF_AREA = \"XA\" }", "at = { REF_AREA = \"XB\" }");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn more_than_one_observation_left() {
    let sandbox = Sandbox::new().replace("claims.toml", "at = { TIME_PERIOD = \"2024\" } ", "");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_target_without_a_series() {
    let sandbox = Sandbox::new()
        .append("codelists/regions.csv", "XB,,Otherland,\n")
        .replace(SOURCE, "value = \"XA\"", "column = \"area\"")
        .replace(GVA, "year,section", "area,year,section");
    let lines = sandbox.text(GVA);
    let data = lines.lines().enumerate().map(|(number, line)| match number {
        0 => format!("{line}\n"),
        _ => format!("XA,{line}\nXB,{line}\n"),
    });
    let sandbox = sandbox.write(GVA, data.collect::<String>());
    olshem_account::accept(&sandbox.path(), "national-accounts").unwrap();
    let sandbox = sandbox
        .replace("claims.toml", "at = { ", "at = { REF_AREA = \"XA\", ")
        .replace("claims.toml", "at = { TIME", "at = { REF_AREA = \"XA\", TIME")
        .replace("claims.toml", "at = { TIME", "at = { REF_AREA = \"XA\", TIME")
        .replace("targets.toml", "at = { REF_AREA = \"XA\" } ", "#");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_claim_without_test_or_settle() {
    let sandbox = Sandbox::new().append(
        "claims.toml",
        "[[claim]]\nid = \"bare\"\ntopic = \"share\"\ntext = \"t\"\nwho = \"w\"\nlink = \"l\"\n",
    );
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_condition_that_is_not_true_or_false() {
    let sandbox = Sandbox::new()
        .replace("claims.toml", "creative_share < 6", "creative_share + 6")
        .replace("claims.toml", "creative_share > 3", "creative_share > \\\"3\\\"");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_cyclic_method() {
    let sandbox =
        Sandbox::new().append("methods/share.vtl", "a := b + 1;\nb := c * 2;\nc := a - gdp;");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn an_ill_typed_method() {
    let sandbox = Sandbox::new()
        .append("methods/share.vtl", "a := GVA[calc measure X := ACTIVITY + 1];")
        .append("methods/validation.vtl", "b := GVAA * 2;\nc := (GVA;");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_code_that_is_not_in_its_codelist() {
    let sandbox = Sandbox::new()
        .replace("account.toml", "ref_area = \"XA\"", "ref_area = \"XX\"")
        .replace("definitions/ICT_AND_ARTS.toml", "code = \"62\"", "code = \"6201\"")
        .replace("definitions/ICT_AND_ARTS.toml", "industry = \"it\"", "industry = \"IT services\"")
        .replace("codelists/activities.csv", "92,R,", "92,Q,");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_code_of_the_data_that_is_not_in_its_codelist() {
    let sandbox = Sandbox::new().data("2022,Everything else", "2022,Everthing else");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_circular_codelist() {
    let sandbox = Sandbox::new().replace("codelists/activities.csv", "J,GDP,", "J,58,");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn duplicate_observations() {
    let sandbox = Sandbox::new().data("2022,Everything else", "2021,Everything else");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_cell_that_is_not_a_number() {
    let sandbox = Sandbox::new().data("12290", "about 12290");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_changed_source() {
    let sandbox = Sandbox::new().replace(GVA, "12290", "12291");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn not_utf8() {
    let sandbox = Sandbox::new()
        .write("claims.toml", b"# ok\n# \xD0\n")
        .write("methods/validation.vtl", b"/* \xFF */")
        .write("codelists/regions.csv", b"code,label_en\nXA,\xC0\n");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn empty_files() {
    let sandbox = Sandbox::new()
        .write("claims.toml", "")
        .write("methods/validation.vtl", " \n")
        .write("codelists/industries.csv", "")
        .write(GVA, "");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn files_with_only_a_header() {
    let sandbox = Sandbox::new()
        .write("codelists/industries.csv", "code,label_en\n")
        .write(GVA, "year,section,million\n");
    olshem_account::accept(&sandbox.path(), "national-accounts").unwrap();
    assert_snapshot!(sandbox.faults());
}

#[test]
fn wrong_columns() {
    let sandbox = Sandbox::new()
        .replace("codelists/industries.csv", "label_en", "label_eng")
        .replace("codelists/regions.csv", "code,", "kode,")
        .append("codelists/activities.csv", "Y,GDP\n");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn bad_values() {
    let sandbox = Sandbox::new()
        .replace("claims.toml", "said = \"2025-02-01\"", "said = \"1 February 2025\"")
        .replace("claims.toml", "said = \"2025-03\"", "said = 2025-03-01")
        .replace("claims.toml", "id = \"above-3\"", "id = \"above 3\"")
        .replace("targets.toml", "by = \"2030\"", "by = \"2030-13\"")
        .replace("targets.toml", "\"at least\"", "\"at last\"")
        .replace("targets.toml", "status = \"limited\"", "status = \"halfway\"")
        .replace("definitions/ICT_AND_ARTS.toml", "weight = 1", "weight = 1.5")
        .replace("indicators.toml", "chart = \"line\"", "chart = \"pie\"");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn bad_locales() {
    let sandbox = Sandbox::new()
        .replace("account.toml", "locales = [\"en\"]", "locales = [\"en\", \"English\"]")
        .replace("claims.toml", "text = { en =", "text = { kz =");
    assert_snapshot!(sandbox.faults());
    let sandbox = Sandbox::new().replace("claims.toml", "text = { en =", "text = { kz =").replace(
        "account.toml",
        "name = { en = ",
        "name = { eng = ",
    );
    assert_snapshot!(sandbox.faults());
}

#[test]
fn not_toml() {
    let sandbox = Sandbox::new().append("claims.toml", "[[claim]\nid = \n").replace(
        "targets.toml",
        "value = 6 ",
        "value = six ",
    );
    assert_snapshot!(sandbox.faults());
}

#[test]
fn names_that_are_taken() {
    let sandbox = Sandbox::new();
    let (text, data) = (sandbox.text(SOURCE), sandbox.text(GVA));
    let taken = text.replace("name = \"GVA\"", "name = \"DEFINITION\"");
    let component = text.replace("name = \"GVA\"", "name = \"OTHER\"").replace(
        "OBS_VALUE   =",
        "DEFINITION = { role = \"attribute\", value = \"x\" }\nOBS_VALUE =",
    );
    let sandbox = sandbox
        .write("sources/a/source.toml", text)
        .write("sources/a/gva.csv", &data)
        .write("sources/b/source.toml", taken)
        .write("sources/b/gva.csv", &data)
        .write("sources/c/source.toml", component)
        .write("sources/c/gva.csv", &data);
    assert_snapshot!(sandbox.faults());
}

#[test]
fn an_allocation_key_that_cannot_be_used() {
    let allocation = |dataset: &str, activity: &str| {
        format!(
            "[allocation]\ndataset = \"{dataset}\"\nactivity = \"{activity}\"\n\
             measure = \"OBS_VALUE\"\n\n[[topic]]"
        )
    };
    for (dataset, activity) in [("GVA", "ACTIVITY"), ("TURNOVER", "ACTIVITY")] {
        let with = allocation(dataset, activity);
        let sandbox = Sandbox::new().replace("account.toml", "[[topic]]", &with);
        assert_snapshot!(sandbox.faults());
    }
}

#[test]
fn a_validation_that_checks_nothing() {
    let sandbox = Sandbox::new().append("methods/share.vtl", "check_nothing <- gdp;").replace(
        "account.toml",
        "strict = [\"check_sections\"]",
        "strict = [\"check_section\"]",
    );
    assert_snapshot!(sandbox.faults());
}

#[test]
fn all_faults_are_told_in_one_run() {
    let sandbox = Sandbox::new()
        .replace("account.toml", "ref_area = \"XA\"", "ref_area = \"XX\"")
        .replace("claims.toml", "creative_share < 6", "creative_share < ")
        .replace("claims.toml", "said = \"2025-03\"", "said = \"March\"")
        .replace("indicators.toml", "decimals = 1", "decimal = 1")
        .replace("methods/share.vtl", "* 100;", "* \"100\";")
        .replace("definitions/ICT_AND_ARTS.toml", "code = \"62\"", "code = \"63\"")
        .replace(GVA, "12290", "x");
    assert_snapshot!(sandbox.faults());
}

#[test]
fn a_failed_validation_is_a_finding_and_no_fault() {
    let run = Sandbox::new().data("12290", "12291").run();
    let report = run.report();
    assert!(report.validations[0].strict);
    insta::assert_json_snapshot!(report.validations);
}

#[test]
fn accepting_a_new_vintage_keeps_the_comments() {
    let sandbox = Sandbox::new();
    let before = sandbox.text(SOURCE);
    let sandbox = sandbox.replace(GVA, "12290", "12291");
    let accepted = olshem_account::accept(&sandbox.path(), "national-accounts").unwrap();
    assert_eq!(sandbox.text(SOURCE), before.replace(&accepted.before, &accepted.now));
    assert_eq!(sandbox.faults(), "no faults");
    let unknown = olshem_account::accept(&sandbox.path(), "national-account").unwrap_err();
    assert_eq!(unknown.help.as_deref(), Some("did you mean `national-accounts`?"));
}
