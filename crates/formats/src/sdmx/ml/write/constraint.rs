//! Constraints: what data there may be, or are.

use super::Version;
use super::structure::Structures;
use crate::metadata::{Artefact, Class, Constraint, Metadata, Part, Reference, Region};
use crate::sdmx::names::{is_name, name};
use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) fn write<W: Write>(
    to: &mut Structures<'_, W>,
    artefact: &Artefact<Constraint>,
) -> io::Result<()> {
    let constraint = &artefact.content;
    let role = if constraint.is_actual { "Actual" } else { "Allowed" };
    match to.version {
        Version::V21 => to.begin("ContentConstraint", artefact, false, &[("type", role)])?,
        Version::V30 => to.begin("DataConstraint", artefact, false, &[("role", role)])?,
    }
    attachment(to, artefact)?;
    let attributes = attributes(to.metadata, constraint);
    let regions = constraint.regions.iter();
    let (keys, cubes): (Vec<&Region>, Vec<&Region>) = regions.partition(|region| region.is_key);
    let cubes = match to.version {
        Version::V30 if cubes.len() > 2 => {
            to.losses.add("all but two regions of constraints", &*artefact.reference.id);
            cubes.into_iter().take(2).collect()
        }
        _ => cubes,
    };
    for set in keys.chunk_by(|a, b| a.included == b.included) {
        let included = set.first().is_some_and(|region| region.included);
        to.xml.open("str:DataKeySet")?;
        to.xml.attribute("isIncluded", if included { "true" } else { "false" })?;
        for key in set {
            to.xml.open("str:Key")?;
            parts(to, key, &attributes)?;
            to.xml.close()?;
        }
        to.xml.close()?;
    }
    for cube in cubes {
        to.xml.open("str:CubeRegion")?;
        to.xml.attribute("include", if cube.included { "true" } else { "false" })?;
        parts(to, cube, &attributes)?;
        to.xml.close()?;
    }
    to.xml.close()
}

/// What it is attached to: artefacts of one class.
fn attachment<W: Write>(
    to: &mut Structures<'_, W>,
    artefact: &Artefact<Constraint>,
) -> io::Result<()> {
    let element = |reference: &Reference| match reference.class {
        Class::Dataflow => Some("str:Dataflow"),
        Class::DataStructure => Some("str:DataStructure"),
        Class::ProvisionAgreement => Some("str:ProvisionAgreement"),
        _ => None,
    };
    let first = artefact.content.attached.iter().find_map(element);
    for other in
        artefact.content.attached.iter().filter(|of| element(of) != first || first.is_none())
    {
        to.losses.add("further artefacts that constraints are attached to", other.to_string());
    }
    let Some(first) = first else { return Ok(()) };
    to.xml.open("str:ConstraintAttachment")?;
    for reference in artefact.content.attached.iter().filter(|of| element(of) == Some(first)) {
        to.reference(first, reference)?;
    }
    to.xml.close()
}

/// The components that are no dimensions in the structures that the constraint is attached to.
fn attributes(metadata: &Metadata, constraint: &Constraint) -> BTreeSet<String> {
    let structures = constraint.attached.iter().filter_map(|of| metadata.structure(of));
    let definitions = structures.flat_map(|structure| &structure.content);
    let others = definitions.filter(|d| matches!(d.part, Part::Attribute { .. } | Part::Measure));
    others.map(|definition| definition.id.clone()).collect()
}

/// Each component's values: dimensions first.
fn parts<W: Write>(
    to: &mut Structures<'_, W>,
    region: &Region,
    attributes: &BTreeSet<String>,
) -> io::Result<()> {
    let (common, other) = match to.version {
        Version::V21 => ("com", "com:Attribute"),
        Version::V30 => ("str", "str:Component"),
    };
    let key_value = format!("{common}:KeyValue");
    let components: BTreeSet<&String> = region.values.keys().chain(region.ranges.keys()).collect();
    for are_attributes in [false, true] {
        for &component in &components {
            if attributes.contains(component) != are_attributes {
                continue;
            }
            let values = region.values.get(component).map(Vec::as_slice).unwrap_or_default();
            let range = region.ranges.get(component).filter(|r| **r != (None, None));
            let one = region.is_key && values.len() != 1;
            let none = values.is_empty() && range.is_none() && !are_attributes;
            let range_in_key = region.is_key && range.is_some();
            if one
                || none
                || range_in_key
                || (region.is_key && are_attributes && to.version == Version::V21)
            {
                to.losses.add("values of components in constraints", component.clone());
                continue;
            }
            if !is_name(component) {
                to.losses.add("the ids of components", component.clone());
            }
            to.xml.open(if are_attributes { other } else { &key_value })?;
            to.xml.attribute("id", &name(component))?;
            if let Some((from, until)) = range {
                let (from_element, to_element) = match (from, until) {
                    (Some(_), Some(_)) => ("StartPeriod", "EndPeriod"),
                    _ => ("AfterPeriod", "BeforePeriod"),
                };
                to.xml.open(&format!("{common}:TimeRange"))?;
                for (element, period) in [(from_element, from), (to_element, until)] {
                    if let Some(period) = period {
                        to.xml.open(&format!("{common}:{element}"))?;
                        to.xml.attribute("isInclusive", "true")?;
                        to.xml.text(period)?;
                        to.xml.close()?;
                    }
                }
                to.xml.close()?;
            } else {
                for value in values {
                    to.xml.leaf(&format!("{common}:Value"), value)?;
                }
            }
            to.xml.close()?;
        }
    }
    Ok(())
}
