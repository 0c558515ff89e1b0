//! The browser's half, fonts and icons, embedded in the binary.
//!
//! `scripts/bundle-assets` writes them to `site/`, precompressed; their address carries a hash of all of them, so that a
//! browser may keep them for ever and never meets a file of another build.

use std::fmt::Write;
use std::sync::LazyLock;

use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "site"]
#[allow_missing = true]
struct Site;

/// Twelve hexadecimal digits over the names and contents of all files.
static BUILD: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Site::iter().collect();
    names.sort();
    let mut hasher = Sha256::new();
    for name in names {
        if let Some(file) = Site::get(&name) {
            hasher.update(name.as_bytes());
            hasher.update(file.metadata.sha256_hash());
        }
    }
    hasher.finalize().iter().take(6).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
});

/// First segments of every asset's path, without the leading slash: `assets/{hash}`.
pub fn folder() -> String {
    format!("assets/{}", *BUILD)
}

/// The address of an asset, for example `url("fonts/inter.woff2")`.
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *BUILD)
}

/// A file as it is sent.
pub struct Asset {
    /// The bytes, perhaps compressed.
    pub file: EmbeddedFile,
    /// `br`, `gzip` or none.
    pub encoding: Option<&'static str>,
    /// From the name without the compression's suffix.
    pub media_type: String,
}

/// Finds a file of this build, in the best encoding that the browser takes.
pub fn find(path: &str, accept_encoding: &str) -> Option<Asset> {
    let name = path.strip_prefix("/assets/")?.strip_prefix(BUILD.as_str())?.strip_prefix('/')?;
    get(name, accept_encoding)
}

/// Finds a file by its name alone: for the few that browsers ask for at fixed addresses.
pub fn get(name: &str, accept_encoding: &str) -> Option<Asset> {
    let media_type = mime_guess::from_path(name).first_or_octet_stream().to_string();
    for (suffix, encoding) in [("br", "br"), ("gz", "gzip")] {
        if accept_encoding
            .split(',')
            .any(|offer| offer.split(';').next().map(str::trim) == Some(encoding))
            && let Some(file) = Site::get(&format!("{name}.{suffix}"))
        {
            return Some(Asset {
                file,
                encoding: Some(encoding),
                media_type,
            });
        }
    }
    Site::get(name).map(|file| Asset {
        file,
        encoding: None,
        media_type,
    })
}
