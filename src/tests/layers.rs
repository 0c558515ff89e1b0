//! The house rules that no compiler checks: imports run downward only, SQL stays in the store, files stay short and say what they are for.
use super::sources::{Source, all_sources};

/// The floors, lowest first. A floor may import those on lower lines, never a sibling on its own line, and freely itself.
const FLOORS: [&[&str]; 14] = [
    &["domain"],
    &["components", "engine", "demo", "assets"],
    &["store", "anomalies"],
    &["services"],
    &["state"],
    &["http"],
    &["server_functions"],
    &["islands"],
    &["pages"],
    &["app"],
    &["startup"],
    &["cli"],
    &["main"],
    &["tests"],
];

const LONGEST_FILE: usize = 400;

fn rank_of(floor: &str) -> Option<usize> {
    FLOORS.iter().position(|names| names.contains(&floor))
}

#[test]
fn every_module_has_its_floor() {
    let unknown: Vec<&str> = all_sources()
        .iter()
        .map(|source| source.floor())
        .filter(|floor| *floor != "lib" && rank_of(floor).is_none())
        .collect();
    assert!(unknown.is_empty(), "no floor of the house: {unknown:?}; give them a line in FLOORS");
}

#[test]
fn the_map_lists_the_floors_from_the_lowest_to_the_highest() {
    let map = all_sources()
        .iter()
        .find(|source| source.path == "lib.rs")
        .expect("the crate has its lib.rs");
    let listed: Vec<(&str, usize)> = map.declared_modules().filter_map(|name| Some((name, rank_of(name)?))).collect();
    assert!(!listed.is_empty(), "lib.rs declares the modules");
    let breaches: Vec<String> = listed
        .windows(2)
        .filter(|pair| pair[0].1 > pair[1].1)
        .map(|pair| format!("{} stands before {}", pair[0].0, pair[1].0))
        .collect();
    assert!(breaches.is_empty(), "lib.rs is the map, lowest floor first: {breaches:?}");
}

#[test]
fn imports_run_downward_only() {
    let breaches: Vec<String> = all_sources()
        .iter()
        .flat_map(|source| source.imported_floors().map(move |(line, floor)| (source, line, floor)))
        .filter(|(source, _, floor)| !may_import(source.floor(), floor))
        .map(|(source, line, floor)| format!("src/{}:{line} imports {floor}", source.path))
        .collect();
    assert!(breaches.is_empty(), "upward or sideways imports:\n{}", breaches.join("\n"));
}

fn may_import(importer: &str, imported: &str) -> bool {
    match (rank_of(importer), rank_of(imported)) {
        // Macros and re-exports at the crate's root have no floor.
        (_, None) => true,
        (Some(own), Some(other)) => importer == imported || other < own,
        (None, Some(_)) => true,
    }
}

#[test]
fn sql_stays_in_the_store() {
    let breaches: Vec<String> = all_sources()
        .iter()
        .filter(|source| !matches!(source.floor(), "store" | "tests") && !reads_sources(&source.path))
        .flat_map(|source| {
            let drivers = source
                .code_lines()
                .filter(|(_, line)| line.contains("sqlx::"))
                .map(|(number, _)| (number, "sqlx"));
            let statements = source
                .strings()
                .filter(|(_, text)| is_statement(text))
                .map(|(number, _)| (number, "a statement"));
            drivers
                .chain(statements)
                .map(|(number, what)| format!("src/{}:{number} holds {what}", source.path))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(breaches.is_empty(), "SQL outside store/:\n{}", breaches.join("\n"));
}

/// The engine's own reading of databases that people connect, and the statements that say again what it counted.
fn reads_sources(path: &str) -> bool {
    ["engine/sources/", "engine/statements/"].iter().any(|room| path.starts_with(room)) || path.ends_with("_tests.rs")
}

/// Whether a string is SQL that something would execute: its first words are those of a statement.
fn is_statement(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().take(40).map(str::to_ascii_lowercase).collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    match word(0) {
        "select" => words.iter().any(|w| w == "from") || words.len() == 2 && word(1).chars().all(|c| c.is_ascii_digit()),
        "insert" => word(1) == "into" || word(1) == "or",
        "update" => words.iter().any(|w| w == "set"),
        "delete" => word(1) == "from",
        "with" => words.iter().any(|w| w.starts_with("(select")),
        "create" | "drop" | "alter" => matches!(word(1), "table" | "index" | "unique" | "schema" | "view"),
        "pragma" => words.len() <= 4,
        "begin" => word(1) == "immediate",
        _ => false,
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long: Vec<String> = all_sources()
        .iter()
        .filter(|s| s.lines_without_tests() > LONGEST_FILE)
        .map(|s| format!("src/{}: {} lines", s.path, s.lines_without_tests()))
        .collect();
    assert!(long.is_empty(), "look for the second noun in:\n{}", long.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<&str> = all_sources()
        .iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path.as_str())
        .collect();
    assert!(silent.is_empty(), "files without a `//!` at their head: {silent:?}");
}

#[test]
fn the_rules_catch_what_they_forbid() {
    let breach = Source::new(
        "domain/table.rs",
        "//! x\nuse crate::{domain::User, store::users::{self, User as U}};\nfn f() { crate::pages::page() } // crate::cli\n",
    );
    assert_eq!(
        breach.imported_floors().collect::<Vec<_>>(),
        vec![(2, "domain"), (2, "store"), (3, "pages")]
    );
    assert!(
        !may_import("domain", "store")
            && !may_import("components", "engine")
            && may_import("pages", "store")
            && may_import("store", "store")
    );
    assert!(
        is_statement("select a\n from b")
            && is_statement("Delete from x where y = $1")
            && !is_statement("Select a column, then press Enter")
    );
    let sql = Source::new(
        "pages/a.rs",
        "//! x\nlet a = r#\"select 1 \"x\" from b\"#; let c = '\"'; let d = \"x\";\n// \"select a from b\"\n",
    );
    assert_eq!(
        sql.strings().map(|(line, text)| (line, text.to_owned())).collect::<Vec<_>>(),
        vec![(2, "select 1 \"x\" from b".to_owned()), (2, "x".to_owned())]
    );
    let tested = Source::new("engine/a.rs", "//! x\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n");
    assert_eq!(tested.lines_without_tests(), 3);
}
