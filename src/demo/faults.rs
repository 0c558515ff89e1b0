//! What is wrong with the sample on purpose: the one list, which `FAULTS.md` prints and the tests prove on the files.

/// A deliberate fault and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlantedFault {
    /// Kind of finding, by its catalogue name.
    pub anomaly_type: &'static str,
    /// Table.
    pub table: &'static str,
    /// Column; none where the finding is about the table.
    pub column: Option<&'static str>,
    /// What was done, in words.
    pub what: &'static str,
}

/// The table that no finding may name.
pub const CLEAN_TABLE: &str = "order_lines";

/// Every kind of finding that the sample shows, in the order of the catalogue.
pub const CATALOGUE: &[&str] = &[
    "Suggested_Type",
    "Non_Standard_Blanks",
    "Invalid_Zip_USA",
    "Multiple_Types_Minor",
    "Multiple_Types_Major",
    "No_Values",
    "Column_Pattern_Mismatch",
    "Table_Pattern_Mismatch",
    "Leading_Spaces",
    "Quoted_Values",
    "Char_Column_Number_Values",
    "Char_Column_Date_Values",
    "Small_Missing_Value_Ct",
    "Small_Divergent_Value_Ct",
    "Boolean_Value_Mismatch",
    "Potential_Duplicates",
    "Standardized_Value_Matches",
    "Unlikely_Date_Values",
    "Recency_One_Year",
    "Recency_Six_Months",
    "Unexpected_US_States",
    "Unexpected_Emails",
    "Small_Numeric_Value_Ct",
    "Invalid_Zip3_USA",
    "Delimited_Data_Embedded",
    "Char_Column_Number_Units",
    "Variant_Coded_Values",
    "Inconsistent_Casing",
    "Non_Alpha_Name_Address",
    "Non_Alpha_Prefixed_Name",
    "Non_Printing_Chars",
    "Potential_PII",
    "Null_Ratio_50",
    "Null_Ratio_90",
    "Empty_Table",
];

/// All planted faults. A kind about several tables has one entry for each of them.
pub fn planted_faults() -> Vec<PlantedFault> {
    PLANTED
        .iter()
        .map(|&(anomaly_type, table, column, what)| PlantedFault {
            anomaly_type,
            table,
            column,
            what,
        })
        .collect()
}

const PLANTED: &[(&str, &str, Option<&str>, &str)] = &[
    (
        "Suggested_Type",
        "products",
        Some("weight_grams"),
        "text, and every value is a whole number",
    ),
    (
        "Non_Standard_Blanks",
        "customers",
        Some("marketing_source"),
        "`n/a`, `unknown`, `--`, `(none)`, empty and blank texts, about 10 % together",
    ),
    (
        "Invalid_Zip_USA",
        "suppliers",
        Some("zip"),
        "four digits where the leading zero was lost (about 6 %), and `N/A`",
    ),
    (
        "Multiple_Types_Minor",
        "customers",
        Some("loyalty_points"),
        "64-bit whole numbers here",
    ),
    (
        "Multiple_Types_Minor",
        "orders",
        Some("loyalty_points"),
        "32-bit whole numbers here",
    ),
    ("Multiple_Types_Major", "products", Some("supplier_id"), "a number here"),
    ("Multiple_Types_Major", "suppliers", Some("supplier_id"), "text here"),
    (
        "No_Values",
        "products",
        Some("legacy_sku"),
        "only nulls, empty texts, `n/a` and `---`",
    ),
    (
        "Column_Pattern_Mismatch",
        "orders",
        Some("order_number"),
        "`SO-10000001`, but 1.2 % without the hyphen",
    ),
    ("Table_Pattern_Mismatch", "stores", Some("store_code"), "`DE-0007` in 420 rows here"),
    (
        "Table_Pattern_Mismatch",
        "orders",
        Some("store_code"),
        "`DE0007` in 115,000 rows here",
    ),
    ("Leading_Spaces", "products", Some("product_name"), "0.9 % begin with a space"),
    ("Quoted_Values", "products", Some("description"), "1.5 % stand in quotation marks"),
    (
        "Char_Column_Number_Values",
        "products",
        Some("shelf_life_days"),
        "text; 98 % numbers, the rest words such as `two weeks`",
    ),
    (
        "Char_Column_Date_Values",
        "orders",
        Some("promised_date"),
        "text; 98 % dates, the rest `asap` and `next week`",
    ),
    ("Small_Missing_Value_Ct", "orders", Some("shipping_method"), "0.4 % null"),
    ("Small_Missing_Value_Ct", "customers", Some("email"), "1.1 % null"),
    ("Small_Divergent_Value_Ct", "orders", Some("order_type"), "98.5 % `sale`"),
    (
        "Boolean_Value_Mismatch",
        "customers",
        Some("newsletter"),
        "`Yes` leads, and `No` never occurs: `N` and `off` do",
    ),
    (
        "Potential_Duplicates",
        "customers",
        Some("email"),
        "nearly unique; 1.1 % of the addresses occur twice",
    ),
    (
        "Standardized_Value_Matches",
        "products",
        Some("brand"),
        "30 brands, some also in capitals or with hyphens",
    ),
    (
        "Unlikely_Date_Values",
        "customers",
        Some("birth_date"),
        "0.4 % are 1753-01-01 or 1899-12-30, placeholders of other systems",
    ),
    (
        "Recency_One_Year",
        "stores",
        None,
        "the newest date of all date columns lies 412 days before `as_of`",
    ),
    (
        "Recency_Six_Months",
        "products",
        None,
        "the newest date of all date columns lies 243 days before `as_of`",
    ),
    (
        "Unexpected_US_States",
        "suppliers",
        Some("hub_code"),
        "states of the United States under a name that does not say so",
    ),
    (
        "Unexpected_Emails",
        "suppliers",
        Some("account_manager"),
        "e-mail addresses under a name that does not say so",
    ),
    ("Small_Numeric_Value_Ct", "products", Some("colour"), "1.2 % are numbers"),
    (
        "Invalid_Zip3_USA",
        "orders",
        Some("ship_zip3"),
        "three digits, but 2.4 % have five and 2.4 % two",
    ),
    (
        "Delimited_Data_Embedded",
        "products",
        Some("tags"),
        "three to five words joined by `|`",
    ),
    (
        "Char_Column_Number_Units",
        "products",
        Some("package_size"),
        "`500 g` leads, number and unit in one text",
    ),
    (
        "Variant_Coded_Values",
        "customers",
        Some("gender"),
        "`F`, `f` and `Female`, `M`, `m` and `Male`",
    ),
    ("Variant_Coded_Values", "orders", Some("status"), "`cancelled` and `canceled`"),
    ("Inconsistent_Casing", "customers", Some("city"), "4.3 % in capitals"),
    (
        "Non_Alpha_Name_Address",
        "customers",
        Some("first_name"),
        "0.2 % hold a telephone number",
    ),
    (
        "Non_Alpha_Prefixed_Name",
        "customers",
        Some("last_name"),
        "0.2 % begin with `*` or `#`",
    ),
    (
        "Non_Printing_Chars",
        "customers",
        Some("street"),
        "0.8 % hold no-break or zero-width spaces",
    ),
    ("Potential_PII", "customers", Some("email"), "e-mail addresses of people"),
    ("Potential_PII", "customers", Some("birth_date"), "birth dates of people"),
    (
        "Potential_PII",
        "payments",
        Some("card_number"),
        "card numbers with a right check digit (of a test range)",
    ),
    (
        "Potential_PII",
        "payments",
        Some("iban"),
        "bank accounts with right check digits (of no bank)",
    ),
    ("Null_Ratio_50", "customers", Some("middle_name"), "62 % null"),
    ("Null_Ratio_90", "customers", Some("fax"), "94 % null"),
    ("Empty_Table", "returns", None, "six columns and not one row"),
];

/// The list as the Markdown of `FAULTS.md`.
pub fn faults_as_markdown() -> String {
    let mut text = String::from(
        "# What is wrong with the sample data on purpose\n\n\
         Written from `faults.rs`, and held equal to it by a test. Each line is proved on the written files by `tests/`.\n\
         `order_lines` is clean: no finding may name it. Other columns may earn findings of their own (people's names and\n\
         addresses do count as personal data), but only these are promised.\n\n\
         A *missing table* cannot be in a folder: remove `suppliers.jsonl.gz` after it was found, and find tables again.\n\n\
         | Kind of finding | Table | Column | What is wrong |\n|---|---|---|---|\n",
    );
    for fault in planted_faults() {
        let column = fault.column.map_or_else(|| "(table)".to_owned(), |column| format!("`{column}`"));
        // A bar inside a cell would end it.
        let what = fault.what.replace('|', "\\|");
        text.push_str(&format!("| {} | `{}` | {column} | {what} |\n", fault.anomaly_type, fault.table));
    }
    text
}
