//! The child's side: limits first, then one document after another until the parent hangs up.

use std::io;

use ingest::parse::{Kind, Parsed, parse};
use rlimit::Resource;

use super::frame;

const MEMORY: u64 = 512 * 1024 * 1024;
/// Of processor time, for all documents of one worker's life; the parent's wall clock is per document.
const CPU_SECONDS: u64 = 300;
const OPEN_FILES: u64 = 16;

/// Parse what the parent sends until it hangs up.
pub fn serve_parent() -> io::Result<()> {
    for (resource, limit) in [(Resource::AS, MEMORY), (Resource::CPU, CPU_SECONDS), (Resource::NOFILE, OPEN_FILES)] {
        resource.set(limit, limit)?;
    }
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Some((name, bytes)) = frame::receive_document(&mut input)? {
        frame::send_answer(&mut output, parse_named(&name, &bytes))?;
    }
    Ok(())
}

/// The origin's last part settles what the bytes leave open; an origin that is a URL makes links absolute.
fn parse_named(name: &str, bytes: &[u8]) -> Result<Parsed, String> {
    let url = Some(name).filter(|name| name.starts_with("http://") || name.starts_with("https://"));
    let kind = Kind::sniff(bytes, Some(name)).map_err(|error| error.to_string())?;
    parse(kind, bytes, url).map_err(|error| error.to_string())
}
