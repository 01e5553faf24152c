//! Hierarchies: each an artefact in 3.0, together in hierarchical codelists in 2.1.

use super::Version;
use super::structure::Structures;
use crate::metadata::{Artefact, Hierarchy, Node};
use crate::sdmx::names::id;
use olshem_model::codelist::Item;
use std::collections::HashSet;
use std::io::{self, Write};

pub(super) fn write<W: Write>(
    to: &mut Structures<'_, W>,
    artefact: &Artefact<Vec<Hierarchy>>,
) -> io::Result<()> {
    if to.version == Version::V21 {
        to.begin("HierarchicalCodelist", artefact, false, &[])?;
        for hierarchy in artefact.content.iter().filter(|h| !h.nodes.is_empty()) {
            named(to, "str:Hierarchy", &hierarchy.item, !hierarchy.levels.is_empty())?;
            nodes(to, &hierarchy.nodes, &mut HashSet::new())?;
            levels(to, &hierarchy.levels)?;
            to.xml.close()?;
        }
        return to.xml.close();
    }
    for hierarchy in &artefact.content {
        let has_levels = if hierarchy.levels.is_empty() { "false" } else { "true" };
        to.begin("Hierarchy", artefact, false, &[("hasFormalLevels", has_levels)])?;
        levels(to, &hierarchy.levels)?;
        nodes(to, &hierarchy.nodes, &mut HashSet::new())?;
        to.xml.close()?;
    }
    Ok(())
}

fn named<W: Write>(
    to: &mut Structures<'_, W>,
    element: &str,
    item: &Item,
    is_leveled: bool,
) -> io::Result<()> {
    to.xml.open(element)?;
    to.xml.attribute("id", &id(&item.code))?;
    if element == "str:Hierarchy" {
        to.xml.attribute("leveled", if is_leveled { "true" } else { "false" })?;
    }
    to.annotations(&item.annotations)?;
    to.names(&item.labels, Some(&item.code))?;
    to.descriptions(&item.descriptions)
}

/// Each level stands in the one above it.
fn levels<W: Write>(to: &mut Structures<'_, W>, levels: &[Item]) -> io::Result<()> {
    for level in levels {
        named(to, "str:Level", level, false)?;
    }
    levels.iter().try_for_each(|_| to.xml.close())
}

/// `taken`: the ids that others have. In 3.0 none may come twice in a hierarchy, in 2.1 none beside
/// itself.
fn nodes<W: Write>(
    to: &mut Structures<'_, W>,
    below: &[Node],
    taken: &mut HashSet<String>,
) -> io::Result<()> {
    for node in below {
        let short = id(&node.id);
        let mut own = short.to_string();
        let mut number = 2_usize;
        while !taken.insert(own.clone()) {
            own = format!("{short}_{number}");
            number += 1;
        }
        if own != node.id {
            to.losses.add("the ids of codes in hierarchies", format!("`{}`, now `{own}`", node.id));
        }
        to.xml.open("str:HierarchicalCode")?;
        to.xml.attribute("id", &own)?;
        to.date("validFrom", node.valid_from.as_deref())?;
        to.date("validTo", node.valid_to.as_deref())?;
        to.annotations(&node.annotations)?;
        to.reference("str:Code", &node.code)?;
        match to.version {
            Version::V21 => nodes(to, &node.children, &mut HashSet::new())?,
            Version::V30 => nodes(to, &node.children, taken)?,
        }
        to.xml.close()?;
    }
    Ok(())
}
