//! Reading an answer: what its head says, and its body within bounds of size and patience.
//!
//! Sizes are counted on what comes out of the decoder, whatever the answer declares. Only good answers have a body
//! worth reading; what an error or a redirect says to people is left where it is.

use std::time::Duration;

use ingest::crawl::ports::{FetchFault, Fetched};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::charset;
use super::{Timeouts, innermost};

/// What a line of the head may be long before nobody keeps it. It ends up in rows and in the next request.
const MOST_LINE_BYTES: usize = 4_096;
const MOST_ROBOTS_TAGS: usize = 16;
/// Nobody is told to stay away for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 86_400);

pub async fn read(response: Response, most_bytes: usize, timeouts: &Timeouts) -> Result<Fetched, FetchFault> {
    let mut fetched = described(response.status(), response.headers());
    if response.status().is_success() {
        let body = body(response, most_bytes, timeouts).await?;
        fetched.body = readable(fetched.content_type.as_deref(), body).await?;
    }
    Ok(fetched)
}

fn described(status: StatusCode, headers: &HeaderMap) -> Fetched {
    let tags = headers.get_all(HeaderName::from_static("x-robots-tag")).iter();
    Fetched {
        status: status.as_u16(),
        content_type: line(headers, header::CONTENT_TYPE),
        location: line(headers, header::LOCATION),
        etag: line(headers, header::ETAG),
        last_modified: line(headers, header::LAST_MODIFIED),
        robots_tags: tags.filter_map(text).take(MOST_ROBOTS_TAGS).collect(),
        retry_after: retry_after(headers),
        body: Vec::new(),
    }
}

fn line(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(text)
}

/// Header lines are UTF-8 as browsers send them, or else Latin-1 as the standard once had it.
fn text(value: &HeaderValue) -> Option<String> {
    let bytes = Some(value.as_bytes()).filter(|bytes| bytes.len() <= MOST_LINE_BYTES)?;
    let text =
        str::from_utf8(bytes).map_or_else(|_| encoding_rs::mem::decode_latin1(bytes).into_owned(), str::to_owned);
    Some(text.trim().to_owned())
}

async fn body(mut response: Response, most_bytes: usize, timeouts: &Timeouts) -> Result<Vec<u8>, FetchFault> {
    // The decoder takes its own line out of the head; what is left there is an encoding that nobody asked for.
    if let Some(encoding) = line(response.headers(), header::CONTENT_ENCODING).filter(|left| left != "identity") {
        return Err(FetchFault::Unreachable(format!(
            "the answer is encoded as {encoding:?}, which we did not ask for"
        )));
    }
    let too_large = FetchFault::TooLarge { most_bytes };
    if response.content_length().is_some_and(|declared| declared > most_bytes as u64) {
        return Err(too_large);
    }
    let (started, mut body) = (Instant::now(), Vec::new());
    loop {
        let due = started + timeouts.patience + earned(body.len(), timeouts.least_bytes_per_second);
        let slow = |_| FetchFault::Unreachable("the answer comes too slowly".into());
        let Some(piece) = timeout_at(due, response.chunk()).await.map_err(slow)?.map_err(|error| broken(&error))?
        else {
            return Ok(body);
        };
        if body.len() + piece.len() > most_bytes {
            return Err(too_large);
        }
        body.extend_from_slice(&piece);
    }
}

/// How long a body of this size may take at the least rate.
fn earned(received: usize, least_bytes_per_second: u32) -> Duration {
    Duration::from_millis(received as u64 * 1_000 / u64::from(least_bytes_per_second.max(1)))
}

/// Shorter than it was declared, cut inside its compression, or gone with its connection.
fn broken(error: &reqwest::Error) -> FetchFault {
    FetchFault::Unreachable(format!("the answer broke off: {}", innermost(error)))
}

/// Translating ten megabytes takes long enough to be in others' way.
async fn readable(content_type: Option<&str>, body: Vec<u8>) -> Result<Vec<u8>, FetchFault> {
    let Some(encoding) = content_type.and_then(|kind| charset::to_translate(kind, &body)) else { return Ok(body) };
    let translated = tokio::task::spawn_blocking(move || charset::translated(encoding, &body)).await;
    translated.map_err(|_| FetchFault::Unreachable("the charset of the answer cannot be read".into()))
}

/// Seconds, or a date that the answer's own date is taken from: our clock need not agree with the server's.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = line(headers, header::RETRY_AFTER)?;
    let seconds = match asked.parse() {
        Ok(seconds) => seconds,
        Err(_) => date(&asked)?.saturating_sub(date(&line(headers, header::DATE)?)?),
    };
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may be sent.
fn date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split([' ', ':']).filter(|word| !word.is_empty()).collect();
    let [_, day, month, year, hour, minute, second, "GMT"] = words[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let number = |text: &str, most: u64| text.parse::<u64>().ok().filter(|number| *number <= most);
    let (day, year) = (number(day, 31)?.checked_sub(1)?, number(year, 9_999)?.checked_sub(1)?);
    // Years that begin in March end with their leap day.
    let (year, month) = if month > 2 { (year + 1, month - 3) } else { (year, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let hours = days.checked_sub(719_468)? * 24 + number(hour, 23)?;
    Some((hours * 60 + number(minute, 59)?) * 60 + number(second, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_from_1970() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(date(text), expected, "{text}");
        check("Thu, 01 Jan 1970 00:00:00 GMT", Some(0));
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777));
        check("Tue, 29 Feb 2000 12:00:00 GMT", Some(951_825_600));
        check("Wed, 01 Mar 2000 00:00:00 GMT", Some(951_868_800));
        check("Fri, 31 Dec 2100 23:59:59 GMT", Some(4_133_980_799));
        check("Mon, 01 Jan 1900 00:00:00 GMT", None);
        check("Sun, 00 Nov 1994 08:49:37 GMT", None);
        check("Sun, 06 Nov 0000 08:49:37 GMT", None);
        check("Sun, 06 Nov 1994 08:49:37 CET", None);
        check("Sunday, 06-Nov-94 08:49:37 GMT", None);
        check("soon", None);
        check("", None);
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_within_reason() {
        let check = |after: &str, now: Option<&str>, expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, after.parse().unwrap());
            now.map(|now| headers.insert(header::DATE, now.parse().unwrap()));
            assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{after} {now:?}");
        };
        check("120", None, Some(120));
        check(" 7 ", None, Some(7));
        check("18446744073709551615", None, Some(30 * 86_400));
        check("-1", None, None);
        check("1.5", None, None);
        check("later", None, None);
        check("Sun, 06 Nov 1994 08:50:37 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT"), Some(60));
        check("Sun, 06 Nov 1994 08:48:37 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT"), Some(0));
        check("Sun, 06 Nov 1994 08:50:37 GMT", None, None);
    }
}
