//! A definition at every level of the codelist of activities.
//!
//! A definition is written in fine codes, and data come in coarse ones. What it means for a coarse
//! code follows from the finest codes below it: if all have one weight, so has the coarse code;
//! otherwise its weight lies between the smallest and the largest of them, and a point between these
//! can be named only where an allocation key says how much of the coarse code each of them is.

use crate::definitions::Definition;
use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use olshem_engine::Dataset;
use olshem_model::structure::{high_column, low_column};
use olshem_model::{Codelist, Component, DataStructure, DataType, Diagnostic, Place};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The dataset by which methods read a definition; also the identifier that tells definitions apart.
pub(crate) const DEFINITION: &str = "DEFINITION";
/// The same, by industry.
pub(crate) const DEFINITION_INDUSTRY: &str = "DEFINITION_INDUSTRY";
/// The industry of what is in none (SDMX's code for "other").
pub(crate) const OTHER_INDUSTRY: &str = "_O";

/// The identifier of a projection with the activity.
pub(crate) const ACTIVITY: &str = "ACTIVITY";
const INDUSTRY: &str = "INDUSTRY";
pub(crate) const WEIGHT: &str = "WEIGHT";
const WEIGHT_LOW: &str = "WEIGHT_LOW";
const WEIGHT_HIGH: &str = "WEIGHT_HIGH";

/// How much of each activity there is, by code.
pub(crate) type AllocationKey = BTreeMap<String, f64>;

/// The codelist of activities, with the finest codes below each code at hand.
pub(crate) struct Hierarchy<'a> {
    activities: &'a Codelist,
    positions: BTreeMap<&'a str, usize>,
    parents: Vec<Option<usize>>,
    /// For each code the finest codes below it; for one of the finest, itself.
    leaves: Vec<Vec<usize>>,
}

/// How much of an activity a definition takes in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Projected {
    pub(crate) activity: String,
    /// In the projection by industry: which.
    pub(crate) industry: Option<String>,
    pub(crate) low: f64,
    pub(crate) point: Option<f64>,
    pub(crate) high: f64,
}

impl<'a> Hierarchy<'a> {
    /// The hierarchy of a codelist without circles.
    pub(crate) fn new(activities: &'a Codelist) -> Self {
        let items = activities.items();
        let positions: BTreeMap<&str, usize> =
            items.iter().enumerate().map(|(at, item)| (item.code.as_str(), at)).collect();
        let parents: Vec<Option<usize>> = items
            .iter()
            .map(|item| item.parent.as_deref().and_then(|p| positions.get(p).copied()))
            .collect();
        let mut is_leaf = vec![true; items.len()];
        for parent in parents.iter().flatten() {
            is_leaf[*parent] = false;
        }
        let mut hierarchy = Self { activities, positions, parents, leaves: Vec::new() };
        let mut leaves = vec![Vec::new(); items.len()];
        for leaf in (0..items.len()).filter(|&at| is_leaf[at]) {
            for above in hierarchy.upwards(leaf) {
                leaves[above].push(leaf);
            }
        }
        hierarchy.leaves = leaves;
        hierarchy
    }

    /// A code and the codes that it is part of, upwards.
    fn upwards(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        // No chain is longer than the list; the limit only guards against a circle.
        std::iter::successors(Some(from), |&at| self.parents[at]).take(self.parents.len())
    }

    /// For each of the finest codes the line of the definition that decides it: that of the code
    /// itself, or of the nearest code above it.
    fn deciding_lines(&self, definition: &Definition) -> Vec<Option<usize>> {
        let mut line_of = vec![None; self.parents.len()];
        for (number, line) in definition.codes.iter().enumerate() {
            if let Some(&at) = self.positions.get(line.get_ref().code.get_ref().as_str()) {
                line_of[at] = Some(number);
            }
        }
        (0..self.parents.len())
            .map(|at| self.upwards(at).find_map(|above| line_of[above]))
            .collect()
    }

    /// The numbers of the definition's lines that decide something at or below a code.
    pub(crate) fn lines_below(&self, definition: &Definition, activity: &str) -> Vec<usize> {
        let Some(&at) = self.positions.get(activity) else { return Vec::new() };
        let deciding = self.deciding_lines(definition);
        let mut lines: Vec<usize> =
            self.leaves[at].iter().filter_map(|&leaf| deciding[leaf]).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// The finest codes at or below a code.
    pub(crate) fn leaves_below(&self, activity: &str) -> impl Iterator<Item = &'a str> + '_ {
        let at = self.positions.get(activity);
        at.into_iter().flat_map(|&at| &self.leaves[at]).map(|&leaf| self.code(leaf))
    }

    /// The finest codes that a definition takes in, with the weight of each.
    pub(crate) fn finest_weights(
        &self,
        definition: &Definition,
    ) -> impl Iterator<Item = (String, f64)> {
        let deciding = self.deciding_lines(definition);
        let is_finest = |at: usize| self.leaves[at].as_slice() == [at];
        let weights = (0..self.parents.len()).filter(move |&at| is_finest(at)).map(move |at| {
            let line = definition.codes[deciding[at]?].get_ref();
            Some((self.code(at).to_owned(), line.weight.get()))
        });
        weights.flatten()
    }

    /// The definition at every level.
    pub(crate) fn project(
        &self,
        definition: &Definition,
        key: Option<&AllocationKey>,
    ) -> Vec<Projected> {
        let deciding = self.deciding_lines(definition);
        let weight = |leaf: usize| {
            deciding[leaf].map_or(0.0, |line| definition.codes[line].get_ref().weight.get())
        };
        (0..self.parents.len())
            .filter(|&at| self.leaves[at].iter().any(|&leaf| deciding[leaf].is_some()))
            .map(|at| self.weigh(at, None, key, weight))
            .collect()
    }

    /// The same, by industry.
    pub(crate) fn project_by_industry(
        &self,
        definition: &Definition,
        key: Option<&AllocationKey>,
    ) -> Vec<Projected> {
        let deciding = self.deciding_lines(definition);
        let industry = |leaf: usize| {
            let line = definition.codes[deciding[leaf]?].get_ref();
            Some(line.industry.as_ref().map_or(OTHER_INDUSTRY, |industry| industry.get_ref()))
        };
        let mut projected = Vec::new();
        for at in 0..self.parents.len() {
            let mut industries: Vec<&str> =
                self.leaves[at].iter().filter_map(|&leaf| industry(leaf)).collect();
            industries.sort_unstable();
            industries.dedup();
            for wanted in industries {
                let weight = |leaf: usize| match deciding[leaf] {
                    Some(line) if industry(leaf) == Some(wanted) => {
                        definition.codes[line].get_ref().weight.get()
                    }
                    _ => 0.0,
                };
                projected.push(self.weigh(at, Some(wanted), key, weight));
            }
        }
        projected
    }

    fn weigh(
        &self,
        at: usize,
        industry: Option<&str>,
        key: Option<&AllocationKey>,
        weight: impl Fn(usize) -> f64,
    ) -> Projected {
        let leaves = &self.leaves[at];
        let low = leaves.iter().map(|&leaf| weight(leaf)).fold(f64::INFINITY, f64::min);
        let high = leaves.iter().map(|&leaf| weight(leaf)).fold(0.0, f64::max);
        let point = if low == high {
            Some(low)
        } else {
            key.and_then(|key| self.weighted_mean(leaves, key, &weight))
                // Rounding must not carry the mean past a bound.
                .map(|mean| mean.clamp(low, high))
        };
        let activity = self.code(at).to_owned();
        Projected { activity, industry: industry.map(str::to_owned), low, point, high }
    }

    /// `None` where the key lacks one of the codes, or has nothing to divide by.
    fn weighted_mean(
        &self,
        leaves: &[usize],
        key: &AllocationKey,
        weight: impl Fn(usize) -> f64,
    ) -> Option<f64> {
        let mut total = 0.0;
        let mut taken_in = 0.0;
        for &leaf in leaves {
            let amount = *key.get(self.code(leaf))?;
            if amount < 0.0 {
                return None;
            }
            total += amount;
            taken_in += amount * weight(leaf);
        }
        (total > 0.0).then(|| taken_in / total)
    }

    fn code(&self, at: usize) -> &'a str {
        &self.activities.items()[at].code
    }
}

/// What a method sees of a definition.
pub(crate) fn structure(activities: &Codelist) -> DataStructure {
    DataStructure::new(std::iter::once(activity(activities)).chain(measures()))
}

/// What a method sees of a definition by industry.
pub(crate) fn structure_by_industry(
    activities: &Codelist,
    industries: Option<&Codelist>,
) -> DataStructure {
    let mut codes: Vec<String> = industries
        .map(|list| list.items().iter().map(|item| item.code.clone()).collect())
        .unwrap_or_default();
    codes.push(OTHER_INDUSTRY.to_owned());
    let industry = Component::identifier(INDUSTRY, DataType::String).with_codes(codes);
    DataStructure::new([activity(activities), industry].into_iter().chain(measures()))
}

fn activity(activities: &Codelist) -> Component {
    let codes: Vec<String> = activities.items().iter().map(|item| item.code.clone()).collect();
    Component::identifier(ACTIVITY, DataType::String).with_codes(codes)
}

fn measures() -> impl Iterator<Item = Component> {
    [WEIGHT, WEIGHT_LOW, WEIGHT_HIGH]
        .into_iter()
        .map(|name| Component::measure(name, DataType::Number))
}

/// The structure of the datasets of all definitions together.
pub(crate) fn with_definition(structure: &DataStructure) -> DataStructure {
    let definition = Component::identifier(DEFINITION, DataType::String);
    DataStructure::new(std::iter::once(definition).chain(structure.components().iter().cloned()))
}

/// The projections of all definitions as one dataset, of the given structure with the identifier
/// [`DEFINITION`] before it.
pub(crate) fn dataset(
    structure: &DataStructure,
    projections: &[(&str, Vec<Projected>)],
) -> Result<Dataset, Diagnostic> {
    let rows = || {
        projections.iter().flat_map(|(id, rows)| rows.iter().map(move |projected| (*id, projected)))
    };
    let text = |values: Vec<&str>| Arc::new(StringArray::from(values)) as ArrayRef;
    let numbers = |of: &dyn Fn(&Projected) -> Option<f64>| {
        Arc::new(rows().map(|(_, projected)| of(projected)).collect::<Float64Array>()) as ArrayRef
    };
    let mut columns = vec![
        (DEFINITION.to_owned(), text(rows().map(|(id, _)| id).collect())),
        (ACTIVITY.to_owned(), text(rows().map(|(_, p)| p.activity.as_str()).collect())),
    ];
    if structure.get(INDUSTRY).is_some() {
        let industries = rows().map(|(_, p)| p.industry.as_deref().unwrap_or(OTHER_INDUSTRY));
        columns.push((INDUSTRY.to_owned(), text(industries.collect())));
    }
    columns.push((WEIGHT.to_owned(), numbers(&|p| p.point)));
    columns.push((WEIGHT_LOW.to_owned(), numbers(&|p| Some(p.low))));
    columns.push((WEIGHT_HIGH.to_owned(), numbers(&|p| Some(p.high))));
    columns.push((low_column(WEIGHT), numbers(&|p| Some(p.low))));
    columns.push((high_column(WEIGHT), numbers(&|p| Some(p.high))));

    let field = |(name, column): &(String, ArrayRef)| {
        Field::new(name, column.data_type().clone(), *column.data_type() == ArrowType::Float64)
    };
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    let arrays = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::new(schema), arrays).map_err(|error| {
        Diagnostic::new(&olshem_engine::errors::WRONG_COLUMNS, Place::Nowhere, error.to_string())
    })?;
    Dataset::new(with_definition(structure), &batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use olshem_model::codelist::Item;
    use proptest::prelude::*;

    fn codelist(codes: &[(&str, &str)]) -> Codelist {
        let mut list = Codelist::new("activities");
        for (code, parent) in codes {
            let parent = Some((*parent).to_owned()).filter(|p| !p.is_empty());
            list.push(Item { code: (*code).to_owned(), parent, ..Item::default() }).unwrap();
        }
        list
    }

    fn definition(lines: &[(&str, f64, Option<&str>)]) -> Definition {
        let mut text =
            "id = \"D\"\nname = \"D\"\nowner = \"o\"\nversion = \"1\"\npublished = \"p\"\n\
             classification = \"c\"\n"
                .to_owned();
        for (code, weight, industry) in lines {
            let industry = industry.map(|i| format!("industry = \"{i}\"\n")).unwrap_or_default();
            text += &format!(
                "[[code]]\ncode = \"{code}\"\nweight = {weight}\nstatus = \"read\"\n{industry}"
            );
        }
        toml::from_str(&text).unwrap()
    }

    fn activities() -> Codelist {
        codelist(&[
            ("J", ""),
            ("58", "J"),
            ("581", "58"),
            ("582", "58"),
            ("62", "J"),
            ("R", ""),
            ("90", "R"),
            ("92", "R"),
            ("A", ""),
        ])
    }

    fn row(projected: &[Projected], activity: &str, industry: Option<&str>) -> String {
        projected
            .iter()
            .find(|p| p.activity == activity && p.industry.as_deref() == industry)
            .map_or_else(
                || "absent".to_owned(),
                |p| match p.point {
                    Some(point) => format!("{} [{}, {}]", point, p.low, p.high),
                    None => format!("? [{}, {}]", p.low, p.high),
                },
            )
    }

    #[test]
    fn a_code_has_the_bounds_of_the_finest_codes_below_it() {
        let list = activities();
        let projected = Hierarchy::new(&list).project(
            &definition(&[("58", 1.0, None), ("582", 0.5, None), ("90", 1.0, None)]),
            None,
        );
        for (activity, expected) in [
            ("581", "1 [1, 1]"),
            // The nearest line decides: that of 582, not that of 58.
            ("582", "0.5 [0.5, 0.5]"),
            ("58", "? [0.5, 1]"),
            ("62", "absent"),
            ("J", "? [0, 1]"),
            ("90", "1 [1, 1]"),
            ("R", "? [0, 1]"),
            ("A", "absent"),
        ] {
            assert_eq!(row(&projected, activity, None), expected, "{activity}");
        }
    }

    #[test]
    fn a_key_for_all_finest_codes_gives_a_point() {
        let list = activities();
        let d = definition(&[("581", 1.0, None), ("90", 1.0, None)]);
        let key: AllocationKey = [("581", 3.0), ("582", 1.0), ("62", 4.0), ("90", 1.0)]
            .map(|(c, v)| (c.to_owned(), v))
            .into();
        let projected = Hierarchy::new(&list).project(&d, Some(&key));
        assert_eq!(row(&projected, "58", None), "0.75 [0, 1]");
        assert_eq!(row(&projected, "J", None), "0.375 [0, 1]");
        // Nothing is known of 92.
        assert_eq!(row(&projected, "R", None), "? [0, 1]");
    }

    #[test]
    fn industries_share_out_what_the_definition_takes_in() {
        let list = activities();
        let d =
            definition(&[("581", 1.0, Some("media")), ("582", 1.0, Some("IT")), ("62", 1.0, None)]);
        let projected = Hierarchy::new(&list).project_by_industry(&d, None);
        assert_eq!(row(&projected, "581", Some("media")), "1 [1, 1]");
        assert_eq!(row(&projected, "581", Some("IT")), "absent");
        assert_eq!(row(&projected, "J", Some("media")), "? [0, 1]");
        assert_eq!(row(&projected, "J", Some("_O")), "? [0, 1]");
    }

    /// A tree of up to three levels, some of its codes with a weight, and a key.
    fn any_case() -> impl Strategy<Value = (Codelist, Vec<(String, f64)>, AllocationKey)> {
        proptest::collection::vec((0..4usize, 0..4usize, 0..=4u8, any::<bool>(), 0..9u8), 1..24)
            .prop_map(|parts| {
                let mut list = Codelist::new("activities");
                let mut lines = BTreeMap::new();
                let mut key = AllocationKey::new();
                for (section, division, quarters, listed, amount) in parts {
                    let (top, mid) = (format!("S{section}"), format!("S{section}{division}"));
                    let fine = format!("{mid}{quarters}");
                    let codes = [(&top, None), (&mid, Some(&top)), (&fine, Some(&mid))];
                    for (code, parent) in codes {
                        let parent = parent.cloned();
                        let _ = list.push(Item { code: code.clone(), parent, ..Item::default() });
                    }
                    if listed {
                        lines.insert(fine.clone(), f64::from(quarters) / 4.0);
                    }
                    key.insert(fine, f64::from(amount));
                }
                (list, lines.into_iter().collect(), key)
            })
    }

    fn of(lines: &[(String, f64)]) -> Definition {
        let lines: Vec<_> = lines.iter().map(|(c, w)| (c.as_str(), *w, None)).collect();
        definition(&lines)
    }

    proptest! {
        #[test]
        fn the_point_lies_within_the_bounds((list, lines, key) in any_case()) {
            for p in Hierarchy::new(&list).project(&of(&lines), Some(&key)) {
                prop_assert!(p.low <= p.high);
                if let Some(point) = p.point {
                    prop_assert!(p.low <= point && point <= p.high, "{p:?}");
                }
            }
        }

        #[test]
        fn leaving_a_code_out_never_raises_a_bound((list, lines, _) in any_case()) {
            prop_assume!(!lines.is_empty());
            let hierarchy = Hierarchy::new(&list);
            let with = hierarchy.project(&of(&lines), None);
            let without = hierarchy.project(&of(&lines[1..]), None);
            for p in &without {
                let before = with.iter().find(|q| q.activity == p.activity).unwrap();
                prop_assert!(p.low <= before.low && p.high <= before.high);
            }
            // Above the code that was left out, the lower bound is now 0: the code counts for nothing.
            let (left_out, _) = &lines[0];
            for p in without.iter().filter(|p| list.is_within(left_out, &p.activity)) {
                prop_assert_eq!(p.low, 0.0);
            }
        }

        #[test]
        fn the_bounds_of_industries_add_up_to_no_less((list, lines, key) in any_case()) {
            let hierarchy = Hierarchy::new(&list);
            let mut d = of(&lines);
            for (number, line) in d.codes.iter_mut().enumerate() {
                let industry = ["media", "IT"][number % 2].to_owned();
                line.get_mut().industry = Some(toml::Spanned::new(0..0, industry));
            }
            let total = hierarchy.project(&d, Some(&key));
            let parts = hierarchy.project_by_industry(&d, Some(&key));
            for whole in &total {
                let of_whole: Vec<_> = parts.iter().filter(|p| p.activity == whole.activity).collect();
                prop_assert!(of_whole.iter().map(|p| p.high).sum::<f64>() >= whole.high - 1e-12);
                if let (Some(point), true) = (whole.point, of_whole.iter().all(|p| p.point.is_some())) {
                    let sum: f64 = of_whole.iter().filter_map(|p| p.point).sum();
                    prop_assert!((sum - point).abs() < 1e-9);
                }
            }
        }
    }
}
