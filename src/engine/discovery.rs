//! Which tables lie beneath a folder: a file, a folder whose files are all alike, or a folder of `key=value` folders.
//! Links, hidden files and Delta tables are left out.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use super::error::EngineError;
use super::file_mask::FileMask;
use super::rooted_file::RootedFile;
use super::sources::jsonl::{JsonlSource, is_plain_json};
use super::sources::partitions::{partition_key, partition_keys};
use super::sources::signature::{file_signature, fit_together, share_half};
use super::sources::{ARROW, CSV, JSONL, PARQUET, SourceColumn};
use crate::domain::address::ROOT_SCHEMA;
use crate::domain::connection::FoundTable;

/// Endings of file names and the formats they stand for.
const ENDINGS: [(&str, &str); 20] = [
    (".parquet", PARQUET),
    (".arrow", ARROW),
    (".arrows", ARROW),
    (".feather", ARROW),
    (".ipc", ARROW),
    (".csv", CSV),
    (".csv.gz", CSV),
    (".csv.zst", CSV),
    (".tsv", CSV),
    (".tsv.gz", CSV),
    (".tsv.zst", CSV),
    (".jsonl", JSONL),
    (".jsonl.gz", JSONL),
    (".jsonl.zst", JSONL),
    (".ndjson", JSONL),
    (".ndjson.gz", JSONL),
    (".ndjson.zst", JSONL),
    (".json", JSONL),
    (".json.gz", JSONL),
    (".json.zst", JSONL),
];
/// What makes a folder a Delta table.
const DELTA_LOG: &str = "_delta_log";
/// How the names of files begin that one writer (Spark and its like) leaves in a folder.
const WRITTEN_PART: &str = "part-";
/// Folders are followed so deep.
const DEPTH_LIMIT: usize = 16;
/// More files than this are refused.
const FILE_LIMIT: usize = 100_000;

/// A data file of one folder.
#[derive(Clone, Debug)]
struct DataFile {
    name: String,
    stem: String,
    format: &'static str,
    bytes: u64,
}

/// Data files by folder; a folder is named by its path relative to the root, empty for the root.
type Folders = BTreeMap<String, Vec<DataFile>>;

/// Lists the tables beneath `root`, ordered by schema and name.
pub fn discover(root: &Path) -> Result<Vec<FoundTable>, EngineError> {
    let metadata = fs::metadata(root).map_err(|source| EngineError::Open {
        path: root.display().to_string(),
        source,
    })?;
    if !metadata.is_dir() {
        return Err(EngineError::Refused {
            path: root.display().to_string(),
            reason: "it is not a folder".into(),
        });
    }
    if root.join(DELTA_LOG).exists() {
        return Err(EngineError::Unsupported {
            what: format!("the Delta table {}", root.display()),
        });
    }
    let mut folders = Folders::new();
    let mut count = 0;
    list_folder(root, "", 0, &mut folders, &mut count)?;
    Ok(tables_of(root, folders))
}

/// Lists the tables of the files that a path with wildcards names, and the folder that they lie beneath.
/// Files of one folder that are alike are one table, as everywhere.
pub fn discover_glob(pattern: &str) -> Result<(PathBuf, Vec<FoundTable>), EngineError> {
    let (base, mask) = FileMask::split(pattern);
    let root = fs::canonicalize(&base).map_err(|source| EngineError::Open {
        path: base.display().to_string(),
        source,
    })?;
    let mut folders = Folders::new();
    list_folder(&root, "", 0, &mut folders, &mut 0)?;
    for (folder, files) in &mut folders {
        files.retain(|file| mask.matches(&join(folder, &file.name)));
    }
    folders.retain(|_, files| !files.is_empty());
    Ok((root.clone(), tables_of(&root, folders)))
}

/// Files by folder, as tables: partitioned folders first, then folders of equal files, then single files.
fn tables_of(root: &Path, mut folders: Folders) -> Vec<FoundTable> {
    leave_out_descriptions(root, &mut folders);
    let mut tables = partitioned_tables(root, &mut folders);
    for (folder, files) in &folders {
        if files.len() > 1 && are_alike(root, folder, files) {
            tables.push(folder_table(root, folder, files));
        } else {
            tables.extend(file_tables(folder, files));
        }
    }
    tell_apart(&mut tables);
    tables.sort_by(|a, b| (&a.schema_name, &a.table_name).cmp(&(&b.schema_name, &b.table_name)));
    tables
}

/// A `.json` file beside data of another format mostly describes it (`datapackage.json`, `metadata.json`): it is a table only if
/// it is lines of objects, and more than one. Where there is nothing else, each is a table, and one that is a document says so.
fn leave_out_descriptions(root: &Path, folders: &mut Folders) {
    for (folder, files) in folders.iter_mut() {
        if files.iter().any(|file| !is_plain_json(&file.name)) {
            files.retain(|file| !is_plain_json(&file.name) || holds_several_objects(root, &join(folder, &file.name)));
        }
    }
}

/// Folders named `key=value` below one folder are one table where all their files have one format and the same keys.
/// Their columns may differ: what a file lacks is null.
fn partitioned_tables(root: &Path, folders: &mut Folders) -> Vec<FoundTable> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in folders.keys() {
        let parts: Vec<&str> = folder.split('/').collect();
        if let Some(first) = parts.iter().position(|part| partition_key(part).is_some()) {
            groups.entry(parts[..first].join("/")).or_default().push(folder.clone());
        }
    }
    let mut tables = Vec::new();
    for (base, members) in groups {
        let keys_of = |folder: &String| {
            partition_keys(&join(folder, "x"))
                .into_iter()
                .map(|(key, _)| key)
                .collect::<Vec<_>>()
        };
        let format_of = |folder: &String| folders[folder][0].format;
        let (keys, format) = (keys_of(&members[0]), format_of(&members[0]));
        let is_one_table = members
            .iter()
            .all(|folder| keys_of(folder) == keys && folders[folder].iter().all(|file| file.format == format));
        if !is_one_table {
            continue;
        }
        let mut files: Vec<DataFile> = Vec::new();
        for folder in &members {
            let below = if base.is_empty() {
                folder.as_str()
            } else {
                &folder[base.len() + 1..]
            };
            files.extend(folders.remove(folder).unwrap_or_default().into_iter().map(|file| DataFile {
                name: join(below, &file.name),
                ..file
            }));
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        tables.push(folder_table(root, &base, &files));
    }
    tables
}

/// The table that one file is: in the root schema, named by its stem. Its folder is the root to profile it beneath.
pub fn discover_file(path: &Path) -> Result<FoundTable, EngineError> {
    let shown = path.display().to_string();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if let Some(compression) = foreign_compression(name) {
        return Err(EngineError::Unsupported {
            what: format!("{compression} compression, as of {shown},"),
        });
    }
    let (stem, format) = split_name(name).ok_or_else(|| EngineError::Refused {
        path: shown.clone(),
        reason:
            "its ending is not one of .parquet .arrow .feather .csv .tsv .jsonl .ndjson .json, nor .gz or .zst after one of the last five"
                .into(),
    })?;
    let metadata = fs::metadata(path).map_err(|source| EngineError::Open { path: shown, source })?;
    Ok(FoundTable {
        schema_name: ROOT_SCHEMA.to_owned(),
        table_name: stem,
        format: format.to_owned(),
        files: vec![name.to_owned()],
        bytes: metadata.len(),
        scope: Default::default(),
    })
}

fn list_folder(root: &Path, folder: &str, depth: usize, folders: &mut Folders, count: &mut usize) -> Result<(), EngineError> {
    let path = root.join(folder);
    let failed = |source| EngineError::Open {
        path: if folder.is_empty() {
            root.display().to_string()
        } else {
            folder.to_owned()
        },
        source,
    };
    let mut below = Vec::new();
    for entry in fs::read_dir(&path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // Names that are not UTF-8 cannot be addressed; hidden files and folders are not data.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with(['.', '_']) {
            continue;
        }
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            below.push(join(folder, &name));
        } else if kind.is_file()
            && let Some((stem, format)) = split_name(&name)
        {
            *count += 1;
            if *count > FILE_LIMIT {
                return Err(EngineError::Unsupported {
                    what: format!("a folder with more than {FILE_LIMIT} data files"),
                });
            }
            let bytes = entry.metadata().map_err(failed)?.len();
            folders
                .entry(folder.to_owned())
                .or_default()
                .push(DataFile { stem, name, format, bytes });
        }
    }
    if let Some(files) = folders.get_mut(folder) {
        files.sort_by(|a, b| a.name.cmp(&b.name));
    }
    below.sort();
    for folder in below {
        // The files of a Delta table are not all part of its current version.
        let is_delta = root.join(&folder).join(DELTA_LOG).exists();
        if depth < DEPTH_LIMIT && !is_delta {
            list_folder(root, &folder, depth + 1, folders, count)?;
        }
    }
    Ok(())
}

/// Whether all files hold the same columns in the same format; in any order where these are the members of objects. Of files that
/// are a series, half of the columns are enough: one more in the later ones makes no table of each. A file that cannot be read is
/// like no other; a text file with nothing in it is a part without rows, beside two others at least or in a series. A column that is
/// all null in a file may have no type there.
fn are_alike(root: &Path, folder: &str, files: &[DataFile]) -> bool {
    let format = files[0].format;
    if files.iter().any(|file| file.format != format) {
        return false;
    }
    let are_series = are_series(files);
    let mut expected: Option<Vec<SourceColumn>> = None;
    let mut empty = 0;
    for file in files {
        let found = match file_signature(root, format, &join(folder, &file.name)) {
            Ok(Some(found)) if !found.is_empty() => found,
            Ok(None) => {
                empty += 1;
                continue;
            }
            _ => return false,
        };
        match &mut expected {
            None => expected = Some(found),
            Some(expected) => {
                let is_alike = fit_together(expected, &found, format == JSONL) || (are_series && share_half(expected, found));
                if !is_alike {
                    return false;
                }
            }
        }
    }
    expected.is_some() && (empty == 0 || files.len() - empty > 1 || are_series)
}

/// Whether the files are parts of one writer, or their names differ by their digits alone: `sales-2024-01.csv`, `sales-2024-02.csv`.
fn are_series(files: &[DataFile]) -> bool {
    let mould = |file: &DataFile| -> String { file.stem.chars().filter(|ch| !ch.is_ascii_digit()).collect() };
    let first = mould(&files[0]);
    files.iter().all(|file| file.name.starts_with(WRITTEN_PART)) || files.iter().all(|file| mould(file) == first)
}

/// The table that a folder of equal files is: named by the folder, in the schema of the folder above.
fn folder_table(root: &Path, folder: &str, files: &[DataFile]) -> FoundTable {
    let (schema, name) = match folder.rsplit_once('/') {
        Some((above, name)) => (above.to_owned(), name.to_owned()),
        None if folder.is_empty() => (
            ROOT_SCHEMA.to_owned(),
            root.file_name()
                .map_or_else(|| "files".into(), |name| name.to_string_lossy().into_owned()),
        ),
        None => (ROOT_SCHEMA.to_owned(), folder.to_owned()),
    };
    FoundTable {
        schema_name: schema,
        table_name: name,
        format: files[0].format.to_owned(),
        files: files.iter().map(|file| join(folder, &file.name)).collect(),
        bytes: files.iter().map(|file| file.bytes).sum(),
        scope: Default::default(),
    }
}

/// Each file a table; the full file name where two stems collide.
fn file_tables<'a>(folder: &'a str, files: &'a [DataFile]) -> impl Iterator<Item = FoundTable> + 'a {
    files.iter().map(move |file| {
        let collides = files.iter().filter(|other| other.stem == file.stem).count() > 1;
        FoundTable {
            schema_name: if folder.is_empty() {
                ROOT_SCHEMA.to_owned()
            } else {
                folder.to_owned()
            },
            table_name: if collides { file.name.clone() } else { file.stem.clone() },
            format: file.format.to_owned(),
            files: vec![join(folder, &file.name)],
            bytes: file.bytes,
            scope: Default::default(),
        }
    })
}

/// A file beside a folder of its name: the file goes by its full name.
fn tell_apart(tables: &mut [FoundTable]) {
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    for table in tables.iter() {
        *seen.entry((table.schema_name.clone(), table.table_name.clone())).or_default() += 1;
    }
    for table in tables {
        let is_file = table.files.len() == 1;
        if is_file && seen[&(table.schema_name.clone(), table.table_name.clone())] > 1 {
            table.table_name = table.files[0].rsplit('/').next().unwrap_or(&table.files[0]).to_owned();
        }
    }
}

/// How a file is compressed, where that is a way that is not read.
fn foreign_compression(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    [
        (".bz2", "bzip2"),
        (".xz", "xz"),
        (".zip", "zip"),
        (".7z", "7z"),
        (".lz4", "lz4"),
        (".br", "brotli"),
    ]
    .into_iter()
    .find(|(ending, _)| lower.ends_with(ending))
    .map(|(_, name)| name)
}

/// Stem and format of a data file.
fn split_name(name: &str) -> Option<(String, &'static str)> {
    let lower = name.to_ascii_lowercase();
    ENDINGS
        .iter()
        .filter(|(ending, _)| lower.ends_with(ending) && name.len() > ending.len())
        .map(|(ending, format)| (name[..name.len() - ending.len()].to_owned(), *format))
        .next()
}

/// Whether the first two lines are an object each.
fn holds_several_objects(root: &Path, path: &str) -> bool {
    RootedFile::open(root, path)
        .and_then(|file| JsonlSource::open(&file)?.begins_with_objects(2))
        .unwrap_or(false)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        root
    }

    fn names(root: &Path) -> Vec<(String, String, usize)> {
        discover(root)
            .unwrap()
            .into_iter()
            .map(|table| (table.schema_name, table.table_name, table.files.len()))
            .collect()
    }

    #[test]
    fn files_are_tables_and_folders_of_equal_files_are_one() {
        let root = tree(&[
            ("orders.csv", "id,at\n1,2\n"),
            ("customers.csv", "id,name\n1,x\n"),
            ("sales/2024.csv", "day,sum\n1,2\n"),
            ("sales/2025.csv", "day,sum\n3,4\n"),
            ("raw/a.csv", "x,y\n1,2\n"),
            ("raw/b.csv", "x,z\n1,2\n"),
            ("raw/deep/one.jsonl", "{\"a\":1}\n"),
            (".hidden/x.csv", "a\n1\n"),
            ("_temporary/x.csv", "a\n1\n"),
            ("lake/_delta_log/0.json", "{}"),
            ("lake/part.parquet", "x"),
            ("notes.md", "no"),
        ]);
        let table = |schema: &str, name: &str, files| (schema.to_owned(), name.to_owned(), files);
        assert_eq!(
            names(root.path()),
            [
                table("-", "customers", 1),
                table("-", "orders", 1),
                table("-", "sales", 2),
                table("raw", "a", 1),
                table("raw", "b", 1),
                table("raw/deep", "one", 1)
            ]
        );
    }

    #[test]
    fn a_series_is_one_table_though_later_files_have_more_columns() {
        let root = tree(&[
            ("sales/sales-2023.csv", "day,sum\n1,2\n"),
            ("sales/sales-2024.csv", "day,store,sum\n3,A,4\n"),
            ("sales/sales-2025.csv", ""),
            ("years/2024.csv", "day,sum\n1,2\n"),
            ("years/2025.csv", "day,sum,store\n3,4,A\n"),
            ("logs/part-0-a1b.jsonl", "{\"at\":1,\"who\":\"x\"}\n"),
            ("logs/part-1-c2d.jsonl", "{\"who\":\"y\",\"at\":2,\"why\":3}\n"),
            // Names that tell what is in them are no series, and tables that share a key alone are not one.
            ("two/orders.csv", "id,day\n1,2\n"),
            ("two/returns.csv", "id,day,why\n1,2,3\n"),
            ("keys/t1.csv", "id,day\n1,2\n"),
            ("keys/t2.csv", "id,name\n1,x\n"),
            // Members of objects have no order.
            ("people/ann.jsonl", "{\"a\":1,\"b\":2}\n"),
            ("people/bob.jsonl", "{\"b\":3,\"a\":4}\n"),
            ("columns/ann.csv", "a,b\n1,2\n"),
            ("columns/bob.csv", "b,a\n3,4\n"),
        ]);
        let found: Vec<(String, usize)> = names(root.path()).into_iter().map(|table| (table.1, table.2)).collect();
        let table = |name: &str, files| (name.to_owned(), files);
        assert_eq!(
            found,
            [
                table("logs", 2),
                table("people", 2),
                table("sales", 3),
                table("years", 2),
                table("ann", 1),
                table("bob", 1),
                table("t1", 1),
                table("t2", 1),
                table("orders", 1),
                table("returns", 1),
            ]
        );
    }

    #[test]
    fn equal_stems_go_by_the_full_file_name() {
        let root = tree(&[
            ("t.csv", "a,b\n1,2\n"),
            ("t.jsonl", "{\"a\":1}\n"),
            ("s/1.csv", "a,b\n1,2\n"),
            ("s/2.csv", "a,b\n1,2\n"),
            ("s.csv", "q,r\n1,2\n"),
        ]);
        let found: Vec<String> = names(root.path()).into_iter().map(|table| table.1).collect();
        assert_eq!(found, ["s", "s.csv", "t.csv", "t.jsonl"]);
    }

    #[test]
    fn partitioned_folders_are_one_table_whatever_their_files_lack() {
        let root = tree(&[
            ("sales/year=2024/month=1/a.csv", "x,y\n1,2\n"),
            ("sales/year=2024/month=2/a.csv", "x,y\n1,2\n"),
            ("sales/year=2025/month=1/a.csv", "x,y,z\n1,2,3\n"),
            ("sales/year=2025/month=1/_SUCCESS", ""),
            ("sales/year=2025/month=1/.a.csv.crc", "x"),
            ("mixed/k=1/a.csv", "x,y\n1,2\n"),
            ("mixed/k=2/a.jsonl", "{\"x\":1}\n"),
            ("keys/k=1/a.csv", "x,y\n1,2\n"),
            ("keys/j=2/a.csv", "x,y\n1,2\n"),
        ]);
        let table = |schema: &str, name: &str, files| (schema.to_owned(), name.to_owned(), files);
        assert_eq!(
            names(root.path()),
            [
                table("-", "sales", 3),
                table("keys/j=2", "a", 1),
                table("keys/k=1", "a", 1),
                table("mixed/k=1", "a", 1),
                table("mixed/k=2", "a", 1),
            ]
        );
        let only = discover(&root.path().join("sales")).unwrap();
        assert_eq!((only.len(), only[0].table_name.as_str(), only[0].files.len()), (1, "sales", 3));
    }

    #[test]
    fn a_file_with_nothing_in_it_is_a_part_of_a_table_of_others() {
        let root = tree(&[
            ("spark/part-0.csv", ""),
            ("spark/part-1.csv", "x,y\n1,2\n"),
            ("three/a.csv", "x,y\n1,2\n"),
            ("three/b.csv", "\n"),
            ("three/c.csv", "x,y\n1,2\n"),
            ("two/orders.csv", "x,y\n1,2\n"),
            ("two/other.csv", ""),
            ("none/part-0.csv", ""),
            ("none/part-1.csv", ""),
        ]);
        let table = |schema: &str, name: &str, files| (schema.to_owned(), name.to_owned(), files);
        assert_eq!(
            names(root.path()),
            [
                table("-", "spark", 2),
                table("-", "three", 3),
                table("none", "part-0", 1),
                table("none", "part-1", 1),
                table("two", "orders", 1),
                table("two", "other", 1),
            ]
        );
    }

    #[test]
    fn json_files_are_tables_but_not_where_they_describe_other_data() {
        let (lines, one) = ("{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n");
        let document = "{\n  \"a\": 1\n}\n";
        let root = tree(&[
            ("spark/part-0.json", lines),
            ("spark/part-1.json", one),
            ("api/all.json", "[{\"a\":1}]"),
            ("lake/part-0.csv", "x,y\n1,2\n"),
            ("lake/part-1.csv", "x,y\n1,2\n"),
            ("lake/metadata.json", document),
            ("lake/state.json", one),
            ("mixed/events.json", lines),
            ("mixed/orders.csv", "x,y\n1,2\n"),
        ]);
        let table = |schema: &str, name: &str, files| (schema.to_owned(), name.to_owned(), files);
        assert_eq!(
            names(root.path()),
            [
                table("-", "lake", 2),
                table("-", "spark", 2),
                table("api", "all", 1),
                table("mixed", "events", 1),
                table("mixed", "orders", 1),
            ]
        );
        assert_eq!(discover_file(&root.path().join("lake/state.json")).unwrap().format, JSONL);
    }

    #[test]
    fn wildcards_name_files_whose_like_are_one_table() {
        let root = tree(&[
            ("d/a1.csv", "x,y\n1,2\n"),
            ("d/a2.csv", "x,y\n1,2\n"),
            ("d/b.csv", "p,q\n1,2\n"),
            ("d/e/a3.csv", "x,y\n1,2\n"),
        ]);
        let found = |pattern: &str| -> Vec<(String, usize)> {
            let pattern = root.path().join(pattern);
            let tables = discover_glob(pattern.to_str().unwrap()).unwrap().1;
            tables.into_iter().map(|table| (table.table_name, table.files.len())).collect()
        };
        assert_eq!(found("d/a*.csv"), [("d".to_owned(), 2)]);
        assert_eq!(found("d/?.csv"), [("b".to_owned(), 1)]);
        assert_eq!(found("*/[ab]*.csv").len(), 3);
        assert_eq!(found("d/**/a3.csv"), [("a3".to_owned(), 1)]);
        assert!(found("d/*.parquet").is_empty());
        assert!(discover_glob("/nonexistent/limn/*.csv").is_err());
    }

    #[test]
    fn what_is_not_read_is_refused_by_name() {
        let root = tree(&[("a.csv.bz2", "x"), ("b.csv.xz", "x"), ("lake/_delta_log/0.json", "{}")]);
        let error = discover_file(&root.path().join("a.csv.bz2")).unwrap_err();
        assert!(error.to_string().contains("bzip2") && error.remedy().contains(".gz"), "{error}");
        assert!(discover_file(&root.path().join("b.csv.xz")).unwrap_err().to_string().contains("xz"));
        assert!(discover(&root.path().join("lake")).unwrap_err().to_string().contains("Delta"));
    }

    #[test]
    fn what_is_no_folder_says_so() {
        assert!(matches!(discover(Path::new("/nonexistent/limn")), Err(EngineError::Open { .. })));
        let root = tree(&[("x.csv", "a\n1\n")]);
        assert!(matches!(discover(&root.path().join("x.csv")), Err(EngineError::Refused { .. })));
    }
}
