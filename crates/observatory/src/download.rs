//! The observations of an indicator as files to take away, in every format that is offered.
//!
//! What SDMX writes and the workbook are one data set, that of the indicator's dataflow; a workbook
//! is also read by people, and so comes in each language and says what it rests on.

use crate::address;
use crate::catalogue::{Catalogue, Indicator};
use crate::data::dimension;
use crate::document::{CSV, Document, PARQUET};
use crate::sdmx::{self, Dataset, Structures};
use olshem_account::{Row, Text};
use olshem_formats::Kind;
use olshem_formats::files::{Writing, writer};
use olshem_formats::message::Note;
use olshem_model::codelist::Labels;
use olshem_model::{Diagnostic, Place, Role};
use olshem_words::{Locale, Words};

/// A format in which every indicator is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Download {
    Csv,
    Xlsx(Locale),
    SdmxCsv,
    SdmxJson,
    Parquet,
}

impl Download {
    /// Those that a page in this language offers, those that most ask for first.
    pub(crate) fn offered(locale: Locale) -> [Self; 5] {
        [Self::Csv, Self::Xlsx(locale), Self::SdmxCsv, Self::SdmxJson, Self::Parquet]
    }

    /// All there are.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let languages = Locale::ALL.map(Self::Xlsx);
        [Self::Csv, Self::SdmxCsv, Self::SdmxJson, Self::Parquet].into_iter().chain(languages)
    }

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx(_) => "XLSX",
            Self::SdmxCsv => "SDMX-CSV",
            Self::SdmxJson => "SDMX-JSON",
            Self::Parquet => "Parquet",
        }
    }

    /// Where it stands.
    pub(crate) fn path(self, indicator: &str) -> String {
        let id = address::segment(indicator);
        match self {
            Self::Csv => format!("data/{id}.csv"),
            Self::Xlsx(locale) => format!("data/{}/{id}.xlsx", locale.tag()),
            Self::SdmxCsv => format!("data/{id}.sdmx.csv"),
            Self::SdmxJson => format!("data/{id}.sdmx.json"),
            Self::Parquet => format!("data/{id}.parquet"),
        }
    }

    /// The file.
    ///
    /// # Errors
    ///
    /// The format can't hold the observations.
    pub(crate) fn document(
        self,
        catalogue: &Catalogue,
        structures: &Structures,
        languages: &[Words],
        indicator: &Indicator,
    ) -> Result<Document, Diagnostic> {
        let (run, id) = (&catalogue.run, indicator.table.id.as_str());
        let (kind, language) = match self {
            Self::Csv => return Ok(Document::new(CSV, run.indicator(id)?.csv()?)),
            Self::Parquet => return Ok(Document::new(PARQUET, run.parquet(id)?)),
            Self::SdmxCsv => (Kind::SdmxCsv2, None),
            Self::SdmxJson => (Kind::SdmxJson2, None),
            Self::Xlsx(locale) => (Kind::Workbook, Some(locale.tag().to_owned())),
        };
        let mut dataset = sdmx::whole(structures, indicator).ok_or_else(|| {
            let message = format!("`{id}` has no dataflow");
            Diagnostic::new(&olshem_account::errors::UNKNOWN_NAME, Place::Nowhere, message)
        })?;
        if kind == Kind::Workbook {
            dataset = for_readers(dataset, catalogue, languages, indicator);
        }
        let writing = Writing { language, agency: Some(structures.agency.clone()) };
        let mut bytes = Vec::new();
        let mut writer = writer(kind, Box::new(&mut bytes), &writing)?;
        dataset.write(&mut *writer)?;
        // What a format has no room for, such as remarks on codes, is in the structures.
        writer.finish()?;
        Ok(Document::new(self.content_type(), bytes))
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => CSV,
            Self::Xlsx(_) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::SdmxCsv => sdmx::media::CSV,
            Self::SdmxJson => sdmx::media::JSON,
            Self::Parquet => PARQUET,
        }
    }
}

/// Adds what stands beside the numbers on a page: their bounds, unit, caveats, publishers.
fn for_readers<'r>(
    dataset: Dataset<'r>,
    catalogue: &Catalogue,
    languages: &[Words],
    indicator: &Indicator,
) -> Dataset<'r> {
    let table = &indicator.table;
    let is_exact = |row: &Row| row.low == row.value && row.high == row.value;
    let called = |name: &dyn Fn(&Words) -> String| -> Labels {
        languages.iter().map(|words| (words.locale().tag().to_owned(), name(words))).collect()
    };
    let bounds = ["page-low", "page-high"].map(|key| called(&|words| words.get(key)));
    let bounds = (!table.rows.iter().all(is_exact)).then_some(bounds);
    let mut dataset = dataset.for_spreadsheet(bounds);
    let description = &mut dataset.description;
    for variable in &mut description.variables {
        match variable.component.role {
            Role::Identifier => {
                variable.names = called(&|words| dimension(words, &variable.component.name));
            }
            Role::Measure => {
                variable.unit = labels(&table.unit);
                variable.decimals = u32::try_from(table.decimals).ok();
                if variable.names.is_empty() || variable.component.name == table.measure {
                    variable.names = called(&|words| words.get("page-value"));
                }
            }
            Role::Attribute | Role::ViralAttribute => {}
        }
    }
    let mut texts: Vec<Labels> = table.note.iter().map(labels).collect();
    let sources = catalogue.sources().filter(|source| indicator.sources.contains(&source.id));
    for source in sources {
        let cited = |title| {
            format!("{title}. {}. {}. {}", source.publisher, source.vintage, source.address)
        };
        let titles = labels(&source.title).into_iter();
        texts.push(titles.map(|(language, title)| (language, cited(title))).collect());
    }
    description.notes = texts.into_iter().map(|texts| Note { texts, ..Note::default() }).collect();
    description.extras.clear();
    dataset
}

fn labels(text: &Text) -> Labels {
    let tags = Locale::ALL.map(Locale::tag);
    tags.into_iter().map(|tag| (tag.to_owned(), text.get(tag).to_owned())).collect()
}
