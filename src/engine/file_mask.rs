//! Paths with wildcards: `*` and `?` within a name, `[abc]` for one character, `**` for any folders.

use std::path::PathBuf;

/// The part of a path that has wildcards, segment by segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMask {
    segments: Vec<String>,
}

impl FileMask {
    /// Splits a pattern into the folder before the first wildcard and the mask of what lies beneath it.
    pub fn split(pattern: &str) -> (PathBuf, Self) {
        let parts: Vec<&str> = pattern.split('/').collect();
        let first = parts
            .iter()
            .position(|part| part.contains(['*', '?', '[']))
            .unwrap_or(parts.len() - 1);
        let base = parts[..first].join("/");
        let base = match (base.as_str(), first) {
            ("", 0) => ".".to_owned(),
            ("", _) => "/".to_owned(),
            _ => base,
        };
        let segments = parts[first..].iter().filter(|part| !part.is_empty()).map(|part| (*part).to_owned());
        (
            base.into(),
            Self {
                segments: segments.collect(),
            },
        )
    }

    /// Whether a path relative to that folder is meant.
    pub fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        matches_segments(&self.segments, &names)
    }
}

fn matches_segments(masks: &[String], names: &[&str]) -> bool {
    match (masks.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((mask, rest)), _) if mask == "**" => {
            matches_segments(rest, names) || names.split_first().is_some_and(|(_, below)| matches_segments(masks, below))
        }
        (Some((mask, masks)), Some((name, names))) => {
            let (mask, name): (Vec<char>, Vec<char>) = (mask.chars().collect(), name.chars().collect());
            matches_name(&mask, &name) && matches_segments(masks, names)
        }
        _ => false,
    }
}

/// One name against one mask, going back to the last star where the rest does not fit.
fn matches_name(mask: &[char], name: &[char]) -> bool {
    let (mut m, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match mask.get(m) {
            Some('*') => {
                retry = Some((m, n));
                m += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => match_set(&mask[m..], name[n]),
            Some(other) if *other == name[n] => Some(1),
            _ => None,
        };
        match (step, retry) {
            (Some(length), _) => {
                m += length;
                n += 1;
            }
            (None, Some((star, from))) => {
                retry = Some((star, from + 1));
                m = star + 1;
                n = from + 1;
            }
            (None, None) => return false,
        }
    }
    mask[m..].iter().all(|symbol| *symbol == '*')
}

/// The length of `[...]` where it holds the character; a bracket that is never closed stands for itself.
fn match_set(mask: &[char], symbol: char) -> Option<usize> {
    let Some(end) = mask.iter().skip(2).position(|c| *c == ']').map(|at| at + 2) else {
        return (symbol == '[').then_some(1);
    };
    let (negated, set) = match &mask[1..end] {
        ['!' | '^', set @ ..] => (true, set),
        set => (false, set),
    };
    let mut holds = false;
    let mut at = 0;
    while at < set.len() {
        if at + 2 < set.len() && set[at + 1] == '-' {
            holds |= (set[at]..=set[at + 2]).contains(&symbol);
            at += 3;
        } else {
            holds |= set[at] == symbol;
            at += 1;
        }
    }
    (holds != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stay_within_their_folder_but_two_stars() {
        for (pattern, path, fits) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "d/a.csv", false),
            ("d/*.csv", "a.csv", true),
            ("**/*.csv", "a.csv", true),
            ("**/*.csv", "x/y/a.csv", true),
            ("?.csv", "ab.csv", false),
            ("[a-c]x.csv", "bx.csv", true),
            ("[!a-c]x.csv", "bx.csv", false),
            ("[]x", "[]x", true),
            ("[.csv", "[.csv", true),
            ("a*b*c", "aXbYbZc", true),
            ("year=*/m=?/*", "year=2024/m=1/x", true),
        ] {
            let mask = FileMask::split(pattern).1;
            assert_eq!(mask.matches(path), fits, "{pattern} {path}");
        }
        assert_eq!(FileMask::split("/data/x/*.csv").0, PathBuf::from("/data/x"));
        assert_eq!(FileMask::split("/*.csv").0, PathBuf::from("/"));
        assert_eq!(FileMask::split("*.csv").0, PathBuf::from("."));
    }
}
