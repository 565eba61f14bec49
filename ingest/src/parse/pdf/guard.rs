//! Where foreign readers run: on a stack of their own, with their panics caught and kept quiet.
//!
//! Readers of PDF recurse as deep as a file tells them to and panic where a file surprises them. A stack that
//! overflows all the same, and memory that runs out, end the process: nothing here can catch that, and the parent
//! counts those deaths.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::thread;

/// Address space, not memory: only what is touched costs. The process has 512 MB.
const STACK_BYTES: usize = 64 << 20;
/// The name by which the panic hook knows whom not to quote.
const THREAD_NAME: &str = "pdf reader";

/// What `work` returns, or why it did not.
pub(super) fn guarded<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    silence_readers();
    thread::scope(|scope| {
        let builder = thread::Builder::new().name(THREAD_NAME.to_owned()).stack_size(STACK_BYTES);
        let worker = builder.spawn_scoped(scope, work).map_err(|error| error.to_string())?;
        worker.join().map_err(|_| "its reader gave up".to_owned())
    })
}

/// For a step inside [`guarded`] whose loss is to be borne, such as one page.
pub(super) fn attempt<T>(step: impl FnOnce() -> T) -> Option<T> {
    // What a step leaves half done is thrown away with its result.
    catch_unwind(AssertUnwindSafe(step)).ok()
}

/// A panic prints itself before anybody can catch it, with words of the file in it that belong in no log.
fn silence_readers() {
    static SILENCED: Once = Once::new();
    SILENCED.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name() != Some(THREAD_NAME) {
                usual(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_reason() {
        assert_eq!(guarded(|| 7), Ok(7));
        assert!(guarded(|| -> u8 { panic!("never seen") }).is_err());
        assert_eq!(guarded(|| attempt(|| -> u8 { panic!("never seen") })), Ok(None));
    }
}
