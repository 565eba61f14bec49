//! What the cluster's answers mean for the caller: try again, rebuild, or fix the request.
//!
//! Does not know what was asked. Repeats the message of an answer, never its metadata.

use qdrant_client::QdrantError;
use qdrant_client::qdrant::{PointsOperationResponse, UpdateStatus};

use crate::ports::IndexError;

/// gRPC status codes, by number: naming `tonic`'s type would make its version a second pin beside the client's.
mod code {
    pub const INVALID_ARGUMENT: i32 = 3;
    pub const NOT_FOUND: i32 = 5;
    pub const ALREADY_EXISTS: i32 = 6;
    pub const PERMISSION_DENIED: i32 = 7;
    pub const OUT_OF_RANGE: i32 = 11;
    pub const UNIMPLEMENTED: i32 = 12;
    pub const DATA_LOSS: i32 = 15;
    pub const UNAUTHENTICATED: i32 = 16;
}

/// The one answer to a write that means "it will still be there": applied, and in the log.
pub(super) fn completed(reply: Result<PointsOperationResponse, QdrantError>) -> Result<(), IndexError> {
    let status = reply.map_err(index_error)?.result.map_or(UpdateStatus::UnknownUpdateStatus, |result| result.status());
    match status {
        UpdateStatus::Completed => Ok(()),
        UpdateStatus::UnknownUpdateStatus
        | UpdateStatus::Acknowledged
        | UpdateStatus::ClockRejected
        | UpdateStatus::WaitTimeout => {
            let name = status.as_str_name();
            Err(IndexError::Unavailable(format!("a write ended as {name}, which may still be lost; write it again")))
        }
    }
}

pub(super) fn index_error(error: QdrantError) -> IndexError {
    match error {
        QdrantError::ResponseError { status } | QdrantError::ResourceExhaustedError { status, .. } => {
            by_code(status.code() as i32, status.message().to_owned())
        }
        QdrantError::Io(cause) => IndexError::Unavailable(cause.to_string()),
        other => IndexError::Refused(other.to_string()),
    }
}

fn by_code(number: i32, message: String) -> IndexError {
    match number {
        code::INVALID_ARGUMENT
        | code::ALREADY_EXISTS
        | code::PERMISSION_DENIED
        | code::OUT_OF_RANGE
        | code::UNIMPLEMENTED
        | code::UNAUTHENTICATED => IndexError::Refused(message),
        // The collection was there when the index was opened, so it has been lost behind our back.
        code::NOT_FOUND | code::DATA_LOSS => IndexError::Damaged(message),
        // Busy, restarting, write-locked, out of reach, or a fault inside: a later try may find it mended.
        _ => IndexError::Unavailable(message),
    }
}
