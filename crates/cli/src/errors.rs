//! The catalogue of error codes: all crates' codes, and this command's own.

use olshem_model::Code;
use olshem_words::Words;
use std::fmt::Write;

olshem_model::codes! {
    /// There is no error code of that name.
    ///
    /// `olshem errors` lists them all.
    UNKNOWN_CODE = "C001", "unknown error code";

    /// The result could not be written to standard output: the disk is full, say.
    OUTPUT = "C002", "the output can't be written";

    /// A script reads a dataset whose structure is known and whose data are not there.
    ///
    /// The folder that `--data` names must have `NAME.csv` or `NAME.parquet`. A dataset without
    /// observations is a file with the headings alone.
    INPUT_MISSING = "C003", "the data of an input are missing";

    /// The data of an input are there twice, as CSV and as Parquet.
    ///
    /// Which of them is meant can't be guessed: take the other one away.
    INPUT_AMBIGUOUS = "C004", "an input has two files";

    /// A file can't be read or written, or is not the text that it should be.
    FILE = "C005", "a file can't be read or written";

    /// A dataset has a name that no file can have, or that leads to another folder.
    ///
    /// Data are read from and written to files named after the datasets. Give the dataset a name
    /// without `/`, `\\`, `:` and line breaks that does not begin with a point.
    FILE_NAME = "C006", "a name that can't be a file's";

    /// A command of the prompt of `olshem vtl repl` is not known, or lacks what it needs.
    ///
    /// `:help` lists the commands and what follows each of them.
    PROMPT = "C007", "a command of the prompt that can't be carried out";

    /// A file does not describe value domains or external routines.
    ///
    /// A value domain is `{"name": "COUNTRY", "type": "String", "setlist": ["KZ", "KG"]}`, an external
    /// routine `{"name": "SQL_1", "query": "SELECT …"}`; several stand in a list. Each name occurs
    /// once. A query may also be a file of its own that ends in `.sql`.
    DESCRIPTION = "C008", "not a description of value domains or external routines";

    /// A scalar that the script reads is not given, one that is given is not read, or its value is not
    /// of its type.
    ///
    /// `--scalar NAME=VALUE` gives a scalar. Its type is the one in `scalars` of the structures, else
    /// that of the constant.
    SCALAR = "C009", "a scalar input is missing, unknown or not of its type";

    /// A file can't be fetched from its address.
    ///
    /// Only https is taken, since over http anybody on the way may change the file. `--time-limit`,
    /// `--size-limit` and `--sha256` say what is acceptable.
    FETCH = "C010", "a file can't be fetched";

    /// The file to be written has a name that tells no format.
    ///
    /// `--to` names the format: csv, sdmx-csv, sdmx-csv-1.0, sdmx-ml, sdmx-ml-2.1, sdmx-json, jsonstat,
    /// px, xlsx or parquet.
    OUTPUT_FORMAT = "C011", "the format to be written is not known";

    /// The server can't listen at the address given, or can't go on.
    ///
    /// Another program listens there already, or the address is none of this machine's. `--listen
    /// 127.0.0.1:0` takes any free port.
    LISTEN = "C012", "the address can't be served";

    /// The account is not what was sealed as the release that is to be served.
    ///
    /// A release names what decided it. Restore the account's files as they were then (its `manifest.json`
    /// lists them with their checksums), or leave `--release` out to serve the account as it is.
    OTHER_RELEASE = "C013", "the account is not that release";
}

/// What part of the work a code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    /// The command line.
    Command,
    /// The account's folder.
    Account,
    /// Files of sources.
    Files,
    /// Methods, in VTL.
    Methods,
    /// Running the methods over data.
    Calculation,
}

/// Every code, by category.
pub(crate) fn catalogue() -> [(Category, &'static [&'static Code]); 5] {
    [
        (Category::Command, CODES),
        (Category::Account, olshem_account::errors::CODES),
        (Category::Files, olshem_formats::errors::CODES),
        (Category::Methods, olshem_vtl::errors::CODES),
        (Category::Calculation, olshem_engine::errors::CODES),
    ]
}

/// A code by its id, in upper or lower case.
pub(crate) fn find(id: &str) -> Option<(Category, &'static Code)> {
    let codes = |(category, codes): (Category, &'static [&'static Code])| {
        codes.iter().map(move |&code| (category, code))
    };
    catalogue().into_iter().flat_map(codes).find(|(_, code)| code.id.eq_ignore_ascii_case(id))
}

impl Category {
    /// Its name in the reader's language.
    pub(crate) fn title(self, words: &Words) -> String {
        match self {
            Self::Command => words.get("category-command"),
            Self::Account => words.get("category-account"),
            Self::Files => words.get("category-files"),
            Self::Methods => words.get("category-methods"),
            Self::Calculation => words.get("category-calculation"),
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Command => "The command",
            Self::Account => "The account",
            Self::Files => "Files of sources",
            Self::Methods => "Methods (VTL)",
            Self::Calculation => "Calculation",
        }
    }
}

/// All codes with their titles, one a line.
pub(crate) fn list(words: &Words) -> String {
    let mut text = String::new();
    for (category, codes) in catalogue() {
        let _ = writeln!(text, "{}", category.title(words));
        for code in codes {
            let _ = writeln!(text, "  {}  {}", code.id, words.title(code));
        }
    }
    text
}

/// One code's explanation, in English, under its title in the reader's language.
pub(crate) fn explanation(code: &Code, words: &Words) -> String {
    format!("{}: {}\n\n{}\n", code.id, words.title(code), body(code))
}

/// The page `docs/errors.md`.
pub(crate) fn markdown() -> String {
    let mut text = "# Error codes\n\n\
        Printed by `olshem errors --markdown`; each explanation stands in the source code, beside \
        the code that it explains. A code is never used again for something else.\n"
        .to_owned();
    for (category, codes) in catalogue() {
        let _ = write!(text, "\n## {}\n", category.heading());
        for code in codes {
            let _ = write!(text, "\n### {}: {}\n\n{}\n", code.id, code.title, body(code));
        }
    }
    text
}

/// The explanation without the space that doc comments have before each line, and the category
/// that VTL's technical notes have for the fault.
fn body(code: &Code) -> String {
    let lines: Vec<&str> =
        code.explanation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = lines.join("\n").trim().to_owned();
    let category = match code.standard.chars().next() {
        Some('1') => "syntax",
        Some('2') => "semantic",
        Some(_) => "run time",
        None => return text,
    };
    format!("{text}\n\nVTL category: {} ({category}).", code.standard)
}

#[cfg(test)]
mod tests {
    use super::*;
    use olshem_words::Locale;
    use std::collections::BTreeSet;

    #[test]
    fn every_error_code_has_a_title_and_every_title_a_code() {
        let codes = catalogue().into_iter().flat_map(|(_, codes)| codes);
        let codes: Vec<String> = codes.map(|code| format!("code-{}", code.id)).collect();
        for locale in [Locale::Kk, Locale::Ru] {
            let titles = locale.titles().lines().filter_map(|line| line.split_once(" ="));
            let titles = titles.map(|(key, _)| key).filter(|key| key.starts_with("code-"));
            assert_eq!(titles.collect::<Vec<_>>(), codes, "{}", locale.tag());
        }
    }

    #[test]
    fn no_code_has_two_meanings() {
        let mut seen = BTreeSet::new();
        for (_, codes) in catalogue() {
            for code in codes {
                assert!(seen.insert(code.id), "{} is used twice", code.id);
                assert!(!body(code).is_empty(), "{} has no explanation", code.id);
            }
        }
    }
}
