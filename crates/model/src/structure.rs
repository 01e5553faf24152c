//! Data structures: which components a dataset has, in which role and of which type
//! (VTL 2.2 user manual, "VTL Data types" and "Information model").

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

/// The structure of a dataset: its components in order, identifiers first by convention.
///
/// ```
/// use olshem_model::{Component, DataStructure, DataType};
///
/// let gva = DataStructure::new([
///     Component::identifier("REF_AREA", DataType::String),
///     Component::identifier("TIME_PERIOD", DataType::TimePeriod),
///     Component::measure("OBS_VALUE", DataType::Number),
/// ]);
/// assert_eq!(gva.identifiers().count(), 2);
/// assert_eq!(gva.to_string(), "REF_AREA, TIME_PERIOD -> OBS_VALUE");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataStructure {
    components: Vec<Component>,
}

impl DataStructure {
    /// A structure of these components. Of two with one name the later replaces the former.
    pub fn new(components: impl IntoIterator<Item = Component>) -> Self {
        let mut kept: Vec<Component> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for component in components {
            match places.entry(component.name.clone()) {
                Entry::Occupied(place) => kept[*place.get()] = component,
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push(component);
                }
            }
        }
        Self { components: kept }
    }

    /// Adds a component, or replaces the one of that name where it stands.
    pub fn set(&mut self, component: Component) {
        match self.components.iter_mut().find(|c| c.name == component.name) {
            Some(slot) => *slot = component,
            None => self.components.push(component),
        }
    }

    /// All components in order.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The component of that name.
    pub fn get(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|c| c.name == name)
    }

    /// The components in the given role, in order.
    pub fn in_role(&self, role: Role) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(move |c| c.role == role)
    }

    /// The components that together are the key of an observation.
    pub fn identifiers(&self) -> impl Iterator<Item = &Component> {
        self.in_role(Role::Identifier)
    }

    /// The components that hold what was measured.
    pub fn measures(&self) -> impl Iterator<Item = &Component> {
        self.in_role(Role::Measure)
    }

    /// The attributes, viral ones included.
    pub fn attributes(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|c| matches!(c.role, Role::Attribute | Role::ViralAttribute))
    }
}

/// `ID, ID -> MEASURE, MEASURE [ATTRIBUTE]`, for messages and logs.
impl fmt::Display for DataStructure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |components: Vec<&Component>| {
            components.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        write!(
            f,
            "{} -> {}",
            names(self.identifiers().collect()),
            names(self.measures().collect())
        )?;
        match names(self.attributes().collect()).as_str() {
            "" => Ok(()),
            attributes => write!(f, " [{attributes}]"),
        }
    }
}

/// One column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The name by which methods refer to it, without quotes.
    pub name: String,
    /// What part it plays.
    pub role: Role,
    /// What its values are.
    pub data_type: DataType,
    /// Whether a value may be missing; never for an identifier.
    pub nullable: bool,
    /// Its enumerated value domain, where it has one: every code it may take.
    pub codes: Option<Arc<[String]>>,
}

impl Component {
    /// An identifier: part of the key, never null.
    pub fn identifier(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), role: Role::Identifier, data_type, nullable: false, codes: None }
    }

    /// A measure, which may be missing.
    pub fn measure(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), role: Role::Measure, data_type, nullable: true, codes: None }
    }

    /// An attribute, which may be missing and does not travel through operators.
    pub fn attribute(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), role: Role::Attribute, data_type, nullable: true, codes: None }
    }

    /// The same component restricted to an enumerated value domain.
    #[must_use]
    pub fn with_codes(self, codes: impl Into<Arc<[String]>>) -> Self {
        Self { codes: Some(codes.into()), ..self }
    }

    /// The same component under another name.
    #[must_use]
    pub fn renamed(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }
}

/// The part a component plays in its dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Part of the key of an observation.
    Identifier,
    /// What was measured.
    Measure,
    /// A remark on an observation; operators drop it.
    Attribute,
    /// A remark on an observation that operators carry along.
    ViralAttribute,
}

impl Role {
    /// The keyword VTL has for this role.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Measure => "measure",
            Self::Attribute => "attribute",
            Self::ViralAttribute => "viral attribute",
        }
    }
}

/// VTL's basic scalar types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataType {
    /// A whole number of 64 bits.
    Integer,
    /// A number; every integer is one.
    Number,
    /// True or false (or, as everything, null).
    Boolean,
    /// Text.
    String,
    /// A regular period: `2023`, `2023-Q1`; see [`crate::TimePeriod`].
    TimePeriod,
    /// A day: `2023-01-31`.
    Date,
    /// An interval between two days: `2023-01-01/2023-06-30`; every period and day is one.
    Time,
    /// A length of time: `D`, `W`, `M`, `Q`, `S`, `A`.
    Duration,
}

impl DataType {
    /// The keyword VTL has for this type.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::String => "string",
            Self::TimePeriod => "time_period",
            Self::Date => "date",
            Self::Time => "time",
            Self::Duration => "duration",
        }
    }

    /// Whether values of this type can be calculated with.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }

    /// Whether values of this type lie in time.
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::TimePeriod | Self::Date | Self::Time)
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

/// The column that holds the lower bounds of a measure known only within bounds. No component can
/// be called so: `#` is VTL's operator for membership.
pub fn low_column(measure: &str) -> String {
    format!("{measure}#low")
}

/// The column that holds the upper bounds; see [`low_column`].
pub fn high_column(measure: &str) -> String {
    format!("{measure}#high")
}
