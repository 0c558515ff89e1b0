//! Texts whose form alone says what they are: addresses of mail and machines, numbers with check digits, documents.

use super::{Evidence, Family, TypeRule, rule};
use crate::engine::semantics::evidence::share_words;
use crate::engine::semantics::vocabulary::Notion;

/// Share that must have the form where the form can hardly be met by chance.
const STRONG: f64 = 0.8;
/// Share where it can.
const WEAK: f64 = 0.9;

/// The form with its share, if at least so many values have it.
fn of_form(column: &Evidence, form: &str, least: f64, what: &str) -> Option<String> {
    let share = column.form(form);
    (column.is_text() && share >= least).then(|| format!("{} values are {what}.", share_words(share)))
}

pub(super) const RULES: &[TypeRule] = &[
    rule("email_address", Family::Contact, |column| {
        of_form(column, "email", STRONG, "e-mail addresses")
    }),
    rule("web_address", Family::Format, |column| {
        of_form(column, "url", STRONG, "addresses of the web")
    }),
    rule("ip_address", Family::Format, |column| {
        of_form(column, "ipv4", WEAK, "IPv4 addresses").or_else(|| of_form(column, "ipv6", WEAK, "IPv6 addresses"))
    }),
    rule("payment_card_number", Family::Code, |column| {
        of_form(column, "credit_card", WEAK, "card numbers whose check digit is right")
    }),
    rule("bank_account_number", Family::Code, |column| {
        of_form(column, "iban", WEAK, "IBANs whose check digits are right")
    }),
    rule("us_social_security_number", Family::Code, |column| {
        of_form(column, "ssn", WEAK, "formed like social security numbers of the USA")
    }),
    rule("json_document", Family::Format, |column| {
        of_form(column, "json", WEAK, "JSON documents")
    }),
    rule("file_name", Family::Format, |column| {
        // `a.b` may be a version or a host as well.
        let named = column.name.says(Notion::Web).is_none() && column.part(column.metrics().date_count) < 0.1;
        of_form(column, "file_name", WEAK, "names of files").filter(|_| named)
    }),
    rule("delimited_list", Family::Format, |column| {
        let share = column.form("delimited");
        (column.is_text() && share >= STRONG).then(|| format!("{} values are several words with a mark between them.", share_words(share)))
    }),
    rule("quantity_with_unit", Family::Measure, |column| {
        let share = column.shapes(is_quantity_shape);
        (column.is_text() && share >= STRONG).then(|| format!("{} values are a number and a unit.", share_words(share)))
    }),
    rule("nested_value", Family::Format, |column| {
        let nested = ["array<", "struct<", "map<", "json"]
            .into_iter()
            .find(|kind| column.column.data_type.to_lowercase().starts_with(kind))?;
        Some(format!("The source calls it {}.", nested.trim_end_matches('<')))
    }),
];

/// A number and up to three letters or a sign: `500 g`, `1.5kg`, `80%`.
fn is_quantity_shape(shape: &str) -> bool {
    let digits = shape.trim_start_matches(['9', '.', ',']);
    let unit = digits.trim_start_matches(' ');
    let is_unit = |ch: char| ch == 'a' || ch == 'A' || ch == '%' || ch == '°' || ch == '/' || ch == '²' || ch == '³';
    shape.starts_with('9') && digits.len() + unit.len() > 0 && (1..=3).contains(&unit.chars().count()) && unit.chars().all(is_unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_told_from_codes() {
        for shape in ["999 a", "9.9aa", "99%", "9 aa"] {
            assert!(is_quantity_shape(shape), "{shape}");
        }
        for shape in ["999", "A99", "99 aaaa", "9-9", "99 "] {
            assert!(!is_quantity_shape(shape), "{shape}");
        }
    }
}
