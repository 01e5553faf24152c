//! Addresses within the site: where each page and document stands, and how one is reached from
//! another. None begins with `/`, so that the site works under any path of any host.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A code as part of an address: all but letters, digits, `-` and `_` is written as `~` and two
/// hexadecimal digits for each byte. No code leads to another folder, and no two to the same.
pub(crate) fn segment(code: &str) -> String {
    let mut text = String::with_capacity(code.len());
    for byte in code.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => text.push(char::from(byte)),
            _ => text.push_str(&format!("~{byte:02x}")),
        }
    }
    if text.is_empty() { "~".to_owned() } else { text }
}

/// A value of a query.
pub(crate) fn query(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// The way from a path back to the root of the site: one `../` for each folder that it is in.
pub(crate) fn root_from(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

/// A page of something that has a code, within a language.
pub(crate) fn of(folder: &str, code: &str) -> String {
    format!("{folder}/{}/", segment(code))
}

/// A document of the API about something that has a code.
pub(crate) fn document(folder: &str, code: &str) -> String {
    format!("api/v1/{folder}/{}.json", segment(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_leads_elsewhere() {
        for (code, expected) in [
            ("KZ71", "KZ71"),
            ("a-b_c", "a-b_c"),
            ("", "~"),
            (".", "~2e"),
            ("..", "~2e~2e"),
            ("a/../b", "a~2f~2e~2e~2fb"),
            ("~", "~7e"),
            ("ә", "~d3~99"),
        ] {
            assert_eq!(segment(code), expected);
        }
    }

    #[test]
    fn the_root_is_as_far_up_as_the_page_is_deep() {
        assert_eq!(root_from(""), "");
        assert_eq!(root_from("index.html"), "");
        assert_eq!(root_from("en/"), "../");
        assert_eq!(root_from("en/claims/x/"), "../../../");
        assert_eq!(root_from("en/claims/x"), "../../");
    }
}
