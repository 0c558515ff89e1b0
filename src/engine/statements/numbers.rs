//! Statements of columns of numbers: sums and moments, quantiles, outliers, bars.

use super::dialect::{Spelling, quote_text};
use super::every_column::ColumnQueries;
use super::figures::Query;
use crate::domain::column_profile::HistogramBin;
use crate::domain::statement::SqlDialect;

/// Percentiles by metric.
const PERCENTILES: [(&str, u32); 7] = [
    ("p01", 1),
    ("p05", 5),
    ("p25", 25),
    ("median", 50),
    ("p75", 75),
    ("p95", 95),
    ("p99", 99),
];

impl ColumnQueries<'_> {
    /// Sums, moments, signs, fractions; of finite values, NaN and infinities counted apart.
    pub fn numbers(&self) -> String {
        let mut figures: Vec<(&'static str, String)> = Vec::new();
        if self.is_real() && self.dialect == SqlDialect::DuckDb {
            figures.push(("nan_count", "(SELECT count(*) FROM data WHERE isnan(v))".into()));
            figures.push(("infinite_count", "(SELECT count(*) FROM data WHERE isinf(v))".into()));
        } else if self.is_real() {
            let infinite = match self.dialect {
                SqlDialect::Postgres => "v IN ('Infinity', '-Infinity')",
                _ => "v IN (9e999, -9e999)",
            };
            let nan = if self.dialect == SqlDialect::Postgres {
                "v = 'NaN'"
            } else {
                "0 = 1"
            };
            figures.push(("nan_count", format!("(SELECT count(*) FROM data WHERE {nan})")));
            figures.push(("infinite_count", format!("(SELECT count(*) FROM data WHERE {infinite})")));
        }
        let metrics = &self.column.metrics;
        if metrics.min_value.is_none() {
            // No finite value: there is nothing to add up.
            return self.data().figures(&figures, "(SELECT 1 AS one) AS single");
        }
        let sum_of = |value: &str| self.dialect.sum_of_reals(value);
        figures.push(("zero_count", "count(*) FILTER (WHERE v = 0)".into()));
        figures.push(("negative_count", "count(*) FILTER (WHERE v < 0)".into()));
        figures.push(("min_positive_value", "min(x) FILTER (WHERE v > 0)".into()));
        let whole = self.dialect.whole_part("v");
        figures.push(("integer_valued", format!("min(CASE WHEN v = {whole} THEN 1 ELSE 0 END) = 1")));
        if self.is_real() || self.column.data_type.contains('(') || self.column.data_type == "numeric" || self.has_fractions() {
            // As doubles: the fractions of wide decimals would not fit into the 128 bits of an exact sum.
            let fraction = self.dialect.as_real(&format!("abs(v - {whole})"));
            figures.push(("fractional_sum", sum_of(&fraction)));
        }
        if self.sum_fits() {
            figures.push(("sum", if self.is_real() { sum_of("v") } else { "sum(v)".into() }));
        }
        if self.is_beyond_powers() {
            return self.finite_values().figures(&figures, "finite");
        }
        self.add_moments(&mut figures);
        self.centred().figures(&figures, "finite CROSS JOIN centre")
    }

    /// The mean and the moments around it; population skewness and excess kurtosis.
    fn add_moments(&self, figures: &mut Vec<(&'static str, String)>) {
        let metrics = &self.column.metrics;
        let sum_of = |value: &str| self.dialect.sum_of_reals(value);
        figures.push(("avg_value", "max(mean)".into()));
        let power = |exponent: usize| sum_of(&vec!["(x - mean)"; exponent].join(" * "));
        let (m2, m3, m4) = (power(2), power(3), power(4));
        let spread = |expression: String, at_rest: &str| format!("CASE WHEN min(x) = max(x) THEN {at_rest} ELSE {expression} END");
        let variance = format!("{m2} / nullif(count(*) - 1, 0)");
        if metrics.variance.is_some() {
            figures.push(("variance", spread(variance.clone(), "0")));
            figures.push(("stddev_value", spread(format!("sqrt({variance})"), "0")));
        }
        if metrics.skewness.is_some() && self.dialect != SqlDialect::Sqlite {
            figures.push((
                "skewness",
                spread(format!("({m3} / count(*)) / power({m2} / count(*), 1.5)"), "NULL"),
            ));
        }
        if metrics.kurtosis.is_some() {
            figures.push((
                "kurtosis",
                spread(format!("({m4} / count(*)) / (({m2} / count(*)) * ({m2} / count(*))) - 3"), "NULL"),
            ));
        }
    }

    /// `centre`: the mean of the finite values.
    fn centred(&self) -> Query {
        if self.dialect != SqlDialect::DuckDb {
            // A plain sum of doubles loses digits; what is left around a rough mean loses hardly any.
            return self.finite_values().with(
                "centre",
                "SELECT rough + avg(x - rough) AS mean\nFROM finite CROSS JOIN (SELECT avg(x) AS rough FROM finite) AS first_look\nGROUP BY rough",
            );
        }
        let body = format!(
            "SELECT {} AS mean\nFROM finite CROSS JOIN (SELECT {} AS n FROM finite) AS rows_of_it",
            self.dialect.sum_of_reals("x / n"),
            self.dialect.as_real("count(*)")
        );
        self.finite_values().with("centre", body)
    }

    /// Discrete percentiles: the smallest value whose rank is at least that share of the values.
    pub fn quantiles(&self) -> String {
        let at = |percent: u32| format!("min(x) FILTER (WHERE seen * 100 >= n * {percent})");
        let mut figures: Vec<(&str, String)> = PERCENTILES.iter().map(|(name, percent)| (*name, at(*percent))).collect();
        figures.push(("iqr", format!("{} - {}", at(75), at(25))));
        self.ranked().figures(&figures, "ranked")
    }

    /// Values beyond 1.5 times the distance of the quartiles.
    pub fn outliers(&self) -> String {
        let fences =
            "SELECT\n  min(x) FILTER (WHERE seen * 100 >= n * 25) AS q1,\n  min(x) FILTER (WHERE seen * 100 >= n * 75) AS q3\nFROM ranked";
        self.ranked().with("quartiles", fences).figures(
            &[
                ("outlier_low_count", "count(*) FILTER (WHERE x < q1 - 1.5 * (q3 - q1))".into()),
                ("outlier_high_count", "count(*) FILTER (WHERE x > q3 + 1.5 * (q3 - q1))".into()),
            ],
            "finite CROSS JOIN quartiles",
        )
    }

    /// The bars: lower <= value < upper, the last one closed.
    pub fn number_histogram(&self) -> String {
        let edge = |edge: Option<f64>| edge.map_or_else(|| "NULL".to_owned(), |edge| self.dialect.real(edge));
        let real = self.dialect.as_real("NULL");
        let rows = bin_rows(&self.column.histogram, |bin| format!("{}, {}", edge(bin.lower), edge(bin.upper)));
        let bins = format!("SELECT 0 AS place, '' AS label, {real} AS lower_edge, {real} AS upper_edge\nUNION ALL VALUES\n{rows}");
        let counted = "SELECT x, count(*) AS n\nFROM finite\nGROUP BY x";
        self.finite_values()
            .with("tallied", counted)
            .with("bins", bins)
            .select(&bins_joined(self.column.histogram.len(), "x"))
    }

    /// `finite`: one row a finite value, `v` as stored and `x` as a double.
    fn finite_values(&self) -> Query {
        let keep = self
            .finite()
            .map_or_else(|| "v IS NOT NULL".to_owned(), |finite| format!("v IS NOT NULL AND {finite}"));
        self.data().with(
            "finite",
            format!("SELECT v, {} AS x\nFROM data\nWHERE {keep}", self.dialect.as_real("v")),
        )
    }

    /// `ranked`: one row a different value, with the rank of its last row and the number of all.
    fn ranked(&self) -> Query {
        self.finite_values().with(
            "ranked",
            "SELECT x, sum(count(*)) OVER (ORDER BY x) AS seen, sum(count(*)) OVER () AS n\nFROM finite\nGROUP BY x",
        )
    }

    /// Whether the sum, and any sum on the way to it, stays within what SQL adds in.
    pub fn sum_fits(&self) -> bool {
        let metrics = &self.column.metrics;
        let Some(sum) = &metrics.sum else { return false };
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
        let widest = [&metrics.min_value, &metrics.max_value]
            .into_iter()
            .flatten()
            .map(|text| digits(text))
            .max();
        let rows = digits(&self.column.row_count.to_string());
        let most = match self.dialect {
            SqlDialect::DuckDb => 37,
            SqlDialect::Postgres => usize::MAX / 2,
            SqlDialect::Sqlite => 18,
        };
        self.is_real() || (digits(sum.as_str()) <= most && widest.unwrap_or(0) + rows <= most + 1)
    }

    /// Whether the fourth power of a distance may be no double, which PostgreSQL refuses instead of rounding.
    pub fn is_beyond_powers(&self) -> bool {
        let metrics = &self.column.metrics;
        let size = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok()).map_or(0.0, f64::abs);
        let is_large = size(&metrics.min_value).max(size(&metrics.max_value)) > 1e75;
        self.dialect == SqlDialect::Postgres
            && self.is_real()
            && (is_large || metrics.min_positive_value.is_some_and(|least| least < 1e-75))
    }

    /// Whether the profile has a figure that only numbers with a fraction have.
    fn has_fractions(&self) -> bool {
        self.column.metrics.fractional_sum.is_some()
    }
}

/// The rows of the bins: place, label, then what `edges` says.
pub fn bin_rows(bins: &[HistogramBin], edges: impl Fn(&HistogramBin) -> String) -> String {
    let rows: Vec<String> = (1..)
        .zip(bins)
        .map(|(place, bin)| format!("  ({place}, {}, {})", quote_text(&bin.label), edges(bin)))
        .collect();
    rows.join(",\n")
}

/// Counts the tallied values into the bins.
pub fn bins_joined(last: usize, value: &str) -> String {
    format!(
        "SELECT label, lower_edge AS lower, upper_edge AS upper, coalesce(sum(n), 0) AS count\n\
         FROM bins LEFT JOIN tallied\n  \
         ON (lower_edge IS NULL OR {value} >= lower_edge)\n  \
         AND (upper_edge IS NULL OR {value} < upper_edge OR (place = {last} AND {value} = upper_edge))\n\
         WHERE place > 0\nGROUP BY place, label, lower_edge, upper_edge\nORDER BY place"
    )
}
