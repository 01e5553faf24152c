//! The elements of a data message with the components in them: structure-specific, where a component is
//! an XML attribute, or generic, where it is an element.

use super::cells::Column;
use super::message::{prefix, structure_id};
use super::structure::write_annotations;
use super::xml::Xml;
use super::{Form, Version};
use crate::message::Description;
use crate::sdmx::losses::Losses;
use crate::sdmx::names::{id, name};
use crate::sdmx::prepare::PRIMARY_MEASURE;
use olshem_model::codelist::Annotation;
use std::borrow::Cow;
use std::io::{self, Write};

/// In which way the elements of a data set are written.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) version: Version,
    pub(super) form: Form,
    /// Of its structure in the header.
    pub(super) number: usize,
}

/// An element of a data set.
#[derive(Clone, Copy)]
pub(super) enum Part<'g> {
    Series,
    /// Of that id.
    Group(&'g str),
    /// In a series, or with the whole key.
    Obs {
        is_flat: bool,
    },
}

impl Manner {
    /// Begins a data set; `all` is said of all of it.
    pub(super) fn open_dataset<'c, W: Write>(
        self,
        xml: &mut Xml<W>,
        description: &Description,
        all: impl Iterator<Item = (&'c Column, &'c str)> + Clone,
        remarks: &[Annotation],
        losses: &mut Losses,
    ) -> io::Result<()> {
        let remarks: Vec<&Annotation> = remarks.iter().collect();
        xml.open("mes:DataSet")?;
        if self.form.is_generic() {
            xml.attribute("structureRef", &structure_id(self.number))?;
            xml.attribute("action", description.action.word())?;
            write_annotations(xml, &remarks)?;
            return self.values(xml, "gen:Attributes", all, losses);
        }
        xml.attribute("ss:structureRef", &structure_id(self.number))?;
        xml.attribute("xsi:type", &format!("{}:DataSetType", prefix(self.number)))?;
        if self.version == Version::V21 {
            let scope = match (&description.provision, &description.dataflow) {
                (Some(_), _) => "ProvisionAgreement",
                (None, Some(_)) => "Dataflow",
                (None, None) => "DataStructure",
            };
            xml.attribute("ss:dataScope", scope)?;
        }
        xml.attribute("ss:action", description.action.word())?;
        if self.version == Version::V21 {
            self.attributes(xml, all, false, losses)?;
            return write_annotations(xml, &remarks);
        }
        write_annotations(xml, &remarks)?;
        if all.clone().next().is_some() {
            xml.open("Atts")?;
            self.attributes(xml, all, false, losses)?;
            xml.close()?;
        }
        Ok(())
    }

    /// Begins an element with what is said in it; `measure` is one of several, by the dimension that
    /// tells it from the others.
    pub(super) fn open<'c, W: Write>(
        self,
        xml: &mut Xml<W>,
        part: Part<'_>,
        said: impl Iterator<Item = (&'c Column, &'c str)> + Clone,
        measure: Option<(&str, &str)>,
        losses: &mut Losses,
    ) -> io::Result<()> {
        if self.form.is_generic() {
            return self.open_generic(xml, part, said, measure, losses);
        }
        match part {
            Part::Series => xml.open("Series")?,
            Part::Group(of) => {
                xml.open("Group")?;
                xml.attribute("xsi:type", &format!("{}:{}", prefix(self.number), name(of)))?;
            }
            Part::Obs { .. } => xml.open("Obs")?,
        }
        if let Some((dimension, measure)) = measure {
            xml.attribute(dimension, measure)?;
        }
        self.attributes(xml, said, measure.is_some(), losses)
    }

    fn open_generic<'c, W: Write>(
        self,
        xml: &mut Xml<W>,
        part: Part<'_>,
        said: impl Iterator<Item = (&'c Column, &'c str)> + Clone,
        measure: Option<(&str, &str)>,
        losses: &mut Losses,
    ) -> io::Result<()> {
        let key = match part {
            Part::Series => {
                xml.open("gen:Series")?;
                "gen:SeriesKey"
            }
            Part::Group(of) => {
                xml.open("gen:Group")?;
                xml.attribute("type", &id(of))?;
                "gen:GroupKey"
            }
            Part::Obs { .. } => {
                xml.open("gen:Obs")?;
                "gen:ObsKey"
            }
        };
        let dimensions = said.clone().filter(|(column, _)| column.is_dimension());
        if let Part::Obs { is_flat: false } = part {
            for (column, value) in dimensions {
                let value = self.text(column, value, losses);
                xml.empty("gen:ObsDimension", &[("id", &column.name), ("value", &value)])?;
            }
        } else if let Some((dimension, measure)) = measure {
            xml.open(key)?;
            self.each_value(xml, dimensions, losses)?;
            xml.empty("gen:Value", &[("id", dimension), ("value", measure)])?;
            xml.close()?;
        } else {
            self.values(xml, key, dimensions, losses)?;
        }
        for (column, value) in said.clone().filter(|(column, _)| column.is_measure) {
            xml.empty("gen:ObsValue", &[("value", &self.text(column, value, losses))])?;
        }
        let attributes = said.filter(|(column, _)| !column.is_dimension() && !column.is_measure);
        self.values(xml, "gen:Attributes", attributes, losses)
    }

    /// Components as elements within one, if there are any.
    fn values<'c, W: Write>(
        self,
        xml: &mut Xml<W>,
        tag: &str,
        said: impl Iterator<Item = (&'c Column, &'c str)> + Clone,
        losses: &mut Losses,
    ) -> io::Result<()> {
        if said.clone().next().is_none() {
            return Ok(());
        }
        xml.open(tag)?;
        self.each_value(xml, said, losses)?;
        xml.close()
    }

    fn each_value<'c, W: Write>(
        self,
        xml: &mut Xml<W>,
        said: impl Iterator<Item = (&'c Column, &'c str)>,
        losses: &mut Losses,
    ) -> io::Result<()> {
        for (column, value) in said {
            let value = self.text(column, value, losses);
            xml.empty("gen:Value", &[("id", &column.name), ("value", &value)])?;
        }
        Ok(())
    }

    /// Components as attributes of the element that has just begun, in 3.0 lists as elements. The
    /// measure is `OBS_VALUE` where the element has one of several.
    fn attributes<'c, W: Write>(
        self,
        xml: &mut Xml<W>,
        said: impl Iterator<Item = (&'c Column, &'c str)>,
        is_one_of_several: bool,
        losses: &mut Losses,
    ) -> io::Result<()> {
        let mut lists: Vec<(&Column, Vec<String>)> = Vec::new();
        for (column, value) in said {
            let is_measure = is_one_of_several && column.is_measure;
            let name = if is_measure { PRIMARY_MEASURE } else { &column.name };
            match listed(column, value).filter(|_| self.version == Version::V30) {
                Some(values) => lists.push((column, values)),
                None => xml.attribute(name, &self.text(column, value, losses))?,
            }
        }
        for (column, values) in lists {
            let kind = if column.is_measure { "MEASURE" } else { "ATTRIBUTE" };
            let prefix = prefix(self.number);
            xml.open("Comp")?;
            xml.attribute("id", &column.name)?;
            xml.attribute("xsi:type", &format!("{prefix}:{}_{kind}", column.name))?;
            for value in &values {
                xml.leaf("Value", column.coded(value))?;
            }
            xml.close()?;
        }
        Ok(())
    }

    /// A value as one text.
    fn text<'c>(self, column: &'c Column, value: &'c str, losses: &mut Losses) -> Cow<'c, str> {
        let Some(values) = listed(column, value) else { return column.coded(value).into() };
        if values.len() != 1 {
            losses.add("lists of values, now texts with `;` between", column.name.clone());
        }
        let values: Vec<&str> = values.iter().map(|value| column.coded(value)).collect();
        values.join(";").into()
    }
}

/// The values of a list.
fn listed(column: &Column, value: &str) -> Option<Vec<String>> {
    column.is_list.then(|| serde_json::from_str(value).ok()).flatten()
}
