//! XML as it is written: elements with attributes and text, everything escaped, the same bytes each
//! time.

use std::io::{self, Write};

/// An XML document on its way to a file.
///
/// An element's start tag stays open for attributes until something stands in the element.
#[derive(Debug)]
pub(super) struct Xml<W> {
    out: W,
    /// The elements that have begun, each with whether another stands in it.
    open: Vec<(String, bool)>,
    in_tag: bool,
    /// How many elements are around what is written; those of another `Xml` that goes before.
    indent: usize,
    /// How many characters XML 1.0 has no way to write.
    pub(super) unwritable: usize,
}

impl<W: Write> Xml<W> {
    /// A document that begins here.
    pub(super) fn document(out: W) -> io::Result<Self> {
        let mut xml = Self::fragment(out, 0);
        xml.out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        Ok(xml)
    }

    /// A part of a document, within so many elements.
    pub(super) fn fragment(out: W, indent: usize) -> Self {
        Self { out, open: Vec::new(), in_tag: false, indent, unwritable: 0 }
    }

    /// Begins an element.
    pub(super) fn open(&mut self, name: &str) -> io::Result<()> {
        self.end_tag()?;
        if let Some((_, has_elements)) = self.open.last_mut() {
            *has_elements = true;
        }
        self.new_line(self.open.len())?;
        self.out.write_all(b"<")?;
        self.out.write_all(name.as_bytes())?;
        self.open.push((name.to_owned(), false));
        self.in_tag = true;
        Ok(())
    }

    /// An attribute of the element that has just begun.
    pub(super) fn attribute(&mut self, name: &str, value: &str) -> io::Result<()> {
        debug_assert!(self.in_tag, "attributes stand in the start tag");
        write!(self.out, " {name}=\"")?;
        self.escaped(value, true)?;
        self.out.write_all(b"\"")
    }

    /// The same where there is something to write.
    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.attribute(name, value))
    }

    /// Text in the element that has just begun.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.end_tag()?;
        self.escaped(text, false)
    }

    /// Ends the element that began last and has not ended.
    pub(super) fn close(&mut self) -> io::Result<()> {
        let Some((name, has_elements)) = self.open.pop() else { return Ok(()) };
        if self.in_tag {
            self.in_tag = false;
            return self.out.write_all(b"/>");
        }
        if has_elements {
            self.new_line(self.open.len())?;
        }
        write!(self.out, "</{name}>")
    }

    /// An element with nothing but text in it.
    pub(super) fn leaf(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.open(name)?;
        self.text(text)?;
        self.close()
    }

    /// An element with a text and its language.
    pub(super) fn in_language(&mut self, name: &str, language: &str, text: &str) -> io::Result<()> {
        self.open(name)?;
        self.attribute("xml:lang", language)?;
        self.text(text)?;
        self.close()
    }

    /// An element with attributes alone.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.open(name)?;
        for (name, value) in attributes {
            self.attribute(name, value)?;
        }
        self.close()
    }

    /// Puts what another has written where the next element would be.
    pub(super) fn splice(&mut self, written: &mut impl io::Read) -> io::Result<()> {
        self.end_tag()?;
        if let Some((_, has_elements)) = self.open.last_mut() {
            *has_elements = true;
        }
        io::copy(written, &mut self.out).map(drop)
    }

    /// Ends all elements; gives back what was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        while !self.open.is_empty() {
            self.close()?;
        }
        Ok(self.out)
    }

    fn end_tag(&mut self) -> io::Result<()> {
        if self.in_tag {
            self.in_tag = false;
            self.out.write_all(b">")?;
        }
        Ok(())
    }

    fn new_line(&mut self, depth: usize) -> io::Result<()> {
        const SPACES: &[u8; 32] = &[b' '; 32];
        let spaces = ((self.indent + depth) * 2).min(SPACES.len());
        self.out.write_all(b"\n")?;
        self.out.write_all(SPACES.get(..spaces).unwrap_or_default())
    }

    /// White space other than a blank would come back from an attribute as a blank, and a carriage
    /// return from anywhere as a line break, were they not written by their number.
    fn escaped(&mut self, text: &str, in_attribute: bool) -> io::Result<()> {
        let mut rest = text;
        let special = |c: char| match c {
            '<' | '>' | '&' | '"' | '\r' | '\u{fffe}' | '\u{ffff}' => true,
            '\t' | '\n' => in_attribute,
            c => c < ' ',
        };
        while let Some(at) = rest.find(special) {
            let (plain, from) = rest.split_at(at);
            self.out.write_all(plain.as_bytes())?;
            let mut characters = from.chars();
            let escape = match characters.next() {
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('&') => "&amp;",
                Some('"') => "&quot;",
                Some('\r') => "&#13;",
                Some('\t') => "&#9;",
                Some('\n') => "&#10;",
                _ => {
                    self.unwritable += 1;
                    "\u{fffd}"
                }
            };
            self.out.write_all(escape.as_bytes())?;
            rest = characters.as_str();
        }
        self.out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn everything_is_escaped() {
        let mut xml = Xml::document(Vec::new()).unwrap();
        xml.open("a").unwrap();
        xml.attribute("b", "<\"&\n\u{1}>").unwrap();
        xml.leaf("c", "1 < 2 && \"x\"\r\n\u{0}").unwrap();
        xml.empty("d", &[("e", "f")]).unwrap();
        assert_eq!(xml.unwritable, 2);
        let written = String::from_utf8(xml.finish().unwrap()).unwrap();
        insta::assert_snapshot!(written, @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <a b="&lt;&quot;&amp;&#10;�&gt;">
          <c>1 &lt; 2 &amp;&amp; &quot;x&quot;&#13;
        �</c>
          <d e="f"/>
        </a>
        "#);
    }
}
