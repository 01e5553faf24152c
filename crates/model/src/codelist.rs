//! Codelists: the codes that a component may take, their hierarchy and labels.

use std::collections::BTreeMap;

/// A language tag (`kk`, `ru`, `en`) and the text in that language.
pub type Labels = BTreeMap<String, String>;

/// A remark of whoever maintains a codelist or the like (SDMX: annotation).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// What kind of remark, where that is said.
    pub kind: Option<String>,
    /// A short text without a language.
    pub title: Option<String>,
    /// An address.
    pub url: Option<String>,
    /// The remark, by language.
    pub texts: Labels,
}

/// An ordered list of codes, each with labels and, in a hierarchy, the code it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codelist {
    /// Its identifier: `regions`, `activities`.
    pub id: String,
    items: Vec<Item>,
    by_code: BTreeMap<String, usize>,
}

/// One code of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The code.
    pub code: String,
    /// The code that this one is a part of.
    pub parent: Option<String>,
    /// What it is called, by language.
    pub labels: Labels,
    /// What it is, by language, where its label does not say all.
    pub descriptions: Labels,
    /// Remarks of the list's maintainer.
    pub annotations: Vec<Annotation>,
    /// Other spellings under which files name it.
    pub aliases: Vec<String>,
}

impl Codelist {
    /// An empty list of that name.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Adds a code; gives it back where the list has that code already.
    pub fn push(&mut self, item: Item) -> Result<(), Item> {
        if self.by_code.contains_key(&item.code) {
            return Err(item);
        }
        self.by_code.insert(item.code.clone(), self.items.len());
        self.items.push(item);
        Ok(())
    }

    /// The codes in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The item of that code.
    pub fn get(&self, code: &str) -> Option<&Item> {
        self.by_code.get(code).map(|&at| &self.items[at])
    }

    /// The item that a file means by `text`: a code, a label in any language, or an alias; case and
    /// white space at the ends do not matter.
    pub fn find(&self, text: &str) -> Option<&Item> {
        let wanted = text.trim();
        self.get(wanted).or_else(|| {
            let folded = wanted.to_lowercase();
            self.items.iter().find(|item| {
                item.labels.values().chain(&item.aliases).any(|l| l.to_lowercase() == folded)
            })
        })
    }

    /// The label of a code in a language; in any other where that is missing; the code itself where
    /// there is none.
    pub fn label<'a>(&'a self, code: &'a str, locale: &str) -> &'a str {
        self.get(code)
            .and_then(|item| item.labels.get(locale).or_else(|| item.labels.values().next()))
            .map_or(code, String::as_str)
    }

    /// The codes directly below `code`.
    pub fn children<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.parent.as_deref() == Some(code))
    }

    /// Whether `code` is `ancestor` or below it.
    pub fn is_within(&self, code: &str, ancestor: &str) -> bool {
        let mut current = Some(code);
        // A chain of parents longer than the list would be a cycle.
        for _ in 0..=self.items.len() {
            match current {
                Some(c) if c == ancestor => return true,
                Some(c) => current = self.get(c).and_then(|item| item.parent.as_deref()),
                None => return false,
            }
        }
        false
    }
}
