//! Servers to ask, accounts to serve.

use olshem_account::Account;
use olshem_engine::Engine;
use olshem_model::Diagnostic;
use olshem_observatory::{Limits, Observatory, Site};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tempfile::TempDir;
use ureq::Agent;
use ureq::http::Response;

/// A server that runs until the tests end.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) observatory: Arc<Observatory>,
}

/// What a server has answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    pub(crate) fn of(site: Site, folder: &Path, limits: Limits) -> Self {
        Self::serving(Observatory::new(site, folder), limits)
    }

    pub(crate) fn serving(observatory: Observatory, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let observatory = Arc::new(observatory);
        let served = Arc::clone(&observatory);
        std::thread::spawn(move || {
            olshem_observatory::serve(served, listener, limits, std::future::pending()).unwrap();
        });
        Self { address, observatory }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .accept_encoding("identity")
            .build()
            .into();
        let mut request = agent.get(format!("http://{}/{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.call().unwrap())
    }

    /// Sends these bytes as they are, and gives the status of what comes back: 0 where the server
    /// only hangs up.
    pub(crate) fn raw(&self, bytes: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // A server that has seen enough may hang up before all is sent.
        let _ = stream.write_all(bytes);
        // One that is not told that it may will wait for more.
        if !bytes.windows(17).any(|part| part == b"connection: close") {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_default(), answer)
    }
}

fn read(response: Response<ureq::Body>) -> Answer {
    let (parts, mut body) = response.into_parts();
    let body = body.with_config().limit(100_000_000).read_to_vec().unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// The site of an account.
pub(crate) fn site(folder: &Path) -> Result<Site, Vec<Diagnostic>> {
    site_with(folder, Arc::new(Engine::new(NonZeroUsize::new(2).unwrap()).unwrap()))
}

/// The site of an account, made with an engine that others use too.
pub(crate) fn site_with(folder: &Path, engine: Arc<Engine>) -> Result<Site, Vec<Diagnostic>> {
    let run = Account::load(folder)?.run(&engine)?;
    Site::of(Arc::new(run), engine).map_err(|fault| vec![fault])
}

fn kazakhstan_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../accounts/kazakhstan").canonicalize().unwrap()
}

/// The account of Kazakhstan, served; one server for all tests.
pub(crate) fn kazakhstan() -> &'static Server {
    static SERVER: LazyLock<Server> = LazyLock::new(|| {
        let folder = kazakhstan_folder();
        Server::of(site(&folder).unwrap(), &folder, Limits::default())
    });
    &SERVER
}

/// The site of Kazakhstan by itself.
pub(crate) fn kazakhstan_site() -> &'static Site {
    static SITE: LazyLock<Site> = LazyLock::new(|| site(&kazakhstan_folder()).unwrap());
    &SITE
}

/// A small account of its own, as `olshem new` makes it.
pub(crate) fn small() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("small");
    olshem_account::create(&path, "Small").unwrap();
    (folder, path)
}

/// Changes a file of an account.
pub(crate) fn edit(account: &Path, file: &str, change: impl FnOnce(String) -> String) {
    let path = account.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed, "{file} stays as it is");
    std::fs::write(path, changed).unwrap();
}
