//! The languages of the interface, and its words in them.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use olshem_account::Text;
use olshem_model::Code;
use std::fmt;
use unic_langid::LanguageIdentifier;

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Locale {
    /// Kazakh
    Kk,
    /// Russian
    Ru,
    /// English
    En,
}

impl Locale {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// Its language tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language of a tag or of a POSIX locale: `ru`, `ru-KZ`, `ru_RU.UTF-8`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['_', '-', '.', '@']).next()?;
        Self::ALL.into_iter().find(|l| l.tag().eq_ignore_ascii_case(language))
    }

    /// The language that the environment asks for, if it is one of ours. The first of the three
    /// variables that is set decides, as POSIX has it; `C` asks for none.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let value = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()))?;
        Self::from_tag(&value)
    }

    /// The words of all programs, and those of the pages.
    fn sources(self) -> [&'static str; 2] {
        match self {
            Self::Kk => {
                [include_str!("../locales/kk.ftl"), include_str!("../locales/pages.kk.ftl")]
            }
            Self::Ru => {
                [include_str!("../locales/ru.ftl"), include_str!("../locales/pages.ru.ftl")]
            }
            Self::En => {
                [include_str!("../locales/en.ftl"), include_str!("../locales/pages.en.ftl")]
            }
        }
    }

    /// The titles of all error codes; the English ones stand in the code.
    pub fn titles(self) -> &'static str {
        match self {
            Self::Kk => include_str!("../locales/codes.kk.ftl"),
            Self::Ru => include_str!("../locales/codes.ru.ftl"),
            Self::En => "",
        }
    }
}

/// The interface in one language.
pub struct Words {
    locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Words").field(&self.locale).finish()
    }
}

impl Words {
    /// The words of that language.
    pub fn new(locale: Locale) -> Self {
        let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // The marks that isolate bidirectional text would end up in files and searches.
        bundle.set_use_isolating(false);
        for source in locale.sources().into_iter().chain([locale.titles()]) {
            // Messages with faults would be left out of the resource; a test admits none.
            let resource = FluentResource::try_new(source.to_owned());
            bundle.add_resource_overriding(resource.unwrap_or_else(|(parsed, faults)| {
                debug_assert!(faults.is_empty(), "{faults:?}");
                parsed
            }));
        }
        Self { locale, bundle }
    }

    /// Which language it is.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// A message without arguments.
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// A message with its arguments.
    pub fn with(&self, key: &str, arguments: &[(&str, FluentValue<'_>)]) -> String {
        let pattern = self.bundle.get_message(key).and_then(|message| message.value());
        debug_assert!(pattern.is_some(), "no message `{key}` in {}", self.locale.tag());
        let Some(pattern) = pattern else { return key.to_owned() };
        let mut values = FluentArgs::new();
        for (name, value) in arguments {
            values.set(*name, value.clone());
        }
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut faults).into_owned();
        debug_assert!(faults.is_empty(), "`{key}` in {}: {faults:?}", self.locale.tag());
        text
    }

    /// What an error code stands for.
    pub fn title(&self, code: &Code) -> String {
        let key = format!("code-{}", code.id);
        match self.bundle.has_message(&key) {
            true => self.get(&key),
            false => code.title.to_owned(),
        }
    }

    /// A text of the account in this language.
    pub fn text<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.locale.tag())
    }

    /// A number as this language writes it.
    pub fn number(&self, value: f64, decimals: usize) -> String {
        crate::number::number(value, decimals, self.locale)
    }

    /// An ISO date, to the day, month or year; any other text as it is.
    pub fn date(&self, iso: &str) -> String {
        let parts: Option<Vec<u16>> = iso.split('-').map(|part| part.parse().ok()).collect();
        match parts.as_deref() {
            Some(&[year, month @ 1..=12]) => {
                let month = self.with("month", &[("month", month.into())]);
                self.with(
                    "date-month",
                    &[("year", year.to_string().into()), ("month", month.into())],
                )
            }
            Some(&[year, month @ 1..=12, day]) => {
                let month = self.with("month-of-day", &[("month", month.into())]);
                let year = year.to_string();
                self.with(
                    "date-day",
                    &[("year", year.into()), ("month", month.into()), ("day", day.into())],
                )
            }
            _ => iso.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// The keys of all messages, in their order; there must be no fault among these.
    fn keys(source: &'static str) -> Vec<&'static str> {
        let parsed = FluentResource::try_new(source.to_owned());
        assert!(parsed.is_ok(), "{:?}", parsed.err().map(|(_, faults)| faults));
        let is_key = |key: &&str| key.starts_with(|c: char| c.is_ascii_lowercase());
        let lines = source.lines();
        lines.filter_map(|l| l.split_once(" =")).map(|(key, _)| key).filter(is_key).collect()
    }

    /// The text of every source file in a folder.
    fn sources(folder: &Path) -> String {
        let mut text = String::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            text += &match path.is_dir() {
                true => sources(&path),
                false => std::fs::read_to_string(&path).unwrap(),
            };
        }
        text
    }

    #[test]
    fn all_languages_have_the_same_messages() {
        for locale in Locale::ALL {
            let (own, english) = (locale.sources(), Locale::En.sources());
            assert_eq!(own.map(keys), english.map(keys), "{}", locale.tag());
        }
    }

    #[test]
    fn every_message_is_used() {
        let crates = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let code =
            ["words", "cli", "observatory"].map(|name| sources(&crates.join(name).join("src")));
        let code = code.concat();
        let unused: Vec<_> = Locale::En
            .sources()
            .into_iter()
            .flat_map(keys)
            .filter(|key| !code.contains(&format!("\"{key}\"")))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn the_environment_chooses_as_posix_says() {
        let from = |set: &[(&str, &str)]| {
            Locale::from_environment(|name| {
                set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(from(&[("LANG", "kk_KZ.UTF-8")]), Some(Locale::Kk));
        assert_eq!(from(&[("LANG", "kk_KZ.UTF-8"), ("LC_ALL", "ru_RU")]), Some(Locale::Ru));
        assert_eq!(from(&[("LANG", "en_GB"), ("LC_ALL", "")]), Some(Locale::En));
        assert_eq!(from(&[("LANG", "ru_RU"), ("LC_MESSAGES", "C")]), None);
        assert_eq!(from(&[("LANG", "de_DE.UTF-8")]), None);
        assert_eq!(from(&[]), None);
    }

    #[test]
    fn dates_are_written_out() {
        for (iso, [en, ru, kk]) in [
            ("2023-09-01", ["1 September 2023", "1 сентября 2023 г.", "2023 жылғы 1 қыркүйек"]),
            ("2023-09", ["September 2023", "сентябрь 2023 г.", "2023 жылғы қыркүйек"]),
            ("2023", ["2023", "2023", "2023"]),
            ("2023-13", ["2023-13", "2023-13", "2023-13"]),
            ("2023-Q1", ["2023-Q1", "2023-Q1", "2023-Q1"]),
        ] {
            assert_eq!(Words::new(Locale::En).date(iso), en);
            assert_eq!(Words::new(Locale::Ru).date(iso), ru);
            assert_eq!(Words::new(Locale::Kk).date(iso), kk);
        }
    }

    #[test]
    fn plurals_follow_the_language() {
        let count = |locale, n: usize| Words::new(locale).with("claims-count", &[("n", n.into())]);
        assert_eq!(count(Locale::En, 1), "1 claim");
        assert_eq!(count(Locale::En, 21), "21 claims");
        assert_eq!(count(Locale::Ru, 1), "1 утверждение");
        assert_eq!(count(Locale::Ru, 3), "3 утверждения");
        assert_eq!(count(Locale::Ru, 11), "11 утверждений");
        assert_eq!(count(Locale::Ru, 21), "21 утверждение");
        assert_eq!(count(Locale::Kk, 5), "5 мәлімдеме");
    }
}
