//! Data set descriptions from SDMX structures, and SDMX structures of data sets that have none.

use crate::message::{Description, Variable};
use crate::metadata::{
    Artefact, Attachment, Class, Concept, Definition, Metadata, Part, Reference, Representation,
};
use olshem_model::codelist::{Annotation, Item, Labels};
use olshem_model::{Component, DataType, Role};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Metadata {
    /// What a data set of that structure, or of that dataflow, looks like; `None` where the structure
    /// is not known.
    ///
    /// Of a structure with a measure dimension (SDMX 2.1), the dimension stays, with one measure.
    pub fn describe(&self, reference: &Reference) -> Option<Description> {
        let structure = self.structure(reference)?;
        let (dataflow, provision) = match reference.class {
            Class::Dataflow => (Some(reference), None),
            Class::ProvisionAgreement => {
                let agreed = self.provision(reference);
                (agreed.and_then(|agreed| agreed.dataflow.as_ref()), Some(reference))
            }
            _ => (None, None),
        };
        let mut variables: Vec<Variable> =
            structure.content.iter().filter_map(|d| self.variable(d)).collect();
        // A stable sort: within a role the order of the structure stays.
        variables.sort_by_key(|variable| variable.component.role);
        let names = dataflow
            .and_then(|r| self.dataflow(r))
            .map_or(&structure.names, |dataflow| &dataflow.names);
        Some(Description {
            id: reference.id.clone(),
            names: names.clone(),
            dataflow: dataflow.cloned(),
            provision: provision.cloned(),
            structure: Some(structure.reference.clone()),
            variables,
            ..Description::default()
        })
    }

    fn variable(&self, definition: &Definition) -> Option<Variable> {
        let concept = definition.concept.as_ref().and_then(|concept| self.concept(concept));
        let representation = Self::representation(definition, concept);
        let (role, nullable) = match &definition.part {
            Part::Dimension | Part::TimeDimension | Part::MeasureDimension => {
                (Role::Identifier, false)
            }
            Part::Measure => (Role::Measure, true),
            Part::Attribute { .. } => (Role::Attribute, true),
            Part::Group(_) => return None,
        };
        let data_type = match &definition.part {
            Part::TimeDimension => DataType::TimePeriod,
            part => data_type(representation, matches!(part, Part::Measure)),
        };
        let codelist = representation.codelist.as_ref().and_then(|list| self.codelist(list));
        let decimals = representation.facets.get("decimals").and_then(|d| d.parse().ok());
        let attachment = match &definition.part {
            Part::Attribute { attachment, .. } => attachment.clone(),
            _ => Attachment::Observation,
        };
        let name = definition.id.clone();
        Some(Variable {
            names: concept.map(|concept| concept.item.labels.clone()).unwrap_or_default(),
            concept: definition.concept.clone(),
            codelist: codelist.map(|list| Arc::new(list.content.clone())),
            representation: representation.codelist.clone(),
            attachment,
            is_list: representation.max_occurs != Some(1),
            decimals,
            ..Variable::new(Component { name, role, data_type, nullable, codes: None })
        })
    }

    fn representation<'a>(
        definition: &'a Definition,
        concept: Option<&'a Concept>,
    ) -> &'a Representation {
        let own = &definition.representation;
        let says_nothing = own.codelist.is_none() && own.text_type.is_none();
        match concept {
            Some(concept) if says_nothing => &concept.representation,
            _ => own,
        }
    }
}

/// The VTL type of SDMX's text types (SDMX 3.0, section 6, "mapping VTL and SDMX data types").
pub(crate) fn data_type(representation: &Representation, is_measure: bool) -> DataType {
    if representation.codelist.is_some() {
        return DataType::String;
    }
    match representation.text_type.as_deref() {
        Some("BigInteger" | "Integer" | "Long" | "Short" | "Count") => DataType::Integer,
        Some(
            "Decimal"
            | "Float"
            | "Double"
            | "InclusiveValueRange"
            | "ExclusiveValueRange"
            | "Incremental",
        ) => DataType::Number,
        Some("Boolean") => DataType::Boolean,
        Some(
            "ObservationalTimePeriod"
            | "StandardTimePeriod"
            | "ReportingTimePeriod"
            | "BasicTimePeriod"
            | "GregorianTimePeriod"
            | "GregorianYear"
            | "GregorianYearMonth"
            | "ReportingYear"
            | "ReportingSemester"
            | "ReportingTrimester"
            | "ReportingQuarter"
            | "ReportingMonth"
            | "ReportingWeek"
            | "ReportingDay",
        ) => DataType::TimePeriod,
        Some("GregorianDay") => DataType::Date,
        Some("TimeRange") => DataType::Time,
        None if is_measure => DataType::Number,
        _ => DataType::String,
    }
}

/// SDMX's text type of a VTL type.
pub(crate) fn text_type(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Integer => "Long",
        DataType::Number => "Double",
        DataType::Boolean => "Boolean",
        DataType::TimePeriod => "ObservationalTimePeriod",
        DataType::Date => "GregorianDay",
        DataType::Time => "TimeRange",
        DataType::String | DataType::Duration => "String",
    }
}

impl Description {
    /// Whether a component can be SDMX's time dimension: the first identifier in time.
    pub fn time_dimension(&self) -> Option<&Variable> {
        self.variables.iter().find(|variable| {
            variable.component.role == Role::Identifier
                && variable.component.data_type.is_temporal()
        })
    }

    /// This data set with a structure that can be referred to, and that structure with its codelists
    /// and concepts. What it refers to already is kept and not made again.
    ///
    /// `codes`: the values of each variable that has no codelist but whose values are known and few,
    /// in the order of the variables.
    pub fn with_metadata(&self, agency: &str) -> (Self, Metadata) {
        let mut described = self.clone();
        let mut made = Metadata::default();
        if self.structure.is_some() {
            return (described, made);
        }
        let id = identifier(&self.id);
        let scheme = Reference::new(Class::ConceptScheme, agency, format!("CS_{id}"), "1.0");
        let time = self.time_dimension().map(|time| time.component.name.clone());
        let mut concepts = Vec::new();
        let mut definitions = Vec::new();
        let mut taken = BTreeSet::new();
        let mut renamed = Vec::new();
        for variable in &mut described.variables {
            let component = &variable.component;
            let is_time = time.as_ref() == Some(&component.name);
            let component_id = match is_time {
                true => "TIME_PERIOD".to_owned(),
                false => unique(identifier(&component.name), &mut taken),
            };
            // SDMX's time dimension has no codelist.
            if let (Some(list), None, false) =
                (&variable.codelist, &variable.representation, is_time)
            {
                let reference = Reference::new(
                    Class::Codelist,
                    agency,
                    format!("CL_{id}_{component_id}"),
                    "1.0",
                );
                let names = if variable.names.is_empty() {
                    Labels::from([("en".to_owned(), component.name.clone())])
                } else {
                    variable.names.clone()
                };
                made.codelists.push(Artefact::new(reference.clone(), names, (**list).clone()));
                variable.representation = Some(reference);
            }
            let mut labels = variable.names.clone();
            if labels.is_empty() {
                labels.insert("en".to_owned(), component.name.clone());
            }
            let item = Item { code: component_id.clone(), labels, ..Item::default() };
            concepts.push(Concept { item, representation: Representation::default() });
            let concept = scheme.item(&component_id);
            let representation = Representation {
                codelist: variable.representation.clone(),
                text_type: variable
                    .representation
                    .is_none()
                    .then(|| text_type(component.data_type).to_owned()),
                max_occurs: if variable.is_list { None } else { Some(1) },
                facets: variable
                    .decimals
                    .map(|d| ("decimals".to_owned(), d.to_string()))
                    .into_iter()
                    .collect(),
            };
            let part = match component.role {
                Role::Identifier if is_time => Part::TimeDimension,
                Role::Identifier => Part::Dimension,
                Role::Measure => Part::Measure,
                Role::Attribute | Role::ViralAttribute => Part::Attribute {
                    attachment: variable.attachment.clone(),
                    mandatory: !component.nullable,
                },
            };
            variable.concept = Some(concept.clone());
            renamed.push((component.name.clone(), component_id.clone()));
            variable.component.name.clone_from(&component_id);
            let unit = Annotation {
                kind: Some("UNIT".to_owned()),
                texts: variable.unit.clone(),
                ..Annotation::default()
            };
            definitions.push(Definition {
                id: component_id,
                part,
                concept: Some(concept),
                representation,
                annotations: (!unit.texts.is_empty()).then_some(unit).into_iter().collect(),
            });
        }
        let rename = |name: &mut String| {
            if let Some((_, id)) = renamed.iter().find(|(old, _)| old == name) {
                name.clone_from(id);
            }
        };
        let of_variables = described.variables.iter_mut().map(|variable| &mut variable.attachment);
        let of_definitions = definitions.iter_mut().filter_map(|d| match &mut d.part {
            Part::Attribute { attachment, .. } => Some(attachment),
            _ => None,
        });
        for attachment in of_variables.chain(of_definitions) {
            if let Attachment::Dimensions(dimensions) = attachment {
                dimensions.iter_mut().for_each(rename);
            }
        }
        for (variable, _) in described.notes.iter_mut().flat_map(|note| &mut note.on) {
            rename(variable);
        }
        let names = match self.names.is_empty() {
            true => Labels::from([("en".to_owned(), self.id.clone())]),
            false => self.names.clone(),
        };
        let structure = Reference::new(Class::DataStructure, agency, format!("DSD_{id}"), "1.0");
        let dataflow = Reference::new(Class::Dataflow, agency, id, "1.0");
        made.concept_schemes.push(Artefact::new(scheme, names.clone(), concepts));
        made.structures.push(Artefact::new(structure.clone(), names.clone(), definitions));
        made.dataflows.push(Artefact::new(dataflow.clone(), names, Some(structure.clone())));
        described.structure = Some(structure);
        described.dataflow = Some(dataflow);
        (described, made)
    }
}

/// A name as SDMX takes it for an id: letters, digits, `_`, `-`, `$` and `@`, a letter first so that it
/// can be a component's too (`NCNameIDType`). Other characters become `_`.
pub fn identifier(name: &str) -> String {
    let mut id: String = name
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' })
        .collect();
    if !id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        id.insert(0, 'C');
    }
    id
}

fn unique(id: String, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = id.clone();
    let mut number = 2;
    while candidate == "TIME_PERIOD" || !taken.insert(candidate.clone()) {
        candidate = format!("{id}_{number}");
        number += 1;
    }
    candidate
}
