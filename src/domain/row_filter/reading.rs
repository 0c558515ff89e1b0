//! How a filter is read: into tokens, then condition by condition. It is never handed to a database as it was typed.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::{Condition, Literal, MOST_CONDITIONS, Operator, RowFilter, Test};

/// Words that are no names.
const WORDS: [&str; 8] = ["and", "is", "not", "null", "true", "false", "date", "timestamp"];
/// How moments are spelt.
const MOMENTS: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A bare word: a name, a keyword, a number, a day.
    Word(String),
    /// `"name"`
    Name(String),
    /// `'text'`
    Text(String),
    /// `=`, `<>`, ...
    Sign(Operator),
}

/// Whether a name needs no quotes.
pub(super) fn is_plain_name(name: &str) -> bool {
    let is_word = name.chars().all(is_word_char) && name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
    is_word && !WORDS.contains(&name.to_lowercase().as_str())
}

/// Reads a whole filter.
pub(super) fn read(text: &str) -> Result<RowFilter, String> {
    let tokens = tokens_of(text)?;
    let mut rest = tokens.as_slice();
    let mut conditions = Vec::new();
    loop {
        let (condition, after) = read_condition(rest)?;
        conditions.push(condition);
        rest = match after {
            [] => break,
            [Token::Word(word), after @ ..] if word.eq_ignore_ascii_case("and") => after,
            [other, ..] => return Err(format!("Conditions are joined by and; {} stands there instead.", shown(other))),
        };
    }
    if conditions.len() > MOST_CONDITIONS {
        return Err(format!("A filter has up to {MOST_CONDITIONS} conditions."));
    }
    Ok(RowFilter { conditions })
}

fn read_condition(tokens: &[Token]) -> Result<(Condition, &[Token]), String> {
    let (column, rest) = match tokens {
        [] => return Err("A condition is missing: column, operator, value.".to_owned()),
        [Token::Name(name), rest @ ..] => (name.clone(), rest),
        [Token::Word(name), rest @ ..] if is_plain_name(name) => (name.clone(), rest),
        [other, ..] => {
            return Err(format!(
                "A condition begins with a column; {} is none. Put names with blanks in double quotes.",
                shown(other)
            ));
        }
    };
    let is_word = |token: &Token, word: &str| matches!(token, Token::Word(given) if given.eq_ignore_ascii_case(word));
    let (test, rest) = match rest {
        [is, null, rest @ ..] if is_word(is, "is") && is_word(null, "null") => (Test::IsNull, rest),
        [is, not, null, rest @ ..] if is_word(is, "is") && is_word(not, "not") && is_word(null, "null") => (Test::IsNotNull, rest),
        [Token::Sign(operator), rest @ ..] => {
            let (literal, rest) = read_literal(&column, rest)?;
            if matches!(literal, Literal::Boolean(_)) && !matches!(operator, Operator::Equal | Operator::NotEqual) {
                return Err(format!("{column} is compared with true or false by = or <> only."));
            }
            (Test::Compare(*operator, literal), rest)
        }
        _ => return Err(format!("After {column} comes =, <>, <, <=, >, >=, is null or is not null.")),
    };
    Ok((Condition { column, test }, rest))
}

fn read_literal<'a>(column: &str, tokens: &'a [Token]) -> Result<(Literal, &'a [Token]), String> {
    let wrong = |given: &str| {
        format!("{column} is compared with {given}, which is no value: write a number, 'a text', date '2026-01-31', true or false.")
    };
    match tokens {
        [] => Err(wrong("nothing")),
        [Token::Text(text), rest @ ..] => Ok((Literal::Text(text.clone()), rest)),
        [Token::Word(word), Token::Text(text), rest @ ..] if ["date", "timestamp"].contains(&word.to_lowercase().as_str()) => {
            let moment =
                moment_of(text).ok_or_else(|| format!("{text} is no moment: write date '2026-01-31' or timestamp '2026-01-31 13:00'."))?;
            Ok((Literal::Moment(moment), rest))
        }
        [Token::Word(word), rest @ ..] => {
            let literal = match word.to_lowercase().as_str() {
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                "null" => return Err(format!("Nothing equals null: write {column} is null, or {column} is not null.")),
                _ => match (word.parse::<f64>(), moment_of(word)) {
                    (Ok(number), _) if number.is_finite() && !word.starts_with(|first: char| first.is_alphabetic()) => {
                        Literal::Number(number)
                    }
                    (_, Some(moment)) => Literal::Moment(moment),
                    _ => return Err(wrong(word)),
                },
            };
            Ok((literal, rest))
        }
        [other, ..] => Err(wrong(&shown(other))),
    }
}

/// Microseconds since 1970; without a zone the text is in UTC.
fn moment_of(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Some(at.timestamp_micros());
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_micros());
    }
    MOMENTS
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|at| at.and_utc().timestamp_micros())
}

fn is_word_char(ch: char) -> bool {
    ch.is_alphanumeric() || matches!(ch, '_' | '.' | '$')
}

fn tokens_of(text: &str) -> Result<Vec<Token>, String> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&ch) = letters.get(at) {
        if ch.is_whitespace() {
            at += 1;
        } else if matches!(ch, '\'' | '"' | '`') {
            let (inside, after) = quoted(&letters, at, ch)?;
            tokens.push(if ch == '\'' { Token::Text(inside) } else { Token::Name(inside) });
            at = after;
        } else if let Some((operator, length)) = operator_at(&letters[at..]) {
            tokens.push(Token::Sign(operator));
            at += length;
        } else if is_word_char(ch) || matches!(ch, '-' | '+') {
            let is_number = !ch.is_alphabetic() && ch != '_';
            let from = at;
            at += 1;
            while letters
                .get(at)
                .is_some_and(|next| is_word_char(*next) || (is_number && belongs_to_number(&letters, at)))
            {
                at += 1;
            }
            tokens.push(Token::Word(letters[from..at].iter().collect()));
        } else {
            return Err(format!("{ch} at character {} has no meaning in a filter.", at + 1));
        }
    }
    Ok(tokens)
}

/// A sign within a number (`1e-5`) or a day (`2026-01-31`).
fn belongs_to_number(letters: &[char], at: usize) -> bool {
    let is_digit = |place: usize| letters.get(place).is_some_and(char::is_ascii_digit);
    match letters[at] {
        '-' => is_digit(at + 1) && (is_digit(at - 1) || matches!(letters[at - 1], 'e' | 'E')),
        '+' => is_digit(at + 1) && matches!(letters[at - 1], 'e' | 'E'),
        _ => false,
    }
}

fn operator_at(letters: &[char]) -> Option<(Operator, usize)> {
    Some(match letters {
        ['<', '>', ..] | ['!', '=', ..] => (Operator::NotEqual, 2),
        ['<', '=', ..] => (Operator::LessOrEqual, 2),
        ['>', '=', ..] => (Operator::GreaterOrEqual, 2),
        ['=', '=', ..] => (Operator::Equal, 2),
        ['<', ..] => (Operator::Less, 1),
        ['>', ..] => (Operator::Greater, 1),
        ['=', ..] => (Operator::Equal, 1),
        _ => return None,
    })
}

/// What stands between quotes, doubled ones taken for one, and the place after them.
fn quoted(letters: &[char], from: usize, quote: char) -> Result<(String, usize), String> {
    let mut inside = String::new();
    let mut at = from + 1;
    while let Some(&ch) = letters.get(at) {
        at += 1;
        if ch != quote {
            inside.push(ch);
        } else if letters.get(at) == Some(&quote) {
            inside.push(ch);
            at += 1;
        } else {
            return Ok((inside, at));
        }
    }
    Err(format!("The quote at character {} is never closed.", from + 1))
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => word.clone(),
        Token::Name(name) => format!("\"{name}\""),
        Token::Text(text) => format!("'{text}'"),
        Token::Sign(operator) => operator.sign().to_owned(),
    }
}
