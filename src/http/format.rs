//! The format of an answer: exactly one suffix `.json` or `.csv` is taken off the path and becomes `?format=`.
//!
//! Names may contain dots, so `?format=` is the form that always works; pages write dots of names as `%2E`.

use axum::extract::Request;
use axum::http::Uri;

/// What the caller wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A page.
    #[default]
    Html,
    /// The page's data.
    Json,
    /// The page's list.
    Csv,
}

impl Format {
    /// Reads `format=` from a query string; the last one counts.
    pub fn of(query: &str) -> Self {
        form_urlencoded::parse(query.as_bytes())
            .filter(|(key, _)| key == "format")
            .last()
            .map_or(Self::Html, |(_, value)| match value.as_ref() {
                "json" => Self::Json,
                "csv" => Self::Csv,
                _ => Self::Html,
            })
    }
}

/// Takes the suffix off the addresses that have data behind them.
pub fn normalise(mut request: Request) -> Request {
    if let Some(uri) = without_suffix(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The address without its suffix, or `None` when it has none.
fn without_suffix(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if path != "/index.json"
        && path != "/index.csv"
        && !path.starts_with("/tables")
        && !path.starts_with("/runs")
        && !path.starts_with("/settings/")
    {
        return None;
    }
    let (stem, format) = path
        .strip_suffix(".json")
        .map(|stem| (stem, "json"))
        .or_else(|| path.strip_suffix(".csv").map(|stem| (stem, "csv")))?;
    let stem = if stem == "/index" { "/" } else { stem };
    let query = uri.query().map(|query| format!("{query}&")).unwrap_or_default();
    let text = format!("{stem}?{query}format={format}");
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_suffix_is_taken_off_and_names_keep_their_dots() {
        for (from, to) in [
            ("/runs/7.json", Some("/runs/7?format=json")),
            ("/runs.csv?status=failed", Some("/runs?status=failed&format=csv")),
            ("/tables/a/b/x%2Ecsv.json", Some("/tables/a/b/x%2Ecsv?format=json")),
            ("/tables/a/b/x%2Ecsv", None),
            ("/assets/x/data.json", None),
            ("/index.json", Some("/?format=json")),
        ] {
            let uri = without_suffix(&from.parse().unwrap());
            assert_eq!(uri.map(|uri| uri.to_string()).as_deref(), to, "{from}");
        }
        assert_eq!(Format::of("a=1&format=csv"), Format::Csv);
        assert_eq!(Format::of("format=xml"), Format::Html);
    }
}
