//! The page of a newcomer: one primary action, own data second, and what will be seen.

use leptos::prelude::*;

use crate::components::button::Button;
use crate::components::form_field::FormField;
use crate::components::graphics::null_bar::null_bar;
use crate::components::icon::{Icon, brand_mark, icon};
use crate::components::section::{SectionTitle, section};
use crate::demo::faults::{CLEAN_TABLE, planted_faults};

/// How the two ways on are posted.
pub enum FirstRunForm {
    /// By somebody who is signed in.
    SignedIn,
    /// By the holder of the first one-time link, who is signed in by it.
    AcceptLink {
        /// The link's token.
        token: String,
    },
}

/// The tables of the sample and what lies in them.
const SAMPLE_TABLES: [(&str, &str); 8] = [
    ("customers", "people with addresses, mail and birthdays"),
    ("order_lines", "what was ordered, at which price"),
    ("orders", "when, by whom, over which channel"),
    ("payments", "card and transfer payments"),
    ("products", "goods with category and price"),
    ("returns", "a feed that broke before its first row"),
    ("stores", "branches with region and opening day"),
    ("suppliers", "who delivers the goods"),
];

/// Draws the page's content.
pub fn first_run_view(form: FirstRunForm) -> AnyView {
    let (brand, sample, own) = match form {
        FirstRunForm::SignedIn => (
            None,
            sample_form(),
            Button::new("Choose a folder").icon(Icon::Folder).link("/settings/connections/new"),
        ),
        FirstRunForm::AcceptLink { token } => {
            let own = view! { <button class="btn" type="submit" form="accept" name="then" value="connections">"Choose a folder"</button> };
            (
                Some(view! { <span class="brand">{brand_mark(20)}"Limn"</span> }),
                accept_form(token),
                own.into_any(),
            )
        }
    };
    view! {
        <header class="first-head">
            {brand}
            <h1>"Draw your first profile"</h1>
            <p>"Nothing is connected yet. The engine is ready, and a small retail group with deliberate faults can be made on this server."</p>
        </header>
        <div class="first">
            <div>
                {section(
                    SectionTitle::new("sample", "Sample data").subtitle(format!("about a million rows in {} tables, written in seconds; nothing leaves this server", SAMPLE_TABLES.len())),
                    view! { {sample_tables()}{sample} },
                )}
                {section(
                    SectionTitle::new("own", "Your own data"),
                    view! {
                        <ul class="ways">
                            <li>
                                <b>"A folder on the server"</b>
                                <p>"Parquet, CSV, JSON lines and Arrow, also compressed; or a PostgreSQL or SQLite database. Each file is a table, or a folder of equal files is one."</p>
                                {own}
                            </li>
                        </ul>
                    },
                )}
            </div>
            {preview()}
        </div>
    }
    .into_any()
}

/// One button for somebody who is signed in.
fn sample_form() -> AnyView {
    view! {
        <form class="row spaced" method="post" action="/actions/profile-sample">
            {Button::primary("Profile the sample data").icon(Icon::Play).large().submit()}
            <span class="t2 small">"One click. You land on the columns of orders."</span>
        </form>
    }
    .into_any()
}

/// The same button for the holder of a link, with a password for the next time.
fn accept_form(token: String) -> AnyView {
    view! {
        <form id="accept" class="stack spaced" method="post" action="/actions/accept-link">
            <input type="hidden" name="token" value=token />
            <div class="row">
                <button class="btn pri big" type="submit" name="then" value="sample">
                    {icon(Icon::Play, 14)}"Profile the sample data"
                </button>
                <span class="t2 small">"One click. You are signed in as administrator and land on the columns of orders."</span>
            </div>
            <div class="lone">
                {FormField::password("password", "Password for the next sign-in", "new-password")
                    .optional()
                    .hint("For the name admin, 12 characters or more. It can wait: the account page sets it too.")
                    .view()}
            </div>
        </form>
    }
    .into_any()
}

/// The sample's tables with the number of faults that were planted in each.
fn sample_tables() -> AnyView {
    let faults = planted_faults();
    let rows: Vec<AnyView> = SAMPLE_TABLES
        .iter()
        .map(|(name, holds)| {
            let planted = faults.iter().filter(|fault| fault.table == *name).count();
            let finding = match planted {
                0 if *name == CLEAN_TABLE => "clean, for comparison".to_owned(),
                0 => "none".to_owned(),
                planted => planted.to_string(),
            };
            view! {
                <tr>
                    <th scope="row" class="mono small">{*name}</th>
                    <td class="w ink2">{*holds}</td>
                    <td class="num l" data-l="planted faults">{finding}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <table class="tbl tight rec">
            <caption class="vh">"Tables of the sample"</caption>
            <thead><tr><th scope="col">"Table"</th><th scope="col">"What lies in it"</th><th scope="col" class="num">"Planted faults"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// How a profile looks: drawn by hand, not from data, and therefore hidden from readers of the screen.
fn preview() -> AnyView {
    let falling: String = [4, 22, 17, 14, 11, 7, 6, 5, 4, 3, 3, 2, 2, 1, 1, 1]
        .iter()
        .enumerate()
        .map(bar)
        .collect();
    let rising: String = (0..16)
        .map(|position| 10 + position * 3 / 4)
        .enumerate()
        .map(|(position, height)| bar((position, &height)))
        .collect();
    let keys: String = (0..22).map(|position| format!("M{} 8h6v6h-6z", position * 7)).collect();
    let lines = [
        (
            "order_total",
            null_bar(2, 100),
            view! { <path class="k" d=falling></path> }.into_any(),
        ),
        (
            "ordered_at",
            null_bar(0, 100),
            view! { <path class="k" d=rising></path> }.into_any(),
        ),
        ("channel", null_bar(0, 100), ribbon(104, 29, 14)),
        ("coupon", null_bar(77, 100), ribbon(59, 44, 44)),
        ("order_id", null_bar(0, 100), view! { <path class="k4" d=keys></path> }.into_any()),
    ];
    let rows: Vec<AnyView> = lines
        .into_iter()
        .map(|(name, nulls, shape)| {
            view! {
                <tr>
                    <td class="colname">{name}</td>
                    <td>{nulls}</td>
                    <td><svg width="150" height="22" viewBox="0 0 150 22">{shape}</svg></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    section(
        SectionTitle::new("preview", "What you will see").subtitle("every column as one line; an illustration"),
        view! {
            <div aria-hidden="true">
                <table class="tbl preview"><tbody>{rows}</tbody></table>
            </div>
            <dl class="kv spaced"><dt>"Then"</dt><dd>"open a column, see its values and its history, compare two runs"</dd><dt>"Next"</dt><dd>"connect a folder of your own"</dd></dl>
        },
    )
}

/// One bar of a hand-drawn histogram.
fn bar((position, height): (usize, &i32)) -> String {
    format!("M{} 22v-{height}h8v{height}z", position * 9)
}

/// Three shares of a hand-drawn ribbon.
fn ribbon(first: u32, second: u32, third: u32) -> AnyView {
    let part = |class: &'static str, x: u32, width: u32| view! { <rect class=class x=x y="5" width=width height="12"></rect> };
    view! { {part("k", 0, first)}{part("k3", first + 1, second)}{part("k5", first + second + 2, third)} }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listed_tables_are_those_of_the_sample() {
        let listed: Vec<&str> = SAMPLE_TABLES.iter().map(|(name, _)| *name).collect();
        for fault in planted_faults() {
            assert!(listed.contains(&fault.table), "{} is not listed", fault.table);
        }
        assert!(listed.contains(&CLEAN_TABLE) && listed.is_sorted());
    }
}
