//! Scripts and the programs that become of them.

mod support;

use olshem_vtl::{Checker, Source};
use support::{beside, checked};

/// Compares the program of a script with the snapshot, and shows the script beside it.
macro_rules! program {
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

program!(
    arithmetic_on_datasets,
    "
    SHARE := sum(GVA group by REF_AREA, TIME_PERIOD) / GDP * 100;
    NET := - GDP + 1;
"
);
program!(
    arithmetic_with_fewer_identifiers,
    "
    TOTAL := sum(GDP group by TIME_PERIOD);
    SHARE := GDP / TOTAL;
    OVERALL := GDP / sum(GDP);
"
);
program!(
    measures_chosen_with_membership,
    "
    COST := JOBS#JOBS * JOBS#WAGE;
    AREA := JOBS#REF_AREA;
    MANY := JOBS#JOBS > 100;
"
);
program!(
    viral_attributes_travel,
    "
    DOUBLE := JOBS * 2;
    SUM := JOBS + JOBS;
    TOTAL := sum(JOBS group by TIME_PERIOD);
"
);
program!(
    comparisons,
    "
    A := GVA[filter ACTIVITY = \"J62\" and TIME_PERIOD >= \"2020Q1\"];
    B := between(GDP, 1, 10);
    C := JOBS#JOBS in {1, 2};
    D := GVA[filter ACTIVITY not_in {\"J62\", \"J63\"}];
    E := exists_in(GDP, GVA, all);
    F := EVENTS[filter DAY < \"2023-09-01\" or isnull(TITLE)];
"
);
program!(
    clauses,
    "
    A := GVA[calc identifier SECTION := substr(ACTIVITY, 1, 1), OBS_VALUE := OBS_VALUE * RATE,
             attribute SOURCE := \"survey\"];
    B := JOBS[keep JOBS];
    C := JOBS[drop WAGE];
    D := JOBS[rename JOBS to EMPLOYED, REF_AREA to REGION];
    E := GVA[sub ACTIVITY = \"A\", TIME_PERIOD = \"2023\"];
    F := GVA[pivot ACTIVITY, OBS_VALUE];
    G := JOBS[unpivot INDICATOR, OBS_VALUE];
"
);
program!(
    aggregations,
    "
    A := GVA[aggr TOTAL := sum(OBS_VALUE), N := count() group except ACTIVITY
             having count() > 2 and max(OBS_VALUE) < 9];
    B := count(GVA group by REF_AREA);
    C := sum(GDP group all time_agg(\"A\"));
    D := avg(JOBS);
"
);
program!(analytics, "
    A := GDP[calc QUOTIENT := ratio_to_report(OBS_VALUE over (partition by TIME_PERIOD))];
    B := lag(GDP, 1 over (partition by REF_AREA order by TIME_PERIOD));
    C := sum(GDP over (order by TIME_PERIOD desc data points between 1 preceding and current data point));
    D := GDP[filter rank(over (partition by TIME_PERIOD order by OBS_VALUE desc)) <= 3];
    E := max(JOBS over (partition by REF_AREA));
");
program!(
    joins,
    "
    A := inner_join(GVA as g, GDP as d calc SHARE := g#OBS_VALUE / d#OBS_VALUE keep SHARE);
    B := left_join(GDP, JOBS filter JOBS > 1 drop FLAG rename OBS_VALUE to GDP);
    C := full_join(GDP as a, GDP[filter OBS_VALUE > 0] as b apply a - b);
    D := cross_join(GDP as a, ACCOUNTS as b rename a#TIME_PERIOD to T1, b#TIME_PERIOD to T2);
    E := inner_join(GVA as g, GDP as d using REF_AREA
                    aggr N := sum(d#OBS_VALUE) group by REF_AREA);
"
);
program!(
    conditions_choose_rows,
    "
    A := GDP[calc SIZE := if OBS_VALUE > 10 then \"big\" else null];
    B := if GDP#OBS_VALUE > 10 then GDP else 0;
    C := nvl(JOBS[keep JOBS], 0);
    D := GDP[calc X := case when OBS_VALUE > 10 then 2 when OBS_VALUE > 5 then 1 else 0.5];
"
);
program!(
    sets,
    "
    A := union(GDP, GVA[sub ACTIVITY = \"A\"][drop OBS_STATUS]);
    B := intersect(GDP, JOBS[keep JOBS][rename JOBS to OBS_VALUE]);
    C := symdiff(GDP, GDP[filter OBS_VALUE > 0]);
"
);
program!(
    times,
    "
    A := timeshift(GDP, -1);
    B := flow_to_stock(GDP);
    C := stock_to_flow(ACCOUNTS);
    D := fill_time_series(GDP, single);
    E := period_indicator(GDP);
    F := GDP[calc Q := period_indicator(TIME_PERIOD), Y := time_agg(\"A\", TIME_PERIOD)];
    G := EVENTS[calc Y := getyear(DAY), M := time_agg(\"M\", DAY, first),
                N := dateadd(DAY, 2, \"M\"), X := datediff(DAY, current_date())];
"
);
program!(
    casts_and_texts,
    "
    A := EVENTS[calc N := cast(TITLE, integer), D := cast(TITLE, date, \"DD.MM.YYYY\"),
                P := cast(\"2023Q1\", time_period), L := length(TITLE),
                I := instr(TITLE, \"x\", _, 2), R := replace(TITLE, \"a\")];
    N := cast(3, number);
    T := -1.5 + N;
"
);
program!(
    user_defined_operators,
    "
    define operator share(part dataset, whole dataset, percent number default 100)
        returns dataset is part / whole * percent end operator;
    define operator growth(x measure<number>, y number) is round(x / y, 1) end operator;
    define operator total(ds dataset, area component)
        is sum(ds group by area) end operator;
    A := share(GDP, GDP);
    B := GDP[calc G := growth(OBS_VALUE, 2)];
    C := total(GDP, REF_AREA);
"
);
program!(
    checks,
    "
    define datapoint ruleset POSITIVE (variable ACTIVITY as CODE, OBS_VALUE) is
        when CODE = \"A\" then OBS_VALUE > 0 errorcode \"negative\" errorlevel 2;
        OBS_VALUE < 1000
    end datapoint ruleset;
    A := check_datapoint(GVA, POSITIVE all);
    B := check_datapoint(GVA, POSITIVE);
    C := check(GDP >= 0 errorcode \"negative\" imbalance GDP invalid);
"
);
program!(
    hierarchies,
    "
    define hierarchical ruleset BALANCE (variable rule ITEM) is
        R1 : TOTAL = GOODS + SERVICES errorcode \"sum\";
        R2 : SERVICES > IT
    end hierarchical ruleset;
    A := check_hierarchy(ACCOUNTS, BALANCE partial_zero all);
    B := hierarchy(ACCOUNTS, BALANCE rule ITEM non_zero all);
"
);
program!(
    conditional_hierarchies,
    "
    define hierarchical ruleset UNION (variable condition TIME_PERIOD as T rule ITEM) is
        when T < \"2020\" then EU = DE + FR + UK;
        when T >= \"2020\" then EU = DE + FR - UK [T = \"2020\"];
        WORLD = EU
    end hierarchical ruleset;
    A := hierarchy(ACCOUNTS, UNION always_null);
"
);
program!(
    statements_are_put_in_order,
    "
    C := B + 1;
    B <- A * 2;
    A := GDP;
    OBS_VALUE := GDP[calc X := OBS_VALUE];
    S := 2 * RATE;
    R := GDP[calc X := OBS_VALUE * S];
"
);

program!(
    single_values_are_used_like_scalars,
    "
    TOTAL := sum(GDP)#OBS_VALUE;
    A := GDP[calc SHARE := OBS_VALUE / TOTAL, OWN := GDP#OBS_VALUE];
    B := JOBS * TOTAL;
    C := GDP[filter OBS_VALUE > TOTAL#OBS_VALUE];
    D := TOTAL > 3;
"
);

program!(
    viral_attributes_follow_what_is_defined,
    "
    define viral propagation P (variable FLAG) is
        when \"C\" and \"M\" then \"N\";
        when \"M\" then \"M\";
        else \"F\"
    end viral propagation;
    A := JOBS + JOBS;
"
);
program!(
    outer_joins_say_what_is_missing,
    "
    A := left_join(GDP as a, GVA as b using REF_AREA, TIME_PERIOD, nvl(b#ACTIVITY, \"A\")
                   keep b#OBS_VALUE);
    B := full_join(GVA as a, GDP as b using REF_AREA, TIME_PERIOD, nvl(ACTIVITY, \"A\")
                   calc D := a#OBS_VALUE - b#OBS_VALUE keep D);
"
);
program!(
    names_and_comments_of_every_kind,
    "
    # a remark, as the manual has them
    'Gross value' := GDP; // to the end of the line
    /* over
       lines */ X.1 := 'Gross value'[rename OBS_VALUE to 'ЖҚҚ'][calc S := \"a \"\"b\"\"\"];
"
);

program!(
    viral_attributes_have_priorities_in_groups,
    "
    define viral propagation P (variable FLAG) is
        when \"M\" then \"M\"; when \"E\" then \"E\"; else \"A\"
    end viral propagation;
    A := max(JOBS group by REF_AREA);
"
);

program!(
    dates_are_shifted_by_the_step_of_their_series,
    "
    A := timeshift(EVENTS[calc identifier DATE := DAY][drop DAY], 2);
"
);

#[test]
fn a_revision_gives_a_name_anew_and_leaves_what_was_made_with_it() {
    let mut checker = Checker::new(support::environment());
    let mut said = |text: &str| {
        let faults = checker.revision(Source::new("typed", text)).err().unwrap_or_default();
        faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(said("define operator f (x number) is x + 1 end operator;"), none);
    assert_eq!(said("A := f(1); B := A;"), none);
    assert_eq!(said("define operator f (x string) is x || \"1\" end operator;"), none);
    assert_eq!(said("A := f(\"a\");"), none);
    assert_eq!(said("C := B + 1;"), none);
    assert_eq!(said("A := A;"), ["V022"]);
    assert_eq!(said("A := 1; A := 2;"), ["V020"]);
    assert_eq!(said("GDP := GVA;"), ["V021"]);
    assert_eq!(said("A := GDP;"), none);
    assert!(checker.structures().contains_key("A") && !checker.scalars().contains_key("A"));
    assert_eq!(Vec::from_iter(checker.definitions()), [("operator", "f")]);
}

/// Each code had once its own columns and nested sums, so that a ruleset as long as a
/// classification could not be planned.
#[test]
fn a_long_hierarchical_ruleset_makes_a_short_program() {
    let program = |sections: usize| {
        let mut rules: Vec<String> = (0..sections)
            .map(|s| format!("S{s} = {}", list((0..30).map(|n| format!("C{}", s * 30 + n)))))
            .collect();
        rules.push(format!("TOTAL = {}", list((0..sections).map(|s| format!("S{s}")))));
        checked(&format!(
            "define hierarchical ruleset LONG (variable rule ITEM) is {} end hierarchical ruleset;
             A := hierarchy(ACCOUNTS, LONG rule ITEM non_zero);
             B := check_hierarchy(ACCOUNTS, LONG always_null);",
            rules.join("; ")
        ))
    };
    let list_of_constants = |line: &&str| line.trim_start().starts_with("| ");
    let (short, long) = (program(10), program(20));
    let [rows, twice] =
        [&short, &long].map(|program| program.lines().filter(list_of_constants).count());
    let operations = |program: &str| program.lines().filter(|l| !list_of_constants(l)).count();
    assert_eq!(operations(&short), operations(&long));
    assert!(twice <= 2 * rows, "{rows} rows of constants for 300 codes, {twice} for 600");
    let rest = |program: &str| -> usize {
        program.lines().filter(|l| !list_of_constants(l)).map(str::len).sum()
    };
    let (short, long) = (rest(&short), rest(&long));
    assert!(long < short + 200, "{short} characters of operations for 300 codes, {long} for 600");
}

fn list(codes: impl Iterator<Item = String>) -> String {
    codes.collect::<Vec<_>>().join(" + ")
}

#[test]
fn too_many_levels_of_a_hierarchy_are_refused() {
    let told = |levels: usize| {
        let rules: Vec<String> =
            (1..=levels).map(|n| format!("T{n} = T{} + C{n}", n - 1)).collect();
        checked(&format!(
            "define hierarchical ruleset DEEP (variable rule ITEM) is {} end hierarchical ruleset;
             A := hierarchy(ACCOUNTS, DEEP);",
            rules.join("; ")
        ))
    };
    assert!(told(25).contains("the rules build on one another in more than 24 levels"));
    assert!(told(24).starts_with("A := {"));
}
