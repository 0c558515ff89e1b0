//! Scales: how counts become heights, and where round numbers lie on an axis.

/// How a count becomes a height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountScale {
    /// The count that reaches the full height.
    pub largest: u64,
    /// Full height in units of the view box.
    pub height: f64,
    /// Logarithmic (log10 of count + 1) instead of linear.
    pub logarithmic: bool,
}

impl CountScale {
    /// A scale for these counts; all zero gives heights of zero.
    pub fn new(counts: impl IntoIterator<Item = u64>, height: f64, logarithmic: bool) -> Self {
        Self {
            largest: counts.into_iter().max().unwrap_or(0),
            height,
            logarithmic,
        }
    }

    /// Height of a count; a count above zero is never drawn lower than one unit.
    pub fn height_of(&self, count: u64) -> f64 {
        if count == 0 || self.largest == 0 {
            return 0.0;
        }
        (self.share_of(count) * self.height).max(1.0)
    }

    /// Grid lines: round counts with their heights, the base left out.
    pub fn grid(&self) -> Vec<(u64, f64)> {
        let counts: Vec<u64> = if self.logarithmic {
            let powers: Vec<u64> = (0..20)
                .map_while(|power| 10_u64.checked_pow(power))
                .filter(|count| *count <= self.largest)
                .collect();
            // Every power of ten for small ranges, every second or third one for large ones.
            let stride = powers.len().div_ceil(5).max(1);
            powers.into_iter().skip(1).step_by(stride).collect()
        } else {
            round_ticks(0.0, self.largest as f64, 5)
                .into_iter()
                .filter(|tick| *tick >= 1.0 && tick.fract() == 0.0)
                .map(|tick| tick as u64)
                .collect()
        };
        counts
            .into_iter()
            .map(|count| (count, self.share_of(count) * self.height))
            .collect()
    }

    /// Share of the full height, 0..1.
    fn share_of(&self, count: u64) -> f64 {
        let share = if self.logarithmic {
            (count as f64 + 1.0).log10() / (self.largest as f64 + 1.0).log10()
        } else {
            count as f64 / self.largest as f64
        };
        share.clamp(0.0, 1.0)
    }
}

/// A step of 1, 2, 2.5 or 5 times a power of ten that gives at most `most` steps over the span.
pub fn round_step(span: f64, most: usize) -> f64 {
    if !(span.is_finite() && span > 0.0) {
        return 1.0;
    }
    let raw = span / most.max(1) as f64;
    let power = 10_f64.powf(raw.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// Round numbers within `low..=high`, at most about `most`.
pub fn round_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite()) || high < low {
        return Vec::new();
    }
    let step = round_step(high - low, most);
    let first = (low / step).ceil();
    (0..=most + 1)
        .map(|index| (first + index as f64) * step)
        .take_while(|tick| *tick <= high + step * 1e-9)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_keep_order_and_never_leave_the_plot() {
        for logarithmic in [false, true] {
            let scale = CountScale::new([0, 1, 50, u64::MAX], 180.0, logarithmic);
            let heights: Vec<f64> = [0, 1, 50, u64::MAX].into_iter().map(|count| scale.height_of(count)).collect();
            assert_eq!(heights[0], 0.0);
            assert!(heights.is_sorted() && heights[1] >= 1.0 && heights[3] <= 180.0, "{heights:?}");
            assert!(scale.grid().iter().all(|(_, height)| (0.0..=180.0).contains(height)));
            assert!(scale.grid().len() <= 6);
        }
    }

    #[test]
    fn an_empty_scale_draws_nothing() {
        let scale = CountScale::new([], 180.0, true);
        assert_eq!(scale.height_of(0), 0.0);
        assert!(scale.grid().is_empty());
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(round_ticks(0.0, 45.0, 5), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(
            round_ticks(-30.0, 450.0, 10),
            [0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0, 450.0]
        );
        assert_eq!(round_ticks(3.0, 3.0, 5), [3.0]);
        assert!(round_ticks(f64::NAN, 1.0, 5).is_empty());
        let grid = CountScale::new([3], 9.0, false).grid();
        assert_eq!(
            grid.iter().map(|(count, at)| (*count, at.round())).collect::<Vec<_>>(),
            [(1, 3.0), (2, 6.0), (3, 9.0)]
        );
    }
}
