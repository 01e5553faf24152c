//! Hierarchies: codes in an order of their own.

use super::element::Element;
use super::structure::{Fault, id_of, item};
use crate::metadata::{Class, Hierarchy, Node, Reference};
use olshem_model::codelist::Item;

/// The names by which a hierarchical codelist calls the codelists in it.
type Aliases = [(String, Reference)];

/// Those of a hierarchical codelist (SDMX 2.1).
pub(super) fn hierarchies(element: &Element) -> Result<Vec<Hierarchy>, Fault> {
    let included = element.all("IncludedCodelist").chain(element.all("CodelistRef"));
    let aliases: Vec<(String, Reference)> = included
        .filter_map(|included| {
            let alias = included.owned("alias").or_else(|| included.text_of("Alias"))?;
            Some((alias, included.reference(Class::Codelist)?))
        })
        .collect();
    element.all("Hierarchy").map(|found| hierarchy(found, &aliases)).collect()
}

pub(super) fn hierarchy(element: &Element, aliases: &Aliases) -> Result<Hierarchy, Fault> {
    let mut levels = Vec::new();
    let mut level = element.child("Level");
    while let Some(found) = level {
        levels.push(Item { parent: None, ..item(found)? });
        level = found.child("Level");
    }
    Ok(Hierarchy { item: item(element)?, levels, nodes: nodes(element, aliases)? })
}

fn nodes(element: &Element, aliases: &Aliases) -> Result<Vec<Node>, Fault> {
    element
        .all("HierarchicalCode")
        .map(|code| {
            Ok(Node {
                id: id_of(code)?,
                code: code_of(code, aliases)?,
                valid_from: code.owned("validFrom"),
                valid_to: code.owned("validTo"),
                annotations: code.annotations(),
                children: nodes(code, aliases)?,
            })
        })
        .collect()
}

fn code_of(element: &Element, aliases: &Aliases) -> Result<Reference, Fault> {
    if let Some(code) = element.child("Code").and_then(|code| code.reference(Class::Codelist)) {
        return Ok(code);
    }
    // By the alias of its codelist; without one that is known, only the code can be told.
    let id = element.child("CodeID").and_then(Element::local_reference);
    let id = id.map_or_else(|| id_of(element), Ok)?;
    let alias = element.child("CodelistAliasRef").and_then(Element::local_reference);
    let list = aliases.iter().find(|(name, _)| Some(name) == alias.as_ref());
    let list = list.map(|(_, list)| list.clone());
    let unknown = || Reference::new(Class::Codelist, "", alias.unwrap_or_default(), "");
    Ok(list.unwrap_or_else(unknown).item(id))
}
