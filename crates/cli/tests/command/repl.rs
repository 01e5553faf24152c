//! `olshem vtl repl` without a terminal: statements from a pipe.

use crate::vtl::Folder;
use crate::{Ran, assert_told, olshem, run, told};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// The prompt over the folder's data, given a text.
fn typed(folder: &Folder, text: impl AsRef<[u8]>, more: &[&str]) -> Command {
    let args = ["vtl", "repl", "--structures", "s.json", "--data", "data"];
    given(folder, text, &[&args, more].concat())
}

fn given(folder: &Folder, text: impl AsRef<[u8]>, args: &[&str]) -> Command {
    folder.write("typed", text);
    let mut command = folder.olshem(args);
    command.stdin(Stdio::from(File::open(folder.path("typed")).unwrap()));
    command
}

#[test]
fn statements_are_run_one_by_one() {
    let text = "// Nothing here ends; anything.\n\
                TOTAL := sum(SALES#SALES\n    group by TIME_PERIOD); TOTAL / RATES;\n\
                A := \"a;b\" || \";\"; 2.5 * 4;\n\
                /* ; */ SALES[filter SHOP = \"b\"];\n";
    assert_told!(told(&mut typed(&Folder::new(), text, &[])));
}

#[test]
fn definitions_stay_known() {
    let text = "define operator twice (x number) returns number is x * 2 end operator;\n\
                define datapoint ruleset enough (variable STAFF) is\n  small: STAFF > 3;\n  \
                large: STAFF < 9 errorcode \"big\"\nend datapoint ruleset;\n\
                define viral propagation worst (variable REMARK) is\n  \
                when \"estimated\" then \"estimated\"; else \"\"\nend viral propagation;\n\
                check_datapoint(SALES, enough invalid);\n\
                sum(SALES[calc SALES := twice(SALES)] group by SHOP);\n\
                :list\n";
    assert_told!(told(&mut typed(&Folder::new(), text, &[])));
}

#[test]
fn a_name_may_be_given_anew() {
    let text = "A := 1; B := A + 1; A := RATES; B; A;\n\
                define operator f () returns number is 1.0 end operator;\n\
                define operator f () returns number is 2.0 end operator;\n\
                f(); :list\n";
    assert_told!(told(&mut typed(&Folder::new(), text, &[])));
}

#[test]
fn a_fault_leaves_the_session_as_it_was() {
    let text = "A := 1;\n\
                A := nowhere + sum(B);\n\
                A := A + 1;\n\
                A := 1 / 0;\n\
                SALES := RATES;\n\
                define operator f (x number) is x + ;\n\
                f(1);\n\
                SALES[calc X := STAFF ||\n  1];\n\
                ;; define operator g (x number) is x || \"\" end operator; g(1);\n\
                A;\n\
                :list\n";
    assert_told!(told(&mut typed(&Folder::new(), text, &[])));
}

#[test]
fn commands_say_what_there_is() {
    let text = ":help\n:structure SALES\n:s 'RATES';\nA := 1;\n:s A\n:explain TOTAL := sum(RATES\n);\n\
                :e A + 1;\n:quit\nneither read nor answered";
    let folder = Folder::new();
    // None of these needs data.
    std::fs::remove_dir_all(folder.path("data")).unwrap();
    let mut all = told(&mut typed(&folder, text, &[]));
    for locale in ["ru", "kk"] {
        all += &told(&mut typed(&folder, ":help\n:list\n", &["--locale", locale]));
    }
    assert_told!(all);
}

#[test]
fn commands_that_cannot_be_carried_out_are_refused() {
    let text = ":structur SALES\n:hepl\n:frobnicate\n:\n:structure\n:structure SALE\n\
                :explain A := nowhere;\n\
                :explain define operator f () is 1 end operator;\n:explain";
    assert_told!(told(&mut typed(&Folder::new(), text, &[])));
}

#[test]
fn inputs_are_read_when_they_are_first_used() {
    let folder = Folder::new();
    folder.write("data/SALES.csv", "SHOP,TIME_PERIOD,SALES,STAFF,REMARK\na,2023Q5,x,1.5,\n");
    let text = "sum(RATES);\nA := SALES;\nsum(RATES);\nSALES;\n";
    let mut all = told(&mut typed(&folder, text, &[]));
    all += &told(&mut given(&folder, "RATES;", &["vtl", "repl", "--structures", "s.json"]));
    assert_told!(all);
}

#[test]
fn long_results_are_cut() {
    let folder = Folder::new();
    let mut rates = "TIME_PERIOD,RATE\n".to_owned();
    for year in 1900..2023 {
        writeln!(rates, "{year},{year}.5").unwrap();
    }
    folder.write("data/RATES.csv", rates);
    assert_told!(told(&mut typed(&folder, "RATES;", &["--locale", "ru"])));
}

#[test]
fn nothing_is_needed_to_begin() {
    let mut all = told(&mut given(&Folder::new(), ":list\n3 * 4", &["vtl", "repl"]));
    all += &told(&mut given(&Folder::new(), "", &["vtl", "repl"]));
    assert_told!(all);
    let ran = run(&mut olshem(&["vtl", "repl", "--data", "data"]));
    assert!(ran.code == 2 && ran.stderr.contains("--structures"), "{}", ran.stderr);
}

#[test]
fn what_has_no_end_is_refused_at_the_end() {
    let mut all = String::new();
    for text in [
        "A := 1",
        "1; /* A := 1;\n",
        "\"A := 1;\n",
        "define datapoint ruleset r (variable A) is A > 1;\n",
        "(((((",
        ":= ;",
    ] {
        all +=
            &format!("===== {text}\n{}", told(&mut given(&Folder::new(), text, &["vtl", "repl"])));
    }
    all += &told(&mut given(&Folder::new(), b"1;\n\xff;\n2;\n", &["vtl", "repl"]));
    assert_told!(all);
}

#[test]
fn how_lines_end_makes_no_difference() {
    let text = "A := 1;\n:structure A\nA +\n1;\n:quit\n";
    let folder = Folder::new();
    let expected = run(&mut typed(&folder, text, &[])).stdout;
    let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let Ran { stdout, stderr, code } = run(&mut typed(&folder, text, &[]));
    assert_eq!((stdout, stderr.as_str(), code), (expected, "", 0));
}

#[test]
fn a_statement_is_answered_before_the_next_is_typed() {
    let mut command = olshem(&["vtl", "repl"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in 1..4 {
        stdin.write_all(format!("{number}\n+ 1;\n").as_bytes()).unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), (number + 1).to_string());
        assert_eq!(lines.next().unwrap().unwrap(), "");
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// `… | olshem vtl repl | head`.
#[test]
fn a_reader_that_has_seen_enough_ends_the_session() {
    let folder = Folder::new();
    let mut command = given(&folder, "1;\n".repeat(50), &["vtl", "repl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn value_domains_scalars_and_routines_are_given() {
    let folder = crate::vtl::given();
    let text = "SALES[calc KNOWN := SHOP in Shops];\nLEAST + 1; UNTIL;\n\
                TOP := eval(largest(SALES) language \"SQL\" returns number); :list\n";
    let args = ["vtl", "repl", "--structures", "s.json", "--data", "data"];
    let given_too: Vec<&str> = args.into_iter().chain(crate::vtl::GIVEN.iter().copied()).collect();
    assert_told!(told(&mut given(&folder, text, &given_too)));
    // One whose type is known and whose value is not can't be read.
    assert_told!(told(&mut given(&folder, "UNTIL;", &args)));
}
