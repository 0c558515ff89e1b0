//! Where a text of a tally stands: a short one in the sixteen bytes of this place itself, a longer one in an arena of bytes.

use super::lanes::padded;

/// Texts of fewer bytes are short.
pub const SHORT: usize = 16;
/// Stands where short texts have their length.
const LONG: u8 = u8::MAX;
/// The first bytes of a piece, so many.
const FRONTS: [u128; SHORT] = {
    let mut fronts = [0; SHORT];
    let mut length = 1;
    while length < SHORT {
        fronts[length] = fronts[length - 1] << 8 | 0xFF;
        length += 1;
    }
    fronts
};

/// A short text: its bytes, zeros behind them, its length in the uppermost byte. Or where a longer one lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place([u8; SHORT]);

impl Place {
    /// The text itself, if it is short.
    pub fn of_short(text: &[u8]) -> Option<Self> {
        (text.len() < SHORT).then(|| Self((padded(text) | (text.len() as u128) << 120).to_le_bytes()))
    }

    /// The short text of so many bytes at the front of a piece.
    #[inline(always)]
    pub fn of_piece(piece: &[u8; SHORT], length: usize) -> Self {
        let text = u128::from_le_bytes(*piece) & FRONTS[length % SHORT];
        Self((text | (length as u128) << 120).to_le_bytes())
    }

    /// A longer text: its first byte in the arena, and bytes of the whole text.
    pub fn in_arena(start: usize, length: u64) -> Self {
        Self((start as u128 | u128::from(length) << 64 | u128::from(LONG) << 120).to_le_bytes())
    }

    /// The bytes of a short text.
    pub fn short(&self) -> Option<&[u8]> {
        self.0.get(..usize::from(self.0[SHORT - 1]))
    }

    /// Whether the text is longer.
    pub fn is_long(&self) -> bool {
        self.0[SHORT - 1] == LONG
    }

    /// First byte in the arena, and bytes of the whole text; of a longer one only.
    pub fn long(self) -> (usize, u64) {
        let number = u128::from_le_bytes(self.0);
        (number as u64 as usize, (number << 8 >> 72) as u64)
    }

    /// What a short text is sought by. Cheaper than its canonical hash, which only entries have.
    pub fn mixed(self) -> u64 {
        let number = u128::from_le_bytes(self.0);
        let (low, high) = (number as u64, (number >> 64) as u64);
        let product = u128::from(low ^ 0x9E37_79B9_7F4A_7C15) * u128::from(high ^ 0xF58A_4C35_B2E9_D163);
        (product as u64 ^ (product >> 64) as u64).wrapping_add(low.rotate_left(32))
    }
}
