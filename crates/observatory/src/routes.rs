//! What is at which address, and in what form it is sent.

use crate::address::{document as document_of, root_from};
use crate::document::{Document, Encoding, HTML, JSON, is_compressible};
use crate::observatory::{Observatory, Served};
use crate::pages::POLICY;
use crate::site::STATUS;
use crate::{openapi, sdmx};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use bytes::Bytes;
use maud::html;
use olshem_account::errors::{NOT_ONE_OBSERVATION, UNKNOWN_NAME};
use olshem_model::Diagnostic;
use olshem_words::Locale;
use percent_encoding::percent_decode_str;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tower_http::cors::{Any, CorsLayer};

/// What is longer than this is no address of ours.
const LONGEST_ADDRESS: usize = 4096;
/// Nothing here takes a body; one this long is not even looked at.
const LONGEST_BODY: u64 = 64 * 1024;
/// How long a number is traced before the reader is told to ask for less.
const LONGEST_TRACE: Duration = Duration::from_secs(20);
/// How long a request waits for others' numbers to be traced.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// An answer before it is fitted to what the client takes.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
}

impl Answer {
    pub(crate) fn new(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        Self { status, content_type, body: body.into() }
    }
}

/// What a client says about the answer that it wants.
struct Wanted {
    encoding: Encoding,
    if_none_match: Option<HeaderValue>,
    locale: Option<Locale>,
}

impl Wanted {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        Self {
            encoding: text(ACCEPT_ENCODING).map_or(Encoding::Identity, Encoding::accepted),
            if_none_match: headers.get(IF_NONE_MATCH).cloned(),
            locale: text(ACCEPT_LANGUAGE).and_then(preferred),
        }
    }

    /// Whether the client has the document already.
    fn has(&self, etag: &str) -> bool {
        let Some(known) = self.if_none_match.as_ref().and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let known = known.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
        known.into_iter().any(|tag| tag == etag || tag == "*")
    }
}

/// The first of our languages in an `Accept-Language` header, by its weights.
fn preferred(header: &str) -> Option<Locale> {
    let mut best: Option<(Locale, f64)> = None;
    for part in header.split(',') {
        let mut parameters = part.split(';').map(str::trim);
        let Some(locale) = parameters.next().and_then(Locale::from_tag) else { continue };
        let quality = parameters.find_map(|p| p.strip_prefix("q=")?.parse().ok());
        let quality: f64 = quality.unwrap_or(1.0);
        if quality > 0.0 && best.is_none_or(|(_, other)| quality > other) {
            best = Some((locale, quality));
        }
    }
    best.map(|(locale, _)| locale)
}

/// Everything that is served.
pub(crate) fn router(observatory: Arc<Observatory>) -> Router {
    let is_open = observatory.is_open;
    let router = Router::new()
        .fallback(respond)
        .layer(middleware::from_fn_with_state(Arc::clone(&observatory), observe));
    let router = if is_open { router.layer(for_other_sites()) } else { router };
    router.with_state(observatory)
}

/// Pages of any site may read every answer.
fn for_other_sites() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::OPTIONS])
        .allow_headers(Any)
        .expose_headers([ETAG])
}

/// Counts and logs each answer, and adds the headers that all have.
async fn observe(
    State(observatory): State<Arc<Observatory>>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = match path.contains("/embed/") {
        true => format!("{POLICY}; frame-ancestors *"),
        false => format!("{POLICY}; frame-ancestors 'self'"),
    };
    let readers = if observatory.is_open { "cross-origin" } else { "same-origin" };
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), readers),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    let bytes = response.body().size_hint().exact().unwrap_or_default();
    let (took, status) = (began.elapsed(), response.status().as_u16());
    observatory.metrics.answered(kind(&path), status, took, bytes);
    tracing::info!(
        method = %method,
        path = path.as_str(),
        status,
        microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        bytes,
    );
    response
}

/// What sort of thing is at a path, for counting.
fn kind(path: &str) -> &'static str {
    match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
        "" | "kk" | "ru" | "en" => "page",
        "api" => "api",
        "data" => "data",
        "assets" => "asset",
        "sdmx" => "sdmx",
        "metrics" | "healthz" => "operation",
        _ => "other",
    }
}

/// The answer to any request.
async fn respond(State(observatory): State<Arc<Observatory>>, request: Request) -> Response {
    let served = observatory.served();
    let (uri, headers) = (request.uri(), request.headers());
    let wanted = Wanted::of(headers);
    let asked = Asked { served: &served, wanted: &wanted, path: uri.path() };
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > LONGEST_BODY) {
        return asked.refuse(StatusCode::PAYLOAD_TOO_LARGE, "fault-too-large");
    }
    if uri.path_and_query().is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS) {
        return asked.refuse(StatusCode::URI_TOO_LONG, "fault-too-large");
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut response = match *request.method() {
            Method::OPTIONS => asked.send(Answer::new(StatusCode::OK, "text/plain", "")),
            _ => asked.refuse(StatusCode::METHOD_NOT_ALLOWED, "fault-method"),
        };
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
        return response;
    }
    let Ok(path) = percent_decode_str(uri.path().trim_start_matches('/')).decode_utf8() else {
        return asked.refuse(StatusCode::BAD_REQUEST, "fault-request");
    };
    match path.as_ref() {
        "" => asked.redirect(&format!("{}/", asked.locale().tag()), StatusCode::FOUND),
        "healthz" => asked.send(Answer::new(StatusCode::OK, "text/plain; charset=utf-8", "ok\n")),
        "metrics" => {
            let text = observatory.metrics.text(served.faults.len());
            asked.send(Answer::new(
                StatusCode::OK,
                "text/plain; version=0.0.4; charset=utf-8",
                text,
            ))
        }
        STATUS => {
            let status = served.status(asked.locale()).to_string();
            asked.send(Answer::new(StatusCode::OK, JSON, status))
        }
        openapi::LINEAGE => lineage(&observatory, &asked, uri.query().unwrap_or_default()).await,
        path if path.starts_with("sdmx/") => {
            let query = uri.query().unwrap_or_default();
            structures_or_data(&observatory, &asked, path, query, headers).await
        }
        path => document(&observatory, &asked, path).await,
    }
}

/// A request as far as it has been understood.
struct Asked<'a> {
    served: &'a Served,
    wanted: &'a Wanted,
    /// As it was written, with the `/` that it begins with.
    path: &'a str,
}

impl Asked<'_> {
    /// The language of the answer: that of the page asked for, of the reader, or of the account.
    fn locale(&self) -> Locale {
        let first = self.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        Locale::ALL
            .into_iter()
            .find(|locale| locale.tag() == first)
            .or(self.wanted.locale)
            .unwrap_or_else(|| self.served.site.own_locale())
    }

    /// An answer that is made for this request alone.
    fn send(&self, answer: Answer) -> Response {
        let Answer { status, content_type, body } = answer;
        let document = Document::for_one_answer(content_type, body);
        self.send_document(&document, status, "no-cache")
    }

    /// A document, or that the client has it already.
    fn send_document(
        &self,
        document: &Document,
        status: StatusCode,
        cache: &'static str,
    ) -> Response {
        let kind = document.content_type();
        let banner = (kind == HTML && status == StatusCode::OK && !self.served.faults.is_empty())
            .then(|| self.with_banner(document));
        let document = banner.as_ref().unwrap_or(document);
        let (encoding, body) = document.encoded(self.wanted.encoding);
        let etag = document.etag(encoding);
        let unchanged = status == StatusCode::OK && self.wanted.has(&etag);
        let mut response = Response::new(if unchanged { Body::empty() } else { Body::from(body) });
        *response.status_mut() = if unchanged { StatusCode::NOT_MODIFIED } else { status };
        let headers = response.headers_mut();
        if !unchanged {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            if let Some(token) = encoding.token() {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(token));
            }
        }
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(ETAG, etag);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        if is_compressible(kind) {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        response
    }

    /// The page with a word about the faults that the account has now.
    fn with_banner(&self, page: &Document) -> Document {
        let words = self.served.site.words(self.locale());
        let faults = self.served.faults.iter().map(|fault| self.served.told(fault, words));
        let banner = html! {
            div class="stale" role="alert" {
                p { (words.get("status-stale")) }
                ul { @for fault in faults.take(5) { li { (fault) } } }
            }
        };
        let text = String::from_utf8_lossy(page.body());
        Document::new(HTML, text.replacen("<body>", &format!("<body>{}", banner.into_string()), 1))
    }

    /// Sends the client to an address relative to the one it asked for.
    fn redirect(&self, to: &str, status: StatusCode) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        if let Ok(to) = HeaderValue::from_str(to) {
            response.headers_mut().insert(LOCATION, to);
        }
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-language"));
        response
    }

    /// Says what is wrong with the request, in the way of whoever asks.
    fn refuse(&self, status: StatusCode, key: &str) -> Response {
        let words = self.served.site.words(self.locale());
        self.refuse_because(status, &words.get(key), key)
    }

    fn refuse_because(&self, status: StatusCode, message: &str, key: &str) -> Response {
        let path = self.path.trim_start_matches('/');
        let answer = if path.starts_with("sdmx/") {
            sdmx::error(status, sdmx_code(status), message)
        } else if path.starts_with("api/") || path.starts_with("data/") {
            let error = json!({ "error": { "status": status.as_u16(), "message": message } });
            Answer::new(status, JSON, error.to_string())
        } else {
            let page = self.served.site.fault(self.locale(), root_from(path), key);
            Answer::new(status, HTML, page)
        };
        self.send(answer)
    }
}

/// SDMX's code for what HTTP says with a status.
fn sdmx_code(status: StatusCode) -> u16 {
    match status {
        StatusCode::NOT_FOUND => 100,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => 130,
        _ => 140,
    }
}

/// A document of the site.
async fn document(observatory: &Arc<Observatory>, asked: &Asked<'_>, path: &str) -> Response {
    let site = &asked.served.site;
    // A file server shows the index of a folder under both names.
    let path = match path.strip_suffix("index.html") {
        Some(folder) if site.has(folder) => folder,
        _ => path,
    };
    if !site.has(path) {
        let last = path.rsplit('/').next().unwrap_or_default();
        return match site.has(&format!("{path}/")) {
            true => asked.redirect(&format!("{last}/"), StatusCode::PERMANENT_REDIRECT),
            false => asked.refuse(StatusCode::NOT_FOUND, "fault-not-found"),
        };
    }
    let cache = match path.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    if let Some(ready) = site.ready(path) {
        return asked.send_document(ready, StatusCode::OK, cache);
    }
    let (making, path) = (Arc::clone(site), path.to_owned());
    let made = traced(observatory, move || {
        // The document stays in the site; what is sent on is its bytes.
        making.get(&path).map(|made| made.map(|d| (d.content_type(), d.body().clone())))
    });
    match made.await {
        Ok(Ok(Some((kind, body)))) => {
            asked.send_document(&Document::new(kind, body), StatusCode::OK, cache)
        }
        Ok(Ok(None)) => asked.refuse(StatusCode::NOT_FOUND, "fault-not-found"),
        Ok(Err(fault)) => {
            tracing::warn!(message = fault.message.as_str(), "a document can't be made");
            asked.refuse(StatusCode::NOT_FOUND, "fault-not-found")
        }
        Err(refusal) => asked.refuse(refusal.0, refusal.1),
    }
}

/// The answer to an SDMX client.
async fn structures_or_data(
    observatory: &Arc<Observatory>,
    asked: &Asked<'_>,
    path: &str,
    query: &str,
    headers: &HeaderMap,
) -> Response {
    let ranges = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let accept = ranges.collect::<Vec<_>>().join(",");
    let path = path.strip_prefix("sdmx/").unwrap_or(path).to_owned();
    let (site, query) = (Arc::clone(&asked.served.site), query.to_owned());
    let since = site.since();
    match traced(observatory, move || sdmx::answer(&site, &path, &query, &accept)).await {
        Ok(answer) => {
            let mut response = asked.send(answer);
            response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
            dated(response, since, headers)
        }
        Err(refusal) => asked.refuse(refusal.0, refusal.1),
    }
}

/// An answer with the moment since when it is what it is; or that the client has it already, who says
/// when it last asked.
fn dated(mut response: Response, since: SystemTime, headers: &HeaderMap) -> Response {
    if response.status() == StatusCode::OK
        && !headers.contains_key(IF_NONE_MATCH)
        && let Some(known) = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok())
    {
        // SDMX's own kit writes the moment as XML Schema does.
        let known = httpdate::parse_http_date(known).ok().or_else(|| sdmx::moment(known));
        if known.is_some_and(|known| since <= known) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_ENCODING);
        }
    }
    if matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED)
        && let Ok(since) = HeaderValue::from_str(&httpdate::fmt_http_date(since))
    {
        response.headers_mut().insert(LAST_MODIFIED, since);
    }
    response
}

/// Where one number comes from.
async fn lineage(observatory: &Arc<Observatory>, asked: &Asked<'_>, query: &str) -> Response {
    let Some(mut keys) = pairs(query) else {
        return asked.refuse(StatusCode::BAD_REQUEST, "fault-request");
    };
    let Some(at) = keys.iter().position(|(name, _)| name == "indicator") else {
        let message = "`indicator` is missing: whose number is to be explained?";
        return asked.refuse_because(StatusCode::BAD_REQUEST, message, "fault-request");
    };
    let (_, indicator) = keys.remove(at);
    if !asked.served.site.has(&document_of("indicators", &indicator)) {
        return asked.refuse(StatusCode::NOT_FOUND, "fault-not-found");
    }
    let site = Arc::clone(&asked.served.site);
    match traced(observatory, move || site.lineage(&indicator, &keys)).await {
        Ok(Ok(found)) => asked.send(Answer::new(StatusCode::OK, JSON, found.to_string())),
        Ok(Err(fault)) => {
            let status = status_of(&fault);
            let message = match &fault.help {
                Some(help) => format!("{}; {help}", fault.message),
                None => fault.message.clone(),
            };
            let message = asked.served.without_folder(&message);
            asked.refuse_because(status, &message, "fault-request")
        }
        Err(refusal) => asked.refuse(refusal.0, refusal.1),
    }
}

fn status_of(fault: &Diagnostic) -> StatusCode {
    let is = |code: &olshem_model::Code| fault.code.id == code.id;
    match () {
        () if is(&UNKNOWN_NAME) || is(&NOT_ONE_OBSERVATION) => StatusCode::BAD_REQUEST,
        () => StatusCode::NOT_FOUND,
    }
}

/// The names and values of a query; none where it is not well written or says something twice.
pub(crate) fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let text = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
        };
        let (name, value) = (text(name)?, text(value)?);
        if pairs.iter().any(|(known, _)| *known == name) {
            return None;
        }
        pairs.push((name, value));
    }
    Some(pairs)
}

/// A status, and the word for why there is no answer.
struct Refusal(StatusCode, &'static str);

/// Does what takes a processor for a while, without holding up those who want less.
async fn traced<T: Send + 'static>(
    observatory: &Arc<Observatory>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    let busy = Refusal(StatusCode::TOO_MANY_REQUESTS, "fault-busy");
    let turn = Arc::clone(&observatory.tracing).acquire_owned();
    let Ok(Ok(turn)) = tokio::time::timeout(LONGEST_WAIT, turn).await else { return Err(busy) };
    let work = tokio::task::spawn_blocking(move || {
        // Work that goes on after its reader has gone keeps its turn until it ends.
        let _turn = turn;
        work()
    });
    match tokio::time::timeout(LONGEST_TRACE, work).await {
        Ok(Ok(done)) => Ok(done),
        _ => Err(Refusal(StatusCode::REQUEST_TIMEOUT, "fault-too-slow")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_is_answered_in_a_language_of_theirs() {
        for (header, expected) in [
            ("kk", Some(Locale::Kk)),
            ("de, ru;q=0.7, en;q=0.9", Some(Locale::En)),
            ("ru-KZ,ru;q=0.9,en-US;q=0.8", Some(Locale::Ru)),
            ("fr", None),
            ("en;q=0", None),
            ("", None),
            (";;q=,", None),
        ] {
            assert_eq!(preferred(header), expected, "{header}");
        }
    }

    #[test]
    fn queries_are_read_or_refused() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs(""), Some(vec![]));
        assert_eq!(
            pairs("a=1&b=%D3%99+x&c"),
            Some(vec![pair("a", "1"), pair("b", "ә x"), pair("c", "")])
        );
        assert_eq!(pairs("a=1&a=2"), None);
        assert_eq!(pairs("a=%FF"), None);
    }
}
