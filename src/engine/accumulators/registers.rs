//! The registers of a HyperLogLog sketch: Apache DataSketches HLL with lgK 12, written as HLL_8, read in any of its forms.

use datasketches::hll::{HllSketch, HllType, HllUnion};

use super::sketch_error::SketchError;

/// log2 of the number of registers.
const LG_K: u8 = 12;
/// Seed of the hash that DataSketches puts over every value.
const UPDATE_SEED: u64 = 9_001;
/// Bytes before the registers of a full sketch, before the coupons of a list, and of a set.
const PREAMBLES: [usize; 3] = [8, 12, 40];
/// Mode byte of registers of 8 bits.
const MERGED_HLL_8: u8 = 2 | 2 << 2;
/// Most zeros that a hash can begin with, and the one after them.
const LARGEST_REGISTER: u8 = 63;
const KIND: &str = "HLL";

/// The largest number of leading zeros, plus one, by slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registers([u8; 1 << LG_K]);

impl Default for Registers {
    fn default() -> Self {
        Self([0; 1 << LG_K])
    }
}

impl Registers {
    /// Adds a canonical hash.
    pub fn update(&mut self, hash: u64) {
        let (low, high) = update_hash(hash);
        let register = &mut self.0[low as usize & ((1 << LG_K) - 1)];
        *register = (*register).max(high.leading_zeros().min(62) as u8 + 1);
    }

    /// Adds the other's values.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = (*mine).max(theirs);
        }
    }

    /// The merged-form (composite) estimate of the number of different values.
    pub fn estimate(&self) -> f64 {
        HllSketch::deserialize(&self.to_bytes()).map_or(0.0, |sketch| sketch.composite_estimate())
    }

    /// The sketch as DataSketches writes it, in its merged (out of order) form.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Sums of 2^-register, of the small and the large ones apart: what the estimate is made of.
        let (mut small, mut large) = (0.0, 0.0);
        for register in self.0 {
            let share = 0.5_f64.powi(i32::from(register));
            if register < 32 {
                small += share;
            } else {
                large += share;
            }
        }
        let empty = self.0.iter().filter(|register| **register == 0).count() as u32;
        let mut bytes = vec![10, 1, 7, LG_K, 0, 16, 0, MERGED_HLL_8];
        bytes.extend(0.0_f64.to_le_bytes());
        bytes.extend(f64::to_le_bytes(small));
        bytes.extend(f64::to_le_bytes(large));
        bytes.extend(empty.to_le_bytes());
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(self.0);
        bytes
    }
}

impl Registers {
    /// Reads a sketch that DataSketches wrote: a list, a set, or registers of 4, 6 or 8 bits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SketchError> {
        let damaged = |reason: String| SketchError::Damaged { kind: KIND, reason };
        // The form that is written here needs no translation.
        if let (Some([10, 1, 7, LG_K, _, _, _, mode]), Some(registers)) = (bytes.first_chunk(), bytes.get(PREAMBLES[2]..))
            && mode & 0b1111 == MERGED_HLL_8
            && registers.iter().all(|register| *register <= LARGEST_REGISTER)
            && let Ok(registers) = registers.try_into()
        {
            return Ok(Self(registers));
        }
        // A register says how many zeros a hash of 64 bits begins with. The crate takes its word for it.
        let is_of_bytes = bytes.get(7).is_some_and(|mode| mode & 0b1111 == MERGED_HLL_8);
        if is_of_bytes && bytes.iter().skip(PREAMBLES[2]).any(|register| *register > LARGEST_REGISTER) {
            return Err(damaged("a register is larger than any hash makes it".into()));
        }
        let sketch = HllSketch::deserialize(bytes).map_err(|error| damaged(error.to_string()))?;
        if sketch.lg_config_k() != LG_K {
            return Err(SketchError::OtherParameters {
                kind: KIND,
                found: format!("lgK {}", sketch.lg_config_k()),
                wanted: format!("lgK {LG_K}"),
            });
        }
        let mut union = HllUnion::new(LG_K).expect("lgK 12 is within the union's range");
        union.update(&sketch);
        let bytes = union.to_sketch(HllType::Hll8).serialize();
        let mut registers = Self::default();
        let (mode, rest) = match bytes.get(7).map(|mode| usize::from(mode & 3)) {
            Some(mode) if mode < PREAMBLES.len() => (mode, bytes.get(PREAMBLES[mode]..).unwrap_or_default()),
            _ => return Err(damaged("it is in a mode that does not exist".into())),
        };
        if mode == 2 {
            let stored = rest
                .first_chunk()
                .ok_or_else(|| damaged("it ends before its last register".into()))?;
            registers.0 = *stored;
            return Ok(registers);
        }
        for coupon in rest.chunks_exact(4) {
            let coupon = u32::from_le_bytes(coupon.try_into().expect("four bytes"));
            let register = &mut registers.0[coupon as usize & ((1 << LG_K) - 1)];
            *register = (*register).max((coupon >> 26) as u8);
        }
        Ok(registers)
    }
}

/// Murmur3 (128 bits, x64) of the eight bytes of a hash: what DataSketches does to an i64.
fn update_hash(value: u64) -> (u64, u64) {
    let mix = |mut word: u64| {
        word = (word ^ (word >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        word = (word ^ (word >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
        word ^ (word >> 33)
    };
    let block = value
        .wrapping_mul(0x87C3_7B91_1142_53D5)
        .rotate_left(31)
        .wrapping_mul(0x4CF5_AD43_2745_937F);
    let low = UPDATE_SEED ^ block ^ 8;
    let high = UPDATE_SEED ^ 8;
    let low = low.wrapping_add(high);
    let high = high.wrapping_add(low);
    let (low, high) = (mix(low), mix(high));
    let low = low.wrapping_add(high);
    (low, high.wrapping_add(low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::canonical::{Form, Scalar};

    fn hash(value: i64) -> u64 {
        value.canonical_hash(Form::Integer)
    }

    #[test]
    fn registers_are_those_of_data_sketches() {
        let mut ours = Registers::default();
        let mut theirs = HllSketch::new(LG_K, HllType::Hll8).unwrap();
        for value in 0..50_000 {
            ours.update(hash(value));
            theirs.update(hash(value) as i64);
        }
        assert_eq!(ours.to_bytes()[40..], theirs.serialize()[40..]);
        assert_eq!(ours.estimate(), theirs.composite_estimate());
        let mut union = HllUnion::new(LG_K).unwrap();
        union.update(&HllSketch::deserialize(&ours.to_bytes()).unwrap());
        assert_eq!(union.to_sketch(HllType::Hll8).serialize()[40..], theirs.serialize()[40..]);
    }

    #[test]
    fn every_form_of_a_sketch_is_read() {
        for (values, kind) in [
            (0, HllType::Hll8),
            (5, HllType::Hll8),
            (100, HllType::Hll4),
            (2_000, HllType::Hll6),
            (90_000, HllType::Hll4),
        ] {
            let mut ours = Registers::default();
            let mut theirs = HllSketch::new(LG_K, kind).unwrap();
            for value in 0..values {
                ours.update(hash(value));
                theirs.update(hash(value) as i64);
            }
            assert_eq!(Registers::from_bytes(&theirs.serialize()).unwrap(), ours, "{values} values");
            assert_eq!(Registers::from_bytes(&ours.to_bytes()).unwrap(), ours);
        }
    }

    #[test]
    fn other_parameters_and_damage_are_refused_by_name() {
        let other = HllSketch::new(10, HllType::Hll8).unwrap().serialize();
        let error = Registers::from_bytes(&other).unwrap_err().to_string();
        assert_eq!(error, "the HLL sketch has lgK 10, and only lgK 12 can be merged");
        for bytes in [&b""[..], b"\x0a\x01\x07\x0c", &[0xFF; 60]] {
            assert!(matches!(Registers::from_bytes(bytes), Err(SketchError::Damaged { .. })));
        }
    }
}
