//! Where a table is found: connection, schema, table. All parts may contain anything and are percent-encoded in paths.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::identifier::ConnectionId;

/// The schema name of tables that lie in the root of a connection.
pub const ROOT_SCHEMA: &str = "-";

/// What stays readable in one segment of a path or one value of a query string.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// Percent-encodes one path segment or query value. Dots are encoded too, so that no suffix is ever read as a format.
pub fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A table's place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TableAddress {
    /// Connection slug.
    pub connection_id: ConnectionId,
    /// Schema; [`ROOT_SCHEMA`] for the root.
    pub schema_name: String,
    /// Table.
    pub table_name: String,
}

impl TableAddress {
    /// The page of the table: `/tables/{conn}/{schema}/{table}`.
    pub fn path(&self) -> String {
        format!(
            "/tables/{}/{}/{}",
            encode_segment(self.connection_id.as_str()),
            encode_segment(&self.schema_name),
            encode_segment(&self.table_name)
        )
    }

    /// The page of one of its columns.
    pub fn column_path(&self, column_name: &str) -> String {
        format!("{}/columns/{}", self.path(), encode_segment(column_name))
    }

    /// `schema.table`, or the table alone in the root.
    pub fn qualified_name(&self) -> String {
        qualified_name(&self.schema_name, &self.table_name)
    }
}

/// `schema.table`, or the table alone in the root schema.
pub fn qualified_name(schema_name: &str, table_name: &str) -> String {
    if schema_name == ROOT_SCHEMA || schema_name.is_empty() {
        table_name.to_owned()
    } else {
        format!("{schema_name}.{table_name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_any_name() {
        let address = TableAddress {
            connection_id: "shop".into(),
            schema_name: "a/b".into(),
            table_name: "x.csv ?#%".into(),
        };
        assert_eq!(address.path(), "/tables/shop/a%2Fb/x%2Ecsv%20%3F%23%25");
        assert_eq!(address.column_path("ü"), "/tables/shop/a%2Fb/x%2Ecsv%20%3F%23%25/columns/%C3%BC");
    }
}
