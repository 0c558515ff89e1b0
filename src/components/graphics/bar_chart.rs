//! The large bar chart: bars on a count scale with grid and labels, bars of their own at the side, the compared run as an outline.
//!
//! Bars are stretched with the width of the page, texts are not. Each slot has a title that the read-out shows.

use leptos::prelude::*;

use super::path::{bars, hatch, length, outline, percent};
use super::scale::CountScale;
use crate::components::format::short_count;

/// Width of the view box that is stretched over the page.
const WIDTH: f64 = 960.0;
/// Room for the labels under the bars.
const AXIS: f64 = 20.0;
/// Width of one bar at the side with its gap.
const SIDE: f64 = 40.0;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What the read-out says: range, count, share.
    pub title: String,
    /// Rows.
    pub count: u64,
    /// Where they are.
    pub href: Option<String>,
}

/// A bar of its own beside the others, on the same scale.
#[derive(Clone, Debug, PartialEq)]
pub struct SideBar {
    /// `null`, `zero`, `not a number`.
    pub name: &'static str,
    /// What the read-out says.
    pub title: String,
    /// Rows.
    pub count: u64,
    /// Rows in the compared run.
    pub compared: Option<u64>,
    /// Share of all rows, as text.
    pub share: String,
    /// Hatched, because it counts what is missing.
    pub is_missing: bool,
    /// Where its rows are.
    pub href: Option<String>,
}

/// A label under the bars.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tick {
    /// 0..1.
    pub position: f64,
    /// Text.
    pub text: String,
    /// More of the text, left out where the page is narrow.
    pub tail: String,
    /// Left out where the page is narrow.
    pub optional: bool,
}

/// All that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct BarChart {
    /// Id, so that the read-out finds it.
    pub id: String,
    /// The finding in a sentence.
    pub label: String,
    /// The bars.
    pub bars: Vec<Bar>,
    /// Heights of the compared run in rows, one a bar, or none.
    pub compared: Vec<f64>,
    /// Bars of their own.
    pub sides: Vec<SideBar>,
    /// Labels of the axis.
    pub ticks: Vec<Tick>,
    /// Height of the tallest bar in pixels.
    pub height: f64,
    /// Logarithmic counts.
    pub logarithmic: bool,
}

impl BarChart {
    /// The scale that all bars share.
    fn scale(&self) -> CountScale {
        let compared = self.compared.iter().map(|count| count.ceil() as u64);
        let sides = self.sides.iter().flat_map(|side| [side.count, side.compared.unwrap_or(0)]);
        CountScale::new(
            self.bars.iter().map(|bar| bar.count).chain(compared).chain(sides),
            self.height,
            self.logarithmic,
        )
    }
}

/// Draws the chart; `below` stands under the bars on the same axis.
pub fn bar_chart(chart: &BarChart, below: Option<AnyView>) -> AnyView {
    let scale = chart.scale();
    let class = if chart.sides.is_empty() { "chart" } else { "chart sided" };
    view! {
        <div class=class id=chart.id.clone() data-chart="">
            {(!chart.sides.is_empty()).then(|| side_bars(chart, scale))}
            <div class="bars">{plot(chart, scale)}{below}</div>
        </div>
    }
    .into_any()
}

/// The stretched bars with unstretched labels over them.
fn plot(chart: &BarChart, scale: CountScale) -> AnyView {
    let (height, count) = (chart.height, chart.bars.len().max(1));
    let gap = (WIDTH / count as f64 * 0.1).min(2.0);
    let drawn = bars(
        &chart.bars.iter().map(|bar| scale.height_of(bar.count)).collect::<Vec<_>>(),
        WIDTH,
        height,
        gap,
    );
    let compared: Vec<f64> = chart
        .compared
        .iter()
        .map(|count| {
            if *count > 0.0 {
                scale.height_of(count.round().max(1.0) as u64)
            } else {
                0.0
            }
        })
        .collect();
    let line = outline(&compared, WIDTH, height);
    let grid = scale.grid();
    let rules: String = grid.iter().map(|(_, at)| format!("M0 {}H{WIDTH}", length(height - at))).collect();
    let counts: Vec<AnyView> = grid
        .iter()
        .map(|(count, at)| {
            view! { <text class="axl y" x="100%" dx="6" y=length(height - at + 4.0)>{short_count(*count)}</text> }.into_any()
        })
        .collect();
    let hits: Vec<AnyView> = chart
        .bars
        .iter()
        .enumerate()
        .map(|(index, bar)| {
            let (x, width) = (percent(index as f64 / count as f64), percent(1.0 / count as f64));
            let hit = view! { <rect class="hit" x=x width=width height=length(height)><title>{bar.title.clone()}</title></rect> };
            linked(bar.href.as_deref().filter(|_| bar.count > 0), hit.into_any())
        })
        .collect();
    view! {
        <div class="drawn">
        <svg class="plot" width="100%" height=length(height + AXIS) role="img" aria-label=chart.label.clone()>
            <svg width="100%" height=length(height) viewBox=format!("0 0 {WIDTH} {height}") preserveAspectRatio="none">
                <path class="gd" d=rules />
                <path class="k" d=drawn />
                {(!line.is_empty()).then(|| view! { <path class="pv" d=line /> })}
                <path class="ax" d=format!("M0 {height}H{WIDTH}") />
            </svg>
            {counts}
            {axis(&chart.ticks, height + 14.0)}
        </svg>
        {over(hits, "100%".to_owned(), height)}
        </div>
    }
    .into_any()
}

/// What a pointer meets lies over the picture: links may not stand inside it. The keyboard has the table of the bars, and the arrow keys.
fn over(hits: Vec<AnyView>, width: String, height: f64) -> AnyView {
    view! { <svg class="over" width=width height=length(height) aria-hidden="true">{hits}</svg> }.into_any()
}

/// A slot that leads to the rows of its bar.
fn linked(href: Option<&str>, hit: AnyView) -> AnyView {
    match href {
        Some(href) => view! { <a href=href.to_owned() tabindex="-1">{hit}</a> }.into_any(),
        None => hit,
    }
}

/// Labels under an axis; those at the ends stay inside.
pub fn axis(ticks: &[Tick], y: f64) -> AnyView {
    let labels: Vec<AnyView> = ticks
        .iter()
        .map(|tick| {
            let anchor = match tick.position {
                at if at < 0.04 => "start",
                at if at > 0.96 => "end",
                _ => "middle",
            };
            let class = if tick.optional { "axl opt" } else { "axl" };
            let tail = (!tick.tail.is_empty()).then(|| view! { <tspan class="opt">{tick.tail.clone()}</tspan> });
            view! { <text class=class x=percent(tick.position) y=length(y) text-anchor=anchor>{tick.text.clone()}{tail}</text> }.into_any()
        })
        .collect();
    labels.into_any()
}

/// The bars at the side: null is hatched, zero and the special values are plain; the compared run is outlined.
fn side_bars(chart: &BarChart, scale: CountScale) -> AnyView {
    let height = chart.height;
    let width = SIDE * chart.sides.len() as f64;
    let words: Vec<String> = chart.sides.iter().map(|side| side.title.clone()).collect();
    let drawn: Vec<AnyView> = chart
        .sides
        .iter()
        .enumerate()
        .map(|(index, side)| {
            let x = index as f64 * SIDE;
            let tall = scale.height_of(side.count);
            let box_ = (x + 8.0, height - tall, SIDE - 16.0, tall);
            let bar = if side.is_missing {
                view! {
                    <path class="hatch" d=hatch(box_.0, box_.1, box_.2, box_.3, 3.5) />
                    <rect class="frame" x=length(box_.0) y=length(box_.1) width=length(box_.2) height=length(box_.3) />
                }
                .into_any()
            } else {
                view! { <rect class="k2" x=length(box_.0) y=length(box_.1) width=length(box_.2) height=length(box_.3) /> }.into_any()
            };
            let before = side.compared.map(|count| {
                let top = length(height - scale.height_of(count));
                view! { <path class="pv" d=format!("M{0} {height}V{top}H{1}V{height}", length(x + 6.0), length(x + SIDE - 6.0)) /> }
            });
            view! {
                {bar}
                {before}
            }
            .into_any()
        })
        .collect();
    let hits: Vec<AnyView> = chart
        .sides
        .iter()
        .enumerate()
        .map(|(index, side)| {
            let x = length(index as f64 * SIDE);
            let hit = view! { <rect class="hit" x=x width=length(SIDE) height=length(height)><title>{side.title.clone()}</title></rect> };
            linked(side.href.as_deref().filter(|_| side.count > 0), hit.into_any())
        })
        .collect();
    let names: Vec<AnyView> = chart
        .sides
        .iter()
        .map(|side| view! { <span>{side.name}<b>{side.share.clone()}</b></span> }.into_any())
        .collect();
    view! {
        <div class="sides">
            <div class="drawn">
            <svg width=length(width) height=length(height) viewBox=format!("0 0 {width} {height}") role="img" aria-label=words.join(". ")>
                {drawn}
                <path class="ax" d=format!("M0 {0}H{width}", height - 0.5) />
            </svg>
            {over(hits, length(width), height)}
            </div>
            <div class="names" aria-hidden="true">{names}</div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    fn chart(counts: &[u64]) -> BarChart {
        BarChart {
            id: "d".into(),
            label: "a sentence".into(),
            bars: counts
                .iter()
                .map(|count| Bar {
                    title: format!("<b> {count}"),
                    count: *count,
                    href: Some("/rows?from=1&to=2".into()),
                })
                .collect(),
            compared: vec![],
            sides: vec![],
            ticks: vec![],
            height: 180.0,
            logarithmic: false,
        }
    }

    #[test]
    fn bars_at_the_side_share_the_scale() {
        let mut chart = chart(&[10, 20]);
        chart.sides = vec![SideBar {
            name: "null",
            title: "null: 40 rows".into(),
            count: 40,
            compared: None,
            share: "57.1%".into(),
            is_missing: true,
            href: None,
        }];
        let html = rendered(|| bar_chart(&chart, None));
        assert!(html.contains("v-90") && html.contains("v-45"), "half and a quarter of 180: {html}");
        assert!(html.contains("hatch") && html.contains("null: 40 rows"));
    }

    #[test]
    fn names_are_text_and_never_markup() {
        let html = rendered(|| bar_chart(&chart(&[1]), None));
        assert!(html.contains("&lt;b> 1") || html.contains("&lt;b&gt; 1"), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn nothing_to_draw_is_still_a_chart() {
        for logarithmic in [false, true] {
            let html = rendered(|| bar_chart(&BarChart { logarithmic, ..chart(&[]) }, None));
            assert!(html.contains("role=\"img\"") && !html.contains("NaN"), "{html}");
        }
    }
}
