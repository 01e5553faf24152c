//! How large the parts of a workbook are once unpacked, before anything unpacks them: a workbook of a
//! kilobyte can hold a gigabyte of nothing.

use crate::errors::{DAMAGED_WORKBOOK, TOO_LARGE};
use olshem_model::Diagnostic;
use std::io::{self, Cursor, Read};
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// No part of a workbook may be larger; a sheet of so many bytes has some thirty million cells.
const LARGEST_PART: u64 = 1 << 30;

/// Deflate makes nothing smaller than by this factor.
const MOST_PACKED: u64 = 1032;

/// Refuses a workbook with a part that is too large. What is no ZIP archive is an older format, which
/// is not packed.
pub(super) fn check(file: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    if !bytes.starts_with(b"PK") {
        return Ok(());
    }
    let damaged = |error: ZipError| {
        let message = format!("the workbook can't be opened: {error}");
        Diagnostic::new(&DAMAGED_WORKBOOK, file, message)
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let (name, stated, packed) =
            (part.name().map(|name| name.into_owned()), part.size(), part.compressed_size());
        let size = if packed.saturating_mul(MOST_PACKED) <= LARGEST_PART {
            stated
        } else {
            // The stated size may be a lie.
            let unpacked = io::copy(&mut part.take(LARGEST_PART + 1), &mut io::sink());
            unpacked.map_err(|error| damaged(error.into()))?
        };
        if size > LARGEST_PART {
            let name = name.map_err(damaged)?;
            let message = format!("`{name}` in the workbook is larger than 1 GiB");
            return Err(Diagnostic::new(&TOO_LARGE, file, message));
        }
    }
    Ok(())
}
