//! The crate's own sources as text: what they import, which strings they hold, how long they are.
use std::{fs, path::Path, sync::LazyLock};

/// One source file, split into code and string literals; comments belong to neither.
pub struct Source {
    /// Below `src/`.
    pub path: String,
    pub text: String,
    code: String,
    strings: Vec<(usize, String)>,
}

/// Every source of the crate, read once.
pub fn all_sources() -> &'static [Source] {
    static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut sources = Vec::new();
        read_folder(&root, &root, &mut sources);
        assert!(sources.len() > 10, "the sources lie in src/");
        sources
    });
    &SOURCES
}

fn read_folder(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("a folder of sources")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_folder(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source is UTF-8");
            let below = path.strip_prefix(root).expect("below src").to_string_lossy().into_owned();
            sources.push(Source::new(&below, &text));
        }
    }
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, strings) = split(text);
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            strings,
        }
    }

    /// The folder, or for a file at the top its stem: the room that the file stands in.
    pub fn floor(&self) -> &str {
        self.path
            .split_once('/')
            .map_or_else(|| self.path.trim_end_matches(".rs"), |(folder, _)| folder)
    }

    /// Lines of code with their numbers; comments and the contents of strings are blank.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// String literals with the line on which they begin.
    pub fn strings(&self) -> impl Iterator<Item = (usize, &str)> {
        self.strings.iter().map(|(line, text)| (*line, text.as_str()))
    }

    /// String literals of what is shipped, tests apart.
    pub fn shipped_strings(&self) -> impl Iterator<Item = &str> {
        let end = self.lines_without_tests();
        self.strings
            .iter()
            .filter(move |(line, _)| *line <= end)
            .map(|(_, text)| text.as_str())
    }

    /// The modules that a `mod x;` declares.
    pub fn declared_modules(&self) -> impl Iterator<Item = &str> {
        self.code.lines().filter_map(|line| {
            line.trim()
                .trim_start_matches("pub ")
                .trim_start_matches("pub(crate) ")
                .strip_prefix("mod ")?
                .strip_suffix(';')
        })
    }

    /// The first segment of every `crate::` path, with its line; groups (`crate::{a, b::c}`) are opened.
    pub fn imported_floors(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .match_indices("crate::")
            .filter(|(at, _)| !self.code[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$')))
            .flat_map(|(at, found)| {
                let line = self.code[..at].matches('\n').count() + 1;
                first_segments(&self.code[at + found.len()..])
                    .into_iter()
                    .map(move |name| (line, name))
            })
    }

    /// Whether the whole file is tests.
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        self.floor() == "tests" || name == "tests.rs" || name.ends_with("_tests.rs") || self.path.contains("/tests/")
    }

    /// The length of the file up to its `#[cfg(test)]` module; zero for files that are tests altogether.
    pub fn lines_without_tests(&self) -> usize {
        if self.is_test() {
            return 0;
        }
        let lines: Vec<&str> = self.text.lines().collect();
        lines
            .windows(2)
            .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod "))
            .unwrap_or(lines.len())
    }
}

fn first_segments(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else {
        return identifier(rest).into_iter().collect();
    };
    let mut names = Vec::new();
    let (mut depth, mut start) = (0usize, 0usize);
    for (at, symbol) in group.char_indices() {
        match symbol {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.extend(identifier(group[start..at].trim()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.extend(identifier(group[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// Separates code from string literals. Line breaks stay in the code, so that numbers hold.
fn split(text: &str) -> (String, Vec<(usize, String)>) {
    let mut code = String::with_capacity(text.len());
    let mut strings = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => {
                let end = closing_quote(&rest[1..]) + 1;
                strings.push((line, rest[1..end].to_owned()));
                (end + 1).min(rest.len())
            }
            'r' if !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') && raw_opening(rest).is_some() => {
                let hashes = raw_opening(rest).unwrap_or(0);
                let closing = format!("\"{}", "#".repeat(hashes));
                let end = rest[hashes + 2..].find(&closing).map_or(rest.len(), |end| end + hashes + 2);
                strings.push((line, rest[hashes + 2..end].to_owned()));
                (end + closing.len()).min(rest.len())
            }
            '\'' => character_length(rest),
            _ => {
                code.push(first);
                line += usize::from(first == '\n');
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        let breaks = rest[..length].matches('\n').count();
        code.push_str(&"\n".repeat(breaks));
        code.push(' ');
        line += breaks;
        rest = &rest[length..];
    }
    (code, strings)
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, symbol) in text.char_indices() {
        match symbol {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The number of hashes of a raw string that opens here.
fn raw_opening(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|byte| *byte == b'#').count();
    text[1 + hashes..].starts_with('"').then_some(hashes)
}

/// The length of a character literal, or of the lone quote of a lifetime.
fn character_length(text: &str) -> usize {
    let inner = &text[1..];
    if inner.starts_with('\\') {
        return inner[2..].find('\'').map_or(1, |end| end + 4);
    }
    match inner.chars().next() {
        Some(symbol) if inner[symbol.len_utf8()..].starts_with('\'') => symbol.len_utf8() + 2,
        _ => 1,
    }
}
