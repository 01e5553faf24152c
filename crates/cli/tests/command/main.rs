//! Runs the real binary and compares what it prints and its exit code.

// clippy takes only functions marked as tests for tests, not what they call.
#![allow(clippy::unwrap_used, clippy::panic)]

mod account;
mod documents;
mod faults;
mod files;
mod kazakhstan;
mod repl;
mod schema;
mod serve;
mod usage;
mod vtl;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The command, in an environment that says nothing of a language or colours.
fn olshem(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_olshem"));
    command.args(args).stdin(Stdio::null()).current_dir(root());
    for variable in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

/// What a run printed, and its exit code.
struct Ran {
    stdout: String,
    stderr: String,
    code: i32,
}

fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// What a run printed, for a snapshot.
fn told(command: &mut Command) -> String {
    let Ran { stdout, stderr, code } = run(command);
    format!("exit code: {code}\n----- stdout -----\n{stdout}----- stderr -----\n{stderr}")
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// An account as `olshem new` makes it, in a folder of its own.
struct Fresh {
    folder: TempDir,
}

impl Fresh {
    fn new() -> Self {
        let fresh = Self { folder: tempfile::tempdir().unwrap() };
        let made = run(&mut fresh.olshem(&["new", "my-account"]));
        assert_eq!((made.code, made.stderr.as_str()), (0, ""));
        fresh
    }

    /// The command, run beside the account's folder.
    fn olshem(&self, args: &[&str]) -> Command {
        let mut command = olshem(args);
        command.current_dir(self.folder.path());
        command
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("my-account").join(file)
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(file), text).unwrap();
    }
}

/// Replaces what differs from run to run.
macro_rules! assert_told {
    ($told:expr, $($snapshot:tt)*) => {
        insta::with_settings!({
            filters => [
                (r"\b[0-9a-f]{64}\b", "[checksum]"),
                (r"\b[0-9a-f]{32,40}\b", "[id]"),
            ],
            omit_expression => true,
        }, { insta::assert_snapshot!($told, $($snapshot)*); });
    };
    ($told:expr) => {
        insta::with_settings!({
            filters => [
                (r"\b[0-9a-f]{64}\b", "[checksum]"),
                (r"\b[0-9a-f]{32,40}\b", "[id]"),
            ],
            omit_expression => true,
        }, { insta::assert_snapshot!($told); });
    };
}
use assert_told;
