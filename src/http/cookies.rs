//! The two small cookies beside the session: the colour scheme, and a message kept for the next page.

use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::domain::address::encode_segment;

/// Name of the colour scheme's cookie.
const SCHEME: &str = "limn_scheme";
/// Name of the message's cookie.
const FLASH: &str = "limn_flash";
/// Longest message that is kept.
const LONGEST_FLASH: usize = 1_500;

/// Which colours the person wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// As the system says.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Scheme {
    /// The word in the cookie, the form and `data-theme`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word; anything else is automatic.
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// Reads the cookie.
    pub fn of(headers: &HeaderMap) -> Self {
        cookie(headers, SCHEME).map_or(Self::Auto, |word| Self::from_word(&word))
    }

    /// The header that keeps it for a year.
    pub fn set_cookie(self, secure: bool) -> HeaderValue {
        build(SCHEME, self.word(), 31_536_000, secure)
    }
}

/// What the next page says about what was just done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Whether it worked.
    pub ok: bool,
    /// The finding.
    pub title: String,
    /// What to do, or what comes next.
    pub detail: String,
    /// Names the act that can be taken back, where one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
}

impl Flash {
    /// Reads the cookie.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        serde_json::from_str(&cookie(headers, FLASH)?).ok()
    }

    /// The header that keeps it for the next page.
    pub fn set_cookie(&self, secure: bool) -> HeaderValue {
        let mut kept = self.clone();
        kept.title = kept.title.chars().take(200).collect();
        kept.detail = kept.detail.chars().take(600).collect();
        let text = serde_json::to_string(&kept).unwrap_or_default();
        if encode_segment(&text).len() > LONGEST_FLASH {
            kept.detail.clear();
        }
        build(FLASH, &serde_json::to_string(&kept).unwrap_or_default(), 60, secure)
    }

    /// The header that forgets it once it was shown.
    pub fn forget(secure: bool) -> HeaderValue {
        build(FLASH, "", 0, secure)
    }
}

/// Finds a cookie and decodes it.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| percent_decode_str(value).decode_utf8().ok().map(|text| text.into_owned()))
        .filter(|text| !text.is_empty())
}

/// Writes a cookie that scripts cannot read and other sites do not send.
fn build(name: &str, value: &str, max_age_s: u32, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!(
        "{name}={}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}",
        encode_segment(value)
    );
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_its_cookie() {
        let flash = Flash {
            ok: false,
            title: "Größe; \"x\"".into(),
            detail: "a=b\r\nSet-Cookie: y".into(),
            undo: None,
        };
        let header = flash.set_cookie(true);
        let text = header.to_str().unwrap();
        assert!(text.contains("; Secure") && !text.contains('\n'));
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_str(&format!("a=1; {}", text.split(';').next().unwrap())).unwrap(),
        );
        assert_eq!(Flash::of(&headers), Some(flash));
        assert_eq!(Scheme::of(&headers), Scheme::Auto);
    }
}
