//! The icons: one sprite that the shell inlines once, and references to it. Icons are decoration; words stand beside them.

use leptos::prelude::*;

/// Declares the icons with the sprite that draws them.
macro_rules! icons {
    ($( $(#[$doc:meta])* $name:ident = $id:literal, $box:literal, $shape:literal; )*) => {
        /// One icon of the sprite.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon { $( $(#[$doc])* $name ),* }

        impl Icon {
            /// The id of its symbol.
            pub fn symbol(self) -> &'static str {
                match self { $(Self::$name => concat!("i-", $id)),* }
            }

            /// The reference that `use` needs.
            fn reference(self) -> &'static str {
                match self { $(Self::$name => concat!("#i-", $id)),* }
            }

            /// The coordinate system it is drawn in.
            fn view_box(self) -> &'static str {
                match self { $(Self::$name => $box),* }
            }
        }

        /// The symbols, and the hatch that marks missing values in every figure (`fill="url(#p-hatch)"`).
        const SPRITE: &str = concat!(
            $( "<symbol id=\"i-", $id, "\" viewBox=\"", $box, "\" stroke-linejoin=\"round\" stroke-linecap=\"round\">", $shape, "</symbol>", )*
            "<defs><pattern id=\"p-hatch\" width=\"3.5\" height=\"3.5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">",
            "<rect class=\"kn\" width=\"1.5\" height=\"3.5\"/></pattern></defs>",
        );
    };
}

icons! {
    /// A bell: alerts.
    Alert = "alert", "0 0 16 16", "<path d=\"M3.5 11.5V7a4.5 4.5 0 0 1 9 0v4.5M2 11.5h12M6.7 14h2.6\"/>";
    /// A check mark.
    Check = "check", "0 0 16 16", "<path d=\"m3 8.5 3.2 3.2L13 5\"/>";
    /// A clock.
    Clock = "clock", "0 0 16 16", "<circle cx=\"8\" cy=\"8\" r=\"6\"/><path d=\"M8 4.5V8l2.4 1.5\"/>";
    /// Two sheets: copy.
    Copy = "copy", "0 0 16 16", "<rect x=\"5.5\" y=\"5.5\" width=\"8\" height=\"8\" rx=\"1\"/><path d=\"M10.5 5.5v-3h-8v8h3\"/>";
    /// An angle downward: opens a menu, sorts descending.
    Down = "down", "0 0 16 16", "<path d=\"m4.5 6.5 3.5 3.5 3.5-3.5\"/>";
    /// An angle upward: sorts ascending.
    Up = "up", "0 0 16 16", "<path d=\"m4.5 9.5 3.5-3.5 3.5 3.5\"/>";
    /// An arrow out of a tray: export.
    Export = "export", "0 0 16 16", "<path d=\"M8 10V2.5M5 5.2l3-2.9 3 2.9M2.5 9.5v4h11v-4\"/>";
    /// A cross in a circle: failed.
    Fail = "fail", "0 0 16 16", "<circle cx=\"8\" cy=\"8\" r=\"6\"/><path d=\"m5.7 5.7 4.6 4.6M10.3 5.7l-4.6 4.6\"/>";
    /// A sheet: file.
    File = "file", "0 0 16 16", "<path d=\"M3.5 2h6l3 3v9h-9zM9.5 2v3h3\"/>";
    /// A folder: connection.
    Folder = "folder", "0 0 16 16", "<path d=\"M2 12.5v-9h4.2l1.5 2H14v7z\"/>";
    /// A half-filled circle: partly.
    Half = "half", "0 0 16 16", "<circle cx=\"8\" cy=\"8\" r=\"5.5\"/><path d=\"M8 2.5v11a5.5 5.5 0 0 0 0-11z\" fill=\"currentColor\"/>";
    /// An i in a circle.
    Info = "info", "0 0 16 16", "<circle cx=\"8\" cy=\"8\" r=\"6\"/><path d=\"M8 7.3v4M8 4.9v.01\"/>";
    /// A key: key column.
    Key = "key", "0 0 16 16", "<circle cx=\"5\" cy=\"8\" r=\"2.75\"/><path d=\"M7.75 8H14v2.5M11.5 8v2\"/>";
    /// An angle to the left.
    Left = "left", "0 0 16 16", "<path d=\"M9.5 4.5 6 8l3.5 3.5\"/>";
    /// A chain: copy the link.
    Link = "link", "0 0 16 16", "<path d=\"M6.5 9.5 9.5 6.5M7 4.5l1.6-1.6a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5l-1.6 1.6a2.8 2.8 0 0 1-4-4L5 7.5\"/>";
    /// A padlock.
    Lock = "lock", "0 0 16 16", "<rect x=\"3\" y=\"7\" width=\"10\" height=\"6.5\" rx=\"1\"/><path d=\"M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2\"/>";
    /// Three lines: opens the navigation.
    Menu = "menu", "0 0 16 16", "<path d=\"M2.5 4.5h11M2.5 8h11M2.5 11.5h11\"/>";
    /// Bars: overview.
    Overview = "overview", "0 0 16 16", "<path d=\"M2.5 13.5V9M6.2 13.5v-10M9.8 13.5V6.5M13.5 13.5v-3\"/>";
    /// A triangle to the right: start.
    Play = "play", "0 0 16 16", "<path d=\"M5 3.5v9l7.5-4.5z\"/>";
    /// A plus.
    Plus = "plus", "0 0 16 16", "<path d=\"M8 3v10M3 8h10\"/>";
    /// An angle to the right.
    Right = "right", "0 0 16 16", "<path d=\"m6.5 4.5 3.5 3.5-3.5 3.5\"/>";
    /// An open ring: running.
    Ring = "ring", "0 0 16 16", "<path d=\"M8 2a6 6 0 1 1-6 6\"/>";
    /// A triangle in a circle: runs.
    Runs = "runs", "0 0 16 16", "<circle cx=\"8\" cy=\"8\" r=\"6\"/><path d=\"M6.6 5.4v5.2l4-2.6z\"/>";
    /// A magnifying glass.
    Search = "search", "0 0 16 16", "<circle cx=\"7\" cy=\"7\" r=\"4.5\"/><path d=\"m10.5 10.5 3.5 3.5\"/>";
    /// Two sliders: settings.
    Settings = "settings", "0 0 16 16", "<path d=\"M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7\"/><circle cx=\"10.5\" cy=\"4.5\" r=\"1.5\"/><circle cx=\"5.5\" cy=\"11.5\" r=\"1.5\"/>";
    /// A dash: skipped.
    Skip = "skip", "0 0 16 16", "<path d=\"M3 8h10\"/>";
    /// A grid: tables.
    Table = "table", "0 0 16 16", "<rect x=\"2\" y=\"2.5\" width=\"12\" height=\"11\" rx=\"1\"/><path d=\"M2 6h12M6.5 6v7.5\"/>";
    /// Angle brackets: column of another type.
    TypeOther = "tbin", "0 0 16 16", "<path d=\"M5 3 2.5 8 5 13M11 3l2.5 5L11 13\"/>";
    /// A switch: boolean column.
    TypeBoolean = "tbool", "0 0 16 16", "<rect x=\"1.5\" y=\"4.5\" width=\"13\" height=\"7\" rx=\"3.5\"/><circle cx=\"11\" cy=\"8\" r=\"1.6\"/>";
    /// A number sign: number column.
    TypeNumber = "tnum", "0 0 16 16", "<path d=\"M6 3 4.6 13M11.4 3 10 13M2.8 6.2h11M2.2 9.8h11\"/>";
    /// A calendar: date or time column.
    TypeTime = "ttime", "0 0 16 16", "<rect x=\"2.5\" y=\"3.5\" width=\"11\" height=\"10\" rx=\"1\"/><path d=\"M2.5 7h11M5.5 2v3M10.5 2v3\"/>";
    /// A letter: text column.
    TypeText = "ttxt", "0 0 16 16", "<path d=\"M3 4.2V3h10v1.2M8 3v10M6.3 13h3.4\"/>";
    /// An arrow back: again.
    Undo = "undo", "0 0 16 16", "<path d=\"M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5l3-3M3 6.5l3 3\"/>";
    /// A dotted circle: waiting.
    Wait = "wait", "0 0 16 16", "<circle cx=\"8\" cy=\"8\" r=\"5.5\" stroke-dasharray=\"2.2 2.1\"/>";
    /// A triangle with a mark: warning.
    Warn = "warn", "0 0 16 16", "<path d=\"M8 2.5 14.3 13.5H1.7zM8 6.5v3.4M8 11.7v.01\"/>";
    /// A cross.
    Cross = "x", "0 0 16 16", "<path d=\"m4.5 4.5 7 7M11.5 4.5l-7 7\"/>";
    /// The filled triangle of high severity.
    High = "s-high", "0 0 12 12", "<path d=\"M6 .9 11.6 10.8H.4z\"/>";
    /// The filled diamond of medium severity.
    Medium = "s-med", "0 0 12 12", "<path d=\"M6 .4 11.6 6 6 11.6.4 6z\"/>";
    /// The filled dot of low severity.
    Low = "s-low", "0 0 12 12", "<circle cx=\"6\" cy=\"6\" r=\"4\"/>";
}

/// The sprite, once a document, before anything that refers to it.
pub fn sprite() -> AnyView {
    view! { <svg class="sprite" width="0" height="0" aria-hidden="true" inner_html=SPRITE></svg> }.into_any()
}

/// One icon, `size` pixels wide, in the colour of the text around it. The usual size is 14.
pub fn icon(icon: Icon, size: u32) -> AnyView {
    view! {
        <svg width=size height=size viewBox=icon.view_box() stroke-width="1.35" aria-hidden="true">
            <use href=icon.reference()></use>
        </svg>
    }
    .into_any()
}

/// The drawn name of the program: a quill over a curve.
pub fn brand_mark(size: u32) -> AnyView {
    view! {
        <svg width=size height=size viewBox="0 0 20 20" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d="M2 17h16M2 17c3.4 0 3.6-12.5 6.6-12.5S11.8 17 15 17"></path>
            <path d="M10.2 5.6 15.4.9l2.2 2.2-4.9 5"></path>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_refers_to_a_symbol_that_the_sprite_has() {
        for drawn in [Icon::Check, Icon::Folder, Icon::TypeText, Icon::Low] {
            assert!(SPRITE.contains(&format!("<symbol id=\"{}\"", drawn.symbol())));
        }
        let html = Owner::new_root(None).with(|| icon(Icon::Search, 14).to_html());
        assert!(html.contains("href=\"#i-search\""), "{html}");
        assert!(html.contains("aria-hidden=\"true\""), "{html}");
    }
}
