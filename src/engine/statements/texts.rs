//! Statements of columns of texts: what they are made of, their lengths, their shapes.

use super::dialect::Spelling;
use super::every_column::ColumnQueries;
use super::figures::rows_where;
use super::text_rules as rules;
use crate::domain::column_profile::TEXT_LIMIT_CHARS;
use crate::domain::statement::SqlDialect;
use crate::engine::limits::TOP_COUNT;

impl ColumnQueries<'_> {
    /// How many texts have each feature.
    pub fn text_figures(&self) -> String {
        match self.dialect {
            SqlDialect::DuckDb => self.text_figures_of_duckdb(),
            SqlDialect::Postgres => self.text_figures_of_postgres(),
            SqlDialect::Sqlite => self.text_figures_of_sqlite(),
        }
    }

    fn text_figures_of_duckdb(&self) -> String {
        let has = |class: &str| rules::matches_somewhere("v", &format!("[{class}]"));
        let blank = rules::matches_wholly("v", &format!("[{}]+", rules::WHITE));
        let dummy = rules::is_dummy("word");
        let upper = rules::matches_wholly("letters", &format!("[{}]+", rules::UPPER));
        let lower = rules::matches_wholly("letters", &format!("[{}]+", rules::LOWER));
        let words = "'true', 'false', 'yes', 'no', 't', 'f', 'y', 'n'";
        let mut figures: Vec<(&str, String)> = self.common_text_figures("trim(v, ' ')");
        figures.extend([
            ("blank_count", rows_where(&blank)),
            ("dummy_count", rows_where(&dummy)),
            ("missing_count", self.missing(&format!("v = '' OR {blank} OR {dummy}"))),
            ("quoted_count", rows_where(&rules::matches_wholly("v", r#"(?s)".*"|'.*'"#))),
            ("upper_case_count", rows_where(&upper)),
            ("lower_case_count", rows_where(&lower)),
            (
                "mixed_case_count",
                rows_where(&format!("letters <> '' AND NOT {upper} AND NOT {lower}")),
            ),
            ("non_alpha_count", rows_where("v <> '' AND letters = ''")),
            ("includes_digit_count", rows_where(&has("0-9"))),
            ("numeric_count", rows_where(&rules::is_numeric("bare"))),
            ("date_count", rows_where(&rules::is_date("v"))),
            ("boolean_text_count", rows_where(&format!("word IN ({words})"))),
            ("non_ascii_count", rows_where(&has(r"^\x{0}-\x{7F}"))),
            ("non_printing_count", rows_where(&has(rules::INVISIBLE))),
            ("standardised_distinct_count", format!("count(DISTINCT {})", rules::folded("v"))),
        ]);
        self.counted()
            .with(
                "texts",
                format!(
                    "SELECT v, n, bare, {} AS word, {} AS letters\nFROM (SELECT v, n, {} AS bare FROM counted) AS trimmed",
                    rules::small("bare"),
                    rules::replaced("v", &format!("[^{}{}{}]+", rules::LETTER, rules::UPPER, rules::LOWER), ""),
                    rules::bare("v")
                ),
            )
            .figures(&figures, "texts")
    }

    fn text_figures_of_postgres(&self) -> String {
        let mut figures = self.common_text_figures("btrim(v, ' ')");
        figures.extend([
            (
                "quoted_count",
                rows_where("length(v) > 1 AND left(v, 1) = right(v, 1) AND left(v, 1) IN ('\"', '''')"),
            ),
            ("includes_digit_count", rows_where("v ~ '[0-9]'")),
            ("non_ascii_count", rows_where("octet_length(v) > length(v)")),
        ]);
        self.counted().figures(&figures, "counted")
    }

    fn text_figures_of_sqlite(&self) -> String {
        let mut figures = self.common_text_figures("trim(v, ' ')");
        figures.extend([
            (
                "quoted_count",
                rows_where("length(v) > 1 AND substr(v, 1, 1) = substr(v, -1) AND substr(v, 1, 1) IN ('\"', '''')"),
            ),
            ("includes_digit_count", rows_where("v GLOB '*[0-9]*'")),
            ("non_ascii_count", rows_where("length(CAST(v AS BLOB)) > length(v)")),
        ]);
        self.counted().figures(&figures, "counted")
    }

    /// What all dialects can say of plain spaces.
    fn common_text_figures(&self, inner: &str) -> Vec<(&'static str, String)> {
        let spaces = format!("length({inner}) - length(replace({inner}, ' ', ''))");
        let total = self.dialect.as_real("sum(n)");
        let order = self.dialect.byte_order();
        vec![
            ("zero_length_count", rows_where("v = ''")),
            ("lead_space_count", rows_where("v LIKE ' %'")),
            ("trail_space_count", rows_where("v LIKE '% '")),
            ("embedded_space_count", rows_where(&format!("{spaces} > 0"))),
            ("avg_embedded_spaces", format!("sum(({spaces}) * n) / {total}")),
            ("min_text", self.cut_text(&format!("min(v{order})"))),
            ("max_text", self.cut_text(&format!("max(v{order})"))),
        ]
    }

    /// Nulls, and the rows whose text meets the condition.
    fn missing(&self, condition: &str) -> String {
        format!("(SELECT count(*) - count(v) FROM data) + {}", rows_where(condition))
    }

    fn cut_text(&self, text: &str) -> String {
        if self
            .column
            .metrics
            .max_length
            .is_some_and(|length| length > TEXT_LIMIT_CHARS as u64)
        {
            format!("CASE WHEN length({text}) > {TEXT_LIMIT_CHARS} THEN substr({text}, 1, {TEXT_LIMIT_CHARS}) || '…' ELSE {text} END")
        } else {
            text.to_owned()
        }
    }

    /// Length and texts; in the steps of the profile, where lengths are too many for one line each.
    pub fn lengths(&self) -> String {
        let listed = self.column.metrics.length_histogram.as_deref().unwrap_or_default();
        let is_stepped = |step: u64| listed.iter().all(|entry| entry.length % step == 0);
        let longest = self.column.metrics.max_length.unwrap_or(0);
        let mut step = 1;
        while longest / step > 4_096 && listed.len() > 1 && is_stepped(step * 10) {
            step *= 10;
        }
        let length = match (step, self.dialect) {
            (1, _) => "length(v)".to_owned(),
            (_, SqlDialect::DuckDb) => format!("length(v) // {step} * {step}"),
            (_, _) => format!("length(v) / {step} * {step}"),
        };
        self.data().select(&format!(
            "SELECT {length} AS length, count(*) AS count\nFROM data\nWHERE v IS NOT NULL\nGROUP BY 1\nORDER BY 1"
        ))
    }

    /// The 25 commonest shapes.
    pub fn shapes(&self) -> String {
        let pattern = self.cut_text("shape");
        self.shaped().select(&format!(
            "SELECT {pattern} AS pattern, sum(n) AS count\nFROM shaped\nGROUP BY shape\nORDER BY count DESC, shape\nLIMIT {TOP_COUNT}"
        ))
    }

    /// Different shapes.
    pub fn shape_count(&self) -> String {
        self.shaped()
            .figures(&[("distinct_pattern_count", "count(DISTINCT shape)".into())], "shaped")
    }

    fn shaped(&self) -> super::figures::Query {
        self.counted()
            .with("shaped", format!("SELECT {} AS shape, n\nFROM counted", rules::shape("v")))
    }
}
