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
            // A `WHERE isnan(v)` is answered from the statistics of a Parquet file by DuckDB 2.0, and those of half floats know no NaN.
            figures.push(("nan_count", "(SELECT count(*) FILTER (WHERE isnan(v)) FROM data)".into()));
            figures.push(("infinite_count", "(SELECT count(*) FILTER (WHERE isinf(v)) FROM data)".into()));
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
        let from = if self.is_rounded() {
            "placed CROSS JOIN centre CROSS JOIN core"
        } else {
            "finite CROSS JOIN centre"
        };
        self.centred().figures(&figures, from)
    }

    /// The mean and the moments around it; population skewness and excess kurtosis.
    fn add_moments(&self, figures: &mut Vec<(&'static str, String)>) {
        let metrics = &self.column.metrics;
        let sum_of = |value: &str| self.dialect.sum_of_reals(value);
        figures.push(("avg_value", "max(mean)".into()));
        let (place, deviation) = if self.is_rounded() {
            ("d", "(d - middle)")
        } else {
            ("x", "(x - mean)")
        };
        let power = |exponent: usize| sum_of(&vec![deviation; exponent].join(" * "));
        let (m2, m3, m4) = (power(2), power(3), power(4));
        let spread =
            |expression: String, at_rest: &str| format!("CASE WHEN min({place}) = max({place}) THEN {at_rest} ELSE {expression} END");
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

    /// `centre`: the mean of the finite values. Of numbers that doubles do not tell apart also `placed`: `d` is the exact distance from the
    /// least, and `core`: the mean of those.
    fn centred(&self) -> Query {
        let finite = self.finite_values();
        if !self.is_rounded() {
            return finite.with("centre", self.mean_of("x", "mean", "finite"));
        }
        let distance = self.distance("v", "min(v) OVER ()");
        finite
            .with("placed", format!("SELECT v, x, {distance} AS d\nFROM finite"))
            .with("centre", self.mean_of("x", "mean", "finite"))
            .with("core", self.mean_of("d", "middle", "placed"))
    }

    fn mean_of(&self, value: &str, name: &str, rows: &str) -> String {
        if self.dialect != SqlDialect::DuckDb {
            // A plain sum of doubles loses digits; what is left around a rough mean loses hardly any.
            return format!(
                "SELECT rough + avg({value} - rough) AS {name}\n\
                 FROM {rows} CROSS JOIN (SELECT avg({value}) AS rough FROM {rows}) AS first_look\nGROUP BY rough"
            );
        }
        format!(
            "SELECT {} AS {name}\nFROM {rows} CROSS JOIN (SELECT {} AS n FROM {rows}) AS rows_of_it",
            self.dialect.sum_of_reals(&format!("{value} / n")),
            self.dialect.as_real("count(*)")
        )
    }

    /// Discrete percentiles: the smallest value whose rank is at least that share of the values.
    pub fn quantiles(&self) -> String {
        let mut figures: Vec<(&str, String)> = PERCENTILES.iter().map(|(name, percent)| (*name, value_at("x", *percent))).collect();
        let iqr = if self.is_rounded() {
            self.distance(&value_at("v", 75), &value_at("v", 25))
        } else {
            format!("{} - {}", value_at("x", 75), value_at("x", 25))
        };
        figures.push(("iqr", iqr));
        self.ranked().figures(&figures, "ranked")
    }

    /// Values beyond 1.5 times the distance of the quartiles.
    pub fn outliers(&self) -> String {
        let place = if self.is_rounded() { "v" } else { "x" };
        let fences = format!(
            "SELECT\n  {} AS q1,\n  {} AS q3\nFROM ranked",
            value_at(place, 25),
            value_at(place, 75)
        );
        let (low, high) = if self.is_rounded() {
            let reach = format!("1.5 * {}", self.distance("q3", "q1"));
            (
                format!("{} > {reach}", self.distance("q1", "v")),
                format!("{} > {reach}", self.distance("v", "q3")),
            )
        } else {
            ("x < q1 - 1.5 * (q3 - q1)".into(), "x > q3 + 1.5 * (q3 - q1)".into())
        };
        self.ranked().with("quartiles", fences).figures(
            &[
                ("outlier_low_count", format!("count(*) FILTER (WHERE {low})")),
                ("outlier_high_count", format!("count(*) FILTER (WHERE {high})")),
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
        let (columns, order) = if self.is_rounded() { ("v, x", "v") } else { ("x", "x") };
        self.finite_values().with(
            "ranked",
            format!(
                "SELECT {columns}, sum(count(*)) OVER (ORDER BY {order}) AS seen, sum(count(*)) OVER () AS n\nFROM finite\nGROUP BY {columns}"
            ),
        )
    }

    /// The exact distance between two numbers, then as a double.
    fn distance(&self, from: &str, to: &str) -> String {
        let between = |wide: &str| format!("CAST({from} AS {wide}) - CAST({to} AS {wide})");
        let distance = match self.dialect {
            SqlDialect::DuckDb if self.range_overflows() => between("DOUBLE"),
            SqlDialect::DuckDb if self.scale() == 0 => between("HUGEINT"),
            SqlDialect::Postgres => between("numeric"),
            // What is between two decimals has their digits; SQLite goes over to doubles where 64 bits do not hold a distance.
            SqlDialect::DuckDb | SqlDialect::Sqlite => format!("{from} - {to}"),
        };
        self.dialect.as_real(&distance)
    }

    /// Whether there are numbers of 16 digits or more, which doubles do not always tell apart. The engine draws the same line.
    fn is_rounded(&self) -> bool {
        let digits = |text: &Option<String>| {
            let digits = text.iter().flat_map(|text| text.bytes()).filter(u8::is_ascii_digit);
            digits.skip_while(|digit| *digit == b'0').count()
        };
        let metrics = &self.column.metrics;
        !self.is_real() && digits(&metrics.min_value).max(digits(&metrics.max_value)) >= 16
    }

    /// Whether the range is beyond the 128 bits (and 38 digits) of DuckDB's whole numbers and decimals.
    fn range_overflows(&self) -> bool {
        let metrics = &self.column.metrics;
        let size = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        let range = size(&metrics.max_value) - size(&metrics.min_value);
        self.dialect == SqlDialect::DuckDb && range * 10_f64.powi(self.scale() as i32) > 9e37
    }

    /// Digits behind the point: a text form has all that its type has.
    fn scale(&self) -> usize {
        let least = self.column.metrics.min_value.as_deref().unwrap_or_default();
        least.split_once('.').map_or(0, |(_, fraction)| fraction.len())
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

/// What stands at this rank, of the ranked values.
fn value_at(place: &str, percent: u32) -> String {
    format!("min({place}) FILTER (WHERE seen * 100 >= n * {percent})")
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
