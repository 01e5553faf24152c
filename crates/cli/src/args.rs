//! The command line. What is written here is the manual: `--help`, the man page, the completions
//! and `docs/cli.md` are made from it.

use crate::terminal::Colour;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use olshem_formats::Kind;
use olshem_words::Locale;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Checks what is said about the creative economy against published statistics
///
/// An account is a folder of text files: sources, definitions, methods, claims and targets. Each
/// command reads one, and writes results to standard output and faults to standard error.
///
/// The exit code is 0 if all is well, 1 if a check found something (a claim fails, a target is
/// missed, a strict validation finds a fault), 2 if the input or the command line is wrong, and 130 if
/// Ctrl-C ended it.
#[derive(Debug, Parser)]
#[command(name = "olshem", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Language of titles, verdicts, messages and numbers
    ///
    /// Without it, LC_ALL, LC_MESSAGES or LANG decides; if that names none of these, the first
    /// language of the account.
    #[arg(long, global = true, value_parser = locales())]
    pub(crate) locale: Option<Locale>,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Colour,
    /// How many threads to calculate on; results do not depend on it
    ///
    /// Without it, as many as there are processors.
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// The languages by their tags.
fn locales() -> impl TypedValueParser<Value = Locale> {
    let values = Locale::ALL.map(|locale| {
        PossibleValue::new(locale.tag()).help(match locale {
            Locale::Kk => "Kazakh",
            Locale::Ru => "Russian",
            Locale::En => "English",
        })
    });
    PossibleValuesParser::new(values)
        .try_map(|tag| Locale::from_tag(&tag).ok_or("this is no language of the interface"))
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge every claim and target of an account
    ///
    /// Shows the verdicts by topic, each with the number that it rests on, its bounds, period and
    /// definition. Where definitions disagree, each one's answer is shown. The exit code is 1 if a
    /// claim fails, a target is missed or a strict validation finds a fault.
    Check {
        /// The account's folder
        account: PathBuf,
        /// Print the report as JSON (docs/report.md describes it)
        #[arg(long)]
        json: bool,
    },
    /// Print an indicator
    Show {
        /// The account's folder
        account: PathBuf,
        /// The indicator's id
        indicator: String,
        /// Only observations with these values, as in `REF_AREA=KZ71,TIME_PERIOD=2024`
        #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',', value_parser = key_value)]
        at: Vec<(String, String)>,
        /// A table for people, or data for programs: codes, and numbers in full precision
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show where a number or a verdict comes from
    ///
    /// Prints a tree from the number through the methods down to the cells of the source files,
    /// with each file's checksum, publisher and address.
    Explain {
        /// The account's folder
        account: PathBuf,
        /// The indicator's id
        #[arg(required_unless_present = "claim")]
        indicator: Option<String>,
        /// Which observation, as in `REF_AREA=KZ71,TIME_PERIOD=2024`; must leave exactly one. Without
        /// `DEFINITION` the default one is meant
        #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',', value_parser = key_value)]
        at: Vec<(String, String)>,
        /// Explain the verdict on this claim instead
        #[arg(long, value_name = "ID", conflicts_with_all = ["indicator", "at"])]
        claim: Option<String>,
        /// Print the tree as JSON
        #[arg(long)]
        json: bool,
    },
    /// Seal a release and print its id
    ///
    /// Writes the indicators as Parquet, and a manifest of the checksums of everything that decided
    /// them, to the account's folder `releases`. A release is written whole or not at all and never
    /// changed; the same account gives the same id.
    Build {
        /// The account's folder
        account: PathBuf,
    },
    /// Make a small account of one's own, which checks at once
    New {
        /// The folder to make; must not exist yet
        dir: PathBuf,
    },
    /// Accept a source's changed file as its new vintage
    ///
    /// A file whose checksum differs from the one in its `source.toml` is refused. Look at what
    /// changed; then this writes the new checksum.
    Accept {
        /// The account's folder
        account: PathBuf,
        /// The source's id
        source: String,
    },
    /// Look into a statistical file: its format, structure, codes, coverage, flags and first rows
    ///
    /// Reads SDMX (ML, JSON and CSV), PC-Axis, JSON-stat, CSV, workbooks, Parquet and Arrow files, also
    /// compressed. Of a workbook it shows the sheets and the tables found in them.
    Inspect {
        /// The file, or its address (https)
        #[arg(value_name = "FILE_OR_URL")]
        file: String,
        #[command(flatten)]
        reading: Reading,
        /// Every code, note and sheet row rather than the first ones
        #[arg(long)]
        all: bool,
    },
    /// Convert a statistical file, or the structures of an account
    ///
    /// What the new format can't hold is told on standard error. An account's folder gives a structure
    /// message: its codelists, data structures, definitions and methods.
    Convert {
        /// The file, its address (https), or the folder of an account
        #[arg(value_name = "IN")]
        input: String,
        /// The file to write, whose ending tells the format: .csv, .xml (SDMX-ML 3.0), .json (SDMX-JSON
        /// 2.0), .jsonstat, .px, .xlsx, .parquet
        #[arg(value_name = "OUT")]
        output: PathBuf,
        #[command(flatten)]
        reading: Reading,
        /// The format to write: csv, sdmx-csv, sdmx-csv-1.0, sdmx-ml, sdmx-ml-2.1 (structure-specific
        /// data), sdmx-ml-2.1-timeseries, sdmx-ml-2.1-generic, sdmx-ml-2.1-generic-timeseries,
        /// sdmx-json, sdmx-json-1.0, sdmx-json-draft (of 1.0), jsonstat, px, xlsx or parquet
        #[arg(long, value_name = "FORMAT")]
        to: Option<Kind>,
        /// The language of labels, where the format has room for one
        #[arg(long, value_name = "TAG")]
        language: Option<String>,
        /// The agency of structures that are made for data that have none
        #[arg(long, value_name = "ID", default_value = "OLSHEM")]
        agency: String,
    },
    /// Take files into an account, and verify those that it has
    Source {
        /// What to do
        #[command(subcommand)]
        command: SourceCommand,
    },
    /// Show an account in the browser, and to programs
    ///
    /// Prints the address and serves until it is ended: pages in three languages, the same data as
    /// JSON, CSV and Parquet, and any number's lineage. Requests are logged to standard error, as
    /// lines of JSON unless that is a terminal.
    Serve {
        /// The account's folder
        account: PathBuf,
        /// Where to listen; only this machine can ask, unless told otherwise
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Serve only if the account is, to the byte, what was sealed as this release
        #[arg(long, value_name = "ID", conflicts_with = "watch")]
        release: Option<String>,
        /// Take edits of the account over as they are made; one with faults is told, and what was
        /// before is served on
        #[arg(long)]
        watch: bool,
    },
    /// Write the pages of an account as files for any web host
    ///
    /// They work under any path of it. The folder is written whole or not at all; a site that it
    /// holds already is replaced, anything else is left alone.
    Publish {
        /// The account's folder
        account: PathBuf,
        /// The folder to write to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Check, run and format VTL scripts, without an account
    Vtl {
        /// What to do
        #[command(subcommand)]
        command: VtlCommand,
    },
    /// Explain an error code, or list all
    Errors {
        /// The code, as in `A001`
        code: Option<String>,
        /// Print all as Markdown, as in docs/errors.md
        #[arg(long, conflicts_with = "code")]
        markdown: bool,
    },
    /// Print a shell's completion script
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man {
        /// Print it as Markdown, as in docs/cli.md
        #[arg(long)]
        markdown: bool,
    },
}

/// What to do with an account's sources.
#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// Take a file into an account
    ///
    /// Copies the file to `sources/ID` and proposes a `source.toml` from what was found in it, with the
    /// file's checksum; codelists that the file has and the account lacks are written too. Read it over:
    /// titles, licence and what the datasets are called are for you to say.
    Add {
        /// The account's folder
        account: PathBuf,
        /// The file, or its address (https)
        #[arg(value_name = "FILE_OR_URL")]
        file: String,
        /// The id of the source; else it is made from the file's name
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        #[command(flatten)]
        reading: Reading,
    },
    /// Verify every source: its checksum, whether it can be read, and each code against its codelist
    ///
    /// The exit code is 1 if a source is not well.
    Verify {
        /// The account's folder
        account: PathBuf,
    },
}

/// How to read a file that is not an account's.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// A message with the structures that the file refers to, or the JSON of VTL's technical notes
    ///
    /// Structure messages in the file's own folder are found without. Can be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) structure: Vec<PathBuf>,
    /// For an address: how long fetching may take
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) time_limit: u64,
    /// For an address: how large the file may be
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub(crate) size_limit: u64,
    /// For an address: the checksum (SHA-256) that the file must have
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<String>,
}

/// What to do with a script.
#[derive(Debug, Subcommand)]
pub(crate) enum VtlCommand {
    /// Run a script over files
    ///
    /// Each dataset that the structures name and the script reads is DIR/NAME.csv or
    /// DIR/NAME.parquet, with a column for each component. Each persistent result (`<-`) is printed,
    /// or with `--out` written beside its structure: all of them or none.
    Run {
        /// The script
        script: PathBuf,
        /// The structures of its inputs, in the JSON of VTL's technical notes
        #[arg(long, value_name = "FILE")]
        structures: PathBuf,
        #[command(flatten)]
        given: Given,
        /// The folder with the data of its inputs
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Take the input on trust: don't check types, empty identifiers and repeated keys
        ///
        /// What is wrong with it then shows in the results, if at all.
        #[arg(long)]
        trust_input: bool,
        /// Write the results to this folder, made if it does not exist
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// In what format to write them
        #[arg(long, value_enum, default_value_t, requires = "out")]
        format: DataFormat,
        /// Temporary results (`:=`) too
        #[arg(long)]
        all: bool,
    },
    /// Check a script without data and print the structures of its results
    Check {
        /// The script
        script: PathBuf,
        /// The structures of its inputs, in the JSON of VTL's technical notes
        #[arg(long, value_name = "FILE")]
        structures: PathBuf,
        #[command(flatten)]
        given: Given,
    },
    /// Show how a script would be run: the optimised plan of each statement
    ///
    /// An operation a line, each above those that it takes rows from. Needs no data.
    Explain {
        /// The script
        script: PathBuf,
        /// The structures of its inputs, in the JSON of VTL's technical notes
        #[arg(long, value_name = "FILE")]
        structures: PathBuf,
        #[command(flatten)]
        given: Given,
    },
    /// Run statements as they are typed
    ///
    /// A statement, or an expression alone, ends with `;` and may span lines. Each is checked and run
    /// at once; its result is shown and stays known, and a name may be given anew. `:help` lists the
    /// commands of the prompt. Where standard input is no terminal, statements are read from it
    /// without a prompt, and the exit code is 2 if any is wrong.
    Repl {
        /// The structures of the inputs, in the JSON of VTL's technical notes
        #[arg(long, value_name = "FILE")]
        structures: Option<PathBuf>,
        #[command(flatten)]
        given: Given,
        /// The folder with the data of the inputs, which are read when they are first used
        #[arg(long, value_name = "DIR", requires = "structures")]
        data: Option<PathBuf>,
    },
    /// Lay scripts out in the canonical way and print the names of those that changed
    ///
    /// Comments stay where they stand, and the meaning stays what it is. A script with an error of
    /// syntax is left alone.
    Fmt {
        /// Change nothing; the exit code is 1 if a script is laid out otherwise
        #[arg(long)]
        check: bool,
        /// The scripts
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// What a script is given besides datasets.
#[derive(Debug, Args)]
pub(crate) struct Given {
    /// Value domains, as JSON: `{"name": …, "type": …, "setlist": […]}`, or a list of such
    ///
    /// Can be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) domains: Vec<PathBuf>,
    /// The value of a scalar that the script reads
    ///
    /// It is a constant of VTL: `3`, `2.5`, `true`, `"text"` with the quotes. Where `scalars` of the
    /// structures say of which type it is, text needs no quotes. Can be given several times.
    #[arg(long = "scalar", value_name = "NAME=VALUE", value_parser = key_value)]
    pub(crate) scalars: Vec<(String, String)>,
    /// Queries in SQL that `eval` calls: a .sql file of that name, or `{"name": …, "query": …}`
    ///
    /// Such JSON may also hold a list. A query reads the datasets that it is given under their own
    /// names, in upper and lower case, and scalars as `$1`, `$2`, by their place among the arguments.
    /// Can be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) routines: Vec<PathBuf>,
}

/// How `vtl run` writes data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataFormat {
    /// Comma-separated values
    #[default]
    Csv,
    /// Apache Parquet
    Parquet,
}

impl DataFormat {
    /// How names of such files end.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// How `show` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    #[default]
    Table,
    /// Comma-separated values
    Csv,
    /// JSON
    Json,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("not of the form KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn keys_may_be_given_together_or_apart() {
        let parse = |args: &[&str]| match Cli::try_parse_from(args).map(|cli| cli.command) {
            Ok(Command::Show { at, .. }) => at,
            other => panic!("{other:?}"),
        };
        let expected = vec![("A".to_owned(), "1".to_owned()), ("B".to_owned(), "x=y".to_owned())];
        assert_eq!(parse(&["olshem", "show", "a", "i", "--at", "A=1,B=x=y"]), expected);
        assert_eq!(parse(&["olshem", "show", "a", "i", "--at", "A=1", "--at", "B=x=y"]), expected);
    }
}
