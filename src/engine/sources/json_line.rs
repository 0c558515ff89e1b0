//! One JSON object of one line, cut into its top-level members without losing a digit: each value keeps its own text.

use std::borrow::Cow;

use super::leaves::{DEPTH_LIMIT, LENGTH};
use crate::engine::type_inference::TokenKinds;

/// One member of the object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<'a> {
    /// Key.
    pub name: Cow<'a, str>,
    /// Text of the value (of a string: its content); nothing for null.
    pub token: Option<Cow<'a, [u8]>>,
    /// What kind of value it is.
    pub kind: TokenKinds,
}

/// Cuts the line into members. Fails with the reason and the byte within the line.
pub fn read_members(line: &[u8]) -> Result<Vec<Member<'_>>, (usize, String)> {
    let mut at = skip_white(line, 0);
    if line.get(at) != Some(&b'{') {
        return Err((at, "the line is not a JSON object".into()));
    }
    let mut members = Vec::new();
    at = skip_white(line, at + 1);
    if line.get(at) == Some(&b'}') {
        return end_of_line(line, at + 1, members);
    }
    loop {
        if line.get(at) != Some(&b'"') {
            return Err((at, "a key in quotes is missing".into()));
        }
        let (name, next) = read_string(line, at)?;
        at = skip_white(line, next);
        if line.get(at) != Some(&b':') {
            return Err((at, "a colon is missing".into()));
        }
        at = skip_white(line, at + 1);
        let (token, kind, next) = read_value(line, at)?;
        members.push(Member { name, token, kind });
        at = skip_white(line, next);
        match line.get(at) {
            Some(b',') => at = skip_white(line, at + 1),
            Some(b'}') => return end_of_line(line, at + 1, members),
            _ => return Err((at, "a comma or a closing brace is missing".into())),
        }
    }
}

/// Opens members that are objects: their members become `a.b`, and beside an array stands `a.length` with the number of its
/// elements. An empty object, what lies too deep, and what would take the name of another member (`{"a.b": 1, "a": {"b": 2}}`) stays as it is.
pub fn open_members<'a>(members: &[Member<'a>]) -> Result<Vec<Member<'a>>, (usize, String)> {
    let mut opened = Vec::with_capacity(members.len());
    for member in members {
        let is_field = |other: &Member| other.name.strip_prefix(&*member.name).is_some_and(|rest| rest.starts_with('.'));
        if member.kind == TokenKinds::NESTED && members.iter().any(is_field) {
            opened.push(member.clone());
        } else {
            open_member(member.clone(), 0, &mut opened)?;
        }
    }
    Ok(opened)
}

fn open_member<'a>(member: Member<'a>, depth: usize, opened: &mut Vec<Member<'a>>) -> Result<(), (usize, String)> {
    if let (Some(Cow::Borrowed(text)), TokenKinds::NESTED) = (&member.token, member.kind) {
        if text.first() == Some(&b'{') && depth < DEPTH_LIMIT {
            let inner = read_members(text)?;
            if !inner.is_empty() {
                for field in inner {
                    let name = Cow::Owned(format!("{}.{}", member.name, field.name));
                    open_member(Member { name, ..field }, depth + 1, opened)?;
                }
                return Ok(());
            }
        } else if text.first() == Some(&b'[') {
            let length = Member {
                name: Cow::Owned(format!("{}.{LENGTH}", member.name)),
                token: Some(Cow::Owned(count_elements(text).to_string().into_bytes())),
                kind: TokenKinds::NUMBER,
            };
            opened.extend([member, length]);
            return Ok(());
        }
    }
    opened.push(member);
    Ok(())
}

/// Elements of an array whose text is known to be JSON.
fn count_elements(text: &[u8]) -> usize {
    let (mut depth, mut in_text, mut escaped, mut commas, mut is_empty) = (0_u32, false, false, 0, true);
    for byte in &text[1..text.len() - 1] {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => commas += 1,
            _ => {}
        }
        is_empty &= byte.is_ascii_whitespace();
    }
    if is_empty { 0 } else { commas + 1 }
}

type Value<'a> = (Option<Cow<'a, [u8]>>, TokenKinds, usize);

fn read_value(line: &[u8], at: usize) -> Result<Value<'_>, (usize, String)> {
    match line.get(at) {
        Some(b'"') => {
            let (text, next) = read_string(line, at)?;
            let bytes = match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            };
            Ok((Some(bytes), TokenKinds::STRING, next))
        }
        Some(b'{' | b'[') => {
            let next = end_of_nested(line, at)?;
            let text = &line[at..next];
            serde_json::from_slice::<serde::de::IgnoredAny>(text).map_err(|error| (at, error.to_string()))?;
            Ok((Some(Cow::Borrowed(text)), TokenKinds::NESTED, next))
        }
        _ => {
            let length = line[at..]
                .iter()
                .position(|byte| matches!(byte, b',' | b'}' | b' ' | b'\t' | b'\r'))
                .unwrap_or(line.len() - at);
            let text = &line[at..at + length];
            let next = at + length;
            match text {
                b"null" => Ok((None, TokenKinds::default(), next)),
                b"true" | b"false" => Ok((Some(Cow::Borrowed(text)), TokenKinds::BOOLEAN, next)),
                // Of any size: `1e400` is a number of JSON, though no double.
                [b'-' | b'0'..=b'9', ..] if serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok() => {
                    Ok((Some(Cow::Borrowed(text)), TokenKinds::NUMBER, next))
                }
                _ => Err((at, "the value is not JSON".into())),
            }
        }
    }
}

fn read_string(line: &[u8], at: usize) -> Result<(Cow<'_, str>, usize), (usize, String)> {
    let mut end = at + 1;
    let mut escaped = false;
    loop {
        match line.get(end) {
            Some(b'"') => break,
            Some(b'\\') => {
                escaped = true;
                end += 2;
            }
            Some(_) => end += 1,
            None => return Err((at, "a quote is never closed".into())),
        }
    }
    let text = &line[at..=end];
    if escaped || text.iter().any(u8::is_ascii_control) {
        let text = serde_json::from_slice::<String>(text).map_err(|error| (at, error.to_string()))?;
        return Ok((Cow::Owned(text), end + 1));
    }
    let text = std::str::from_utf8(&text[1..text.len() - 1]).map_err(|error| (at, error.to_string()))?;
    Ok((Cow::Borrowed(text), end + 1))
}

/// The byte after the bracket that closes the one at `at`.
fn end_of_nested(line: &[u8], at: usize) -> Result<usize, (usize, String)> {
    let (mut depth, mut in_text, mut i) = (0_u32, false, at);
    while let Some(byte) = line.get(i) {
        match byte {
            b'\\' if in_text => i += 1,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Ok(i + 1);
                }
            }
            _ => {}
        }
        i += 1;
    }
    Err((at, "a bracket is never closed".into()))
}

fn end_of_line<'a>(line: &[u8], at: usize, members: Vec<Member<'a>>) -> Result<Vec<Member<'a>>, (usize, String)> {
    let at = skip_white(line, at);
    if at == line.len() {
        Ok(members)
    } else {
        Err((at, "something follows the object".into()))
    }
}

fn skip_white(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_every_digit_and_nested_values_their_text() {
        let line = br#" {"id": 12345678901234567890123, "p":1.50,"s":"a\"\u00e4\n","n":null,"b":true,"l":[1,{"x":"]"}]} "#;
        let members = read_members(line).unwrap();
        let texts: Vec<_> = members
            .iter()
            .map(|m| m.token.as_ref().map(|token| String::from_utf8_lossy(token).into_owned()))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            texts,
            [
                some("12345678901234567890123"),
                some("1.50"),
                some("a\"ä\n"),
                None,
                some("true"),
                some("[1,{\"x\":\"]\"}]")
            ]
        );
        assert_eq!(members[5].kind, TokenKinds::NESTED);
        assert!(read_members(b"{}").unwrap().is_empty());
    }

    #[test]
    fn objects_are_opened_and_arrays_have_their_length() {
        let line = br#"{"a":{"b":1,"c":{"d":"x"},"e":{}},"l":[1,[2,3],",]",{}],"n":[ ],"m":null}"#;
        let opened = open_members(&read_members(line).unwrap()).unwrap();
        let shown: Vec<String> = opened
            .iter()
            .map(|member| {
                let token = member.token.as_ref().map_or("null".into(), |token| String::from_utf8_lossy(token));
                format!("{}={token}", member.name)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "a.b=1",
                "a.c.d=x",
                "a.e={}",
                "l=[1,[2,3],\",]\",{}]",
                "l.length=4",
                "n=[ ]",
                "n.length=0",
                "m=null"
            ]
        );
    }

    #[test]
    fn an_object_does_not_take_the_name_of_its_neighbour() {
        for (line, expected) in [
            (r#"{"a.b":1,"a":{"b":2},"c":{"d":3}}"#, ["a.b=1", r#"a={"b":2}"#, "c.d=3"]),
            (r#"{"l":[1],"l.length":9,"n":1e400}"#, ["l=[1]", "l.length=9", "n=1e400"]),
        ] {
            let opened = open_members(&read_members(line.as_bytes()).unwrap()).unwrap();
            let shown = opened.iter().map(|member| {
                let token = member.token.as_ref().map_or("null".into(), |token| String::from_utf8_lossy(token));
                format!("{}={token}", member.name)
            });
            assert_eq!(shown.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn what_is_not_an_object_is_refused_with_its_place() {
        for (line, byte) in [
            ("[1]", 0),
            ("{\"a\":1", 6),
            ("{\"a\" 1}", 5),
            ("{a:1}", 1),
            ("{\"a\":nul}", 5),
            ("{\"a\":[1}", 5),
            ("{\"a\":1} x", 8),
            ("{\"a\":\"x}", 5),
            ("", 0),
            ("{\"a\":01}", 5),
            ("{\"a\":-}", 5),
            ("{\"a\":1.}", 5),
        ] {
            assert_eq!(read_members(line.as_bytes()).unwrap_err().0, byte, "{line}");
        }
    }
}
