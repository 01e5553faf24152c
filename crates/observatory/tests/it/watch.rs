//! Edits while the account is served.

use crate::support::{Server, edit, site, site_with, small};
use olshem_observatory::{Limits, Watch};
use std::time::{Duration, Instant};

/// Waits until it is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} never came");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn an_edit_is_taken_over_and_a_broken_one_is_told() {
    let (_folder, account) = small();
    let watch = Watch::before_reading(&account);
    let server = Server::of(site(&account).unwrap(), &account, Limits::default());
    let folder = account.clone();
    watch.start(&server.observatory, move |engine| site_with(&folder, engine));
    let status = || server.get("api/v1/status.json").json();
    assert_eq!(status()["faults"], serde_json::json!([]));
    let before = server.get("en/");

    edit(&account, "account.toml", |text| text.replacen("name = ", "name: ", 1));
    until("the fault", || status()["faults"].as_array().is_some_and(|faults| !faults.is_empty()));
    let fault = &status()["faults"][0];
    assert_eq!(fault["file"], "account.toml");
    assert!(!fault.to_string().contains(account.to_str().unwrap()), "{fault}");
    let broken = server.get("en/");
    assert_eq!(broken.status, 200);
    assert!(broken.text().contains("role=\"alert\""), "the page says that it is from before");
    let line = fault["line"].as_u64().unwrap();
    for language in ["en", "ru", "kk"] {
        let page = server.get(&format!("{language}/claims/"));
        assert!(page.text().contains(&format!(", account.toml:{line}: ")), "{language}");
    }
    assert_ne!(broken.header("etag"), before.header("etag"));
    assert!(server.get("metrics").text().contains("olshem_failed_reloads_total 1"));

    edit(&account, "account.toml", |text| {
        text.replacen("name: ", "name = ", 1).replacen("Small", "Smaller", 1)
    });
    until("the edit", || server.get("en/").text().contains("Smaller"));
    assert_eq!(status()["faults"], serde_json::json!([]));
    assert!(!server.get("en/").text().contains("role=\"alert\""));
}
