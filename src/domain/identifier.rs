//! Names that keys are made of. An id is opaque text; a slug is made once from a name and never changes.

use serde::{Deserialize, Serialize};

/// Declares a newtype over text, so that one id is never passed for another.
macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as it stands in the database and in addresses.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_id! {
    /// A profile run: UUIDv7 text (`dq_profiles.profile_run_id`).
    RunId,
    /// A connection: an immutable slug made from its first name (`dq_connections.connection_id`).
    ConnectionId,
    /// A table group (`dq_table_groups.table_group_id`).
    TableGroupId,
    /// A table of a group (`dq_tables.table_id`).
    TableId,
    /// A person who signs in: UUIDv7 text (`users.user_id`).
    UserId,
    /// An alert: UUIDv7 text (`dq_alerts.alert_id`).
    AlertId,
    /// A project (`dq_projects.project_key`).
    ProjectKey,
}

/// The id of a column, wherever one is named: its table and its name, in small letters.
pub fn column_id(table_id: &str, column_name: &str) -> String {
    format!("{table_id}::{column_name}").to_lowercase()
}

/// Longest slug; leaves room for the number that makes it unique.
const SLUG_LENGTH: usize = 60;

/// Makes an address-safe slug from a name: lower case ASCII letters, digits and single hyphens.
/// A name without any such character becomes `fallback`.
pub fn slug(name: &str, fallback: &str) -> String {
    let mut out = String::new();
    for ch in name.chars().flat_map(char::to_lowercase) {
        if ch.is_ascii_alphanumeric() {
            out.push(ch);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
        if out.len() >= SLUG_LENGTH {
            break;
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { fallback.to_owned() } else { out.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_letters_and_digits_and_joins_the_rest_with_one_hyphen() {
        for (name, expected) in [
            ("Retail (sample)", "retail-sample"),
            ("  Ünïcode 2 ", "n-code-2"),
            ("--", "connection"),
            ("", "connection"),
            ("a/b\\c", "a-b-c"),
        ] {
            assert_eq!(slug(name, "connection"), expected, "{name:?}");
        }
    }
}
