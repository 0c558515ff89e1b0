//! Sniffs a CSV file: delimiter, quote, and whether the first record names the columns.

use std::collections::HashSet;

use super::csv_records::{Dialect, Fields, Parsed, parse_record};
use crate::engine::accumulators::date_texts::parse_date_text;
use crate::engine::type_inference::read_real;

/// Delimiters that are tried; the first wins a tie.
const DELIMITERS: [u8; 5] = [b',', b'\t', b';', b'|', b'^'];
/// Records of the sample that are looked at.
const SAMPLE_RECORDS: usize = 200;

/// The dialect that makes the sample most regular. `is_whole` says that the sample is the whole file.
pub fn sniff_dialect(sample: &[u8], is_whole: bool) -> Dialect {
    let quote = sniff_quote(sample);
    let best = DELIMITERS.iter().map(|delimiter| {
        let dialect = Dialect {
            delimiter: *delimiter,
            quote,
        };
        (score(sample, is_whole, dialect), dialect)
    });
    // `max_by` would prefer the last of equals.
    best.fold((-1.0, Dialect { delimiter: b',', quote }), |best, next| {
        if next.0 > best.0 { next } else { best }
    })
    .1
}

/// Whether the first record is a header. The rule: it holds names and no values. Names are no numbers, dates or truths; they
/// are present, but for one, and different. Where several are missing or equal, it is a header still if a column that is
/// named there holds numbers, dates or truths only in the records that follow.
pub fn is_header(first: &Fields, sample: &[u8], is_whole: bool, dialect: Dialect) -> bool {
    let mut names: Vec<&[u8]> = first.iter().map(<[u8]>::trim_ascii).collect();
    let named = names.iter().filter(|name| !name.is_empty()).count();
    if named == 0 || names.iter().any(|name| !name.is_empty() && is_value(name)) {
        return false;
    }
    let count = names.len();
    // An unnamed index column is common; a row of data is hardly all names but one empty field.
    let is_clear = count - named <= 1;
    names.sort_unstable();
    names.dedup();
    (is_clear && names.len() == count) || names_a_column_of_values(first, sample, is_whole, dialect)
}

/// Whether a field is a value of its own kind, and so no name.
fn is_value(field: &[u8]) -> bool {
    read_real(field).is_some()
        || parse_date_text(field).is_some()
        || field.eq_ignore_ascii_case(b"true")
        || field.eq_ignore_ascii_case(b"false")
}

fn names_a_column_of_values(first: &Fields, sample: &[u8], is_whole: bool, dialect: Dialect) -> bool {
    let mut fields = Fields::default();
    let mut only_values: Vec<Option<bool>> = first.iter().map(|name| if name.is_empty() { Some(false) } else { None }).collect();
    let (mut at, mut records) = (0, 0);
    while records < SAMPLE_RECORDS {
        let Parsed::Record(length) = parse_record(&sample[at..], is_whole, dialect, &mut fields) else {
            break;
        };
        at += length;
        if fields.len() != only_values.len() {
            continue;
        }
        records += 1;
        for (field, only) in fields.iter().zip(&mut only_values).filter(|(field, _)| !field.is_empty()) {
            *only = Some(only.unwrap_or(true) && is_value(field.trim_ascii()));
        }
    }
    only_values.contains(&Some(true))
}

/// Names of the columns, made different and never empty.
pub fn column_names(header: &Fields) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    let mut taken: HashSet<String> = HashSet::new();
    for (index, name) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(name);
        let base = if name.trim().is_empty() {
            format!("column{}", index + 1)
        } else {
            name.into_owned()
        };
        let mut unique = base.clone();
        let mut again = 1;
        while !taken.insert(unique.clone()) {
            unique = format!("{base}_{again}");
            again += 1;
        }
        names.push(unique);
    }
    names
}

/// A single quote only where it opens fields and a double quote never does.
fn sniff_quote(sample: &[u8]) -> u8 {
    let opens = |quote: u8| {
        let after_break = sample
            .windows(2)
            .filter(|pair| pair[1] == quote && (DELIMITERS.contains(&pair[0]) || pair[0] == b'\n'))
            .count();
        after_break + usize::from(sample.first() == Some(&quote))
    };
    if opens(b'"') == 0 && opens(b'\'') > 1 { b'\'' } else { b'"' }
}

/// Share of records with the commonest number of fields, a little more for more fields; nothing for one field.
fn score(sample: &[u8], is_whole: bool, dialect: Dialect) -> f64 {
    let mut fields = Fields::default();
    let mut counts: Vec<usize> = Vec::new();
    let mut at = 0;
    while counts.len() < SAMPLE_RECORDS {
        match parse_record(&sample[at..], is_whole, dialect, &mut fields) {
            Parsed::Record(length) => {
                at += length;
                if !fields.is_blank() {
                    counts.push(fields.len());
                }
            }
            Parsed::OpenQuote => return 0.0,
            Parsed::Unfinished | Parsed::End => break,
        }
    }
    let Some(first) = counts.first().copied().filter(|first| *first > 1) else {
        return 0.0;
    };
    let regular = counts.iter().filter(|count| **count == first).count() as f64 / counts.len() as f64;
    regular * regular + (first as f64).ln() * 0.01
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_record(text: &str, dialect: Dialect) -> Fields {
        let mut fields = Fields::default();
        parse_record(text.as_bytes(), true, dialect, &mut fields);
        fields
    }

    #[test]
    fn delimiters_and_quotes_are_found() {
        for (sample, delimiter, quote) in [
            ("a,b\n1,2\n", b',', b'"'),
            ("a;b\n1,5;2\n2,5;3\n", b';', b'"'),
            ("a\tb\tc\n1, x\t2\t3\n", b'\t', b'"'),
            ("a|b\n\"x,y,z\"|2\n\"1,2\"|3\n", b'|', b'"'),
            ("a,b\n'x,1','y'\n'z','w'\n", b',', b'\''),
            ("only\n1\n2\n", b',', b'"'),
            ("name,text\nx,\"a;b;c\nd;e;f\"\ny,\"g;h\"\n", b',', b'"'),
        ] {
            assert_eq!(sniff_dialect(sample.as_bytes(), true), Dialect { delimiter, quote }, "{sample:?}");
        }
    }

    #[test]
    fn a_header_names_its_columns_and_data_does_not() {
        let comma = Dialect {
            delimiter: b',',
            quote: b'"',
        };
        for (text, header) in [
            ("a,a\n1,x\n2,y\n", true),
            ("a,a\nb,c\n", false),
            ("id,,\n1,x,y\n", true),
            ("id,name", true),
            ("1,x", false),
            ("x,2013-01-01", false),
            (",id,name", true),
            (",", false),
            ("true,a", false),
            ("a,a", false),
        ] {
            let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
            assert_eq!(
                is_header(&first_record(text, comma), rest.as_bytes(), true, comma),
                header,
                "{text}"
            );
        }
        assert_eq!(column_names(&first_record("a,,a", comma)), ["a", "column2", "a_1"]);
    }
}
