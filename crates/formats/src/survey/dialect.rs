//! How a file is written: its encoding, what separates its fields, how it writes numbers.

use crate::delimited::Fields;
use crate::grid::Grid;
use crate::number::Notation;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;

/// No more of a file is looked at, but to know whether it is UTF-8.
pub(crate) const LOOKED_AT: usize = 1 << 16;

/// The encoding of a text: by its mark, or else UTF-8 if it can be, or else that of eastern or of
/// western Europe, whichever makes letters of its bytes.
pub(crate) fn encoding(mut text: impl Read) -> io::Result<&'static Encoding> {
    let mut head = Vec::new();
    text.by_ref().take(LOOKED_AT as u64).read_to_end(&mut head)?;
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(encoding);
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    if zeros(1) * 4 > head.len() {
        return Ok(UTF_16LE);
    }
    if zeros(0) * 4 > head.len() {
        return Ok(UTF_16BE);
    }
    // In Russian or Kazakh, whole words are of letters beyond ASCII; elsewhere one here and there.
    let pairs = head.windows(2).filter(|pair| pair.iter().all(|byte| *byte >= 0xc0)).count();
    let letters = head.iter().filter(|byte| **byte >= 0xc0).count();
    Ok(match is_utf8(head, text)? {
        true => UTF_8,
        false if pairs * 2 > letters => WINDOWS_1251,
        false => WINDOWS_1252,
    })
}

/// Whether a text is UTF-8 that begins with these bytes.
fn is_utf8(mut bytes: Vec<u8>, mut rest: impl Read) -> io::Result<bool> {
    loop {
        let cut_short = match std::str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(error) if error.error_len().is_some() => return Ok(false),
            Err(error) => error.valid_up_to(),
        };
        bytes.drain(..cut_short);
        if rest.by_ref().take(LOOKED_AT as u64).read_to_end(&mut bytes)? == 0 {
            return Ok(bytes.is_empty());
        }
    }
}

/// A text of that encoding, without its mark, as UTF-8. What is not of the encoding is replaced.
pub(crate) fn decoded(text: impl Read, encoding: &'static Encoding) -> impl Read {
    DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(text)
}

/// What separates the fields: that with which most rows have the same number of them, and more than
/// one.
pub(crate) fn delimiter(text: &str) -> char {
    let end = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let regularity = |delimiter: char| {
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
        let mut fields = Fields::new(head, delimiter, 1);
        let mut width = 0;
        while let Ok(Some(field)) = fields.next() {
            width += 1;
            if field.last {
                *widths.entry(width).or_default() += 1;
                width = 0;
            }
        }
        widths.remove(&1);
        widths.values().max().copied().unwrap_or(0)
    };
    // Of two as regular the first.
    [';', '\t', ',', '|'].into_iter().rev().max_by_key(|&d| regularity(d)).unwrap_or(',')
}

/// The notation in which most cells are numbers.
pub(super) fn notation(grids: &[Arc<Grid>]) -> Notation {
    let candidates = [('.', None), (',', None), ('.', Some(',')), (',', Some('.'))]
        .map(|(decimal, thousands)| Notation { decimal, thousands });
    let mut counts = [0; 4];
    for grid in grids {
        let rows = grid.rows_numbered(&(1..=usize::MAX)).take(2000);
        for row in rows {
            for column in 0..grid.width(row) {
                let text = grid.cell(row, column).trim();
                if !text.starts_with(|c: char| c.is_ascii_digit() || "-−+".contains(c)) {
                    continue;
                }
                for (candidate, count) in candidates.iter().zip(&mut counts) {
                    *count += usize::from(candidate.plain(text).is_some());
                }
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let best = candidates.into_iter().zip(counts).find(|(_, count)| *count == most);
    best.map_or(candidates[0], |(candidate, _)| candidate)
}
