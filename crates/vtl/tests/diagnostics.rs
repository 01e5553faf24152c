//! Scripts with faults and what is said of them.

mod support;

use olshem_model::Place;
use olshem_vtl::{Checker, Source, Value};
use support::{beside, checked, environment, told};

/// Compares what is said of a script with the snapshot, and shows the script beside it.
macro_rules! faults {
    ($name:ident, $script:expr) => {
        #[test]
        fn $name() {
            let script = $script;
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), beside(script));
            });
        }
    };
}

faults!(
    syntax,
    "
    A := GDP + ;
    B := sum(GDP group REF_AREA);
    C = GDP;
    D := GDP[filter OBS_VALUE > 1
    E := 1;
    F := 'ВВП' + ВВП;
    G := GDP[keep points];
    H := GDP[drop x] GDP;
    I := 12ab + \"x;
"
);
faults!(
    broken_definitions_do_not_hide_others,
    "
    define operator f(x number) is x + end operator;
    define hierarchical ruleset H (variable rule ITEM) is A = B + ; C = D end hierarchical ruleset;
    A := f(1);
    B := hierarchy(ACCOUNTS, H);
    C := UNKNOWN;
"
);
faults!(
    names,
    "
    A := GPD;
    B := GDP[filter OBS_VALEU > 1];
    C := suum(GDP);
    D := check_datapoint(GDP, RULES);
    E := GDP[filter REF_AREA in COUNTRIES];
    F := B + A;
    G := GDP[calc X := GVA];
    H := GDP[calc X := OBS_VALUE / JOBS#JOBS];
    I := (GDP + GDP)[calc X := OBS_VALUE / GDP#OBS_VALUE];
"
);
faults!(
    assignments,
    "
    A := 1;
    A := 2;
    GDP := 3;
    B := C;
    C := D + 1;
    D := B;
    E := D;
    define operator f(x number) is f(x) end operator;
    F := f(1);
"
);
faults!(
    types,
    "
    A := EVENTS#TITLE + 1;
    B := GDP[filter OBS_VALUE];
    C := GDP[filter REF_AREA = 1];
    D := EVENTS[filter DAY > \"2023-13-01\"];
    E := GVA[filter ACTIVITY = \"J26\"];
    F := GVA[filter ACTIVITY in {\"A\", \"Z99\"}];
    G := GVA[sub ACTIVITY = \"B\"];
    H := GDP[calc X := cast(OBS_VALUE, integer)];
    I := not GDP;
    J := round();
    K := upper(\"a\", \"b\");
    L := 1 + GDP[calc X := 1];
    M := sum(EVENTS);
"
);
faults!(
    structures,
    "
    A := GVA + JOBS;
    B := GDP + JOBS;
    C := JOBS > 1;
    D := GDP[calc REF_AREA := \"KZ\"];
    E := GDP[drop OBS_VALUE];
    F := GDP[keep REF_AREA];
    G := GDP[rename REF_AREA to TIME_PERIOD];
    H := sum(GDP group by OBS_VALUE);
    I := GDP[pivot REF_AREA, OBS_VALUE];
    J := GDP[calc X := 1, X := 2];
    K := timeshift(EVENTS, 1);
    L := union(GDP, JOBS);
    M := EVENTS + GDP;
"
);
faults!(
    aggregates,
    "
    A := GDP[calc X := sum(OBS_VALUE)];
    B := GDP[aggr X := sum(OBS_VALUE) + 1];
    C := sum(GDP group by REF_AREA having OBS_VALUE > 1);
    D := GDP[calc X := sum(lag(OBS_VALUE over (order by TIME_PERIOD)) over (order by TIME_PERIOD))];
    E := GDP[calc X := rank(over (partition by REF_AREA))];
"
);
faults!(
    joins,
    "
    A := inner_join(GDP, GDP);
    B := inner_join(GDP as a, GDP as b);
    C := inner_join(GDP, EVENTS);
    D := left_join(GDP, GVA);
    E := inner_join(GDP as a, GDP as b filter OBS_VALUE > 1 keep a#OBS_VALUE);
    F := inner_join(GDP as a, JOBS as b keep JOBS filter JOBS > 1);
    G := left_join(GDP as a, GVA as b using REF_AREA, TIME_PERIOD keep b#OBS_VALUE);
"
);
faults!(
    rulesets,
    "
    define hierarchical ruleset H (variable rule ITEM) is A = B; B = A end hierarchical ruleset;
    define datapoint ruleset D (variable OBS_VALUE) is x : OBS_VALUE > 0; OBS_VALUE < 1
        end datapoint ruleset;
    A := hierarchy(ACCOUNTS, H);
    B := check_datapoint(GDP, D);
    C := hierarchy(ACCOUNTS, H nonnull);
    D := hierarchy(GDP, H);
    define viral propagation P (variable FLAG) is aggregate sum end viral propagation;
    E := JOBS * 2;
    define hierarchical ruleset S (variable rule ACTIVITY) is TOTAL = J62 + J36
        end hierarchical ruleset;
    F := hierarchy(GVA, S);
"
);
faults!(
    not_supported,
    "
    define viral propagation P (valuedomain CL_FLAG) is aggregate max end viral propagation;
    define viral propagation Q (variable FLAG) is
        when \"A\" and \"B\" then \"A\"; when \"C\" and \"D\" then \"C\"; when \"E\" and \"F\" then \"E\"; when \"G\" and \"H\" then \"G\"; when \"I\" and \"J\" then \"I\";
        else \"Z\" end viral propagation;
    C := sum(JOBS group by REF_AREA);
    A := eval(routine(GDP) language \"SQL\" returns dataset);
    B := GVA[customPivot ACTIVITY, OBS_VALUE in \"A\"];
"
);

#[test]
fn deep_nesting_is_a_fault_and_no_overflow() {
    let many = 10_000;
    for script in [
        format!("A := {}1{};", "(".repeat(many), ")".repeat(many)),
        format!("A := {}1;", "- ".repeat(many)),
        format!("A := 1{};", " + 1".repeat(many)),
        format!("A := GDP{};", "[filter true]".repeat(many)),
        format!("A := {}1{};", "abs(".repeat(many), ")".repeat(many)),
        format!("A := {} 1 {};", "if true then 1 else ".repeat(many), ""),
        format!("A := {}", "GDP[calc x := ".repeat(many)),
    ] {
        let text = checked(&script);
        assert!(text.contains("V004"), "{}", &text[..text.len().min(300)]);
    }
}

#[test]
fn the_deepest_trees_allowed_are_checked() {
    let script =
        format!("A := GDP{}; B := GDP{};", " + GDP".repeat(90), "[filter true]".repeat(90));
    assert!(!checked(&script).contains("V0"));
}

#[test]
fn chains_of_statements_do_not_overflow() {
    let mut script = String::new();
    for number in (1..5000).rev() {
        script.push_str(&format!("A{} := A{};\n", number + 1, number));
    }
    script.push_str("A1 := GDP;");
    assert!(!checked(&script).contains("V0"));
}

#[test]
fn places_count_from_the_start_of_the_file() {
    let mut checker = Checker::new(environment());
    let source = Source { path: "claims.toml".into(), text: "GPD > 1".to_owned(), offset: 100 };
    let faults = checker.expression(source).unwrap_err();
    assert_eq!(faults[0].place, Place::Text { file: "claims.toml".into(), span: 100..103 });
}

#[test]
fn expressions_refer_to_results_and_operators() {
    let mut checker = Checker::new(environment());
    let methods = "define operator share(a dataset, b dataset) is a / b end operator;
                   TOTAL := sum(GDP group by TIME_PERIOD);";
    checker.program(vec![Source::new("m.vtl", methods)]).unwrap();
    let claim = "share(GDP, TOTAL)[sub REF_AREA = \"KZ\", TIME_PERIOD = \"2023\"] > 0.01";
    let (value, reads) = checker.expression(Source::new("claims.toml", claim)).unwrap();
    let Value::Dataset(node) = value else { panic!("a scalar") };
    assert_eq!(node.structure.to_string(), " -> bool_var");
    assert_eq!(reads, ["GDP", "TOTAL"]);
}

#[test]
fn files_see_one_another() {
    let mut checker = Checker::new(environment());
    let (first, second) = (
        "A := double(B);",
        "define operator double(x dataset) is x * 2 end operator; B := GDP + C; C := X;",
    );
    let faults = checker
        .program(vec![Source::new("1.vtl", first), Source::new("2.vtl", second)])
        .unwrap_err();
    assert_eq!(
        told(&faults, second),
        "V010 at line 1: no dataset or scalar is called `X`\n    | X\n"
    );
}
