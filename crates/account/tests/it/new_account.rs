//! What `olshem new` makes.

use crate::support::Sandbox;
use olshem_account::report::{Outcome, TargetOutcome};
use olshem_account::{Account, create};

#[test]
fn a_new_account_checks_at_once() {
    let run = Sandbox::new().run();
    insta::assert_json_snapshot!(run.report());
}

#[test]
fn it_has_a_claim_of_each_kind_and_a_target() {
    let run = Sandbox::new().run();
    let claims = &run.report().summary.claims;
    for outcome in [Outcome::Holds, Outcome::Fails, Outcome::Undecidable] {
        assert_eq!(claims.get(&outcome), Some(&1), "{outcome:?}");
    }
    assert_eq!(run.report().summary.targets.get(&TargetOutcome::Open), Some(&1));
    assert!(run.report().found_something());
}

#[test]
fn its_indicator_has_bounds_and_labels() {
    let table = Sandbox::new().run().indicator("creative_share").unwrap();
    let at = |definition: &str| {
        let keys = [("DEFINITION", definition), ("TIME_PERIOD", "2024")];
        let keys = keys.map(|(name, value)| (name.to_owned(), value.to_owned()));
        table.clone().at(&keys).unwrap().rows
    };
    insta::assert_json_snapshot!([at("ICT_AND_ARTS"), at("WHOLE_SECTIONS")]);
    insta::assert_json_snapshot!(table.dimensions);
}

#[test]
fn an_unknown_key_or_code_is_told_with_the_nearest() {
    let table = Sandbox::new().run().indicator("creative_share").unwrap();
    let fault = |name: &str, value: &str| {
        let fault = table.clone().at(&[(name.to_owned(), value.to_owned())]).unwrap_err();
        format!("{}; {}", fault.message, fault.help.unwrap_or_default())
    };
    assert_eq!(
        fault("TIME_PERIODS", "2024"),
        "`creative_share` has no dimension `TIME_PERIODS`; did you mean `TIME_PERIOD`?"
    );
    assert_eq!(
        fault("DEFINITION", "WHOLE_SECTION"),
        "no observation of `creative_share` has DEFINITION = WHOLE_SECTION; \
         did you mean `WHOLE_SECTIONS`?"
    );
    let by_label = [("REF_AREA".to_owned(), "exampleland".to_owned())];
    assert_eq!(table.clone().at(&by_label).unwrap().rows.len(), table.rows.len());
}

#[test]
fn an_existing_folder_is_left_alone() {
    let sandbox = Sandbox::new();
    let fault = create(&sandbox.path(), "Other").unwrap_err();
    assert_eq!(fault.code.id, "A026");
    assert!(sandbox.text("account.toml").contains("id = \"example\""));
}

#[test]
fn the_name_may_have_any_letters() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("new");
    create(&path, "My \"own\" Өлшем 2").unwrap();
    let account = Account::load(&path).unwrap();
    assert_eq!(&*account.settings().id, "my-own-2");
    assert_eq!(account.settings().name.get("en"), "My \"own\" Өлшем 2");
    assert_eq!(create(&folder.path().join("other"), "Өлшем").unwrap_err().code.id, "A010");
}
