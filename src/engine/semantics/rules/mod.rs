//! The rules for semantic types, as data: a name, a family, and a condition that gives its reason. The first that holds wins.
//!
//! To add a type, add its rule to the list of its room; to change what wins, change the order of the rooms below.

mod forms;
mod keys;
mod numbers;
mod people;
mod periods;
mod places;
mod plain;
mod texts;
mod times;

use super::evidence::Evidence;

pub use keys::key_score;

/// What a type is good for; later rules ask the family, not the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Says nothing about a row: constants, markers.
    Plain,
    /// True or false.
    Truth,
    /// Identifies a row of this table.
    Key,
    /// Points to a row of another table.
    Reference,
    /// Short codes.
    Code,
    /// Few values that group the rows.
    Category,
    /// When something happened, often and without gaps.
    Event,
    /// When a record was written.
    Stamp,
    /// Other dates and times.
    Date,
    /// Year, month, hour and the like.
    Period,
    /// A person's names and dates.
    Person,
    /// Ways to reach somebody.
    Contact,
    /// The place that something belongs to.
    Place,
    /// A point on the earth.
    Position,
    /// The name of a thing or a firm.
    Entity,
    /// Amounts, rates, measurements.
    Measure,
    /// Numbers of which nothing says what they are.
    Number,
    /// Prose and labels.
    Text,
    /// Texts with a machine's format.
    Format,
}

/// One semantic type.
pub struct TypeRule {
    /// Its name as stored.
    pub name: &'static str,
    /// What it is good for.
    pub family: Family,
    /// The reason in a sentence where the column is of this type.
    pub reason: fn(&Evidence) -> Option<String>,
}

const fn rule(name: &'static str, family: Family, reason: fn(&Evidence) -> Option<String>) -> TypeRule {
    TypeRule { name, family, reason }
}

/// All rules in the order in which they are asked.
pub fn type_rules() -> impl Iterator<Item = &'static TypeRule> {
    [
        plain::RULES,
        forms::RULES,
        people::RULES,
        times::RULES,
        places::RULES,
        periods::RULES,
        keys::RULES,
        numbers::RULES,
        texts::RULES,
    ]
    .into_iter()
    .flatten()
}
