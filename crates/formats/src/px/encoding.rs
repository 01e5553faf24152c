//! In which code page a PC-Axis file is written.
//!
//! `CODEPAGE` names it. Before there was `CODEPAGE`, `CHARSET="ANSI"` meant the code page that Windows
//! had for the language, and no `CHARSET` that of DOS. Files are often converted to UTF-8 by those who
//! pass them on, and go on to say what they were before; text of another code page is practically never
//! valid UTF-8, so what is, is taken for that.

use super::source::Raw;
use encoding_rs::Encoding;
use std::borrow::Cow;

/// A code page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Encoded {
    In(&'static Encoding),
    /// DOS: what each byte from 128 on means.
    Dos(&'static str),
}

const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤\
                     ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧\
                     ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

impl Encoded {
    /// That of a file with these statements; or the name that it gives to one that is not known.
    pub(super) fn of(statements: &[Raw]) -> Result<Self, (String, usize)> {
        let is_utf8 = statements.iter().all(|s| std::str::from_utf8(&s.bytes).is_ok());
        let is_ascii = statements.iter().all(|s| s.bytes.is_ascii());
        let utf8 = Self::In(encoding_rs::UTF_8);
        if is_utf8 && !is_ascii {
            return Ok(utf8);
        }
        match (value(statements, "CODEPAGE"), value(statements, "CHARSET")) {
            (Some((name, line)), _) => Self::named(&name).ok_or((name, line)),
            (None, Some(_)) => Ok(Self::In(windows(value(statements, "LANGUAGE")))),
            (None, None) => Ok(Self::Dos(CP850)),
        }
    }

    fn named(name: &str) -> Option<Self> {
        let folded = name.trim().to_ascii_lowercase();
        let number = folded.trim_start_matches(|c: char| !c.is_ascii_digit());
        match number {
            "850" | "858" => return Some(Self::Dos(CP850)),
            "437" => return Some(Self::Dos(CP437)),
            _ => {}
        }
        let found = Encoding::for_label(folded.as_bytes()).or_else(|| match number {
            "" => (folded == "ansi").then_some(encoding_rs::WINDOWS_1252),
            "65001" => Some(encoding_rs::UTF_8),
            "866" => Some(encoding_rs::IBM866),
            "932" => Some(encoding_rs::SHIFT_JIS),
            "936" => Some(encoding_rs::GBK),
            _ => Encoding::for_label(format!("windows-{number}").as_bytes()),
        });
        found.map(|encoding| match encoding.is_ascii_compatible() {
            true => Self::In(encoding),
            // Bytes of UTF-16 have become UTF-8 before.
            false => Self::In(encoding_rs::UTF_8),
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::In(encoding) => encoding.name(),
            Self::Dos(table) if table == CP850 => "cp850",
            Self::Dos(_) => "cp437",
        }
    }

    /// The text; `None` if it is not in this code page.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::In(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            }
            Self::Dos(table) => {
                let character = |&byte: &u8| match byte.checked_sub(128) {
                    None => Some(char::from(byte)),
                    Some(upper) => table.chars().nth(usize::from(upper)),
                };
                bytes.iter().map(character).collect::<Option<String>>().map(Cow::Owned)
            }
        }
    }
}

/// The value of a keyword that has a plain one, and its line.
fn value(statements: &[Raw], keyword: &str) -> Option<(String, usize)> {
    statements.iter().find_map(|statement| {
        let text = std::str::from_utf8(&statement.bytes).ok()?;
        let (name, value) = text.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case(keyword);
        is_it.then(|| (value.trim().trim_matches('"').trim().to_owned(), statement.line))
    })
}

/// The code page that Windows has for a language.
fn windows(language: Option<(String, usize)>) -> &'static Encoding {
    let language = language.map(|(language, _)| language.to_ascii_lowercase()).unwrap_or_default();
    match language.split(['-', '_']).next().unwrap_or_default() {
        "be" | "bg" | "kk" | "ky" | "mk" | "mn" | "ru" | "sr" | "tg" | "tt" | "uk" => {
            encoding_rs::WINDOWS_1251
        }
        "bs" | "cs" | "hr" | "hu" | "pl" | "ro" | "sk" | "sl" | "sq" => encoding_rs::WINDOWS_1250,
        "el" => encoding_rs::WINDOWS_1253,
        "az" | "tr" | "uz" => encoding_rs::WINDOWS_1254,
        "he" => encoding_rs::WINDOWS_1255,
        "ar" | "fa" | "ur" => encoding_rs::WINDOWS_1256,
        "et" | "lt" | "lv" => encoding_rs::WINDOWS_1257,
        "vi" => encoding_rs::WINDOWS_1258,
        "ja" => encoding_rs::SHIFT_JIS,
        "ko" => encoding_rs::EUC_KR,
        "th" => encoding_rs::WINDOWS_874,
        "zh" => encoding_rs::GBK,
        _ => encoding_rs::WINDOWS_1252,
    }
}
