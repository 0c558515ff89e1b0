//! Bytes of states: whole numbers in as few bytes as they need, doubles in eight, everything else behind its length.

use super::{StateError, damaged};

/// Writes one value after the other.
#[derive(Debug, Default)]
pub struct StateWriter(Vec<u8>);

impl StateWriter {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Bytes as they are.
    pub fn put_raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Bytes with their length.
    pub fn put_bytes(&mut self, bytes: &[u8]) {
        self.put_count(bytes.len() as u64);
        self.put_raw(bytes);
    }

    /// Yes or no.
    pub fn put_flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    /// A small number.
    pub fn put_tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    /// A number that is mostly small.
    pub fn put_count(&mut self, count: u64) {
        self.put_wide_count(u128::from(count));
    }

    /// The same for 128 bits.
    pub fn put_wide_count(&mut self, mut count: u128) {
        while count >= 0x80 {
            self.0.push(count as u8 | 0x80);
            count >>= 7;
        }
        self.0.push(count as u8);
    }

    /// A number of either sign.
    pub fn put_signed(&mut self, value: i128) {
        self.put_wide_count((value.wrapping_shl(1) ^ (value >> 127)) as u128);
    }

    /// A double.
    pub fn put_real(&mut self, value: f64) {
        self.put_raw(&value.to_le_bytes());
    }
}

/// Reads what a [`StateWriter`] wrote; anything else is an error, and nothing is taken that is not there.
#[derive(Debug)]
pub struct StateReader<'a>(&'a [u8]);

impl<'a> StateReader<'a> {
    /// From the first byte on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// So many bytes.
    pub fn raw(&mut self, length: usize) -> Result<&'a [u8], StateError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(|| damaged("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// Bytes with their length.
    pub fn bytes(&mut self) -> Result<&'a [u8], StateError> {
        let length = self.count()?;
        self.raw(usize::try_from(length).map_err(|_| damaged("a length is beyond all bounds"))?)
    }

    /// A text.
    pub fn text(&mut self) -> Result<String, StateError> {
        Ok(String::from_utf8_lossy(self.bytes()?).into_owned())
    }

    /// Yes or no.
    pub fn flag(&mut self) -> Result<bool, StateError> {
        Ok(self.tag()? != 0)
    }

    /// A small number.
    pub fn tag(&mut self) -> Result<u8, StateError> {
        Ok(self.raw(1)?[0])
    }

    /// A number of 64 bits.
    pub fn count(&mut self) -> Result<u64, StateError> {
        // Most are small: one or two bytes.
        if let [low @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Ok(u64::from(*low));
        }
        if let [low, high @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Ok(u64::from(*low & 0x7F) | u64::from(*high) << 7);
        }
        u64::try_from(self.wide_count()?).map_err(|_| damaged("a number is beyond 64 bits"))
    }

    /// A number of things that take at least one byte each.
    pub fn length(&mut self) -> Result<usize, StateError> {
        let length = self.count()?;
        if length > self.0.len() as u64 {
            return Err(damaged("it ends before its last entry"));
        }
        Ok(length as usize)
    }

    /// A number of 128 bits.
    pub fn wide_count(&mut self) -> Result<u128, StateError> {
        let mut count = 0_u128;
        for shift in (0..128).step_by(7) {
            let byte = self.tag()?;
            count |= u128::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(count);
            }
        }
        Err(damaged("a number does not end"))
    }

    /// A number of either sign.
    pub fn signed(&mut self) -> Result<i128, StateError> {
        let folded = self.wide_count()?;
        Ok((folded >> 1) as i128 ^ -((folded & 1) as i128))
    }

    /// A number of either sign of 64 bits.
    pub fn signed_64(&mut self) -> Result<i64, StateError> {
        i64::try_from(self.signed()?).map_err(|_| damaged("a number is beyond 64 bits"))
    }

    /// A double.
    pub fn real(&mut self) -> Result<f64, StateError> {
        let bytes = self.raw(8)?.first_chunk().copied();
        bytes.map(f64::from_le_bytes).ok_or_else(|| damaged("it ends too early"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_beyond_the_end() {
        let mut out = StateWriter::default();
        let numbers = [0, 1, -1, 127, 128, i128::MAX, i128::MIN, i128::from(i64::MIN)];
        numbers.iter().for_each(|number| out.put_signed(*number));
        out.put_count(u64::MAX);
        out.put_real(-0.0);
        out.put_bytes(b"x");
        out.put_flag(true);
        let bytes = out.into_bytes();
        let mut input = StateReader::new(&bytes);
        for number in numbers {
            assert_eq!(input.signed().unwrap(), number);
        }
        assert_eq!(input.count().unwrap(), u64::MAX);
        assert_eq!(input.real().unwrap().to_bits(), (-0.0_f64).to_bits());
        assert_eq!((input.text().unwrap().as_str(), input.flag().unwrap()), ("x", true));
        assert!(input.rest().is_empty() && input.tag().is_err());
        assert!(StateReader::new(&[0xFF; 40]).wide_count().is_err());
        assert!(StateReader::new(&[200, 1, 0]).length().is_err());
    }
}
