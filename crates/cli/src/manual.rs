//! The manual, made from the definitions of the command line: completions, man page, `docs/cli.md`.

use crate::args::Cli;
use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use std::fmt::Write;
use std::io;

const NAME: &str = "olshem";

/// A shell's completion script.
pub(crate) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    script
}

/// The man pages of the command and of each of its commands, one after the other.
pub(crate) fn man() -> io::Result<Vec<u8>> {
    let mut pages = Vec::new();
    let mut root = Cli::command();
    root.build();
    clap_mangen::Man::new(root.clone()).render(&mut pages)?;
    for command in commands(&root) {
        clap_mangen::Man::new(command.clone()).render(&mut pages)?;
    }
    Ok(pages)
}

/// The page `docs/cli.md`.
pub(crate) fn markdown() -> String {
    let mut root = Cli::command();
    root.build();
    let mut text = format!("# The `{NAME}` command\n\nPrinted by `{NAME} man --markdown`.\n\n");
    let _ = writeln!(text, "{}", about(&root));
    let globals: Vec<&Arg> = root.get_arguments().filter(|arg| arg.is_global_set()).collect();
    arguments(&mut text, "Options of every command", &globals);
    for command in commands(&root) {
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let path = command.get_bin_name().unwrap_or_default();
        let name = path.strip_prefix(NAME).map_or(path, str::trim_start);
        let _ = write!(text, "\n## {name}\n\n{}\n", about(command));
        let _ = write!(text, "\n```\n{usage}\n```\n");
        let own = |arg: &&Arg| !arg.is_global_set() && !is_built_in(arg);
        arguments(&mut text, "", &command.get_arguments().filter(own).collect::<Vec<_>>());
    }
    text
}

/// Every command that is shown, and after each those within it.
fn commands(root: &Command) -> Vec<&Command> {
    let mut shown = Vec::new();
    for command in root.get_subcommands().filter(|command| is_shown(command)) {
        shown.push(command);
        shown.extend(commands(command));
    }
    shown
}

fn is_shown(command: &Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

fn is_built_in(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "help" | "version")
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about());
    let mut paragraphs = about.map(ToString::to_string).unwrap_or_default();
    // The first line is a heading, which clap leaves without its full stop.
    if let Some(at) = paragraphs.find('\n') {
        paragraphs.insert(at, '.');
    } else {
        paragraphs.push('.');
    }
    paragraphs
}

fn arguments(text: &mut String, title: &str, arguments: &[&Arg]) {
    if arguments.is_empty() {
        return;
    }
    text.push('\n');
    if !title.is_empty() {
        let _ = write!(text, "## {title}\n\n");
    }
    for arg in arguments {
        let help = arg.get_long_help().or(arg.get_help());
        let help = help.map(ToString::to_string).unwrap_or_default().replace("\n\n", ". ");
        let _ = writeln!(text, "* `{}`: {help}{}", spelling(arg), choices(arg));
    }
}

/// `--format <FORMAT>`, `<ACCOUNT>`.
fn spelling(arg: &Arg) -> String {
    let values: Vec<String> = arg
        .get_value_names()
        .filter(|_| arg.get_action().takes_values())
        .unwrap_or_default()
        .iter()
        .map(|name| format!("<{name}>"))
        .collect();
    let flag = arg.get_long().map(|long| format!("--{long}"));
    flag.into_iter().chain(values).collect::<Vec<_>>().join(" ")
}

/// The values that it may take, and the default.
fn choices(arg: &Arg) -> String {
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    let default: Vec<_> =
        arg.get_default_values().iter().map(|value| format!("`{}`", value.display())).collect();
    let default = default.into_iter().filter(|_| arg.get_action().takes_values());
    let default: Vec<String> = default.map(|value| format!("default {value}")).collect();
    let parts: Vec<String> =
        (!values.is_empty()).then(|| values.join(", ")).into_iter().chain(default).collect();
    match parts.as_slice() {
        [] => String::new(),
        parts => format!(" ({})", parts.join("; ")),
    }
}
