//! map.toml: how the map of the regions is drawn, on tiles, within boundaries, or either way.

mod shapes;

use crate::codelists::codes;
use crate::errors::{DUPLICATE_ID, MISSING_FILE, REGION_WITHOUT_SHAPE, TOO_LARGE, WRONG_VALUE};
use crate::files::Files;
use crate::folder::{Loaded, unknown_code};
use crate::sources::{SourceCitation, changed, sha256};
use crate::text::Text;
use crate::values::Date;
use olshem_model::{Codelist, Diagnostic};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

pub(crate) use shapes::Naming;

/// The file's name.
pub(crate) const MAP: &str = "map.toml";
/// Who opens the map has to load all of it.
const LARGEST: u64 = 4 << 20;
/// Beyond it no tile would be seen.
const MOST_TILES: u8 = 40;

/// The content of map.toml.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapFile {
    #[serde(default, rename = "area")]
    areas: Vec<AreaLine>,
    boundaries: Option<BoundariesLine>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaLine {
    code: Spanned<String>,
    letters: Option<Text>,
    name: Option<Text>,
    tile: Option<Spanned<(u8, u8)>>,
    #[serde(default)]
    city: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BoundariesLine {
    title: Text,
    publisher: String,
    address: String,
    licence: String,
    retrieved: Date,
    vintage: Option<String>,
    file: Spanned<String>,
    sha256: Spanned<String>,
    note: Option<Text>,
    object: Option<String>,
    property: Option<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[serde(default)]
    without: Vec<Spanned<String>>,
}

/// How the regions are drawn.
#[derive(Debug, Default)]
pub struct Map {
    /// The regions of which something is said, or that have a shape.
    pub areas: Vec<Area>,
    /// Their boundaries, where the account has them.
    pub boundaries: Option<Boundaries>,
}

/// How a region is drawn.
#[derive(Clone, Debug, Serialize)]
pub struct Area {
    /// Its code.
    pub code: String,
    /// What it is called where there is room for a few letters.
    pub letters: Option<Text>,
    /// What it is called where there is room for a word.
    pub name: Option<Text>,
    /// The column and the row of its tile, from 0.
    pub tile: Option<(u8, u8)>,
    /// Whether it is a city: too small to be seen among the others at their scale.
    pub city: bool,
}

/// The boundaries of regions.
#[derive(Debug)]
pub struct Boundaries {
    /// What file they are, and whose.
    pub citation: SourceCitation,
    /// A topology with the one object `regions`, or a collection of features: each region's shape under
    /// its code as `id`, and nothing else of the file.
    pub shapes: serde_json::Value,
    codes: BTreeSet<String>,
}

/// Checks the file against the regions, and reads the boundaries that it names.
pub(crate) fn read(
    loaded: Loaded<MapFile>,
    files: &mut Files,
    regions: Option<&Codelist>,
    faults: &mut Vec<Diagnostic>,
) -> Map {
    check_areas(&loaded, regions, faults);
    let boundaries = match (&loaded.value.boundaries, regions) {
        (Some(declared), Some(regions)) => {
            read_boundaries(&loaded, declared, files, regions, faults)
        }
        _ => None,
    };
    let areas = loaded.value.areas.into_iter().map(|area| Area {
        code: area.code.into_inner(),
        letters: area.letters,
        name: area.name,
        tile: area.tile.map(Spanned::into_inner),
        city: area.city,
    });
    let mut areas: Vec<Area> = areas.collect();
    for code in boundaries.iter().flat_map(|known| &known.codes) {
        if !areas.iter().any(|area| area.code == *code) {
            let code = code.clone();
            let (letters, name, tile) = (None, None, None);
            areas.push(Area { code, letters, name, tile, city: false });
        }
    }
    Map { areas, boundaries }
}

fn check_areas(loaded: &Loaded<MapFile>, regions: Option<&Codelist>, faults: &mut Vec<Diagnostic>) {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut taken: BTreeMap<(u8, u8), &str> = BTreeMap::new();
    for area in &loaded.value.areas {
        let code = area.code.get_ref().as_str();
        let place = || loaded.place(area.code.span());
        match regions {
            Some(regions) if regions.get(code).is_none() => {
                faults.push(unknown_code(place(), code, regions));
            }
            _ if !known.insert(code) => {
                let message = format!("the area `{code}` is there twice");
                faults.push(Diagnostic::new(&DUPLICATE_ID, place(), message));
            }
            _ => {}
        }
        let Some(tile) = &area.tile else { continue };
        let (column, row) = *tile.get_ref();
        if column.max(row) >= MOST_TILES {
            let message = format!("a tile's column and row are below {MOST_TILES}");
            faults.push(Diagnostic::new(&WRONG_VALUE, loaded.place(tile.span()), message));
        } else if let Some(other) = taken.insert((column, row), code) {
            let message = format!("`{other}` has the tile [{column}, {row}] already");
            faults.push(Diagnostic::new(&WRONG_VALUE, loaded.place(tile.span()), message));
        }
    }
}

fn read_boundaries(
    loaded: &Loaded<MapFile>,
    declared: &BoundariesLine,
    files: &mut Files,
    regions: &Codelist,
    faults: &mut Vec<Diagnostic>,
) -> Option<Boundaries> {
    let bytes = bytes(loaded, declared, files).map_err(|fault| faults.push(fault)).ok()?;
    let (file, expected) = (&declared.file, &declared.sha256);
    let is = sha256(&bytes);
    if is != expected.get_ref().to_lowercase() {
        let correct = format!("meant to be another, correct `sha256` in {MAP}");
        faults.push(changed(loaded, file, (expected, &is), &correct));
        // Of another file nothing is known that map.toml says of this one.
        return None;
    }
    let path = files.path(file.get_ref());
    let naming = Naming {
        object: declared.object.as_deref(),
        property: declared.property.as_deref(),
        map: &declared.map,
        regions,
    };
    let before = faults.len();
    let (shapes, codes) = shapes::read(&path, &bytes, &naming, faults)?;
    if faults.len() == before {
        check_completeness(loaded, declared, regions, &codes, faults);
    }
    let citation = SourceCitation {
        id: MAP.to_owned(),
        title: declared.title.clone(),
        publisher: declared.publisher.clone(),
        address: declared.address.clone(),
        licence: declared.licence.clone(),
        retrieved: declared.retrieved.to_string(),
        vintage: declared.vintage.clone().unwrap_or_else(|| declared.retrieved.to_string()),
        file: path,
        sha256: is,
        note: declared.note.clone(),
    };
    Some(Boundaries { citation, shapes, codes })
}

fn bytes(
    loaded: &Loaded<MapFile>,
    declared: &BoundariesLine,
    files: &mut Files,
) -> Result<Vec<u8>, Diagnostic> {
    let name = &declared.file;
    let file = name.get_ref();
    // What it holds is shown to everybody.
    if file.contains(['/', '\\', ':']) || file.starts_with('.') {
        let message = format!("`{file}` is not the name of a file beside {MAP}");
        return Err(Diagnostic::new(&WRONG_VALUE, loaded.place(name.span()), message));
    }
    let path = files.path(file);
    let size = path.metadata().map_or(0, |metadata| metadata.len());
    if size > LARGEST {
        let message = format!("the file has {size} bytes, and may have {LARGEST}");
        return Err(Diagnostic::new(&TOO_LARGE, path, message).with_help(
            "simplify it, as `toposimplify` or mapshaper do: a map of a country needs some 50 kB",
        ));
    }
    files.bytes(file).map_err(|fault| {
        if !std::ptr::eq(fault.code, &MISSING_FILE) {
            return fault;
        }
        let message = format!("there is no file `{file}` beside {MAP}");
        Diagnostic::new(&MISSING_FILE, loaded.place(name.span()), message)
    })
}

/// Every region that no other is a part of must have its shape, or be named as one without.
fn check_completeness(
    loaded: &Loaded<MapFile>,
    declared: &BoundariesLine,
    regions: &Codelist,
    found: &BTreeSet<String>,
    faults: &mut Vec<Diagnostic>,
) {
    for without in &declared.without {
        let code = without.get_ref();
        if regions.get(code).is_none() {
            faults.push(unknown_code(loaded.place(without.span()), code, regions));
        }
    }
    let excused: BTreeSet<&str> = declared.without.iter().map(|w| w.get_ref().as_str()).collect();
    for code in codes(regions) {
        let is_finest = regions.children(code).next().is_none();
        if is_finest && !found.contains(code) && !excused.contains(code) {
            let file = declared.file.get_ref();
            let message = format!("the region `{code}` has no shape in {file}");
            let place = loaded.place(declared.file.span());
            faults.push(Diagnostic::new(&REGION_WITHOUT_SHAPE, place, message).with_help(
                "say by `map` under which name the file has it; or list it in `without`",
            ));
        }
    }
}
