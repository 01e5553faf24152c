//! What an account rests on, in the terms of SDMX: codelists, a data structure and a dataflow for each
//! indicator, definitions as hierarchies, methods as transformation schemes.
//!
//! All of it is the account's: its agency is called by the account's id, and provides the data. Each
//! artefact says in an annotation in which file of the account it stands.

use crate::Account;
use crate::compile::Compiled;
use crate::definitions::{Definition, DefinitionCode, Verification};
use crate::folder::{Folder, INDICATORS};
use crate::indicators::Indicator;
use crate::projection::{DEFINITION, OTHER_INDUSTRY, with_definition};
use crate::report::Kind;
use crate::table::codelist_of;
use crate::text::Text;
use olshem_formats::identifier;
use olshem_formats::message::{Description, Variable};
use olshem_formats::metadata::{
    Artefact, Class, Hierarchy, Metadata, Node, Provision, Reference, Transformation,
};
use olshem_model::codelist::{Annotation, Item, Labels};
use olshem_model::{Codelist, Component, DataStructure, DataType, Role};
use olshem_vtl::ast;
use olshem_vtl::program::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The version of every artefact: what an account says now.
const VERSION: &str = "1.0";
/// The version of VTL that methods are written in.
const VTL: &str = "2.2";

/// The structural metadata of an account.
pub fn metadata(account: &Account) -> Metadata {
    let folder = account.folder();
    Export { folder, compiled: account.compiled(), agency: identifier(&folder.settings.value.id) }
        .all()
}

struct Export<'a> {
    folder: &'a Folder,
    compiled: &'a Compiled,
    agency: String,
}

impl Export<'_> {
    fn all(&self) -> Metadata {
        let settings = &self.folder.settings.value;
        let agency = Item {
            code: self.agency.clone(),
            labels: self.labels(&settings.name),
            ..Item::default()
        };
        // Who maintains the structures also provides the data. The ids of both lists are the standard's.
        let schemes =
            [(Class::AgencyScheme, "AGENCIES"), (Class::DataProviderScheme, "DATA_PROVIDERS")];
        let schemes = schemes.map(|(class, id)| {
            let names = self.labels(&settings.name);
            let scheme = Artefact::new(self.reference(class, id), names, vec![agency.clone()]);
            of_file(scheme, "account.toml")
        });
        let provider = self.reference(Class::DataProviderScheme, "DATA_PROVIDERS");
        let provider = provider.item(self.agency.clone());
        let mut metadata = Metadata {
            item_schemes: schemes.to_vec(),
            codelists: self.codelists(),
            hierarchies: self
                .folder
                .definitions
                .iter()
                .map(|d| of_file(self.definition(&d.value), &within("definitions", &d.file)))
                .collect(),
            ..Metadata::default()
        };
        for indicator in &self.folder.indicators.value.indicators {
            if let Some(made) = self.indicator(indicator, &metadata.codelists) {
                metadata.extend(made);
            }
        }
        let provision = |flow: &Artefact<Option<Reference>>| {
            let id = flow.reference.id.clone();
            let content = Provision {
                dataflow: Some(flow.reference.clone()),
                provider: Some(provider.clone()),
            };
            let reference = self.reference(Class::ProvisionAgreement, id);
            of_file(Artefact::new(reference, flow.names.clone(), content), INDICATORS)
        };
        metadata.provision_agreements = metadata.dataflows.iter().map(provision).collect();
        for source in &self.folder.methods {
            metadata.extend(self.methods(source));
        }
        metadata
    }

    /// A text by language; in one for all, in the account's first.
    fn labels(&self, text: &Text) -> Labels {
        match text {
            Text::Localised(texts) => texts.clone(),
            Text::Same(text) => {
                let first = self.folder.settings.value.locales.first();
                let language = first.map_or("en", |locale| locale.as_ref());
                Labels::from([(language.to_owned(), text.clone())])
            }
        }
    }

    fn reference(&self, class: Class, id: impl Into<String>) -> Reference {
        Reference::new(class, &self.agency, id, VERSION)
    }

    /// What a codelist of the account is referred to by.
    fn list(&self, id: &str) -> Reference {
        self.reference(Class::Codelist, format!("CL_{}", identifier(id).to_uppercase()))
    }

    fn codelists(&self) -> Vec<Artefact<Codelist>> {
        let industries = self.folder.industries().map(|list| &list.id);
        let mut made = Vec::new();
        for (id, list) in &self.folder.codelists {
            let mut codes = Codelist::new(id.clone());
            for item in list.items() {
                let aliases = item.aliases.iter().map(|alias| remark("ALIAS", alias.clone()));
                let annotations = item.annotations.iter().cloned().chain(aliases).collect();
                let item = Item { annotations, aliases: Vec::new(), ..item.clone() };
                // The codes of a list are different.
                drop(codes.push(item));
            }
            if industries == Some(&list.id) {
                // What a definition groups into none of them.
                drop(codes.push(Item { code: OTHER_INDUSTRY.to_owned(), ..Item::default() }));
            }
            let list = Artefact::new(self.list(id), Labels::new(), codes);
            made.push(of_file(list, &format!("codelists/{id}.csv")));
        }
        if !self.folder.definitions.is_empty() {
            let mut codes = Codelist::new(DEFINITION);
            for definition in &self.folder.definitions {
                let definition = &definition.value;
                drop(codes.push(Item {
                    code: definition.id.get_ref().to_string(),
                    labels: self.labels(&definition.name),
                    ..Item::default()
                }));
            }
            made.push(of_file(
                Artefact::new(self.list(DEFINITION), Labels::new(), codes),
                "definitions",
            ));
        }
        made
    }

    /// A definition's codes with their weights, by industry where they have one.
    fn definition(&self, definition: &Definition) -> Artefact<Vec<Hierarchy>> {
        let settings = &self.folder.settings.value;
        let lists = settings.classification.as_ref().map(|classification| {
            let industries =
                classification.industries.as_ref().map(|list| self.list(list.get_ref()));
            (self.list(classification.activities.get_ref()), industries)
        });
        let (activities, industries) = lists.unwrap_or_else(|| (self.list("activities"), None));
        let mut top: Vec<Node> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for line in &definition.codes {
            let line = line.get_ref();
            let code = self.code(line, &activities);
            let industry = line.industry.as_ref().map(|industry| industry.get_ref().as_str());
            let (Some(industry), Some(list)) = (industry, &industries) else {
                top.push(code);
                continue;
            };
            let place = *places.entry(industry).or_insert_with(|| {
                top.push(node(industry, list, Vec::new()));
                top.len() - 1
            });
            if let Some(group) = top.get_mut(place) {
                group.children.push(code);
            }
        }
        let id = definition.id.get_ref().to_string();
        let names = self.labels(&definition.name);
        let item = Item { code: id.clone(), labels: names.clone(), ..Item::default() };
        let hierarchies = vec![Hierarchy { item, levels: Vec::new(), nodes: top }];
        let reference = self.reference(Class::HierarchicalCodelist, id);
        let mut artefact = Artefact::new(reference, names, hierarchies);
        artefact.descriptions =
            definition.note.as_ref().map(|note| self.labels(note)).unwrap_or_default();
        let subject = definition.subject.as_ref().map(|subject| subject.get_ref().to_string());
        let said = [
            ("OWNER", Some(definition.owner.clone())),
            ("VERSION", Some(definition.version.clone())),
            ("SUBJECT", subject),
            ("PUBLISHED", Some(definition.published.clone())),
            ("CLASSIFICATION", Some(definition.classification.clone())),
        ];
        let said = said.into_iter().filter_map(|(kind, title)| Some(remark(kind, title?)));
        artefact.annotations = said.collect();
        artefact
    }

    fn code(&self, line: &DefinitionCode, activities: &Reference) -> Node {
        let status = match line.status {
            Verification::Read => "read",
            Verification::ReadPart => "read-part",
            Verification::Recalled => "recalled",
        };
        let mut annotations = vec![
            remark("WEIGHT", line.weight.get().to_string()),
            remark("STATUS", status.to_owned()),
        ];
        annotations.extend(line.origin.clone().map(|origin| remark("ORIGIN", origin)));
        if line.leakage {
            annotations.push(remark("LEAKAGE", "true".to_owned()));
        }
        node(line.code.get_ref(), activities, annotations)
    }

    /// The structure and the dataflow of an indicator, as a release has it.
    fn indicator(&self, indicator: &Indicator, lists: &[Artefact<Codelist>]) -> Option<Metadata> {
        let step = self.compiled.step(indicator.id.get_ref())?;
        let Value::Dataset(result) = &step.statement.value else { return None };
        let structure = match step.depends {
            true => with_definition(&result.structure),
            false => result.structure.clone(),
        };
        let shown = self.compiled.measures.get(&**indicator.id.get_ref());
        let title = self.labels(&indicator.title);
        let mut variables = Vec::new();
        for component in by_role(&structure) {
            let mut variable = Variable::new(component.clone());
            let list = match component.name == DEFINITION {
                true => Some(self.list(DEFINITION)),
                false => self.list_of(indicator, component),
            };
            let list = list.filter(|_| !component.data_type.is_temporal());
            let list = list.and_then(|list| lists.iter().find(|known| known.reference == list));
            if let Some(list) = list {
                variable.codelist = Some(Arc::new(list.content.clone()));
                variable.representation = Some(list.reference.clone());
            }
            if shown == Some(&component.name) {
                variable.names.clone_from(&title);
                variable.unit = self.labels(&indicator.unit);
                variable.decimals = u32::try_from(indicator.decimals).ok().filter(|d| *d > 0);
            }
            variables.push(variable);
        }
        // A number may be known only within bounds.
        let is_number =
            |c: &&Component| matches!(c.data_type, DataType::Number | DataType::Integer);
        for measure in structure.measures().filter(is_number) {
            for bound in ["LOW", "HIGH"] {
                let name = format!("{}_{bound}", measure.name);
                variables.push(Variable::new(Component::attribute(name, DataType::Number)));
            }
        }
        let description = Description {
            id: indicator.id.get_ref().to_string(),
            names: title,
            variables,
            ..Description::default()
        };
        let (_, mut made) = description.with_metadata(&self.agency);
        made.structures = all_of_file(made.structures);
        made.concept_schemes = all_of_file(made.concept_schemes);
        made.dataflows = all_of_file(made.dataflows);
        for dataflow in &mut made.dataflows {
            dataflow.descriptions =
                indicator.note.as_ref().map(|note| self.labels(note)).unwrap_or_default();
            let kind = match indicator.kind {
                Kind::Measured => "measured",
                Kind::Published => "published",
                Kind::Intention => "intention",
            };
            dataflow.annotations.push(remark("KIND", kind.to_owned()));
            dataflow.annotations.push(remark("TOPIC", indicator.topic.get_ref().clone()));
            dataflow.annotations.extend(indicator.method.as_ref().map(|method| Annotation {
                kind: Some("METHOD".to_owned()),
                url: Some(method.link.clone()),
                texts: method.name.clone(),
                ..Annotation::default()
            }));
        }
        Some(made)
    }

    fn list_of(&self, indicator: &Indicator, component: &Component) -> Option<Reference> {
        if let Some(list) = codelist_of(self.folder, indicator, component) {
            return Some(self.list(&list.id));
        }
        let codes = component.codes.as_ref()?;
        let is_other = codes.last().is_some_and(|code| code == OTHER_INDUSTRY);
        self.folder.industries().filter(|_| is_other).map(|list| self.list(&list.id))
    }

    /// A file of methods: its statements, and what it defines for others.
    fn methods(&self, source: &olshem_vtl::Source) -> Metadata {
        let stem = source.path.file_stem().unwrap_or_default().to_string_lossy();
        let id = identifier(&stem).to_uppercase();
        let names = Labels::from([("en".to_owned(), stem.into_owned())]);
        let mut statements = Vec::new();
        let (mut operators, mut rulesets) = (Vec::new(), Vec::new());
        let (items, _) = olshem_vtl::parse(source);
        for (number, item) in items.iter().enumerate() {
            let between = |start: u32, end: u32| {
                source.text.get(start as usize..end as usize).unwrap_or_default().to_owned()
            };
            let defined = |name: &ast::Name, end: &[&str], kind: &str| Item {
                code: name.text.clone(),
                annotations: vec![remark(kind, definition_of(&source.text, name, end))],
                ..Item::default()
            };
            match item {
                ast::Item::Assignment(assignment) => {
                    let item = Item {
                        // As VTL's order is free, the number only tells them apart.
                        code: format!("T{}", number + 1),
                        labels: Labels::from([("en".to_owned(), assignment.name.text.clone())]),
                        ..Item::default()
                    };
                    let span = assignment.value.span;
                    statements.push(Transformation {
                        item,
                        result: assignment.name.text.clone(),
                        is_persistent: assignment.persistent,
                        expression: between(span.start, span.end),
                    });
                }
                ast::Item::Operator(operator) => {
                    operators.push(defined(&operator.name, &["operator"], "OperatorDefinition"));
                }
                ast::Item::Datapoint(ruleset) => {
                    let end = ["datapoint", "ruleset"];
                    rulesets.push(defined(&ruleset.name, &end, "RulesetDefinition"));
                }
                ast::Item::Hierarchical(ruleset) => {
                    let end = ["hierarchical", "ruleset"];
                    rulesets.push(defined(&ruleset.name, &end, "RulesetDefinition"));
                }
                // SDMX has no scheme for these.
                ast::Item::Propagation(_) | ast::Item::Broken(_) => {}
            }
        }
        let file = within("methods", &source.path);
        let scheme = |class: Class, prefix: &str| self.reference(class, format!("{prefix}_{id}"));
        let of_vtl = || remark("vtlVersion", VTL.to_owned());
        let mut made = Metadata::default();
        for (class, prefix, items) in [
            (Class::UserDefinedOperatorScheme, "UDO", operators),
            (Class::RulesetScheme, "RS", rulesets),
        ] {
            if !items.is_empty() {
                let artefact = Artefact::new(scheme(class, prefix), names.clone(), items);
                let mut artefact = of_file(artefact, &file);
                artefact.annotations.push(of_vtl());
                made.item_schemes.push(artefact);
            }
        }
        if !statements.is_empty() {
            let reference = scheme(Class::TransformationScheme, "TS");
            let mut artefact = of_file(Artefact::new(reference, names, statements), &file);
            artefact.annotations.push(of_vtl());
            artefact.annotations.extend(made.item_schemes.iter().map(|used| {
                let (_, class) = used.reference.class.name(false);
                Annotation {
                    kind: Some(class.to_owned()),
                    url: Some(used.reference.to_string()),
                    ..Annotation::default()
                }
            }));
            made.transformation_schemes.push(artefact);
        }
        made
    }
}

/// The whole text of a definition: from `define` before its name to the words after `end`.
fn definition_of(text: &str, name: &ast::Name, last_words: &[&str]) -> String {
    let (before, after) = text.split_at_checked(name.span.start as usize).unwrap_or_default();
    let start = before.rfind("define").unwrap_or(before.len());
    let mut end = 0;
    while let Some(found) = after.get(end..).and_then(|rest| rest.find("end")) {
        end += found + "end".len();
        let mut rest = after.get(end..).unwrap_or_default();
        let is_last = last_words.iter().all(|word| {
            let next = rest.trim_start().strip_prefix(word);
            rest = next.unwrap_or(rest);
            next.is_some()
        });
        if is_last {
            end = after.len() - rest.len();
            break;
        }
    }
    let definition = after.get(..end).unwrap_or(after);
    format!("{}{definition}", before.get(start..).unwrap_or_default())
}

fn by_role(structure: &DataStructure) -> impl Iterator<Item = &Component> {
    let of = |role: Role| structure.in_role(role);
    of(Role::Identifier).chain(of(Role::Measure)).chain(structure.attributes())
}

fn node(code: &str, list: &Reference, annotations: Vec<Annotation>) -> Node {
    Node {
        id: code.to_owned(),
        code: list.item(code),
        valid_from: None,
        valid_to: None,
        annotations,
        children: Vec::new(),
    }
}

/// An artefact that says in which file of the account it stands.
fn of_file<T>(mut artefact: Artefact<T>, file: &str) -> Artefact<T> {
    artefact.annotations.push(remark("FILE", file.to_owned()));
    artefact
}

/// The same of what an indicator is.
fn all_of_file<T>(artefacts: Vec<Artefact<T>>) -> Vec<Artefact<T>> {
    artefacts.into_iter().map(|artefact| of_file(artefact, INDICATORS)).collect()
}

/// The path of a file in a folder of the account.
fn within(folder: &str, file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    format!("{folder}/{name}")
}

fn remark(kind: &str, title: String) -> Annotation {
    Annotation { kind: Some(kind.to_owned()), title: Some(title), ..Annotation::default() }
}
