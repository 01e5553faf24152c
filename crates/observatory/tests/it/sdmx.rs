//! What an SDMX client asks and gets.

use crate::support::{Answer, kazakhstan};
use arrow::array::{Array, AsArray};
use olshem_formats::files::{Known, collect};
use olshem_formats::message::Collected;
use olshem_formats::metadata::Metadata;
use olshem_formats::{Content, Kind};
use std::collections::BTreeSet;

const DATA_21: &str = "sdmx/2.1/data/creative_share";
const DATA_30: &str = "sdmx/3.0/data/dataflow/*/creative_share/*";

/// What our own reader finds in an answer.
fn read(answer: &Answer, known: &Known) -> (Kind, Collected) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("message");
    std::fs::write(&path, &answer.body).unwrap();
    collect(&Content::file(path), known).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn structures(path: &str) -> Metadata {
    read(&kazakhstan().get(path), &Known::default()).1.metadata
}

/// The structures that data are read with.
fn known(api: &str) -> Known {
    let path = match api {
        "2.1" => "sdmx/2.1/structure?references=all",
        _ => "sdmx/3.0/structure",
    };
    Known::new(structures(path), None)
}

/// The observations of an answer: each the values of these components.
fn observations(answer: &Answer, known: &Known, components: &[&str]) -> Vec<Vec<String>> {
    let (_, collected) = read(answer, known);
    let (description, batches) = collected.datasets.first().unwrap();
    let place = |name: &&str| {
        let mut variables = description.variables.iter();
        variables.position(|variable| variable.component.name == **name)
    };
    let places: Vec<Option<usize>> = components.iter().map(place).collect();
    let mut rows = Vec::new();
    for batch in batches.iter().map(|one| &one.batch) {
        for row in 0..batch.num_rows() {
            let value = |place: &Option<usize>| {
                let column = batch.column((*place)?).as_string_view();
                column.is_valid(row).then(|| column.value(row).to_owned())
            };
            rows.push(places.iter().map(|place| value(place).unwrap_or_default()).collect());
        }
    }
    rows
}

/// The download: its headings and rows.
fn download(id: &str) -> (Vec<String>, BTreeSet<Vec<String>>) {
    let answer = kazakhstan().get(&format!("data/{id}.csv"));
    let mut lines = answer
        .text()
        .lines()
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
    (lines.next().unwrap(), lines.collect())
}

/// The lines of SDMX-CSV 1.0 below the headings.
fn csv(query: &str) -> Vec<String> {
    let answer = kazakhstan().get_with(query, &[("accept", "text/csv")]);
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.text().lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn structures_come_in_each_format() {
    let account = structures("sdmx/2.1/structure");
    assert!(account.codelists.len() > 5 && account.dataflows.len() > 5);
    assert!(!account.hierarchies.is_empty() && !account.transformation_schemes.is_empty());
    for (path, accept, kind) in [
        ("2.1/dataflow", "*/*", Kind::SdmxMl21),
        ("3.0/structure/dataflow", "application/xml", Kind::SdmxMl30),
        ("2.1/dataflow", "application/vnd.sdmx.structure+xml;version=3.0", Kind::SdmxMl30),
        ("3.0/structure/dataflow", "application/vnd.sdmx.structure+json", Kind::SdmxJson2),
        ("2.1/dataflow", "application/vnd.sdmx.structure+json", Kind::SdmxJson1),
        ("2.1/dataflow", "application/json", Kind::SdmxJson1),
    ] {
        let answer = kazakhstan().get_with(&format!("sdmx/{path}"), &[("accept", accept)]);
        let (found, collected) = read(&answer, &Known::default());
        assert_eq!(found, kind, "{path} {accept}");
        assert!(answer.header("content-type").starts_with("application/vnd.sdmx.structure+"));
        let metadata = collected.metadata;
        assert_eq!(metadata.dataflows.len(), account.dataflows.len());
        assert!(metadata.codelists.is_empty() && metadata.structures.is_empty());
    }
}

#[test]
fn artefacts_come_with_what_they_use() {
    let flow = "sdmx/2.1/dataflow/all/creative_share/latest";
    let count = |references: &str| {
        let found = structures(&format!("{flow}?references={references}"));
        (found.dataflows.len(), found.structures.len(), found.codelists.len())
    };
    assert_eq!(count("none"), (1, 0, 0));
    assert_eq!(count("children"), (1, 1, 0));
    let (flows, definitions, codelists) = count("descendants");
    assert_eq!((flows, definitions), (1, 1));
    assert!(codelists > 0);
    assert_eq!(count("datastructure"), (1, 1, 0));
    let schemes = structures("sdmx/2.1/conceptscheme/all/CS_creative_share?references=codelist");
    assert!(schemes.codelists.is_empty(), "what its users use besides is not its own");
    let schemes = structures(&format!("{flow}?references=codelist"));
    assert_eq!((schemes.structures.len(), schemes.codelists.len()), (0, codelists));
    let users = structures("sdmx/2.1/codelist/all/CL_DEFINITION?references=parents");
    assert!(users.structures.iter().any(|one| one.reference.id == "DSD_creative_share"));
    let stub = structures("sdmx/2.1/codelist/all/CL_REGIONS?detail=allstubs");
    assert!(stub.codelists[0].is_external && stub.codelists[0].content.items().is_empty());
    let all = structures("sdmx/2.1/hierarchicalcodelist");
    for path in ["2.1/hierarchicalcodelist", "3.0/structure/hierarchy"] {
        let stubs = structures(&format!("sdmx/{path}?detail=allstubs"));
        assert_eq!(stubs.hierarchies.len(), all.hierarchies.len(), "{path}");
    }
    let some = structures("sdmx/2.1/codelist/all/CL_REGIONS+CL_DEFINITION");
    assert_eq!(some.codelists.len(), 2);
    let some = structures("sdmx/3.0/structure/codelist/*/CL_REGIONS,CL_DEFINITION/1.0");
    assert_eq!(some.codelists.len(), 2);
    let one = structures("sdmx/2.1/codelist/all/CL_REGIONS/latest/KZ71");
    assert_eq!(one.codelists[0].content.items().len(), 1);
}

#[test]
fn data_are_those_of_the_download() {
    let server = kazakhstan();
    let (headings, expected) = download("creative_share");
    let components: Vec<&str> = headings.iter().map(String::as_str).collect();
    let dimensions = components.iter().position(|name| *name == "value").unwrap();
    assert!(expected.len() > 20);
    let (of_21, of_30) = (known("2.1"), known("3.0"));
    // What the download calls value, low and high are the measure and its bounds.
    let structure = structures("sdmx/3.0/structure/datastructure/*/DSD_creative_share");
    let ids: Vec<String> =
        structure.structures[0].content.iter().map(|definition| definition.id.clone()).collect();
    let low = ids.iter().find(|id| id.ends_with("_LOW")).unwrap();
    let measure = low.trim_end_matches("_LOW");
    let high = format!("{measure}_HIGH");
    for (path, accept, known) in [
        (DATA_21, "*/*", &of_21),
        (DATA_21, "application/vnd.sdmx.genericdata+xml;version=2.1", &of_21),
        (DATA_21, "application/vnd.sdmx.generictimeseriesdata+xml;version=2.1", &of_21),
        (DATA_21, "application/vnd.sdmx.structurespecificdata+xml;version=2.1", &of_21),
        (DATA_21, "application/vnd.sdmx.structurespecifictimeseriesdata+xml;version=2.1", &of_21),
        (DATA_21, "application/vnd.sdmx.data+json;version=1.0.0", &of_21),
        (DATA_21, "application/json", &of_21),
        (DATA_21, "application/vnd.sdmx.draft-sdmx-json+json", &of_21),
        (DATA_21, "application/vnd.sdmx.data+csv;version=1.0.0", &of_30),
        (DATA_30, "*/*", &of_30),
        (DATA_30, "application/vnd.sdmx.data+csv;version=2.0.0", &of_30),
        (DATA_30, "application/vnd.sdmx.data+json;version=2.0.0", &of_30),
        ("data/creative_share.sdmx.csv", "*/*", &of_30),
        ("data/creative_share.sdmx.json", "*/*", &of_30),
    ] {
        let answer = server.get_with(path, &[("accept", accept)]);
        // All of 2.1 but SDMX-CSV.
        let of_21 = ["version=2.1", "json;version=1.0.0"];
        let is_21 = of_21.iter().any(|part| answer.header("content-type").contains(part));
        let mut wanted = components.clone();
        wanted[dimensions] = if is_21 { "OBS_VALUE" } else { measure };
        wanted[dimensions + 1] = low;
        wanted[dimensions + 2] = &high;
        let found: BTreeSet<Vec<String>> =
            observations(&answer, known, &wanted).into_iter().collect();
        assert_eq!(found, expected, "{path} {accept}");
    }
}

/// The account provides its data, and says so of each dataflow.
#[test]
fn data_have_a_provider() {
    let all = structures("sdmx/2.1/provisionagreement");
    assert_eq!(all.provision_agreements.len(), structures("sdmx/2.1/dataflow").dataflows.len());
    for path in [
        "2.1/provisionagreement/all/creative_share/latest?references=children",
        "3.0/structure/provisionagreement/*/creative_share?references=children",
        "3.0/structure/provisionagreement/*/creative_share?references=children&format=json",
        "2.1/provisionagreement/all/creative_share?references=children&format=json",
    ] {
        let found = structures(&format!("sdmx/{path}"));
        let provision = &found.provision_agreements[0].content;
        assert_eq!(provision.dataflow.as_ref(), Some(&found.dataflows[0].reference), "{path}");
        let provider = provision.provider.as_ref().unwrap();
        assert!(provider.means(&found.item_schemes[0].reference), "{path}");
        assert_eq!(provider.item.as_ref(), Some(&found.item_schemes[0].content[0].code), "{path}");
    }
    let all = csv(DATA_21);
    assert_eq!(csv("sdmx/3.0/data/provisionagreement/*/creative_share?format=sdmx-csv-1.0"), all);
    assert_eq!(csv(&format!("{DATA_21}/all/kazakhstan")), all);
    assert_eq!(kazakhstan().get(&format!("{DATA_21}/all/other")).status, 404);
    // Who asks by the provider is told by which agreement the data come.
    let known = Known::new(structures("sdmx/2.1/provisionagreement?references=all"), None);
    for accept in ["genericdata+xml;version=2.1", "structurespecificdata+xml;version=2.1"] {
        let accept = format!("application/vnd.sdmx.{accept}");
        let path = format!("{DATA_21}/all/kazakhstan");
        let answer = kazakhstan().get_with(&path, &[("accept", &*accept)]);
        let (description, batches) = &read(&answer, &known).1.datasets[0];
        let told = [&description.provision, &description.dataflow];
        let ids: Vec<_> = told.map(|one| one.as_ref().map(|one| one.id.as_str())).into();
        assert_eq!(ids, [Some("creative_share"); 2], "{accept}");
        let rows: usize = batches.iter().map(|one| one.batch.num_rows()).sum();
        assert_eq!(rows, all.len(), "{accept}");
    }
}

/// What an artefact rests on can be found in the account.
#[test]
fn artefacts_name_their_files() {
    for (path, file) in [
        ("codelist/all/CL_REGIONS", "codelists/regions.csv"),
        ("hierarchicalcodelist/all/DCMS_CREATIVE", "definitions/DCMS_CREATIVE.toml"),
        ("dataflow/all/creative_share", "indicators.toml"),
        ("agencyscheme", "account.toml"),
    ] {
        let answer = kazakhstan().get(&format!("sdmx/2.1/{path}?detail=allcompletestubs"));
        let text = answer.text();
        assert!(text.contains(&format!("<com:AnnotationTitle>{file}<")), "{path}: {text}");
    }
}

#[test]
fn keys_and_time_choose_observations() {
    let (headings, all) = download("creative_share");
    let definition = headings.iter().position(|name| name == "DEFINITION").unwrap();
    let time = headings.iter().position(|name| name == "TIME_PERIOD").unwrap();
    let count = |is: &dyn Fn(&str, &str) -> bool| {
        all.iter().filter(|row| is(&row[definition], &row[time])).count()
    };
    // The key has a part for each dimension but time.
    let dimensions = headings.iter().position(|name| name == "value").unwrap();
    let key = |value: &str| {
        let others = (0..dimensions).filter(|at| *at != time);
        let parts = others.map(|at| if at == definition { value } else { "" });
        parts.collect::<Vec<_>>().join(".")
    };
    let one = count(&|definition, _| definition == "DCMS_CREATIVE");
    assert!(one > 1 && one < all.len());
    assert_eq!(csv(&format!("{DATA_21}/{}", key("DCMS_CREATIVE"))).len(), one);
    assert_eq!(csv(&format!("{DATA_21}/{}/all", key(""))).len(), all.len());
    assert_eq!(csv(&format!("{DATA_21}/all")).len(), all.len());
    assert_eq!(csv(&format!("{DATA_30}/*?c[DEFINITION]=DCMS_CREATIVE")).len(), one);
    assert_eq!(csv(&format!("{DATA_30}/*?c[DEFINITION]=ne:DCMS_CREATIVE")).len(), all.len() - one);

    let years = count(&|_, year| ("2020"..="2022").contains(&year));
    assert!(years > 1);
    assert_eq!(csv(&format!("{DATA_21}?startPeriod=2020&endPeriod=2022-12-31")).len(), years);
    assert_eq!(csv(&format!("{DATA_30}?c[TIME_PERIOD]=ge:2020+le:2022")).len(), years);
    assert_eq!(csv(&format!("{DATA_30}?c%5BTIME_PERIOD%5D=2020,2021,2022")).len(), years);

    let series = all.iter().map(|row| row[definition].as_str()).collect::<BTreeSet<_>>();
    let last = csv(&format!("{DATA_21}?lastNObservations=1"));
    assert!(last.len() >= series.len() && last.len() < all.len());
    let latest = all.iter().map(|row| row[time].as_str()).max().unwrap();
    assert!(last.iter().any(|line| line.contains(latest)));
    let ends = csv(&format!("{DATA_21}?firstNObservations=1&lastNObservations=1"));
    assert_eq!(ends.len(), 2 * last.len());

    let series = |query: &str| {
        let answer = kazakhstan().get(&format!("{DATA_21}?lastNObservations=1&{query}"));
        answer.text().contains("<gen:Series>")
    };
    assert!(series("") && series("dimensionAtObservation=TIME_PERIOD"));
    assert!(!series("dimensionAtObservation=AllDimensions"));

    let only = kazakhstan().get(&format!("{DATA_21}?detail=dataonly&format=csv"));
    assert!(only.text().lines().next().is_some_and(|line| !line.contains("_LOW")));
}

#[test]
fn queries_without_an_answer_are_told_why() {
    let server = kazakhstan();
    for (path, accept, status, code) in [
        ("2.1/data/nothing", "*/*", 404, 100),
        ("2.1/dataflow/all/nothing", "*/*", 404, 100),
        ("2.1/dataflow/OTHER", "*/*", 404, 100),
        ("2.1/categoryscheme", "*/*", 404, 100),
        ("2.1/frob", "*/*", 404, 501),
        ("", "*/*", 404, 501),
        ("4.0/data/creative_share", "*/*", 404, 501),
        ("3.0/data/provisionagreement/*/nothing", "*/*", 404, 100),
        ("3.0/data/dataflow/*/creative_share?limit=5", "*/*", 404, 501),
        ("3.0/data/dataflow/*/creative_share?attributes=FROB", "*/*", 400, 140),
        ("3.0/data/dataflow/*/creative_share?measures=FROB", "*/*", 400, 140),
        ("2.1/data/creative_share?dimensionAtObservation=FROB", "*/*", 400, 140),
        ("2.1/data/creative_share?includeHistory=frob", "*/*", 400, 140),
        ("3.0/data/dataflow/*/creative_share/*/*?c[OBS_VALUE]=gt:x", "*/*", 400, 140),
        ("2.1/data", "*/*", 400, 140),
        ("2.1/schema/dataflow/all/creative_share", "*/*", 404, 501),
        ("2.1/data/a,b,c,d", "*/*", 400, 140),
        ("2.1/data/creative_share/a.b.c.d.e.f.g.h", "*/*", 400, 140),
        ("2.1/data/creative_share?startPeriod=soon", "*/*", 400, 140),
        ("2.1/data/creative_share?startPeriod=2999", "*/*", 404, 100),
        ("2.1/data/creative_share?lastNObservations=0", "*/*", 400, 140),
        ("2.1/data/creative_share?detail=some", "*/*", 400, 140),
        ("2.1/data/creative_share?frob=1", "*/*", 400, 140),
        ("2.1/data/creative_share?detail=full&detail=full", "*/*", 400, 140),
        ("2.1/data/creative_share?x=%ff", "*/*", 400, 140),
        ("2.1/data/creative_share?format=frob", "*/*", 406, 140),
        ("2.1/data/cr%3Cscript%3E", "*/*", 400, 140),
        ("2.1/dataflow?references=frob", "*/*", 400, 140),
        ("2.1/dataflow?detail=frob", "*/*", 400, 140),
        ("2.1/dataflow/all/a++b", "*/*", 400, 140),
        ("2.1/dataflow/a/b/c/d/e", "*/*", 400, 140),
        ("3.0/data/dataflow/*/creative_share/*/*?c[FROB]=1", "*/*", 400, 140),
        ("3.0/data/dataflow/*/creative_share/*/*?c[TIME_PERIOD]=ge:x", "*/*", 400, 140),
        ("3.0/data/frob", "*/*", 400, 140),
        ("2.1/data/creative_share", "application/vnd.sdmx.compactdata+xml;version=2.0", 406, 140),
        ("2.1/dataflow", "image/png", 406, 140),
    ] {
        let answer = server.get_with(&format!("sdmx/{path}"), &[("accept", accept)]);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        let message = format!("<mes:ErrorMessage code=\"{code}\">");
        assert!(answer.text().contains(&message), "{path}: {}", answer.text());
        assert!(!answer.text().contains("<script>"));
    }
}

#[test]
fn answers_are_compressed_and_known_again() {
    let server = kazakhstan();
    for path in ["sdmx/2.1/codelist", "sdmx/2.1/data/creative_share?format=csv"] {
        let plain = server.get(path);
        let vary: Vec<_> = plain.headers.get_all("vary").iter().collect();
        assert!(vary.iter().any(|value| *value == "accept"), "{path}");
        let known = server.get_with(path, &[("if-none-match", plain.header("etag"))]);
        assert_eq!((known.status, known.body.len()), (304, 0), "{path}");
        let zstd = server.get_with(path, &[("accept-encoding", "zstd")]);
        assert_eq!(zstd.header("content-encoding"), "zstd", "{path}");
        assert_eq!(zstd::decode_all(&zstd.body[..]).unwrap(), plain.body, "{path}");
    }
}

#[test]
fn keys_of_series_come_without_observations() {
    let server = kazakhstan();
    let all = csv(&format!("{DATA_21}?lastNObservations=1")).len();
    for (query, series, structure) in [
        (format!("{DATA_21}?detail=serieskeysonly"), "<gen:Series>", "/data/structure"),
        (format!("{DATA_21}?detail=nodata"), "<gen:Series>", "/data/structure"),
        (format!("{DATA_30}?attributes=none&measures=none"), "<Series ", "/data/structures/0"),
    ] {
        let answer = server.get(&query);
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        assert_eq!(answer.text().matches(series).count(), all, "{query}");
        assert!(!answer.text().contains("Obs>") && !answer.text().contains("<Obs"), "{query}");
        let format = format!("{query}&format=json");
        let told = server.get(&format).json();
        let dimensions = told.pointer(&format!("{structure}/dimensions/observation")).unwrap();
        assert_eq!(dimensions.as_array().map(Vec::len), Some(2), "{format}");
    }
    // Without time there are no series; what is left of an observation is its key.
    let flat = server.get("sdmx/2.1/data/industry_codes?detail=serieskeysonly");
    assert!(flat.text().contains("<gen:ObsKey>") && !flat.text().contains("<gen:ObsValue"));
    let only = server.get_with(
        &format!("{DATA_30}?attributes=OBS_VALUE_LOW&measures=none"),
        &[("accept", "text/csv")],
    );
    let headings = only.text().lines().next().unwrap_or_default();
    assert!(headings.contains("OBS_VALUE_LOW") && !headings.contains("HIGH"), "{headings}");
}

/// A message of time series has no others, and says so.
#[test]
fn time_series_are_over_time() {
    let media_type = "application/vnd.sdmx.generictimeseriesdata+xml;version=2.1";
    for (query, reason) in [
        ("creative_share?dimensionAtObservation=REF_AREA", "no series over time"),
        ("creative_share?dimensionAtObservation=AllDimensions", "no series over time"),
        ("industry_codes", "no time"),
    ] {
        let path = format!("sdmx/2.1/data/{query}");
        let answer = kazakhstan().get_with(&path, &[("accept", media_type)]);
        assert_eq!(answer.status, 406, "{query}");
        assert!(answer.text().contains(reason), "{query}: {}", answer.text());
    }
}

#[test]
fn series_run_over_the_dimension_asked_for() {
    let of_21 = known("2.1");
    let wanted = ["DEFINITION", "REF_AREA", "TIME_PERIOD", "OBS_VALUE_LOW"];
    let over_time: BTreeSet<_> =
        observations(&kazakhstan().get(DATA_21), &of_21, &wanted).into_iter().collect();
    for dimension in ["REF_AREA", "DEFINITION", "TIME_PERIOD"] {
        let answer = kazakhstan().get(&format!("{DATA_21}?dimensionAtObservation={dimension}"));
        let text = answer.text();
        assert!(text.contains(&format!("dimensionAtObservation=\"{dimension}\"")), "{dimension}");
        assert!(text.contains(&format!("<gen:ObsDimension id=\"{dimension}\"")), "{dimension}");
        let found: BTreeSet<_> = observations(&answer, &of_21, &wanted).into_iter().collect();
        assert_eq!(found, over_time, "{dimension}");
    }
}

#[test]
fn conditions_are_alternatives_of_combinations_on_any_component() {
    let all = csv(&format!("{DATA_30}/*"));
    let answer = kazakhstan().get_with(DATA_30, &[("accept", "text/csv")]);
    let headings: Vec<String> =
        answer.text().lines().next().unwrap().split(',').map(str::to_owned).collect();
    let field = |line: &str, name: &str| {
        let at = headings.iter().position(|heading| heading == name).unwrap();
        line.split(',').nth(at).unwrap_or_default().to_owned()
    };
    let number = |line: &str, name: &str| field(line, name).parse::<f64>().ok();
    let counted = |is: &dyn Fn(&str) -> bool| all.iter().filter(|line| is(line)).count();
    let answered = |query: &str| csv(&format!("{DATA_30}/*?{query}")).len();

    let early = |line: &str| ("2010"..="2011").contains(&field(line, "TIME_PERIOD").as_str());
    let late = |line: &str| ("2020"..="2021").contains(&field(line, "TIME_PERIOD").as_str());
    let ranges = "c[TIME_PERIOD]=ge:2010+le:2011,ge:2020+le:2021";
    assert_eq!(answered(ranges), counted(&|line| early(line) || late(line)));

    let narrow =
        |line: &str| number(line, "OBS_VALUE_HIGH").is_some_and(|high| high <= 5.0) && late(line);
    assert_eq!(answered("c[OBS_VALUE_HIGH]=le:5&c[TIME_PERIOD]=ge:2020+le:2021"), counted(&narrow));
}

#[test]
fn conditions_on_a_measure_compare_numbers() {
    let path = "sdmx/3.0/data/dataflow/*/section_share/*/*";
    let count = |condition: &str| csv(&format!("{path}?c[OBS_VALUE]={condition}")).len();
    // As texts, 9 would be more than 10.
    let (above, below) = (count("gt:10"), count("le:10"));
    assert!(above > 0 && above < below, "{above} and {below}");
    assert_eq!(above + below, csv(path).len());
    assert_eq!(count("gt:2+le:10"), count("gt:2") - above);
}

#[test]
fn several_dataflows_come_in_one_message() {
    let server = kazakhstan();
    let path = "sdmx/3.0/data/dataflow/*/creative_share,section_share/*/*";
    let (_, collected) = read(&server.get(path), &known("3.0"));
    let ids: Vec<&str> = collected.datasets.iter().map(|(one, _)| one.id.as_str()).collect();
    assert_eq!(ids, ["creative_share", "section_share"]);
    // Of a component that only one of them has, only that one is asked.
    let (_, collected) =
        read(&server.get(&format!("{path}?c[DEFINITION]=DCMS_CREATIVE")), &known("3.0"));
    assert_eq!(collected.datasets.len(), 1);
}

#[test]
fn availability_tells_the_values_of_dimensions() {
    let server = kazakhstan();
    let constraint = |path: &str| {
        let metadata = structures(path);
        assert_eq!(metadata.constraints.len(), 1, "{path}");
        (metadata.constraints[0].clone(), metadata)
    };
    let all = csv(DATA_21).len();
    let (found, _) = constraint("sdmx/2.1/availableconstraint/creative_share");
    let region = &found.content.regions[0];
    assert!(found.content.is_actual && region.values["DEFINITION"].len() > 5);
    assert_eq!(region.values["REF_AREA"], ["KZ"]);
    assert_eq!(region.ranges["TIME_PERIOD"], (Some("2010".to_owned()), Some("2025".to_owned())));
    let count = found.annotations.iter().find(|one| one.id.as_deref() == Some("obs_count"));
    assert_eq!(count.and_then(|one| one.title.clone()), Some(all.to_string()));

    let key = "sdmx/2.1/availableconstraint/creative_share/DCMS_CREATIVE.";
    let (exact, _) = constraint(key);
    assert_eq!(exact.content.regions[0].values["DEFINITION"], ["DCMS_CREATIVE"]);
    let (open, _) = constraint(&format!("{key}?mode=available"));
    assert_eq!(open.content.regions[0].values["DEFINITION"], region.values["DEFINITION"]);
    let (one, _) = constraint(&format!("{key}/all/REF_AREA?startPeriod=2020"));
    assert_eq!(one.content.regions[0].values.keys().collect::<Vec<_>>(), ["REF_AREA"]);
    assert!(one.content.regions[0].ranges.is_empty());

    for path in [
        "sdmx/2.1/availableconstraint/region_share/all?references=all",
        "sdmx/3.0/availability/dataflow/*/region_share/~/*?references=all",
        "sdmx/3.0/availability/dataflow/*/region_share/~/*?references=all&format=json",
    ] {
        let (found, metadata) = constraint(path);
        let count = (metadata.dataflows.len(), metadata.structures.len());
        assert_eq!(count, (1, 1), "{path}");
        assert_eq!(metadata.concept_schemes.len(), 1, "{path}");
        let activities = metadata.codelists.iter().find(|one| one.reference.id == "CL_ACTIVITIES");
        let activities = activities.unwrap_or_else(|| panic!("{path}"));
        let has = |code: &String| activities.content.items().iter().any(|item| item.code == *code);
        assert!(activities.is_partial, "{path}");
        assert!(found.content.regions[0].values["ACTIVITY"].iter().all(has), "{path}");
    }
    for (path, status) in [
        ("2.1/availableconstraint/creative_share/all/OTHER", 404),
        ("2.1/availableconstraint/creative_share/all/all/FROB", 400),
        ("2.1/availableconstraint/creative_share?mode=frob", 400),
        ("2.1/availableconstraint/creative_share?references=frob", 400),
        ("2.1/availableconstraint/creative_share/NOTHING.", 404),
        ("3.0/availability/dataflow/*/creative_share/~/*/*/frob", 400),
    ] {
        assert_eq!(server.get(&format!("sdmx/{path}")).status, status, "{path}");
    }
}

#[test]
fn what_has_not_changed_since_is_not_sent_again() {
    let server = kazakhstan();
    let path = "sdmx/2.1/data/creative_share";
    let modified = server.get(path).header("last-modified").to_owned();
    assert!(modified.ends_with(" GMT"), "{modified}");
    for (known, status) in [
        (modified.as_str(), 304),
        ("2999-01-01T00:00:00.000Z", 304),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("soon", 200),
    ] {
        let answer = server.get_with(path, &[("if-modified-since", known)]);
        assert_eq!(answer.status, status, "{known}");
        assert_eq!(answer.body.is_empty(), status == 304, "{known}");
    }
    for (moment, status) in [
        ("2009-05-15T14%3A15%3A00%2B01%3A00", 200),
        ("2999-05-15T14:15:00", 404),
        ("2015", 200),
        ("soon", 400),
    ] {
        let answer = server.get(&format!("{path}?updatedAfter={moment}"));
        assert_eq!(answer.status, status, "{moment}");
        let answer = server
            .get(&format!("sdmx/2.1/availableconstraint/creative_share?updatedAfter={moment}"));
        assert_eq!(answer.status, status, "{moment}");
    }
}
