//! The same is asked again only where that may help, and only while nothing was said.

use futures_util::future::join_all;
use prompts::chat::ChatError;

use super::{HASTY, PATIENT, RESTLESS, asked, remote};
use crate::models::{Act, Format, ModelServer};

fn later(seconds: &str) -> Act {
    Act::Status(429, vec![("Retry-After", seconds.to_owned())], String::new())
}

async fn check(script: Vec<Act>, expected: Result<&str, &str>, tries: usize) {
    for format in Format::BOTH {
        let patience = if script.iter().any(|act| matches!(act, Act::Silence)) { HASTY } else { PATIENT };
        let server = ModelServer::doing(script.clone()).await;
        let (text, end) = asked(&remote(&server.url(), format, "m", patience)).await;
        let found = end.map(|_| text.as_str()).map_err(|error| error.to_string());
        match (&found, expected) {
            (Ok(text), Ok(expected)) => assert_eq!(*text, expected),
            (Err(error), Err(part)) => assert!(error.contains(part), "{error} lacks {part}"),
            _ => panic!("{found:?} is not {expected:?}"),
        }
        assert_eq!(server.heard().len(), tries, "{format:?} {found:?}");
    }
}

#[tokio::test]
async fn what_may_pass_is_asked_again() {
    let good = || Act::say("Ten days.");
    join_all([
        check(vec![Act::status(500), good()], Ok("Ten days."), 2),
        check(vec![Act::status(503), Act::status(408), good()], Ok("Ten days."), 3),
        check(vec![Act::status(500)], Err("500"), 3),
        check(vec![later("0"), good()], Ok("Ten days."), 2),
        check(vec![Act::status(429), good()], Ok("Ten days."), 2),
        // The connection ends before anything was said.
        check(vec![Act::Cut(String::new()), good()], Ok("Ten days."), 2),
    ])
    .await;
}

#[tokio::test]
async fn what_will_not_pass_is_not() {
    let quota = || Act::Status(429, Vec::new(), Format::OpenAi.error("insufficient_quota", ""));
    join_all([
        check(vec![later("3600")], Err("429"), 1),
        check(vec![quota()], Err("insufficient_quota"), 1),
        check(vec![Act::status(401)], Err("401"), 1),
        check(vec![Act::status(413)], Err("too long"), 1),
        check(vec![Act::Body(b"data: nonsense\n\n".to_vec())], Err("cannot be read"), 1),
        check(vec![Act::Silence], Err("it took too long"), 1),
    ])
    .await;
}

#[tokio::test]
async fn what_was_begun_is_never_begun_again() {
    for format in Format::BOTH {
        for act in [Act::Cut("Refunds ".into()), Act::Stall("Refunds ".into())] {
            let server = ModelServer::doing([act, Act::say("Ten days.")]).await;
            let (text, end) = asked(&remote(&server.url(), format, "m", RESTLESS)).await;
            assert_eq!((text.as_str(), server.heard().len()), ("Refunds ", 1), "{format:?}");
            assert!(matches!(end, Err(ChatError::Unavailable(_))), "{end:?}");
        }
    }
}
