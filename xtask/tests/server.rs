//! A server of this machine, as bad as servers are.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its path.
    pub path: String,
    /// The server's address in it, with its port.
    pub host: String,
    /// Where the bytes shall begin, if that was said.
    pub from: Option<usize>,
}

/// A server that answers every request by `answer`, which also gets how many there were before.
pub struct Server {
    /// Its address, without a `/` at the end.
    pub at: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub fn new(answer: impl Fn(&Request, usize, &mut TcpStream) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = format!("http://{}", listener.local_addr().expect("bound"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (asked.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(mut stream), seen, answer) = (stream, seen.clone(), answer.clone()) else { return };
                std::thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    let before = {
                        let mut seen: std::sync::MutexGuard<'_, Vec<Request>> = seen.lock().expect("whole");
                        seen.push(request.clone());
                        seen.len() - 1
                    };
                    answer(&request, before, &mut stream);
                });
            }
        });
        Server { at, asked }
    }

    /// One that has `bytes` whatever it is asked for.
    pub fn with(bytes: Vec<u8>) -> Server {
        Server::new(move |request, _, stream| serve(request, &bytes, stream))
    }

    /// What it was asked for so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("whole").clone()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<String> =
        lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase()).collect();
    let last = |name: &str| headers.iter().filter_map(|line| line.strip_prefix(name)).next_back();
    let from = last("range: bytes=").and_then(|range| range.trim_end_matches('-').parse().ok());
    Some(Request { path, host: last("host: ").unwrap_or_default().to_owned(), from })
}

/// Answers with `body`; `headers` end in a line end each.
pub fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    // whoever has seen enough hangs up
    let _ = write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n");
    let _ = stream.write_all(body);
}

/// Answers as a good server does.
pub fn serve(request: &Request, bytes: &[u8], stream: &mut TcpStream) {
    match request.from {
        Some(from) if from >= bytes.len() => {
            answer(stream, "416 Range Not Satisfiable", "Content-Length: 0\r\n", b"")
        }
        Some(from) => {
            let headers = format!(
                "Content-Length: {}\r\nContent-Range: bytes {from}-{}/{}\r\n",
                bytes.len() - from,
                bytes.len() - 1,
                bytes.len()
            );
            answer(stream, "206 Partial Content", &headers, &bytes[from..]);
        }
        None => answer(stream, "200 OK", &format!("Content-Length: {}\r\n", bytes.len()), bytes),
    }
}
