//! Where labels stand under a histogram whose bins all have the same width: round values, open tails, calendar dates.

use super::bar_chart::Tick;
use super::bins::position_of;
use super::scale::round_ticks;
use crate::components::format::number;
use crate::domain::column_profile::HistogramBin;

/// Most labels under a chart.
const MOST: usize = 10;
/// Labels closer than this share of the width overprint each other.
const APART: f64 = 0.06;
/// The same where the page is narrow.
const APART_NARROW: f64 = 0.16;

/// Whether every closed bin is one whole number wide and so stands for a single value.
pub fn is_one_bin_a_value(bins: &[HistogramBin], integer_valued: bool) -> bool {
    integer_valued
        && bins
            .iter()
            .all(|bin| matches!((bin.lower, bin.upper), (Some(lower), Some(upper)) if upper - lower == 1.0))
}

/// Round values at their place; an open tail is labelled in its middle.
pub fn number_ticks(bins: &[HistogramBin], one_bin_a_value: bool) -> Vec<Tick> {
    let edges: Vec<f64> = bins.iter().flat_map(|bin| [bin.lower, bin.upper]).flatten().collect();
    let (Some(low), Some(high)) = (edges.iter().copied().reduce(f64::min), edges.iter().copied().reduce(f64::max)) else {
        return Vec::new();
    };
    let count = bins.len() as f64;
    let mut fixed = Vec::new();
    if let Some(first) = bins.first().filter(|bin| bin.lower.is_none()) {
        fixed.push((0.5 / count, format!("< {}", number(first.upper.unwrap_or(low)))));
    }
    if let Some(last) = bins.last().filter(|bin| bin.upper.is_none()) {
        fixed.push((1.0 - 0.5 / count, format!("{}+", number(last.lower.unwrap_or(high)))));
    }
    let ticks = if one_bin_a_value {
        round_ticks(low, high - 1.0, MOST)
            .into_iter()
            .filter(|value| value.fract() == 0.0)
            .map(|value| (position_of(bins, value + 0.5), number(value)))
            .collect()
    } else {
        round_ticks(low, high, MOST)
            .into_iter()
            .map(|value| (position_of(bins, value), number(value)))
            .collect::<Vec<_>>()
    };
    spaced(fixed, ticks)
}

/// Labels of bins by their own names, as many as fit: calendar periods and lengths.
pub fn named_ticks(bins: &[HistogramBin]) -> Vec<Tick> {
    let count = bins.len();
    let longest = bins.iter().map(|bin| bin.label.chars().count()).max().unwrap_or(0);
    let most = if longest > 7 { MOST * 6 / 10 } else { MOST + 2 };
    let stride = count.div_ceil(most.max(1)).max(1);
    let ticks = bins
        .iter()
        .enumerate()
        .step_by(stride)
        .map(|(index, bin)| ((index as f64 + 0.5) / count as f64, bin.label.clone()))
        .collect();
    spaced(Vec::new(), ticks)
}

/// Fixed labels first, then those that keep their distance; on a narrow page those give way that would overprint there.
fn spaced(fixed: Vec<(f64, String)>, ticks: Vec<(f64, String)>) -> Vec<Tick> {
    let mut kept: Vec<(f64, String, bool)> = fixed.into_iter().map(|(at, text)| (at, text, true)).collect();
    for (at, text) in ticks {
        if kept.iter().all(|(other, _, _)| (other - at).abs() >= APART) {
            kept.push((at, text, false));
        }
    }
    kept.sort_by(|a, b| a.0.total_cmp(&b.0));
    let many = kept.len() > 5;
    let fixed: Vec<f64> = kept.iter().filter(|(_, _, is_fixed)| *is_fixed).map(|(at, _, _)| *at).collect();
    let mut shown: Option<f64> = None;
    kept.into_iter()
        .map(|(position, text, is_fixed)| {
            let near = |other: &f64| (other - position).abs() < APART_NARROW;
            let optional = many && !is_fixed && (shown.as_ref().is_some_and(near) || fixed.iter().any(near));
            if !optional {
                shown = Some(position);
            }
            Tick {
                position,
                text,
                optional,
                ..Tick::default()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(lower: Option<f64>, upper: Option<f64>) -> HistogramBin {
        HistogramBin {
            label: "2026-01".into(),
            lower,
            upper,
            count: 1,
        }
    }

    #[test]
    fn open_tails_are_named_and_nothing_overprints() {
        let mut bins = vec![bin(None, Some(-30.0))];
        bins.extend((-3..45).map(|at| bin(Some(f64::from(at) * 10.0), Some(f64::from(at + 1) * 10.0))));
        bins.push(bin(Some(450.0), None));
        let ticks = number_ticks(&bins, false);
        assert_eq!(ticks.first().unwrap().text, "< \u{2212}30");
        assert_eq!(ticks.last().unwrap().text, "450+");
        assert!(
            ticks.windows(2).all(|pair| pair[1].position - pair[0].position >= APART),
            "{ticks:?}"
        );
        assert!(ticks.iter().any(|tick| tick.optional) && !ticks[0].optional);
    }

    #[test]
    fn a_bin_of_one_value_is_labelled_in_its_middle() {
        let bins: Vec<_> = (1..=4).map(|at| bin(Some(f64::from(at)), Some(f64::from(at + 1)))).collect();
        assert!(is_one_bin_a_value(&bins, true) && !is_one_bin_a_value(&bins, false));
        let ticks = number_ticks(&bins, true);
        assert_eq!(
            ticks.iter().map(|tick| (tick.text.as_str(), tick.position)).collect::<Vec<_>>(),
            [("1", 0.125), ("2", 0.375), ("3", 0.625), ("4", 0.875)]
        );
    }

    #[test]
    fn no_bins_no_labels() {
        assert!(number_ticks(&[], false).is_empty());
        assert!(named_ticks(&[]).is_empty());
        assert!(named_ticks(&vec![bin(Some(0.0), Some(1.0)); 48]).len() <= 12);
    }
}
