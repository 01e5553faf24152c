//! SDMX-CSV as others write it, and as we do.

use crate::sdmx_json::{outcome, rows};
use crate::{shared, told};
use olshem_formats::Content;
use olshem_formats::files::{Known, collect};
use olshem_formats::metadata::{
    Artefact, Attachment, Class, Definition, Metadata, Part, Reference, Representation,
};
use std::fmt::Write;

/// What a file says, with its rows; or why it is refused.
fn read(text: &str) -> String {
    read_with(text, &Known::default())
}

fn read_with(text: &str, known: &Known) -> String {
    match collect(&Content::in_memory("data.csv", text.to_owned()), known) {
        Err(faults) => told(&faults),
        Ok((kind, collected)) => {
            let tables = collected.datasets.iter().map(|(d, o)| rows(d, o)).collect::<Vec<_>>();
            outcome(Ok((kind, collected))) + &tables.join("")
        }
    }
}

/// A structure of these parts that other facts are not known of.
fn structure(id: &str, parts: &[(&str, Part)]) -> Metadata {
    let definition = |(id, part): &(&str, Part)| Definition {
        id: (*id).to_owned(),
        part: part.clone(),
        concept: None,
        representation: Representation { max_occurs: Some(1), ..Representation::default() },
        annotations: Vec::new(),
    };
    let structure = Reference::new(Class::DataStructure, "ESTAT", format!("DSD_{id}"), "1.0");
    let dataflow = Reference::new(Class::Dataflow, "ESTAT", id, "1.6.0");
    let mut metadata = Metadata::default();
    let definitions = parts.iter().map(definition).collect();
    metadata.structures.push(Artefact::new(structure.clone(), Default::default(), definitions));
    metadata.dataflows.push(Artefact::new(dataflow, Default::default(), Some(structure)));
    metadata
}

fn attribute() -> Part {
    Part::Attribute { attachment: Attachment::Observation, mandatory: false }
}

#[test]
fn every_sample_reads_or_is_refused_for_a_right_reason() {
    let mut table = String::new();
    let Some(folder) = shared("data/formats/sdmx/v3/csv") else { return };
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let read = collect(&Content::in_memory(name.as_str(), bytes), &Known::default());
        write!(table, "{name}: {}", outcome(read)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn names_lists_and_languages_are_read() {
    insta::assert_snapshot!(read(
        "STRUCTURE[|];STRUCTURE_ID;ACTION;SERIES_KEY;OBS_KEY;A: Dim A;TIME_PERIOD: Time;\
         OBS_VALUE: Value;B[]: List;C[en|fr]: Text;D: Free\n\
         dataflow;ESTAT:DF(1.0): Comptes;A;X;X.2014;X: Valeur X;2014: 2014;12,4;M: Em|N: En;\
         en:One|fr:Un;\"Note: a; b\"\n\
         dataflow;ESTAT:DF(1.0): Comptes;R;Y;Y.2014;Y: Valeur Y;2014: 2014;-1234,5;;;'=1+1\n"
    ));
    insta::assert_snapshot!(read(
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,A,Dim A,TIME_PERIOD,Time,OBS_VALUE,Value\r\n\
         dataflow,ESTAT:DF(1.0),Accounts,X,Value X,2014,2014,12.40,\r\n"
    ));
}

#[test]
fn a_known_structure_decides_over_the_order_of_columns() {
    let parts = [
        ("DIM_1", Part::Dimension),
        ("DIM_2", Part::Dimension),
        ("DIM_3", Part::Dimension),
        ("OBS_VALUE1", Part::Measure),
        ("OBS_VALUE2", Part::Measure),
        ("ATTR_1", attribute()),
        ("ATTR_3", attribute()),
    ];
    let known = Known::new(structure("NA_MAIN", &parts), None);
    insta::assert_snapshot!(read_with(
        "STRUCTURE[;],STRUCTURE_ID,ACTION,OBS_VALUE1,OBS_VALUE2,ATTR_3,ATTR_1[],DIM_2,DIM_1,DIM_3,UPDATED\n\
         dataflow,ESTAT:NA_MAIN(1.6.0),I,12.4,12.5,\"Normal, special\",X;Y,B,A,2014-01,now\n",
        &known
    ));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let mut table = String::new();
    for text in [
        "STRUCTURE\nx\n",
        "STRUCTURE,STRUCTURE_ID,A,OBS_VALUE\n",
        "STRUCTURE,STRUCTURE_ID,A,OBS_VALUE\ncube,E:F(1.0),a,1\n",
        "STRUCTURE,STRUCTURE_ID,A,OBS_VALUE\ndataflow,EF,a,1\n",
        "STRUCTURE,STRUCTURE_ID,ACTION,A,OBS_VALUE\ndataflow,E:F(1.0),Z,a,1\n",
        "DATAFLOW,A,OBS_VALUE\nE:F(1.0),a,1\nE:F(1.0),a\n",
        "DATAFLOW,A,OBS_VALUE\nE:F(1.0),a,1\n\nE:F(1.0),\"a\nb,1\n",
        "DATAFLOW,A,A,OBS_VALUE\nE:F(1.0),a,b,1\n",
        "DATAFLOW,A,MEASURE\nE:F(1.0),a,1\n",
        "DATAFLOW,OBS_VALUE,A\nE:F(1.0),1,a\n",
        "\u{feff}DATAFLOW,A,OBS_VALUE\r\nE:F(1.0),\"a\r\nb\",1\r\n",
    ] {
        write!(table, "{text:?}\n{}", read(text)).unwrap();
    }
    insta::assert_snapshot!(table);
}
