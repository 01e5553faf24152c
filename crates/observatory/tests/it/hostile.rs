//! An account whose texts carry markup and scripts.

use crate::support::{edit, site, small};

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
