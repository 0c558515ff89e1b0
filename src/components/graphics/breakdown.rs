//! A whole split into parts: one bar of shares with a line for each part, and a list of counts with bars.

use leptos::prelude::*;

use super::path::{hatch, length, percent};
use crate::components::format::{count, share};

/// Width of the view box of a split bar.
const WIDTH: f64 = 960.0;

/// One part of a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Name.
    pub name: String,
    /// Rows.
    pub count: u64,
    /// Counts what is missing: hatched.
    pub is_missing: bool,
    /// Rows in the compared run.
    pub compared: Option<u64>,
    /// Where its rows are.
    pub href: Option<String>,
}

impl Part {
    /// What is neither missing nor compared.
    pub fn of(name: &str, count: u64) -> Self {
        Self {
            name: name.to_owned(),
            count,
            ..Self::default()
        }
    }
}

/// True, false and null (or any few parts) as one bar over the full width, every part named with count and share.
/// The parts add up to `whole`; `label` says the finding.
pub fn split_bar(parts: &[Part], whole: u64, label: &str, compared_name: Option<&str>) -> AnyView {
    let mut x = 0.0;
    let drawn: Vec<AnyView> = parts
        .iter()
        .filter(|part| part.count > 0)
        .enumerate()
        .map(|(rank, part)| {
            let wide = (part.count as f64 / whole.max(1) as f64 * WIDTH).max(2.0);
            let bar = if part.is_missing {
                view! {
                    <path class="hatch" d=hatch(x, 0.0, (wide - 1.0).max(1.0), 28.0, 5.0) />
                    <rect class="frame" x=length(x) y="0.5" width=length((wide - 1.0).max(1.0)) height="27" />
                }
                .into_any()
            } else {
                let class = ["k", "k4", "k3", "k5"][rank.min(3)];
                view! { <rect class=class x=length(x) width=length((wide - 1.0).max(1.0)) height="28" /> }.into_any()
            };
            x += wide;
            bar
        })
        .collect();
    let lines: Vec<AnyView> = parts
        .iter()
        .map(|part| {
            let before = part
                .compared
                .map(|before| format!("{} {}", compared_name.unwrap_or("before"), count(before)));
            view! {
                <div>
                    <dt>{part_name(part, "")}</dt>
                    <dd>{count(part.count)}" "<span class="t2">{share(part.count, whole).unwrap_or_default()}</span>
                        {before.map(|before| view! { <small>{before}</small> })}
                    </dd>
                </div>
            }
            .into_any()
        })
        .collect();
    view! {
        <figure class="split-bar">
            <svg width="100%" height="28" viewBox="0 0 960 28" preserveAspectRatio="none" role="img" aria-label=label.to_owned()>{drawn}</svg>
            <dl class="parts">{lines}</dl>
        </figure>
    }
    .into_any()
}

/// The name of a part, which leads to its rows where there are any.
fn part_name(part: &Part, class: &'static str) -> AnyView {
    match part.href.clone().filter(|_| part.count > 0) {
        Some(href) => view! { <a class=class href=href>{part.name.clone()}</a> }.into_any(),
        None if class.is_empty() => part.name.clone().into_any(),
        None => view! { <span class=class>{part.name.clone()}</span> }.into_any(),
    }
}

/// Counts with bars, each against the same whole. The parts need not add up to it: a text may be quoted and upper case.
pub fn breakdown(parts: &[Part], whole: u64) -> AnyView {
    let lines: Vec<AnyView> = parts
        .iter()
        .map(|part| {
            // Anything above zero is seen.
            let ratio = if whole == 0 || part.count == 0 {
                0.0
            } else {
                (part.count as f64 / whole as f64).max(0.012)
            };
            let class = if part.is_missing { "kn" } else { "k" };
            view! {
                <li>
                    {part_name(part, "v words")}
                    <svg class="part" width="100%" height="8" aria-hidden="true">
                        <rect class="k5" width="100%" height="8" />
                        <rect class=class width=percent(ratio.clamp(0.0, 1.0)) height="8" />
                    </svg>
                    <span class="r">{count(part.count)}</span>
                    <span class="r">{share(part.count, whole).unwrap_or_default()}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <ul class="breakdown">{lines}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::graphics::rendered;

    #[test]
    fn a_small_part_is_still_seen_and_a_missing_one_hatched() {
        let parts = [
            Part {
                name: "true".into(),
                count: 1,
                ..Part::default()
            },
            Part {
                name: "false".into(),
                count: 999_998,
                ..Part::default()
            },
            Part {
                name: "null".into(),
                count: 1,
                is_missing: true,
                compared: Some(4),
                href: Some("/rows?is=null".into()),
            },
        ];
        let html = rendered(|| split_bar(&parts, 1_000_000, "mostly false", Some("run 6")));
        assert!(
            html.contains("hatch") && html.contains("&lt;0.01%") | html.contains("<0.01%") && html.contains("run 6 4"),
            "{html}"
        );
    }

    #[test]
    fn nothing_has_no_shares() {
        let html = rendered(|| {
            breakdown(
                &[Part {
                    name: "quoted".into(),
                    ..Part::default()
                }],
                0,
            )
        });
        assert!(html.contains("width=\"0%\"") && !html.contains("NaN"), "{html}");
    }
}
