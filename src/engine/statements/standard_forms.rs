//! The standard forms of text (e-mail, UUID, card numbers ...) as conditions in DuckDB, and the one that most texts have.

use super::every_column::ColumnQueries;
use super::text_rules::{is_iso_date, matches_somewhere, matches_wholly, replaced};
use crate::engine::accumulators::street_addresses::{LEADING_STREET_WORDS, PLACES_IN_STREETS, STREET_ENDINGS, STREET_WORDS};

/// A number of 0 to 255 without a leading zero.
const OCTET: &str = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
/// Texts of more bytes than this have no standard form.
const LONGEST_BYTES: u32 = 2_048;
const STATES: &str = "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR|GU|VI|AS|MP";

impl ColumnQueries<'_> {
    /// The form that most texts have, and the share that has it.
    pub fn standard_pattern(&self) -> String {
        let tallies: Vec<String> = (1..)
            .zip(forms("v"))
            .map(|(place, (form, condition))| {
                format!("SELECT {place} AS place, '{form}' AS form, coalesce(sum(n) FILTER (WHERE {condition}), 0) AS hits FROM texts")
            })
            .collect();
        self.counted()
            .with(
                "texts",
                format!("SELECT v, n\nFROM counted\nWHERE v <> '' AND strlen(v) <= {LONGEST_BYTES}"),
            )
            .with("forms", tallies.join("\nUNION ALL "))
            .select(
                "SELECT form AS standard_pattern, hits / CAST((SELECT count(v) FROM data) AS DOUBLE) AS standard_pattern_ratio\n\
                 FROM forms\nWHERE hits > 0.5 * (SELECT count(v) FROM data)\nORDER BY hits DESC, place\nLIMIT 1",
            )
    }
}

/// Each form with its condition, in the order in which a tie is decided.
fn forms(v: &str) -> Vec<(&'static str, String)> {
    let ipv4 = format!(r"({OCTET}\.){{3}}{OCTET}");
    let digits = |pattern: &str| matches_wholly(v, pattern);
    vec![
        ("email", email(v)),
        (
            "url",
            digits(
                r"(https?|ftp|s3)://[^/\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}][^\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]*",
            ),
        ),
        (
            "uuid",
            digits(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"),
        ),
        ("ipv4", digits(&ipv4)),
        ("ipv6", ipv6(v, &ipv4)),
        ("iso_date", is_iso_date(v)),
        ("credit_card", credit_card(v)),
        ("iban", iban(v)),
        (
            "ssn",
            format!(
                "{} AND NOT {}",
                digits("[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}"),
                matches_somewhere(v, "^(000|666)|-00-|-0000$")
            ),
        ),
        ("us_zip", digits("[0-9]{5}(-[0-9]{4})?")),
        ("phone", phone(v, &ipv4)),
        ("us_state", digits(STATES)),
        (
            "json",
            format!(
                "(CASE WHEN {} THEN json_valid({v}) ELSE false END)",
                matches_wholly(v, r"(?s)\{.*\}|\[.*\]")
            ),
        ),
        ("file_name", file_name(v)),
        ("street_address", street_address(v)),
        ("delimited", delimited(v)),
    ]
}

fn email(v: &str) -> String {
    matches_wholly(
        v,
        r"[A-Za-z0-9_%+'-]([A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_%+'-])?@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}",
    )
}

/// Eight groups of hexadecimal digits, one run of which may be `::`; an IPv4 address at the end counts as two.
fn ipv6(v: &str, ipv4: &str) -> String {
    let group = "[0-9A-Fa-f]{1,4}";
    let mut shapes = vec![
        format!("({group}:){{7}}{group}"),
        format!("({group}:){{1,7}}:"),
        format!(":(:{group}){{1,7}}"),
        "::".to_owned(),
    ];
    for before in 1..7 {
        shapes.push(format!("({group}:){{{before}}}(:{group}){{1,{}}}", 7 - before));
    }
    let unfolded = format!("regexp_replace({v}, ':{ipv4}$', ':0:0')");
    format!("{} AND strlen({v}) <= 45", matches_wholly(&unfolded, &shapes.join("|")))
}

/// 14 to 19 digits with Luhn's check digit.
fn credit_card(v: &str) -> String {
    let digits = format!("string_split(reverse({}), '')", replaced(v, "[ -]", ""));
    let luhn = format!(
        "list_sum(list_transform({digits}, lambda d, i: CASE WHEN i % 2 = 1 THEN CAST(d AS INTEGER) ELSE CAST(d AS INTEGER) * 2 // 10 + CAST(d AS INTEGER) * 2 % 10 END)) % 10 = 0"
    );
    format!(
        "(CASE WHEN {} AND strlen({v}) <= 23 AND length({}) BETWEEN 14 AND 19 THEN {luhn} ELSE false END)",
        matches_wholly(v, "[2-6][0-9 -]*"),
        replaced(v, "[ -]", "")
    )
}

/// Country, check digits, account; the remainder by 97 is 1.
fn iban(v: &str) -> String {
    let compact = format!("replace({v}, ' ', '')");
    let values = format!(
        "list_transform(string_split(substr({compact}, 5) || substr({compact}, 1, 4), ''), lambda c: CASE WHEN c <= '9' THEN ascii(c) - 48 ELSE ascii(c) - 55 END)"
    );
    let remainder =
        format!("list_reduce({values}, lambda rest, next: (CASE WHEN next > 9 THEN rest * 100 ELSE rest * 10 END + next) % 97)");
    format!(
        "(CASE WHEN {} THEN {remainder} = 1 ELSE false END)",
        matches_wholly(&compact, "[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
    )
}

fn phone(v: &str, ipv4: &str) -> String {
    let count = format!("length({})", replaced(v, "[^0-9]", ""));
    format!(
        "({} AND strlen({v}) <= 24 AND CASE WHEN starts_with({v}, '+') THEN {count} BETWEEN 8 AND 15 ELSE {count} BETWEEN 10 AND 11 AND {} END \
         AND NOT {} AND NOT {})",
        matches_wholly(v, r"\+?[0-9(). /-]*"),
        matches_somewhere(v, r"[-+(). ]"),
        is_iso_date(v),
        matches_wholly(v, ipv4)
    )
}

/// A number and words of which one is a kind of street, a name that ends as streets do and a number, or a post office box.
fn street_address(v: &str) -> String {
    // Letters of ASCII only: no other letter is taken for one of them.
    let lower = format!("translate({v}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')");
    let (words, leading, places) = (STREET_WORDS.join("|"), LEADING_STREET_WORDS.join("|"), PLACES_IN_STREETS.join("|"));
    let endings = STREET_ENDINGS.join("|").replace('.', r"\.");
    format!(
        "(strlen({v}) <= 120 AND ({} OR {} OR {} OR {}))",
        matches_wholly(
            &lower,
            &format!(r"(?s)[0-9]{{1,6}}[a-z]?,? ([^ ]+ ){{1,4}}({words})(,( .*)?|\.?( ({places})[.,]?( .*)?)?)")
        ),
        matches_wholly(&lower, &format!("[0-9]{{1,6}}[a-z]?,? ({leading})( [^ ]+){{1,6}}")),
        matches_wholly(&lower, r"(po|p\.o\.) box [0-9]{1,6}"),
        matches_wholly(&lower, &format!("(?s)[^0-9]*({endings}) [0-9]{{1,4}}[a-z]?")),
    )
}

/// Several marks, or several commas without blanks behind them, between words.
fn delimited(v: &str) -> String {
    format!(
        "(({} OR ({} AND NOT contains({v}, ', ') AND {})) AND NOT {})",
        format_args!(
            "({} AND {})",
            matches_somewhere(v, r"(?s)[|;\t].*[|;\t]"),
            matches_somewhere(v, "[A-Za-z0-9]")
        ),
        matches_somewhere(v, "(?s),.*,"),
        matches_somewhere(v, "[A-Za-z]"),
        matches_somewhere(v, r"^[{\[]"),
    )
}

/// A name, a point, an ending of up to five letters and digits.
fn file_name(v: &str) -> String {
    format!(
        "{} AND NOT contains({v}, '//') AND {}",
        matches_wholly(v, r#"[^ @:?*<>|"]+\.[A-Za-z0-9]{1,5}"#),
        matches_somewhere(v, r"\.[0-9]*[A-Za-z][A-Za-z0-9]*$")
    )
}
