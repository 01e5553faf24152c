//! The description of the API: for programs as OpenAPI, for people as a page made from it.

use crate::address::segment;
use crate::assets::Assets;
use crate::catalogue::Catalogue;
use crate::pages::POLICY;
use maud::{DOCTYPE, html};
use serde_json::Value;

/// The description.
const DOCUMENT: &str = include_str!("openapi.json");
/// Where a number's lineage is told.
pub(crate) const LINEAGE: &str = "api/v1/lineage";

/// The description, with things of the account as examples of what can be asked for.
pub(crate) fn document(catalogue: &Catalogue) -> Value {
    let mut described: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let claim = catalogue.claims().next().map(|(_, claim)| claim.id.as_str());
    let indicator = catalogue.indicators.first().map(|one| one.table.id.as_str());
    let target = catalogue.targets().next().map(|(_, target)| target.id.as_str());
    let region = catalogue.regions().first().map(|region| region.code.as_str());
    let industry = catalogue.industries().first().map(|industry| industry.code.as_str());
    for (part, example) in [
        ("/claims/", claim),
        ("/indicators/", indicator),
        ("/data/", indicator),
        ("/targets/", target),
        ("/definitions/", catalogue.default_definition()),
        ("/regions/", region),
        ("/industries/", industry),
    ] {
        let paths = described["paths"].as_object_mut().into_iter().flatten();
        for (_, item) in paths.filter(|(path, _)| path.contains(part)) {
            if let Some(parameter) = item.pointer_mut("/get/parameters/0") {
                parameter["example"] = example.map(segment).into();
            }
        }
    }
    described
}

/// What there is, for people.
pub(crate) fn page(assets: &Assets) -> String {
    // A test reads it.
    let described: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let info = &described["info"];
    let paths = described["paths"].as_object();
    html! {
        (DOCTYPE)
        html lang="en" data-root="../" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                title { (text(info, "title")) }
                link rel="icon" href="data:,";
                @for style in &assets.styles { link rel="stylesheet" href=(format!("../{style}")); }
            }
            body {
                main id="main" data-page="api" {
                    h1 { (text(info, "title")) }
                    p { (text(info, "description")) }
                    p { a href="openapi.json" { "openapi.json" } }
                    @for (path, item) in paths.into_iter().flatten() {
                        section {
                            h2 { code { "GET " (path) } }
                            p { (text(&item["get"], "summary")) }
                            @if let Some(parameters) = item["get"]["parameters"].as_array() {
                                dl class="facts" {
                                    @for one in parameters {
                                        dt { code { (text(one, "name")) } }
                                        dd { (text(one, "description")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_can_be_read() {
        let described: Value = serde_json::from_str(DOCUMENT).unwrap();
        assert_eq!(described["openapi"], "3.1.0");
        assert!(page(&Assets::default()).contains("/api/v1/lineage"));
    }
}
