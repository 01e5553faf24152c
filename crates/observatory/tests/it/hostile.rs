//! An account whose texts carry markup and scripts.

use crate::support::{edit, site, small};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

const MARKUP: &str = r#"<script>alert(1)</script><img src=x onerror=alert(2)>"><b>'&quot;"#;

#[test]
fn markup_in_an_account_is_text() {
    let (_folder, account) = small();
    let toml = MARKUP.replace('\\', "\\\\").replace('"', "\\\"");
    for file in ["account.toml", "claims.toml", "indicators.toml", "targets.toml"] {
        edit(&account, file, |text| {
            let mut text = text;
            for key in ["en", "ru", "kk"] {
                text = text.replace(&format!("{key} = \""), &format!("{key} = \"{toml} "));
            }
            text.replace("link = \"", "link = \"javascript:alert(3)//")
        });
    }
    edit(&account, "codelists/industries.csv", |text| {
        let csv = MARKUP.replace('"', "\"\"");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let columns = lines[0].split(',').count();
        let labels = vec![format!("\"{csv}\""); columns - 2].join(",");
        lines.push(format!("\"{csv}/../../x\",,{labels}"));
        lines.join("\n") + "\n"
    });
    boundaries(&account, &toml);
    let site = site(&account).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut pages = 0;
    for path in site.paths() {
        assert!(!path.contains("..") && !path.contains('<'), "{path}");
        let document = site.get(path).unwrap().unwrap();
        if !document.content_type().starts_with("text/html") {
            continue;
        }
        let html = std::str::from_utf8(document.body()).unwrap();
        for forbidden in ["<script>", "<img", "<b>", "href=\"javascript:", "onerror=alert(2)>\""] {
            assert!(!html.contains(forbidden), "{path}: {forbidden}");
        }
        // Between a tag's brackets the text never ends an attribute.
        assert!(html.contains("&lt;script&gt;") || path == "api/", "{path}");
        pages += 1;
    }
    assert!(pages > 50, "{pages}");
}

/// Boundaries whose publisher and whose file mean ill.
fn boundaries(account: &Path, toml: &str) {
    let ring = "[[0,0],[0,1],[1,1],[1,0],[0,0]]";
    let evil = serde_json::json!({ "a": MARKUP, "region": "XA" });
    let shapes = format!(
        r#"{{"type":"FeatureCollection","crs":{evil},"features":[{{"type":"Feature","properties":{evil},
            "geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
    );
    let sha256 = Sha256::digest(&shapes);
    let sha256: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(account.join("shapes.json"), &shapes).unwrap();
    let map = format!(
        "[[area]]\ncode = \"XA\"\nname = \"{toml}\"\nletters = \"{toml}\"\ntile = [0, 0]\n\
         [boundaries]\ntitle = \"{toml}\"\npublisher = \"{toml}\"\n\
         address = \"javascript:alert(3)//\"\nlicence = \"{toml}\"\nretrieved = \"2026\"\n\
         file = \"shapes.json\"\nproperty = \"region\"\nsha256 = \"{sha256}\"\n"
    );
    fs::write(account.join("map.toml"), map).unwrap();
}
