//! Requests that another site's page made in somebody's name: refused where they could change anything.
//!
//! By what browsers say themselves, as Go's `CrossOriginProtection` does, so there is no token to lose. Programs that are
//! no browsers say nothing, and hold no cookie that could be abused.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN, UPGRADE};
use axum::http::{HeaderMap, HeaderName, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::limits;
use super::widget::Invited;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub async fn refuse(request: Request, next: Next) -> Response {
    let is_invited = request.extensions().get::<Invited>().is_some();
    if !is_invited && is_cross_site(request.method(), request.uri(), request.headers()) {
        limits::refused("cross_site");
        return ApiError::cross_site().into_response();
    }
    next.run(request).await
}

fn is_cross_site(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let only_looks = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    // Over a socket everything can be asked for, and browsers let every page open one.
    if only_looks && !headers.contains_key(UPGRADE) {
        return false;
    }
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter().peekable();
    if sites.peek().is_some() {
        // The typed address bar is `none`. `same-site` is a neighbour: whoever has another name of this domain.
        return !sites.all(|site| site == "same-origin" || site == "none");
    }
    let host = uri.authority().map(|authority| authority.as_str().as_bytes());
    let host = host.or_else(|| headers.get(HOST).map(|host| host.as_bytes()));
    // Of browsers that do not send the other header. `null` is an origin, too, and not this one.
    headers.get_all(ORIGIN).iter().any(|origin| {
        let origin = origin.as_bytes();
        let own = origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"));
        !own.zip(host).is_some_and(|(own, host)| own.eq_ignore_ascii_case(host))
    })
}
