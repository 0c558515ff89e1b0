//! Data graphics as SVG drawn on the server: geometry in attributes, colour in classes, no script and no `style`.
//!
//! Every chart has a role, a sentence that gives its finding, and its figures as a table. Sizes are pixels where a drawing
//! must stay sharp, and percentages where it fills the page.

mod axis_labels;
mod bar_chart;
mod bins;
pub mod bins_table;
pub mod box_plot;
pub mod breakdown;
pub mod correlation;
pub mod figure;
pub mod fingerprint;
pub mod frequency_list;
pub mod gantt;
pub mod histogram;
pub mod history_strip;
pub mod length_histogram;
pub mod level_strip;
pub mod masked_histogram;
pub mod meter;
pub mod null_bar;
mod path;
pub mod row_links;
pub mod run_bars;
mod scale;
pub mod shape;
pub mod sparkline;
mod strip;
pub mod time_histogram;

/// How the runs of a chart are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunNames {
    /// The run shown: `run 4127`.
    pub shown: String,
    /// The compared one.
    pub compared: Option<String>,
}

/// Renders a view as a page would, for tests.
#[cfg(test)]
pub(crate) fn rendered(draw: impl FnOnce() -> leptos::prelude::AnyView) -> String {
    use leptos::prelude::*;
    Owner::new_root(None)
        .with(|| draw().to_html())
        .replace("<!>", "")
        .replace("<!---->", "")
}
