//! The board over HTTP: `/livez`, `/readyz`, `/metrics`, `/tasks`. Nothing can be changed here.
//!
//! For Kubernetes, on a port of its own that no Service needs:
//! - *startup and readiness* probe: `/readyz`. 503 until every worker has joined the group and every task that it was
//!   given is restored, and again while a rebalance brings tasks that must be restored. No traffic hangs on it, but a
//!   rolling update does: it waits until a new process really works before it stops the next old one.
//! - *liveness* probe: `/livez`. 503 only where a worker's loop has not turned for a minute, which no new start of
//!   Kafka, no long restore and no backlog does. It asks nothing outside the process: a broker that is away is not
//!   healed by killing those who wait for it.
//!
//! Both say in a line what does not hold; with `?verbose` they list every check.
//!
//! Whoever reaches the port may be anyone. A connection serves one request, within seconds and a few KiB, and only so
//! many are open at once, so neither many nor slow ones can hold the process or each other up for long.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Halt;
use crate::board::{Board, Check, OPEN_METRICS};

/// A connection ends after this long, whatever it is doing.
const LONGEST: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });
/// A request's line and headers together, in bytes.
const LARGEST: usize = 16 * 1024;
/// Connections at once; others wait in the system's queue.
const CONNECTIONS: usize = 256;

/// A port that is ours, where nothing answers yet.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    address: SocketAddr,
}

impl Port {
    /// Takes the port. Port 0 takes any that is free.
    ///
    /// # Errors
    /// [`Halt::Http`] where it is in use or not ours to take.
    pub async fn take(address: SocketAddr) -> Result<Port, Halt> {
        let halt = |source| Halt::Http { address, source };
        let listener = TcpListener::bind(address).await.map_err(halt)?;
        let address = listener.local_addr().map_err(halt)?;
        Ok(Port { listener, address })
    }

    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers what is asked of the board until `shutdown`, then drops what is still open.
    pub async fn serve(self, board: Board, shutdown: impl Future<Output = ()>) {
        self.answer(routes(board), shutdown).await;
    }

    /// Answers `/metrics` with what `metrics` writes, in the form of OpenMetrics, until `shutdown`.
    pub async fn serve_metrics(
        self,
        metrics: impl Fn() -> String + Clone + Send + Sync + 'static,
        shutdown: impl Future<Output = ()>,
    ) {
        let answer = move || async move { ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics()) };
        let nothing = || async { (StatusCode::NOT_FOUND, "there is /metrics\n") };
        self.answer(Router::new().route("/metrics", get(answer)).fallback(nothing), shutdown).await;
    }

    async fn answer(self, router: Router, shutdown: impl Future<Output = ()>) {
        let service = TowerToHyperService::new(router);
        let mut http = http1::Builder::new();
        http.keep_alive(false).max_buf_size(LARGEST);
        let mut open = JoinSet::new();
        let answer = async {
            loop {
                while open.try_join_next().is_some() {}
                if open.len() >= CONNECTIONS {
                    open.join_next().await;
                }
                match self.listener.accept().await {
                    Ok((stream, _)) => {
                        let answer = http.serve_connection(TokioIo::new(stream), service.clone());
                        open.spawn(timeout(LONGEST, answer));
                    }
                    // Out of file descriptors, most likely: those who are being answered give theirs back.
                    Err(_) => sleep(Duration::from_millis(100)).await,
                }
            }
        };
        tokio::select! {
            () = shutdown => (),
            () = answer => (),
        }
    }
}

fn routes(board: Board) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/tasks", get(tasks))
        .fallback(|| async {
            (StatusCode::NOT_FOUND, "there are /livez, /readyz, /metrics and /tasks\n")
        })
        .with_state(board)
}

async fn livez(State(board): State<Board>, RawQuery(query): RawQuery) -> Response {
    verdict(&board.alive(), "alive", query.as_deref())
}

async fn readyz(State(board): State<Board>, RawQuery(query): RawQuery) -> Response {
    verdict(&board.ready(), "ready", query.as_deref())
}

async fn metrics(State(board): State<Board>) -> Response {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], board.metrics()).into_response()
}

async fn tasks(State(board): State<Board>) -> Response {
    Json(board.tasks()).into_response()
}

/// 200 and a word if all holds, else 503 and what does not; every check if asked for.
fn verdict(checks: &[Check], good: &str, query: Option<&str>) -> Response {
    let holds = checks.iter().all(|check| check.problem.is_none());
    let verbose =
        query.is_some_and(|query| query.split('&').any(|word| word.starts_with("verbose")));
    let mut text = String::new();
    for Check { name, problem } in checks {
        match problem {
            None if verbose => text.push_str(&format!("[+] {name}\n")),
            None => (),
            Some(problem) => text.push_str(&format!("[-] {name}: {problem}\n")),
        }
    }
    let status = if holds { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let not = if holds { "" } else { "not " };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, headers, format!("{text}{not}{good}\n")).into_response()
}

#[cfg(test)]
mod tests;
