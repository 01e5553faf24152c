//! map.toml: tiles, boundaries, and everything that can be wrong with either.

use crate::support::Sandbox;
use insta::assert_snapshot;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Two regions side by side and a city in one of them.
const REGIONS: &str = "code,parent,label_en,aliases\n\
    XA,,Exampleland,\nXA1,XA,West,\nXA2,XA,East,Orient\nXA3,XA,Town,\n";

/// The regions as a topology of squares that share an arc; the town's ring is an arc of its own.
fn topology() -> Value {
    let region = |name: &str, arcs: Value| json!({ "type": "Polygon", "properties": { "name": name }, "arcs": arcs });
    json!({
        "type": "Topology",
        "transform": { "scale": [0.5, 0.5], "translate": [50, 40] },
        "objects": { "regions": { "type": "GeometryCollection", "geometries": [
            region("w", json!([[0, 1], [3]])), region("Orient", json!([[-1, 2]])),
            { "type": "MultiPolygon", "properties": { "name": 3 }, "arcs": [[[3]]] },
        ] } },
        "arcs": [
            [[10, 10], [0, -10]],
            [[10, 0], [-10, 0], [0, 10], [10, 0]],
            [[10, 10], [10, 0], [0, -10], [-10, 0]],
            [[2, 2], [0, 1], [1, 0], [0, -1], [-1, 0]],
        ],
    })
}

fn geojson() -> Value {
    let square = |x: f64| {
        json!({ "type": "Polygon",
                "coordinates": [[[x, 0], [x, 5], [x + 5.0, 5], [x + 5.0, 0], [x, 0]]] })
    };
    let feature = |id: &str, x: f64| json!({ "type": "Feature", "id": id, "geometry": square(x) });
    json!({ "type": "FeatureCollection",
            "features": [feature("XA1", 0.0), feature("east", 5.0), feature("town", 11.0)] })
}

/// The sandbox with boundaries and the lines that declare them.
fn with(shapes: &[u8], more: &str) -> Sandbox {
    let mut sha256 = String::new();
    for byte in Sha256::digest(shapes) {
        write!(sha256, "{byte:02x}").unwrap();
    }
    let declared = format!(
        "[boundaries]\ntitle = \"Regions\"\npublisher = \"A survey\"\naddress = \"https://example.org\"\n\
         licence = \"CC0\"\nretrieved = \"2026\"\nfile = \"shapes.json\"\nsha256 = \"{sha256}\"\n{more}"
    );
    Sandbox::new()
        .write("codelists/regions.csv", REGIONS)
        .write("shapes.json", shapes)
        .write("map.toml", declared)
}

fn with_json(shapes: &Value, more: &str) -> Sandbox {
    with(shapes.to_string().as_bytes(), more)
}

const NAMED: &str = "property = \"name\"\nmap = { w = \"XA1\", \"3\" = \"XA3\" }\n";

#[test]
fn shapes_are_told_by_the_codes_of_their_regions() {
    let account = with_json(&topology(), NAMED)
        .append("map.toml", "[[area]]\ncode = \"XA3\"\ncity = true\ntile = [1, 0]\n")
        .load();
    let map = account.map();
    let areas: Vec<_> = map.areas.iter().map(|a| (a.code.as_str(), a.city, a.tile)).collect();
    assert_eq!(areas, [("XA3", true, Some((1, 0))), ("XA1", false, None), ("XA2", false, None)]);
    let boundaries = map.boundaries.as_ref().unwrap();
    assert_eq!(boundaries.citation.vintage, "2026");
    let shapes = &boundaries.shapes;
    assert_eq!(shapes["arcs"], topology()["arcs"]);
    assert_eq!(
        shapes["objects"]["regions"]["geometries"][1],
        json!({ "type": "Polygon", "id": "XA2", "arcs": [[-1, 2]] })
    );
    let account = with_json(&geojson(), "").load();
    let shapes = &account.map().boundaries.as_ref().unwrap().shapes;
    assert_eq!(shapes["features"][2]["id"], "XA3");
}

/// A release rests on what is shown, and so on the map.
#[test]
fn boundaries_are_among_what_a_release_was_made_from() {
    let sandbox = with_json(&geojson(), "");
    sandbox.run().seal().unwrap();
    let inputs = &sandbox.load().releases()[0].inputs;
    assert!(inputs.contains_key("map.toml") && inputs.contains_key("shapes.json"), "{inputs:?}");
}

#[test]
fn faults() {
    let changed = |path: &str, to: Value| {
        let mut shapes = topology();
        *shapes.pointer_mut(path).unwrap() = to;
        with_json(&shapes, NAMED)
    };
    let of_geojson = |path: &str, to: Value| {
        let mut shapes = geojson();
        *shapes.pointer_mut(path).unwrap() = to;
        with_json(&shapes, "")
    };
    let name = "/objects/regions/geometries/1/properties/name";
    let arcs = "/objects/regions/geometries/1/arcs";
    let ring = "/features/0/geometry/coordinates/0";
    let sound = || with_json(&topology(), NAMED);
    let area = |lines: &str| sound().append("map.toml", lines);
    let cases: &[(&str, Sandbox)] = &[
        ("absent", sound().remove("shapes.json")),
        ("empty", sound().write("shapes.json", "")),
        ("elsewhere", sound().replace("map.toml", "shapes.json", "../shapes.json")),
        ("another file", sound().write("shapes.json", geojson().to_string())),
        ("too large", with(&vec![b' '; (4 << 20) + 1], NAMED)),
        ("no JSON", with(b"{\n\"type\": ", NAMED)),
        ("deep", with("[".repeat(100_000).as_bytes(), NAMED)),
        ("something else", with_json(&json!({ "type": "Feature" }), NAMED)),
        ("a key misspelt", sound().replace("map.toml", "licence", "license")),
        ("no such object", with_json(&topology(), &format!("object = \"region\"\n{NAMED}"))),
        ("no property", with_json(&topology(), "")),
        ("an unknown region", changed(name, json!("Wset"))),
        ("a region twice", changed(name, json!("w"))),
        ("a region left out", with_json(&topology(), &NAMED.replace("XA3", ""))),
        (
            "a region without a shape, as declared",
            with_json(&topology(), &format!("without = [\"XA3\"]\n{}", NAMED.replace("XA3", ""))),
        ),
        ("no such arc", changed(arcs, json!([[-1, 7]]))),
        ("arcs that do not meet", changed(arcs, json!([[0, 2]]))),
        ("half an arc", changed(arcs, json!([[0.5]]))),
        ("no rings", changed(arcs, json!([]))),
        ("a line", changed("/objects/regions/geometries/1/type", json!("LineString"))),
        ("a broken arc", changed("/arcs/2", json!([[1, 1]]))),
        ("an arc of texts", changed("/arcs/2/1/0", json!("x"))),
        ("half a transform", changed("/transform", json!({ "scale": [1, 1] }))),
        ("projected", of_geojson(&format!("{ring}/1"), json!([430_000.0, 5_100_000.0]))),
        ("an open ring", of_geojson(&format!("{ring}/4"), json!([1, 1]))),
        ("no geometry", of_geojson("/features/0/geometry", Value::Null)),
        ("an unknown area", area("[[area]]\ncode = \"XA9\"\n")),
        ("an area twice", area("[[area]]\ncode = \"XA1\"\n[[area]]\ncode = \"XA1\"\n")),
        (
            "two on a tile",
            area(
                "[[area]]\ncode = \"XA1\"\ntile = [0, 0]\n[[area]]\ncode = \"XA2\"\ntile = [0, 0]\n",
            ),
        ),
        ("a tile far off", area("[[area]]\ncode = \"XA1\"\ntile = [0, 99]\n")),
    ];
    let mut told = String::new();
    for (what, sandbox) in cases {
        // Long checksums say nothing to who reviews this.
        let faults = sandbox.faults();
        let short = faults.split(' ').map(|word| match word.trim_end_matches(',').len() {
            64 => "SHA256",
            _ => word,
        });
        let _ = writeln!(told, "{what}: {}", short.collect::<Vec<_>>().join(" ").trim_end());
    }
    assert_snapshot!(told);
}
