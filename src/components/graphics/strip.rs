//! A small line with a dot where it stands now; what its height means is the caller's.

use leptos::prelude::*;

use super::path::line;

/// Room for the line's own width and its last dot.
const MARGIN: f64 = 3.0;

/// Draws shares of the height, 0..1, oldest first, in a box of so many pixels; one alone stands at the end. Nothing is drawn without any.
/// `label` is the sentence that says what they show; `on_ground` draws the line of zero.
pub(super) fn strip(shares: &[f64], (width, height): (u32, u32), dot: (&'static str, f64), label: &str, on_ground: bool) -> AnyView {
    if shares.is_empty() {
        return ().into_any();
    }
    let (wide, tall) = (f64::from(width) - 2.0 * MARGIN, f64::from(height) - 2.0 * MARGIN);
    let last = shares.len() - 1;
    let place = |(index, share): (usize, &f64)| {
        let along = if last == 0 { 1.0 } else { index as f64 / last as f64 };
        (MARGIN + along * wide, MARGIN + (1.0 - share.clamp(0.0, 1.0)) * tall)
    };
    let places: Vec<(f64, f64)> = shares.iter().enumerate().map(place).collect();
    let (x, y) = places[last];
    let points: Vec<Option<(f64, f64)>> = places.into_iter().map(Some).collect();
    let (class, radius) = dot;
    view! {
        <svg class="spark" width=width height=height viewBox=format!("0 0 {width} {height}") role="img" aria-label=label.to_owned()>
            {on_ground.then(|| view! { <path class="ground" d=format!("M0 {0}H{width}", f64::from(height) - 0.5) /> })}
            <path class="ln" d=line(&points) />
            <circle class=class cx=format!("{x:.1}") cy=format!("{y:.1}") r=radius />
        </svg>
    }
    .into_any()
}
