//! What is taken as a form, which no type of the wire says: its parts are read one by one, as they come.

use utoipa::ToSchema;

/// Files with who may read them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is of use: the handler reads the parts one by one")]
pub struct UploadForm {
    /// Who may read the files; it stands before them.
    tier: String,
    /// Several are parted by commas.
    groups: Option<String>,
    /// Each with its name: at most 200, none larger than 50 MB.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}
