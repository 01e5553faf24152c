//! `olshem vtl`: scripts over files, without an account.

use crate::{assert_told, olshem, root, run, told};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

const STRUCTURES: &str = r#"{
  "datasets": [{"name": "SALES", "structure": "S"}, {"name": "RATES", "structure": "R"}],
  "structures": [
    {"name": "S", "components": [
      {"name": "SHOP", "role": "Identifier", "data_type": "String"},
      {"name": "TIME_PERIOD", "role": "Identifier", "data_type": "TimePeriod"},
      {"name": "SALES", "role": "Measure", "data_type": "Number"},
      {"name": "STAFF", "role": "Measure", "data_type": "Integer"},
      {"name": "REMARK", "role": "ViralAttribute", "data_type": "String"}
    ]},
    {"name": "R", "components": [
      {"name": "TIME_PERIOD", "role": "Identifier", "type": "time_period"},
      {"name": "RATE", "role": "Measure", "type": "number"}
    ]}
  ]
}"#;

const SCRIPT: &str = "PER_HEAD <- SALES[calc PER_HEAD := SALES / STAFF][keep PER_HEAD];\n\
                      TOTAL := sum(SALES#SALES group by TIME_PERIOD);\n\
                      IN_DOLLARS <- TOTAL / RATES;\n\
                      LIMIT <- 2.5 * 4;\n";

const SALES: &str = "SHOP,TIME_PERIOD,SALES,STAFF,REMARK\n\
                     a,2023Q1,100.5,3,\n\
                     a,2023-Q2,,4,estimated\n\
                     b,2023Q1,1e3,10,\"one, \"\"two\"\"\nthree\"\n";

/// A folder with a script, structures and data.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("s.vtl", SCRIPT);
        folder.write("s.json", STRUCTURES);
        folder.write("data/SALES.csv", SALES);
        folder.write("data/RATES.csv", "RATE,TIME_PERIOD\n454.5,2023-Q1\n447.75,2023-Q2\n");
        folder
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn olshem(&self, args: &[&str]) -> Command {
        let mut command = olshem(args);
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, more: &[&str]) -> Command {
        let args = ["vtl", "run", "s.vtl", "--structures", "s.json", "--data", "data"];
        self.olshem(&[&args, more].concat())
    }

    /// Everything in a folder, by name.
    fn listed(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn results_are_printed() {
    assert_told!(told(&mut Folder::new().run(&[])));
}

#[test]
fn plans_are_shown_without_data() {
    let folder = Folder::new();
    fs::remove_dir_all(folder.path("data")).unwrap();
    assert_told!(told(&mut folder.olshem(&["vtl", "explain", "s.vtl", "--structures", "s.json"])));
}

#[test]
fn temporary_results_are_printed_when_asked_for_in_the_language_asked_for() {
    assert_told!(told(&mut Folder::new().run(&["--all", "--locale", "ru"])));
}

#[test]
fn a_value_taken_out_of_a_dataset_without_identifiers_is_a_scalar() {
    let folder = Folder::new();
    folder.write("s.vtl", "MOST <- max(SALES)#SALES; SHARES <- SALES#SALES / MOST;");
    let checked = told(&mut folder.olshem(&["vtl", "check", "s.vtl", "--structures", "s.json"]));
    let ran = told(&mut folder.run(&["--out", "out"]));
    let files = ["out/MOST.csv", "out/MOST.json", "out/SHARES.csv"].map(|file| folder.read(file));
    assert_told!(format!("{checked}{ran}{}", files.concat()));
}

#[test]
fn a_dataset_is_pivoted_by_the_codes_that_occur() {
    let folder = Folder::new();
    folder.write("s.vtl", "WIDE <- SALES[pivot SHOP, SALES]; LONG <- WIDE[unpivot SHOP, SALES];");
    assert_told!(told(&mut folder.run(&[])));
}

#[test]
fn results_are_written_with_their_structures_and_can_be_read_again() {
    let folder = Folder::new();
    let ran = told(&mut folder.run(&["--out", "out/deep"]));
    let written: Vec<String> = folder.listed("out/deep");
    let shown: Vec<String> = written
        .iter()
        .map(|name| format!("----- {name} -----\n{}", folder.read(&format!("out/deep/{name}"))))
        .collect();
    assert_told!(format!("{ran}{}", shown.concat()));

    let parquet = run(&mut folder.run(&["--out", "parquet", "--format", "parquet"]));
    assert_eq!((parquet.code, parquet.stderr.as_str()), (0, ""));
    for data in ["out/deep", "parquet"] {
        folder.write("again.vtl", "AGAIN <- PER_HEAD;");
        let structures = format!("{data}/PER_HEAD.json");
        let mut again = folder.olshem(&[
            "vtl",
            "run",
            "again.vtl",
            "--structures",
            &structures,
            "--data",
            data,
            "--out",
            "again",
        ]);
        assert_eq!(run(&mut again).code, 0, "{data}");
        assert_eq!(folder.read("again/AGAIN.csv"), folder.read("out/deep/PER_HEAD.csv"), "{data}");
    }
}

#[test]
fn a_file_of_headings_is_a_dataset_without_observations() {
    let folder = Folder::new();
    folder.write("data/RATES.csv", "TIME_PERIOD,RATE\n");
    assert_told!(told(&mut folder.run(&[])));
}

#[test]
fn how_the_data_are_written_makes_no_difference() {
    let folder = Folder::new();
    let expected = run(&mut folder.run(&[])).stdout;
    folder.write("data/SALES.csv", format!("\u{feff}{}", SALES.replace('\n', "\r\n")));
    folder.write("s.vtl", format!("\u{feff}{}", SCRIPT.replace('\n', "\r\n")));
    folder.write("s.json", format!("\u{feff}{STRUCTURES}"));
    folder.write(
        "data/RATES.csv",
        "\"RATE\",\"TIME_PERIOD\"\r\n\"454.5\",2023Q1\r\n\r\n447.75,2023Q2",
    );
    let ran = run(&mut folder.run(&[]));
    assert_eq!((ran.stdout, ran.stderr.as_str()), (expected, ""));
}

#[test]
fn data_that_are_wrong_are_refused() {
    let mut all = String::new();
    for (what, file, text) in [
        ("wrong types", "SALES.csv", "SHOP,TIME_PERIOD,SALES,STAFF,REMARK\na,2023Q5,x,1.5,\n"),
        (
            "ragged rows",
            "SALES.csv",
            "SHOP,TIME_PERIOD,SALES,STAFF,REMARK\na,2023,1\na,2024,1,2,,\n",
        ),
        (
            "a key twice",
            "SALES.csv",
            "SHOP,TIME_PERIOD,SALES,STAFF,REMARK\na,2023Q1,1,1,\n\na,2023-Q1,2,1,\n",
        ),
        ("no key", "SALES.csv", "SHOP,TIME_PERIOD,SALES,STAFF,REMARK\n,2023Q1,1,1,\n"),
        ("other columns", "SALES.csv", "SHOP,TIME_PERIOD,SALES,STUFF,REMARK\n"),
        ("an open quote", "SALES.csv", "SHOP,TIME_PERIOD,SALES,STAFF,REMARK\n\"a,2023,1,1,\n"),
        ("an empty file", "SALES.csv", ""),
        ("two files", "SALES.parquet", "PAR1"),
    ] {
        let folder = Folder::new();
        folder.write(&format!("data/{file}"), text);
        all += &format!("===== {what}\n{}", told(&mut folder.run(&["--out", "out"])));
        assert!(!folder.path("out").exists(), "{what}");
    }
    let folder = Folder::new();
    fs::remove_file(folder.path("data/SALES.csv")).unwrap();
    fs::remove_file(folder.path("data/RATES.csv")).unwrap();
    all += &format!("===== no files\n{}", told(&mut folder.run(&[])));
    folder.write("data/RATES.parquet", b"PAR1 and no more");
    all += &format!("===== no whole file\n{}", told(&mut folder.run(&[])));
    assert_told!(all);
}

#[test]
fn structures_that_are_wrong_are_refused() {
    let mut all = String::new();
    for text in [
        "",
        "{\"datasets\": [\n  {]}",
        "{\"datasets\": [{\"name\": \"SALES\", \"structure\": \"S\"}], \"structures\": []}",
        "{\"datasets\": [{\"name\": \"SALES\", \"components\": [{\"name\": \"A\", \"role\": \"Key\", \"type\": \"String\"}, \
         {\"name\": \"B\", \"role\": \"Measure\", \"type\": \"Text\"}]}]}",
    ] {
        let folder = Folder::new();
        folder.write("s.json", text);
        all += &told(&mut folder.run(&[]));
    }
    assert_told!(all);
}

#[test]
fn every_fault_of_a_script_is_told() {
    let folder = Folder::new();
    let check = ["vtl", "check", "s.vtl", "--structures", "s.json"];
    let mut all = told(&mut folder.olshem(&check));
    folder.write(
        "s.vtl",
        "A <- SALES + NOWHERE;\nB := SALES[keep PRICE];\nC := ;\nD := A;\nE <- 'a/b';\n\
         F := SALES[calc X := STAFF || 1];\n",
    );
    all += &told(&mut folder.olshem(&check));
    assert_told!(all);
    folder.write("s.vtl", b"A := \"\xff\";");
    assert_told!(told(&mut folder.olshem(&check)));
}

#[test]
fn ten_thousand_parentheses_are_refused() {
    let folder = Folder::new();
    let script = format!("A <- {}1{};\n", "(".repeat(10_000), ")".repeat(10_000));
    folder.write("s.vtl", &script);
    let mut all = told(&mut folder.run(&[]));
    all += &told(&mut folder.olshem(&["vtl", "fmt", "s.vtl"]));
    assert_told!(all);
    assert_eq!(folder.read("s.vtl"), script);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let folder = Folder::new();
    folder.write("s.vtl", "'../x' <- SALES;\n");
    assert_told!(told(&mut folder.run(&["--out", "out"])));
    assert!(!folder.path("out").exists() && !folder.path("x.csv").exists());
}

#[test]
fn nothing_persistent_is_said() {
    let folder = Folder::new();
    folder.write("s.vtl", "A := SALES;\n");
    assert_told!(told(&mut folder.run(&["--out", "out"])));
}

#[test]
fn scripts_are_laid_out() {
    let folder = Folder::new();
    folder.write("a.vtl", "A:=SALES [ keep SALES ]; // kept\r\n\r\n\r\n/* b */B<-A;");
    folder.write("b.vtl", "C := SALES;\n");
    folder.write("c.vtl", "D := (;\n");
    let fmt = |args: &[&str]| told(&mut folder.olshem(&[&["vtl", "fmt"], args].concat()));
    let mut all = fmt(&["--check", "a.vtl", "b.vtl"]);
    assert!(folder.read("a.vtl").starts_with("A:="));
    all += &fmt(&["a.vtl", "b.vtl"]);
    all += &folder.read("a.vtl");
    all += &fmt(&["--check", "a.vtl", "b.vtl"]);
    all += &fmt(&["b.vtl", "c.vtl", "d.vtl"]);
    assert_told!(all);
    assert_eq!(folder.read("c.vtl"), "D := (;\n");
    assert!(folder.listed(".").iter().all(|name| !name.ends_with(".new")));
}

#[test]
fn the_example_is_laid_out() {
    let example = root().join("examples/vtl/turnover.vtl");
    let ran = run(&mut olshem(&["vtl", "fmt", "--check", example.to_str().unwrap()]));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

/// A script that needs more than datasets, with its value domains, routines and scalars.
pub(crate) fn given() -> Folder {
    let folder = Folder::new();
    folder.write(
        "s.vtl",
        "define operator known (x component<Shops>) is x end operator;\n\
         NOTED <- SALES[filter SHOP in Shops and SALES > LEAST][calc KNOWN := known(SHOP), TO := UNTIL];\n\
         COUNTED <- eval(counted(SALES, LEAST) language \"SQL\" returns dataset {\n\
         \x20 identifier<string> SHOP, measure<integer> QUARTERS, measure<number> TOTAL });\n\
         LARGEST <- eval(largest(SALES) language \"SQL\" returns number);\n",
    );
    folder.write(
        "s.json",
        STRUCTURES.replacen(
            '{',
            "{\"scalars\": [{\"name\": \"UNTIL\", \"type\": \"Time_Period\"}],",
            1,
        ),
    );
    folder.write(
        "domains.json",
        "[{\"name\": \"Shops\", \"type\": \"String\", \"setlist\": [\"a\", \"b\"]},\n \
         {\"name\": \"Quarters\", \"type\": \"TimePeriod\", \"setlist\": [\"2023Q1\"]}]",
    );
    folder.write("largest.sql", "SELECT max(SALES) FROM SALES\n");
    folder.write(
        "routines.json",
        "{\"name\": \"counted\", \"query\": \"SELECT SHOP, COUNT(*) AS QUARTERS, SUM(SALES) AS TOTAL \
         FROM SALES WHERE coalesce(SALES, 0) >= $2 GROUP BY SHOP;\"}",
    );
    folder
}

pub(crate) const GIVEN: [&str; 10] = [
    "--domains",
    "domains.json",
    "--routines",
    "routines.json",
    "--routines",
    "largest.sql",
    "--scalar",
    "LEAST=0",
    "--scalar",
    "UNTIL=2024Q4",
];

#[test]
fn value_domains_scalars_and_external_routines_are_given() {
    let folder = given();
    let mut all = told(&mut folder.run(&GIVEN));
    let on = |command| ["vtl", command, "s.vtl", "--structures", "s.json"];
    // Neither needs the values of scalars whose types are known.
    let given = &GIVEN[..8];
    all += &told(&mut folder.olshem(&[&on("check")[..], given].concat()));
    all += &told(&mut folder.olshem(&[&on("explain")[..], given].concat()));
    assert_told!(all);
}

#[test]
fn scalars_that_are_wrong_are_refused() {
    let folder = given();
    let mut all = String::new();
    for scalars in [
        &["--scalar", "LEAST=0"][..],
        &["--scalar", "LEAST=0", "--scalar", "UNTIL=soon"],
        &["--scalar", "LEAST=few", "--scalar", "UNTIL=2024Q4"],
        &["--scalar", "LEAST=\"few\"", "--scalar", "UNTIL=2024Q4"],
        &["--scalar", "LEAST=0", "--scalar", "UNTIL=null", "--scalar", "UNTILL=2024"],
        &["--scalar", "LEAST=0", "--scalar", "LEAST=1", "--scalar", "UNTIL=2024Q4"],
        &["--scalar", "LEAST"],
    ] {
        all += &format!("===== {}\n", scalars.join(" "));
        all += &told(&mut folder.run(&[&GIVEN[..6], scalars].concat()));
    }
    assert_told!(all);
}

#[test]
fn value_domains_and_routines_that_are_wrong_are_refused() {
    let mut all = String::new();
    for (file, text) in [
        ("domains.json", "[{\"name\": \"Shops\",\n \"type\" \"String\"}]"),
        (
            "domains.json",
            "[{\"name\": \"A\", \"type\": \"Text\", \"setlist\": []}, {\"type\": \"String\"}, \
          {\"name\": \"B\", \"type\": \"Integer\", \"setlist\": [1, 2.5]}, {\"name\": \"C\", \"type\": \"Date\", \
          \"setlist\": [\"2023-02-30\"]}, {\"name\": \"D\", \"type\": \"Date\"}]",
        ),
        (
            "routines.json",
            "[{\"name\": \"largest\", \"query\": \"SELECT 1\"}, {\"name\": \"counted\"}]",
        ),
        ("largest.sql", "DROP TABLE SALES"),
        ("largest.sql", "SELECT SHOP FROM SALES"),
        (
            "routines.json",
            "{\"name\": \"counted\", \"query\": \"SELECT SHOP, QUARTERS FROM SALES\"}",
        ),
    ] {
        let folder = given();
        folder.write(file, text);
        all += &format!("===== {file}: {text}\n{}", told(&mut folder.run(&GIVEN)));
    }
    let folder = given();
    fs::remove_file(folder.path("largest.sql")).unwrap();
    all += &told(&mut folder.run(&GIVEN));
    folder.write("largest.sql", "DROP TABLE SALES");
    let check = ["vtl", "check", "s.vtl", "--structures", "s.json"];
    all += &told(&mut folder.olshem(&[&check[..], &GIVEN].concat()));
    assert_told!(all);
}

/// Many rows, so that the signal comes while they are read.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_and_leaves_no_file() {
    let folder = Folder::new();
    let mut sales = SALES.lines().next().unwrap().to_owned() + "\n";
    for row in 0..1_000_000 {
        sales += &format!("s{row},2023Q1,{row},1,a remark\n");
    }
    folder.write("data/SALES.csv", sales);
    folder.write("s.vtl", "A <- SALES; B <- SALES[calc X := length(REMARK)];");
    let mut running = folder
        .run(&["--out", "out"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !folder.path("out").exists() {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it could be stopped");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = running.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ended = running.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(told.contains("E009") && told.contains("interrupted"), "{told}");
    assert!(!folder.path("out").exists());
}
