//! Geometry as SVG path text: bars on a base line, the outline of the compared run, lines, and the hatch of missing values.

use std::fmt::Write;

/// A length in an SVG attribute: one decimal, none where it is whole.
pub fn length(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if !rounded.is_finite() || rounded == 0.0 {
        "0".to_owned()
    } else {
        rounded.to_string()
    }
}

/// A share as an SVG percentage with two decimals.
pub fn percent(share: f64) -> String {
    let rounded = (share * 10_000.0).round() / 100.0;
    if !rounded.is_finite() || rounded <= 0.0 {
        "0%".to_owned()
    } else {
        format!("{rounded}%")
    }
}

/// Bars of equal slots over a width: `heights` in units of the view box, gap in the same units, standing on `base`.
/// A height of zero draws nothing.
pub fn bars(heights: &[f64], width: f64, base: f64, gap: f64) -> String {
    let mut out = String::new();
    let slot = width / heights.len().max(1) as f64;
    let wide = (slot - gap).max(slot * 0.5);
    for (index, height) in heights.iter().enumerate().filter(|(_, height)| **height > 0.0) {
        let (x, w, h) = (length(index as f64 * slot), length(wide), length(*height));
        // Writing to a string cannot fail.
        let _ = write!(out, "M{x} {base}v-{h}h{w}v{h}z");
    }
    out
}

/// The outline over bars: one step a slot, closed down to the base at both ends. Empty without heights.
pub fn outline(heights: &[f64], width: f64, base: f64) -> String {
    if heights.iter().all(|height| *height <= 0.0) {
        return String::new();
    }
    let slot = width / heights.len() as f64;
    let mut out = format!("M0 {base}");
    for (index, height) in heights.iter().enumerate() {
        let _ = write!(out, "V{}H{}", length(base - height), length((index + 1) as f64 * slot));
    }
    let _ = write!(out, "V{base}");
    out
}

/// A line through points; `None` breaks it, and a point alone between breaks becomes a short dash.
pub fn line(points: &[Option<(f64, f64)>]) -> String {
    let mut out = String::new();
    let mut open = false;
    for (index, point) in points.iter().enumerate() {
        let Some((x, y)) = point else {
            open = false;
            continue;
        };
        let _ = write!(out, "{}{} {}", if open { 'L' } else { 'M' }, length(*x), length(*y));
        if !open && points.get(index + 1).is_none_or(Option::is_none) {
            out.push_str("h2");
        }
        open = true;
    }
    out
}

/// Diagonal strokes that fill a box, cut at its edges: the sign for "missing" that also reads without colour.
pub fn hatch(x: f64, y: f64, width: f64, height: f64, step: f64) -> String {
    let mut out = String::new();
    let mut start = -height + step / 2.0;
    while start < width {
        // The stroke runs from (start, bottom) to (start + height, top), cut to 0..width.
        let from = start.max(0.0);
        let to = (start + height).min(width);
        if to > from {
            let (x1, y1) = (length(x + from), length(y + height - (from - start)));
            let (x2, y2) = (length(x + to), length(y + height - (to - start)));
            let _ = write!(out, "M{x1} {y1}L{x2} {y2}");
        }
        start += step;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_without_height_draw_nothing() {
        assert_eq!(bars(&[], 176.0, 26.0, 1.0), "");
        assert_eq!(bars(&[0.0, 10.0], 20.0, 26.0, 1.0), "M10 26v-10h9v10z");
    }

    #[test]
    fn an_outline_steps_down_to_the_base() {
        assert_eq!(outline(&[5.0, 0.0], 20.0, 26.0), "M0 26V21H10V26H20V26");
        assert_eq!(outline(&[0.0], 20.0, 26.0), "");
    }

    #[test]
    fn a_gap_breaks_the_line_and_a_lone_point_is_visible() {
        assert_eq!(
            line(&[Some((0.0, 1.0)), Some((5.0, 2.0)), None, Some((9.0, 3.0))]),
            "M0 1L5 2M9 3h2"
        );
        assert_eq!(line(&[]), "");
    }

    #[test]
    fn hatching_stays_inside_its_box() {
        let text = hatch(0.0, 0.0, 10.0, 8.0, 3.5);
        for number in text.split(['M', 'L', ' ']).filter(|part| !part.is_empty()) {
            let value: f64 = number.parse().unwrap();
            assert!((0.0..=10.0).contains(&value), "{text}");
        }
    }

    #[test]
    fn lengths_are_never_nonsense() {
        for (value, text) in [
            (0.04, "0"),
            (-0.01, "0"),
            (12.0, "12"),
            (12.34, "12.3"),
            (f64::NAN, "0"),
            (f64::INFINITY, "0"),
        ] {
            assert_eq!(length(value), text);
        }
        assert_eq!(percent(0.12345), "12.35%");
        assert_eq!(percent(-1.0), "0%");
    }
}
