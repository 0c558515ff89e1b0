//! Damaged files: whatever is wrong with one, the error names the file, the row and the byte.

use std::fs;
use std::io::Write;

use super::*;
use crate::domain::connection::FoundTable;
use crate::domain::table_profile::TableProfile;

fn profile_bytes(name: &str, format: &str, bytes: &[u8]) -> Result<TableProfile, EngineError> {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), bytes).unwrap();
    let table = FoundTable {
        schema_name: "-".into(),
        table_name: "t".into(),
        format: format.into(),
        files: vec![name.into()],
        bytes: 0,
        scope: Default::default(),
    };
    profile_table(root.path(), &table, &ProfileOptions::default(), &Unobserved)
}

/// Row and byte of an error about a file's content.
fn place_of(error: &EngineError) -> (Option<u64>, Option<u64>) {
    match error {
        EngineError::Malformed { row, byte, .. } => (*row, *byte),
        other => panic!("{other}"),
    }
}

fn with_wound(bytes: &[u8], at: usize, length: usize) -> Vec<u8> {
    let mut wounded = bytes.to_vec();
    wounded[at..at + length].iter_mut().for_each(|byte| *byte ^= 0x5A);
    wounded
}

/// Lines with numbers that do not pack well.
fn lines(name: &str) -> Vec<u8> {
    let number = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let text: String = match name {
        "t.csv" => std::iter::once("id,n\n".to_owned())
            .chain((0..30_000).map(|i| format!("{i},{}\n", number(i))))
            .collect(),
        _ => (0..30_000).map(|i| format!("{{\"id\":{i},\"n\":{}}}\n", number(i))).collect(),
    };
    text.into_bytes()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

#[test]
fn a_packed_text_that_is_cut_off_names_the_line_and_the_byte_at_which_it_ends() {
    for (name, format) in [("t.csv", "csv"), ("t.jsonl", "jsonl")] {
        let text = lines(name);
        for (ending, packed) in [("gz", gzip(&text)), ("zst", zstd::encode_all(&text[..], 1).unwrap())] {
            let name = format!("{name}.{ending}");
            let mut rows = Vec::new();
            for cut in (1..packed.len()).step_by(packed.len() / 9).chain([packed.len() - 1]) {
                let error = profile_bytes(&name, format, &packed[..cut]).unwrap_err();
                let (row, byte) = place_of(&error);
                let unpacked = &text[..byte.unwrap() as usize];
                let ends = unpacked.iter().filter(|byte| **byte == b'\n').count() as u64;
                assert_eq!(row, Some(ends + 1), "{cut}: {error}");
                let expected = format!("its unpacked text ends there, near byte {cut} of the file: ");
                assert!(error.to_string().contains(&expected), "{cut}: {error}");
                rows.push(ends + 1);
            }
            // What is unpacked of the first kilobyte is counted too, though it is looked at before any line.
            let error = profile_bytes(&name, format, &packed[..400]).unwrap_err();
            assert!(ending == "zst" || place_of(&error).0 > Some(5), "{name}: {error}");
            // Zstd unpacks whole blocks.
            assert!(rows.is_sorted() && rows[0] == 1 && rows[9] > 25_000, "{name}: {rows:?}");
        }
    }
}

#[test]
fn a_packed_text_with_wrong_bytes_names_row_and_byte() {
    for (name, format) in [("t.csv", "csv"), ("t.jsonl", "jsonl")] {
        let text = lines(name);
        for (ending, packed) in [("gz", gzip(&text)), ("zst", zstd::encode_all(&text[..], 1).unwrap())] {
            let mut failures = 0;
            for at in (12..packed.len() - 20).step_by(packed.len() / 7) {
                // Where the checksum is missing, as in zstd by default, a wound may only make other text.
                let Err(error) = profile_bytes(&format!("{name}.{ending}"), format, &with_wound(&packed, at, 16)) else {
                    continue;
                };
                let (row, byte) = place_of(&error);
                assert!(row.is_some() && byte.is_some(), "{error}");
                failures += 1;
            }
            assert!(failures > 0, "{name}.{ending}: {failures}");
        }
    }
}
