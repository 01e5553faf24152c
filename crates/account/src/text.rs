//! Text in one language or several.

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A text: one string for every language, or one for each.
///
/// ```
/// use olshem_account::Text;
///
/// let text: Text = serde_json::from_str(r#"{ "en": "Culture", "ru": "Культура" }"#)?;
/// assert_eq!(text.get("ru"), "Культура");
/// assert_eq!(text.get("kk"), "Culture");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Text {
    /// The same in every language.
    Same(String),
    /// By language tag; never empty.
    Localised(BTreeMap<String, String>),
}

impl Text {
    /// The text in that language; in English where it lacks that, and in any language where it lacks
    /// English too.
    pub fn get(&self, locale: &str) -> &str {
        match self {
            Self::Same(text) => text,
            Self::Localised(texts) => texts
                .get(locale)
                .or_else(|| texts.get("en"))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Same(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or a table of strings by language")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(text.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((locale, text)) = map.next_entry()? {
                    texts.insert(locale, text);
                }
                if texts.is_empty() {
                    return Err(de::Error::custom("the text is in no language"));
                }
                Ok(Text::Localised(texts))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}
