//! The hybrid of run lengths and bit packing that Parquet uses for levels and dictionary codes, read without unpacking what need not be.

/// Levels or codes of one page.
pub struct HybridRuns<'a> {
    bytes: &'a [u8],
    bit_width: u32,
    left: usize,
}

/// A piece of them.
#[derive(Debug, PartialEq, Eq)]
pub enum Run<'a> {
    /// One value so many times.
    Repeated {
        /// The value.
        value: u32,
        /// How often.
        count: usize,
    },
    /// Values packed one after the other, lowest bit first.
    Packed {
        /// At least the bits of `count` values.
        bytes: &'a [u8],
        /// How many.
        count: usize,
    },
}

impl<'a> HybridRuns<'a> {
    /// `count` values of `bit_width` bits (at most 32).
    pub fn new(bytes: &'a [u8], bit_width: u8, count: usize) -> Result<Self, &'static str> {
        if bit_width > 32 {
            return Err("it has codes of more than 32 bits");
        }
        Ok(Self {
            bytes,
            bit_width: u32::from(bit_width),
            left: count,
        })
    }

    /// The next run; nothing after the last value.
    pub fn next_run(&mut self) -> Result<Option<Run<'a>>, &'static str> {
        const SHORT: &str = "it ends before its last level or code";
        if self.left == 0 {
            return Ok(None);
        }
        let header = self.read_header().ok_or(SHORT)?;
        if header & 1 == 1 {
            let values = usize::try_from(header >> 1)
                .ok()
                .and_then(|groups| groups.checked_mul(8))
                .ok_or(SHORT)?;
            let count = values.min(self.left);
            // The last group may be cut off after its last value.
            let whole = (values as u128 * u128::from(self.bit_width)).div_ceil(8);
            let needed = (count as u128 * u128::from(self.bit_width)).div_ceil(8);
            if needed > self.bytes.len() as u128 || count == 0 {
                return Err(SHORT);
            }
            let (bytes, rest) = self.bytes.split_at((whole as usize).min(self.bytes.len()));
            self.bytes = rest;
            self.left -= count;
            return Ok(Some(Run::Packed { bytes, count }));
        }
        let count = usize::try_from(header >> 1).map_err(|_| SHORT)?.min(self.left);
        let width = self.bit_width.div_ceil(8) as usize;
        if count == 0 || self.bytes.len() < width {
            return Err(SHORT);
        }
        let (value, rest) = self.bytes.split_at(width);
        self.bytes = rest;
        self.left -= count;
        let mut word = [0; 4];
        word[..width].copy_from_slice(value);
        let value = u32::from_le_bytes(word);
        if u64::from(value) >> self.bit_width != 0 {
            return Err("a level or code of it is larger than its width allows");
        }
        Ok(Some(Run::Repeated { value, count }))
    }

    fn read_header(&mut self) -> Option<u64> {
        let mut header = 0_u64;
        for shift in (0..63).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            header |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(header);
            }
        }
        None
    }
}

/// How many of `count` one-bit levels are 1.
pub fn count_ones(bytes: &[u8], count: usize) -> Result<usize, &'static str> {
    let mut runs = HybridRuns::new(bytes, 1, count)?;
    let mut ones = 0;
    while let Some(run) = runs.next_run()? {
        ones += match run {
            Run::Repeated { value, count } => value as usize * count,
            Run::Packed { bytes, count } => count_set_bits(bytes, count),
        };
    }
    Ok(ones)
}

/// Set bits among the first `count`.
pub fn count_set_bits(bytes: &[u8], count: usize) -> usize {
    let whole: usize = bytes[..count / 8].iter().map(|byte| byte.count_ones() as usize).sum();
    let rest = count % 8;
    if rest == 0 {
        return whole;
    }
    whole + (bytes[count / 8] & ((1 << rest) - 1)).count_ones() as usize
}

/// Adds each code's occurrences to `counts`; fails on a code beyond them.
pub fn count_codes(bytes: &[u8], bit_width: u8, count: usize, counts: &mut [u64]) -> Result<(), &'static str> {
    const BEYOND: &str = "it refers to a value that its dictionary does not hold";
    let mut runs = HybridRuns::new(bytes, bit_width, count)?;
    while let Some(run) = runs.next_run()? {
        match run {
            Run::Repeated { value, count } => *counts.get_mut(value as usize).ok_or(BEYOND)? += count as u64,
            Run::Packed { bytes, count } => {
                let mut beyond = false;
                unpack(bytes, u32::from(bit_width), count, |code| match counts.get_mut(code as usize) {
                    Some(counter) => *counter += 1,
                    None => beyond = true,
                });
                if beyond {
                    return Err(BEYOND);
                }
            }
        }
    }
    Ok(())
}

/// Hands over `count` packed values; `bytes` holds at least their bits.
fn unpack(bytes: &[u8], bit_width: u32, count: usize, mut visit: impl FnMut(u32)) {
    let mask = ((1_u64 << bit_width) - 1) as u32;
    let mut bit = 0_usize;
    // Values whose eight bytes from their first one on lie inside.
    let inside = if bit_width == 0 {
        count
    } else {
        (bytes.len().saturating_sub(7) * 8).div_ceil(bit_width as usize).min(count)
    };
    let word_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    if bit_width > 0 {
        for _ in 0..inside {
            visit((word_at(bit / 8) >> (bit % 8)) as u32 & mask);
            bit += bit_width as usize;
        }
    } else {
        (0..count).for_each(|_| visit(0));
    }
    for _ in inside..count {
        let mut word = [0; 8];
        let rest = &bytes[bit / 8..];
        let length = rest.len().min(8);
        word[..length].copy_from_slice(&rest[..length]);
        visit((u64::from_le_bytes(word) >> (bit % 8)) as u32 & mask);
        bit += bit_width as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(values: &[u32], bit_width: u32) -> Vec<u8> {
        let mut bits = vec![0_u8; (values.len().div_ceil(8) * 8 * bit_width as usize).div_ceil(8)];
        for (i, value) in values.iter().enumerate() {
            for bit in 0..bit_width as usize {
                let at = i * bit_width as usize + bit;
                bits[at / 8] |= ((value >> bit & 1) as u8) << (at % 8);
            }
        }
        bits
    }

    #[test]
    fn packed_codes_of_every_width_are_counted() {
        for bit_width in 0..=20_u32 {
            let most = (1_u64 << bit_width) as u32;
            let values: Vec<u32> = (0..1_003_u32).map(|i| i.wrapping_mul(2_654_435_761) % most.max(1)).collect();
            let mut bytes = vec![
                (values.len().div_ceil(8) << 1 | 1) as u8 & 0x7F | 0x80,
                (values.len().div_ceil(8) >> 6) as u8,
            ];
            bytes.extend(pack(&values, bit_width));
            let mut counts = vec![0; most as usize];
            count_codes(&bytes, bit_width as u8, values.len(), &mut counts).unwrap();
            let mut expected = vec![0; most as usize];
            values.iter().for_each(|value| expected[*value as usize] += 1);
            assert_eq!(counts, expected, "{bit_width} bits");
        }
    }

    #[test]
    fn runs_and_packed_groups_alternate_and_padding_is_not_counted() {
        // Five ones, then a packed group of which three count: 1 0 1.
        let bytes = [10, 1, 3, 0b1111_1101];
        assert_eq!(count_ones(&bytes, 8), Ok(7));
        let mut counts = [0; 2];
        count_codes(&bytes, 1, 8, &mut counts).unwrap();
        assert_eq!(counts, [1, 7]);
    }

    #[test]
    fn damage_is_an_error() {
        assert!(count_ones(&[], 1).is_err());
        assert!(count_ones(&[3], 8).is_err());
        assert!(count_ones(&[0, 1], 8).is_err());
        assert!(count_codes(&[8, 9], 8, 4, &mut [0; 9]).is_err());
        assert!(count_codes(&[3, 0xFF], 1, 8, &mut [0; 1]).is_err());
        assert!(HybridRuns::new(&[], 33, 1).is_err());
        assert!(count_ones(&[0xFF; 12], 8).is_err());
    }
}
