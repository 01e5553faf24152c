//! Data structures: their components and how these are written.

use super::super::text::{Text, is_number};
use super::Version;
use super::structure::annotations;
use crate::metadata::{Attachment, Class, Definition, Part, Reference, Representation};
use crate::sdmx::losses::Losses;
use crate::sdmx::prepare::PRIMARY_MEASURE;

impl Version {
    /// The components of a data structure, each kind in its list.
    pub(super) fn definitions(
        self,
        text: &mut Text,
        definitions: &[Definition],
        losses: &mut Losses,
    ) {
        let of = |wanted: fn(&Part) -> bool| -> Vec<&Definition> {
            definitions.iter().filter(|definition| wanted(&definition.part)).collect()
        };
        // Nothing is known of it but its name.
        if definitions.is_empty() {
            return;
        }
        text.key("dataStructureComponents");
        text.object(|text| {
            text.key("dimensionList");
            text.object(|text| self.dimensions(text, definitions));
            let groups = of(|part| matches!(part, Part::Group(_)));
            text.list("groups", &groups, |text, group| {
                text.object(|text| {
                    text.member("id", &group.id);
                    annotations(text, &group.annotations);
                    if let Part::Group(dimensions) = &group.part {
                        text.list("groupDimensions", dimensions, |text, id| text.string(id));
                    }
                });
            });
            self.measures(text, &of(|part| matches!(part, Part::Measure)));
            self.attributes(text, &of(|part| matches!(part, Part::Attribute { .. })), losses);
        });
    }

    /// Dimensions by their kinds, each with its position; 2.0 has none of time.
    fn dimensions(self, text: &mut Text, definitions: &[Definition]) {
        text.member("id", "DimensionDescriptor");
        let kinds = [
            ("dimensions", "Dimension", Part::Dimension),
            ("measureDimensions", "MeasureDimension", Part::MeasureDimension),
            ("timeDimensions", "TimeDimension", Part::TimeDimension),
        ];
        let is_dimension = |part: &Part| kinds.iter().any(|(_, _, kind)| kind == part);
        let placed: Vec<(usize, &Definition)> =
            definitions.iter().filter(|one| is_dimension(&one.part)).enumerate().collect();
        let of = |is_wanted: &dyn Fn(&Part) -> bool| -> Vec<(usize, &Definition)> {
            placed.iter().copied().filter(|(_, one)| is_wanted(&one.part)).collect()
        };
        if self.is_v1() {
            for (key, name, kind) in &kinds {
                text.list(key, &of(&|part| part == kind), |text, (position, definition)| {
                    text.object(|text| {
                        self.component(text, definition, false);
                        text.key("position");
                        text.number(*position);
                        text.member("type", name);
                    });
                });
            }
            return;
        }
        let mut position = 0;
        text.list("dimensions", &of(&|part| *part != Part::TimeDimension), |text, (_, one)| {
            text.object(|text| {
                self.component(text, one, false);
                text.key("position");
                text.number(position);
                position += 1;
            });
        });
        if let Some((_, time)) = of(&|part| *part == Part::TimeDimension).first() {
            text.key("timeDimension");
            text.object(|text| self.component(text, time, false));
        }
    }

    fn measures(self, text: &mut Text, measures: &[&Definition]) {
        let Some(first) = measures.first() else { return };
        text.key("measureList");
        text.object(|text| {
            text.member("id", "MeasureDescriptor");
            if self.is_v1() {
                text.key("primaryMeasure");
                text.object(|text| self.component(text, first, false));
                return;
            }
            text.list("measures", measures, |text, measure| {
                text.object(|text| self.component(text, measure, true));
            });
        });
    }

    fn attributes(self, text: &mut Text, attributes: &[&Definition], losses: &mut Losses) {
        if attributes.is_empty() {
            return;
        }
        text.key("attributeList");
        text.object(|text| {
            text.member("id", "AttributeDescriptor");
            text.list("attributes", attributes, |text, definition| {
                if self.is_v1() && definition.representation.max_occurs != Some(1) {
                    let id = definition.id.clone();
                    losses.add("that attributes may have several values", id);
                }
                text.object(|text| {
                    self.component(text, definition, !self.is_v1());
                    if let Part::Attribute { attachment, mandatory } = &definition.part {
                        let (key, status) = match (self.is_v1(), mandatory) {
                            (true, true) => ("assignmentStatus", "Mandatory"),
                            (true, false) => ("assignmentStatus", "Conditional"),
                            (false, true) => ("usage", "mandatory"),
                            (false, false) => ("usage", "optional"),
                        };
                        text.member(key, status);
                        text.key("attributeRelationship");
                        text.object(|text| self.relationship(text, attachment));
                    }
                });
            });
        });
    }

    /// What an attribute is a remark on.
    pub(super) fn relationship(self, text: &mut Text, attachment: &Attachment) {
        match attachment {
            Attachment::Dimensions(dimensions) if !dimensions.is_empty() => {
                text.list("dimensions", dimensions, |text, id| text.string(id));
            }
            Attachment::Group(group) => text.member("group", group),
            Attachment::Dataset => {
                text.key(if self.is_v1() { "none" } else { "dataflow" });
                text.object(|_| {});
            }
            Attachment::Observation | Attachment::Dimensions(_) if self.is_v1() => {
                text.member("primaryMeasure", PRIMARY_MEASURE);
            }
            Attachment::Observation | Attachment::Dimensions(_) => {
                text.key("observation");
                text.object(|_| {});
            }
        }
    }

    fn component(self, text: &mut Text, definition: &Definition, may_repeat: bool) {
        text.member("id", &definition.id);
        annotations(text, &definition.annotations);
        let concept = definition.concept.as_ref().map(|one| self.urn(one));
        text.optional("conceptIdentity", concept.as_deref());
        match &definition.part {
            // A time dimension always has a representation of its own.
            Part::TimeDimension => {
                let mut own = definition.representation.clone();
                own.text_type.get_or_insert_with(|| "ObservationalTimePeriod".to_owned());
                own.codelist = None;
                self.representation(text, "localRepresentation", &own, false);
            }
            _ => self.representation(
                text,
                "localRepresentation",
                &definition.representation,
                may_repeat,
            ),
        }
    }

    /// How values are written, if anything is said of it.
    pub(super) fn representation(
        self,
        text: &mut Text,
        key: &str,
        of: &Representation,
        may_repeat: bool,
    ) {
        // A measure dimension of SDMX 2.1 takes concepts for its values, which has no place in 2.0.
        let has_place = |list: &&Reference| self.is_v1() || list.class != Class::ConceptScheme;
        let codelist = of.codelist.as_ref().filter(has_place);
        let says_something = codelist.is_some()
            || of.text_type.is_some()
            || !of.facets.is_empty()
            || (may_repeat && of.max_occurs != Some(1));
        if !says_something {
            return;
        }
        text.key(key);
        text.object(|text| {
            if let Some(codelist) = codelist {
                text.member("enumeration", &self.urn(codelist));
            }
            let format = match codelist {
                Some(_) => "enumerationFormat",
                None if self.is_v1() => "textFormat",
                None => "format",
            };
            if codelist.is_none() || of.text_type.is_some() || !of.facets.is_empty() {
                text.key(format);
                text.object(|text| {
                    let key = if self.is_v1() { "textType" } else { "dataType" };
                    // Which 2.1 doesn't know yet.
                    let is_known = |name: &&str| !self.is_v1() || *name != "GeospatialInformation";
                    text.optional(key, of.text_type.as_deref().filter(is_known));
                    let allowed =
                        |facet: &str| codelist.is_none() || FACETS_OF_CODES.contains(&facet);
                    for (facet, value) in of.facets.iter().filter(|(facet, _)| allowed(facet)) {
                        text.key(facet);
                        match (facet.as_str(), value.as_str()) {
                            ("isSequence" | "isMultiLingual", "true" | "false") => text.raw(value),
                            ("pattern" | "timeInterval" | "startTime" | "endTime", _) => {
                                text.string(value);
                            }
                            _ if is_number(value) => text.raw(value),
                            _ => text.string(value),
                        }
                    }
                });
            }
            match of.max_occurs {
                Some(1) => {}
                Some(most) if may_repeat => {
                    text.key("maxOccurs");
                    text.number(most as usize);
                }
                None if may_repeat => text.member("maxOccurs", "unbounded"),
                _ => {}
            }
        });
    }
}

/// The facets that codes may have. Others (`decimals`) say nothing of them.
const FACETS_OF_CODES: &[&str] = &[
    "isSequence",
    "interval",
    "startValue",
    "endValue",
    "timeInterval",
    "startTime",
    "endTime",
    "minLength",
    "maxLength",
    "minValue",
    "maxValue",
    "pattern",
];
