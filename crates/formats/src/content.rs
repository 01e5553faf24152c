//! The bytes of a file, as they are once nothing is compressed any more.

use crate::errors::{DAMAGED_ARCHIVE, TOO_LARGE, UNREADABLE_FILE};
use bytes::Bytes;
use olshem_model::Diagnostic;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// A file whose contents can be read, more than once.
///
/// Compressed contents (gzip, Zstandard, a ZIP archive of one file) are decompressed on the way.
#[derive(Clone, Debug)]
pub struct Content {
    path: PathBuf,
    /// What places of faults name, if not the path.
    shown: Option<PathBuf>,
    bytes: Option<Bytes>,
}

/// No more than this is decompressed, or loaded by a reader that needs the whole file: a few kilobytes
/// can be made to unpack to terabytes.
pub const LARGEST: u64 = 4 << 30;

impl Content {
    /// A file on disk.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), shown: None, bytes: None }
    }

    /// A file on disk that goes by another name: it was fetched from somewhere.
    pub fn file_as(path: impl Into<PathBuf>, shown: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), shown: Some(shown.into()), bytes: None }
    }

    /// Contents in memory; `path` is only for the places of faults and for what its ending says.
    pub fn in_memory(path: impl Into<PathBuf>, bytes: impl Into<Bytes>) -> Self {
        Self { path: path.into(), shown: None, bytes: Some(bytes.into()) }
    }

    /// What places of faults name.
    pub fn path(&self) -> &Path {
        self.shown.as_deref().unwrap_or(&self.path)
    }

    /// The contents from their beginning.
    ///
    /// # Errors
    ///
    /// A file that can't be opened, or an archive of no or several files.
    pub fn reader(&self) -> Result<Box<dyn BufRead + Send + '_>, Diagnostic> {
        self.unpacked(LARGEST + 1)
    }

    /// The contents, of which no more than so much is wanted.
    fn unpacked(&self, most: u64) -> Result<Box<dyn BufRead + Send + '_>, Diagnostic> {
        let mut raw = self.raw()?;
        let head = raw.fill_buf().map_err(|error| self.unreadable(&error))?;
        let packed = Packing::of(head);
        packed.unpacked(self, raw, most)
    }

    fn raw(&self) -> Result<Box<dyn BufRead + Send + '_>, Diagnostic> {
        Ok(match &self.bytes {
            Some(bytes) => Box::new(Cursor::new(&bytes[..])),
            None => {
                let file = File::open(&self.path).map_err(|error| self.unreadable(&error))?;
                Box::new(BufReader::with_capacity(1 << 16, file))
            }
        })
    }

    /// All of the contents.
    ///
    /// # Errors
    ///
    /// See [`Self::reader`]; more than [`LARGEST`].
    pub fn bytes(&self) -> Result<Bytes, Diagnostic> {
        if let (Some(bytes), Packing::None) = (&self.bytes, self.packing()?) {
            return Ok(bytes.clone());
        }
        let mut reader = self.reader()?;
        let mut bytes = Vec::new();
        let read = reader.by_ref().take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.fault(&error))?;
        if bytes.len() as u64 > LARGEST {
            return Err(self.too_large());
        }
        Ok(bytes.into())
    }

    /// The file, if the contents are just its bytes, for a reader that goes to and fro in it.
    pub(crate) fn plain_file(&self) -> Result<Option<File>, Diagnostic> {
        match (&self.bytes, self.packing()?) {
            (None, Packing::None) => {
                File::open(&self.path).map(Some).map_err(|error| self.unreadable(&error))
            }
            _ => Ok(None),
        }
    }

    fn packing(&self) -> Result<Packing, Diagnostic> {
        let mut raw = self.raw()?;
        raw.fill_buf().map(Packing::of).map_err(|error| self.unreadable(&error))
    }

    /// The beginning of the contents, for telling what they are.
    ///
    /// # Errors
    ///
    /// See [`Self::reader`].
    pub fn head(&self, length: usize) -> Result<Vec<u8>, Diagnostic> {
        let mut head = Vec::new();
        let length = length as u64;
        let read = self.unpacked(length)?.take(length).read_to_end(&mut head);
        read.map_err(|error| self.fault(&error))?;
        Ok(head)
    }

    /// What a failed read of these contents is.
    pub fn fault(&self, error: &io::Error) -> Diagnostic {
        match error.kind() {
            io::ErrorKind::FileTooLarge => self.too_large(),
            io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidInput => {
                let message = format!("the compressed contents are damaged: {error}");
                Diagnostic::new(&DAMAGED_ARCHIVE, self.path(), message)
            }
            _ => self.unreadable(error),
        }
    }

    fn unreadable(&self, error: &io::Error) -> Diagnostic {
        Diagnostic::new(&UNREADABLE_FILE, self.path(), format!("can't be read: {error}"))
    }

    fn too_large(&self) -> Diagnostic {
        let message = format!("the contents are larger than {} GiB", LARGEST >> 30);
        Diagnostic::new(&TOO_LARGE, self.path(), message)
    }
}

/// How contents are compressed, by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Zstandard,
    Zip,
}

impl Packing {
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstandard,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Zip,
            _ => Self::None,
        }
    }

    fn unpacked<'c>(
        self,
        content: &'c Content,
        raw: Box<dyn BufRead + Send + 'c>,
        most: u64,
    ) -> Result<Box<dyn BufRead + Send + 'c>, Diagnostic> {
        let limited = |reader: Box<dyn Read + Send + 'c>| -> Box<dyn BufRead + Send + 'c> {
            Box::new(BufReader::with_capacity(1 << 16, Limited { reader, left: LARGEST }))
        };
        Ok(match self {
            Self::None => raw,
            Self::Gzip => limited(Box::new(flate2::bufread::MultiGzDecoder::new(raw))),
            Self::Zstandard => {
                let decoder = zstd::Decoder::with_buffer(raw);
                limited(Box::new(decoder.map_err(|error| content.fault(&error))?))
            }
            Self::Zip => archive::only_member(content, raw, most)?.map_or_else(
                || content.raw(),
                |bytes| Ok(Box::new(Cursor::new(bytes)) as Box<dyn BufRead + Send>),
            )?,
        })
    }
}

/// A reader that refuses to give more than so many bytes.
struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "more than may be decompressed")
        })?;
        Ok(read)
    }
}

mod archive {
    //! ZIP archives, as which workbooks come too; those are not unpacked.

    use super::{Content, DAMAGED_ARCHIVE, Diagnostic, LARGEST, Read};
    use std::io::{BufRead, Cursor};
    use zip::ZipArchive;
    use zip::result::ZipError;

    /// The beginning of the only file of an archive, no longer than wanted; `None` if the archive is a
    /// workbook.
    pub(super) fn only_member(
        content: &Content,
        mut raw: impl BufRead,
        most: u64,
    ) -> Result<Option<Vec<u8>>, Diagnostic> {
        let mut bytes = Vec::new();
        let damaged = |error: ZipError| {
            let message = format!("the ZIP archive can't be read: {error}");
            Diagnostic::new(&DAMAGED_ARCHIVE, content.path(), message)
        };
        raw.read_to_end(&mut bytes).map_err(|error| content.fault(&error))?;
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        let names: Vec<String> = archive
            .file_names()
            .map(|name| name.map(|name| name.into_owned()))
            .filter(|name| {
                name.as_ref().map_or(true, |n| !n.ends_with('/') && !n.starts_with("__MACOSX/"))
            })
            .collect::<Result<_, _>>()
            .map_err(damaged)?;
        let is_workbook =
            |name: &String| matches!(&**name, "[Content_Types].xml" | "mimetype" | "content.xml");
        if names.iter().any(is_workbook) {
            return Ok(None);
        }
        let [name] = &names[..] else {
            let message = match names.len() {
                0 => "the ZIP archive has no files".to_owned(),
                count => format!("the ZIP archive has {count} files"),
            };
            let shown: Vec<&str> = names.iter().take(10).map(String::as_str).collect();
            return Err(Diagnostic::new(&DAMAGED_ARCHIVE, content.path(), message)
                .with_help(format!("unpack the one that is meant: {}", shown.join(", "))));
        };
        let file = archive.by_name(name).map_err(damaged)?;
        let mut unpacked = Vec::new();
        let read = file.take(most).read_to_end(&mut unpacked);
        read.map_err(|error| content.fault(&error))?;
        if unpacked.len() as u64 > LARGEST {
            return Err(content.too_large());
        }
        Ok(Some(unpacked))
    }
}
