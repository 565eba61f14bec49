//! Files that a form sends: on the disk as they come, decoded by nobody here. Their names are words, never paths.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::http::StatusCode;

use super::Desk;
use super::audit::Doing;
use super::documents::{label_of, may_give, spelt};
use super::error::ApiError;
use super::who::Asker;
use super::wire::Accepted;
use crate::audit::{Thing, What};
use crate::library::{LARGEST_FILE_BYTES, Naming, Received};
use retrieval::access::AccessLabel;
use serde_json::json;

/// Of one form, everything together.
pub const LARGEST_REQUEST_BYTES: usize = 1024 * 1024 * 1024;
const MOST_FILES: usize = 200;
const MOST_FIELDS: usize = 50;
const LONGEST_FIELD_BYTES: usize = 4 * 1024;
const LONGEST_NAME: usize = 150;

/// What a form brought.
#[derive(Default)]
struct Form {
    files: Vec<(String, Received)>,
    tier: Option<String>,
    groups: Vec<String>,
    fields: usize,
}

pub async fn upload(
    State(desk): State<Desk>,
    asker: Asker,
    doing: Doing,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    let form = form.map_err(|_| ApiError::bad_request("send a form with files: multipart/form-data"))?;
    let Form { files, tier, groups, .. } = received(&desk, form).await?;
    let tier = tier.ok_or_else(|| ApiError::bad_request("say who may read the files: the field tier is missing"))?;
    let label = label_of(&tier, &groups)?;
    if files.is_empty() {
        return Err(ApiError::bad_request("there is no file in the form"));
    }
    may_give(&desk, &asker, &AccessLabel::tier(label.tier), &label).await?;
    let (names, files): (Vec<String>, Vec<Received>) = files.into_iter().unzip();
    let wanted: Vec<(String, AccessLabel)> = names.into_iter().map(|name| (name, label.clone())).collect();
    let origins = desk.library.origins_for(&asker.principal.clearance()?, Naming::Name, &wanted).await?;
    let mut intake = desk.library.intake().await?;
    intake.begun_by(asker.principal.whose()).await?;
    intake.add_received(origins.into_iter().zip(files).collect(), &label).await?;
    let job = intake.close().await?;
    let detail = json!({"files": wanted.len(), "label": spelt(&label)});
    doing.done(What::DocumentsAdded, Thing::Job, job, detail).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { job: job.to_string() })))
}

async fn received(desk: &Desk, mut parts: Multipart) -> Result<Form, ApiError> {
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if let Some(name) = part.file_name() {
            if form.files.len() == MOST_FILES {
                return Err(ApiError::too_large("send at most 200 files at once"));
            }
            let name = plain_name(name);
            form.files.push((name, file(desk, part).await?));
            continue;
        }
        form.fields += 1;
        if form.fields > MOST_FIELDS {
            return Err(ApiError::too_large("the form has too many fields"));
        }
        match part.name().map(str::to_owned).as_deref() {
            Some("tier") => form.tier = Some(words(part).await?),
            Some("groups") => {
                let groups = words(part).await?;
                form.groups
                    .extend(groups.split(',').map(str::trim).filter(|group| !group.is_empty()).map(str::to_owned));
            }
            _ => return Err(ApiError::bad_request("the form takes tier, groups and files, each file with its name")),
        }
    }
    Ok(form)
}

/// To the disk piece by piece. What is too large ends here, and nothing of it stays.
async fn file(desk: &Desk, mut part: Field<'_>) -> Result<Received, ApiError> {
    desk.library.must_have_room()?;
    let (mut arriving, mut length) = (desk.library.arriving(), 0);
    while let Some(piece) = part.chunk().await.map_err(broken)? {
        length += piece.len();
        if length > LARGEST_FILE_BYTES {
            return Err(ApiError::too_large("a file is larger than 50 MB"));
        }
        arriving.write(piece.to_vec()).await?;
    }
    Ok(arriving.finish().await?)
}

async fn words(mut part: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST_FIELD_BYTES {
            return Err(ApiError::too_large("a field of the form is too long"));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| ApiError::bad_request("a field of the form is not text"))?;
    Ok(text.trim().to_owned())
}

fn broken(error: MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large("the form is larger than 1 GB"),
        _ => ApiError::bad_request("the form is not whole, or is no form"),
    }
}

/// What a person called a file, without the folders it lay in and without what cannot be seen. The end of a long one stays:
/// it says what the file is.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let kept: Vec<char> = last.chars().filter(|c| !invisible(*c)).collect();
    let kept: String = kept[kept.len().saturating_sub(LONGEST_NAME)..].iter().collect();
    let kept = kept.trim();
    if kept.trim_matches('.').is_empty() { "unnamed".into() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        let check = |name: &str, expected: &str| assert_eq!(plain_name(name), expected);
        check("../../etc/passwd", "passwd");
        check("C:\\Users\\ada\\Pay.docx", "Pay.docx");
        check("a\r\nb\0.md", "ab.md");
        check("say \"hello\".md", "say \"hello\".md");
        check("Löhne 賃金.md", "Löhne 賃金.md");
        check("invoice\u{202e}fdp.exe", "invoicefdp.exe");
        check("..", "unnamed");
        check("", "unnamed");
        check("a/", "unnamed");
        check(&format!("{}.md", "x".repeat(400)), &format!("{}.md", "x".repeat(147)));
    }
}
