//! How numbers are written in files, and the footnote marks stuck to them.

use std::borrow::Cow;

/// How a file writes its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notation {
    /// The decimal mark.
    pub(crate) decimal: char,
    /// What separates thousands, besides spaces.
    pub(crate) thousands: Option<char>,
}

impl Notation {
    /// The number as digits with a point and no separators; `None` if it is none.
    pub(crate) fn plain<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        if self.decimal == '.' && is_plain(text) {
            return Some(Cow::Borrowed(text));
        }
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        if let Some(unsigned) = rest.strip_prefix(['-', '−', '–']) {
            plain.push('-');
            rest = unsigned.trim_start();
        } else if let Some(unsigned) = rest.strip_prefix('+') {
            rest = unsigned;
        }
        rest = self.push_whole(&mut plain, rest)?;
        if let Some(fraction) = rest.strip_prefix(self.decimal) {
            plain.push('.');
            let length = digits(fraction);
            plain.push_str(&fraction[..length]);
            rest = &fraction[length..];
        }
        // The other mark would be taken for the decimal one.
        if !rest.is_empty() && !rest.starts_with(['e', 'E']) {
            return None;
        }
        plain.push_str(rest);
        is_plain(&plain).then_some(Cow::Owned(plain))
    }

    /// Takes the digits before the decimal mark, in groups of three where they are separated.
    fn push_whole<'t>(&self, plain: &mut String, text: &'t str) -> Option<&'t str> {
        let mut length = digits(text);
        plain.push_str(&text[..length]);
        let mut separator = None;
        let grouped = (1..=3).contains(&length);
        while let Some(mark) = text[length..].chars().next() {
            let is_space = matches!(mark, ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}');
            if !is_space && (Some(mark) != self.thousands || mark == self.decimal) {
                break;
            }
            let group = &text[length + mark.len_utf8()..];
            if !grouped || separator.is_some_and(|s| s != mark) || digits(group) != 3 {
                return None;
            }
            separator = Some(mark);
            plain.push_str(&group[..3]);
            length += mark.len_utf8() + 3;
        }
        Some(&text[length..])
    }

    /// What may make a number of a text that is none.
    pub(crate) fn advice(&self, text: &str, footnotes: bool) -> Option<String> {
        let other = if self.decimal == '.' { ',' } else { '.' };
        let otherwise = Self { decimal: other, thousands: Some(self.decimal) };
        let separated = Self { thousands: Some(other), ..*self };
        if separated.plain(text).is_some() {
            return Some(format!("for thousands so separated, state `thousands = \"{other}\"`"));
        }
        if otherwise.plain(text).is_some() {
            return Some(format!("for such a decimal mark, state `decimal = \"{other}\"`"));
        }
        let bare = without_marks(text).filter(|_| !footnotes);
        if bare.into_iter().flatten().any(|bare| self.plain(bare).is_some()) {
            return Some("`footnotes = true` in `[read]` takes marks off".to_owned());
        }
        None
    }
}

/// How many digits a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Whether a text is a number as programs write it.
fn is_plain(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(unsigned);
    let rest = &unsigned[whole..];
    let (places, rest) = match rest.strip_prefix('.') {
        Some(fraction) => (digits(fraction), &fraction[digits(fraction)..]),
        None => (0, rest),
    };
    let power = match rest.strip_prefix(['e', 'E']) {
        Some(power) => power.strip_prefix(['+', '-']).unwrap_or(power),
        None => return rest.is_empty() && whole + places > 0,
    };
    whole + places > 0 && (1..=3).contains(&power.len()) && digits(power) == power.len()
}

/// A text without the footnote marks at its end, in the order in which they should be tried; `None`
/// if it has none.
///
/// Marks are `1)`, `12)`, `1,2)`, `*)`, `(1)`, `[1]`, asterisks and superscripts, and one or two small
/// letters after a space. How many digits of `20211)` belong to the mark, only trying tells; of a
/// number, one does.
pub(crate) fn without_marks(text: &str) -> Option<[&str; 2]> {
    let is_superscript = |c: char| matches!(c, '*' | '¹' | '²' | '³' | '⁰' | '⁴'..='⁹' | '⁾' | '†');
    let bare = text.trim_end_matches(is_superscript).trim_end();
    if bare.len() < text.len() {
        return Some([bare, bare]);
    }
    if let Some((bare, letters)) = text.rsplit_once(char::is_whitespace)
        && (1..=2).contains(&letters.len())
        && letters.bytes().all(|b| b.is_ascii_lowercase())
    {
        return Some([bare.trim_end(), bare.trim_end()]);
    }
    let open = match text.chars().next_back()? {
        ')' => '(',
        ']' => '[',
        _ => return None,
    };
    let inside = &text[..text.len() - 1];
    if let Some((bare, mark)) = inside.rsplit_once(open) {
        return is_mark(mark).then(|| [bare.trim_end(), bare.trim_end()]);
    }
    if open == '(' && inside.ends_with('*') {
        let bare = inside.trim_end_matches('*').trim_end();
        return Some([bare, bare]);
    }
    // `1,2)` is `1)` after `1,`.
    let mut shortest = inside.strip_suffix(|c: char| c.is_ascii_digit())?;
    while let Some(before) =
        shortest.strip_suffix(',').and_then(|s| s.strip_suffix(|c: char| c.is_ascii_digit()))
    {
        shortest = before;
    }
    let longer = shortest.strip_suffix(|c: char| c.is_ascii_digit()).unwrap_or(shortest);
    (open == '(').then(|| [shortest.trim_end(), longer.trim_end()])
}

/// Whether a text in brackets is a footnote mark: digits or one letter.
fn is_mark(text: &str) -> bool {
    let is_number = (1..=2).contains(&text.len()) && digits(text) == text.len();
    is_number || matches!(text.as_bytes(), [b'a'..=b'z'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_lead_to_plain_digits() {
        let english = Notation { decimal: '.', thousands: Some(',') };
        let russian = Notation { decimal: ',', thousands: None };
        let plain = Notation { decimal: '.', thousands: None };
        for (notation, text, expected) in [
            (plain, "1234.5", Some("1234.5")),
            (plain, "-0.5", Some("-0.5")),
            (plain, "−5", Some("-5")),
            (plain, "+5", Some("5")),
            (plain, "1.2E+05", Some("1.2E+05")),
            (plain, "1 234 567.8", Some("1234567.8")),
            (plain, "1\u{a0}234\u{202f}567", None),
            (plain, "1\u{202f}234\u{202f}567", Some("1234567")),
            (plain, "12 34", None),
            (plain, "1234 567", None),
            (plain, "1,234", None),
            (english, "1,234.5", Some("1234.5")),
            (english, "1,23", None),
            (russian, "1 234,5", Some("1234.5")),
            (russian, "1234.5", None),
            (russian, "5", Some("5")),
            (plain, "inf", None),
            (plain, "NaN", None),
            (plain, "1e9999", None),
            (plain, "", None),
            (plain, "-", None),
            (plain, ".", None),
            (plain, "(D)", None),
        ] {
            assert_eq!(notation.plain(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn footnote_marks_come_off() {
        for (text, expected) in [
            ("20211)", Some(["2021", "202"])),
            ("202110)", Some(["20211", "2021"])),
            ("20211,2)", Some(["2021", "202"])),
            ("2021*", Some(["2021", "2021"])),
            ("2021¹", Some(["2021", "2021"])),
            ("2021 (1)", Some(["2021", "2021"])),
            ("2021**)", Some(["2021", "2021"])),
            ("12.3 p", Some(["12.3", "12.3"])),
            ("12.3p", None),
            ("2021[a]", Some(["2021", "2021"])),
            ("Astana city2)", Some(["Astana city", "Astana city"])),
            ("2021", None),
            ("Almaty (city)", None),
            (")", None),
            ("", None),
        ] {
            assert_eq!(without_marks(text), expected, "{text}");
        }
    }
}
