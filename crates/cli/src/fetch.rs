//! Files that users name: on disk, or at an address, from where they are fetched.

use crate::args::Reading;
use crate::commands::one;
use crate::errors::{FETCH, FILE};
use olshem_formats::Content;
use olshem_model::{Diagnostic, Place};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// A file that a user named.
#[derive(Debug)]
pub(crate) struct Named {
    /// What it holds.
    pub(crate) content: Content,
    /// The folder it lies in; none where it was fetched.
    pub(crate) folder: Option<PathBuf>,
    /// Where it was fetched from.
    pub(crate) address: Option<String>,
    /// What was fetched is removed with this.
    fetched: Option<NamedTempFile>,
}

impl Named {
    /// The file by its name or address.
    pub(crate) fn open(name: &str, reading: &Reading) -> Result<Self, Vec<Diagnostic>> {
        if name.contains("://") {
            return fetch(name, reading).map_err(one);
        }
        let path = PathBuf::from(name);
        let folder = path.parent().map(|parent| match parent.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => parent.to_path_buf(),
        });
        let content = Content::file(path);
        Ok(Self { content, folder, address: None, fetched: None })
    }

    /// Where its bytes are.
    pub(crate) fn on_disk(&self) -> &Path {
        self.fetched.as_ref().map_or_else(|| self.content.path(), |file| file.path())
    }

    /// Its SHA-256 checksum in hexadecimal.
    pub(crate) fn sha256(&self) -> Result<String, Vec<Diagnostic>> {
        let path = self.on_disk();
        let unreadable = |error: io::Error| {
            let message = format!("can't be read: {error}");
            one(Diagnostic::new(&FILE, self.content.path(), message))
        };
        let mut hasher = Sha256::new();
        io::copy(&mut File::open(path).map_err(unreadable)?, &mut hasher).map_err(unreadable)?;
        Ok(hexadecimal(&hasher.finalize()))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Fetches a file, no larger than allowed, in no more time than allowed.
fn fetch(address: &str, reading: &Reading) -> Result<Named, Diagnostic> {
    let fault = |message: String| Diagnostic::new(&FETCH, Place::Nowhere, message);
    let (scheme, rest) = address.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_here = ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
        host.strip_prefix(here).is_some_and(|port| port.is_empty() || port.starts_with(':'))
    });
    if !(scheme == "https" || (scheme == "http" && is_here)) {
        let help = "over anything but https nobody knows who sent the file; fetch it by other means and name it on disk";
        return Err(fault(format!("`{address}` is not an https address")).with_help(help));
    }
    let limit = reading.size_limit << 20;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(reading.time_limit)))
        .timeout_connect(Some(Duration::from_secs(30.min(reading.time_limit))))
        .https_only(!is_here)
        .tls_config(
            ureq::tls::TlsConfig::builder()
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        )
        .user_agent(concat!("olshem/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    // Data services that speak several formats are asked for one that loses nothing.
    let accept = "application/vnd.sdmx.structurespecificdata+xml;version=2.1, application/vnd.sdmx.structure+xml;version=2.1;q=0.9, */*;q=0.8";
    let mut response = agent
        .get(address)
        .header("Accept", accept)
        .call()
        .map_err(|error| fault(format!("`{address}` can't be fetched: {error}")))?;
    let name = file_name(address, response.headers().get("content-disposition"));
    let mut file =
        NamedTempFile::new().map_err(|error| fault(format!("no temporary file: {error}")))?;
    let mut hasher = Sha256::new();
    let mut body = response.body_mut().with_config().limit(limit + 1).reader();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let read = body
            .read(&mut buffer)
            .map_err(|error| fault(format!("`{address}` broke off after {size} bytes: {error}")))?;
        if read == 0 {
            break;
        }
        size += read as u64;
        if size > limit {
            let message = format!("`{address}` is larger than {} MiB", reading.size_limit);
            return Err(fault(message).with_help("`--size-limit` allows more"));
        }
        hasher.update(&buffer[..read]);
        file.write_all(&buffer[..read]).map_err(|error| fault(error.to_string()))?;
    }
    file.flush().map_err(|error| fault(error.to_string()))?;
    let is = hexadecimal(&hasher.finalize());
    if let Some(expected) = reading.sha256.as_ref().filter(|e| !e.eq_ignore_ascii_case(&is)) {
        return Err(fault(format!(
            "the checksum of `{address}` is {is}, and should be {expected}"
        )));
    }
    let content = Content::file_as(file.path(), name);
    Ok(Named { content, folder: None, address: Some(address.to_owned()), fetched: Some(file) })
}

/// What the server calls the file, else the last part of its address; never more than a name.
fn file_name(address: &str, disposition: Option<&ureq::http::HeaderValue>) -> PathBuf {
    let told = disposition.and_then(|value| value.to_str().ok()).and_then(|value| {
        let (_, name) = value.split_once("filename=")?;
        Some(name.split(';').next()?.trim().trim_matches('"').to_owned())
    });
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let name = told.unwrap_or(last);
    let name: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    match name.trim_start_matches('.') {
        "" => PathBuf::from("data"),
        name => PathBuf::from(name),
    }
}
