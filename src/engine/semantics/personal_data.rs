//! Personal data, as rules: how much harm the values could do to a person, and what shows it.
//!
//! Values are evidence by themselves where their form proves them (check digits, e-mail addresses). A column's name counts
//! only together with values that fit it. Weak traces count only in a table that is about persons.

use super::evidence::{Evidence, share_words};
use super::rules::Family;
use super::vocabulary::Notion;
use crate::domain::column_meaning::PiiRisk;
use crate::engine::accumulators::standard_patterns::is_credit_card;

/// Share of the values with a form that is dangerous already.
const SOME: f64 = 0.2;
/// Fewer numbers than this may have the check digit of a card by chance.
const LEAST_CARDS: usize = 8;

/// What a rule looks at.
pub struct Suspect<'a> {
    pub column: &'a Evidence<'a>,
    /// Semantic type; empty where none was found.
    pub meaning: &'a str,
    /// Why it is of that type.
    pub reason: &'a str,
    /// Columns of the table with names and dates of persons; two of them make it a table about persons.
    pub persons: &'a [String],
}

impl Suspect<'_> {
    fn is_among_persons(&self) -> bool {
        self.persons.len() >= 2
    }

    fn means(&self, names: &[&str]) -> bool {
        names.contains(&self.meaning)
    }

    /// Of the form in a share that matters, with what to say.
    fn form(&self, form: &str, what: &str) -> Option<String> {
        let share = self.column.form(form);
        (share >= SOME).then(|| format!("{} values are {what}.", share_words(share)))
    }

    /// Named so, and the values fit.
    fn named(&self, notions: &[Notion], fits: bool, what: &str) -> Option<String> {
        let word = self.column.named_any(notions).filter(|_| fits)?;
        Some(format!("The name says \"{word}\", and the values are {what}."))
    }

    /// Codes with digits and without small letters that differ from row to row.
    fn has_numbers_of_persons(&self) -> bool {
        let column = self.column;
        let metrics = column.metrics();
        let small_letters = column.part(metrics.lower_case_count) + column.part(metrics.mixed_case_count);
        let digits = (column.part(metrics.includes_digit_count) >= 0.8 && small_letters <= 0.2) || column.is_whole();
        digits && column.distinct() > 5 && column.uniqueness() >= 0.2 && (column.is_whole() || column.longest() <= 40)
    }

    /// Whole numbers that are card numbers: a file without quotes says no more of them. By chance one in ten has the right check digit.
    fn card_numbers(&self) -> Option<String> {
        let column = self.column;
        let are_cards =
            !column.is_text() && column.is_whole() && column.column.top_values.len() >= LEAST_CARDS && column.listed(is_credit_card) >= 0.9;
        are_cards.then(|| "The listed values are card numbers whose check digit is right.".to_owned())
    }

    fn beside(&self) -> String {
        let named: Vec<&str> = self.persons.iter().take(3).map(String::as_str).collect();
        format!("beside names and dates of persons ({})", named.join(", "))
    }
}

/// One kind of personal data.
pub struct PiiRule {
    /// What it is called in tests and talk.
    #[cfg_attr(not(test), expect(dead_code, reason = "a rule has a name so that one can speak of it"))]
    pub name: &'static str,
    /// How bad it is.
    pub risk: PiiRisk,
    /// The reason, where it applies.
    pub reason: fn(&Suspect) -> Option<String>,
}

const fn rule(name: &'static str, risk: PiiRisk, reason: fn(&Suspect) -> Option<String>) -> PiiRule {
    PiiRule { name, risk, reason }
}

/// All rules, the worst first; the first that holds decides.
pub const RULES: &[PiiRule] = &[
    rule("payment card", PiiRisk::High, |suspect| {
        let found = suspect.form("credit_card", "card numbers whose check digit is right");
        found.or_else(|| suspect.card_numbers())
    }),
    rule("bank account", PiiRisk::High, |suspect| {
        let fits = suspect.has_numbers_of_persons() && suspect.column.name.ends_with(Notion::Key).is_none();
        suspect.form("iban", "IBANs whose check digits are right").or_else(|| {
            suspect.named(
                &[Notion::Account],
                fits && suspect.column.is_text(),
                "numbers that differ from row to row",
            )
        })
    }),
    rule("identity number", PiiRisk::High, |suspect| {
        let notions = [Notion::NationalId, Notion::Passport, Notion::Licence, Notion::TaxId];
        suspect
            .form("ssn", "formed like social security numbers of the USA")
            .or_else(|| suspect.named(&notions, suspect.has_numbers_of_persons(), "numbers that differ from row to row"))
    }),
    rule("secret", PiiRisk::High, |suspect| {
        let column = suspect.column;
        let fits = column.distinct() > 5 && column.uniqueness() >= 0.05 && column.is_one_word() && (column.is_text() || column.is_whole());
        suspect.named(&[Notion::Secret], fits, "words or numbers that differ from row to row")
    }),
    rule("health", PiiRisk::High, |suspect| {
        let fits = suspect.column.is_text() && suspect.column.distinct() >= 2;
        suspect.named(&[Notion::Health], fits, "texts of several kinds")
    }),
    rule("biometrics", PiiRisk::High, |suspect| {
        suspect.named(&[Notion::Biometric], suspect.column.distinct() >= 2, "of several kinds")
    }),
    rule("e-mail", PiiRisk::Moderate, |suspect| {
        suspect.form("email", "e-mail addresses, which reach a person")
    }),
    rule("name or birth of a person", PiiRisk::Moderate, |suspect| {
        let is_person = suspect.means(&["given_name", "family_name", "person_name", "user_name", "birth_date"]);
        is_person.then(|| format!("It tells who a person is. {}", suspect.reason))
    }),
    rule("telephone or street of a person", PiiRisk::Moderate, |suspect| {
        let reaches = suspect.means(&["phone_number", "street_address"]) && suspect.is_among_persons();
        reaches.then(|| format!("It reaches a person: it stands {}. {}", suspect.beside(), suspect.reason))
    }),
    rule("demographics", PiiRisk::Moderate, |suspect| {
        let fits = suspect.column.is_text() && suspect.column.repeats_few(200);
        let named = suspect.named(&[Notion::Demographic], fits, "few and come again and again")?;
        suspect
            .is_among_persons()
            .then(|| format!("{named} It stands {}.", suspect.beside()))
    }),
    rule("income", PiiRisk::Moderate, |suspect| {
        suspect.named(
            &[Notion::Income],
            suspect.column.is_number() && suspect.column.distinct() > 5,
            "numbers of many sizes",
        )
    }),
    rule("device", PiiRisk::Moderate, |suspect| {
        if suspect.meaning == "ip_address" {
            return Some(format!("An address of a machine leads to who uses it. {}", suspect.reason));
        }
        let fits = suspect.column.is_text() && suspect.has_numbers_of_persons();
        suspect.named(&[Notion::Device], fits, "codes that differ from row to row")
    }),
    rule("telephone or street of anybody", PiiRisk::Low, |suspect| {
        suspect.means(&["phone_number", "street_address"]).then(|| {
            format!(
                "It may reach a person, or a firm: the table does not say whose it is. {}",
                suspect.reason
            )
        })
    }),
    rule("trace of a person", PiiRisk::Low, |suspect| {
        let traces = suspect.means(&["postal_code", "city", "latitude", "longitude", "age"]) && suspect.is_among_persons();
        traces.then(|| format!("It narrows down who a person is, {}. {}", suspect.beside(), suspect.reason))
    }),
    rule("identifier of a person", PiiRisk::Low, |suspect| {
        let identifies = suspect.means(&["row_identifier", "secondary_identifier"]) && suspect.is_among_persons();
        identifies.then(|| {
            format!(
                "It stands for one of {} persons, {}.",
                suspect.column.distinct_words(),
                suspect.beside()
            )
        })
    }),
];

/// The risk of a column with its reason; no reason for no risk.
pub fn assess_risk(suspect: &Suspect) -> (PiiRisk, Option<String>) {
    RULES
        .iter()
        .find_map(|rule| (rule.reason)(suspect).map(|reason| (rule.risk, Some(reason))))
        .unwrap_or((PiiRisk::None, None))
}

/// Whether columns of this family speak of persons.
pub fn speaks_of_persons(family: Family) -> bool {
    family == Family::Person
}
