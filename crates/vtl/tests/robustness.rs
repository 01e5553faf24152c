//! No text makes the checker panic.

mod support;

use proptest::prelude::*;
use support::checked;

/// Pieces that scripts are made of.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "GDP", "GVA", "JOBS", "ACCOUNTS", "EVENTS", "A", "B", "REF_AREA", "TIME_PERIOD", "OBS_VALUE",
    "ITEM", ":=", "<-", ";", "(", ")", "[", "]", "{", "}", ",", "#", "+", "-", "*", "/", "||", "=",
    "<>", "<", ">", "<=", ">=", ":", "_", "and", "or", "xor", "not", "in", "not_in", "if", "then",
    "else", "case", "when", "filter", "calc", "aggr", "keep", "drop", "rename", "to", "sub",
    "pivot", "unpivot", "apply", "using", "as", "group", "by", "except", "all", "having", "over",
    "partition", "order", "data", "points", "between", "preceding", "current", "point", "unbounded",
    "sum", "count", "rank", "lag", "inner_join", "left_join", "full_join", "cross_join", "union",
    "exists_in", "check", "check_datapoint", "check_hierarchy", "hierarchy", "rule", "condition",
    "imbalance", "errorcode", "time_agg", "timeshift", "flow_to_stock", "fill_time_series", "cast",
    "eval", "define", "operator", "datapoint", "hierarchical", "ruleset", "viral", "propagation",
    "variable", "valuedomain", "is", "end", "returns", "dataset", "number", "measure", "null",
    "true", "1", "2.5", "\"A\"", "\"2023\"", "'a b'", "round", "substr", "nvl", "isnull",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        checked(&text);
        checked(&format!("A := {text};"));
    }

    #[test]
    fn any_row_of_tokens_is_read_or_refused(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
    ) {
        checked(&pieces.join(" "));
        checked(&format!("A := GDP [ {} ] ;", pieces.join(" ")));
        checked(&format!("A := inner_join ( GDP as a , JOBS as b {} ) ;", pieces.join(" ")));
    }

    #[test]
    fn expressions_of_datasets_make_consistent_programs(expr in datasets()) {
        checked(&format!("A := {expr};"));
    }

    #[test]
    fn a_piece_less_or_more_is_read_or_refused(
        script in prop::sample::select(SCRIPTS),
        at in any::<prop::sample::Index>(),
        piece in prop::sample::select(PIECES),
    ) {
        let mut words: Vec<&str> = script.split_whitespace().collect();
        let at = at.index(words.len());
        let removed = words.remove(at);
        checked(&words.join(" "));
        words.insert(at, piece);
        checked(&words.join(" "));
        words.insert(at, removed);
        checked(&words.join(" "));
    }
}

const SCRIPTS: &[&str] = &[
    "A := inner_join ( GVA as g , GDP as d filter g # OBS_VALUE > 1 calc S := g # OBS_VALUE / d # OBS_VALUE keep S ) ;",
    "A := GVA [ aggr T := sum ( OBS_VALUE ) group except ACTIVITY having count ( ) > 2 ] ;",
    "define hierarchical ruleset H ( variable rule ITEM ) is T = A + B - C ; U = T end hierarchical ruleset ; A := check_hierarchy ( ACCOUNTS , H partial_zero all ) ; B := hierarchy ( ACCOUNTS , H rule ITEM ) ;",
    "define datapoint ruleset D ( variable ACTIVITY as C , OBS_VALUE ) is when C = \"A\" then OBS_VALUE > 0 errorcode \"x\" end datapoint ruleset ; A := check_datapoint ( GVA , D all ) ;",
    "define operator f ( x dataset , y number default 2 ) returns dataset is x * y end operator ; A := f ( GDP , _ ) ; B := f ( A , 3 ) ;",
    "A := if GDP # OBS_VALUE > 1 then GDP else 0 ; B := lag ( GDP , 1 over ( partition by REF_AREA order by TIME_PERIOD ) ) ;",
    "A := union ( GDP , GVA [ sub ACTIVITY = \"A\" ] ) ; B := JOBS [ unpivot X , Y ] ; C := GVA [ pivot ACTIVITY , OBS_VALUE ] ;",
];

/// Expressions over rows of `GDP` and what is made of it, most of them well typed.
fn components() -> impl Strategy<Value = String> {
    let leaves = prop::sample::select(vec![
        "OBS_VALUE",
        "REF_AREA",
        "TIME_PERIOD",
        "2",
        "1.5",
        "\"2023\"",
        "null",
        "true",
        "RATE",
    ]);
    leaves.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (
                two.clone(),
                prop::sample::select(vec!["+", "-", "*", "/", "=", "<", "and", "or", "||"])
            )
                .prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            (
                inner.clone(),
                prop::sample::select(vec![
                    "abs",
                    "round",
                    "ceil",
                    "isnull",
                    "length",
                    "upper",
                    "not",
                    "-",
                    "getyear",
                    "period_indicator",
                ])
            )
                .prop_map(|(a, f)| format!("{f}({a})")),
            two.clone().prop_map(|(a, b)| format!("nvl({a}, {b})")),
            two.prop_map(|(a, b)| format!("if isnull({a}) then {b} else {a}")),
            inner.clone().prop_map(|a| format!("{a} in {{1, 2.5}}")),
            inner.prop_map(|a| format!(
                "sum({a} over (partition by REF_AREA order by TIME_PERIOD))"
            )),
        ]
    })
}

/// Expressions that give datasets, most of them well typed.
fn datasets() -> impl Strategy<Value = String> {
    let leaves = prop::sample::select(vec!["GDP", "GVA", "JOBS", "ACCOUNTS", "JOBS#JOBS"]);
    leaves.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (two.clone(), prop::sample::select(vec!["+", "-", "*", "/", "=", ">"]))
                .prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            (inner.clone(), prop::sample::select(vec![
                "* 2", "> 1.5", "[calc OBS_VALUE := 1]", "[drop WAGE]", "[keep OBS_VALUE]",
                "[rename OBS_VALUE to X]", "[sub REF_AREA = \"KZ\"]", "#OBS_VALUE", "#TIME_PERIOD",
                "[unpivot K, V]", "[pivot ACTIVITY, OBS_VALUE]",
                "[aggr N := count(), S := sum(OBS_VALUE) group by REF_AREA having avg(OBS_VALUE) > 1]",
            ]))
            .prop_map(|(a, after)| format!("{a}{after}")),
            (inner.clone(), components()).prop_map(|(a, c)| format!("{a}[calc Y := {c}]")),
            (inner.clone(), components()).prop_map(|(a, c)| format!("{a}[filter isnull({c})]")),
            (inner.clone(), prop::sample::select(vec![
                "group by REF_AREA", "group except TIME_PERIOD", "", "group all time_agg(\"A\")",
                "over (partition by REF_AREA order by TIME_PERIOD)",
            ]))
            .prop_map(|(a, groups)| format!("max({a} {groups})")),
            (inner.clone(), prop::sample::select(vec![
                "timeshift(?, 1)", "flow_to_stock(?)", "stock_to_flow(?)", "fill_time_series(?)",
                "period_indicator(?)", "nvl(?, 0)", "- ?", "isnull(?)", "check(? > 1)",
            ]))
            .prop_map(|(a, form)| form.replace('?', &a)),
            (two.clone(), prop::sample::select(vec![
                "union(?, !)", "intersect(?, !)", "setdiff(?, !)", "symdiff(?, !)",
                "exists_in(?, !)", "if ? > 1 then ! else 0", "nvl(?, !)",
                "inner_join(? as a, ! as b)", "left_join(? as a, ! as b keep OBS_VALUE)",
                "full_join(? as a, ! as b apply a + b)",
                "inner_join(? as a, ! as b filter OBS_VALUE > 1 calc Z := 1 drop OBS_VALUE)",
                "cross_join(? as a, ! as b)",
            ]))
            .prop_map(|((a, b), form)| form.replace('?', &a).replace('!', &b)),
        ]
    })
}
