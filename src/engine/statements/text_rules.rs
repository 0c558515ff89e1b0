//! What a text must be like, in DuckDB's regular expressions: letters, white space, stand-ins, numbers, dates.

/// Unicode's white space.
pub const WHITE: &str = r"\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}";
/// Upper case letters, and the letter-like signs that count as such.
pub const UPPER: &str = r"\p{Lu}\x{2160}-\x{216F}\x{24B6}-\x{24CF}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}";
/// Lower case letters, and the letter-like signs that count as such.
pub const LOWER: &str = r"\p{Ll}\x{AA}\x{BA}\x{2B0}-\x{2B8}\x{2C0}\x{2C1}\x{2E0}-\x{2E4}\x{345}\x{37A}\x{10FC}\x{1D2C}-\x{1D6A}\x{1D78}\x{1D9B}-\x{1DBF}\x{2071}\x{207F}\x{2090}-\x{209C}\x{2170}-\x{217F}\x{24D0}-\x{24E9}\x{2C7C}\x{2C7D}\x{A69C}\x{A69D}\x{A770}\x{A7F8}\x{A7F9}\x{AB5C}-\x{AB5F}\x{AB69}";
/// Letters of any kind.
pub const LETTER: &str = r"\pL\p{Nl}\x{24B6}-\x{24E9}\x{345}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}";
/// Control characters, and what cannot be seen or told from a plain space.
pub const INVISIBLE: &str = r"\x{0}-\x{1F}\x{7F}-\x{A0}\x{AD}\x{2000}-\x{200F}\x{2028}-\x{202F}\x{205F}-\x{2064}\x{3000}\x{FEFF}";
/// What folding drops beside white space.
pub const PUNCTUATION: &str = r#"'"`,.\-;:!?\x{2010}-\x{201F}"#;
/// A time of day and a zone after a date.
const TIME: &str = r"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?( ?([Zz]|[+-](0[0-9]|1[0-8])(:?[0-5][0-9])?))?)?";
/// A number, outer spaces gone.
const NUMBER: &str = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?";
const MISSING: &str = "blank|error|missing|tbd|n/a|na|#na|none|null|unknown";

/// Whether the whole text matches.
pub fn matches_wholly(value: &str, pattern: &str) -> String {
    format!("regexp_full_match({value}, '{}')", pattern.replace('\'', "''"))
}

/// Whether a part of the text matches.
pub fn matches_somewhere(value: &str, pattern: &str) -> String {
    format!("regexp_matches({value}, '{}')", pattern.replace('\'', "''"))
}

/// Every match replaced.
pub fn replaced(value: &str, pattern: &str, by: &str) -> String {
    format!("regexp_replace({value}, '{}', '{by}', 'g')", pattern.replace('\'', "''"))
}

/// The text without outer white space.
pub fn bare(value: &str) -> String {
    replaced(value, &format!(r"^[{WHITE}]+|[{WHITE}]+$"), "")
}

/// The text with the letters a to z small, and no other letter touched.
pub fn small(value: &str) -> String {
    format!("translate({value}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')")
}

/// Whether a bare, small word stands for "missing".
pub fn is_dummy(word: &str) -> String {
    let white = format!("[{WHITE}]*");
    matches_wholly(
        word,
        &format!(r"[.?]|--+|\.\.+|00+|xx+|99+|zz+|{MISSING}|\({white}({MISSING}){white}\)|\[{white}({MISSING}){white}\]"),
    )
}

/// Whether a bare text is a number.
pub fn is_numeric(bare: &str) -> String {
    matches_wholly(bare, NUMBER)
}

/// The six spellings of a date as patterns, each with the expression that spells it yyyy-MM-dd.
fn date_spellings(value: &str) -> [(&'static str, String); 6] {
    let part = |from: u32, length: u32| format!("substr({value}, {from}, {length})");
    let spelt = |year: u32, month: &str, day: u32| format!("{} || '-' || {month} || '-' || {}", part(year, 4), part(day, 2));
    let month_by_name = format!(
        "lpad(CAST(1 + (strpos('janfebmaraprmayjunjulaugsepoctnovdec', {}) - 1) // 3 AS VARCHAR), 2, '0')",
        small(&part(4, 3))
    );
    [
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", part(1, 10)),
        (r"[0-9]{4}/[0-9]{2}/[0-9]{2}", spelt(1, &part(6, 2), 9)),
        (r"[0-9]{8}", spelt(1, &part(5, 2), 7)),
        (r"[0-9]{2}/[0-9]{2}/[0-9]{4}", spelt(7, &part(1, 2), 4)),
        (r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", spelt(7, &part(4, 2), 1)),
        (
            r"[0-9]{2}-([Jj][Aa][Nn]|[Ff][Ee][Bb]|[Mm][Aa][Rr]|[Aa][Pp][Rr]|[Mm][Aa][Yy]|[Jj][Uu][Nn]|[Jj][Uu][Ll]|[Aa][Uu][Gg]|[Ss][Ee][Pp]|[Oo][Cc][Tt]|[Nn][Oo][Vv]|[Dd][Ee][Cc])-[0-9]{4}",
            spelt(8, &month_by_name, 1),
        ),
    ]
}

/// Whether the text is wholly a date, in one of six spellings, perhaps with a time.
pub fn is_date(value: &str) -> String {
    let cases: Vec<String> = date_spellings(value)
        .iter()
        .map(|(pattern, spelt)| {
            format!(
                "WHEN {} THEN try_cast({spelt} AS DATE) IS NOT NULL",
                matches_wholly(value, &format!("{pattern}{TIME}"))
            )
        })
        .collect();
    format!("(CASE {} ELSE false END)", cases.join(" "))
}

/// Whether the text is a date as ISO 8601 spells it, with no digit beyond microseconds.
pub fn is_iso_date(value: &str) -> String {
    let exact = TIME.replace(r"\.[0-9]{1,9}", r"\.([0-9]{1,6}|[0-9]{6}0{1,3})");
    format!(
        "(CASE WHEN {} THEN try_cast(substr({value}, 1, 10) AS DATE) IS NOT NULL ELSE false END)",
        matches_wholly(value, &format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{exact}"))
    )
}

/// The shape: `A` for upper case, `a` for lower case, `9` for digits, runs kept.
pub fn shape(value: &str) -> String {
    replaced(
        &replaced(&replaced(value, &format!("[{UPPER}]"), "A"), &format!("[{LOWER}]"), "a"),
        "[0-9]",
        "9",
    )
}

/// The text with case, white space, quotes and punctuation folded.
pub fn folded(value: &str) -> String {
    let kept = replaced(value, &format!("[{WHITE}{PUNCTUATION}]"), "");
    // One sign may have two capitals; the sharp s is the one that people write.
    format!("upper(replace({kept}, 'ß', 'SS'))")
}
