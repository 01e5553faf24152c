//! Structural metadata: what the codes, concepts and components of statistical data mean, in the terms
//! of the SDMX information model (SDMX 3.0, section 2).
//!
//! Every format's metadata come down to these: a variable of PC-Axis and its values are a dimension
//! and a codelist, and so is a dimension of JSON-stat.

use olshem_model::Codelist;
use olshem_model::codelist::{Annotation, Item, Labels};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What stands in a structure message, or comes with data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// Codelists, value lists among them.
    pub codelists: Vec<Artefact<Codelist>>,
    /// Concept schemes.
    pub concept_schemes: Vec<Artefact<Vec<Concept>>>,
    /// Data structure definitions.
    pub structures: Vec<Artefact<Vec<Definition>>>,
    /// Dataflows; the content is the structure that one has.
    pub dataflows: Vec<Artefact<Option<Reference>>>,
    /// Hierarchies, each in a list of its own (3.0), or together (2.1's hierarchical codelists).
    pub hierarchies: Vec<Artefact<Vec<Hierarchy>>>,
    /// What data there may be, or are.
    pub constraints: Vec<Artefact<Constraint>>,
    /// Who provides which data.
    pub provision_agreements: Vec<Artefact<Provision>>,
    /// Agencies, data providers, categories and whatever else is a list of items with names.
    pub item_schemes: Vec<Artefact<Vec<Item>>>,
    /// VTL.
    pub transformation_schemes: Vec<Artefact<Vec<Transformation>>>,
    /// Artefacts of which only the name is read: metadata structures, structure sets and the like.
    pub others: Vec<Artefact<()>>,
}

impl Metadata {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what another says. Of two artefacts with one reference the first stays.
    pub fn extend(&mut self, other: Self) {
        fn add<T>(ours: &mut Vec<Artefact<T>>, theirs: Vec<Artefact<T>>) {
            for artefact in theirs {
                if !ours.iter().any(|known| known.reference == artefact.reference) {
                    ours.push(artefact);
                }
            }
        }
        add(&mut self.codelists, other.codelists);
        add(&mut self.concept_schemes, other.concept_schemes);
        add(&mut self.structures, other.structures);
        add(&mut self.dataflows, other.dataflows);
        add(&mut self.hierarchies, other.hierarchies);
        add(&mut self.constraints, other.constraints);
        add(&mut self.provision_agreements, other.provision_agreements);
        add(&mut self.item_schemes, other.item_schemes);
        add(&mut self.transformation_schemes, other.transformation_schemes);
        add(&mut self.others, other.others);
    }

    /// The artefacts that are wanted, whatever they are.
    #[must_use]
    pub fn only(&self, is_wanted: impl Fn(&Reference) -> bool) -> Self {
        fn pick<T: Clone>(
            all: &[Artefact<T>],
            is_wanted: &impl Fn(&Reference) -> bool,
        ) -> Vec<Artefact<T>> {
            all.iter().filter(|artefact| is_wanted(&artefact.reference)).cloned().collect()
        }
        Self {
            codelists: pick(&self.codelists, &is_wanted),
            concept_schemes: pick(&self.concept_schemes, &is_wanted),
            structures: pick(&self.structures, &is_wanted),
            dataflows: pick(&self.dataflows, &is_wanted),
            hierarchies: pick(&self.hierarchies, &is_wanted),
            constraints: pick(&self.constraints, &is_wanted),
            provision_agreements: pick(&self.provision_agreements, &is_wanted),
            item_schemes: pick(&self.item_schemes, &is_wanted),
            transformation_schemes: pick(&self.transformation_schemes, &is_wanted),
            others: pick(&self.others, &is_wanted),
        }
    }

    /// The codelist that is referred to.
    pub fn codelist(&self, wanted: &Reference) -> Option<&Artefact<Codelist>> {
        find(&self.codelists, wanted)
    }

    /// The data structure that is referred to, by itself, by one of its dataflows or by an agreement on
    /// one of these.
    pub fn structure(&self, wanted: &Reference) -> Option<&Artefact<Vec<Definition>>> {
        if wanted.class == Class::ProvisionAgreement {
            let dataflow = find(&self.provision_agreements, wanted)?.content.dataflow.as_ref()?;
            return self.structure(dataflow).filter(|_| dataflow.class == Class::Dataflow);
        }
        if wanted.class == Class::Dataflow {
            let dataflow = find(&self.dataflows, wanted)?;
            return find(&self.structures, dataflow.content.as_ref()?);
        }
        find(&self.structures, wanted)
    }

    /// The dataflow that is referred to.
    pub fn dataflow(&self, wanted: &Reference) -> Option<&Artefact<Option<Reference>>> {
        find(&self.dataflows, wanted)
    }

    /// The agreement that is referred to.
    pub fn provision(&self, wanted: &Reference) -> Option<&Provision> {
        find(&self.provision_agreements, wanted).map(|agreement| &agreement.content)
    }

    /// The concept that is referred to.
    pub fn concept(&self, wanted: &Reference) -> Option<&Concept> {
        let scheme = find(&self.concept_schemes, wanted)?;
        scheme.content.iter().find(|concept| Some(&concept.item.code) == wanted.item.as_ref())
    }
}

/// The artefact that a reference means: of several versions the one it names, or the latest where it
/// names none or only a beginning (`1+`, `2.0+`).
fn find<'a, T>(artefacts: &'a [Artefact<T>], wanted: &Reference) -> Option<&'a Artefact<T>> {
    artefacts
        .iter()
        .filter(|artefact| wanted.means(&artefact.reference))
        .max_by(|a, b| compare_versions(&a.reference.version, &b.reference.version))
}

fn compare_versions(a: &str, b: &str) -> std::cmp::Ordering {
    let numbers = |version: &str| -> Vec<u64> {
        version.split(['.', '-']).map(|part| part.parse().unwrap_or(0)).collect()
    };
    numbers(a).cmp(&numbers(b)).then_with(|| a.cmp(b))
}

/// Something that an agency maintains: it has an identity, names, and a content.
#[derive(Clone, Debug, PartialEq)]
pub struct Artefact<T> {
    /// What others refer to it by.
    pub reference: Reference,
    /// What it is called, by language.
    pub names: Labels,
    /// What it is, by language.
    pub descriptions: Labels,
    /// Remarks of its maintainer.
    pub annotations: Vec<Annotation>,
    /// From when on it is valid, as written.
    pub valid_from: Option<String>,
    /// Until when it is valid, as written.
    pub valid_to: Option<String>,
    /// Whether it will not change any more (`isFinal` of SDMX 2.1).
    pub is_final: bool,
    /// Whether the content is kept elsewhere.
    pub is_external: bool,
    /// Whether only a part of the content is here.
    pub is_partial: bool,
    /// The content.
    pub content: T,
}

impl<T> Artefact<T> {
    /// An artefact that has only an identity, a name in some languages and a content.
    pub fn new(reference: Reference, names: Labels, content: T) -> Self {
        Self {
            reference,
            names,
            descriptions: Labels::new(),
            annotations: Vec::new(),
            valid_from: None,
            valid_to: None,
            is_final: false,
            is_external: false,
            is_partial: false,
            content,
        }
    }
}

/// What an artefact is referred to by; as text a URN.
///
/// ```
/// use olshem_formats::metadata::{Class, Reference};
///
/// let urn = "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=ECB:CL_FREQ(1.0)";
/// let reference: Reference = urn.parse().unwrap();
/// assert_eq!(reference, Reference::new(Class::Codelist, "ECB", "CL_FREQ", "1.0"));
/// assert_eq!(reference.to_string(), urn);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// What kind of artefact.
    pub class: Class,
    /// The agency that maintains it.
    pub agency: String,
    /// Its id.
    pub id: String,
    /// Its version; empty where none is named, which then means the latest.
    pub version: String,
    /// The item within it: a code's or a concept's id.
    pub item: Option<String>,
}

impl Reference {
    /// A reference to a whole artefact.
    pub fn new(
        class: Class,
        agency: impl Into<String>,
        id: impl Into<String>,
        version: impl Into<String>,
    ) -> Self {
        let (agency, id, version) = (agency.into(), id.into(), version.into());
        Self { class, agency, id, version, item: None }
    }

    /// A reference to an item of it.
    #[must_use]
    pub fn item(&self, item: impl Into<String>) -> Self {
        Self { item: Some(item.into()), ..self.clone() }
    }

    /// Whether the artefact of that reference is meant by this one; the item does not matter.
    pub fn means(&self, artefact: &Self) -> bool {
        let same_class = self.class == artefact.class
            || (self.class.is_list_of_codes() && artefact.class.is_list_of_codes());
        let same_agency = self.agency.is_empty() || self.agency == artefact.agency;
        same_class && same_agency && self.id == artefact.id && self.means_version(&artefact.version)
    }

    fn means_version(&self, version: &str) -> bool {
        match self.version.as_str() {
            "" | "*" | "+" | "~" | "latest" => true,
            wanted if wanted == version => true,
            // `1.2+.0` and `1.2+`: any version from this one on that keeps the numbers before.
            wanted => match wanted.split_once('+') {
                None => false,
                Some((least, _)) => {
                    let kept = least.rsplit_once('.').map_or("", |(kept, _)| kept);
                    let keeps = kept.is_empty() || version.starts_with(&format!("{kept}."));
                    keeps && compare_versions(least, version).is_le()
                }
            },
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, agency, id, version, item } = self;
        let (package, name) = class.name(item.is_some());
        let version = if version.is_empty() { "1.0" } else { version };
        write!(f, "urn:sdmx:org.sdmx.infomodel.{package}.{name}={agency}:{id}({version})")?;
        match item {
            Some(item) => write!(f, ".{item}"),
            None => Ok(()),
        }
    }
}

/// A text that is no URN of an artefact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAReference;

impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(urn: &str) -> Result<Self, NotAReference> {
        let rest = urn.trim().strip_prefix("urn:sdmx:org.sdmx.infomodel.").ok_or(NotAReference)?;
        let (class, rest) = rest.split_once('=').ok_or(NotAReference)?;
        let class = class.rsplit('.').next().and_then(Class::named).ok_or(NotAReference)?;
        let (agency, rest) = rest.split_once(':').ok_or(NotAReference)?;
        let (id, rest) = rest.split_once('(').ok_or(NotAReference)?;
        let (version, rest) = rest.split_once(')').ok_or(NotAReference)?;
        let item = rest.strip_prefix('.').filter(|item| !item.is_empty()).map(str::to_owned);
        Ok(Self { item, ..Self::new(class, agency, id, version) })
    }
}

/// The kinds of artefacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // SDMX's own names.
pub enum Class {
    AgencyScheme,
    CategoryScheme,
    Categorisation,
    Codelist,
    ConceptScheme,
    Constraint,
    CustomTypeScheme,
    DataConsumerScheme,
    DataProviderScheme,
    DataStructure,
    Dataflow,
    Hierarchy,
    HierarchicalCodelist,
    MetadataStructure,
    Metadataflow,
    NamePersonalisationScheme,
    OrganisationUnitScheme,
    Process,
    ProvisionAgreement,
    ReportingTaxonomy,
    RulesetScheme,
    StructureMap,
    TransformationScheme,
    UserDefinedOperatorScheme,
    ValueList,
    VtlMappingScheme,
    /// Any other.
    Other,
}

/// Package, class and the class of an item, of each kind.
const CLASSES: &[(Class, &str, &str, &str)] = &[
    (Class::AgencyScheme, "base", "AgencyScheme", "Agency"),
    (Class::CategoryScheme, "categoryscheme", "CategoryScheme", "Category"),
    (Class::Categorisation, "categoryscheme", "Categorisation", ""),
    (Class::Codelist, "codelist", "Codelist", "Code"),
    (Class::Codelist, "codelist", "GeoCodelist", "GeoFeatureSetCode"),
    (Class::Codelist, "codelist", "GeographicCodelist", "GeoFeatureSetCode"),
    (Class::Codelist, "codelist", "GeoGridCodelist", "GeoGridCode"),
    (Class::ConceptScheme, "conceptscheme", "ConceptScheme", "Concept"),
    (Class::Constraint, "registry", "ContentConstraint", ""),
    (Class::Constraint, "registry", "DataConstraint", ""),
    (Class::Constraint, "registry", "AttachmentConstraint", ""),
    (Class::CustomTypeScheme, "transformation", "CustomTypeScheme", "CustomType"),
    (Class::DataConsumerScheme, "base", "DataConsumerScheme", "DataConsumer"),
    (Class::DataProviderScheme, "base", "DataProviderScheme", "DataProvider"),
    (Class::DataStructure, "datastructure", "DataStructure", ""),
    (Class::Dataflow, "datastructure", "Dataflow", ""),
    (Class::Hierarchy, "codelist", "Hierarchy", ""),
    (Class::HierarchicalCodelist, "codelist", "HierarchicalCodelist", "Hierarchy"),
    (Class::MetadataStructure, "metadatastructure", "MetadataStructure", ""),
    (Class::Metadataflow, "metadatastructure", "Metadataflow", ""),
    (
        Class::NamePersonalisationScheme,
        "transformation",
        "NamePersonalisationScheme",
        "NamePersonalisation",
    ),
    (Class::OrganisationUnitScheme, "base", "OrganisationUnitScheme", "OrganisationUnit"),
    (Class::Process, "process", "Process", ""),
    (Class::ProvisionAgreement, "registry", "ProvisionAgreement", ""),
    (Class::ReportingTaxonomy, "categoryscheme", "ReportingTaxonomy", "ReportingCategory"),
    (Class::RulesetScheme, "transformation", "RulesetScheme", "Ruleset"),
    (Class::StructureMap, "mapping", "StructureMap", ""),
    (Class::TransformationScheme, "transformation", "TransformationScheme", "Transformation"),
    (
        Class::UserDefinedOperatorScheme,
        "transformation",
        "UserDefinedOperatorScheme",
        "UserDefinedOperator",
    ),
    (Class::ValueList, "codelist", "ValueList", "ValueItem"),
    (Class::VtlMappingScheme, "transformation", "VtlMappingScheme", "VtlMapping"),
    (Class::Other, "base", "Other", ""),
];

impl Class {
    /// The kind of that class name, in SDMX 2.1 or 3.0: of the artefact or of its items.
    pub fn named(name: &str) -> Option<Self> {
        let of = |(class, _, artefact, item): &(Self, _, &str, &str)| {
            (name == *artefact || (name == *item && !name.is_empty())).then_some(*class)
        };
        CLASSES.iter().find_map(of)
    }

    /// The package and the class name in URNs; of an item of the artefact if so asked.
    pub fn name(self, of_item: bool) -> (&'static str, &'static str) {
        let named = CLASSES.iter().find(|(class, ..)| *class == self);
        named.map_or(("base", "Other"), |(_, package, artefact, item)| {
            (*package, if of_item && !item.is_empty() { *item } else { *artefact })
        })
    }

    fn is_list_of_codes(self) -> bool {
        matches!(self, Self::Codelist | Self::ValueList)
    }
}

/// That a data provider provides the data of a dataflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provision {
    /// The dataflow.
    pub dataflow: Option<Reference>,
    /// The provider: an item of a scheme of these.
    pub provider: Option<Reference>,
}

/// A concept and how it is represented where nothing else is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Concept {
    /// Its id, names and place below another.
    pub item: Item,
    /// How its values are written.
    pub representation: Representation,
}

/// The values that a component may take.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Representation {
    /// The codelist that they are of.
    pub codelist: Option<Reference>,
    /// SDMX's text type (`String`, `Double`, `ObservationalTimePeriod`), where one is stated.
    pub text_type: Option<String>,
    /// The facets: `minLength`, `maxValue`, `decimals`, `pattern` and the like, as written.
    pub facets: BTreeMap<String, String>,
    /// How many values there may be at once; 1 unless stated. `None`: any number.
    pub max_occurs: Option<u32>,
}

/// One component of a data structure definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its id.
    pub id: String,
    /// What part it plays.
    pub part: Part,
    /// The concept that it is of.
    pub concept: Option<Reference>,
    /// How its values are written; where nothing is said, as its concept's are.
    pub representation: Representation,
    /// Remarks of the maintainer.
    pub annotations: Vec<Annotation>,
}

/// The part of a component in a data structure definition.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Part of the key.
    Dimension,
    /// The part of the key that is time.
    TimeDimension,
    /// The part of the key that tells measures apart (SDMX 2.1).
    MeasureDimension,
    /// What is measured; the primary measure of SDMX 2.1, or one of those of 3.0.
    Measure,
    /// A remark.
    Attribute {
        /// What it is a remark on.
        attachment: Attachment,
        /// Whether it must be there.
        mandatory: bool,
    },
    /// Not a component but a group of dimensions, by the group's id, that attributes may attach to.
    Group(Vec<String>),
}

/// What an attribute is a remark on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Attachment {
    /// Each observation.
    #[default]
    Observation,
    /// All observations that agree in these dimensions; all but time are a series.
    Dimensions(Vec<String>),
    /// All observations that agree in the dimensions of that group.
    Group(String),
    /// The whole data set.
    Dataset,
}

/// Codes in an order of their own, which may be from several codelists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hierarchy {
    /// Its id and names.
    pub item: Item,
    /// The names of its levels from the top, where they have any.
    pub levels: Vec<Item>,
    /// The codes at the top.
    pub nodes: Vec<Node>,
}

/// A code of a hierarchy.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its id in the hierarchy.
    pub id: String,
    /// The code.
    pub code: Reference,
    /// From when on it is there, as written.
    pub valid_from: Option<String>,
    /// Until when it is there, as written.
    pub valid_to: Option<String>,
    /// Remarks of the maintainer: weights among them.
    pub annotations: Vec<Annotation>,
    /// The codes below it.
    pub children: Vec<Node>,
}

/// What data there may be, or are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraint {
    /// Whether it says what there is; else what is allowed.
    pub is_actual: bool,
    /// What it constrains.
    pub attached: Vec<Reference>,
    /// Parts of the data, of each component its values.
    pub regions: Vec<Region>,
}

/// A part of the data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Region {
    /// Whether it is in; else it is out.
    pub included: bool,
    /// Whether it is a list of whole keys; else any combination of the values.
    pub is_key: bool,
    /// Each component's values.
    pub values: BTreeMap<String, Vec<String>>,
    /// Time from and to, as written, by component.
    pub ranges: BTreeMap<String, (Option<String>, Option<String>)>,
}

/// A statement of VTL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transformation {
    /// Its id and names.
    pub item: Item,
    /// The name of its result.
    pub result: String,
    /// Whether its result is persistent (`<-`).
    pub is_persistent: bool,
    /// The expression.
    pub expression: String,
}
