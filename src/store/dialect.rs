//! Where the two databases differ, in one list. A statement writes the mark; each database reads its own words.
//!
//! | mark | PostgreSQL | SQLite |
//! |---|---|---|
//! | `{now}` | the clock | the clock as fixed-width text |
//! | `{after $n}` | the clock plus `$n` seconds | the same as text |
//! | `{list $n}` | rows of the JSON array of texts `$n` | the same |
//! | `{numbers $n}` | rows of the JSON array of whole numbers `$n` | the same |
//! | `{skip locked}` | leave out rows that another transaction holds | nothing: one writer at a time |
//! | `{for update}` | hold the row until the end of the transaction | nothing |
//!
//! Upserts (`on conflict`), `returning`, window functions and partial indexes are written the same for both.

use std::borrow::Cow;

use super::DatabaseKind;

/// Writes a statement in the words of one database.
pub(super) fn translate(text: &str, kind: DatabaseKind) -> Cow<'_, str> {
    if !text.contains('{') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once('{') {
        out.push_str(before);
        let (mark, after) = marked.split_once('}').unwrap_or((marked, ""));
        out.push_str(&words(mark, kind));
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The words of one mark. An unknown mark stays as it is, so that the database names it in its refusal.
fn words(mark: &str, kind: DatabaseKind) -> String {
    let is_sqlite = kind == DatabaseKind::Sqlite;
    match mark {
        "now" if is_sqlite => "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')".into(),
        "now" => "clock_timestamp()".into(),
        "skip locked" if is_sqlite => String::new(),
        "skip locked" => "for update skip locked".into(),
        "for update" if is_sqlite => String::new(),
        "for update" => "for update".into(),
        _ => match mark.split_once(' ') {
            Some(("after", seconds)) if is_sqlite => format!("(strftime('%Y-%m-%dT%H:%M:%f', 'now', ({seconds}) || ' seconds') || '000Z')"),
            Some(("after", seconds)) => format!("(clock_timestamp() + make_interval(secs => {seconds}))"),
            Some(("list", texts)) if is_sqlite => format!("(select value from json_each({texts}))"),
            Some(("list", texts)) => format!("(select jsonb_array_elements_text({texts}::jsonb))"),
            Some(("numbers", numbers)) if is_sqlite => format!("(select value from json_each({numbers}))"),
            Some(("numbers", numbers)) => format!("(select value::bigint from jsonb_array_elements_text({numbers}::jsonb))"),
            _ => format!("{{{mark}}}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_has_words_for_both_databases() {
        let text = "update t set a = {now}, b = {after $2} where c in {list $1} and d in {numbers $3} {skip locked}";
        for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgres] {
            let translated = translate(text, kind);
            assert!(!translated.contains('{'), "{translated}");
        }
        assert_eq!(translate("select 1", DatabaseKind::Sqlite), "select 1");
    }
}
