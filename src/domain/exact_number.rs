//! A number kept as decimal text, so that 128-bit sums and long decimals lose no digit.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Largest integer that every JSON reader keeps exactly: 2^53.
const LARGEST_SAFE_INTEGER: i128 = 1 << 53;

/// Canonical decimal text. In JSON it is a number where a double keeps it exactly, else a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactNumber(String);

impl ExactNumber {
    /// Wraps text that is already canonical (no exponent, no leading plus or zeros).
    pub fn from_canonical(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The digits as they are.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest double; infinite texts and nonsense give `None`.
    pub fn to_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    /// Whether a JSON number (a double) holds this value without loss.
    fn is_safe_as_json_number(&self) -> bool {
        if let Ok(whole) = self.0.parse::<i128>() {
            return whole.unsigned_abs() <= LARGEST_SAFE_INTEGER.unsigned_abs();
        }
        // A decimal is safe where the shortest text of the nearest double is the same text.
        self.0
            .parse::<f64>()
            .is_ok_and(|value| value.is_finite() && value.to_string() == self.0)
    }
}

impl From<i128> for ExactNumber {
    fn from(value: i128) -> Self {
        Self(value.to_string())
    }
}

impl From<f64> for ExactNumber {
    fn from(value: f64) -> Self {
        Self(value.to_string())
    }
}

impl std::fmt::Display for ExactNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ExactNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_safe_as_json_number() {
            if let Ok(whole) = self.0.parse::<i64>() {
                return serializer.serialize_i64(whole);
            }
            if let Ok(value) = self.0.parse::<f64>() {
                return serializer.serialize_f64(value);
            }
        }
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ExactNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            Whole(i64),
            Real(f64),
            Text(String),
        }
        Ok(match Shape::deserialize(deserializer)? {
            Shape::Whole(value) => Self(value.to_string()),
            Shape::Real(value) => Self(value.to_string()),
            Shape::Text(text) => Self(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_more_than_53_bits_is_a_string_and_nothing_is_lost() {
        for (text, json) in [
            ("9007199254740992", "9007199254740992"),
            ("9007199254740993", "\"9007199254740993\""),
            (
                "-170141183460469231731687303715884105728",
                "\"-170141183460469231731687303715884105728\"",
            ),
            ("12.5", "12.5"),
            ("0.1234567890123456789", "\"0.1234567890123456789\""),
            ("12.50", "\"12.50\""),
        ] {
            let number = ExactNumber::from_canonical(text);
            let written = serde_json::to_string(&number).unwrap();
            assert_eq!(written, json, "{text}");
            assert_eq!(serde_json::from_str::<ExactNumber>(&written).unwrap(), number);
        }
    }
}
