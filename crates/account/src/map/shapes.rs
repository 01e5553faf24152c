//! Shapes of regions in TopoJSON and GeoJSON: read, checked, and told by the regions' codes.
//!
//! What is wrong with a shape shows on a map as a hole or a stroke across it, or not at all; so each
//! ring must close, each arc exist and meet the next, each position lie on the globe.

use crate::errors::{BOUNDARIES, DUPLICATE_ID};
use crate::folder::unknown_code;
use olshem_model::{Codelist, Diagnostic, Place};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many faults of one file are told.
const TOLD: usize = 20;

/// How a shape tells whose it is.
pub(crate) struct Naming<'a> {
    /// Which object of a topology has the shapes.
    pub(crate) object: Option<&'a str>,
    /// Which of its properties names the region; its `id` where none is.
    pub(crate) property: Option<&'a str>,
    /// The code for a name, or nothing for a shape that is left out.
    pub(crate) map: &'a BTreeMap<String, String>,
    /// Whose codes, labels and aliases are names too.
    pub(crate) regions: &'a Codelist,
}

/// Reads the shapes of a file, and whose there are.
pub(crate) fn read(
    file: &Path,
    bytes: &[u8],
    naming: &Naming<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Option<(Value, BTreeSet<String>)> {
    let mut reading = Reading { file, naming, found: BTreeSet::new(), faults: Vec::new(), more: 0 };
    let shapes = match serde_json::from_slice::<Value>(bytes) {
        Ok(root) => match root.get("type").and_then(Value::as_str) {
            Some("Topology") => reading.topology(&root),
            Some("FeatureCollection") => reading.features(&root),
            _ => {
                reading.fault("the file is neither a `Topology` nor a `FeatureCollection`");
                None
            }
        },
        Err(error) => {
            let place = Place::Line { file: file.to_path_buf(), line: error.line(), column: None };
            let message = format!("the file is not JSON: {error}");
            reading.faults.push(Diagnostic::new(&BOUNDARIES, place, message));
            None
        }
    };
    let Reading { found, faults: told, more, .. } = reading;
    faults.extend(told);
    if more > 0 {
        let message = format!("{more} more faults of this kind");
        faults.push(Diagnostic::new(&BOUNDARIES, file, message));
    }
    Some((shapes?, found))
}

struct Reading<'a> {
    file: &'a Path,
    naming: &'a Naming<'a>,
    found: BTreeSet<String>,
    faults: Vec<Diagnostic>,
    /// How many are not told.
    more: usize,
}

impl Reading<'_> {
    fn push(&mut self, fault: Diagnostic) {
        match self.faults.len() < TOLD {
            true => self.faults.push(fault),
            false => self.more += 1,
        }
    }

    fn fault(&mut self, message: impl Into<String>) {
        self.push(Diagnostic::new(&BOUNDARIES, self.file, message));
    }

    /// The code of the region whose shape this is; `None` for one that is left out or at fault.
    fn code(&mut self, shape: &Value) -> Option<String> {
        let Naming { property, map, regions, .. } = *self.naming;
        let named = match property {
            Some(property) => shape.get("properties").and_then(|all| all.get(property)),
            None => shape.get("id"),
        };
        let name = match named {
            Some(Value::String(name)) => name.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => {
                let what = property.map_or("`id`".to_owned(), |name| format!("property `{name}`"));
                let known = shape.get("properties").and_then(Value::as_object);
                let known: Vec<&str> =
                    known.into_iter().flatten().map(|(name, _)| name.as_str()).take(10).collect();
                let message = format!("a shape has no {what} that names its region");
                let mut fault = Diagnostic::new(&BOUNDARIES, self.file, message);
                if !known.is_empty() {
                    let help = format!("its properties are `{}`", known.join("`, `"));
                    fault = fault.with_help(help);
                }
                self.push(fault);
                return None;
            }
        };
        let meant = map.get(&name).unwrap_or(&name);
        if meant.is_empty() {
            return None;
        }
        let Some(item) = regions.find(meant) else {
            let mut fault = unknown_code(Place::from(self.file), meant, regions);
            if fault.help.is_none() {
                let help = format!(
                    "say whose shape it is: map = {{ \"{name}\" = \"…\" }}, or \"\" to leave it out"
                );
                fault = fault.with_help(help);
            }
            self.push(fault);
            return None;
        };
        if !self.found.insert(item.code.clone()) {
            let message = format!("the region `{}` has two shapes", item.code);
            let fault = Diagnostic::new(&DUPLICATE_ID, self.file, message);
            self.push(fault.with_help("join them to one `MultiPolygon`"));
            return None;
        }
        Some(item.code.clone())
    }

    fn topology(&mut self, root: &Value) -> Option<Value> {
        let arcs = Arcs::of(root).map_err(|wrong| self.fault(wrong)).ok()?;
        let objects = root.get("objects").and_then(Value::as_object);
        let names: Vec<&str> =
            objects.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let name = match (self.naming.object, &*names) {
            (Some(name), _) => name,
            (None, [only]) => only,
            (None, _) => {
                let message = "`object` has to say which of the topology's objects has the shapes";
                let fault = Diagnostic::new(&BOUNDARIES, self.file, message);
                self.push(fault.with_help(format!("it has `{}`", names.join("`, `"))));
                return None;
            }
        };
        let shapes = objects.and_then(|objects| objects.get(name)?.get("geometries")?.as_array());
        let Some(shapes) = shapes else {
            let message = format!("the topology has no collection of geometries `{name}`");
            let fault = Diagnostic::new(&BOUNDARIES, self.file, message);
            self.push(fault.with_help(format!("it has `{}`", names.join("`, `"))));
            return None;
        };
        let mut regions = Vec::new();
        for shape in shapes {
            let Some(code) = self.code(shape) else { continue };
            let rings = shape.get("arcs").unwrap_or(&Value::Null);
            match polygons(shape.get("type"), rings, &mut |ring| arcs.check(ring)) {
                Ok(kind) => regions.push(json!({ "type": kind, "id": code, "arcs": rings })),
                Err(wrong) => self.fault(format!("the shape of `{code}`: {wrong}")),
            }
        }
        let mut topology = json!({
            "type": "Topology",
            "objects": { "regions": { "type": "GeometryCollection", "geometries": regions } },
        });
        // As they stand there, digit for digit.
        for member in ["transform", "arcs"] {
            if let Some(value) = root.get(member) {
                topology[member] = value.clone();
            }
        }
        Some(topology)
    }

    fn features(&mut self, root: &Value) -> Option<Value> {
        let Some(features) = root.get("features").and_then(Value::as_array) else {
            self.fault("the collection has no list of `features`");
            return None;
        };
        let mut regions = Vec::new();
        for feature in features {
            let Some(code) = self.code(feature) else { continue };
            let shape = feature.get("geometry").unwrap_or(&Value::Null);
            let rings = shape.get("coordinates").unwrap_or(&Value::Null);
            match polygons(shape.get("type"), rings, &mut |ring| check_positions(ring)) {
                Ok(kind) => regions.push(json!({
                    "type": "Feature", "id": code, "properties": null,
                    "geometry": { "type": kind, "coordinates": rings },
                })),
                Err(wrong) => self.fault(format!("the shape of `{code}`: {wrong}")),
            }
        }
        Some(json!({ "type": "FeatureCollection", "features": regions }))
    }
}

/// Checks every ring of a polygon or of several.
fn polygons(
    kind: Option<&Value>,
    rings: &Value,
    check: &mut impl FnMut(&[Value]) -> Result<(), String>,
) -> Result<&'static str, String> {
    let list = |value: &Value| {
        let list = value.as_array().filter(|list| !list.is_empty()).cloned();
        list.ok_or_else(|| "a ring is missing".to_owned())
    };
    let mut polygon = |rings: &Value| -> Result<(), String> {
        list(rings)?.iter().try_for_each(|ring| check(&list(ring)?))
    };
    match kind.and_then(Value::as_str) {
        Some("Polygon") => polygon(rings).map(|()| "Polygon"),
        Some("MultiPolygon") => {
            list(rings)?.iter().try_for_each(&mut polygon).map(|()| "MultiPolygon")
        }
        Some(other) => Err(format!("it is a `{other}`, and no area")),
        None => Err("it has no geometry".to_owned()),
    }
}

/// A ring of GeoJSON.
fn check_positions(ring: &[Value]) -> Result<(), String> {
    let positions: Vec<Position> = ring.iter().map(position).collect::<Result<_, _>>()?;
    positions.iter().try_for_each(|at| on_the_globe(*at))?;
    match (positions.first(), positions.last()) {
        (Some(first), Some(last)) if positions.len() >= 4 && first == last => Ok(()),
        _ => Err("a ring is not closed".to_owned()),
    }
}

fn position(value: &Value) -> Result<Position, String> {
    let number = |at: usize| value.get(at).and_then(Value::as_f64).filter(|n| n.is_finite());
    number(0).zip(number(1)).ok_or_else(|| "a position is not two numbers".to_owned())
}

fn on_the_globe((longitude, latitude): Position) -> Result<(), String> {
    // Some files go on beyond the date line.
    if longitude.abs() <= 360.0 && latitude.abs() <= 90.0 {
        return Ok(());
    }
    Err(format!(
        "{longitude} {latitude} is not a longitude and a latitude; a map in another projection has to \
         be turned into them"
    ))
}

/// Where the arcs of a topology begin and end, and how many positions each has.
struct Arcs(Vec<Arc>);

struct Arc {
    start: Position,
    end: Position,
    positions: usize,
}

type Position = (f64, f64);

impl Arcs {
    fn of(root: &Value) -> Result<Self, String> {
        let transform = root.get("transform");
        let pair = |name: &str| transform.and_then(|transform| transform.get(name)).map(position);
        let scale = pair("scale").transpose()?;
        let translate = pair("translate").transpose()?;
        if transform.is_some() && (scale.is_none() || translate.is_none()) {
            return Err("`transform` lacks `scale` or `translate`".to_owned());
        }
        let arcs =
            root.get("arcs").and_then(Value::as_array).ok_or("the topology has no `arcs`")?;
        let ends = arcs.iter().enumerate().map(|(number, arc)| {
            let positions = arc.as_array().filter(|positions| positions.len() >= 2);
            let positions = positions
                .ok_or_else(|| format!("the arc {number} has fewer than two positions"))?;
            let mut at = (0.0, 0.0);
            let mut first = None;
            for value in positions {
                let step = position(value)?;
                // Quantised positions count from the one before: whole numbers, whose sums are exact.
                at = if scale.is_some() { (at.0 + step.0, at.1 + step.1) } else { step };
                let ((sx, sy), (tx, ty)) =
                    (scale.unwrap_or((1.0, 1.0)), translate.unwrap_or((0.0, 0.0)));
                on_the_globe((at.0 * sx + tx, at.1 * sy + ty))?;
                first.get_or_insert(at);
            }
            Ok(Arc { start: first.unwrap_or(at), end: at, positions: positions.len() })
        });
        Ok(Self(ends.collect::<Result<_, String>>()?))
    }

    /// A ring: numbers of arcs, `!n` for one that is run through backwards.
    fn check(&self, ring: &[Value]) -> Result<(), String> {
        let mut ends = Vec::with_capacity(ring.len());
        let mut positions = 1;
        for number in ring {
            let Some(number) = number.as_i64() else {
                return Err("a ring is not a list of arcs".to_owned());
            };
            let at = usize::try_from(if number < 0 { !number } else { number });
            let Some(arc) = at.ok().and_then(|at| self.0.get(at)) else {
                return Err(format!("there is no arc {number}"));
            };
            let Arc { start, end, .. } = *arc;
            ends.push(if number < 0 { (end, start) } else { (start, end) });
            positions += arc.positions - 1;
        }
        let next = ends.iter().cycle().skip(1);
        if positions < 4 || ends.iter().zip(next).any(|((_, end), (start, _))| end != start) {
            return Err("the arcs of a ring do not meet".to_owned());
        }
        Ok(())
    }
}
