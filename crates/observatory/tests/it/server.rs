//! What the server does that a file server does not, and what it refuses.

use crate::support::{Server, kazakhstan, site, small};
use olshem_observatory::{Limits, Observatory};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn the_reader_is_led_to_their_language() {
    let server = kazakhstan();
    let led = |languages: &str| {
        let answer = server.get_with("", &[("accept-language", languages)]);
        assert_eq!(answer.status, 302);
        assert_eq!(answer.header("vary"), "accept-language");
        answer.header("location").to_owned()
    };
    assert_eq!(led("kk-KZ,ru;q=0.8"), "kk/");
    assert_eq!(led("de, ru;q=0.5"), "ru/");
    assert_eq!(led("de"), "en/");
}

#[test]
fn a_page_without_its_slash_is_found() {
    let answer = kazakhstan().get("en/claims/three-cities");
    assert_eq!((answer.status, answer.header("location")), (308, "three-cities/"));
    assert_eq!(kazakhstan().get("en/claims/three-cities/index.html").status, 200);
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let server = kazakhstan();
    for path in ["en/", "api/v1/claims.json", "data/creative_share.csv", "api/v1/status.json"] {
        let first = server.get(path);
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with('"'), "{path}: {etag}");
        let again = server.get_with(path, &[("if-none-match", &etag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let weak = format!("\"other\", W/{etag}");
        assert_eq!(server.get_with(path, &[("if-none-match", &weak)]).status, 304, "{path}");
        assert_eq!(server.get_with(path, &[("if-none-match", "\"other\"")]).status, 200, "{path}");
        let zipped =
            server.get_with(path, &[("if-none-match", &etag), ("accept-encoding", "gzip")]);
        let small = first.body.len() < 1024;
        assert_eq!(zipped.status, if small { 304 } else { 200 }, "{path}");
    }
}

#[test]
fn documents_are_compressed_as_the_client_likes() {
    let server = kazakhstan();
    let plain = server.get("api/v1/claims.json");
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "accept-encoding");
    let zstd = server.get_with("api/v1/claims.json", &[("accept-encoding", "gzip, zstd")]);
    assert_eq!(zstd.header("content-encoding"), "zstd");
    assert_eq!(zstd::decode_all(&zstd.body[..]).unwrap(), plain.body);
    assert!(zstd.body.len() * 4 < plain.body.len());
    let (_, gzip) = server.raw(
        b"GET /api/v1/claims.json HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n",
    );
    assert!(gzip.contains("content-encoding: gzip"));
}

#[test]
fn every_answer_is_guarded() {
    let server = kazakhstan();
    for path in ["en/", "api/v1/claims.json", "nothing", "healthz", "sdmx/2.1/nothing"] {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
    let embedded = server.get("en/embed/creative_share/");
    assert!(embedded.header("content-security-policy").ends_with("frame-ancestors *"));
}

/// What is served to its author alone is no other site's to read; what is open, anybody's.
#[test]
fn pages_of_other_sites_read_what_is_open_to_them() {
    let preflight = b"OPTIONS /api/v1/claims.json HTTP/1.1\r\nhost: x\r\n\
        origin: https://elsewhere.example\r\naccess-control-request-method: GET\r\n\
        connection: close\r\n\r\n";
    let (status, answer) = kazakhstan().raw(preflight);
    assert_eq!(status, 200);
    assert!(!answer.to_lowercase().contains("access-control"), "{answer}");

    let (_folder, account) = small();
    let observatory = Observatory::new(site(&account).unwrap(), &account).open_to_other_sites();
    let server = Server::serving(observatory, Limits::default());
    let (status, answer) = server.raw(preflight);
    assert_eq!(status, 200);
    assert!(
        answer.to_lowercase().contains("access-control-allow-methods: get,head,options"),
        "{answer}"
    );
    for path in ["en/", "api/v1/claims.json", "nothing", "sdmx/2.1/nothing"] {
        let answer = server.get(path);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{path}");
    }
}

#[test]
fn nothing_outside_the_site_is_found() {
    let server = kazakhstan();
    for path in [
        "/../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/en/..%5c..%5caccount.toml",
        "/en/claims/../../account.toml",
        "/account.toml",
        "//etc/passwd",
        "/en//",
        "/data/../account.toml",
        "/data/creative_share.csv%00.html",
        "/%00",
        "/.vite/manifest.json",
        "/.olshem-site",
        "/api/v1/claims/..%2f..%2faccount.json",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let (status, answer) = server.raw(request.as_bytes());
        assert_eq!(status, 404, "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("accounts/"), "{path}: {answer}");
    }
    let (status, _) = server.raw(b"GET /%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(status, 400);
}

#[test]
fn faults_are_told_in_the_way_of_whoever_asks() {
    let server = kazakhstan();
    for (path, headers, kind, words) in [
        ("kk/nothing/", vec![], "text/html", "Мұндай бет жоқ"),
        ("nothing", vec![("accept-language", "ru")], "text/html", "Такой страницы нет"),
        ("api/v1/nothing.json", vec![], "application/json", "There is no such page"),
        ("sdmx/2.1/nothing", vec![], "application/xml", "mes:ErrorMessage"),
    ] {
        let answer = server.get_with(path, &headers);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("content-type").starts_with(kind), "{path}");
        assert!(answer.text().contains(words), "{path}: {}", answer.text());
    }
}

#[test]
fn pages_are_only_read() {
    let server = kazakhstan();
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "FROB"] {
        let request = format!(
            "{method} /en/ HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let (status, answer) = server.raw(request.as_bytes());
        assert!((400..500).contains(&status), "{method}: {answer}");
    }
    let (status, answer) = server
        .raw(b"POST /en/ HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
    assert_eq!(status, 405);
    assert!(answer.contains("allow: GET, HEAD, OPTIONS"), "{answer}");
    let (status, answer) =
        server.raw(b"HEAD /en/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(status, 200);
    assert!(answer.ends_with("\r\n\r\n"), "a head has no body");
    assert!(!answer.contains("content-length: 0"), "{answer}");
}

#[test]
fn requests_that_are_too_large_are_refused() {
    let server = kazakhstan();
    let long = "x".repeat(5000);
    let request =
        format!("GET /en/search/?q={long} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(server.raw(request.as_bytes()).0, 414);
    let longer = "x".repeat(100_000);
    let request = format!("GET /{longer} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let (status, _) = server.raw(request.as_bytes());
    assert!([0, 414, 431].contains(&status), "{status}");
    let request =
        format!("GET /en/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: {longer}\r\n\r\n");
    let (status, _) = server.raw(request.as_bytes());
    assert!([0, 431].contains(&status), "{status}");
    let many = "x-one: 1\r\n".repeat(200);
    let (status, _) =
        server.raw(format!("GET /en/ HTTP/1.1\r\nconnection: close\r\n{many}\r\n").as_bytes());
    assert_eq!(status, 431);
    let request =
        "GET /en/ HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\nconnection: close\r\n\r\n";
    assert_eq!(server.raw(request.as_bytes()).0, 413);
}

#[test]
fn what_is_no_http_is_refused() {
    let server = kazakhstan();
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /en/ HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"GET /en/ HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"GET /en/ HTTP/1.1\r\ntransfer-encoding: gzip, frob\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let (status, answer) = server.raw(bytes);
        assert!(status < 500, "{answer}");
    }
    let odd = b"GET /en/?%zz&&=&a=b=c HTTP/1.1\r\nhost: \xff\r\naccept-encoding: \xff;q=nan\r\n\
                accept-language: ;;q=\r\nif-none-match: \xfe\r\nconnection: close\r\n\r\n";
    let (status, answer) = server.raw(odd);
    assert!((200..500).contains(&status), "{answer}");
}

#[test]
fn any_number_leads_to_its_cells() {
    let server = kazakhstan();
    let query = "api/v1/lineage?indicator=creative_share&TIME_PERIOD=2023&DEFINITION=DCMS_CREATIVE";
    let found = server.get(query);
    assert_eq!(found.status, 200, "{}", found.text());
    assert_eq!(found.json()["figure"]["indicator"], "creative_share");
    assert!(found.text().contains("\"sha256\"") && found.text().contains("\"cells\""));
    assert!(!found.text().contains("/accounts/"), "no path of this machine is told");
    for (query, status) in [
        ("", 400),
        ("?REF_AREA=KZ", 400),
        ("?indicator=nothing", 404),
        ("?indicator=creative_share&FROB=1", 400),
        ("?indicator=creative_share&TIME_PERIOD=1066", 404),
        ("?indicator=creative_share", 400),
        ("?indicator=creative_share&indicator=creative_share", 400),
        ("?indicator=%ff", 400),
        ("?indicator=%3Cscript%3E", 404),
    ] {
        let answer = server.get(&format!("api/v1/lineage{query}"));
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
        assert!(
            answer.json()["error"]["message"].as_str().is_some_and(|m| !m.is_empty()),
            "{query}"
        );
    }
}

#[test]
fn a_claim_leads_to_its_cells_as_page_and_as_document() {
    let server = kazakhstan();
    let page = server.get("ru/claims/it-games-38/lineage/");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<details") && page.text().contains("SHA-256"));
    let document = server.get("api/v1/claims/it-games-38/lineage.json");
    assert_eq!(document.json()["claim"]["id"], "it-games-38");
    assert!(!document.text().contains("/accounts/"));
}

#[test]
fn what_is_asked_is_counted() {
    let server = kazakhstan();
    assert_eq!(server.get("healthz").text(), "ok\n");
    server.get("en/");
    let metrics = server.get("metrics");
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = metrics.text();
    assert!(text.contains("olshem_answers_total{route=\"page\",status=\"200\"}"), "{text}");
    assert!(text.contains("olshem_answer_seconds_bucket{le=\"+Inf\"}"), "{text}");
    assert!(text.contains("olshem_faults 0"), "{text}");
}

#[test]
fn slow_clients_hold_nobody_up() {
    let (_folder, account) = small();
    let limits = Limits {
        connections: 64,
        head: Duration::from_millis(700),
        connection: Duration::from_millis(1500),
        farewell: Duration::from_millis(500),
    };
    let server = Server::of(site(&account).unwrap(), &account, limits);
    let mut slow: Vec<TcpStream> = (0..60)
        .map(|n| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            // Some say nothing, some half of what they have to say, some don't read the answer.
            let said: &[u8] = match n % 3 {
                0 => b"",
                1 => b"GET /en/ HTTP/1.1\r\nhost: x\r\nx-",
                _ => b"GET /en/ HTTP/1.1\r\nhost: x\r\n\r\n",
            };
            stream.write_all(said).unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    assert_eq!(server.get("en/").status, 200);
    assert!(began.elapsed() < Duration::from_millis(600), "{:?}", began.elapsed());
    // And they are let go.
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut rest = Vec::new();
        assert!(stream.read_to_end(&mut rest).is_ok(), "a slow client is still connected");
    }
}
