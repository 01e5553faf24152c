//! One document of the site: its bytes, what they are, and their compressed forms.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::OnceLock;

/// HTML pages.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
/// JSON documents.
pub(crate) const JSON: &str = "application/json; charset=utf-8";
/// Observations as CSV.
pub(crate) const CSV: &str = "text/csv; charset=utf-8; header=present";
/// Observations as Parquet.
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";

/// What bytes are compressed with.
#[derive(Clone, Copy, Debug)]
struct Levels {
    gzip: u32,
    zstd: i32,
}

/// Worth it for what is made once and asked for often.
const OFTEN: Levels = Levels { gzip: 6, zstd: 9 };
/// What whoever waits for an answer made for them alone waits least for.
const ONCE: Levels = Levels { gzip: 1, zstd: 1 };
/// Below this a document fits into a packet as it is.
const WORTH_COMPRESSING: usize = 1024;

/// How the bytes of an answer are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Encoding {
    /// Its name in HTTP; none where nothing is compressed.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The best one that an `Accept-Encoding` header takes.
    pub fn accepted(header: &str) -> Self {
        let mut best = (Self::Identity, 0.0);
        for part in header.split(',') {
            let mut parameters = part.split(';').map(str::trim);
            let encoding = match parameters.next().map(str::to_ascii_lowercase).as_deref() {
                Some("zstd") => Self::Zstd,
                Some("gzip" | "x-gzip" | "*") => Self::Gzip,
                _ => continue,
            };
            let quality = parameters.find_map(|p| p.strip_prefix("q=")?.trim().parse().ok());
            let quality: f64 = quality.unwrap_or(1.0);
            let wins = quality > best.1 || (quality == best.1 && encoding == Self::Zstd);
            if quality > 0.0 && wins {
                best = (encoding, quality);
            }
        }
        best.0
    }

    /// The bytes compressed; as they are where that fails, which in memory it does not.
    fn compress(self, bytes: &[u8], levels: Levels) -> Vec<u8> {
        let compressed = match self {
            Self::Identity => None,
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(levels.gzip));
                encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()
            }
            Self::Zstd => zstd::encode_all(bytes, levels.zstd).ok(),
        };
        compressed.unwrap_or_else(|| bytes.to_vec())
    }
}

/// A document of the site.
#[derive(Debug)]
pub struct Document {
    content_type: &'static str,
    body: Bytes,
    hash: String,
    levels: Levels,
    gzip: OnceLock<Bytes>,
    zstd: OnceLock<Bytes>,
}

impl Document {
    /// A document of these bytes.
    pub fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let hash = blake3::hash(&body).to_hex();
        let hash = hash.as_str().chars().take(32).collect();
        let (gzip, zstd) = (OnceLock::new(), OnceLock::new());
        Self { content_type, body, hash, levels: OFTEN, gzip, zstd }
    }

    /// One that is made for a single answer.
    pub fn for_one_answer(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { levels: ONCE, ..Self::new(content_type, body) }
    }

    /// What it is.
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// Its bytes.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The checksum of its bytes.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Its bytes in an encoding, or uncompressed where that would gain nothing. They are compressed
    /// when they are first asked for.
    pub fn encoded(&self, encoding: Encoding) -> (Encoding, Bytes) {
        let place = match encoding {
            Encoding::Gzip => &self.gzip,
            Encoding::Zstd => &self.zstd,
            Encoding::Identity => return (encoding, self.body.clone()),
        };
        if self.body.len() < WORTH_COMPRESSING || !is_compressible(self.content_type) {
            return (Encoding::Identity, self.body.clone());
        }
        (encoding, place.get_or_init(|| encoding.compress(&self.body, self.levels).into()).clone())
    }

    /// The entity tag of its bytes in an encoding: each has its own, as HTTP wants it.
    pub fn etag(&self, encoding: Encoding) -> String {
        match encoding.token() {
            None => format!("\"{}\"", self.hash),
            Some(token) => format!("\"{}-{token}\"", self.hash),
        }
    }
}

/// Whether bytes of this kind shrink; images and Parquet are compressed already.
pub(crate) fn is_compressible(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || ["json", "xml", "csv", "javascript", "svg"]
            .iter()
            .any(|kind| content_type.contains(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accepted_encoding_is_taken() {
        for (header, expected) in [
            ("", Encoding::Identity),
            ("identity", Encoding::Identity),
            ("gzip", Encoding::Gzip),
            ("gzip, deflate, br, zstd", Encoding::Zstd),
            ("zstd, gzip", Encoding::Zstd),
            ("zstd;q=0.5, gzip", Encoding::Gzip),
            ("gzip;q=0", Encoding::Identity),
            ("*", Encoding::Gzip),
            ("GZIP ; q=0.2", Encoding::Gzip),
            ("gzip;q=x", Encoding::Gzip),
        ] {
            assert_eq!(Encoding::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn a_document_is_the_same_in_each_encoding() {
        let document = Document::new(HTML, "<p>абв</p>".repeat(1000));
        let (_, gzip) = document.encoded(Encoding::Gzip);
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut text)
            .unwrap();
        assert_eq!(text.as_bytes(), document.body());
        let (_, zstd) = document.encoded(Encoding::Zstd);
        assert_eq!(zstd::decode_all(&zstd[..]).unwrap(), document.body().as_ref());
        assert_ne!(document.etag(Encoding::Gzip), document.etag(Encoding::Zstd));
    }
}
