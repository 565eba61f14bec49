//! One row of the description: what a route takes and gives, besides what can be told of every route.
//!
//! Knows no route and no right.

use std::borrow::Cow;

use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Routes that belong together.
pub struct Section {
    pub tag: &'static str,
    pub about: &'static str,
    pub rows: &'static [Row],
}

#[derive(Clone, Copy)]
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    /// One sentence, for whoever calls it.
    pub summary: &'static str,
    pub takes: Option<Content>,
    pub query: Option<Shape>,
    /// That the handler reads, by their names in `HEADERS`.
    pub headers: &'static [&'static str],
    pub status: u16,
    pub gives: Option<Content>,
    /// What it may be answered besides, by status.
    pub also: &'static [u16],
}

/// A body: a type of the wire, or bytes of a kind.
#[derive(Clone, Copy)]
pub struct Content {
    pub media: &'static str,
    pub shape: Option<Shape>,
}

/// A type of the wire, by what it can say of itself.
#[derive(Clone, Copy)]
pub struct Shape {
    pub name: fn() -> Cow<'static, str>,
    pub own: fn() -> RefOr<Schema>,
    pub inside: fn(&mut Vec<(String, RefOr<Schema>)>),
}

pub const fn shape<T: ToSchema>() -> Shape {
    Shape { name: T::name, own: <T as PartialSchema>::schema, inside: T::schemas }
}

pub const fn row(method: &'static str, path: &'static str, summary: &'static str) -> Row {
    Row { method, path, summary, takes: None, query: None, headers: &[], status: 200, gives: None, also: &[] }
}

impl Row {
    pub const fn takes<T: ToSchema>(self) -> Self {
        Self { takes: Some(Content { media: "application/json", shape: Some(shape::<T>()) }), ..self }
    }

    pub const fn takes_form<T: ToSchema>(self) -> Self {
        Self { takes: Some(Content { media: "multipart/form-data", shape: Some(shape::<T>()) }), ..self }
    }

    pub const fn query<T: ToSchema>(self) -> Self {
        Self { query: Some(shape::<T>()), ..self }
    }

    pub const fn headers(self, headers: &'static [&'static str]) -> Self {
        Self { headers, ..self }
    }

    pub const fn gives<T: ToSchema>(self, status: u16) -> Self {
        Self { status, gives: Some(Content { media: "application/json", shape: Some(shape::<T>()) }), ..self }
    }

    /// Something that is no JSON of ours.
    pub const fn gives_bytes(self, media: &'static str) -> Self {
        Self { gives: Some(Content { media, shape: None }), ..self }
    }

    /// A status that says all there is to say.
    pub const fn gives_nothing(self, status: u16) -> Self {
        Self { status, gives: None, ..self }
    }

    pub const fn also(self, also: &'static [u16]) -> Self {
        Self { also, ..self }
    }

    /// The names between braces in the path.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}
