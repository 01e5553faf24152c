//! Data messages: structure-specific, as series where observations come in series, else flat.
//!
//! What holds for the whole data set or for a group of its series stands before the observations, and
//! is known only when all have come; so these wait in a temporary file.

use super::cells::{Column, Level, components, components_named, remarks};
use super::losses::Losses;
use super::message::{Head, Told, Used, footer, header, prefix, structure_id};
use super::names::{agency, id, ids_of_codes, name, version as version_name};
use super::prepare::{PRIMARY_MEASURE, TIME, measure_dimension};
use super::structure::write_annotations;
use super::xml::Xml;
use super::{Version, failed};
use crate::errors::{UNWRITABLE, WRONG_COMPONENT};
use crate::message::{Description, Header, Note, Observations};
use crate::metadata::{Attachment, Class, Metadata, Part, Reference};
use crate::sdmx::{ALL_DIMENSIONS, AT_OBSERVATION};
use arrow::array::{Array, StringViewArray};
use indexmap::IndexMap;
use olshem_model::{Diagnostic, Place, Role};
use std::collections::HashSet;
use std::io::{self, BufWriter, Seek, Write};
use tempfile::SpooledTempFile;

/// So much of the observations waits in memory, the rest on disk.
const IN_MEMORY: usize = 16 << 20;

/// The data sets of a message.
pub(super) struct Data {
    version: Version,
    told: Told,
    datasets: Vec<Dataset>,
}

/// A data set on its way.
struct Dataset {
    description: Description,
    /// What stands in an observation, or further out.
    columns: Vec<Column>,
    /// The attributes of each group, with the columns of its key.
    groups: Vec<Group>,
    /// The values of attributes of the whole data set, by column.
    of_all: Vec<(usize, Option<String>)>,
    /// Which of the structures in the header it has; not known before the first observations.
    structure: Option<usize>,
    is_flat: bool,
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

impl Data {
    pub(super) fn new(version: Version) -> Self {
        Self { version, told: Told::default(), datasets: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.datasets.is_empty()
    }

    /// Begins a data set, which has a structure.
    pub(super) fn begin(
        &mut self,
        description: Description,
        metadata: &Metadata,
        losses: &mut Losses,
    ) -> Result<(), Diagnostic> {
        let has_key = description.variables.iter().any(|v| v.component.role == Role::Identifier);
        if !has_key {
            let message = format!("`{}` has no identifier, and so no dimension", description.id);
            return Err(Diagnostic::new(&UNWRITABLE, Place::Nowhere, message));
        }
        lose(&description, losses);
        for (language, text) in &description.source {
            self.told.source.entry(language.clone()).or_insert_with(|| text.clone());
        }
        match (&self.told.updated, &description.updated) {
            (None, updated) => self.told.updated.clone_from(updated),
            (Some(known), Some(other)) if known != other => {
                losses.add("when the data were last changed", other.clone());
            }
            _ => {}
        }
        let dataset = Dataset::new(description, metadata, self.version, losses);
        self.datasets.push(dataset);
        Ok(())
    }

    /// A footnote on the data set that began last.
    pub(super) fn note(&mut self, note: Note) {
        if let Some(dataset) = self.datasets.last_mut() {
            dataset.description.notes.push(note);
        }
    }

    /// Observations of the data set that began last.
    pub(super) fn rows(
        &mut self,
        observations: &Observations,
        losses: &mut Losses,
    ) -> Result<(), Diagnostic> {
        let Some(dataset) = self.datasets.last_mut() else { return Ok(()) };
        let batch = &observations.batch;
        let columns = observations.columns();
        if columns.len() != dataset.columns.len() {
            let message = "the observations don't have the columns of their data set";
            return Err(Diagnostic::new(&WRONG_COMPONENT, Place::Nowhere, message));
        }
        let number = match dataset.structure {
            Some(number) => number,
            None => {
                dataset.is_flat = dataset.comes_flat(&columns);
                let number = self.told.number_of(dataset.used());
                dataset.structure = Some(number);
                number
            }
        };
        for row in 0..batch.num_rows() {
            dataset.gather(&columns, row).map_err(|column| {
                let name = dataset.columns.get(column).map_or("", |column| &column.name);
                let message = format!("`{name}` has two values where by its structure it has one");
                Diagnostic::new(&WRONG_COMPONENT, observations.origins.place(row, column), message)
            })?;
            dataset.write(&columns, row, number, self.version, losses).map_err(failed)?;
        }
        Ok(())
    }

    /// Writes the message.
    pub(super) fn finish<W: Write>(
        mut self,
        said: &Header,
        sender: &str,
        losses: &mut Losses,
        out: W,
    ) -> io::Result<W> {
        for dataset in &mut self.datasets {
            if dataset.structure.is_none() {
                dataset.structure = Some(self.told.number_of(dataset.used()));
            }
        }
        let version = self.version;
        let mut xml = Xml::document(out)?;
        xml.open("mes:StructureSpecificData")?;
        for (prefix, part) in
            [("mes", "message"), ("com", "common"), ("ss", "data/structurespecific")]
        {
            xml.attribute(&format!("xmlns:{prefix}"), &version.namespace(part))?;
        }
        xml.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")?;
        for (number, used) in self.told.structures.iter().enumerate() {
            xml.attribute(&format!("xmlns:{}", prefix(number)), &used.namespace)?;
        }
        let fallback = self.datasets.first().map_or("DATA", |dataset| &dataset.description.id);
        let head = Head { said, agency: sender, fallback, told: &self.told, version };
        header(&mut xml, &head, losses)?;
        for dataset in self.datasets {
            dataset.finish(&mut xml, version, losses)?;
        }
        footer(&mut xml, said, version)?;
        if xml.unwritable > 0 {
            losses.add("control characters, which XML can't hold", "");
        }
        xml.finish()
    }
}

impl Told {
    fn number_of(&mut self, used: Used) -> usize {
        let known = self.structures.iter().position(|known| *known == used);
        known.unwrap_or_else(|| {
            self.structures.push(used);
            self.structures.len() - 1
        })
    }
}

/// The dimension that series are asked to run over, or [`ALL_DIMENSIONS`].
fn at_observation(description: &Description) -> Option<&str> {
    let asked = description.extras.iter().find(|one| one.keyword == AT_OBSERVATION)?;
    asked.values.first().map(String::as_str)
}

/// What a data message has no room for.
fn lose(description: &Description, losses: &mut Losses) {
    let extras = description.variables.iter().flat_map(|variable| &variable.extras);
    for extra in extras.chain(&description.extras) {
        let is_remark = description.extras.iter().any(|own| own == extra);
        if extra.annotation.is_none() || !is_remark {
            losses.add("what else the source says", extra.keyword.clone());
        }
    }
}

impl Dataset {
    fn new(
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
    fn used(&self) -> Used {
        let none = || Reference::new(Class::DataStructure, "", "", "");
        let described = &self.description;
        let reference = described.dataflow.clone().or_else(|| described.structure.clone());
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

    /// Whether no series are asked for, or they can't be or are no help: so few observations are beside
    /// others of their series.
    fn comes_flat(&self, columns: &[&StringViewArray]) -> bool {
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
    fn gather(&mut self, columns: &[&StringViewArray], row: usize) -> Result<(), usize> {
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

    fn write(
        &mut self,
        columns: &[&StringViewArray],
        row: usize,
        number: usize,
        version: Version,
        losses: &mut Losses,
    ) -> io::Result<()> {
        if !self.is_flat {
            self.begin_series(columns, row, number, version, losses)?;
            // Of series without what they run over there are only the keys.
            if self.columns.iter().all(|column| column.level != Level::AtObservation) {
                return Ok(());
            }
        }
        let Some(dimension) = self.measure_dimension.clone() else {
            return self.observation(columns, row, number, version, None, losses);
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
            self.observation(columns, row, number, version, measure, losses)?;
        }
        Ok(())
    }

    /// Begins a series where the observation is of another than the one before.
    fn begin_series(
        &mut self,
        columns: &[&StringViewArray],
        row: usize,
        number: usize,
        version: Version,
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
        self.rows.open("Series")?;
        let named = self.columns.iter().filter(|column| column.is_of_series()).zip(&values);
        let named = named.filter_map(|(column, value)| Some((column, value.as_deref()?)));
        components(&mut self.rows, named, number, version, losses)?;
        self.series = Some(values);
        Ok(())
    }

    /// Writes an observation; with one of several measures where it is told which.
    fn observation(
        &mut self,
        columns: &[&StringViewArray],
        row: usize,
        number: usize,
        version: Version,
        measure: Option<(&str, usize)>,
        losses: &mut Losses,
    ) -> io::Result<()> {
        self.rows.open("Obs")?;
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
        if let Some((dimension, place)) = measure {
            let name = self.columns.get(place).map_or("", |column| &column.name);
            self.rows.attribute(dimension, name)?;
        }
        let named = here.filter_map(|(_, (column, values))| Some((column, value(values, row)?)));
        let only = measure.is_some();
        components_named(&mut self.rows, named, only, number, version, losses)?;
        self.rows.close()
    }

    /// Writes the data set into the message.
    fn finish<W: Write>(
        self,
        xml: &mut Xml<W>,
        version: Version,
        losses: &mut Losses,
    ) -> io::Result<()> {
        let Self { description, columns, groups, of_all, structure, rows, .. } = self;
        let number = structure.unwrap_or_default();
        let of_flow = description.dataflow.is_some();
        xml.open("mes:DataSet")?;
        xml.attribute("ss:structureRef", &structure_id(number))?;
        xml.attribute("xsi:type", &format!("{}:DataSetType", prefix(number)))?;
        if version == Version::V21 {
            xml.attribute("ss:dataScope", if of_flow { "Dataflow" } else { "DataStructure" })?;
        }
        xml.attribute("ss:action", description.action.word())?;
        let of_all = || {
            of_all
                .iter()
                .filter_map(|(place, value)| Some((columns.get(*place)?, value.as_deref()?)))
        };
        if version == Version::V21 {
            components(xml, of_all(), number, version, losses)?;
        }
        let remarks = remarks(&description, &columns);
        write_annotations(xml, &remarks.iter().collect::<Vec<_>>())?;
        if version == Version::V30 && of_all().next().is_some() {
            xml.open("Atts")?;
            components(xml, of_all(), number, version, losses)?;
            xml.close()?;
        }
        for group in &groups {
            for (key, values) in &group.values {
                if values.iter().all(Option::is_none) {
                    continue;
                }
                xml.open("Group")?;
                xml.attribute("xsi:type", &format!("{}:{}", prefix(number), name(&group.id)))?;
                let places = group.key.iter().chain(&group.attributes);
                let said = places.zip(key.iter().chain(values));
                let said = said
                    .filter_map(|(place, value)| Some((columns.get(*place)?, value.as_deref()?)));
                components(xml, said, number, version, losses)?;
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
