//! What must hold in the files for each kind of finding, in its own few lines: the thresholds of the catalogue.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::reading::{ColumnCounts, Sample};

/// The kinds that one column can have.
pub(super) const COLUMN_KINDS: &[&str] = &[
    "Suggested_Type",
    "Non_Standard_Blanks",
    "Invalid_Zip_USA",
    "No_Values",
    "Column_Pattern_Mismatch",
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
];

/// Words that stand for "missing", bare or in brackets.
const MISSING_WORDS: &[&str] = &["blank", "error", "missing", "tbd", "n/a", "na", "#na", "none", "null", "unknown"];
const STATES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI",
    "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT",
    "VT", "VA", "WA", "WV", "WI", "WY", "DC",
];
const SYNONYMS: &[&[&str]] = &[
    &["f", "female"],
    &["m", "male"],
    &["cancelled", "canceled"],
    &["y", "yes"],
    &["completed", "complete"],
];

/// Whether the finding is true of this column.
pub(super) fn holds_for_column(kind: &str, name: &str, column: &ColumnCounts, as_of: NaiveDate) -> bool {
    let values = column.rows - column.nulls;
    let count = |test: &dyn Fn(&str) -> bool| {
        column
            .counts
            .iter()
            .filter(|(value, _)| test(value))
            .map(|(_, count)| count)
            .sum::<u64>()
    };
    let share = |count: u64| count as f64 / values.max(1) as f64;
    let top = column
        .counts
        .iter()
        .max_by_key(|(_, count)| **count)
        .map_or(("", 0), |(value, count)| (value.as_str(), *count));
    let distinct = column.counts.len();
    let is_text = column.data_type == "Utf8";
    // Only text is looked at value by value: the clean table's keys have 600,000 values each.
    let count_texts = |test: &dyn Fn(&str) -> bool| if is_text { count(test) } else { 0 };
    let missing = || column.nulls + count_texts(&is_stand_in);
    let filled = || 1.0 - missing() as f64 / column.rows as f64;
    let needs_shapes = is_text && ["Invalid_Zip_USA", "Invalid_Zip3_USA", "Column_Pattern_Mismatch"].contains(&kind);
    let shapes = if needs_shapes { shapes_of(column) } else { Vec::new() };
    match kind {
        "Suggested_Type" => {
            is_text
                && column.rows > 500
                && !name.ends_with("id")
                && values > 0
                && (count_texts(&is_number) == values || count_texts(&is_date) == values)
        }
        "Non_Standard_Blanks" => is_text && count_texts(&is_stand_in) > 0,
        "Invalid_Zip_USA" => {
            is_text
                && name == "zip"
                && shapes
                    .iter()
                    .any(|(shape, _)| !["99999", "99999-9999", "999999999"].contains(&shape.as_str()))
                && filled() < 1.0
        }
        "No_Values" => missing() == column.rows,
        "Column_Pattern_Mismatch" => {
            is_text && (2..=4).contains(&shapes.len()) && shapes[0].0.contains('9') && (shapes[1].1 as f64) < 0.05 * shapes[0].1 as f64
        }
        "Leading_Spaces" => count_texts(&|value| value.starts_with(' ') && !value.trim().is_empty()) > 0,
        "Quoted_Values" => count_texts(&|value| value.len() > 1 && value.starts_with('"') && value.ends_with('"')) > 0,
        "Char_Column_Number_Values" => is_text && (0.95..1.0).contains(&share(count_texts(&is_number))),
        "Char_Column_Date_Values" => is_text && (0.95..1.0).contains(&share(count_texts(&is_date))),
        "Small_Missing_Value_Ct" => filled() > 0.97 && missing() > 0,
        "Small_Divergent_Value_Ct" => distinct > 2 && (0.97..1.0).contains(&share(top.1)),
        "Boolean_Value_Mismatch" => {
            let partner = HashMap::from([("yes", "no"), ("no", "yes"), ("true", "false"), ("false", "true")])
                .get(top.0.to_lowercase().as_str())
                .copied();
            distinct > 1 && partner.is_some_and(|partner| count_texts(&|value| value.eq_ignore_ascii_case(partner)) == 0)
        }
        "Potential_Duplicates" => distinct > 1_000 && (2..=4).contains(&top.1),
        "Standardized_Value_Matches" => {
            is_text && column.counts.keys().map(|value| standardised(value)).collect::<HashSet<_>>().len() < distinct
        }
        "Unlikely_Date_Values" => {
            let date = |value: &str| NaiveDate::parse_from_str(value, "%Y-%m-%d").ok();
            let (first, last) = (date("0001-01-02"), date("1900-01-01"));
            column.data_type == "Date32"
                && count(&|value| {
                    date(value).is_some_and(|day| (Some(day) >= first && Some(day) <= last) || day > as_of + chrono::Days::new(30 * 365))
                }) > 0
        }
        "Unexpected_US_States" => distinct > 5 && !name.contains("state") && share(count_texts(&|value| STATES.contains(&value))) > 0.9,
        "Unexpected_Emails" => !name.contains("email") && !name.contains("addr") && share(count_texts(&is_mail)) > 0.9,
        "Small_Numeric_Value_Ct" => is_text && count_texts(&is_number) > 0 && share(count_texts(&is_number)) < 0.03,
        "Invalid_Zip3_USA" => is_text && name.contains("zip") && shapes.len() > 1 && shapes[0].0 == "999" && share(shapes[0].1) > 0.5,
        "Delimited_Data_Embedded" => is_text && share(count_texts(&|value| value.matches('|').count() >= 2)) > 0.8,
        "Char_Column_Number_Units" => {
            let unit = top.0.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == '.').trim();
            is_text
                && share(count_texts(&|value| value.contains(|sign: char| sign.is_ascii_digit()))) > 0.5
                && ["g", "kg", "oz", "cm"].contains(&unit)
                && unit.len() < top.0.len()
        }
        "Variant_Coded_Values" => {
            let spoken: HashSet<String> = column.counts.keys().take(21).map(|value| value.to_lowercase()).collect();
            is_text
                && distinct <= 20
                && SYNONYMS
                    .iter()
                    .any(|group| group.iter().filter(|word| spoken.contains(**word)).count() >= 2)
        }
        "Inconsistent_Casing" => {
            let upper = count_texts(&|value| value.chars().any(char::is_uppercase) && !value.chars().any(char::is_lowercase));
            is_text
                && upper > 0
                && count_texts(&|value| value.chars().any(char::is_uppercase) && value.chars().any(char::is_lowercase)) > upper
                && name == "city"
        }
        "Non_Alpha_Name_Address" => {
            let letterless = count_texts(&|value| !value.trim().is_empty() && !value.chars().any(char::is_alphabetic));
            name.ends_with("name") && letterless > 0 && share(letterless) < 0.05
        }
        "Non_Alpha_Prefixed_Name" => {
            is_text && name.ends_with("name") && column.counts.keys().min().is_some_and(|first| first.as_str() < "A")
        }
        "Non_Printing_Chars" => count_texts(&|value| value.contains(['\u{a0}', '\u{200b}'])) > 0,
        "Potential_PII" => match name {
            "email" => share(count_texts(&is_mail)) > 0.9,
            "birth_date" => column.data_type == "Date32",
            "card_number" => share(count_texts(&|value| value.len() == 16 && is_number(value))) > 0.9,
            "iban" => share(count_texts(&|value| value.len() == 22 && value.starts_with("DE"))) > 0.9,
            _ => false,
        },
        "Null_Ratio_50" => (0.5..0.9).contains(&(column.nulls as f64 / column.rows as f64)),
        "Null_Ratio_90" => (0.9..1.0).contains(&(column.nulls as f64 / column.rows as f64)),
        other => panic!("no proof is written for {other}"),
    }
}

/// Whether the finding is true of the table as a whole.
pub(super) fn holds_for_table(kind: &str, table: &str, sample: &Sample<'_>, as_of: NaiveDate) -> bool {
    let age_days = || {
        let columns = sample.column_names(table).into_iter().filter(|name| name.ends_with("_on"));
        let newest = columns
            .filter_map(|name| sample.column(table, &name).counts.into_keys().max())
            .max()
            .unwrap();
        (as_of - NaiveDate::parse_from_str(&newest, "%Y-%m-%d").unwrap()).num_days()
    };
    match kind {
        "Recency_One_Year" => age_days() > 365,
        "Recency_Six_Months" => (184..=365).contains(&age_days()),
        "Empty_Table" => sample.count_rows(table) == 0,
        other => panic!("no proof is written for {other}"),
    }
}

/// Whether the finding is true of the columns of one name in several tables.
pub(super) fn holds_across_tables(kind: &str, columns: &[ColumnCounts]) -> bool {
    let types: HashSet<&str> = columns.iter().map(|column| column.data_type.as_str()).collect();
    let families: HashSet<bool> = types.iter().map(|data_type| *data_type == "Utf8").collect();
    match kind {
        "Multiple_Types_Minor" => types.len() > 1 && families.len() == 1,
        "Multiple_Types_Major" => types.len() > 1 && families.len() > 1,
        "Table_Pattern_Mismatch" => {
            let shapes: Vec<_> = columns.iter().map(shapes_of).collect();
            let (least, most) = (
                shapes.iter().map(|shape| shape[0].1).min().unwrap(),
                shapes.iter().map(|shape| shape[0].1).max().unwrap(),
            );
            shapes.iter().all(|shape| shape.len() == 1) && shapes[0][0].0 != shapes[1][0].0 && (least as f64) < 0.1 * most as f64
        }
        other => panic!("no proof is written for {other}"),
    }
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-') && value.parse::<f64>().is_ok()
}

fn is_date(value: &str) -> bool {
    NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok()
}

fn is_mail(value: &str) -> bool {
    value
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !value.contains(' '))
}

/// Empty, blank, a word for "missing", or one sign again and again.
fn is_stand_in(value: &str) -> bool {
    let bare = value.trim().to_lowercase();
    let word = bare.trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
    word.is_empty() || MISSING_WORDS.contains(&word) || (word.len() > 1 && word.bytes().all(|byte| byte == b'-'))
}

fn standardised(value: &str) -> String {
    value.to_uppercase().replace([' ', '\'', '"', ',', '.', '-'], "")
}

/// The shapes of the values with their rows, commonest first.
fn shapes_of(column: &ColumnCounts) -> Vec<(String, u64)> {
    let mut shapes: HashMap<String, u64> = HashMap::new();
    for (value, count) in &column.counts {
        let shape = value.chars().map(|sign| match sign {
            _ if sign.is_ascii_digit() => '9',
            _ if sign.is_uppercase() => 'A',
            _ if sign.is_lowercase() => 'a',
            other => other,
        });
        *shapes.entry(shape.collect()).or_default() += count;
    }
    let mut shapes: Vec<_> = shapes.into_iter().collect();
    shapes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    shapes
}
