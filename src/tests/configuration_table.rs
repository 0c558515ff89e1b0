//! The table of configuration in the README and the variables that the code reads are the same set.
use super::sources::all_sources;
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_readme_lists_every_variable_that_is_read_and_no_other() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README stands at the top");
    let listed: BTreeSet<String> = readme
        .lines()
        .filter_map(|line| variables_in(line.strip_prefix("| `")?).into_iter().next())
        .collect();
    let read: BTreeSet<String> = all_sources()
        .iter()
        .flat_map(|source| source.shipped_strings())
        .flat_map(variables_in)
        .collect();
    assert!(!read.is_empty(), "the code reads its environment");
    let missing: Vec<_> = read.difference(&listed).collect();
    let idle: Vec<_> = listed.difference(&read).collect();
    assert!(
        missing.is_empty() && idle.is_empty(),
        "README.md lacks {missing:?}; it lists {idle:?}, which nothing reads"
    );
}

/// The variables of ours that a text names.
fn variables_in(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_')
        .filter(|word| *word == "RUST_LOG" || word.strip_prefix("LIMN_").is_some_and(|name| !name.is_empty()))
        .map(str::to_owned)
        .collect()
}
