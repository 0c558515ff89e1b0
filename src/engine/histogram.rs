//! Chooses the edges of a histogram (round numbers, or calendar boundaries) and fills its bins.

use super::accumulators::grid::decimal_edge;
use super::calendar::{civil_from_days, month_index, month_start, week_index, write_day};
use super::canonical::write_real;
use crate::domain::column_profile::HistogramBin;

/// Most bins of a histogram, open tails included.
pub const MAX_BINS: usize = 48;
/// A tail is gathered where the whole range is this many times the range from p00.5 to p99.5.
const TAIL_FACTOR: f64 = 4.0;
/// Seconds of a day.
const DAY_SECONDS: f64 = 86_400.0;

/// Where the values lie.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// p00.5.
    pub low: f64,
    /// p99.5.
    pub high: f64,
}

/// Edges of the closed bins, their labels, and whether the tails beyond them have open bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    edges: Vec<f64>,
    labels: Vec<String>,
    open_low: bool,
    open_high: bool,
}

/// Round edges for numbers. `finest` is the exponent of the grid the counts come from, if they come from one.
pub fn number_edges(spread: Spread, whole: bool, finest: Option<i32>) -> Edges {
    let (low, high, open_low, open_high) = visible_range(spread);
    let room = MAX_BINS - usize::from(open_low) - usize::from(open_high);
    if low == high && !(whole && low.abs() < 9e15 && finest.is_none_or(|exponent| exponent <= 0)) {
        return Edges {
            edges: vec![low, high],
            labels: vec![number_label(low)],
            open_low,
            open_high,
        };
    }
    if whole && high - low < room as f64 && low.abs() < 9e15 && high.abs() < 9e15 && finest.is_none_or(|exponent| exponent <= 0) {
        let (first, last) = (low as i64, high as i64);
        let labels = (first..=last).map(|value| number_label(value as f64)).collect();
        return Edges {
            edges: (first..=last + 1).map(|value| value as f64).collect(),
            labels,
            open_low,
            open_high,
        };
    }
    // Steps of 1, 2, 2.5 and 5 times a power of ten, as units of a tenth of that power; the first that needs few enough bins.
    let start = ((high / 2.0 - low / 2.0) / room as f64).max(f64::MIN_POSITIVE).log10().floor() as i32 - 1;
    for power in start.. {
        for tenths in [10_i64, 20, 25, 50] {
            let exponent = power - 1;
            let aligned = if tenths == 25 { exponent } else { power };
            if finest.is_some_and(|finest| aligned < finest) || (whole && aligned < 0) {
                continue;
            }
            if let Some(edges) = stepped_edges(low, high, tenths, exponent, room) {
                let labels = edges
                    .windows(2)
                    .map(|pair| format!("{} – {}", number_label(pair[0]), number_label(pair[1])))
                    .collect();
                return Edges {
                    edges,
                    labels,
                    open_low,
                    open_high,
                };
            }
        }
    }
    unreachable!("a step as wide as the range needs at most two bins")
}

/// Edges at calendar boundaries for day numbers; in seconds since 1970. Where only `whole_months` are known, each of them named by its
/// first day, every edge is the first day of a month.
pub fn day_edges(spread: Spread, whole_months: bool) -> Edges {
    let (low, high, open_low, open_high) = visible_range(spread);
    let room = (MAX_BINS - usize::from(open_low) - usize::from(open_high)) as i64;
    let (low, high) = (low as i64, high as i64);
    if high - low < room && !whole_months {
        return calendar_edges((low..=high + 1).collect(), text_of_day, open_low, open_high);
    }
    let (first, last) = (week_index(low), week_index(high));
    if last - first < room && !whole_months {
        let starts = (first..=last + 1).map(|week| week * 7 - 3).collect();
        return calendar_edges(starts, |day| format!("week of {}", text_of_day(day)), open_low, open_high);
    }
    let (first, last) = (month_index(low), month_index(high));
    for months in [
        1,
        3,
        12,
        24,
        60,
        120,
        300,
        600,
        1_200,
        3_000,
        6_000,
        12_000,
        60_000,
        600_000,
        6_000_000,
        60_000_000,
        i64::from(u32::MAX) * 12,
    ] {
        let (first, last) = (first.div_euclid(months), last.div_euclid(months));
        if last - first < room {
            let starts = (first..=last + 1).map(|index| month_start(index * months)).collect();
            return calendar_edges(starts, |day| period_label(day, months), open_low, open_high);
        }
    }
    unreachable!("the coarsest step is longer than any date range")
}

/// Counts values into the bins. Values may be whole cells, named by their lower edge, where the edges lie on cell borders.
pub fn fill_bins(edges: &Edges, values: impl Iterator<Item = (f64, u64)>) -> Vec<HistogramBin> {
    let closed = edges.edges.len() - 1;
    let (first, last) = (edges.edges[0], edges.edges[closed]);
    let mut counts = vec![0_u64; closed];
    let (mut below, mut above) = (0_u64, 0_u64);
    // Neighbours mostly fall into one bin.
    let mut bin = 0;
    for (value, count) in values {
        if value < first && edges.open_low {
            below += count;
        } else if value >= last && edges.open_high {
            above += count;
        } else {
            if !(edges.edges[bin] <= value && value < edges.edges[bin + 1]) {
                bin = edges.edges.partition_point(|edge| *edge <= value).saturating_sub(1).min(closed - 1);
            }
            counts[bin] += count;
        }
    }
    let mut bins = Vec::with_capacity(closed + 2);
    if edges.open_low && below > 0 {
        bins.push(HistogramBin {
            label: format!("before {}", edges.labels[0]),
            lower: None,
            upper: Some(first),
            count: below,
        });
    }
    for (i, count) in counts.into_iter().enumerate() {
        bins.push(HistogramBin {
            label: edges.labels[i].clone(),
            lower: Some(edges.edges[i]),
            upper: Some(edges.edges[i + 1]),
            count,
        });
    }
    if edges.open_high && above > 0 {
        bins.push(HistogramBin {
            label: format!("after {}", edges.labels[closed - 1]),
            lower: Some(last),
            upper: None,
            count: above,
        });
    }
    bins
}

/// The range that gets closed bins, and which tails are gathered.
fn visible_range(spread: Spread) -> (f64, f64, bool, bool) {
    let Spread { min, max, low, high } = spread;
    let core = high - low;
    let lopsided = max - min > TAIL_FACTOR * core && core > 0.0;
    let open_low = lopsided && low - min > core;
    let open_high = lopsided && max - high > core;
    (
        if open_low { low } else { min },
        if open_high { high } else { max },
        open_low,
        open_high,
    )
}

/// Edges that cover `low..=high` in at most `room` steps of `tenths` x 10^`exponent`, if that is possible.
fn stepped_edges(low: f64, high: f64, tenths: i64, exponent: i32, room: usize) -> Option<Vec<f64>> {
    let step = decimal_edge(tenths, exponent);
    let index = (low / step).floor();
    if step.is_nan() || step <= 0.0 || index.abs() >= 1e14 {
        return None;
    }
    let mut index = index as i64;
    let edge = |index: i64| decimal_edge(index * tenths, exponent).clamp(f64::MIN, f64::MAX);
    while edge(index) > low {
        index -= 1;
    }
    while edge(index + 1) <= low {
        index += 1;
    }
    let mut edges = vec![edge(index)];
    while edges[edges.len() - 1] < high || edges.len() < 2 {
        if edges.len() > room {
            return None;
        }
        index += 1;
        edges.push(edge(index));
        if edges[edges.len() - 1] <= edges[edges.len() - 2] {
            return None;
        }
    }
    Some(edges)
}

fn calendar_edges(starts: Vec<i64>, label: impl Fn(i64) -> String, open_low: bool, open_high: bool) -> Edges {
    let labels = starts[..starts.len() - 1].iter().map(|day| label(*day)).collect();
    Edges {
        edges: starts.iter().map(|day| *day as f64 * DAY_SECONDS).collect(),
        labels,
        open_low,
        open_high,
    }
}

fn number_label(value: f64) -> String {
    let mut out = String::new();
    write_real(value, &mut out);
    out
}

fn text_of_day(day: i64) -> String {
    let mut out = String::new();
    write_day(day, &mut out);
    out
}

/// `2013-05`, `2013 Q2`, `2013`, `2010 – 2019`.
fn period_label(day: i64, months: i64) -> String {
    let (year, month, _) = civil_from_days(day);
    match months {
        1 => format!("{year:04}-{month:02}"),
        3 => format!("{year:04} Q{}", (month - 1) / 3 + 1),
        12 => format!("{year:04}"),
        _ => format!("{year:04} – {:04}", year + months / 12 - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::calendar::days_from_civil;

    fn spread(min: f64, max: f64) -> Spread {
        Spread {
            min,
            max,
            low: min,
            high: max,
        }
    }

    #[test]
    fn edges_are_round_few_and_cover_everything() {
        for (min, max) in [
            (0.0, 1.0),
            (-3.7, 912.4),
            (1e-9, 2e-9),
            (5e14, 5.1e14),
            (-1e308, 1e308),
            (0.1, 0.1 + 1e-12),
            (1e16, 1e16 + 4096.0),
        ] {
            for whole in [false, true] {
                let edges = number_edges(spread(min, max), whole && max > 2.0, None);
                assert!(edges.edges.len() <= MAX_BINS + 1 && edges.edges.len() > 1, "{min}..{max}");
                assert!(edges.edges[0] <= min && edges.edges[edges.edges.len() - 1] >= max);
                assert!(edges.edges.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
        let edges = number_edges(spread(0.03, 0.94), false, None).edges;
        assert_eq!((edges[0], edges[1], edges[2]), (0.02, 0.04, 0.06));
    }

    #[test]
    fn small_whole_ranges_get_one_bin_a_value_and_the_last_bin_is_closed() {
        let edges = number_edges(spread(1.0, 5.0), true, None);
        let bins = fill_bins(&edges, [(1.0, 2), (3.0, 1), (5.0, 4)].into_iter());
        assert_eq!(
            bins.iter().map(|bin| (bin.label.as_str(), bin.count)).collect::<Vec<_>>(),
            [("1", 2), ("2", 0), ("3", 1), ("4", 0), ("5", 4)]
        );
        let edges = number_edges(spread(0.0, 96.0), true, None);
        let bins = fill_bins(&edges, [(0.0, 1), (2.0, 1), (96.0, 1)].into_iter());
        assert_eq!((bins.len(), bins[0].count, bins[1].count, bins[47].count), (48, 1, 1, 1));
        assert_eq!(bins[47].upper, Some(96.0));
    }

    #[test]
    fn far_tails_are_gathered_in_open_bins() {
        let edges = number_edges(
            Spread {
                min: 0.0,
                max: 1e6,
                low: 0.0,
                high: 90.0,
            },
            true,
            None,
        );
        let bins = fill_bins(&edges, [(0.0, 10), (90.0, 1), (1e6, 1)].into_iter());
        let last = &bins[bins.len() - 1];
        assert_eq!((last.upper, last.count), (None, 2));
        assert!(bins.len() <= MAX_BINS);
        assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 12);
    }

    #[test]
    fn dates_break_at_days_weeks_months_quarters_and_years() {
        let day = |year, month, dom| days_from_civil(year, month, dom) as f64;
        for (from, to, label, bins) in [
            (day(2013, 5, 1), day(2013, 5, 3), "2013-05-01", 3),
            (day(2013, 1, 2), day(2013, 6, 1), "week of 2012-12-31", 22),
            (day(2013, 1, 2), day(2015, 12, 31), "2013-01", 36),
            (day(2013, 1, 2), day(2023, 12, 31), "2013 Q1", 44),
            (day(1990, 1, 2), day(2023, 12, 31), "1990", 34),
            (day(1900, 1, 2), day(2023, 12, 31), "1900 – 1904", 25),
            (day(1, 1, 1), day(9_999, 12, 31), "0000 – 0249", 40),
        ] {
            let edges = day_edges(spread(from, to), false);
            assert_eq!((edges.labels[0].as_str(), edges.labels.len()), (label, bins));
        }
        let edges = day_edges(spread(day(2013, 1, 2), day(2013, 6, 1)), true);
        assert_eq!((edges.labels[0].as_str(), edges.labels.len()), ("2013-01", 6));
        let edges = day_edges(spread(day(2013, 5, 1), day(2013, 5, 3)), true);
        assert_eq!((edges.labels[0].as_str(), edges.labels.len()), ("2013-05", 1));
    }
}
