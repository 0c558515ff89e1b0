//! What a name in a request may mean: capitals, back-quotes and blanks around it do not count; a table may be named with its
//! schema and catalog. This is the one place that decides it.

use super::address::{ROOT_SCHEMA, qualified_name};

/// A name without blanks around it and without back-quotes or double quotes around its parts.
pub fn bare_name(name: &str) -> String {
    name.trim().replace(['`', '"'], "")
}

/// The spellings under which a database looks for a name: as given, without what does not count, each in lower case too.
pub fn spellings(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for given in [name.to_owned(), name.trim().to_owned(), bare_name(name)] {
        let lower = given.to_lowercase();
        for spelling in [given, lower] {
            if !spelling.is_empty() && !found.contains(&spelling) {
                found.push(spelling);
            }
        }
    }
    found
}

/// What the table's own name may be in `catalog.schema.table`: the whole, and what follows each dot. Given and in lower case.
pub fn table_spellings(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for spelling in spellings(name) {
        let after_dots: Vec<String> = spelling.match_indices('.').map(|(at, _)| spelling[at + 1..].to_owned()).collect();
        found.push(spelling);
        found.extend(after_dots);
    }
    let mut told = std::collections::HashSet::new();
    found.retain(|name: &String| !name.is_empty() && told.insert(name.clone()));
    found
}

/// Whether two names are the same but for capitals.
pub fn is_same_name(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// Whether a name that was asked for can mean this one.
pub fn means_name(asked: &str, name: &str) -> bool {
    name == asked || is_same_name(name.trim(), asked.trim()) || is_same_name(name.trim(), &bare_name(asked))
}

/// Whether a name can mean this table: its bare name, or with the schema, or with schema and catalog. A name with another
/// schema never does.
pub fn means_table(name: &str, schema_name: &str, table_name: &str) -> bool {
    let table = table_name.trim().to_lowercase();
    if !table.is_empty() && name.trim().to_lowercase() == table {
        return true;
    }
    let name = bare_name(name).to_lowercase();
    let qualified = if schema_name.is_empty() {
        table.clone()
    } else {
        qualified_name(schema_name, table_name).to_lowercase()
    };
    let rooted = schema_name == ROOT_SCHEMA && name == format!("{ROOT_SCHEMA}.{table}");
    name == table || name == qualified || rooted || (qualified.contains('.') && name.ends_with(&format!(".{qualified}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_a_table_only_with_the_right_schema() {
        for (name, schema, table, means) in [
            ("orders", "sales", "orders", true),
            (" ORDERS ", "sales", "Orders", true),
            ("sales.orders", "sales", "orders", true),
            ("`main`.`sales`.`orders`", "sales", "orders", true),
            ("crm.orders", "sales", "orders", false),
            ("orders", "sales", "order_lines", false),
            ("ales.orders", "sales", "orders", false),
            ("orders.csv", "-", "orders.csv", true),
            ("-.orders", "-", "orders", true),
            ("x.orders", "-", "orders", false),
            ("x.orders", "", "orders", false),
            ("Größe", "-", "GRÖßE", true),
            ("", "-", "orders", false),
        ] {
            assert_eq!(means_table(name, schema, table), means, "{name} for {schema}.{table}");
        }
    }

    #[test]
    fn every_spelling_is_looked_for() {
        assert_eq!(
            table_spellings("Main.Sales.Orders"),
            [
                "Main.Sales.Orders",
                "Sales.Orders",
                "Orders",
                "main.sales.orders",
                "sales.orders",
                "orders"
            ]
        );
        assert_eq!(spellings(" `Id` "), [" `Id` ", " `id` ", "`Id`", "`id`", "Id", "id"]);
        assert!(means_name(" ID", "id") && means_name("`a b`", "A b") && means_name("a\"b", "a\"b") && !means_name("ab", "a\"b"));
    }
}
