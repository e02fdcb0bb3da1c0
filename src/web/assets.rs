//! Style sheet, scripts, icons and fonts, compiled into the binary.
//!
//! One hash names the whole set, so a relative address inside the style sheet (its fonts) stays
//! inside the same version. A file never changes under its address: browsers keep it for a year.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

/// A file of this binary, ready to send.
#[derive(Debug)]
pub struct Embedded {
    /// The content.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub content_type: &'static str,
    /// Quoted, as the header wants it.
    pub etag: String,
}

/// Address of a file: `/static/1a2b3c4d/app.css`.
pub fn url(name: &str) -> String {
    format!("/static/{}/{name}", *HASH)
}

/// Address of the icon sprite, for macros: `{{ crate::web::assets::sprite() }}#users`.
pub fn sprite() -> &'static str {
    static SPRITE: LazyLock<String> = LazyLock::new(|| url("icons.svg"));
    &SPRITE
}

/// The file under an address that [`url`] gave; none for another version's hash.
pub fn find(hash: &str, name: &str) -> Option<Embedded> {
    if hash != *HASH {
        return None;
    }
    let content_type = content_type(name)?;
    let file = Files::get(name)?;
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    Some(Embedded { bytes: file.data, content_type, etag })
}

/// Handler of `/static/{hash}/{name}`.
pub async fn serve(path: web::Path<(String, String)>, request: HttpRequest) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let Some(file) = find(&hash, &name) else {
        return HttpResponse::NotFound().finish();
    };
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let mut reply = if known.is_some_and(|tags| tags.contains(&file.etag)) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    reply
        .insert_header((header::ETAG, file.etag.clone()))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    if known.is_some_and(|tags| tags.contains(&file.etag)) {
        return reply.finish();
    }
    reply.content_type(file.content_type).body(file.bytes.into_owned())
}

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// First eight digits of a hash over all names and contents.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut all = Sha256::new();
    for name in &names {
        all.update(name.as_bytes());
        if let Some(file) = Files::get(name) {
            all.update(file.metadata.sha256_hash());
        }
    }
    hex(&all.finalize()[..4])
});

fn content_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "txt" | "toml" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files written here; every other file must be listed in `VENDOR.toml`.
    const OURS: &[&str] = &["VENDOR.toml", "app.css", "app.js", "icon.svg", "icons.svg"];

    #[derive(serde::Deserialize)]
    struct Vendor {
        file: Vec<Vendored>,
    }

    #[derive(serde::Deserialize)]
    struct Vendored {
        name: String,
        package: String,
        version: String,
        licence: String,
        sha256: String,
    }

    #[test]
    fn vendored_files_are_the_ones_we_listed() {
        let text = Files::get("VENDOR.toml").unwrap();
        let vendor: Vendor = toml::from_str(std::str::from_utf8(&text.data).unwrap()).unwrap();
        for it in &vendor.file {
            let file = Files::get(&it.name).unwrap_or_else(|| panic!("{} is gone", it.name));
            assert_eq!(hex(&Sha256::digest(&file.data)), it.sha256, "{} changed", it.name);
            assert!(!it.package.is_empty() && !it.version.is_empty() && !it.licence.is_empty());
        }
        for name in Files::iter() {
            let listed = vendor.file.iter().any(|it| it.name == name);
            assert!(listed || OURS.contains(&&*name), "assets/{name}: list it in VENDOR.toml");
        }
    }

    #[test]
    fn files_are_found_by_their_own_address_only() {
        let address = url("app.css");
        let mut parts = address.trim_start_matches("/static/").split('/');
        let (hash, name) = (parts.next().unwrap(), parts.next().unwrap());
        assert_eq!(hash.len(), 8);
        let file = find(hash, name).unwrap();
        assert_eq!(file.content_type, "text/css; charset=utf-8");
        assert!(file.etag.starts_with('"') && !file.bytes.is_empty());
        assert!(find("00000000", name).is_none());
        assert!(find(hash, "../Cargo.toml").is_none());
        assert!(find(hash, "none.css").is_none());
    }

    #[test]
    fn files_stay_small() {
        let size = |name: &str| Files::get(name).unwrap().data.len();
        assert!(size("app.css") < 45 * 1024, "app.css is {} bytes", size("app.css"));
        assert!(size("app.js") <= 6 * 1024, "app.js is {} bytes", size("app.js"));
        let scripts = size("app.js") + size("htmx.min.js") + size("sse.js");
        assert!(scripts < 75 * 1024, "scripts are {scripts} bytes");
    }

    #[test]
    fn every_icon_named_in_a_template_is_in_the_sprite() {
        let sprite = Files::get("icons.svg").unwrap();
        let sprite = std::str::from_utf8(&sprite.data).unwrap();
        for name in ["today", "people", "check", "clock", "warn", "empty", "thin", "x", "file"] {
            assert!(sprite.contains(&format!("id=\"{name}\"")), "no symbol {name}");
        }
    }

    #[actix_web::test]
    async fn a_known_tag_is_answered_without_the_file() {
        let address = url("icon.svg");
        let (hash, name) = address.trim_start_matches("/static/").split_once('/').unwrap();
        let path = || web::Path::from((hash.to_owned(), name.to_owned()));
        let first = serve(path(), actix_web::test::TestRequest::get().to_http_request()).await;
        assert_eq!(first.status(), 200);
        let tag = first.headers().get(header::ETAG).unwrap().clone();
        let again = actix_web::test::TestRequest::get()
            .insert_header((header::IF_NONE_MATCH, tag))
            .to_http_request();
        assert_eq!(serve(path(), again).await.status(), 304);
    }
}
