//! What the pages need besides the documents: scripts and styles, as Vite made them of `web/`, built
//! into the program. Without them the pages are bare, and as readable.

use rust_embed::RustEmbed;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

const MANIFEST: &str = ".vite/manifest.json";

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// The scripts and styles.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    /// By path in the site.
    pub(crate) files: BTreeMap<String, Cow<'static, [u8]>>,
    /// What every page begins with.
    pub(crate) styles: Vec<String>,
    pub(crate) scripts: Vec<String>,
    /// What the scripts need at once.
    pub(crate) preloads: Vec<String>,
}

/// One entry of Vite's manifest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    file: String,
    #[serde(default)]
    is_entry: bool,
    #[serde(default)]
    css: Vec<String>,
    #[serde(default)]
    imports: Vec<String>,
}

impl Assets {
    /// Those that are built in.
    pub(crate) fn built_in() -> Self {
        let mut files = BTreeMap::new();
        for path in Dist::iter() {
            let hidden = path.split('/').any(|part| part.starts_with('.'));
            if let Some(file) = Dist::get(&path).filter(|_| !hidden) {
                files.insert(path.into_owned(), file.data);
            }
        }
        let manifest = Dist::get(MANIFEST);
        let chunks = manifest.and_then(|file| serde_json::from_slice(&file.data).ok());
        Self::of(files, &chunks.unwrap_or_default())
    }

    fn of(files: BTreeMap<String, Cow<'static, [u8]>>, chunks: &BTreeMap<String, Chunk>) -> Self {
        let mut assets = Self { files, ..Self::default() };
        for chunk in chunks.values().filter(|chunk| chunk.is_entry) {
            let mut styles = chunk.css.clone();
            let mut waiting = chunk.imports.clone();
            while let Some(name) = waiting.pop() {
                let Some(imported) = chunks.get(&name) else { continue };
                if !assets.preloads.contains(&imported.file) {
                    assets.preloads.push(imported.file.clone());
                    styles.splice(0..0, imported.css.iter().cloned());
                    waiting.extend(imported.imports.iter().cloned());
                }
            }
            match chunk.file.ends_with(".css") {
                true => assets.styles.push(chunk.file.clone()),
                false => assets.scripts.push(chunk.file.clone()),
            }
            assets.styles.extend(styles);
        }
        assets.styles.dedup();
        assets
    }
}

/// What a file is, by the end of its name.
pub(crate) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_begins_with_what_its_entry_needs() {
        let manifest = r#"{
            "_shared.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"]},
            "_lazy.js": {"file": "assets/lazy-2.js"},
            "src/main.tsx": {"file": "assets/main-3.js", "isEntry": true, "css": ["assets/main-3.css"],
                "imports": ["_shared.js", "_gone.js"], "dynamicImports": ["_lazy.js"]}
        }"#;
        let assets = Assets::of(BTreeMap::new(), &serde_json::from_str(manifest).unwrap());
        assert_eq!(assets.scripts, ["assets/main-3.js"]);
        assert_eq!(assets.preloads, ["assets/shared-1.js"]);
        assert_eq!(assets.styles, ["assets/shared-1.css", "assets/main-3.css"]);
    }
}
