//! Reads JSON without losing the last bit of a number: serde_json's own reader may be one unit off for long decimals.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// Reads a value; each real number is the double nearest to its text.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(read_raw(serde_json::from_str(text)?)?)
}

/// Reads one level; objects and arrays hand their parts down as text.
fn read_raw(raw: &RawValue) -> Result<Value, serde_json::Error> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => Ok(Value::Object(serde_json::from_str::<Parts<'_>>(text)?.0)),
        Some(b'[') => {
            let parts: Vec<&RawValue> = serde_json::from_str(text)?;
            Ok(Value::Array(parts.into_iter().map(read_raw).collect::<Result<_, _>>()?))
        }
        Some(b'-' | b'0'..=b'9') if text.contains(['.', 'e', 'E']) => {
            let number = text.parse::<f64>().map_err(serde_json::Error::custom)?;
            Number::from_f64(number)
                .map(Value::Number)
                .ok_or_else(|| serde_json::Error::custom("number out of range"))
        }
        _ => serde_json::from_str(text),
    }
}

/// The members of an object, in order.
struct Parts<'de>(Map<String, Value>, std::marker::PhantomData<&'de ()>);

impl<'de> serde::Deserialize<'de> for Parts<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Map<String, Value>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Map::new();
                while let Some((name, raw)) = access.next_entry::<String, &'de RawValue>()? {
                    members.insert(name, read_raw(raw).map_err(A::Error::custom)?);
                }
                Ok(members)
            }
        }
        deserializer
            .deserialize_map(Members)
            .map(|members| Self(members, std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn structure_is_kept() {
        let text = r#"{"b":[1,-2.5,"x",null,true,{"c":[]}],"a":18446744073709551615,"é\"":"\u0000"}"#;
        assert_eq!(read::<Value>(text).unwrap().to_string(), text);
        assert!(read::<Value>("{\"a\":1").is_err());
        assert!(read::<Value>("1e999").is_err());
    }

    proptest! {
        #[test]
        fn every_double_comes_back_to_the_last_bit(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let text = serde_json::to_string(&[number]).unwrap();
            prop_assert_eq!(read::<Vec<f64>>(&text).unwrap()[0].to_bits(), number.to_bits());
        }
    }
}
