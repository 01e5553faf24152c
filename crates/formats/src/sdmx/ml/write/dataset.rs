//! A data set on its way: where each of its components stands, and its observations, as series where
//! they come in series, else flat.

use super::Form;
use super::Version;
use super::cells::{Column, Level, remarks};
use super::element::{Manner, Part as Element};
use super::message::Used;
use super::xml::Xml;
use crate::errors::UNWRITABLE;
use crate::message::Description;
use crate::metadata::{Attachment, Class, Metadata, Part, Reference};
use crate::sdmx::losses::Losses;
use crate::sdmx::names::{agency, id, ids_of_codes, name, version as version_name};
use crate::sdmx::prepare::{PRIMARY_MEASURE, TIME, measure_dimension};
use crate::sdmx::{ALL_DIMENSIONS, AT_OBSERVATION};
use arrow::array::{Array, StringViewArray};
use indexmap::IndexMap;
use olshem_model::{Diagnostic, Place, Role};
use std::collections::HashSet;
use std::io::{self, BufWriter, Seek, Write};
use tempfile::SpooledTempFile;

/// So much of the observations waits in memory, the rest on disk.
const IN_MEMORY: usize = 16 << 20;

/// A data set on its way.
pub(super) struct Dataset {
    pub(super) description: Description,
    /// What stands in an observation, or further out.
    pub(super) columns: Vec<Column>,
    /// The attributes of each group, with the columns of its key.
    groups: Vec<Group>,
    /// The values of attributes of the whole data set, by column.
    of_all: Vec<(usize, Option<String>)>,
    /// Which of the structures in the header it has; not known before the first observations.
    pub(super) structure: Option<usize>,
    pub(super) is_flat: bool,
    /// The dimension that series run over, as it is written.
    at_observation: String,
    /// In 2.1 several measures are told apart by a dimension of that name.
    measure_dimension: Option<String>,
    rows: Xml<BufWriter<SpooledTempFile>>,
    /// The values of the series that was begun last.
    series: Option<Vec<Option<String>>>,
}

/// A group of dimensions with the attributes on it.
struct Group {
    id: String,
    key: Vec<usize>,
    attributes: Vec<usize>,
    /// Each key with the values of the attributes.
    values: IndexMap<Vec<Option<String>>, Vec<Option<String>>>,
    /// The last key and values, which most often come again.
    last: (Vec<Option<String>>, Vec<Option<String>>),
}

/// The dimension that series are asked to run over, or [`ALL_DIMENSIONS`].
fn at_observation(description: &Description) -> Option<&str> {
    let asked = description.extras.iter().find(|one| one.keyword == AT_OBSERVATION)?;
    asked.values.first().map(String::as_str)
}

impl Dataset {
    pub(super) fn new(
        description: Description,
        metadata: &Metadata,
        version: Version,
        losses: &mut Losses,
    ) -> Self {
        let structure = description.structure.as_ref().and_then(|s| metadata.structure(s));
        let definitions = structure.map(|s| s.content.as_slice()).unwrap_or_default();
        let time = definitions.iter().find(|d| d.part == Part::TimeDimension);
        let time = time.map_or(TIME, |definition| &definition.id);
        // Series run over time, unless another dimension is asked for.
        let at = match at_observation(&description) {
            Some(asked) if asked != TIME && asked != ALL_DIMENSIONS => asked,
            _ => time,
        };
        let group = |id: &str| {
            definitions.iter().find_map(|definition| match &definition.part {
                Part::Group(of) if definition.id == id && !of.is_empty() => Some(of.clone()),
                _ => None,
            })
        };
        let variables = &description.variables;
        let measures = variables.iter().filter(|v| v.component.role == Role::Measure).count();
        let measure_dimension = (version == Version::V21 && measures > 1).then(|| {
            let others = variables.iter().filter(|v| v.component.role != Role::Measure);
            measure_dimension(others.map(|v| v.component.name.as_str()))
        });
        let mut taken = HashSet::new();
        let mut columns = Vec::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut of_all = Vec::new();
        let place_of = |name: &str| variables.iter().position(|v| v.component.name == name);
        for (place, variable) in variables.iter().enumerate() {
            let own = &variable.component.name;
            let role = variable.component.role;
            let level = match (role, &variable.attachment) {
                (Role::Identifier, _) if own == at => Level::AtObservation,
                (Role::Identifier, _) => Level::Dimension,
                (Role::Measure, _) | (_, Attachment::Observation) => Level::Observation,
                (_, Attachment::Dataset) => Level::Dataset,
                (_, Attachment::Dimensions(of)) if of.iter().any(|d| d == at) => Level::Observation,
                (_, Attachment::Dimensions(_)) => Level::Series,
                (_, Attachment::Group(id)) => {
                    let key = group(id)
                        .map(|of| of.iter().filter_map(|d| place_of(d)).collect::<Vec<usize>>());
                    // Of a group that is not known, it is not known either what it is a group of.
                    match key.filter(|key| !key.is_empty()) {
                        None => Level::Series,
                        Some(key) => {
                            match groups.iter_mut().find(|known| known.id == *id) {
                                Some(known) => known.attributes.push(place),
                                None => groups.push(Group::new(id, key, place)),
                            }
                            Level::Group
                        }
                    }
                }
            };
            if level == Level::Dataset {
                of_all.push((place, None));
            }
            let mut written = match role {
                Role::Identifier if own == time => TIME.to_owned(),
                _ if role == Role::Measure && version == Version::V21 && measures == 1 => {
                    if own != PRIMARY_MEASURE {
                        losses.add("the ids of measures, now `OBS_VALUE`", own.clone());
                    }
                    PRIMARY_MEASURE.to_owned()
                }
                _ => name(own).into_owned(),
            };
            // Two attributes of one name would be no XML.
            while !taken.insert(written.clone()) {
                written.push('_');
            }
            let is_value_list = version == Version::V30
                && variable.representation.as_ref().is_some_and(|r| r.class == Class::ValueList);
            let list = variable.codelist.as_ref().filter(|_| !is_value_list);
            columns.push(Column {
                name: written,
                level,
                ids: list.map(|list| ids_of_codes(list)).unwrap_or_default(),
                is_list: variable.is_list && role != Role::Identifier,
                is_measure: role == Role::Measure,
            });
        }
        if let Some(dimension) = &measure_dimension {
            let names = columns.iter().filter(|column| column.is_measure);
            let names: Vec<&str> = names.map(|column| column.name.as_str()).collect();
            let which = format!("{}, by `{dimension}`", names.join(" and "));
            losses.add("that these are measures, now told apart by a dimension", which);
        }
        let run_over = columns.iter().find(|column| column.level == Level::AtObservation);
        let at_observation = run_over.map_or_else(|| TIME.to_owned(), |column| column.name.clone());
        let rows = Xml::fragment(BufWriter::new(SpooledTempFile::new(IN_MEMORY)), 2);
        Self {
            description,
            columns,
            groups,
            of_all,
            structure: None,
            is_flat: true,
            at_observation,
            measure_dimension,
            rows,
            series: None,
        }
    }

    /// The structure as the header tells it.
    pub(super) fn used(&self) -> Used {
        let none = || Reference::new(Class::DataStructure, "", "", "");
        let described = &self.description;
        let told = [&described.provision, &described.dataflow, &described.structure];
        let reference = told.into_iter().flatten().next().cloned();
        let mut reference = reference.unwrap_or_else(none);
        reference.agency = agency(&reference.agency).into_owned();
        reference.id = id(&reference.id).into_owned();
        reference.version = version_name(&reference.version, Version::V30).into_owned();
        let at_observation = match self.is_flat {
            true => ALL_DIMENSIONS,
            false => self.at_observation.as_str(),
        };
        let namespace = format!("{reference}:ObsLevelDim:{at_observation}");
        Used { reference, namespace, at_observation: at_observation.to_owned() }
    }

    /// Whether it can be time series, and so will be.
    pub(super) fn must_be_series(&mut self) -> Result<(), Diagnostic> {
        let has = |level: Level| self.columns.iter().any(|column| column.level == level);
        let asked = at_observation(&self.description);
        let why = if self.measure_dimension.is_some() {
            "several measures"
        } else if !has(Level::Dimension) {
            "no dimension beside time"
        } else if asked.is_none() && !has(Level::AtObservation) {
            "no time"
        } else if self.at_observation != TIME
            || asked.is_some_and(|asked| asked != TIME && !has(Level::AtObservation))
            || asked == Some(ALL_DIMENSIONS)
        {
            "no series over time, but others asked for"
        } else {
            self.is_flat = false;
            return Ok(());
        };
        let message = format!("`{}` has {why}, and so no time series", self.description.id);
        Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message))
    }

    /// Whether no series are asked for, or they can't be or are no help: so few observations are beside
    /// others of their series.
    pub(super) fn comes_flat(&self, columns: &[&StringViewArray]) -> bool {
        let has = |level: Level| self.columns.iter().any(|column| column.level == level);
        if !has(Level::Dimension) || self.measure_dimension.is_some() {
            return true;
        }
        if let Some(asked) = at_observation(&self.description) {
            return asked == ALL_DIMENSIONS;
        }
        if !has(Level::AtObservation) {
            return true;
        }
        let rows = columns.first().map_or(0, |column| column.len());
        let of_series: Vec<&&StringViewArray> = self
            .columns
            .iter()
            .zip(columns)
            .filter(|(column, _)| column.is_of_series())
            .map(|(_, values)| values)
            .collect();
        let changes = (1..rows).filter(|&row| {
            of_series.iter().any(|values| value(values, row) != value(values, row - 1))
        });
        (changes.count() + 1) * 2 > rows
    }

    /// Takes what holds further out than at a series; the column that contradicts itself else.
    pub(super) fn gather(&mut self, columns: &[&StringViewArray], row: usize) -> Result<(), usize> {
        let at = |column: usize| columns.get(column).and_then(|values| value(values, row));
        for (column, known) in &mut self.of_all {
            match (&known, at(*column)) {
                (_, None) => {}
                (None, Some(new)) => *known = Some(new.to_owned()),
                (Some(known), Some(new)) if known == new => {}
                _ => return Err(*column),
            }
        }
        for group in &mut self.groups {
            let same = |columns: &[usize], values: &[Option<String>]| {
                columns.len() == values.len()
                    && columns.iter().zip(values).all(|(c, value)| at(*c) == value.as_deref())
            };
            if same(&group.key, &group.last.0) && same(&group.attributes, &group.last.1) {
                continue;
            }
            let owned = |columns: &[usize]| -> Vec<Option<String>> {
                columns.iter().map(|column| at(*column).map(str::to_owned)).collect()
            };
            let (key, new) = (owned(&group.key), owned(&group.attributes));
            let none = || vec![None; group.attributes.len()];
            let known = group.values.entry(key.clone()).or_insert_with(none);
            for ((known, new), column) in known.iter_mut().zip(&new).zip(&group.attributes) {
                match (&known, new) {
                    (_, None) => {}
                    (None, Some(_)) => known.clone_from(new),
                    (Some(known), Some(new)) if known == new => {}
                    _ => return Err(*column),
                }
            }
            group.last = (key, new);
        }
        Ok(())
    }

    pub(super) fn write(
        &mut self,
        columns: &[&StringViewArray],
        row: usize,
        manner: Manner,
        losses: &mut Losses,
    ) -> io::Result<()> {
        if !self.is_flat {
            self.begin_series(columns, row, manner, losses)?;
            // Of series without what they run over there are only the keys.
            if self.columns.iter().all(|column| column.level != Level::AtObservation) {
                return Ok(());
            }
        }
        let Some(dimension) = self.measure_dimension.clone() else {
            return self.observation(columns, row, manner, None, losses);
        };
        let measures = self.columns.iter().zip(columns).enumerate();
        let measures = measures.filter(|(_, (column, _))| column.is_measure);
        let mut said: Vec<usize> = measures
            .clone()
            .filter(|(_, (_, values))| value(values, row).is_some())
            .map(|(place, _)| place)
            .collect();
        if said.is_empty() {
            // What else is said of the observation stands with its first measure.
            said.extend(measures.map(|(place, _)| place).next());
        }
        for place in said {
            let measure = Some((dimension.as_str(), place));
            self.observation(columns, row, manner, measure, losses)?;
        }
        Ok(())
    }

    /// Begins a series where the observation is of another than the one before.
    fn begin_series(
        &mut self,
        columns: &[&StringViewArray],
        row: usize,
        manner: Manner,
        losses: &mut Losses,
    ) -> io::Result<()> {
        let of_series =
            || self.columns.iter().zip(columns).filter(|(column, _)| column.is_of_series());
        if let Some(known) = &self.series {
            let same = of_series()
                .zip(known)
                .all(|((_, values), known)| value(values, row) == known.as_deref());
            if same {
                return Ok(());
            }
        }
        let values = of_series().map(|(_, values)| value(values, row).map(str::to_owned));
        let values: Vec<Option<String>> = values.collect();
        if self.series.is_some() {
            self.rows.close()?;
        }
        let named = self.columns.iter().filter(|column| column.is_of_series()).zip(&values);
        let named = named.filter_map(|(column, value)| Some((column, value.as_deref()?)));
        manner.open(&mut self.rows, Element::Series, named, None, losses)?;
        self.series = Some(values);
        Ok(())
    }

    /// Writes an observation; with one of several measures where it is told which.
    fn observation(
        &mut self,
        columns: &[&StringViewArray],
        row: usize,
        manner: Manner,
        measure: Option<(&str, usize)>,
        losses: &mut Losses,
    ) -> io::Result<()> {
        let is_flat = self.is_flat;
        let all = self.columns.iter().zip(columns).enumerate();
        let here = all.filter(|(place, (column, _))| match column.level {
            Level::Dimension | Level::Series => is_flat,
            Level::AtObservation => true,
            Level::Observation => {
                !column.is_measure || measure.is_none_or(|(_, measure)| measure == *place)
            }
            Level::Dataset | Level::Group => false,
        });
        let named = here.filter_map(|(_, (column, values))| Some((column, value(values, row)?)));
        let told = measure.map(|(dimension, place)| {
            (dimension, self.columns.get(place).map_or("", |column| column.name.as_str()))
        });
        manner.open(&mut self.rows, Element::Obs { is_flat }, named, told, losses)?;
        self.rows.close()
    }

    /// Writes the data set into the message.
    pub(super) fn finish<W: Write>(
        self,
        xml: &mut Xml<W>,
        version: Version,
        form: Form,
        losses: &mut Losses,
    ) -> io::Result<()> {
        let Self { description, columns, groups, of_all, structure, rows, .. } = self;
        let manner = Manner { version, form, number: structure.unwrap_or_default() };
        let remarks = remarks(&description, &columns);
        let all = of_all
            .iter()
            .filter_map(|(place, value)| Some((columns.get(*place)?, value.as_deref()?)));
        manner.open_dataset(xml, &description, all, &remarks, losses)?;
        for group in &groups {
            for (key, values) in &group.values {
                if values.iter().all(Option::is_none) {
                    continue;
                }
                let places = group.key.iter().chain(&group.attributes);
                let named = places.zip(key.iter().chain(values));
                let named = named
                    .filter_map(|(place, value)| Some((columns.get(*place)?, value.as_deref()?)));
                manner.open(xml, Element::Group(&group.id), named, None, losses)?;
                xml.close()?;
            }
        }
        if rows.unwritable > 0 {
            losses.add("control characters, which XML can't hold", "");
        }
        let mut written = rows.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        written.rewind()?;
        xml.splice(&mut written)?;
        xml.close()
    }
}

impl Group {
    fn new(id: &str, key: Vec<usize>, attribute: usize) -> Self {
        Self {
            id: id.to_owned(),
            key,
            attributes: vec![attribute],
            values: IndexMap::new(),
            last: Default::default(),
        }
    }
}

fn value(values: &StringViewArray, row: usize) -> Option<&str> {
    values.is_valid(row).then(|| values.value(row))
}
