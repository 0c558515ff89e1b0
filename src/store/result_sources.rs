//! The two places that a column's figures may stand in: contents that are kept once and referred to (`column_contents.rs`, all that Limn writes),
//! and `written_results`, rows of other writers and of older versions. One text with marks becomes a statement over both:
//!
//! `@results` the joined tables · `@run.` ids and names of the table in its run · `@place.` the ordinal position · `@column.` the figures ·
//! `@figures` all that `read_result` needs · `@few` the values of lists · `@told` the list that others leave beside · `@bars` the histogram · `@named($name, $hash)` the columns of exactly that name.

/// The words of one place for every mark.
struct Place {
    results: &'static str,
    run: &'static str,
    place: &'static str,
    column: &'static str,
    documents: &'static str,
    few: &'static str,
    told: &'static str,
    bars: &'static str,
    /// The condition on the name, with `$name` and `$hash` for the two marks.
    named: &'static str,
}

const WRITTEN: Place = Place {
    results: "written_results r",
    run: "r.",
    place: "r.",
    column: "r.",
    documents: "r.metrics_json, null as names_json, null as figures_json",
    few: "r.top_values_json, null as few_json",
    told: "r.top_values_json",
    bars: "r.histogram_json, null as axis_json, null as counts_json",
    // A name may be longer than an index entry can be.
    named: "substr(r.column_name, 1, 400) = substr($name, 1, 400) and r.column_name = $name",
};
const SHARED: Place = Place {
    results: "result_sets s join result_rows p on p.set_key = s.set_key join result_contents c on c.content_key = p.content_key
         join result_texts h on h.text_key = c.shape_key left join result_texts a on a.text_key = c.axis_key",
    run: "s.",
    place: "p.",
    column: "c.",
    documents: "null as metrics_json, h.body as names_json, c.figures_json",
    few: "null as top_values_json, coalesce(c.preview_json, c.values_json) as few_json",
    told: "null as top_values_json",
    bars: "null as histogram_json, a.body as axis_json, c.counts_json",
    named: "p.name_hash = $hash and c.column_name = $name",
};

const FIGURES: &str = "@column.column_name, @place.ordinal_position, @column.data_type, @column.general_type, @column.record_count, @column.null_count,
     @column.distinct_count, @column.min_value, @column.max_value, @column.avg_value, @column.stddev_value, @column.percentiles_json, @documents,
     {personal @run.table_id @column.column_name} as personal_word";

/// A `select` with marks, over both places. What is ordered or limited is so outside.
pub(super) fn from_both(text: &str) -> String {
    format!("{} union all {}", in_words_of(&WRITTEN, text), in_words_of(&SHARED, text))
}

/// The same over what other programs wrote alone.
pub(super) fn from_written(text: &str) -> String {
    in_words_of(&WRITTEN, text)
}

/// The same over what Limn writes alone; `s` and `p` are the table and the column in its run there.
pub(super) fn from_shared(text: &str) -> String {
    in_words_of(&SHARED, text)
}

/// Whether a column of a table in a run meets a condition, in either place: `exists (...) or exists (...)`.
pub(super) fn exists_in_either(condition: &str) -> String {
    // The limit keeps PostgreSQL from looking at every row once, to have them at hand for every table.
    let text = format!("exists (select 1 from @results where {condition} limit 1 offset 0)");
    format!("({} or {})", in_words_of(&WRITTEN, &text), in_words_of(&SHARED, &text))
}

fn in_words_of(place: &Place, text: &str) -> String {
    let text = text
        .replace("@results", place.results)
        .replace("@figures", FIGURES)
        .replace("@documents", place.documents)
        .replace("@few", place.few)
        .replace("@told", place.told)
        .replace("@bars", place.bars)
        .replace("@run.", place.run)
        .replace("@place.", place.place)
        .replace("@column.", place.column);
    match text.split_once("@named(") {
        None => text,
        Some((before, rest)) => {
            let (marks, after) = rest.split_once(')').unwrap_or((rest, ""));
            let (name, hash) = marks.split_once(", ").unwrap_or((marks, ""));
            let named = place.named.replace("$name", name).replace("$hash", hash);
            format!("{before}{named}{after}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_has_words_in_both_places() {
        let text = from_both(
            "select @figures, @few, @told, @bars from @results where @run.table_id = $1 and @named($2, $3) and @place.ordinal_position = 1",
        );
        assert!(!text.contains('@'), "{text}");
        assert!(
            text.contains("r.column_name = $2") && text.contains("p.name_hash = $3 and c.column_name = $2"),
            "{text}"
        );
        assert_eq!(text.matches(" union all ").count(), 1);
    }
}
