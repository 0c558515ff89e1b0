//! Sniffs a CSV file: delimiter, quote, escape, and whether the first record names the columns.

use std::collections::HashSet;

use super::csv_records::{BACKSLASH, Dialect, Escape, Fields, Parsed, parse_record};
use crate::engine::accumulators::date_texts::parse_date_text;
use crate::engine::type_inference::read_real;

/// Delimiters that are tried; the first wins a tie.
const DELIMITERS: [u8; 5] = [b',', b'\t', b';', b'|', b'^'];
/// Records of the sample that are looked at.
const SAMPLE_RECORDS: usize = 200;

/// The dialect that makes the sample most regular. `is_whole` says that the sample is the whole file.
pub fn sniff_dialect(sample: &[u8], is_whole: bool) -> Dialect {
    let double = best_delimiter(sample, is_whole, b'"', Escape::Unseen);
    let found = settle_escape(sample, is_whole, double);
    if found.escape == Escape::Backslash || begins_fields(sample, b'"') > 0 || begins_fields(sample, b'\'') < 2 {
        return found;
    }
    let single = best_delimiter(sample, is_whole, b'\'', Escape::Unseen);
    let single = settle_escape(sample, is_whole, single);
    if is_earned(sample, is_whole, single, double) {
        single
    } else {
        found
    }
}

/// Whether a backslash stands before a quote anywhere: only then the bytes may say what it does.
pub fn has_escapes(bytes: &[u8], quote: u8) -> bool {
    bytes.windows(2).any(|pair| pair == [BACKSLASH, quote])
}

/// The dialect with what the sample says about backslashes before quotes inside quotes. They are escapes, as Spark writes them, where
/// with doubled quotes a field goes on behind its closing quote, and so none does. A path that ends in a backslash (`"C:\"`) is no sign.
fn settle_escape(sample: &[u8], is_whole: bool, unseen: Dialect) -> Dialect {
    if !has_escapes(sample, unseen.quote) {
        return unseen;
    }
    let plain = unseen.with(Escape::Quote);
    let escaped = best_delimiter(sample, is_whole, plain.quote, Escape::Backslash);
    let closes = [plain, escaped].map(|dialect| quoted_fields_close(sample, is_whole, dialect).is_some());
    let [without, with] = [plain, escaped].map(|dialect| evenness(sample, is_whole, dialect).unwrap_or(0.0));
    match closes {
        [false, true] if with >= without => escaped,
        // It is read alike, as where such backslashes stand outside quotes alone.
        [true, true] if with == without => unseen,
        _ => plain,
    }
}

/// Whether the record fits a table of so many columns as the dialect reads it: their number, and no quoted field that goes on behind
/// its closing quote.
pub fn fits(record: &[u8], fields: &Fields, columns: usize, dialect: Dialect) -> bool {
    fields.len() == columns && quoted_fields_close(record, true, dialect).is_some()
}

fn best_delimiter(sample: &[u8], is_whole: bool, quote: u8, escape: Escape) -> Dialect {
    let best = DELIMITERS.iter().map(|delimiter| {
        let dialect = Dialect::of(*delimiter, quote).with(escape);
        (score(sample, is_whole, dialect), dialect)
    });
    let usual = Dialect::of(b',', quote).with(escape);
    // `max_by` would prefer the last of equals.
    best.fold((-1.0, usual), |best, next| if next.0 > best.0 { next } else { best }).1
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

/// How many fields begin with the byte, whatever the delimiter is.
fn begins_fields(sample: &[u8], quote: u8) -> usize {
    let after_break = sample
        .windows(2)
        .filter(|pair| pair[1] == quote && (DELIMITERS.contains(&pair[0]) || pair[0] == b'\n'))
        .count();
    after_break + usize::from(sample.first() == Some(&quote))
}

/// Whether what begins fields is a quote, and not an apostrophe as in `'s-Gravenhage`: every field that begins with it ends with
/// it, and the records are at least as even with it. Where they are just as even without it, no field goes on over a line end.
fn is_earned(sample: &[u8], is_whole: bool, quoted: Dialect, plain: Dialect) -> bool {
    let Some(crosses_lines) = quoted_fields_close(sample, is_whole, quoted) else {
        return false;
    };
    match (evenness(sample, is_whole, quoted), evenness(sample, is_whole, plain)) {
        (Some(with), Some(without)) => with > without || (with == without && !crosses_lines),
        _ => false,
    }
}

/// Nothing where a field that begins with the quote does not end with it; else whether any such field holds a line end. The end
/// of a sample that is cut off says nothing.
fn quoted_fields_close(sample: &[u8], is_whole: bool, dialect: Dialect) -> Option<bool> {
    let is_break = |byte: &u8| *byte == dialect.delimiter || *byte == b'\n' || *byte == b'\r';
    let (mut at, mut crosses_lines) = (0, false);
    while at < sample.len() {
        if sample[at] == dialect.quote {
            let start = at;
            match dialect.find_close(&sample[at + 1..]) {
                Some(length) => at += 1 + length,
                None if is_whole => return None,
                None => return Some(crosses_lines || sample[start..].contains(&b'\n')),
            }
            if sample.get(at).is_some_and(|byte| !is_break(byte)) {
                return None;
            }
            crosses_lines |= sample[start..at].contains(&b'\n');
        }
        at += sample[at..]
            .iter()
            .position(is_break)
            .map_or(sample.len() - at, |length| length + 1);
    }
    Some(crosses_lines)
}

/// Numbers of fields of the sample's records; nothing where a quote is not closed.
fn field_counts(sample: &[u8], is_whole: bool, dialect: Dialect) -> Option<Vec<usize>> {
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
            Parsed::OpenQuote => return None,
            Parsed::Unfinished | Parsed::End => break,
        }
    }
    Some(counts)
}

/// Share of records with as many fields as the first.
fn evenness(sample: &[u8], is_whole: bool, dialect: Dialect) -> Option<f64> {
    let counts = field_counts(sample, is_whole, dialect)?;
    let first = counts.first()?;
    Some(counts.iter().filter(|count| *count == first).count() as f64 / counts.len() as f64)
}

/// Share of records with the first one's number of fields, a little more for more fields; nothing for one field.
fn score(sample: &[u8], is_whole: bool, dialect: Dialect) -> f64 {
    let Some(counts) = field_counts(sample, is_whole, dialect) else {
        return 0.0;
    };
    let Some(first) = counts.first().copied().filter(|first| *first > 1) else {
        return 0.0;
    };
    let regular = counts.iter().filter(|count| **count == first).count() as f64 / counts.len() as f64;
    regular * regular + (first as f64).ln() * 0.01
}

/// Lines above the header: the first records have one field under every delimiter, and all that follow have as many as each
/// other, the first of them a header above a column of values. Gives the number of such records and of the others' fields.
/// A file of one column may hold delimiters too, but hardly so evenly and below such a header.
pub fn find_preamble(sample: &[u8], is_whole: bool, found: Dialect) -> Option<(usize, usize)> {
    DELIMITERS.iter().find_map(|delimiter| {
        let dialect = Dialect {
            delimiter: *delimiter,
            ..found
        };
        let counts = field_counts(sample, is_whole, dialect)?;
        let above = counts.iter().take_while(|count| **count == 1).count();
        let below = &counts[above..];
        let is_even = below.len() > 1 && below.iter().all(|count| *count == below[0]);
        (above > 0 && is_even && has_header_after(sample, is_whole, dialect, above)).then(|| (above, below[0]))
    })
}

fn has_header_after(sample: &[u8], is_whole: bool, dialect: Dialect, records: usize) -> bool {
    let mut fields = Fields::default();
    let (mut at, mut seen) = (0, 0);
    while let Parsed::Record(length) = parse_record(&sample[at..], is_whole, dialect, &mut fields) {
        at += length;
        seen += usize::from(!fields.is_blank());
        if seen > records {
            let names_values = names_a_column_of_values(&fields, &sample[at..], is_whole, dialect);
            return names_values && is_header(&fields, &sample[at..], is_whole, dialect);
        }
    }
    false
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
            ("'a,b','c'\n'd,e','it''s'\n", b',', b'\''),
            ("a,b\n'two\nlines',1\n'x',2", b',', b'\''),
            ("'a'\n'b,c'\n", b',', b'\''),
        ] {
            assert_eq!(sniff_dialect(sample.as_bytes(), true), Dialect::of(delimiter, quote), "{sample:?}");
        }
    }

    #[test]
    fn backslashes_escape_where_fields_would_go_on_behind_their_quotes() {
        for (sample, escape) in [
            ("id,text\n1,\"say \\\"hi\\\", you\"\n2,plain\n", Escape::Backslash),
            ("id,text\n1,\"{\\\"a\\\": 1, \\\"b\\\": [2]}\"\n2,\"{}\"\n", Escape::Backslash),
            ("id,path\n1,\"C:\\dir\\\"\n2,\"D:\\\"\n", Escape::Quote),
            ("id,text\n1,\"say \"\"hi\"\"\"\n2,\"C:\\\"\n", Escape::Quote),
            ("id,text\n1,\"a\"b\n2,c\n", Escape::Unseen),
            ("id,text\n1,a\\\"b\n2,c\n", Escape::Unseen),
            ("id,text\n1,'it\\'s, \"here\"'\n2,'there'\n", Escape::Backslash),
            ("id,path\n1,'C:\\'\n2,'D:\\'\n", Escape::Quote),
        ] {
            for is_whole in [true, false] {
                assert_eq!(sniff_dialect(sample.as_bytes(), is_whole).escape, escape, "{sample:?}");
            }
        }
    }

    #[test]
    fn apostrophes_that_begin_fields_are_no_quotes() {
        for sample in [
            "id,city\n1,Utrecht\n2,'s-Gravenhage\n3,Amsterdam\n4,'s-Hertogenbosch\n5,Delft\n",
            "id,city\n1,'s-Gravenhage\n2,'s-Hertogenbosch\n3,'s-Graveland\n4,Delft\n",
            "city\n's-Gravenhage\nDelft\n's-Hertogenbosch\n",
            "id,text\n1,'tis the dogs'\n2,'twas mine\n",
            "id,text\n1,'twas\n2,the dogs'\n3,'tis\n4,the cats'\n",
            "id,a,b\n1,'twas,the dogs'\n2,'tis,the cats'\n",
        ] {
            for is_whole in [true, false] {
                assert_eq!(sniff_dialect(sample.as_bytes(), is_whole).quote, b'"', "{sample:?}");
            }
        }
    }

    #[test]
    fn lines_above_the_header_are_known_by_the_even_table_below_them() {
        for (sample, found) in [
            ("Report of sales\n\nid,amount\n1,2\n3,4\n", Some((1, 2))),
            ("Report\nof 2024\nid;name;amount\n1;x;2\n3;y;4\n", Some((2, 3))),
            ("note\na;b\nc;d\n", None),
            ("city\n\"Paris, France\"\nRome\n", None),
            ("only\n1\n2\n", None),
            ("a,b\n1,2\n", None),
            ("Report\nid,amount\n1,2\n3\n", None),
        ] {
            let comma = Dialect::of(b',', b'"');
            assert_eq!(find_preamble(sample.as_bytes(), true, comma), found, "{sample:?}");
        }
    }

    #[test]
    fn a_header_names_its_columns_and_data_does_not() {
        let comma = Dialect::of(b',', b'"');
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
