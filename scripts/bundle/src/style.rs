//! Joins the style sheet and the partials it imports into one text, without comments and idle white space.
use std::{collections::BTreeSet, fs, path::Path};

/// The sheet at `path` with every `@import` replaced by the partial's text (inside `@layer NAME { }` where the import names a layer).
pub fn bundle(path: &Path) -> Result<String, String> {
    let mut seen = BTreeSet::new();
    let text = inline_imports(path, &mut seen)?;
    let idle: Vec<String> = sheets_below(path.parent().unwrap_or(Path::new(".")))?
        .into_iter()
        .filter(|sheet| !seen.contains(sheet))
        .collect();
    if idle.is_empty() {
        Ok(minify(&text))
    } else {
        Err(format!("no sheet imports {}", idle.join(", ")))
    }
}

/// Every sheet of the folder: one that nothing imports was forgotten.
fn sheets_below(folder: &Path) -> Result<Vec<String>, String> {
    let mut sheets = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let path = entry.map_err(|e| format!("{}: {e}", folder.display()))?.path();
        if path.is_dir() {
            sheets.extend(sheets_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "css") {
            sheets.push(path.display().to_string());
        }
    }
    sheets.sort();
    Ok(sheets)
}

fn inline_imports(path: &Path, seen: &mut BTreeSet<String>) -> Result<String, String> {
    if !seen.insert(path.display().to_string()) {
        return Err(format!("{} is imported twice", path.display()));
    }
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let text = without_comments(&text);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("@import") {
        let end = rest[start..]
            .find(';')
            .ok_or_else(|| format!("{}: an @import without its semicolon", path.display()))?
            + start;
        let import = Import::parse(&rest[start + "@import".len()..end])
            .ok_or_else(|| format!("{}: cannot read `{}`", path.display(), &rest[start..=end]))?;
        out.push_str(&rest[..start]);
        let partial = inline_imports(&folder.join(&import.file), seen)?;
        match import.layer {
            Some(layer) => out.push_str(&format!("@layer {layer} {{\n{partial}\n}}\n")),
            None => out.push_str(&partial),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

struct Import {
    file: String,
    layer: Option<String>,
}

impl Import {
    /// Reads `"partial.css"`, `url("partial.css")`, either with `layer(NAME)` behind it. Anything else is an error, never dropped.
    fn parse(text: &str) -> Option<Import> {
        let text = text.trim();
        let (target, tail) = match text.strip_prefix("url(") {
            Some(inner) => inner.split_once(')')?,
            None => {
                let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                text[1..].split_once(quote)?
            }
        };
        let layer = match tail.trim() {
            "" => None,
            tail => Some(tail.strip_prefix("layer(")?.strip_suffix(')')?.to_owned()),
        };
        Some(Import {
            file: target.trim_matches(['"', '\'']).to_owned(),
            layer,
        })
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        // A comment's opening inside a quoted string is text.
        let comment = rest.find("/*");
        let quote = rest.find(['"', '\'']);
        match (comment, quote) {
            (Some(start), quote) if quote.is_none_or(|q| start < q) => {
                out.push_str(&rest[..start]);
                rest = rest[start + 2..].split_once("*/").map_or("", |(_, after)| after);
            }
            (_, Some(start)) => {
                let mark = rest.as_bytes()[start] as char;
                let end = rest[start + 1..].find(mark).map_or(rest.len(), |e| start + 1 + e + 1);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            _ => {
                out.push_str(rest);
                return out;
            }
        }
    }
}

/// Drops indentation and empty lines. Space inside a line is left alone: it can mean something.
fn minify(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_replaced_by_their_partials_in_order() {
        let folder = std::env::temp_dir().join(format!("limn-style-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        fs::write(folder.join("a.css"), "a { color: red }").expect("a partial");
        fs::write(folder.join("b.css"), "/* b */ b::after { content: \"/* kept */\" }").expect("a partial");
        fs::write(
            folder.join("main.css"),
            "@layer base, parts;\n@import \"a.css\" layer(base);\n@import url('b.css');\n",
        )
        .expect("a sheet");
        let text = bundle(&folder.join("main.css")).expect("a bundle");
        fs::remove_dir_all(&folder).expect("the folder goes away");
        assert_eq!(
            text,
            "@layer base, parts;\n@layer base {\na { color: red }\n}\nb::after { content: \"/* kept */\" }\n"
        );
    }

    #[test]
    fn a_sheet_that_nothing_imports_is_an_error() {
        let folder = std::env::temp_dir().join(format!("limn-idle-style-{}", std::process::id()));
        fs::create_dir_all(folder.join("parts")).expect("a temporary folder");
        fs::write(folder.join("parts/forgotten.css"), "a { color: red }").expect("a partial");
        fs::write(folder.join("main.css"), "b { color: red }").expect("a sheet");
        let answer = bundle(&folder.join("main.css"));
        fs::remove_dir_all(&folder).expect("the folder goes away");
        assert!(answer.is_err_and(|message| message.contains("forgotten.css")));
    }

    #[test]
    fn an_import_with_a_condition_is_refused() {
        assert!(Import::parse("\"a.css\" screen").is_none());
    }
}
