//! Hierarchies.

use super::super::text::Text;
use super::Version;
use super::structure::{annotations, item_members, moment};
use crate::metadata::{Artefact, Class, Hierarchy, Node};
use olshem_model::codelist::Item;

impl Version {
    /// Hierarchies: in 2.0 each is an artefact of its own, in 1.0 they stand in one together.
    pub(super) fn hierarchies(self, text: &mut Text, all: &[Artefact<Vec<Hierarchy>>]) {
        if self.is_v1() {
            let all: Vec<_> = all.iter().collect();
            self.artefacts(text, "hierarchicalCodelists", &all, |text, hierarchies| {
                text.list("hierarchies", hierarchies, |text, hierarchy| {
                    text.object(|text| {
                        item_members(text, &hierarchy.item);
                        text.flag("leveled", !hierarchy.levels.is_empty());
                        level(text, &hierarchy.levels);
                        text.list("hierarchicalCodes", &hierarchy.nodes, |text, one| {
                            self.node(text, one)
                        });
                    });
                });
            });
            return;
        }
        let several = |artefact: &Artefact<Vec<Hierarchy>>| {
            artefact.reference.class == Class::HierarchicalCodelist
        };
        let mut apart = Vec::new();
        for artefact in all {
            for hierarchy in &artefact.content {
                let mut one = artefact.clone();
                one.content = vec![hierarchy.clone()];
                if several(artefact) {
                    one.reference.id.clone_from(&hierarchy.item.code);
                    one.names.clone_from(&hierarchy.item.labels);
                    one.descriptions.clone_from(&hierarchy.item.descriptions);
                    one.annotations.clone_from(&hierarchy.item.annotations);
                }
                apart.push(one);
            }
        }
        let apart: Vec<_> = apart.iter().collect();
        self.artefacts(text, "hierarchies", &apart, |text, hierarchies| {
            for hierarchy in hierarchies {
                if !hierarchy.levels.is_empty() {
                    text.flag("hasFormalLevels", true);
                    level(text, &hierarchy.levels);
                }
                text.list("hierarchicalCodes", &hierarchy.nodes, |text, one| self.node(text, one));
            }
        });
    }

    fn node(self, text: &mut Text, node: &Node) {
        text.object(|text| {
            text.member("id", &node.id);
            text.member("code", &self.urn(&node.code));
            text.optional("validFrom", moment(node.valid_from.as_deref()).as_deref());
            text.optional("validTo", moment(node.valid_to.as_deref()).as_deref());
            annotations(text, &node.annotations);
            text.list("hierarchicalCodes", &node.children, |text, one| self.node(text, one));
        });
    }
}

/// Levels, each within the one above it. There are no more than a file may nest.
fn level(text: &mut Text, levels: &[Item]) {
    for item in levels.iter().take(100) {
        text.key("level");
        text.open('{');
        item_members(text, item);
    }
    levels.iter().take(100).for_each(|_| text.close('}'));
}
