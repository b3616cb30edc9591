//! The pages as a client gets them, byte by byte, and what becomes of a client that misbehaves.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::*;
use crate::TopicNames;

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A server on a thread of its own. It ends when this is dropped.
struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(board: &Board) -> Server {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let port = runtime.block_on(Port::take(ANY)).unwrap();
        let (address, board) = (port.address(), board.clone());
        let (stop, stopped) = oneshot::channel();
        let serve = port.serve(board, async {
            let _ = stopped.await;
        });
        let thread = thread::spawn(move || runtime.block_on(serve));
        Server { address, stop: Some(stop), thread: Some(thread) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// The status line, the headers and the body that a request is answered with.
    fn ask(&self, request: &str) -> (String, String, String) {
        let mut stream = self.connect();
        write!(stream, "{request} HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut answer = String::new();
        // It ends because the server closes: a connection is for one request.
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let (status, headers) = head.split_once("\r\n").unwrap();
        (status.to_owned(), headers.to_lowercase(), body.to_owned())
    }

    fn stop(&mut self) {
        self.stop.take();
        self.thread.take().map(JoinHandle::join).transpose().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn board() -> Board {
    Board::new(1, &TopicNames::under("firstword"), "p@0")
}

const OK: &str = "HTTP/1.1 200 OK";
const UNAVAILABLE: &str = "HTTP/1.1 503 Service Unavailable";

#[test]
fn each_page_answers() {
    let board = board();
    let server = Server::start(&board);
    let (status, headers, body) = server.ask("GET /livez");
    assert_eq!((&*status, &*body), (OK, "alive\n"));
    assert!(headers.contains("connection: close"), "{headers}");

    let (status, _, body) = server.ask("GET /readyz");
    let outside = "[-] workers-joined: 0 of 1 workers in the group\n";
    assert_eq!((&*status, body), (UNAVAILABLE, format!("{outside}not ready\n")));
    let (status, _, body) = server.ask("GET /readyz?verbose");
    let all = format!("{outside}[+] tasks-restored\nnot ready\n");
    assert_eq!((&*status, body), (UNAVAILABLE, all));
    let seat = board.seat(0);
    seat.joined();
    let (status, _, body) = server.ask("GET /readyz");
    assert_eq!((&*status, &*body), (OK, "ready\n"));

    let (status, headers, body) = server.ask("GET /metrics");
    assert_eq!(status, OK);
    assert!(headers.contains(&format!("content-type: {OPEN_METRICS}")), "{headers}");
    assert!(body.contains("firstword_tasks{state=\"running\"} 0\n"), "{body}");
    assert!(body.ends_with("# EOF\n"), "{body}");

    let (status, headers, body) = server.ask("GET /tasks");
    assert_eq!((&*status, &*body), (OK, "{\"tasks\":[]}"));
    assert!(headers.contains("content-type: application/json"), "{headers}");
}

#[test]
fn only_reading_is_answered() {
    let server = Server::start(&board());
    let (status, headers, body) = server.ask("HEAD /metrics");
    assert_eq!((&*status, &*body), (OK, ""));
    assert!(headers.contains("content-length: "), "{headers}");
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let (status, ..) = server.ask(&format!("{method} /tasks"));
        assert_eq!(status, "HTTP/1.1 405 Method Not Allowed", "{method}");
    }
    let (status, _, body) = server.ask("GET /");
    assert_eq!(status, "HTTP/1.1 404 Not Found");
    assert!(body.contains("/readyz"), "{body}");
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = Server::start(&board());
    let (status, ..) = server.ask(&format!("GET /livez?{}", "a".repeat(LARGEST / 2)));
    assert_eq!(status, OK);
    let mut stream = server.connect();
    let mut answer = Vec::new();
    // The server closes before it has read all, so its answer may be lost on the way, and what is sent may be refused.
    let _ = write!(stream, "GET /livez?{} HTTP/1.1\r\nHost: here\r\n\r\n", "a".repeat(2 * LARGEST));
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431 "));
}

#[test]
fn who_never_ends_a_request_is_cut_off_and_holds_up_nobody() {
    let server = Server::start(&board());
    let began = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = server.connect();
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: ").unwrap();
        slow.push(stream);
    }
    let (status, ..) = server.ask("GET /livez");
    assert_eq!(status, OK);
    // It waited for a place, which was free when the first was cut off.
    let waited = began.elapsed();
    assert!(waited >= LONGEST && waited < LONGEST * 10, "{waited:?}");
    for mut stream in slow {
        let mut rest = Vec::new();
        assert_eq!(stream.read_to_end(&mut rest).unwrap(), 0, "it was answered");
    }
}

#[test]
fn a_port_in_use_is_an_error_that_says_so() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let taken = runtime.block_on(Port::take(ANY)).unwrap();
    assert_ne!(taken.address().port(), 0);
    let error = runtime.block_on(Port::take(taken.address())).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&taken.address().to_string()) && text.contains("--http"), "{text}");
    assert!(
        matches!(error, Halt::Http { source, .. } if source.kind() == io::ErrorKind::AddrInUse)
    );
}

#[test]
fn it_ends_when_told_even_while_somebody_asks() {
    let mut server = Server::start(&board());
    let mut asking = server.connect();
    asking.write_all(b"GET ").unwrap();
    let began = Instant::now();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(TcpStream::connect(server.address).is_err());
}
