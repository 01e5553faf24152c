//! Serving and publishing an account.

use crate::{Fresh, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

/// A server that ends with the test.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn new(fresh: &Fresh, options: &[&str]) -> Self {
        let mut command = fresh.olshem(&["serve", "my-account", "--listen", "127.0.0.1:0"]);
        let mut child =
            command.args(options).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn an_account_is_served_until_it_is_ended() {
    let fresh = Fresh::new();
    let mut serving = Serving::new(&fresh, &[]);
    assert!(serving.get("/healthz").ends_with("ok\n"));
    assert!(serving.get("/ru/").contains("<html lang=\"ru\""));
    #[cfg(unix)]
    {
        let id = serving.child.id().to_string();
        let ended = std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(ended.success());
        assert_eq!(serving.child.wait().unwrap().code(), Some(0));
        let mut log = String::new();
        serving.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        let first: serde_json::Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
        assert_eq!((&first["path"], &first["status"]), (&"/healthz".into(), &200.into()), "{log}");
    }
}

#[test]
fn an_address_that_is_taken_is_told() {
    let fresh = Fresh::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = run(&mut fresh.olshem(&["serve", "my-account", "--listen", &address]));
    assert_eq!((told.code, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains("C012") && told.stderr.contains(&address), "{}", told.stderr);
}

#[test]
fn a_release_is_served_only_if_the_account_is_still_so() {
    let fresh = Fresh::new();
    let id = run(&mut fresh.olshem(&["build", "my-account"])).stdout.trim().to_owned();
    let serving = Serving::new(&fresh, &["--release", &id]);
    assert!(serving.get("/api/v1/releases.json").contains(&id));

    let other = ["--listen", "127.0.0.1:0", "--release", "0123456789abcdef"];
    let told = run(fresh.olshem(&["serve", "my-account"]).args(other));
    assert_eq!(told.code, 2);
    assert!(told.stderr.contains("C013") && told.stderr.contains(&id), "{}", told.stderr);
}

#[test]
fn a_site_is_written_and_nothing_else_is_touched() {
    let fresh = Fresh::new();
    let told = run(&mut fresh.olshem(&["publish", "my-account", "--out", "site"]));
    assert_eq!((told.code, told.stderr.as_str()), (0, ""));
    assert!(told.stdout.ends_with("documents, written to site\n"), "{}", told.stdout);
    assert!(fresh.folder.path().join("site/kk/index.html").is_file());
    let refused = run(&mut fresh.olshem(&["publish", "my-account", "--out", "my-account"]));
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("no site"), "{}", refused.stderr);
}
