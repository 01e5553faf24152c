//! What a message says of itself, and which structures its data follow.

use super::cells::Layout;
use super::element::Element;
use crate::message::{Action, Extra, Header};
use crate::metadata::{Class, Reference};
use olshem_model::codelist::Labels;

#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) header: Header,
    pub(super) source: Labels,
    pub(super) action: Action,
    pub(super) usages: Vec<Usage>,
    pub(super) extras: Vec<Extra>,
}

/// A structure that a data set in the message follows, and how it is laid out.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    /// What data sets call it.
    pub(super) id: String,
    /// The dataflow or structure, by all that names it.
    pub(super) references: Vec<Reference>,
    /// The dimension of which each observation within a series has its own value.
    pub(super) at_observation: Option<String>,
    /// Whether the type of an observation's element is the value of that dimension.
    pub(super) has_explicit_measures: bool,
}

/// What of the header is kept as it is.
const KEPT: [&str; 6] =
    ["DataSetID", "Extracted", "ReportingBegin", "ReportingEnd", "EmbargoDate", "DataSetAgency"];

impl Head {
    pub(super) fn of(element: &Element) -> Self {
        let extra = |name: &str| Some(extra(name, element.text_of(name)?));
        let header = Header {
            id: element.text_of("ID"),
            prepared: element.text_of("Prepared"),
            sender: element.child("Sender").and_then(|sender| sender.owned("id")),
            is_test: matches!(element.text_of("Test").as_deref(), Some("true" | "1")),
            names: element.labels("Name"),
            remarks: Vec::new(),
        };
        let mut usages: Vec<Usage> = element.all("Structure").map(Usage::of).collect();
        // SDMX 2.0
        if let Some(id) = element.text_of("KeyFamilyRef") {
            let agency = element.text_of("KeyFamilyAgency").unwrap_or_default();
            let references = vec![Reference::new(Class::DataStructure, agency, id, "")];
            usages.push(Usage { references, ..Usage::default() });
        }
        Self {
            header,
            source: element.labels("Source"),
            action: element.text_of("DataSetAction").as_deref().map(action).unwrap_or_default(),
            usages,
            extras: KEPT.into_iter().filter_map(extra).collect(),
        }
    }

    /// The structure that a data set names; where it names none, the only one.
    pub(super) fn usage(&self, set: &Element) -> Usage {
        let wanted = set.attribute(":structureRef").or(set.attribute("structureRef"));
        let named = self.usages.iter().find(|usage| Some(usage.id.as_str()) == wanted);
        match (named, &self.usages[..]) {
            (Some(usage), _) => usage.clone(),
            (None, [only]) => only.clone(),
            _ => Usage::default(),
        }
    }
}

impl Usage {
    fn of(element: &Element) -> Self {
        let named = [
            ("StructureUsage", Class::Dataflow),
            ("Structure", Class::DataStructure),
            ("ProvisionAgreement", Class::ProvisionAgreement),
            // So in the schemas of SDMX 2.1.
            ("ProvisionAgrement", Class::ProvisionAgreement),
        ];
        let named = named.into_iter().filter_map(|(name, class)| {
            element.child(name).and_then(|child| child.reference(class))
        });
        // The namespace, too, is most often made of the structure's URN.
        let namespace = element.attribute("namespace").and_then(|urn| urn.parse().ok());
        let mut references: Vec<Reference> = named.collect();
        references.extend(namespace.filter(|reference| !references.contains(reference)));
        Self {
            id: element.owned("structureID").unwrap_or_default(),
            references,
            at_observation: element.owned("dimensionAtObservation"),
            has_explicit_measures: element.is("explicitMeasures"),
        }
    }
}

impl Usage {
    /// How a data set of this structure is laid out in a message that is so laid out.
    pub(super) fn layout(&self, message: &Layout) -> Layout {
        Layout {
            at_observation: self.at_observation.clone(),
            has_explicit_measures: self.has_explicit_measures,
            ..message.clone()
        }
    }
}

pub(super) fn action(text: &str) -> Action {
    match text.to_ascii_lowercase().as_str() {
        "append" | "merge" | "update" => Action::Append,
        "replace" => Action::Replace,
        "delete" => Action::Delete,
        _ => Action::Information,
    }
}

pub(super) fn extra(keyword: &str, value: String) -> Extra {
    Extra { keyword: keyword.to_owned(), values: vec![value], ..Extra::default() }
}

/// The messages of a footer.
pub(super) fn remarks(footer: &Element) -> Vec<String> {
    let remark = |message: &Element| {
        let texts: Vec<&str> = message.all("Text").filter_map(Element::trimmed).collect();
        let of = [message.attribute("severity"), message.attribute("code")];
        let of: Vec<&str> = of.into_iter().flatten().collect();
        let texts = texts.join("\n");
        if of.is_empty() { texts } else { format!("{}: {texts}", of.join(" ")) }
    };
    footer.all("Message").map(remark).collect()
}
