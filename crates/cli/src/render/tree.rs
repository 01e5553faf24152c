//! A tree drawn with box characters.

use crate::render::Page;
use crate::terminal::Tone;

/// A node of a tree and what is below it.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    text: String,
    tone: Tone,
    below: Vec<Branch>,
}

impl Branch {
    /// A node with nothing below it.
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone, below: Vec::new() }
    }

    /// Puts a node below this one, after those that are there.
    pub(crate) fn push(&mut self, branch: Branch) {
        self.below.push(branch);
    }

    /// Writes the tree from its root.
    pub(crate) fn draw(&self, page: &mut Page<'_>) {
        let rest = if self.below.is_empty() { "" } else { "│  " };
        page.lines("", rest, self.tone, &self.text);
        self.draw_below(page, "");
    }

    fn draw_below(&self, page: &mut Page<'_>, before: &str) {
        for (number, branch) in self.below.iter().enumerate() {
            let is_last = number + 1 == self.below.len();
            let (fork, trunk) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let inner = format!("{before}{trunk}");
            let rest =
                if branch.below.is_empty() { inner.clone() } else { format!("{inner}│  ") };
            page.lines(&format!("{before}{fork}"), &rest, branch.tone, &branch.text);
            branch.draw_below(page, &inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Terminal;
    use olshem_words::{Locale, Words};

    #[test]
    fn lines_that_wrap_stay_in_their_branch() {
        let leaf = |text: &str| Branch::new(Tone::Plain, text);
        let mut method = leaf("share <- gva / gdp * 100, as written in methods/share.vtl");
        method.push(leaf("a cell of a file with a name that does not fit the line"));
        method.push(leaf("another"));
        let mut root = leaf("2.71 % of GDP, the creative industries' share of the total");
        root.push(method);
        root.push(leaf("last"));
        let words = Words::new(Locale::En);
        let mut page = Page::new(&words, Terminal { width: 40, ..Terminal::PIPE });
        root.draw(&mut page);
        insta::assert_snapshot!(page.into_text(), @r"
        2.71 % of GDP, the creative industries'
        │  share of the total
        ├─ share <- gva / gdp * 100, as written
        │  │  in methods/share.vtl
        │  ├─ a cell of a file with a name that
        │  │  does not fit the line
        │  └─ another
        └─ last
        ");
    }
}
