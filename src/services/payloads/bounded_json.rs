//! JSON within limits: depth, number of values. A small document cannot make a large one of itself.
//!
//! Texts come out as the store keeps them (cut at the limit, NUL as its picture, no negative zero), so that a payload says
//! the same whether it is read or was exploded into tables.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::PayloadError;
use crate::domain::column_profile::TEXT_LIMIT_CHARS;

/// Most bytes of one document.
pub const LARGEST_BYTES: u64 = 64 << 20;
/// Most levels of lists and objects.
const DEEPEST: usize = 64;
/// Most values of one document; each takes some 100 bytes while it is read.
const MOST_VALUES: usize = 4_000_000;

/// Reads a document.
pub fn read_json(text: &[u8]) -> Result<Value, PayloadError> {
    if text.len() as u64 > LARGEST_BYTES {
        return Err(PayloadError::TooLarge(format!("{} bytes, at most {LARGEST_BYTES}", text.len())));
    }
    let left = Cell::new(MOST_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let seed = Bounded { left: &left, depth: 0 };
    let value = seed
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| {
            let said = error.to_string();
            match said.split_once(LIMIT) {
                Some((_, limit)) => PayloadError::TooLarge(limit.split(" at line").next().unwrap_or(limit).to_owned()),
                None => PayloadError::Unreadable(said),
            }
        })?;
    Ok(value)
}

/// Marks errors of ours among those of the reader.
const LIMIT: &str = "limit: ";

#[derive(Clone, Copy)]
struct Bounded<'a> {
    left: &'a Cell<usize>,
    depth: usize,
}

impl Bounded<'_> {
    fn count<E: Error>(self) -> Result<(), E> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(E::custom(format!("{LIMIT}more than {MOST_VALUES} values"))),
        }
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= DEEPEST {
            return Err(E::custom(format!("{LIMIT}more than {DEEPEST} levels")));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let value = if value == 0.0 { 0.0 } else { value };
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(kept_text(value)))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            map.insert(key, members.next_value_seed(inside)?);
        }
        Ok(Value::Object(map))
    }
}

/// A text as the store keeps it.
fn kept_text(text: &str) -> String {
    let cut = match text.char_indices().nth(TEXT_LIMIT_CHARS) {
        None => text.to_owned(),
        Some(_) => text.chars().take(TEXT_LIMIT_CHARS - 1).chain(['…']).collect(),
    };
    cut.replace('\0', "\u{2400}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,3.5,"x",null,true,{"b":{}}],"c":18446744073709551615,"d":1e400}"#;
        let ours = read_json(text.replace(",\"d\":1e400", "").as_bytes()).unwrap();
        assert_eq!(ours, serde_json::from_str::<Value>(&text.replace(",\"d\":1e400", "")).unwrap());
        for broken in [
            "",
            "{",
            "[1,]",
            "{\"a\":1}x",
            "nul",
            "\"\u{1}\"",
            "[1e400]",
            "{\"a\" 1}",
            "\u{feff}{}",
        ] {
            assert!(
                matches!(read_json(broken.as_bytes()), Err(PayloadError::Unreadable(_))),
                "{broken:?}"
            );
        }
        assert!(read_json(b"\"\xff\"").is_err());
    }

    #[test]
    fn bombs_are_refused() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read_json(deep(64).as_bytes()).is_ok());
        assert!(matches!(read_json(deep(65).as_bytes()), Err(PayloadError::TooLarge(said)) if said.contains("levels")));
        assert!(read_json(deep(200_000).as_bytes()).is_err());
        let many = format!("[{}0]", "0,".repeat(MOST_VALUES));
        assert!(matches!(read_json(many.as_bytes()), Err(PayloadError::TooLarge(said)) if said.contains("values")));
        let large = vec![b' '; LARGEST_BYTES as usize + 1];
        assert!(matches!(read_json(&large), Err(PayloadError::TooLarge(_))));
    }
}
