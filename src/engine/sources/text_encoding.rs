//! UTF-16 on its way to UTF-8. Bytes in any other encoding pass as they are; what is not UTF-8 among them is counted later.

use std::io::{self, Read};

/// Bytes that are looked at to find out the encoding.
const HEAD: usize = 1_024;
/// Bytes that are decoded at once.
const CHUNK: usize = 1 << 16;

/// Which end of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByteOrder {
    Little,
    Big,
}

/// A text as UTF-8, and what it is written in: `utf-8`, `utf-16` (the low byte first), `utf-16be`.
pub type Decoded = (Box<dyn Read + Send>, &'static str);

/// Looks at the head of a text and decodes it where it is UTF-16, with a byte order mark or plainly without.
pub fn decode_text(mut reader: Box<dyn Read + Send>) -> io::Result<Decoded> {
    let mut head = vec![0; HEAD];
    let mut length = 0;
    let mut failed = None;
    while length < HEAD && failed.is_none() {
        match reader.read(&mut head[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => failed = Some(error),
        }
    }
    head.truncate(length);
    // What came before a failure is read first, so that its place is known.
    let reader = Failed(failed).chain(reader);
    let order = match head.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the text is UTF-32; store it as UTF-8"));
        }
        [0xFF, 0xFE, ..] => Some((ByteOrder::Little, 2)),
        [0xFE, 0xFF, ..] => Some((ByteOrder::Big, 2)),
        head => guess_order(head).map(|order| (order, 0)),
    };
    match order {
        None => Ok((Box::new(io::Cursor::new(head).chain(reader)), "utf-8")),
        Some((order, mark)) => {
            head.drain(..mark);
            let decoded = Utf16Reader {
                inner: Box::new(io::Cursor::new(head).chain(reader)),
                order,
                pending: Vec::new(),
                surrogate: None,
                ready: Vec::new(),
                handed: 0,
                at_end: false,
            };
            Ok((
                Box::new(decoded),
                match order {
                    ByteOrder::Little => "utf-16",
                    ByteOrder::Big => "utf-16be",
                },
            ))
        }
    }
}

/// Text of mostly Latin letters has a zero in one half of nearly every unit, and in the other half none.
fn guess_order(head: &[u8]) -> Option<ByteOrder> {
    let units = head.len() / 2;
    if units < 4 {
        return None;
    }
    let zeros = |half: usize| head.chunks_exact(2).filter(|pair| pair[half] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    match (first * 10, second * 10) {
        (few, many) if many >= units * 9 && few * 10 <= units => Some(ByteOrder::Little),
        (many, few) if many >= units * 9 && few * 10 <= units => Some(ByteOrder::Big),
        _ => None,
    }
}

/// Hands out the error that a reader has met, once.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

struct Utf16Reader {
    inner: Box<dyn Read + Send>,
    order: ByteOrder,
    /// A byte whose other half has not come yet.
    pending: Vec<u8>,
    /// The first half of a pair of units.
    surrogate: Option<u16>,
    ready: Vec<u8>,
    handed: usize,
    at_end: bool,
}

impl Read for Utf16Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.ready.len() {
            if self.at_end {
                return Ok(0);
            }
            self.decode_some()?;
        }
        let count = buffer.len().min(self.ready.len() - self.handed);
        buffer[..count].copy_from_slice(&self.ready[self.handed..self.handed + count]);
        self.handed += count;
        Ok(count)
    }
}

impl Utf16Reader {
    fn decode_some(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.handed = 0;
        let kept = self.pending.len();
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.resize(kept + CHUNK, 0);
        let count = self.inner.read(&mut bytes[kept..])?;
        bytes.truncate(kept + count);
        if count == 0 {
            self.at_end = true;
            // Half a unit, or half a pair, is no character: it stays visible as a byte that no UTF-8 has.
            self.push_lone_surrogate();
            self.ready.extend(bytes.iter().map(|_| 0xFF));
            return Ok(());
        }
        let mut pairs = bytes.chunks_exact(2);
        for pair in pairs.by_ref() {
            let unit = match self.order {
                ByteOrder::Little => u16::from_le_bytes([pair[0], pair[1]]),
                ByteOrder::Big => u16::from_be_bytes([pair[0], pair[1]]),
            };
            self.push_unit(unit);
        }
        self.pending = pairs.remainder().to_vec();
        Ok(())
    }

    fn push_unit(&mut self, unit: u16) {
        match (self.surrogate, unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                let code = 0x1_0000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
                self.surrogate = None;
                self.push_code(code);
            }
            (_, 0xD800..=0xDBFF) => {
                self.push_lone_surrogate();
                self.surrogate = Some(unit);
            }
            (_, 0xDC00..=0xDFFF) => {
                self.push_lone_surrogate();
                self.push_three(unit);
            }
            _ => {
                self.push_lone_surrogate();
                self.push_code(u32::from(unit));
            }
        }
    }

    fn push_code(&mut self, code: u32) {
        let symbol = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut bytes = [0; 4];
        self.ready.extend_from_slice(symbol.encode_utf8(&mut bytes).as_bytes());
    }

    fn push_lone_surrogate(&mut self) {
        if let Some(unit) = self.surrogate.take() {
            self.push_three(unit);
        }
    }

    /// A lone half of a pair in three bytes, as if it were a character: no reader takes that for UTF-8, so it is counted as broken.
    fn push_three(&mut self, unit: u16) {
        let [high, low] = unit.to_be_bytes();
        self.ready
            .extend([0xE0 | high >> 4, 0x80 | (high & 0x0F) << 2 | low >> 6, 0x80 | (low & 0x3F)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: Vec<u8>) -> Vec<u8> {
        /// Hands out few bytes at a time, so that units are cut.
        struct Dribble(io::Cursor<Vec<u8>>);
        impl Read for Dribble {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let count = buffer.len().min(3);
                self.0.read(&mut buffer[..count])
            }
        }
        let mut out = Vec::new();
        decode_text(Box::new(Dribble(io::Cursor::new(bytes))))
            .map(|decoded| decoded.0)
            .unwrap()
            .read_to_end(&mut out)
            .unwrap();
        out
    }

    fn encoded(text: &str, order: ByteOrder, mark: bool) -> Vec<u8> {
        let text = if mark { format!("\u{FEFF}{text}") } else { text.to_owned() };
        text.encode_utf16()
            .flat_map(|unit| match order {
                ByteOrder::Little => unit.to_le_bytes(),
                ByteOrder::Big => unit.to_be_bytes(),
            })
            .collect()
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let text = format!("id,name\n1,Zoë 𝄞\n{}", "2,plain\n".repeat(500));
        for order in [ByteOrder::Little, ByteOrder::Big] {
            for mark in [true, false] {
                assert_eq!(decoded(encoded(&text, order, mark)), text.as_bytes(), "{order:?} {mark}");
            }
        }
        let chinese = "编号,名\n1,王\n";
        assert_eq!(decoded(encoded(chinese, ByteOrder::Big, true)), chinese.as_bytes());
    }

    #[test]
    fn other_texts_pass_untouched_and_broken_ones_stay_broken() {
        for text in [
            &b""[..],
            b"a",
            b"a,b\n1,2\n",
            b"caf\xE9,x\n",
            b"nul\0in,a\0text\n",
            "\u{FEFF}a,b\n".as_bytes(),
        ] {
            assert_eq!(decoded(text.to_vec()), text);
        }
        // A lone half of a pair, and half a unit at the end.
        let broken = decoded(vec![0xFF, 0xFE, b'a', 0, 0x00, 0xD8, b'b', 0, b'c']);
        assert_eq!(broken, [b'a', 0xED, 0xA0, 0x80, b'b', 0xFF]);
        assert!(std::str::from_utf8(&broken).is_err());
        assert!(decode_text(Box::new(io::Cursor::new(vec![0xFF, 0xFE, 0, 0, b'a', 0, 0, 0]))).is_err());
    }
}
