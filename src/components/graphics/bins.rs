//! Histograms made ready to draw: zeros taken out of their bin, neighbours joined, another run laid over the same edges.

use crate::domain::column_profile::{ColumnProfile, HistogramBin, LengthCount};

/// What the compared run holds in each bin of the run shown.
#[derive(Clone, Debug, PartialEq)]
pub enum ComparedBins {
    /// The same edges: exact counts.
    Exact(Vec<u64>),
    /// Other edges: counts spread evenly within each of their bins, so only an outline.
    Approximate(Vec<f64>),
}

impl ComparedBins {
    /// Heights for the outline.
    pub fn counts(&self) -> Vec<f64> {
        match self {
            Self::Exact(counts) => counts.iter().map(|count| *count as f64).collect(),
            Self::Approximate(counts) => counts.clone(),
        }
    }
}

/// The bin that holds zero, if there is one.
pub fn zero_bin(bins: &[HistogramBin]) -> Option<usize> {
    let last = bins.len().checked_sub(1)?;
    bins.iter()
        .position(|bin| bin.lower.is_none_or(|lower| lower <= 0.0) && bin.upper.is_none_or(|upper| upper > 0.0))
        .or_else(|| (bins[last].upper == Some(0.0)).then_some(last))
}

/// The histogram with the zeros taken out, and how many were taken out. They are drawn as a bar of their own.
pub fn without_zeros(column: &ColumnProfile) -> (Vec<HistogramBin>, u64) {
    let mut bins = column.histogram.clone();
    let zeros = column.metrics.zero_count.unwrap_or(0);
    match zero_bin(&bins) {
        // A stored histogram that holds fewer rows than zeros were counted is inconsistent: it is left as it is.
        Some(index) if bins[index].count >= zeros => {
            bins[index].count -= zeros;
            (bins, zeros)
        }
        _ => (bins, 0),
    }
}

/// Joins neighbouring bins until at most `most` are left; counts add up to the same total.
pub fn joined(counts: &[f64], most: usize) -> Vec<f64> {
    let width = counts.len().div_ceil(most.max(1)).max(1);
    counts.chunks(width).map(|chunk| chunk.iter().sum()).collect()
}

/// Whether two histograms have the same edges.
pub fn same_edges(a: &[HistogramBin], b: &[HistogramBin]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.lower == b.lower && a.upper == b.upper)
}

/// Lays `other` over the edges of `bins`.
pub fn laid_over(bins: &[HistogramBin], other: &[HistogramBin]) -> Option<ComparedBins> {
    if bins.is_empty() || other.is_empty() {
        return None;
    }
    if same_edges(bins, other) {
        return Some(ComparedBins::Exact(other.iter().map(|bin| bin.count).collect()));
    }
    let mut counts = vec![0.0; bins.len()];
    for bin in other {
        spread(bins, bin, &mut counts);
    }
    Some(ComparedBins::Approximate(counts))
}

/// Adds one bin of another histogram to those of `bins` that it overlaps, in proportion.
fn spread(bins: &[HistogramBin], bin: &HistogramBin, counts: &mut [f64]) {
    let last = bins.len() - 1;
    let (low, high) = (bin.lower.unwrap_or(f64::NEG_INFINITY), bin.upper.unwrap_or(f64::INFINITY));
    let inside = high - low;
    if !inside.is_finite() || inside <= 0.0 {
        // An open tail or a single value goes to the bin that holds its finite end.
        let at = if low.is_finite() { low } else { high };
        counts[slot_of(bins, at).unwrap_or(if low.is_finite() { last } else { 0 })] += bin.count as f64;
        return;
    }
    let mut left = 1.0;
    for (index, target) in bins.iter().enumerate() {
        let (from, to) = (target.lower.unwrap_or(f64::NEG_INFINITY), target.upper.unwrap_or(f64::INFINITY));
        let share = ((high.min(to) - low.max(from)) / inside).clamp(0.0, 1.0);
        counts[index] += share * bin.count as f64;
        left -= share;
    }
    // What lies outside all edges belongs to the nearer end.
    if left > 1e-9 {
        let first = bins[0].lower.unwrap_or(f64::NEG_INFINITY);
        counts[if low < first { 0 } else { last }] += left * bin.count as f64;
    }
}

/// The bin that holds a value.
pub fn slot_of(bins: &[HistogramBin], value: f64) -> Option<usize> {
    let last = bins.len().checked_sub(1)?;
    bins.iter()
        .position(|bin| bin.lower.is_none_or(|lower| lower <= value) && bin.upper.is_none_or(|upper| value < upper))
        .or_else(|| (bins[last].upper == Some(value)).then_some(last))
}

/// Where a value lies on the axis, 0..1, when every bin has the same width; open tails hold their values in the middle.
pub fn position_of(bins: &[HistogramBin], value: f64) -> f64 {
    let count = bins.len().max(1) as f64;
    let Some(slot) = slot_of(bins, value) else {
        return if bins.first().and_then(|bin| bin.lower).is_some_and(|lower| value < lower) {
            0.0
        } else {
            1.0
        };
    };
    let within = match (bins[slot].lower, bins[slot].upper) {
        (Some(lower), Some(upper)) if upper > lower => ((value - lower) / (upper - lower)).clamp(0.0, 1.0),
        _ => 0.5,
    };
    (slot as f64 + within) / count
}

/// One slot per length from the shortest to the longest, or per group of lengths where the span is long.
pub fn length_bins(lengths: &[LengthCount], most: u64) -> Vec<HistogramBin> {
    let (Some(low), Some(high)) = (
        lengths.iter().map(|entry| entry.length).min(),
        lengths.iter().map(|entry| entry.length).max(),
    ) else {
        return Vec::new();
    };
    let width = round_width((high - low).saturating_add(1).div_ceil(most.max(1)));
    let first = low / width * width;
    let slots = (high - first) / width + 1;
    let mut bins: Vec<HistogramBin> = (0..slots)
        .map(|slot| {
            let from = first + slot * width;
            let label = if width == 1 {
                from.to_string()
            } else {
                format!("{from} to {}", from.saturating_add(width - 1))
            };
            HistogramBin {
                label,
                lower: Some(from as f64),
                upper: Some(from as f64 + width as f64),
                count: 0,
            }
        })
        .collect();
    for entry in lengths {
        bins[((entry.length - first) / width) as usize].count += entry.count;
    }
    bins
}

/// The next width of 1, 2, 5 times a power of ten.
fn round_width(least: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            if power.saturating_mul(factor) >= least {
                return power.saturating_mul(factor);
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::column_profile::Metrics;

    fn bin(lower: f64, upper: f64, count: u64) -> HistogramBin {
        HistogramBin {
            label: String::new(),
            lower: Some(lower),
            upper: Some(upper),
            count,
        }
    }

    #[test]
    fn zeros_are_taken_out_of_their_bin_once() {
        let column = ColumnProfile {
            histogram: vec![bin(-10.0, 0.0, 4), bin(0.0, 10.0, 30)],
            metrics: Metrics {
                zero_count: Some(12),
                ..Metrics::default()
            },
            ..ColumnProfile::default()
        };
        let (bins, zeros) = without_zeros(&column);
        assert_eq!((bins[0].count, bins[1].count, zeros), (4, 18, 12));
        let wrong = ColumnProfile {
            metrics: Metrics {
                zero_count: Some(99),
                ..Metrics::default()
            },
            ..column
        };
        assert_eq!(without_zeros(&wrong), (wrong.histogram.clone(), 0));
    }

    #[test]
    fn joining_keeps_the_total() {
        let counts: Vec<f64> = (0..48).map(f64::from).collect();
        let joined = joined(&counts, 24);
        assert_eq!(joined.len(), 24);
        assert_eq!(joined.iter().sum::<f64>(), counts.iter().sum::<f64>());
        assert!(super::joined(&[], 24).is_empty());
    }

    #[test]
    fn another_run_keeps_its_rows_whatever_its_edges() {
        let bins = [bin(0.0, 10.0, 1), bin(10.0, 20.0, 1)];
        assert_eq!(
            laid_over(&bins, &[bin(0.0, 10.0, 7), bin(10.0, 20.0, 8)]),
            Some(ComparedBins::Exact(vec![7, 8]))
        );
        let other = [
            HistogramBin {
                lower: None,
                upper: Some(-5.0),
                count: 3,
                ..HistogramBin::default()
            },
            bin(-5.0, 15.0, 40),
            bin(15.0, 400.0, 10),
            HistogramBin {
                lower: Some(400.0),
                upper: None,
                count: 2,
                ..HistogramBin::default()
            },
        ];
        let counts = laid_over(&bins, &other).unwrap().counts();
        assert!((counts.iter().sum::<f64>() - 55.0).abs() < 1e-9, "{counts:?}");
        assert_eq!(laid_over(&bins, &[]), None);
    }

    #[test]
    fn positions_follow_the_bins_and_stay_on_the_axis() {
        let bins = [
            HistogramBin {
                lower: None,
                upper: Some(0.0),
                count: 1,
                ..HistogramBin::default()
            },
            bin(0.0, 10.0, 1),
            bin(10.0, 20.0, 1),
            bin(20.0, 30.0, 1),
        ];
        for (value, place) in [(-9.0, 0.125), (0.0, 0.25), (5.0, 0.375), (30.0, 1.0), (99.0, 1.0)] {
            assert_eq!(position_of(&bins, value), place, "{value}");
        }
        assert_eq!(position_of(&bins[1..], -1.0), 0.0);
    }

    #[test]
    fn lengths_are_grouped_where_the_span_is_long() {
        let lengths = [LengthCount { length: 2, count: 5 }, LengthCount { length: 4, count: 1 }];
        let short = length_bins(&lengths, 24);
        assert_eq!(
            short.iter().map(|bin| (bin.label.as_str(), bin.count)).collect::<Vec<_>>(),
            [("2", 5), ("3", 0), ("4", 1)]
        );
        let long = length_bins(&[LengthCount { length: 3, count: 1 }, LengthCount { length: 4_096, count: 2 }], 24);
        assert!(long.len() <= 24 && long.iter().map(|bin| bin.count).sum::<u64>() == 3, "{long:?}");
        assert!(length_bins(&[], 24).is_empty());
        assert_eq!(
            length_bins(
                &[LengthCount {
                    length: u64::MAX,
                    count: 1
                }],
                24
            )
            .len(),
            1
        );
    }
}
