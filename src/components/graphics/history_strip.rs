//! One metric over the runs in a strip of 36 pixels, the current value and its change beside it; all strips share one axis.

use leptos::prelude::*;

use super::bar_chart::{Tick, axis};
use super::path::{length, line, percent};

/// Height of the plot and the room it leaves above and below the line.
const HEIGHT: f64 = 36.0;
const MARGIN: f64 = 4.0;
/// Width of the view box that is stretched.
const WIDTH: f64 = 600.0;

/// One strip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryStrip {
    /// Metric.
    pub name: String,
    /// Unit or whole: `share of rows`.
    pub unit: String,
    /// A value a run, oldest first; `None` where the run does not have it.
    pub values: Vec<Option<f64>>,
    /// What the read-out says of each run.
    pub titles: Vec<String>,
    /// Newest value as text.
    pub current: String,
    /// Its change, in words; empty for none.
    pub change: String,
}

/// Draws one strip.
pub fn history_strip(strip: &HistoryStrip) -> AnyView {
    let known: Vec<f64> = strip.values.iter().flatten().copied().filter(|value| value.is_finite()).collect();
    let (low, high) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(*value), high.max(*value))
    });
    let span = high - low;
    let y = |value: f64| {
        // A strip without movement is a line through the middle, whatever its value.
        let share = if span.is_finite() && span > 0.0 {
            (value - low) / span
        } else {
            0.5
        };
        HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)
    };
    let count = strip.values.len();
    let points: Vec<Option<(f64, f64)>> = strip
        .values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            value
                .filter(|value| value.is_finite())
                .map(|value| (place(index, count) * WIDTH, y(value)))
        })
        .collect();
    let last = points
        .iter()
        .enumerate()
        .rev()
        .find_map(|(index, point)| point.map(|(_, y)| (index, y)));
    let dot = last.map(|(index, y)| view! { <circle class="dot" cx=percent(place(index, count)) cy=length(y) r="2.5" /> });
    let hits: Vec<AnyView> = strip
        .titles
        .iter()
        .enumerate()
        .map(|(index, title)| {
            let (x, width) = (percent(index as f64 / count.max(1) as f64), percent(1.0 / count.max(1) as f64));
            view! { <rect class="hit" x=x width=width height="36"><title>{title.clone()}</title></rect> }.into_any()
        })
        .collect();
    let label = format!(
        "{} over {count} runs, now {}{}",
        strip.name,
        strip.current,
        if strip.change.is_empty() {
            String::new()
        } else {
            format!(", {}", strip.change)
        }
    );
    view! {
        <div class="strip-row">
            <div class="lab">{strip.name.clone()}<small>{strip.unit.clone()}</small></div>
            <svg class="plot" width="100%" height="36" role="img" aria-label=label>
                <svg width="100%" height="36" viewBox="0 0 600 36" preserveAspectRatio="none"><path class="ln" d=line(&points) /></svg>
                {dot}
                {hits}
            </svg>
            <div class="val">{strip.current.clone()}<small class="quiet">{strip.change.clone()}</small></div>
        </div>
    }
    .into_any()
}

/// The axis under the strips: day and run at their places, at most five; fewer and shorter where the page is narrow.
pub fn history_axis(labels: &[(String, String)]) -> AnyView {
    let count = labels.len();
    let wanted = count.min(5);
    let mut ticks: Vec<Tick> = Vec::new();
    for step in 0..wanted {
        let index = if wanted == 1 { 0 } else { step * (count - 1) / (wanted - 1) };
        let (text, tail) = labels[index].clone();
        ticks.push(Tick {
            position: place(index, count),
            text,
            tail,
            optional: step != 0 && step + 1 != wanted,
        });
    }
    // The ends are anchored at the ends, whatever their exact place.
    if let Some(first) = ticks.first_mut().filter(|_| count > 1) {
        first.position = 0.0;
    }
    if let Some(last) = ticks.last_mut().filter(|_| count > 1) {
        last.position = 1.0;
    }
    view! {
        <div class="strip-row axis" aria-hidden="true">
            <span></span>
            <svg class="plot" width="100%" height="18">{axis(&ticks, 13.0)}</svg>
            <span></span>
        </div>
    }
    .into_any()
}

/// Where a run stands, 0..1: the first and the last near the ends, with room for the dot.
fn place(index: usize, count: usize) -> f64 {
    const ROOM: f64 = 0.01;
    if count < 2 {
        return 0.5;
    }
    ROOM + index as f64 / (count - 1) as f64 * (1.0 - 2.0 * ROOM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    fn strip(values: &[Option<f64>]) -> HistoryStrip {
        HistoryStrip {
            name: "Mean".into(),
            values: values.to_vec(),
            titles: vec!["run <1>".into(); values.len()],
            current: "3".into(),
            ..HistoryStrip::default()
        }
    }

    #[test]
    fn one_run_is_a_dot_and_a_gap_is_a_gap() {
        let one = rendered(|| history_strip(&strip(&[Some(3.0)])));
        assert!(
            one.contains("<circle") && one.contains("over 1 runs") && one.contains("cy=\"18\""),
            "{one}"
        );
        let gap = rendered(|| history_strip(&strip(&[Some(1.0), None, Some(2.0)])));
        assert_eq!(gap.matches('M').count() - gap.matches("Mean").count(), 2, "{gap}");
        assert!(!gap.contains("run <1>"));
    }

    #[test]
    fn nonsense_and_huge_values_are_not_drawn_as_numbers() {
        for values in [
            vec![],
            vec![None],
            vec![Some(f64::NAN), Some(f64::INFINITY)],
            vec![Some(f64::MIN), Some(f64::MAX)],
        ] {
            let html = rendered(|| history_strip(&strip(&values)));
            assert!(!html.contains("NaN") && !html.contains("inf\""), "{html}");
        }
    }

    #[test]
    fn a_narrow_page_keeps_the_first_and_the_last_label() {
        let labels: Vec<(String, String)> = (0..30).map(|run| (format!("day {run}"), format!(", run {run}"))).collect();
        let html = rendered(|| history_axis(&labels));
        assert_eq!(html.matches("<text").count(), 5);
        assert_eq!(html.matches("axl opt").count(), 3);
        assert!(html.contains(">day 0<") && html.contains(">day 29<"), "{html}");
        assert!(rendered(|| history_axis(&[])).contains("svg"));
        assert_eq!(rendered(|| history_axis(&labels[..1])).matches("<text").count(), 1);
    }
}
