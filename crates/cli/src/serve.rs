//! `olshem serve` and `olshem publish`: an account as a site.

use crate::commands::{Answer, Answered, engine, one};
use crate::errors::{LISTEN, OTHER_RELEASE, OUTPUT};
use olshem_account::Account;
use olshem_engine::Engine;
use olshem_model::{Diagnostic, Place};
use olshem_observatory::{Limits, Observatory, Site, Watch};
use olshem_words::Words;
use std::io::{self, IsTerminal, Write};
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use tracing_subscriber::filter::LevelFilter;

/// Serves until the process is told to end. The address is printed as soon as it answers; what is
/// listening may have chosen the port.
pub(crate) fn serve(
    folder: &Path,
    listen: SocketAddr,
    release: Option<&str>,
    watched: bool,
    threads: Option<NonZeroUsize>,
) -> Answered {
    log();
    let refused = |error: io::Error| {
        one(Diagnostic::new(&LISTEN, Place::Nowhere, format!("{listen}: {error}")))
    };
    let listener = TcpListener::bind(listen).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let watch = watched.then(|| Watch::before_reading(folder));
    let engine = Arc::new(engine(threads)?);
    let mut observatory = Observatory::new(site(folder, release, engine)?, folder);
    // What is being worked on is its author's alone.
    if !watched {
        observatory = observatory.open_to_other_sites();
    }
    let observatory = Arc::new(observatory);
    if let Some(watch) = watch {
        let folder = folder.to_path_buf();
        watch.start(&observatory, move |engine| site(&folder, None, engine));
    }
    let mut stdout = io::stdout().lock();
    let printed = writeln!(stdout, "http://{address}/").and_then(|()| stdout.flush());
    drop(stdout);
    printed.map_err(|error| one(Diagnostic::new(&OUTPUT, Place::Nowhere, error.to_string())))?;
    olshem_observatory::serve(observatory, listener, Limits::default(), ended())
        .map_err(refused)?;
    Ok(Answer::default())
}

/// Writes the site of an account to a folder.
pub(crate) fn publish(
    folder: &Path,
    out: &Path,
    threads: Option<NonZeroUsize>,
    words: &Words,
) -> Answered {
    let site = site(folder, None, Arc::new(engine(threads)?))?;
    let count = olshem_observatory::publish(&site, out).map_err(one)?;
    let path = out.display().to_string();
    let written = words.with("site-written", &[("n", count.into()), ("path", path.into())]);
    Ok(Answer::new(written + "\n"))
}

fn site(
    folder: &Path,
    release: Option<&str>,
    engine: Arc<Engine>,
) -> Result<Site, Vec<Diagnostic>> {
    let account = Account::load(folder)?;
    let run = account.run(&engine)?;
    if let Some(wanted) = release {
        let id = run.release_id().map_err(one)?;
        if id != wanted {
            let message = format!("the account makes the release `{id}`, and not `{wanted}`");
            return Err(one(Diagnostic::new(&OTHER_RELEASE, folder, message)));
        }
    }
    Site::of(Arc::new(run), engine).map_err(one)
}

/// For a person only what they should know; for whatever else reads it, each request.
fn log() {
    let log = tracing_subscriber::fmt().with_writer(io::stderr).with_target(false);
    if io::stderr().is_terminal() {
        log.with_max_level(LevelFilter::WARN).init();
    } else {
        log.with_max_level(LevelFilter::INFO).json().flatten_event(true).init();
    }
}

/// Done when somebody wants the process to end: with Ctrl-C, or as a service manager does.
async fn ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
