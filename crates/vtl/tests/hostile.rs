//! Scripts that mean harm: deep, long, or made to grow as their operators are replaced by what they
//! stand for. Each is checked or refused, in a time that grows no faster than the script.
//!
//! ```text
//! cargo test --release -p olshem-vtl --test hostile -- --ignored --nocapture     # measures that
//! ```

mod support;

use olshem_vtl::{Checker, Source, format, parse};
use std::time::Instant;
use support::{environment, properties};

/// A script of a size that grows with `n`, what it tries, and the code that it is refused with.
type Hostile = (&'static str, String, &'static str);

#[rustfmt::skip]
fn scripts(n: usize) -> Vec<Hostile> {
    let list = |separator: &str, item: &dyn Fn(usize) -> String| {
        (0..n).map(item).collect::<Vec<_>>().join(separator)
    };
    let within = |depth: usize, open: &str, close: &str| {
        format!("A := {}GDP{};", open.repeat(depth), close.repeat(depth))
    };
    let doubling = |first: &str, body: &dyn Fn(usize) -> String| {
        let define = |i: usize, body: String| format!("define operator f{i} (x dataset default GDP) is {body} end operator; ");
        let rest: String = (1..50).map(|i| define(i, body(i - 1))).collect();
        define(0, first.to_owned()) + &rest
    };
    let hierarchy = |rules: String| {
        format!("define hierarchical ruleset H (variable rule ITEM) is {rules} end hierarchical ruleset; A := hierarchy(ACCOUNTS, H); B := check_hierarchy(ACCOUNTS, H);")
    };
    let viral = "define viral propagation P (variable FLAG) is when \"C\" and \"M\" then \"N\"; else \"F\" end viral propagation; ";
    vec![
        // Deep.
        ("parentheses", within(n, "(", ")"), "V004"),
        ("brackets", within(1, "", &"[keep OBS_VALUE]".repeat(n)), "V004"),
        ("signs", within(n, "-", ""), "V004"),
        ("negations", within(n, "not ", ""), "V004"),
        ("conditions", within(n, "if true then 1 else ", ""), "V004"),
        ("conditions never finished", within(n, "if ", ""), "V004"),
        ("cases", within(n, "case when ", ""), "V004"),
        ("calls", within(n, "abs(", ")"), "V004"),
        ("joins", within(n, "inner_join(", ")"), "V004"),
        ("sums", format!("A := {};", vec!["1"; n].join(" + ")), "V004"),
        ("members", within(1, "", &"#OBS_VALUE".repeat(n)), "V004"),
        ("type constraints", format!("define operator f (x {}", "integer [x[filter ".repeat(n)), "V003"),
        ("operators in operators", list(" ", &|i| format!("define operator f{i} (x dataset) is f{}(x) end operator;", (i + 1) % n)) + "A := f0(GDP);", "V004"),
        ("results in rows", list(" ", &|i| format!("A{i} := GDP[calc X := A{}];", (i + 1) % n)), "V004"),
        ("a circle", list(" ", &|i| format!("A{i} := A{};", (i + 1) % n)), "V004"),
        ("rules on rules", hierarchy(list("; ", &|i| format!("C{i} = C{} + E", i + 1))), "V004"),
        // Growing.
        ("doubled datasets", doubling("x + x", &|i| format!("f{i}(x) + f{i}(x)")) + "A := f49(GDP);", "V006"),
        ("doubled defaults", doubling("x + x", &|i| format!("f{i}() + f{i}()")) + "A := f49();", "V006"),
        ("doubled faults", doubling("Y + Z", &|i| format!("f{i}() + f{i}()")) + "A := f49();", "V006"),
        ("doubled arguments", doubling("x + x", &|_| "x".to_owned()) + &within(90, "f0(", ")"), "V006"),
        ("doubled by symdiff", within(90, "symdiff(", ", GDP)"), "V006"),
        ("doubled by exists_in", within(90, "exists_in(", ", GDP)"), "V006"),
        ("viral attributes", format!("{viral}A := inner_join({} keep d0#JOBS);", (0..60).map(|i| format!("JOBS as d{i}")).collect::<Vec<_>>().join(", ")), "V006"),
        ("many joined", format!("A := inner_join({});", list(", ", &|i| format!("GDP as d{i}"))), "V006"),
        ("many cases", format!("A := case {} else GDP;", list(" ", &|i| format!("when GDP#OBS_VALUE = {i} then GDP"))), "V006"),
        ("many intersected", format!("A := intersect({});", vec!["GDP"; n].join(", ")), "V006"),
        // Long.
        ("statements", list(" ", &|i| format!("A{i} := GDP + {i};")), ""),
        ("a chain", list(" ", &|i| if i == 0 { "A0 := GDP;".into() } else { format!("A{i} := A{} + 1;", i - 1) }), ""),
        ("a chain from its end", list(" ", &|i| if i + 1 == n { format!("A{i} := GDP;") } else { format!("A{i} := A{} + 1;", i + 1) }), ""),
        ("one name", "A := 1;".repeat(n), "V020"),
        ("unknown names", list(" ", &|i| format!("A{i} := UNKNOWN{i} + 1;")), "V010"),
        ("unknown operators", list(" ", &|i| format!("A{i} := unknown{i}(1);")), "V012"),
        ("unknown components", format!("A := GDP[calc {}][calc {}];", list(", ", &|i| format!("C{i} := {i}")), list(", ", &|i| format!("D{i} := E{i}"))), "V011"),
        ("nothing assigned", "A := ;".repeat(n), "V002"),
        ("definitions never finished", "define operator f (x number) is ".repeat(n), "V003"),
        ("only `define`", "define ".repeat(n), "V002"),
        ("a constraint of `define`", format!("define operator f (x ruleset {{ {} }}) is 1 end operator;", "define ".repeat(n)), "V002"),
        ("names of SDMX's", format!("A := union({});", vec!["a:b(1.0"; n].join(", ")), "V004"),
        ("a union", format!("A := union({});", vec!["GDP"; n].join(", ")), ""),
        ("a set", format!("A := GDP[filter OBS_VALUE in {{{}}}];", list(", ", &|i| i.to_string())), ""),
        ("calculations", format!("A := GDP[calc {}][calc {}];", list(", ", &|i| format!("C{i} := {i}")), list(", ", &|i| format!("D{i} := C{i}"))), ""),
        ("aggregations", format!("A := GDP[aggr {} group by REF_AREA];", list(", ", &|i| format!("C{i} := sum(OBS_VALUE)"))), ""),
        ("branches", format!("A := GDP[calc X := case {} else 0];", list(" ", &|i| format!("when OBS_VALUE = {i} then {i}"))), ""),
        ("operators", list(" ", &|i| format!("define operator f{i} (x number) is x + 1 end operator;")), ""),
        ("rules of a hierarchy", hierarchy(list("; ", &|i| format!("C{i} = D{i} + E{i}"))), ""),
        ("codes of a rule", hierarchy(format!("T = {}", list(" + ", &|i| format!("C{i}")))), ""),
        ("rules of a ruleset", format!("define datapoint ruleset D (variable OBS_VALUE) is {} end datapoint ruleset; A := check_datapoint(GDP, D all);", list("; ", &|i| format!("R{i}: OBS_VALUE > {i}"))), ""),
        // Odd.
        ("comments", "/* a */ // b\n".repeat(n) + "A := 1;", ""),
        ("comments never closed", "/*/".repeat(n), ""),
        ("quotes never closed", "'a\n".repeat(n), "V001"),
        ("a name", format!("A := {};", "x".repeat(20 * n)), "V010"),
        ("a number", format!("A := {}.{};", "9".repeat(5 * n), "9".repeat(5 * n)), ""),
        ("an integer", format!("A := {};", "9".repeat(5 * n)), "V001"),
        ("a text", format!("A := \"{}\";", "x\"\"\0".repeat(5 * n)), ""),
        ("NUL", "\0".repeat(20 * n), "V001"),
        ("semicolons", ";".repeat(20 * n), ""),
        ("marks of comments", "#".repeat(20 * n), ""),
        ("right to left", "\u{202e}\u{feff}\u{2028}א ".repeat(5 * n), "V001"),
    ]
}

/// The code of the first fault.
fn code(script: &str) -> &'static str {
    match Checker::new(environment()).program(vec![Source::new("a.vtl", script)]) {
        Ok(_) => "",
        Err(faults) => faults[0].code.id,
    }
}

#[test]
fn hostile_scripts_are_checked_or_refused() {
    for (name, script, expected) in scripts(300) {
        assert_eq!(code(&script), expected, "{name}");
        properties::parser(&script);
    }
    // As the issue of the language asks for.
    let deep = format!("A := {}1{};", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(code(&deep), "V004");
}

#[test]
fn lists_have_an_end() {
    let list = vec!["X"; 10_001].join(", ");
    assert_eq!(code(&format!("A := GDP[keep {list}];")), "V006");
}

#[test]
#[ignore = "measures"]
fn time_taken() {
    println!("{:28} {:>9} {:>8} {:>8} {:>8}", "script", "bytes", "parse", "format", "check");
    for (name, script, _) in scripts(9_000) {
        let source = Source::new("a.vtl", script.as_str());
        let seconds = |what: &dyn Fn()| {
            let start = Instant::now();
            what();
            start.elapsed().as_secs_f64()
        };
        let parsed = seconds(&|| drop(parse(&source)));
        let formatted = seconds(&|| drop(format(&source)));
        let checked = seconds(&|| assert!(code(&script).len() <= 4));
        let bytes = script.len();
        println!("{name:28} {bytes:9} {parsed:8.3} {formatted:8.3} {checked:8.3}");
    }
}
