//! Constraints: what data there may be, or are.

use super::element::Element;
use crate::metadata::{Class, Constraint, Region};

pub(super) fn constraint(element: &Element) -> Constraint {
    let attachments = element.all("ConstraintAttachment").flat_map(|to| &to.children);
    let regions = element.all("CubeRegion").flat_map(cube);
    let keys = element.all("DataKeySet").flat_map(keys);
    let role = element.attribute("type").or(element.attribute("role"));
    Constraint {
        is_actual: role.is_some_and(|role| role.eq_ignore_ascii_case("actual")),
        attached: attachments
            .filter_map(|to| to.reference(Class::named(&to.name).unwrap_or(Class::Other)))
            .collect(),
        regions: regions.chain(keys).collect(),
    }
}

/// A region, and one more for the values that are taken out of it.
fn cube(element: &Element) -> Vec<Region> {
    let included = element.attribute("include").is_none_or(|include| include != "false");
    let mut region = Region { included, ..Region::default() };
    let mut without = Region { included: !included, ..Region::default() };
    for part in &element.children {
        let is_out = part.attribute("include") == Some("false");
        values(part, if is_out { &mut without } else { &mut region });
    }
    let is_empty = without.values.is_empty() && without.ranges.is_empty();
    std::iter::once(region).chain((!is_empty).then_some(without)).collect()
}

fn keys(set: &Element) -> Vec<Region> {
    let included = set.attribute("isIncluded").is_none_or(|included| included != "false");
    set.all("Key")
        .map(|key| {
            let is_out = key.attribute("include") == Some("false");
            let included = included && !is_out;
            let mut region = Region { included, is_key: true, ..Region::default() };
            for part in &key.children {
                values(part, &mut region);
            }
            region
        })
        .collect()
}

/// The values of one component.
fn values(part: &Element, region: &mut Region) {
    let Some(id) = part.owned("id") else { return };
    let values = part.all("Value").filter_map(Element::trimmed).map(str::to_owned);
    let values: Vec<String> = values.collect();
    if let Some(range) = part.child("TimeRange") {
        let from = range.text_of("StartPeriod").or_else(|| range.text_of("AfterPeriod"));
        let to = range.text_of("EndPeriod").or_else(|| range.text_of("BeforePeriod"));
        region.ranges.insert(id, (from, to));
    } else {
        region.values.entry(id).or_default().extend(values);
    }
}
