//! Connections: accepted, kept within limits, and let go, so that no client holds up the others.

use crate::observatory::Observatory;
use crate::routes::router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// How much one client may ask, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many clients are connected at once; others wait to be let in.
    pub connections: usize,
    /// How long the head of a request may take to arrive.
    pub head: Duration,
    /// How long a connection is kept before its client has to come anew.
    pub connection: Duration,
    /// How long an answer that is under way then may still take.
    pub farewell: Duration,
}

/// The head of a request: address and headers.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;
/// How long to wait where no connection can be accepted: too many files are open, say.
const PAUSE: Duration = Duration::from_millis(100);

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(10),
            connection: Duration::from_secs(120),
            farewell: Duration::from_secs(30),
        }
    }
}

/// Answers whoever connects, until `end` is done.
///
/// # Errors
///
/// No threads can be started, or the listener is no good.
pub fn serve(
    observatory: Arc<Observatory>,
    listener: TcpListener,
    limits: Limits,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    // Its threads are let go here, after the last request, and not by a request.
    let _engine = Arc::clone(&observatory.engine);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::select! {
            () = accept(observatory, &listener, limits) => {}
            () = end => {}
        }
        Ok(())
    });
    // Numbers that are being traced are not waited for.
    runtime.shutdown_timeout(PAUSE);
    result
}

async fn accept(observatory: Arc<Observatory>, listener: &tokio::net::TcpListener, limits: Limits) {
    let router = router(Arc::clone(&observatory));
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        // Nothing closes the semaphore.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (router, observatory) = (router.clone(), Arc::clone(&observatory));
        tokio::spawn(async move {
            observatory.metrics.connected(true);
            converse(router, stream, client, limits).await;
            observatory.metrics.connected(false);
            drop(place);
        });
    }
}

/// Answers one client until it leaves or its time is up.
async fn converse(router: axum::Router, stream: TcpStream, client: SocketAddr, limits: Limits) {
    // An answer is written whole; there is nothing to wait for to fill a packet.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(LONGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = tokio::time::sleep(limits.connection) => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(limits.farewell, connection).await {
                Ok(ended) => ended,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%client, %error, "a connection has ended early");
    }
}
