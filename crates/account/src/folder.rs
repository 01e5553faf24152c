//! An account's folder as it was read: every file in its type, and every name in one file that
//! should stand in another checked.

use crate::claims::{Claim, ClaimsFile};
use crate::codelists;
use crate::definitions::Definition;
use crate::document::{Document, Reading};
use crate::errors::{
    DUPLICATE_ID, MISSING_FILE, MISSPELT_FILE, NO_SETTLE, NOT_AN_ACCOUNT, UNKNOWN_CODE,
    UNKNOWN_NAME, WRONG_VALUE,
};
use crate::files::Files;
use crate::indicators::{Indicator, IndicatorsFile};
use crate::map::{self, MAP, Map};
use crate::proposals::{self, Proposal};
use crate::settings::Settings;
use crate::sources::{self, Source, SourceFile};
use crate::targets::TargetsFile;
use crate::values::Locale;
use olshem_model::spelling;
use olshem_model::{Codelist, Diagnostic, Place, line_at};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

const ACCOUNT: &str = "account.toml";
pub(crate) const INDICATORS: &str = "indicators.toml";
const CLAIMS: &str = "claims.toml";
const TARGETS: &str = "targets.toml";
const PROPOSALS: &str = "proposals.csv";
const CODELISTS: &str = "codelists";
const SOURCES: &str = "sources";
const DEFINITIONS: &str = "definitions";
const METHODS: &str = "methods";

/// The codelist of areas.
const REGIONS: &str = "regions";

/// A file of the account in its type.
#[derive(Debug)]
pub(crate) struct Loaded<T> {
    pub(crate) file: PathBuf,
    pub(crate) text: String,
    pub(crate) value: T,
    /// Whether nothing in it was at fault. What is missing in one that is not whole is no news.
    pub(crate) whole: bool,
}

impl<T> Loaded<T> {
    /// The place of a stretch of the file.
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        Place::Text { file: self.file.clone(), span }
    }

    /// The line, from 1, in which a byte stands.
    pub(crate) fn line(&self, byte: usize) -> usize {
        line_at(self.text.as_bytes(), byte)
    }
}

/// The content of an account's folder.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) files: Files,
    pub(crate) settings: Loaded<Settings>,
    pub(crate) codelists: BTreeMap<String, Codelist>,
    /// The codelists with faults. That a code is not in one of them is no news.
    broken: BTreeSet<String>,
    pub(crate) sources: Vec<Source>,
    /// Whether every source.toml is without fault; where not, a missing dataset is no news.
    pub(crate) sources_whole: bool,
    pub(crate) definitions: Vec<Loaded<Definition>>,
    pub(crate) methods: Vec<olshem_vtl::Source>,
    /// Whether every file of methods could be read.
    pub(crate) methods_whole: bool,
    pub(crate) indicators: Loaded<IndicatorsFile>,
    pub(crate) claims: Loaded<ClaimsFile>,
    pub(crate) targets: Loaded<TargetsFile>,
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) map: Map,
}

impl Folder {
    /// Reads the folder; `None` where too little of it can be read to look further.
    pub(crate) fn read(root: &Path, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut files = Files::new(root);
        if !files.exists(ACCOUNT) {
            faults.push(not_an_account(root));
            return None;
        }
        let settings = read_settings(&mut files, faults);
        let locales = &settings.value.locales;
        check_spelling_of_files(&files, faults);

        let (codelists, broken) = read_codelists(&mut files, locales, faults);
        let (sources, sources_whole) = read_sources(&mut files, locales, &codelists, faults);
        let definitions = read_definitions(&mut files, locales, faults);
        let (methods, methods_whole) = read_methods(&mut files, faults);
        let indicators = load_optional(INDICATORS, &mut files, locales, faults);
        let claims = load_optional(CLAIMS, &mut files, locales, faults);
        let targets = load_optional(TARGETS, &mut files, locales, faults);
        let proposals = read_proposals(&mut files, locales, faults);
        let map = load_optional(MAP, &mut files, locales, faults);
        let regions = codelists.get(REGIONS).filter(|list| !broken.contains(&list.id));
        let map = map::read(map, &mut files, regions, faults);

        let folder = Self {
            files,
            codelists,
            broken,
            sources,
            sources_whole,
            definitions,
            methods,
            methods_whole,
            indicators,
            claims,
            targets,
            proposals,
            map,
            settings,
        };
        folder.check_settings(faults);
        folder.check_definitions(faults);
        folder.check_indicators(faults);
        folder.check_claims(faults);
        folder.check_targets(faults);
        folder.check_proposals(faults);
        Some(folder)
    }

    /// The codelist of activities, where definitions have one.
    pub(crate) fn activities(&self) -> Option<&Codelist> {
        let classification = self.settings.value.classification.as_ref()?;
        self.codelists.get(classification.activities.get_ref())
    }

    /// The codelist of industries, where definitions have one.
    pub(crate) fn industries(&self) -> Option<&Codelist> {
        let classification = self.settings.value.classification.as_ref()?;
        self.codelists.get(classification.industries.as_ref()?.get_ref())
    }

    /// The definition of that id.
    pub(crate) fn definition(&self, id: &str) -> Option<&Loaded<Definition>> {
        self.definitions.iter().find(|definition| **definition.value.id.get_ref() == *id)
    }

    /// The ids of all definitions, in order.
    pub(crate) fn definition_ids(&self) -> Vec<&str> {
        self.definitions.iter().map(|definition| &**definition.value.id.get_ref()).collect()
    }

    /// The ids of the definitions named by their id or subject; of all where none is named.
    pub(crate) fn definitions_named(&self, names: &[Spanned<String>]) -> Vec<&str> {
        let is_named = |definition: &Definition| {
            let subject = definition.subject.as_ref().map(|subject| &**subject.get_ref());
            names.iter().any(|name| {
                let name = name.get_ref().as_str();
                **definition.id.get_ref() == *name || subject == Some(name)
            })
        };
        self.definitions
            .iter()
            .filter(|loaded| names.is_empty() || is_named(&loaded.value))
            .map(|loaded| &**loaded.value.id.get_ref())
            .collect()
    }

    /// What definitions can be named by: their ids and subjects.
    fn names_of_definitions(&self) -> Vec<&str> {
        let subjects = self.definitions.iter().filter_map(|loaded| loaded.value.subject.as_ref());
        let mut names = self.definition_ids();
        names.extend(subjects.map(|subject| &**subject.get_ref()));
        names
    }

    /// The indicator of that id.
    pub(crate) fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.value.indicators.iter().find(|indicator| **indicator.id.get_ref() == *id)
    }

    /// The ids of all indicators, in order.
    pub(crate) fn indicator_ids(&self) -> Vec<&str> {
        self.indicators.value.indicators.iter().map(|i| &**i.id.get_ref()).collect()
    }

    /// The claims, in order.
    pub(crate) fn all_claims(&self) -> impl Iterator<Item = &Claim> {
        self.claims.value.claims.iter().map(Spanned::get_ref)
    }

    fn topic_ids(&self) -> Vec<&str> {
        self.settings.value.topics.iter().map(|topic| &**topic.id.get_ref()).collect()
    }

    fn check_settings(&self, faults: &mut Vec<Diagnostic>) {
        let Settings { classification, default_definition, ref_area, topics, .. } =
            &self.settings.value;
        if !self.settings.whole {
            return;
        }
        if self.settings.value.locales.is_empty() {
            let place = Place::from(self.settings.file.as_path());
            faults.push(Diagnostic::new(&WRONG_VALUE, place, "`locales` names no language"));
        }
        check_unique(&self.settings, topics.iter().map(|topic| &topic.id), "topic", faults);
        match self.codelists.get(REGIONS) {
            Some(regions) => self.check_code(&self.settings, ref_area, regions, faults),
            None => {
                let message = format!("`ref_area` needs the codelist `{REGIONS}`");
                let file = self.files.path(&format!("{CODELISTS}/{REGIONS}.csv"));
                faults.push(Diagnostic::new(&MISSING_FILE, file, message));
            }
        }
        if let Some(classification) = classification {
            let lists = || self.codelists.keys().map(String::as_str);
            let named = [Some(&classification.activities), classification.industries.as_ref()];
            for name in named.into_iter().flatten() {
                check_name(&self.settings, name, "codelist", lists(), faults);
            }
        } else if let Some(definition) = self.definitions.first() {
            let message = "definitions need `[classification]` in account.toml";
            faults.push(Diagnostic::new(&UNKNOWN_NAME, definition.file.as_path(), message));
        }
        if let Some(id) = default_definition {
            let ids = self.definition_ids();
            check_name(&self.settings, id, "definition", ids.iter().copied(), faults);
        }
    }

    fn check_definitions(&self, faults: &mut Vec<Diagnostic>) {
        let (activities, industries) = (self.activities(), self.industries());
        let classification = self.settings.value.classification.as_ref();
        let has_no_industries = classification.is_some_and(|c| c.industries.is_none());
        for definition in &self.definitions {
            let id = &definition.value.id;
            let name_of_file = definition.file.file_stem().unwrap_or_default().to_string_lossy();
            if **id.get_ref() != name_of_file {
                let message = format!("the id is `{id}`, and the file is called `{name_of_file}`");
                let place = definition.place(id.span());
                faults.push(Diagnostic::new(&WRONG_VALUE, place, message));
            }
            if definition.value.codes.is_empty() && definition.whole {
                let message = format!("the definition `{id}` takes in no activity");
                let fault = Diagnostic::new(&WRONG_VALUE, definition.file.as_path(), message);
                faults.push(fault.with_help("list its activities as tables `[[code]]`"));
            }
            let codes = definition.value.codes.iter().map(|line| &line.get_ref().code);
            check_unique(definition, codes, "code", faults);
            for line in &definition.value.codes {
                let line = line.get_ref();
                if let Some(activities) = activities {
                    self.check_code(definition, &line.code, activities, faults);
                }
                match (&line.industry, industries) {
                    (Some(industry), Some(industries)) => {
                        self.check_code(definition, industry, industries, faults);
                    }
                    (Some(industry), None) if has_no_industries => {
                        let message = "account.toml names no codelist of industries";
                        let place = definition.place(industry.span());
                        faults.push(Diagnostic::new(&UNKNOWN_NAME, place, message).with_help(
                            "add `industries = \"…\"` to `[classification]` in account.toml",
                        ));
                    }
                    _ => {}
                }
            }
        }
    }

    fn check_indicators(&self, faults: &mut Vec<Diagnostic>) {
        let indicators = &self.indicators.value.indicators;
        check_unique(&self.indicators, indicators.iter().map(|i| &i.id), "indicator", faults);
        for indicator in indicators {
            self.check_topic(&self.indicators, &indicator.topic, faults);
            for list in indicator.codelists.values() {
                let lists = self.codelists.keys().map(String::as_str);
                check_name(&self.indicators, list, "codelist", lists, faults);
            }
        }
    }

    fn check_claims(&self, faults: &mut Vec<Diagnostic>) {
        check_unique(&self.claims, self.all_claims().map(|claim| &claim.id), "claim", faults);
        for claim in &self.claims.value.claims {
            let (claim, span) = (claim.get_ref(), claim.span());
            self.check_topic(&self.claims, &claim.topic, faults);
            if claim.tests.is_empty() && claim.settle.is_none() {
                let message = format!("the claim `{}` has neither a test nor `settle`", claim.id);
                let help = "say what would settle it: settle = { en = \"…\" }";
                let place = self.claims.place(span);
                faults.push(Diagnostic::new(&NO_SETTLE, place, message).with_help(help));
            }
            for test in &claim.tests {
                self.check_indicator(&self.claims, &test.indicator, faults);
                for name in &test.definitions {
                    let names = self.names_of_definitions();
                    check_name(&self.claims, name, "definition or subject", names, faults);
                }
            }
        }
    }

    fn check_targets(&self, faults: &mut Vec<Diagnostic>) {
        let TargetsFile { targets, commitments } = &self.targets.value;
        check_unique(&self.targets, targets.iter().map(|target| &target.id), "target", faults);
        check_unique(&self.targets, commitments.iter().map(|c| &c.id), "commitment", faults);
        for target in targets {
            self.check_topic(&self.targets, &target.topic, faults);
            for reading in &target.readings {
                self.check_indicator(&self.targets, &reading.indicator, faults);
                for name in &reading.definitions {
                    let names = self.names_of_definitions();
                    check_name(&self.targets, name, "definition or subject", names, faults);
                }
            }
        }
        for commitment in commitments {
            self.check_topic(&self.targets, &commitment.topic, faults);
        }
    }

    fn check_proposals(&self, faults: &mut Vec<Diagnostic>) {
        let topics = self.topic_ids();
        if !self.settings.whole {
            return;
        }
        for proposal in self.proposals.iter().filter(|p| !topics.contains(&p.topic.as_str())) {
            let place = Place::Line {
                file: self.files.path(PROPOSALS),
                line: proposal.line,
                column: Some("topic".to_owned()),
            };
            faults.push(unknown(place, &proposal.topic, "topic", topics.iter().copied()));
        }
    }

    /// Whether everything that a name in the methods may stand for is known.
    pub(crate) fn inputs_whole(&self) -> bool {
        self.settings.whole && self.sources_whole
    }

    fn check_code<T>(
        &self,
        file: &Loaded<T>,
        code: &Spanned<String>,
        codelist: &Codelist,
        faults: &mut Vec<Diagnostic>,
    ) {
        if codelist.get(code.get_ref()).is_none() && !self.broken.contains(&codelist.id) {
            faults.push(unknown_code(file.place(code.span()), code.get_ref(), codelist));
        }
    }

    fn check_topic<T>(
        &self,
        file: &Loaded<T>,
        topic: &Spanned<String>,
        faults: &mut Vec<Diagnostic>,
    ) {
        if self.settings.whole {
            check_name(file, topic, "topic", self.topic_ids(), faults);
        }
    }

    fn check_indicator<T>(
        &self,
        file: &Loaded<T>,
        indicator: &Spanned<String>,
        faults: &mut Vec<Diagnostic>,
    ) {
        if self.indicators.whole {
            check_name(file, indicator, "indicator", self.indicator_ids(), faults);
        }
    }
}

/// Reads a TOML file, and checks its languages where these are known.
fn load<T: DeserializeOwned>(
    relative: &str,
    files: &mut Files,
    locales: Option<&[Locale]>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Loaded<T>> {
    let file = files.path(relative);
    let text = files.text(relative).map_err(|fault| faults.push(fault)).ok()?;
    let document = Document::parse(&file, &text, faults)?;
    if let Some(locales) = locales {
        document.check_locales(locales, faults);
    }
    let Reading { value, whole } = document.read(faults)?;
    drop(document);
    Some(Loaded { file, text, value, whole })
}

/// The same for a file that an account need not have.
fn load_optional<T: DeserializeOwned + Default>(
    relative: &str,
    files: &mut Files,
    locales: &[Locale],
    faults: &mut Vec<Diagnostic>,
) -> Loaded<T> {
    let exists = files.exists(relative);
    let loaded = if exists { load(relative, files, Some(locales), faults) } else { None };
    loaded.unwrap_or_else(|| Loaded {
        file: files.path(relative),
        text: String::new(),
        value: T::default(),
        whole: !exists,
    })
}

fn read_settings(files: &mut Files, faults: &mut Vec<Diagnostic>) -> Loaded<Settings> {
    let Some(settings) = load::<Settings>(ACCOUNT, files, None, faults) else {
        let (file, value) = (files.path(ACCOUNT), Settings::unreadable());
        return Loaded { file, text: String::new(), value, whole: false };
    };
    // Only now are the languages known.
    if let Some(document) = Document::parse(&settings.file, &settings.text, faults) {
        document.check_locales(&settings.value.locales, faults);
    }
    settings
}

fn read_codelists(
    files: &mut Files,
    locales: &[Locale],
    faults: &mut Vec<Diagnostic>,
) -> (BTreeMap<String, Codelist>, BTreeSet<String>) {
    let mut codelists = BTreeMap::new();
    let mut broken = BTreeSet::new();
    for name in list(files, CODELISTS, ".csv", faults) {
        let relative = format!("{CODELISTS}/{name}.csv");
        let before = faults.len();
        let codelist = match files.text(&relative) {
            Ok(text) => codelists::read(&name, &files.path(&relative), &text, locales, faults),
            Err(fault) => {
                faults.push(fault);
                Codelist::new(name.as_str())
            }
        };
        if faults.len() > before {
            broken.insert(name.clone());
        }
        codelists.insert(name, codelist);
    }
    (codelists, broken)
}

fn read_sources(
    files: &mut Files,
    locales: &[Locale],
    codelists: &BTreeMap<String, Codelist>,
    faults: &mut Vec<Diagnostic>,
) -> (Vec<Source>, bool) {
    let mut read = Vec::new();
    let mut whole = true;
    for id in source_ids(files, faults) {
        let description: Option<Loaded<SourceFile>> =
            load(&sources::description(&id), files, Some(locales), faults);
        match description {
            Some(description) => {
                whole &= description.whole;
                read.push(sources::read(&id, description, files, codelists, faults));
            }
            None => whole = false,
        }
    }
    (read, whole)
}

/// The ids of an account's sources.
pub(crate) fn source_ids(files: &Files, faults: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut ids = list(files, SOURCES, "", faults);
    ids.retain(|id| files.path(&format!("{SOURCES}/{id}")).is_dir());
    ids
}

/// One source; `None` where its source.toml can't be read.
pub(crate) fn read_source(
    id: &str,
    files: &mut Files,
    locales: &[Locale],
    codelists: &BTreeMap<String, Codelist>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Source> {
    let description = load(&sources::description(id), files, Some(locales), faults)?;
    Some(sources::read(id, description, files, codelists, faults))
}

/// Codelists by name.
pub(crate) type Codelists = BTreeMap<String, Codelist>;

/// What sources are read with: the account's languages and codelists.
pub(crate) fn settings_and_codelists(
    files: &mut Files,
) -> Result<(Loaded<Settings>, Codelists), Vec<Diagnostic>> {
    if !files.exists(ACCOUNT) {
        return Err(vec![not_an_account(files.root())]);
    }
    let mut faults = Vec::new();
    let settings = read_settings(files, &mut faults);
    let (codelists, _) = read_codelists(files, &settings.value.locales, &mut faults);
    if faults.is_empty() { Ok((settings, codelists)) } else { Err(faults) }
}

fn not_an_account(root: &Path) -> Diagnostic {
    let message = match root.exists() {
        true => format!("there is no `{ACCOUNT}` in the folder"),
        false => "the folder does not exist".to_owned(),
    };
    let help = "`olshem new my-account` makes an account of one's own";
    Diagnostic::new(&NOT_AN_ACCOUNT, root, message).with_help(help)
}

fn read_definitions(
    files: &mut Files,
    locales: &[Locale],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Loaded<Definition>> {
    list(files, DEFINITIONS, ".toml", faults)
        .iter()
        .filter_map(|name| {
            load(&format!("{DEFINITIONS}/{name}.toml"), files, Some(locales), faults)
        })
        .collect()
}

fn read_methods(
    files: &mut Files,
    faults: &mut Vec<Diagnostic>,
) -> (Vec<olshem_vtl::Source>, bool) {
    let mut methods = Vec::new();
    let before = faults.len();
    for name in list(files, METHODS, ".vtl", faults) {
        let relative = format!("{METHODS}/{name}.vtl");
        match files.text(&relative) {
            Ok(text) => methods.push(olshem_vtl::Source::new(files.path(&relative), text)),
            Err(fault) => faults.push(fault),
        }
    }
    (methods, faults.len() == before)
}

fn read_proposals(
    files: &mut Files,
    locales: &[Locale],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Proposal> {
    if !files.exists(PROPOSALS) {
        return Vec::new();
    }
    match files.text(PROPOSALS) {
        Ok(text) => proposals::read(&files.path(PROPOSALS), &text, locales, faults),
        Err(fault) => {
            faults.push(fault);
            Vec::new()
        }
    }
}

/// The names in a folder that end so, without the ending.
fn list(files: &Files, folder: &str, ending: &str, faults: &mut Vec<Diagnostic>) -> Vec<String> {
    let names = files.list(folder).unwrap_or_else(|fault| {
        faults.push(fault);
        Vec::new()
    });
    names.iter().filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

/// A misspelt file would be passed over without a word. Other files are the user's business.
fn check_spelling_of_files(files: &Files, faults: &mut Vec<Diagnostic>) {
    const KNOWN: [&str; 10] = [
        ACCOUNT,
        CLAIMS,
        CODELISTS,
        DEFINITIONS,
        INDICATORS,
        MAP,
        METHODS,
        PROPOSALS,
        SOURCES,
        TARGETS,
    ];
    for name in files.list("").unwrap_or_default() {
        // Two letters, and no more: `methods.md` is no slip for `methods`.
        let Some(meant) = spelling::nearest_within(&name, KNOWN, 2).filter(|meant| *meant != name)
        else {
            continue;
        };
        let message = format!("`{name}` means nothing in an account");
        faults.push(
            Diagnostic::new(&MISSPELT_FILE, files.path(&name), message)
                .with_help(format!("did you mean `{meant}`?")),
        );
    }
}

fn check_unique<'a, T, I: AsRef<str> + 'a>(
    file: &Loaded<T>,
    ids: impl Iterator<Item = &'a Spanned<I>>,
    what: &str,
    faults: &mut Vec<Diagnostic>,
) {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids {
        let (text, span) = (id.get_ref().as_ref(), id.span());
        match first.get(text) {
            None => {
                first.insert(text, span.start);
            }
            Some(&start) => {
                let message = format!("the {what} `{text}` is there twice");
                faults.push(
                    Diagnostic::new(&DUPLICATE_ID, file.place(span), message)
                        .with_help(format!("it is first in line {}", file.line(start))),
                );
            }
        }
    }
}

/// Checks that a name stands for something.
pub(crate) fn check_name<'a, T>(
    file: &Loaded<T>,
    name: &Spanned<String>,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    faults: &mut Vec<Diagnostic>,
) {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if !candidates.contains(&name.get_ref().as_str()) {
        faults.push(unknown(file.place(name.span()), name.get_ref(), what, candidates));
    }
}

/// The fault that a name stands for nothing.
pub(crate) fn unknown<'a>(
    place: Place,
    name: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let mut fault = Diagnostic::new(&UNKNOWN_NAME, place, format!("there is no {what} `{name}`"));
    fault.help = spelling::advice(name, candidates.into_iter().collect::<Vec<_>>());
    fault
}

/// The fault that a code is not in its codelist.
pub(crate) fn unknown_code(place: Place, code: &str, codelist: &Codelist) -> Diagnostic {
    let message = format!("`{code}` is not in the codelist `{}`", codelist.id);
    let mut fault = Diagnostic::new(&UNKNOWN_CODE, place, message);
    fault.help = match codelist.find(code) {
        Some(item) => Some(format!("its code is `{}`", item.code)),
        None => spelling::advice(code, codelists::codes(codelist)),
    };
    fault
}
