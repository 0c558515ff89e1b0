//! The catalogue, as data. To add a kind of finding, add its entry to the list of its room.

mod codes;
mod dates;
mod missing;
mod people;
mod places;
mod same_name;
mod shapes;
pub(super) mod tables;
mod texts;
mod types;

use super::rule::AnomalyRule;

/// Every kind of finding.
pub fn all_rules() -> impl Iterator<Item = &'static AnomalyRule> {
    [
        tables::RULES,
        missing::RULES,
        types::RULES,
        same_name::RULES,
        shapes::RULES,
        texts::RULES,
        codes::RULES,
        dates::RULES,
        places::RULES,
        people::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The kind of this name, capitals ignored; none for those of other programs.
pub fn get_rule(name: &str) -> Option<&'static AnomalyRule> {
    all_rules().find(|rule| rule.name.eq_ignore_ascii_case(name))
}

/// What people call findings of this kind; of other programs' kinds, their name in words.
pub fn title_of(name: &str) -> String {
    get_rule(name).map_or_else(|| name.replace('_', " "), |rule| rule.title.to_owned())
}
