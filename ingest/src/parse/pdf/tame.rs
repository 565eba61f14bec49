//! What would send `pdf-extract` in circles, taken out of a file before it is read.
//!
//! The engine follows forms within forms and parents of parents without counting, and reads pictures as if they were
//! drawn by instructions. So pictures are emptied, forms that contain themselves too, and pages without an end to
//! their ancestors are refused. Colour spaces that refer to themselves are not looked for: those end the process.

use std::collections::{HashMap, HashSet};

use pdf_extract::{Dictionary, Document as File, Object, ObjectId, Stream};

/// Forms nested deeper than this are emptied.
const DEEPEST_FORM: usize = 50;
const MOST_ANCESTORS: usize = 64;

/// Whether the file can be read now.
pub(super) fn tame(file: &mut File) -> bool {
    let endless = endless_forms(file);
    for (id, object) in &mut file.objects {
        let Object::Stream(stream) = object else { continue };
        if is_kind(stream, b"Image") || endless.contains(id) {
            stream.set_plain_content(Vec::new());
        }
    }
    file.page_iter().all(|page| has_an_end(file, page))
}

pub(super) fn is_kind(stream: &Stream, kind: &[u8]) -> bool {
    stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|subtype| subtype == kind)
}

fn has_an_end(file: &File, page: ObjectId) -> bool {
    let mut at = page;
    for _ in 0..MOST_ANCESTORS {
        let dictionary = file.get_dictionary(at).ok();
        match dictionary.and_then(|dictionary| dictionary.get(b"Parent").ok()?.as_reference().ok()) {
            Some(parent) => at = parent,
            None => return true,
        }
    }
    false
}

/// Forms that contain themselves, in however many steps, and those that contain such.
fn endless_forms(file: &File) -> HashSet<ObjectId> {
    let forms = file.objects.iter().filter_map(|(id, object)| Some((*id, object.as_stream().ok()?)));
    let mut open: HashMap<ObjectId, Vec<ObjectId>> = forms
        .filter(|(_, stream)| is_kind(stream, b"Form"))
        .map(|(id, stream)| (id, parts(file, id, stream)))
        .collect();
    for _ in 0..DEEPEST_FORM {
        // What holds nothing that is still open has an end.
        let closed: Vec<ObjectId> = open
            .iter()
            .filter(|(_, parts)| !parts.iter().any(|part| open.contains_key(part)))
            .map(|(id, _)| *id)
            .collect();
        if closed.is_empty() {
            break;
        }
        closed.iter().for_each(|id| drop(open.remove(id)));
    }
    open.into_keys().collect()
}

/// What a form may draw. One without resources draws with those of whoever draws it, itself perhaps among them.
fn parts(file: &File, id: ObjectId, form: &Stream) -> Vec<ObjectId> {
    let Some(resources) = form.dict.get(b"Resources").ok().and_then(|object| dictionary(file, object)) else {
        let content = form.get_plain_content().unwrap_or_default();
        let draws = content.windows(2).any(|window| window == b"Do");
        return if draws { vec![id] } else { Vec::new() };
    };
    let drawn = resources.get(b"XObject").ok().and_then(|object| dictionary(file, object));
    drawn.into_iter().flatten().filter_map(|(_, object)| object.as_reference().ok()).collect()
}

fn dictionary<'a>(file: &'a File, object: &'a Object) -> Option<&'a Dictionary> {
    file.dereference(object).ok()?.1.as_dict().ok()
}
