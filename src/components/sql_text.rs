//! A statement as text that can be selected, its key words, texts and comments set apart.

use leptos::prelude::*;

/// Words that are set apart; names of functions are not.
const KEY_WORDS: &str = " ALL AND AS ASC BETWEEN BY CASE CAST COUNT CROSS DESC DISTINCT ELSE END EXCEPT EXISTS FALSE FILTER FROM GROUP HAVING IN INNER \
    INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT MATERIALIZED NOT NULL NULLS ON OR ORDER OUTER OVER PARTITION QUALIFY REPLACE RIGHT SELECT SUM THEN \
    TRUE UNION UNNEST USING VALUES WHEN WHERE WINDOW WITH WITHIN ";

/// What a piece of a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Plain,
    KeyWord,
    Text,
    Comment,
}

/// The statement in a block that scrolls by itself; `id` is what a copy button looks for.
pub fn sql_block(id: &str, sql: &str) -> AnyView {
    let pieces: Vec<AnyView> = pieces_of(sql)
        .into_iter()
        .map(|(piece, text)| {
            let text = text.to_owned();
            match piece {
                Piece::Plain => text.into_any(),
                Piece::KeyWord => view! { <span class="kw">{text}</span> }.into_any(),
                Piece::Text => view! { <span class="st-r">{text}</span> }.into_any(),
                Piece::Comment => view! { <span class="cm">{text}</span> }.into_any(),
            }
        })
        .collect();
    view! { <pre id=id.to_owned() tabindex="0">{pieces}</pre> }.into_any()
}

/// The statement in pieces, nothing lost: joined they are the statement.
fn pieces_of(sql: &str) -> Vec<(Piece, &str)> {
    let mut pieces: Vec<(Piece, &str)> = Vec::new();
    let (mut plain_from, mut at) = (0, 0);
    while at < sql.len() {
        let rest = &sql[at..];
        let (piece, length) = match rest.as_bytes() {
            [b'-', b'-', ..] => (Piece::Comment, rest.find('\n').unwrap_or(rest.len())),
            [b'/', b'*', ..] => (Piece::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2)),
            [b'\'', ..] => (Piece::Text, quoted_length(rest, '\'')),
            [b'"', ..] => (Piece::Plain, quoted_length(rest, '"')),
            [first, ..] if first.is_ascii_alphabetic() || *first == b'_' => {
                let length = rest.find(|ch: char| !ch.is_alphanumeric() && ch != '_').unwrap_or(rest.len());
                let word = &rest[..length];
                let is_key_word = word.bytes().all(|byte| byte.is_ascii_uppercase()) && KEY_WORDS.contains(&format!(" {word} "));
                (if is_key_word { Piece::KeyWord } else { Piece::Plain }, length)
            }
            _ => (Piece::Plain, rest.chars().next().map_or(1, char::len_utf8)),
        };
        if piece != Piece::Plain {
            if plain_from < at {
                pieces.push((Piece::Plain, &sql[plain_from..at]));
            }
            pieces.push((piece, &rest[..length]));
            plain_from = at + length;
        }
        at += length;
    }
    if plain_from < sql.len() {
        pieces.push((Piece::Plain, &sql[plain_from..]));
    }
    pieces
}

/// Length of a quoted text; a doubled quote does not end it.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut marks = text.match_indices(quote).map(|(at, _)| at).skip(1).peekable();
    while let Some(at) = marks.next() {
        if marks.peek() != Some(&(at + 1)) {
            return at + 1;
        }
        marks.next();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn nothing_of_a_statement_is_lost_and_its_parts_are_told_apart() {
        let sql = "-- it's a \"comment\"\nSELECT 'it''s', \"FROM\", x_FROM /* a */ FROM t WHERE ä = 'open";
        let pieces = pieces_of(sql);
        assert_eq!(pieces.iter().map(|piece| piece.1).collect::<String>(), sql);
        let of = |wanted: Piece| {
            pieces
                .iter()
                .filter(|piece| piece.0 == wanted)
                .map(|piece| piece.1)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(Piece::KeyWord), ["SELECT", "FROM", "WHERE"]);
        assert_eq!(of(Piece::Text), ["'it''s'", "'open"]);
        assert_eq!(of(Piece::Comment), ["-- it's a \"comment\"", "/* a */"]);
        assert!(pieces_of("").is_empty());
    }

    #[test]
    fn a_statement_is_never_markup() {
        let html = rendered(|| sql_block("s", "WHERE '<script>' = \"<b>\""));
        assert!(
            !html.contains("<script>") && !html.contains("<b>") && html.contains("class=\"kw\""),
            "{html}"
        );
    }
}
