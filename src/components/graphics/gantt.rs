//! Tables of a run over time: when each began, how long it took, which failed.

use leptos::prelude::*;

use super::path::percent;
use super::scale::round_step;
use crate::components::format::duration;

/// How a table went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Profiled.
    Done,
    /// Failed.
    Failed,
    /// Profiled, but a figure breaks an invariant.
    Inconsistent,
}

/// One table.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// `schema.table`.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Milliseconds from the start of the run.
    pub start_ms: u64,
    /// Milliseconds it took.
    pub took_ms: u64,
    /// Rows, mode or the failure, in a few words.
    pub remark: String,
    /// How it went.
    pub kind: SpanKind,
}

/// Draws the spans as a table; the axis counts from the start of the run.
pub fn gantt(spans: &[Span], caption: &str) -> AnyView {
    let end = spans
        .iter()
        .map(|span| span.start_ms.saturating_add(span.took_ms))
        .max()
        .unwrap_or(0)
        .max(1) as f64;
    let step = round_step(end, 4);
    let ticks: Vec<AnyView> = (0..=4)
        .map(|index| f64::from(index) * step)
        .take_while(|at| *at <= end * 0.97)
        .enumerate()
        .map(|(index, at)| {
            let anchor = if index == 0 { "start" } else { "middle" };
            let class = if index % 2 == 1 { "axl opt" } else { "axl" };
            let text = if index == 0 { "start".to_owned() } else { duration(at as u64) };
            view! { <text class=class x=percent(at / end) y="13" text-anchor=anchor>{text}</text> }.into_any()
        })
        .collect();
    let rows: Vec<AnyView> = spans.iter().map(|span| row(span, end)).collect();
    view! {
        <table class="tbl tight gantt rec">
            <caption class="vh">{caption.to_owned()}</caption>
            <thead>
                <tr>
                    <th scope="col" class="g-name">"Table"</th>
                    <th scope="col" class="g-track">
                        <span class="vh">"From start to end"</span>
                        <svg class="plot" width="100%" height="18" aria-hidden="true">{ticks}</svg>
                    </th>
                    <th scope="col" class="num">"Read"</th>
                    <th scope="col" class="num">"Took"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(span: &Span, end: f64) -> AnyView {
    let (class, remark) = match span.kind {
        SpanKind::Done => ("k", "t2 small"),
        SpanKind::Failed => ("k hot", "bad small"),
        SpanKind::Inconsistent => ("k warm", "worse small"),
    };
    let label = format!("began after {}, took {}", duration(span.start_ms), duration(span.took_ms));
    view! {
        <tr>
            <th scope="row" class="g-name"><a class="path" href=span.href.clone() title=span.name.clone()>{span.name.clone()}</a></th>
            <td class="g-track w">
                <svg class="plot" width="100%" height="12" role="img" aria-label=label>
                    <rect class=class x=percent(span.start_ms as f64 / end) width=percent((span.took_ms as f64 / end).max(0.003)) height="12" />
                </svg>
            </td>
            <td class="num g-remark"><span class=remark>{span.remark.clone()}</span></td>
            <td class="num">{duration(span.took_ms)}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn spans_stay_inside_the_run_and_names_are_text() {
        let span = |start_ms, took_ms, kind| Span {
            name: "<b>.x".into(),
            href: "/tables/x".into(),
            start_ms,
            took_ms,
            remark: "5 rows".into(),
            kind,
        };
        let html = rendered(|| gantt(&[span(0, 500, SpanKind::Done), span(500, 500, SpanKind::Failed)], "Tables of run 7"));
        assert!(html.contains("x=\"50%\" width=\"50%\"") && html.contains("k hot"), "{html}");
        assert!(!html.contains("<b>.x"), "{html}");
    }

    #[test]
    fn a_run_without_tables_has_an_empty_table() {
        let html = rendered(|| gantt(&[], "none"));
        assert!(html.contains("<tbody></tbody>") && !html.contains("NaN"), "{html}");
    }
}
