//! Delimited text in pieces of whole rows, so that a file of any size takes the memory of a piece.

use crate::delimited;
use std::io::{self, Read};

/// How much is cut off at a time: enough to outweigh the handing over, little enough to stay in a
/// processor's cache.
const PIECE: usize = 1 << 20;

/// Cuts pieces of whole rows off a file.
pub(crate) struct Pieces<R> {
    reader: R,
    delimiter: u8,
    /// What was read beyond the last piece.
    carried: Vec<u8>,
}

impl<R: Read> Pieces<R> {
    pub(crate) fn new(reader: R, delimiter: u8) -> Self {
        Self { reader, delimiter, carried: Vec::new() }
    }

    /// The next piece; none at the end of the file.
    pub(crate) fn next_piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut piece = std::mem::take(&mut self.carried);
        let mut size = PIECE;
        loop {
            piece.reserve(size + PIECE / 8);
            let read = self.reader.by_ref().take(size as u64).read_to_end(&mut piece)?;
            if read < size {
                return Ok((!piece.is_empty()).then_some(piece));
            }
            if let Some(whole) = delimited::whole_rows(&piece, self.delimiter) {
                self.carried = piece.split_off(whole);
                return Ok(Some(piece));
            }
            // A row longer than a piece: by doubling, a long one is not looked at too often.
            size = piece.len();
        }
    }
}
