//! Somebody who asks a server that may die at any moment: a whole reply, or none.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Longer than a reply takes; a server that hangs is a failure of its own.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub struct Caller {
    pub address: String,
    pub token: String,
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Caller {
    /// `None` where the server died before it had said everything.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Option<Reply> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        let reply = self.send(&request)?;
        let (head, body) = reply.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let expected =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let is_whole = expected.is_none_or(|length: usize| body.len() == length);
        let body = if body.is_empty() { Some(Value::Null) } else { serde_json::from_str(body).ok() };
        Some(Reply { status, body: body.filter(|_| is_whole)? })
    }

    fn send(&self, request: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut reply = String::new();
        match stream.read_to_string(&mut reply) {
            Ok(_) => Some(reply),
            Err(error) => {
                let hangs = matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
                assert!(!hangs, "no reply within {PATIENCE:?}: {request}");
                None
            }
        }
    }
}
