//! The key goes to the configured address, and into nothing that anybody reads.

use std::io::Write;
use std::sync::{Arc, Mutex};

use prompts::chat::ChatError;
use server::clock::Clock;
use tracing_subscriber::fmt::MakeWriter;

use super::{KEY, PATIENT, asked, ladder, remote};
use crate::models::{Act, Format, ModelServer, Saying};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_key_goes_nowhere_else() {
    for format in Format::BOTH {
        let elsewhere = ModelServer::saying("because").await;
        let to = vec![("Location", format!("{}/chat/completions", elsewhere.url()))];
        let server = ModelServer::doing([Act::Status(307, to, String::new())]).await;
        let (_, end) = asked(&remote(&server.url(), format, "m", PATIENT)).await;
        assert!(matches!(end, Err(ChatError::Refused(_))), "{end:?}");
        assert_eq!((server.heard().len(), elsewhere.heard().len()), (1, 0));
    }
}

/// Servers repeat what they were sent, also the key; and whatever is logged below us is logged here, to the last word.
#[tokio::test]
async fn the_key_stands_in_no_error_and_in_no_log_line() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _listening = tracing::subscriber::set_default(subscriber);
    let mut errors = Vec::new();
    for format in Format::BOTH {
        let said = format.error("invalid_key", &format!("the key {KEY} is wrong"));
        let acts = [
            Act::Status(401, vec![("X-Key", KEY.to_owned())], said.clone()),
            Act::Status(500, Vec::new(), said.clone()),
            Act::Status(200, Vec::new(), format!("<html>{KEY}</html>")),
            Act::Body(format!("data: {said}\n\n").into_bytes()),
            Act::Body(format!("data: {KEY}\n\n").into_bytes()),
            Act::Status(307, vec![("Location", format!("http://127.0.0.1:1/{KEY}"))], String::new()),
        ];
        for act in acts {
            let server = ModelServer::doing([act]).await;
            let models = ladder([remote(&server.url(), format, "m", PATIENT)], &Clock::system());
            let error = asked(&models).await.1.unwrap_err();
            errors.push(format!("{error} {error:?}"));
        }
        errors.push(asked(&remote(&ModelServer::down(), format, "m", PATIENT)).await.1.unwrap_err().to_string());
        let server = ModelServer::doing([Act::Say(Saying::new("because"))]).await;
        asked(&remote(&server.url(), format, "m", PATIENT)).await.1.unwrap();
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("a language model did not begin to answer"), "{log}");
    assert!(!log.contains(KEY), "{log}");
    assert!(errors.len() == 14 && errors.iter().all(|error| !error.contains(KEY)), "{errors:?}");
}

#[tokio::test]
async fn what_went_wrong_is_said_shortly() {
    let said = Format::OpenAi.error(&"no \u{1b}[2J".repeat(10_000), &"no ".repeat(10_000));
    let server = ModelServer::doing([Act::Status(400, Vec::new(), said)]).await;
    let error = asked(&remote(&server.url(), Format::OpenAi, "m", PATIENT)).await.1.unwrap_err().to_string();
    assert!(error.len() < 300 && !error.contains('\u{1b}'), "{error}");
}
