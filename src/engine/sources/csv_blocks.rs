//! Whole records of a CSV file at once: 64 bytes become masks of delimiters, quotes and line ends, and fields are spans of the buffer.
//! Only plain records are taken (quotes, if any, around whole fields; no line end or quote inside); at any other record it stops,
//! and [`super::csv_records::parse_record`], which knows every case, reads that one.

use super::csv_records::{BACKSLASH, Dialect, Escape};
use crate::engine::accumulators::lanes::equal_masks;

/// Bytes that become one mask.
const BLOCK: usize = 64;
/// Marks the length of a field that stood between quotes.
const QUOTED: u32 = 1 << 31;

/// Where a field lies in the buffer, its quotes left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    length: u32,
}

impl Span {
    fn between(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            length: (end - start) as u32,
        }
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// Bytes.
    pub fn length(self) -> usize {
        (self.length & !QUOTED) as usize
    }

    /// Whether the field is empty and not quoted: a null.
    pub fn is_null(self) -> bool {
        self.length == 0
    }
}

/// The plain records at the front of a buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Records.
    pub records: usize,
    /// Bytes, line ends included.
    pub bytes: usize,
}

/// One bit a byte.
struct Masks {
    delimiters: u64,
    quotes: u64,
    line_ends: u64,
}

/// Appends the spans of up to `most` plain records of `columns` fields each, row after row.
pub fn take_records(bytes: &[u8], dialect: Dialect, columns: usize, most: usize, spans: &mut Vec<Span>) -> Taken {
    let kept_before = spans.len();
    let mut walk = Walk {
        // Offsets are kept in 32 bits, of which one is the mark.
        bytes: &bytes[..bytes.len().min(QUOTED as usize - 1)],
        dialect,
        columns,
        most,
        taken: Taken::default(),
        field_at: 0,
        fields: 0,
        quotes: 0,
    };
    let mut found = [Span::default(); BLOCK];
    let mut carry = 0_u64;
    for (block, chunk) in walk.bytes.chunks(BLOCK).enumerate() {
        let masks = match chunk.try_into() {
            Ok(whole) => masks_of(whole, dialect),
            Err(_) => masks_of_last(chunk, dialect),
        };
        let inside = prefix_xor(masks.quotes) ^ carry;
        carry = ((inside as i64) >> 63) as u64;
        let (count, goes_on) = walk.end_fields(block * BLOCK, &masks, inside, &mut found);
        spans.extend_from_slice(&found[..count]);
        if !goes_on {
            break;
        }
    }
    spans.truncate(kept_before + walk.taken.records * columns);
    walk.taken
}

/// Where the walk through the fields stands.
struct Walk<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    columns: usize,
    most: usize,
    taken: Taken,
    /// Where the open field begins, and how many its record has before it.
    field_at: usize,
    fields: usize,
    /// Quotes of the open field in the blocks before.
    quotes: u32,
}

impl Walk<'_> {
    /// Ends the fields whose ends lie in the block that begins at `from`; says how many, and whether to go on.
    #[inline(always)]
    fn end_fields(&mut self, from: usize, masks: &Masks, inside: u64, found: &mut [Span; BLOCK]) -> (usize, bool) {
        let mut count = 0;
        let mut ends = (masks.delimiters & !inside) | masks.line_ends;
        let mut quotes = masks.quotes;
        while ends != 0 {
            let bit = ends.trailing_zeros();
            let at = from + bit as usize;
            ends &= ends - 1;
            if at < self.field_at {
                // The feed of a line end of two bytes.
                continue;
            }
            let mark = 1_u64 << bit;
            let is_line_end = masks.line_ends & mark != 0;
            if self.fields == self.columns || (is_line_end && inside & mark != 0) {
                return (count, false);
            }
            let of_field = quotes & (mark - 1);
            quotes ^= of_field;
            found[count] = if of_field == 0 && self.quotes == 0 {
                Span::between(self.field_at, at)
            } else {
                // Most fields lie in one block, and the bits of their quotes tell all.
                let is_around = self.field_at >= from && {
                    let first = 1 << (self.field_at - from);
                    of_field == first | mark >> 1 && first < mark >> 1
                };
                let before = std::mem::take(&mut self.quotes);
                if !(is_around || before + of_field.count_ones() == 2 && self.is_between_quotes(at)) || self.may_escape(at) {
                    return (count, false);
                }
                Span {
                    start: self.field_at as u32 + 1,
                    length: (at - self.field_at - 2) as u32 | QUOTED,
                }
            };
            count += 1;
            self.fields += 1;
            self.field_at = at + 1;
            if is_line_end && !self.end_record(at) {
                return (count, false);
            }
        }
        if quotes != 0 {
            self.quotes += quotes.count_ones();
        }
        (count, true)
    }

    /// Whether the open field, up to its end, begins and ends with a quote.
    fn is_between_quotes(&self, end: usize) -> bool {
        let (field, quote) = (&self.bytes[self.field_at..end], self.dialect.quote);
        field.len() >= 2 && field.first() == Some(&quote) && field.last() == Some(&quote)
    }

    /// Whether a backslash may escape something in the open field, which stands between quotes. What it does is known the long way, and
    /// found out there at the first one before a quote.
    #[inline(always)]
    fn may_escape(&self, end: usize) -> bool {
        match self.dialect.escape {
            Escape::Quote => false,
            Escape::Backslash => self.bytes[self.field_at..end].contains(&BACKSLASH),
            Escape::Unseen => self.bytes[end - 2] == BACKSLASH,
        }
    }

    /// Ends the record at a line end; says whether to go on.
    #[inline(always)]
    fn end_record(&mut self, at: usize) -> bool {
        let is_return = self.bytes[at] == b'\r';
        // A lone return is a line end too, but a rare one; and at the end of the buffer nobody knows yet.
        if self.fields != self.columns || (is_return && self.bytes.get(at + 1) != Some(&b'\n')) {
            return false;
        }
        self.field_at += usize::from(is_return);
        self.fields = 0;
        self.taken.records += 1;
        self.taken.bytes = self.field_at;
        self.taken.records < self.most
    }
}

/// Bit i is the parity of the bits up to i.
fn prefix_xor(mut bits: u64) -> u64 {
    if bits == 0 {
        return 0;
    }
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

fn masks_of(block: &[u8; BLOCK], dialect: Dialect) -> Masks {
    let wanted = [dialect.delimiter, dialect.quote, b'\n', b'\r'];
    let [delimiters, quotes, feeds, returns] = equal_masks(block, wanted);
    Masks {
        delimiters,
        quotes,
        line_ends: feeds | returns,
    }
}

/// Of a block that is not whole.
fn masks_of_last(chunk: &[u8], dialect: Dialect) -> Masks {
    let mut padded = [b' '; BLOCK];
    padded[..chunk.len()].copy_from_slice(chunk);
    let within = (1_u64 << chunk.len()) - 1;
    let masks = masks_of(&padded, dialect);
    Masks {
        delimiters: masks.delimiters & within,
        quotes: masks.quotes & within,
        line_ends: masks.line_ends & within,
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv_records::{Fields, Parsed, parse_record};
    use super::*;
    use proptest::prelude::*;

    const COMMA: Dialect = Dialect {
        delimiter: b',',
        quote: b'"',
        escape: Escape::Quote,
    };

    /// Every record that is taken at once must be what the long way reads, and only records of other kinds may be left.
    fn assert_agrees(text: &[u8], columns: usize) -> Result<(), TestCaseError> {
        for escape in [Escape::Quote, Escape::Backslash, Escape::Unseen] {
            assert_agrees_in(COMMA.with(escape), text, columns)?;
        }
        Ok(())
    }

    fn assert_agrees_in(dialect: Dialect, text: &[u8], columns: usize) -> Result<(), TestCaseError> {
        let mut spans = Vec::new();
        let taken = take_records(text, dialect, columns, usize::MAX, &mut spans);
        prop_assert_eq!(spans.len(), taken.records * columns);
        let (mut at, mut fields) = (0, Fields::default());
        for row in spans.chunks(columns) {
            let Parsed::Record(length) = parse_record(&text[at..], true, dialect, &mut fields) else {
                return Err(TestCaseError::fail("a record was taken that is none"));
            };
            at += length;
            prop_assert_eq!(fields.len(), columns);
            for (index, span) in row.iter().enumerate() {
                let token = (!span.is_null()).then(|| &text[span.start()..][..span.length()]);
                prop_assert_eq!(token, fields.token(index));
            }
        }
        prop_assert_eq!(at, taken.bytes);
        Ok(())
    }

    #[test]
    fn plain_records_are_taken_and_others_left() {
        for (text, records) in [
            ("a,b\n\"c\",\"\"\r\n,\nx,y", 3),
            ("a,b\n\"say \"\"hi\"\"\",b\n", 1),
            ("a,b\n\"two\nlines\",b\n", 1),
            ("a,b\nonly\n", 1),
            ("a,b\na\"b,c\n", 1),
            ("a,b\rc,d\r", 0),
            ("a,b\r", 0),
            ("", 0),
        ] {
            let taken = take_records(text.as_bytes(), COMMA, 2, usize::MAX, &mut Vec::new());
            assert_eq!(taken.records, records, "{text:?}");
            assert_agrees(text.as_bytes(), 2).unwrap();
        }
        let long = "0123456789,\"0123456789 0123456789\"\n".repeat(100);
        assert_eq!(take_records(long.as_bytes(), COMMA, 2, usize::MAX, &mut Vec::new()).records, 100);
        assert_eq!(take_records(long.as_bytes(), COMMA, 2, 7, &mut Vec::new()).bytes, 7 * 35);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn records_taken_at_once_are_those_read_one_by_one(text in "([a-c\"]{0,3},(\"[a-c,]{0,9}\"|[a-c]{0,30})(\n|\r\n|\n|\r|,)){0,12}|[a\",\r\n]{0,200}", columns in 1_usize..4) {
            assert_agrees(text.as_bytes(), columns)?;
        }

        #[test]
        fn masks_are_those_of_single_bytes(bytes in prop::collection::vec(prop::sample::select(b",\"\n\rx\0\xFF-\x8A".to_vec()), BLOCK)) {
            let block: &[u8; BLOCK] = bytes.as_slice().try_into().unwrap();
            let wanted = *b",\"\n\r";
            let plain = wanted.map(|wanted| (0..BLOCK).fold(0, |mask, at| mask | u64::from(block[at] == wanted) << at));
            prop_assert_eq!(equal_masks(block, wanted), plain);
        }
    }
}
