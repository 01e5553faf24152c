//! Statistical files: looked into, converted, taken into an account.

use crate::{Fresh, assert_told, olshem, root, run, told};
use std::process::Command;
use tempfile::TempDir;

/// A cube with notes, symbols for missing figures and three languages.
const CUBE: &str = "CHARSET=\"ANSI\";\nAXIS-VERSION=\"2013\";\nCODEPAGE=\"utf-8\";\nLANGUAGE=\"en\";\n\
LANGUAGES=\"en\",\"ru\";\nMATRIX=\"CINEMA\";\nTITLE=\"Cinemas by region and year\";\n\
TITLE[ru]=\"Кинотеатры\";\nCONTENTS=\"Cinemas\";\nUNITS=\"number\";\nDECIMALS=0;\n\
STUB=\"region\";\nHEADING=\"year\";\nSTUB[ru]=\"область\";\nHEADING[ru]=\"год\";\n\
VALUES(\"region\")=\"Astana\",\"Almaty\";\nVALUES[ru](\"область\")=\"Астана\",\"Алматы\";\n\
CODES(\"region\")=\"KZ71\",\"KZ75\";\nVALUES(\"year\")=\"2023\",\"2024\";\n\
TIMEVAL(\"year\")=TLIST(A1),\"2023\",\"2024\";\nNOTE=\"Drive-ins included.\";\n\
SOURCE=\"An office\";\nDATASYMBOL2=\"secret\";\nDATA=\n12 13\n40 \"..\";\n";

/// A structure, and a message that can't be read without it.
const STRUCTURE: &str = r#"<m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure" xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
<m:Header><m:ID>S</m:ID><m:Test>false</m:Test><m:Prepared>2026-01-01T00:00:00</m:Prepared><m:Sender id="XA"/></m:Header>
<m:Structures><s:Codelists><s:Codelist id="CL_AREA" agencyID="XA" version="1.0"><c:Name xml:lang="en">Areas</c:Name><s:Code id="KZ71"><c:Name xml:lang="en">Astana</c:Name></s:Code><s:Code id="KZ75"><c:Name xml:lang="en">Almaty</c:Name></s:Code></s:Codelist></s:Codelists>
<s:DataStructures><s:DataStructure id="JOBS" agencyID="XA" version="1.0"><c:Name xml:lang="en">Jobs</c:Name><s:DataStructureComponents>
<s:DimensionList id="DimensionDescriptor"><s:Dimension id="REF_AREA" position="1"><s:ConceptIdentity><Ref id="REF_AREA" maintainableParentID="CS" agencyID="XA"/></s:ConceptIdentity><s:LocalRepresentation><s:Enumeration><Ref id="CL_AREA" agencyID="XA" version="1.0"/></s:Enumeration></s:LocalRepresentation></s:Dimension>
<s:TimeDimension id="TIME_PERIOD" position="2"><s:ConceptIdentity><Ref id="TIME_PERIOD" maintainableParentID="CS" agencyID="XA"/></s:ConceptIdentity><s:LocalRepresentation><s:TextFormat textType="ObservationalTimePeriod"/></s:LocalRepresentation></s:TimeDimension></s:DimensionList>
<s:MeasureList id="MeasureDescriptor"><s:PrimaryMeasure id="OBS_VALUE"><s:ConceptIdentity><Ref id="OBS_VALUE" maintainableParentID="CS" agencyID="XA"/></s:ConceptIdentity></s:PrimaryMeasure></s:MeasureList>
</s:DataStructureComponents></s:DataStructure></s:DataStructures></m:Structures></m:Structure>"#;
const DATA: &str = r#"<m:StructureSpecificData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common" xmlns:d="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific">
<m:Header><m:ID>D</m:ID><m:Test>false</m:Test><m:Prepared>2026-01-01T00:00:00</m:Prepared><m:Sender id="XA"/><m:Structure structureID="J" namespace="urn:j" dimensionAtObservation="TIME_PERIOD"><c:Structure><Ref id="JOBS" agencyID="XA" version="1.0"/></c:Structure></m:Structure></m:Header>
<m:DataSet d:structureRef="J"><Series REF_AREA="KZ71"><Obs TIME_PERIOD="2023" OBS_VALUE="1.50"/><Obs TIME_PERIOD="2024" OBS_VALUE="2.0"/></Series>
<Series REF_AREA="KZ75"><Obs TIME_PERIOD="2024" OBS_VALUE="7"/></Series></m:DataSet></m:StructureSpecificData>"#;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("cinemas.px", CUBE);
        folder.write("jobs.xml", DATA);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn olshem(&self, args: &[&str]) -> Command {
        let mut command = olshem(args);
        command.current_dir(self.0.path());
        command
    }
}

#[test]
fn inspect_tells_what_a_file_holds() {
    assert_told!(told(&mut Folder::new().olshem(&["inspect", "cinemas.px"])));
    assert_told!(told(&mut Folder::new().olshem(&["inspect", "cinemas.px", "--locale", "ru"])));
}

#[test]
fn a_structure_beside_a_message_is_found() {
    let folder = Folder::new();
    assert_told!(told(&mut folder.olshem(&["inspect", "jobs.xml"])));
    folder.write("a-structure.xml", STRUCTURE);
    assert_told!(told(&mut folder.olshem(&["inspect", "jobs.xml"])));
    assert_told!(told(&mut folder.olshem(&["inspect", "a-structure.xml"])));
}

#[test]
fn convert_keeps_digits_and_lists_what_is_lost() {
    let folder = Folder::new();
    folder.write("structure.xml", STRUCTURE);
    let all = ["csv", "json", "jsonstat", "px", "parquet", "xlsx"];
    for ending in all {
        let out = format!("jobs.{ending}");
        assert_told!(ending, told(&mut folder.olshem(&["convert", "jobs.xml", &out])));
    }
    assert_eq!(
        folder.read("jobs.csv"),
        "REF_AREA,TIME_PERIOD,OBS_VALUE\nKZ71,2023,1.50\nKZ71,2024,2.0\nKZ75,2024,7\n"
    );
    // Through a workbook, and back.
    let back = run(&mut folder.olshem(&["convert", "jobs.xlsx", "back.csv"]));
    assert_eq!(back.code, 0, "{}", back.stderr);
    assert_eq!(folder.read("back.csv"), folder.read("jobs.csv"));
}

#[test]
fn structures_go_beside_data_that_have_no_room_for_them() {
    let folder = Folder::new();
    assert_told!(told(&mut folder.olshem(&["convert", "cinemas.px", "cinemas.xml"])));
    assert!(folder.read("cinemas.structure.xml").contains("Астана"));
    let again = run(&mut folder.olshem(&["convert", "cinemas.xml", "cinemas.csv"]));
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_told!(folder.read("cinemas.csv"));
}

#[test]
fn an_accounts_structures_are_a_message() {
    let folder = Folder::new();
    let account = root().join("accounts/kazakhstan");
    let ran = run(&mut folder.olshem(&["convert", account.to_str().unwrap(), "kz.xml"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let looked = run(&mut folder.olshem(&["inspect", "kz.xml"]));
    assert_eq!(looked.code, 0, "{}", looked.stderr);
    for artefact in ["DataStructure", "Codelist kazakhstan:", "TransformationScheme"] {
        assert!(looked.stdout.contains(artefact), "{artefact} in {}", looked.stdout);
    }
}

#[test]
fn nothing_is_written_where_something_is_wrong() {
    let folder = Folder::new();
    folder.write("broken.px", &CUBE.replace("12 13", "12 13 14"));
    assert_told!(told(&mut folder.olshem(&["convert", "broken.px", "out.csv"])));
    assert_told!(told(&mut folder.olshem(&["convert", "cinemas.px", "out.docx"])));
    assert_told!(told(&mut folder.olshem(&["convert", "http://example.org/a.px", "out.csv"])));
    assert_told!(told(&mut folder.olshem(&["convert", "absent.px", "out.csv"])));
    let left: Vec<_> = std::fs::read_dir(folder.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["cinemas.px", "jobs.xml", "broken.px"].contains(&&**name))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_source_is_added_and_verified() {
    let (fresh, files) = (Fresh::new(), Folder::new());
    files.write("a-structure.xml", STRUCTURE);
    files.write("wages.csv", "region;year;wage\nAstana;2023;1,5\nAlmaty;2023;2,25\n");
    let path = |name: &str| files.0.path().join(name).to_str().unwrap().to_owned();
    for name in ["cinemas.px", "jobs.xml", "wages.csv"] {
        let ran = run(&mut fresh.olshem(&["source", "add", "my-account", &path(name)]));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    // The day is not the same each time.
    let described = |id: &str| {
        let text = fresh.read(&format!("sources/{id}/source.toml"));
        let kept = text.lines().filter(|line| !line.starts_with("retrieved"));
        kept.collect::<Vec<_>>().join("\n")
    };
    assert_told!("cinemas", described("cinemas"));
    assert_told!("jobs", described("jobs"));
    assert_told!("wages", described("wages"));
    assert_told!(fresh.read("codelists/region.csv"));
    assert_told!(told(&mut fresh.olshem(&["source", "verify", "my-account"])));
    assert_eq!(run(&mut fresh.olshem(&["check", "my-account"])).code, 1);

    let again = run(&mut fresh.olshem(&["source", "add", "my-account", &path("cinemas.px")]));
    assert_eq!(again.code, 2, "{}", again.stdout);
    fresh.write("sources/cinemas/cinemas.px", CUBE.replace("KZ75", "KZ79"));
    assert_told!(told(&mut fresh.olshem(&["source", "verify", "my-account"])));
}
