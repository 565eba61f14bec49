//! What can go wrong inside the engine, in the words of the port.
//!
//! The engine reports errors and, on broken files and failed writes, panics. Neither may hang a caller or end the
//! process: both come out as an [`IndexError`]. Knows the engine's errors; does not know what was being done.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use qdrant_edge::OperationError;

use crate::ports::IndexError;

/// Run `work`; a panic in it becomes [`IndexError::Damaged`], since the engine panics where its invariants are broken.
pub(super) fn panics<T>(work: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(IndexError::Damaged(words(payload.as_ref()))))
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    format!("the engine panicked: {}", text.unwrap_or("without a word"))
}

/// What the engine's error means to the caller.
///
/// A "service error" may be a full disk as well as a broken file. It counts as passing, because nobody should throw an
/// index away over a full disk; what is really broken shows when the shard is opened next, and there it is damage.
pub(super) fn failure(error: OperationError) -> IndexError {
    use OperationError as E;
    match error {
        E::ServiceError { description, backtrace: _ } => IndexError::Unavailable(description),
        E::OutOfMemory { .. } | E::Cancelled { .. } | E::Timeout { .. } => IndexError::Unavailable(error.to_string()),
        E::InconsistentStorage { .. } => IndexError::Damaged(error.to_string()),
        E::WrongVectorDimension { .. }
        | E::VectorNameNotExists { .. }
        | E::PointIdError { .. }
        | E::TypeError { .. }
        | E::TypeInferenceError { .. }
        | E::ValidationError { .. }
        | E::WrongSparse
        | E::WrongMulti
        | E::MissingRangeIndexForOrderBy { .. }
        | E::MissingMapIndexForFacet { .. }
        | E::VariableTypeError { .. }
        | E::NonFiniteNumber { .. } => IndexError::Refused(error.to_string()),
    }
}
