//! CSV files whose quotes are escaped by backslashes, which only a record far from their beginning shows.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::limits::Observer;
use super::states::partition::{PartitionedProfile, StoredPartition};
use super::*;
use crate::domain::column_profile::ColumnProfile;
use crate::domain::table_profile::TableProfile;

/// Rows after which a file of these is longer than what is looked at before it is read.
const FAR: usize = 9_000;
const ROWS: usize = 12_000;

/// Texts that need no quotes, texts with backslashes, and from a row on some with quotes, commas and line ends.
fn texts(rows: usize, quotes_from: usize) -> impl Iterator<Item = String> {
    (0..rows).map(move |row| match row % 11 {
        3 if row >= quotes_from => format!("say \"hi {row}\", you"),
        5 if row >= quotes_from => format!("\"{row}\"\nand more"),
        7 => format!("C:\\dir\\{row}"),
        _ => format!("nothing to escape in this text {row}"),
    })
}

/// A CSV file of the texts, with what stands for a quote and for a backslash inside quotes.
fn write(path: &Path, texts: impl Iterator<Item = String>, [quote, backslash]: [&str; 2]) {
    let mut file = "id,text,code\n".to_owned();
    for (id, text) in texts.enumerate() {
        let text = text.replace('\\', backslash).replace('"', quote);
        file += &format!("{id},\"{text}\",\"c{}\"\n", id % 50);
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, file).unwrap();
}

const ESCAPED: [&str; 2] = ["\\\"", "\\\\"];
const DOUBLED: [&str; 2] = ["\"\"", "\\"];

fn profile(root: &Path, threads: usize) -> TableProfile {
    run(root, threads, Vec::new()).profile
}

fn run(root: &Path, threads: usize, stored: Vec<StoredPartition>) -> PartitionedProfile {
    let options = ProfileOptions {
        threads,
        clock: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        ..ProfileOptions::default()
    };
    let tables = discover(root).unwrap();
    let found = profile_partitions(root, &tables[0], &options, stored, &Unobserved).unwrap();
    assert_eq!(found.profile.broken_invariants(), Vec::<String>::new());
    found
}

fn columns_of(profile: &TableProfile) -> (u64, bool, &[ColumnProfile]) {
    (profile.row_count, profile.rejected.is_some(), &profile.columns)
}

#[test]
fn escapes_that_come_late_are_escapes_from_the_first_record_on() {
    for threads in [1, 2] {
        let [escaped, doubled] = [ESCAPED, DOUBLED].map(|spelling| {
            let root = tempfile::tempdir().unwrap();
            write(&root.path().join("t.csv"), texts(ROWS, FAR), spelling);
            profile(root.path(), threads)
        });
        assert_eq!(columns_of(&escaped), columns_of(&doubled));
        assert_eq!(escaped.row_count, ROWS as u64);
        let escape = |profile: &TableProfile| profile.snapshot.dialect.clone().unwrap().escape;
        assert_eq!((escape(&escaped), escape(&doubled)), (Some('\\'), None));
    }
}

/// Files that say nothing themselves are read as another one demands, whether their states are stored already or not.
#[test]
fn one_file_shows_the_escapes_of_all() {
    for threads in [1, 2] {
        let [escaped, doubled] = [ESCAPED, DOUBLED].map(|spelling| {
            let root = tempfile::tempdir().unwrap();
            let write_one = |name: &str, quotes_from| write(&root.path().join("t").join(name), texts(ROWS, quotes_from), spelling);
            write_one("a.csv", ROWS);
            write_one("c.csv", ROWS);
            let before = run(root.path(), threads, Vec::new());
            assert_eq!(before.fresh.len(), 2);
            write_one("b.csv", FAR);
            let found = run(root.path(), threads, before.fresh.clone());
            let again = run(root.path(), threads, found.fresh);
            assert_eq!(columns_of(&found.profile), columns_of(&again.profile));
            assert_eq!(found.profile.snapshot.dialect, again.profile.snapshot.dialect);
            again.profile
        });
        assert_eq!(columns_of(&escaped), columns_of(&doubled));
        assert_eq!(escaped.snapshot.dialect.unwrap().escape, Some('\\'));
    }
}

/// A record that only an unmeant reading would fit says nothing once another one has shown that backslashes stand for themselves.
#[test]
fn paths_that_end_in_a_backslash_settle_that_it_escapes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("t.csv");
    write(&path, texts(FAR, FAR), DOUBLED);
    let mut file = fs::read_to_string(&path).unwrap();
    file += "9000,\"D:\\\",\"c0\"\n9001,\"say \\\"hi\\\", you\",\"c0\"\n9002,\"E:\\\",\"c0\"\n";
    fs::write(&path, file).unwrap();
    let found = profile(root.path(), 1);
    assert_eq!(found.row_count, FAR as u64 + 2);
    assert_eq!(found.rejected.as_ref().map(|rejected| rejected.count), Some(1));
    assert_eq!(found.snapshot.dialect.unwrap().escape, None);
}

/// The record is as long as all that follows where its quote never closes as it is read at first.
#[test]
fn an_escaped_quote_before_the_closing_one_is_known_too() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("t.csv");
    write(&path, texts(FAR, FAR), ESCAPED);
    let file = fs::read_to_string(&path).unwrap() + "9000,\"it is \\\"late\\\"\",\"c0\"\n9001,\"\\\"\",\"c0\"\n";
    fs::write(&path, file).unwrap();
    let found = profile(root.path(), 1);
    assert_eq!((found.row_count, found.rejected), (FAR as u64 + 2, None));
    assert_eq!(found.snapshot.dialect.unwrap().escape, Some('\\'));
}

#[derive(Default)]
struct Counting {
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Observer for Counting {
    fn progress(&self, rows: u64, bytes: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[test]
fn what_is_read_anew_is_no_progress() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("t.csv");
    write(&path, texts(ROWS, FAR), ESCAPED);
    let observer = Counting::default();
    let profile = profile_table(
        root.path(),
        &discover(root.path()).unwrap()[0],
        &ProfileOptions::default(),
        &observer,
    )
    .unwrap();
    assert_eq!(profile.row_count, ROWS as u64);
    assert_eq!(observer.rows.load(Ordering::Relaxed), ROWS as u64);
    assert_eq!(observer.bytes.load(Ordering::Relaxed), fs::metadata(path).unwrap().len());
}
