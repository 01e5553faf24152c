//! What the place that output goes to can show: colour and width.

use anstyle::{AnsiColor, Style};
use std::io::IsTerminal;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// An output stream's abilities.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Whether it shows colours.
    pub(crate) colour: bool,
    /// How many columns to use.
    pub(crate) width: usize,
    /// Whether a person looks at it directly.
    pub(crate) interactive: bool,
}

impl Terminal {
    /// Where nothing is known of the reader: a file or a pipe. The width is fixed, so that the same
    /// account gives the same bytes wherever it is checked.
    pub(crate) const PIPE: Self = Self { colour: false, width: 80, interactive: false };

    /// Longer lines are hard to read, however wide the window.
    const WIDEST: usize = 100;
    /// Below this, wrapping would leave a word a line.
    const NARROWEST: usize = 40;

    /// The abilities of standard output.
    pub(crate) fn stdout(colour: Colour) -> Self {
        let stdout = std::io::stdout();
        Self::of(colour, stdout.is_terminal(), terminal_size::terminal_size_of(&stdout))
    }

    /// The abilities of standard error.
    pub(crate) fn stderr(colour: Colour) -> Self {
        let stderr = std::io::stderr();
        Self::of(colour, stderr.is_terminal(), terminal_size::terminal_size_of(&stderr))
    }

    fn of(
        colour: Colour,
        interactive: bool,
        size: Option<(terminal_size::Width, terminal_size::Height)>,
    ) -> Self {
        let refused = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => interactive && !refused(),
        };
        let width = match size {
            Some((terminal_size::Width(columns), _)) if interactive => {
                usize::from(columns).clamp(Self::NARROWEST, Self::WIDEST)
            }
            _ => Self::PIPE.width,
        };
        Self { colour, width, interactive }
    }

    /// The text in that tone.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colour || tone == Tone::Plain {
            return text.to_owned();
        }
        let style = tone.style();
        format!("{style}{text}{style:#}")
    }
}

/// What a colour says. Everything it says is also said in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As all text.
    Plain,
    /// A heading.
    Strong,
    /// An aside.
    Quiet,
    /// It holds, it is met.
    Good,
    /// It fails, it is missed.
    Bad,
    /// It is not settled.
    Open,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Open => AnsiColor::Yellow.on_default(),
        }
    }
}
