//! Which columns of a table without a description are identifiers, measures and attributes.

use olshem_model::time::Date;
use olshem_model::{Component, DataStructure, DataType, Role, TimePeriod};

/// A column's heading and some of its values, missing ones left out.
#[derive(Clone, Debug)]
pub(crate) struct Sample<'v> {
    pub(crate) name: String,
    pub(crate) values: Vec<&'v str>,
    /// Whether the file says that they are numbers.
    pub(crate) is_number: Option<bool>,
}

/// The structure that the columns most probably have: numbers are measures, `OBS_STATUS` and its like
/// are attributes, and whatever else is an identifier. Whoever knows better says so in a structure.
pub(crate) fn guess(columns: &[Sample<'_>]) -> DataStructure {
    DataStructure::new(columns.iter().map(|column| {
        let data_type = column.data_type();
        let name = column.name.clone();
        let role = match () {
            () if column.is_remark() => Role::Attribute,
            () if data_type.is_numeric() => Role::Measure,
            () => Role::Identifier,
        };
        Component { name, role, data_type, nullable: role != Role::Identifier, codes: None }
    }))
}

/// Names of SDMX's cross-domain concepts that are attributes, and words of which others are made.
const REMARKS: &[&str] = &[
    "OBS_STATUS",
    "CONF_STATUS",
    "OBS_CONF",
    "DECIMALS",
    "UNIT_MULT",
    "TITLE",
    "COMMENT",
    "NOTE",
    "FLAG",
    "SOURCE",
    "FOOTNOTE",
    "BREAK",
    "LABEL",
    "URL",
];

impl Sample<'_> {
    fn is_remark(&self) -> bool {
        let name = self.name.to_uppercase();
        REMARKS.iter().any(|remark| name == *remark || name.ends_with(&format!("_{remark}")))
    }

    fn data_type(&self) -> DataType {
        let all = |test: fn(&str) -> bool| {
            !self.values.is_empty() && self.values.iter().all(|value| test(value))
        };
        let is_time = self.name.to_uppercase().contains("TIME")
            || ["YEAR", "PERIOD", "QUARTER", "MONTH"].contains(&&*self.name.to_uppercase());
        // A column of years is one of numbers too; of whole numbers from 1900 to 2100 it is no measure.
        let is_period = |value: &str| {
            value.parse::<TimePeriod>().is_ok_and(|p| (1800..2200).contains(&p.year()))
        };
        let is_number = self.is_number.unwrap_or_else(|| all(|v| v.parse::<f64>().is_ok()));
        let has_zeros =
            self.values.iter().any(|v| v.len() > 1 && v.starts_with('0') && !v.contains('.'));
        match () {
            () if (is_time || !is_number) && all(is_period) => DataType::TimePeriod,
            () if all(|v| v.parse::<Date>().is_ok()) => DataType::Date,
            // Codes, such as `0111`.
            () if is_number && !has_zeros => match all(|v| v.parse::<i64>().is_ok()) {
                true => DataType::Integer,
                false => DataType::Number,
            },
            () => DataType::String,
        }
    }
}
