//! Constraints: which values or keys data have.

use super::super::text::Text;
use super::Version;
use super::message::date_time;
use crate::metadata::{Class, Constraint, Reference, Region};

impl Version {
    /// What a constraint is on, and what it says.
    pub(super) fn constraint(self, text: &mut Text, constraint: &Constraint) {
        let kind = if self.is_v1() { "type" } else { "role" };
        text.member(kind, if constraint.is_actual { "Actual" } else { "Allowed" });
        // A constraint is on artefacts of one kind.
        if let Some(first) = constraint.attached.first() {
            let key = match first.class {
                Class::DataStructure => "dataStructures",
                Class::ProvisionAgreement => "provisionAgreements",
                _ => "dataflows",
            };
            let same: Vec<&Reference> =
                constraint.attached.iter().filter(|other| other.class == first.class).collect();
            text.key("constraintAttachment");
            text.object(|text| match first.class {
                Class::DataProviderScheme => text.member("dataProvider", &self.urn(first)),
                _ => text.list(key, &same, |text, reference| text.string(&self.urn(reference))),
            });
        }
        let regions = |is_key: bool| -> Vec<&Region> {
            constraint.regions.iter().filter(|region| region.is_key == is_key).collect()
        };
        text.list("cubeRegions", &regions(false), |text, region| {
            text.object(|text| {
                text.flag(if self.is_v1() { "isIncluded" } else { "include" }, region.included);
                text.key("keyValues");
                text.open('[');
                for (id, values) in region.values.iter().filter(|(_, values)| !values.is_empty()) {
                    text.object(|text| {
                        text.member("id", id);
                        // 2.0 lets a value stand alone too; not every reader does.
                        text.list("values", values, |text, value| match self.is_v1() {
                            true => text.string(value),
                            false => text.object(|text| text.member("value", value)),
                        });
                    });
                }
                for (id, (from, to)) in &region.ranges {
                    range(text, id, from.as_deref(), to.as_deref());
                }
                text.close(']');
            });
        });
        let keys = regions(true);
        let sets: Vec<(bool, Vec<&Region>)> = [true, false]
            .into_iter()
            .map(|included| {
                (included, keys.iter().copied().filter(|key| key.included == included).collect())
            })
            .filter(|(_, keys): &(bool, Vec<&Region>)| !keys.is_empty())
            .collect();
        text.list("dataKeySets", &sets, |text, (included, keys)| {
            text.object(|text| {
                text.flag("isIncluded", *included);
                text.list("keys", keys, |text, key| text.object(|text| key_values(text, key)));
            });
        });
    }
}

fn key_values(text: &mut Text, key: &Region) {
    let of_component = |(id, values): (&'_ String, &'_ Vec<String>)| -> Vec<(String, String)> {
        values.iter().map(|value| (id.clone(), value.clone())).collect()
    };
    let pairs: Vec<(String, String)> = key.values.iter().flat_map(of_component).collect();
    text.list("keyValues", &pairs, |text, (id, value)| {
        text.object(|text| {
            text.member("id", id);
            text.member("value", value);
        });
    });
}

fn range(text: &mut Text, id: &str, from: Option<&str>, to: Option<&str>) {
    let (start, end) = match (from, to) {
        (Some(_), Some(_)) => ("startPeriod", "endPeriod"),
        _ => ("afterPeriod", "beforePeriod"),
    };
    text.object(|text| {
        text.member("id", id);
        text.key("timeRange");
        text.object(|text| {
            for (key, period) in [(start, from), (end, to)] {
                if let Some(period) = period {
                    text.key(key);
                    text.object(|text| {
                        text.member(
                            "period",
                            &match period.contains('T') {
                                true => date_time(Some(period)),
                                false => period.to_owned(),
                            },
                        );
                        text.flag("isInclusive", true);
                    });
                }
            }
        });
    });
}
