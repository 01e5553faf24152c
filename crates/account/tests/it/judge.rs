//! What the numbers say about claims: verdicts and what they come to together.

use crate::support::{Sandbox, engine};
use olshem_account::lineage::{Node, Origin};
use olshem_account::report::{ClaimReport, Outcome, Verdict};

const CONDITION: &str = "condition = \"creative_share < 6\"";

fn claim(sandbox: &Sandbox, id: &str) -> ClaimReport {
    let run = sandbox.run();
    let mut claims = run.report().topics.iter().flat_map(|topic| &topic.claims);
    claims.find(|claim| claim.id == id).unwrap().clone()
}

fn verdicts(claim: &ClaimReport) -> Vec<Verdict> {
    claim.answers.iter().map(|answer| answer.verdict).collect()
}

fn with_condition(condition: &str) -> ClaimReport {
    let sandbox =
        Sandbox::new().replace("claims.toml", CONDITION, &format!("condition = \"{condition}\""));
    claim(&sandbox, "below-6")
}

#[test]
fn each_definition_has_its_own_verdict() {
    // Between 0 and 5.46 % under the narrow definition, 5.46 % under the wide one.
    for (condition, narrow, wide, outcome) in [
        ("creative_share < 6", Verdict::Holds, Verdict::Holds, Outcome::Holds),
        ("creative_share > 6", Verdict::Fails, Verdict::Fails, Outcome::Fails),
        ("creative_share > 3", Verdict::Undecidable, Verdict::Holds, Outcome::Undecidable),
        ("creative_share > 5.46", Verdict::Undecidable, Verdict::Holds, Outcome::Undecidable),
        ("creative_share > 5.462", Verdict::Fails, Verdict::Fails, Outcome::Fails),
        (
            "creative_share >= section_j_share",
            Verdict::Undecidable,
            Verdict::Holds,
            Outcome::Undecidable,
        ),
        (
            "creative_share >= 0 or creative_share > 3",
            Verdict::Holds,
            Verdict::Holds,
            Outcome::Holds,
        ),
        (
            "max(creative_share group by TIME_PERIOD) > 5.462",
            Verdict::Fails,
            Verdict::Fails,
            Outcome::Fails,
        ),
        ("1 > 2", Verdict::Fails, Verdict::Fails, Outcome::Fails),
    ] {
        let claim = with_condition(condition);
        assert_eq!(verdicts(&claim), [narrow, wide], "{condition}");
        assert_eq!(claim.outcome, outcome, "{condition}");
    }
}

#[test]
fn readings_that_disagree_make_it_depend() {
    let sandbox = Sandbox::new().replace(
        "claims.toml",
        CONDITION,
        "condition = \"creative_share < 6\"\n\n[[claim.test]]\nindicator = \"section_j_share\"\n\
         at = { TIME_PERIOD = \"2024\" }\ncondition = \"section_j_share < 4\"\n",
    );
    let claim = claim(&sandbox, "below-6");
    assert_eq!(verdicts(&claim), [Verdict::Holds, Verdict::Holds, Verdict::Fails]);
    assert_eq!(claim.outcome, Outcome::Depends);
}

#[test]
fn a_missing_number_is_no_data_and_not_undecidable() {
    let sandbox = Sandbox::new()
        .data("2024,Information and communication,600", "2024,Information and communication,");
    let claim_of = |id: &str| claim(&sandbox, id);
    assert_eq!(verdicts(&claim_of("j-below-4")), [Verdict::NoData]);
    assert_eq!(claim_of("j-below-4").outcome, Outcome::NoData);
    assert!(claim_of("j-below-4").answers[0].figure.is_none());
}

#[test]
fn an_absent_period_is_no_data() {
    let sandbox = Sandbox::new().replace(
        "claims.toml",
        "at = { TIME_PERIOD = \"2024\" } ",
        "at = { TIME_PERIOD = \"2030\" } ",
    );
    let claim = claim(&sandbox, "below-6");
    assert_eq!(verdicts(&claim), [Verdict::NoData, Verdict::NoData]);
    assert_eq!(claim.outcome, Outcome::NoData);
}

#[test]
fn a_printed_figure_is_held_against_the_measured_one() {
    for (published, condition, verdict) in [
        ("about 4.6 %", "between(section_j_share, PUBLISHED_LOW, PUBLISHED_HIGH)", Verdict::Holds),
        ("4.5%", "between(section_j_share, PUBLISHED_LOW, PUBLISHED_HIGH)", Verdict::Fails),
        ("over 4 %", "section_j_share >= PUBLISHED_LOW", Verdict::Holds),
        ("over 4 %", "section_j_share <= PUBLISHED_HIGH", Verdict::Holds),
        ("4.6 %", "section_j_share = PUBLISHED", Verdict::Undecidable),
        ("6 %", "section_j_share = PUBLISHED", Verdict::Fails),
    ] {
        let sandbox = Sandbox::new()
            .replace(
                "claims.toml",
                "published = \"less than 4%\"",
                &format!("published = \"{published}\""),
            )
            .replace("claims.toml", "section_j_share <= PUBLISHED_HIGH", condition);
        assert_eq!(verdicts(&claim(&sandbox, "j-below-4")), [verdict], "{published}: {condition}");
    }
}

/// An account with turnover by division as an allocation key.
fn with_allocation_key() -> Sandbox {
    let allocation = "[allocation]\ndataset = \"TURNOVER\"\nactivity = \"ACTIVITY\"\n\
                      measure = \"OBS_VALUE\"\n\n[[topic]]";
    let source = r#"
title = "Turnover (INVENTED EXAMPLE)"
publisher = "Olshem, as an example"
address = "https://example.org/"
licence = "CC0"
retrieved = "2026-01"
file = "turnover.csv"
sha256 = ""

[read]
format = "csv"

[[dataset]]
name = "TURNOVER"

[dataset.components]
ACTIVITY = { role = "identifier", column = "code", codelist = "activities" }
OBS_VALUE = { role = "measure", type = "number", column = "value" }
"#;
    let sandbox = Sandbox::new()
        .replace("account.toml", "[[topic]]", allocation)
        .write("sources/turnover/source.toml", source)
        .write("sources/turnover/turnover.csv", "code,value\n58,1\n61,1\n62,2\n90,3\n92,1\n");
    olshem_account::accept(&sandbox.path(), "turnover").unwrap();
    sandbox
}

#[test]
fn an_allocation_key_gives_a_point_between_the_bounds() {
    let sandbox = with_allocation_key();
    let claim = claim(&sandbox, "above-3");
    let figure = claim.answers[0].figure.as_ref().unwrap();
    // Three quarters of 600 and of 110, over 13,000.
    let expected = (600.0 * 0.75 + 110.0 * 0.75) / 13_000.0 * 100.0;
    assert!((figure.value.unwrap() - expected).abs() < 1e-12, "{figure:?}");
    assert_eq!((figure.low, figure.high), (Some(0.0), Some(5.461538461538462)));
    // The point is a best guess; the bounds still leave both possible.
    assert_eq!(claim.outcome, Outcome::Undecidable);
}

#[test]
fn the_key_is_part_of_the_explanation() {
    fn find<'n>(node: &'n Node, dataset: &str) -> Option<&'n Node> {
        let below = || node.inputs.iter().find_map(|input| find(input, dataset));
        if node.dataset == dataset { Some(node) } else { below() }
    }
    let sandbox = with_allocation_key();
    let at = [("TIME_PERIOD".to_owned(), "2024".to_owned())];
    let lineage = sandbox.run().explain(&engine(1), "creative_share", &at).unwrap();
    let definition = find(&lineage.root, "DEFINITION").unwrap();
    let key = find(definition, "TURNOVER").unwrap();
    assert!(matches!(key.origin, Origin::Source(_)));
    assert_eq!(key.observations, 5);
}
