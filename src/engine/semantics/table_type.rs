//! What a table is for, by what its columns are; and which of them its use depends on.

use super::rules::Family;

/// Rows up to which a table with a key and names is a list to choose from.
const SHORT_LIST: u64 = 1_000;
/// Columns that such a list has at most.
const NARROW: usize = 6;

/// What the rules look at: the families of the columns that have one, and the size.
pub struct TableEvidence {
    pub families: Vec<Family>,
    pub column_count: usize,
    pub row_count: u64,
}

impl TableEvidence {
    fn count(&self, family: Family) -> usize {
        self.families.iter().filter(|found| **found == family).count()
    }

    fn any(&self, families: &[Family]) -> usize {
        families.iter().map(|family| self.count(*family)).sum()
    }
}

/// One kind of table.
pub struct TableRule {
    /// Its name as stored.
    pub name: &'static str,
    /// The reason, where a table is of this kind.
    pub reason: fn(&TableEvidence) -> Option<String>,
    /// Families of columns that the use of such a table depends on, with what to say of them.
    pub critical: &'static [(Family, &'static str)],
}

fn columns(count: usize, what: &str) -> String {
    let (noun, rest) = what.split_once(' ').unwrap_or((what, ""));
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural} {rest}").trim_end().to_owned()
}

const OF_ENTITIES: &[(Family, &str)] = &[
    (Family::Key, "It identifies the rows of a table about things or persons."),
    (Family::Entity, "It names what the table is about."),
    (Family::Person, "It names whom the table is about."),
    (Family::Place, "It says where the things or persons of the table are."),
    (Family::Category, "It groups the things or persons of the table."),
];

/// All kinds in the order in which they are asked.
pub const RULES: &[TableRule] = &[
    TableRule {
        name: "domain",
        reason: |table| {
            let is_list = table.row_count <= SHORT_LIST && table.column_count <= NARROW && table.count(Family::Key) == 1;
            let says = table.any(&[Family::Entity, Family::Category, Family::Text]);
            let others = table.any(&[Family::Event, Family::Person, Family::Contact, Family::Measure]);
            (is_list && says > 0 && others == 0).then(|| {
                format!(
                    "A short list of {} rows with a key and what it stands for.",
                    super::evidence::grouped(table.row_count)
                )
            })
        },
        critical: &[
            (Family::Key, "It is what other tables point to."),
            (Family::Code, "It is a code that people choose from."),
            (Family::Entity, "It says what a code stands for."),
            (Family::Category, "It groups the codes."),
        ],
    },
    TableRule {
        name: "bridge",
        reason: |table| {
            let references = table.count(Family::Reference);
            let says = table.any(&[Family::Entity, Family::Person, Family::Contact, Family::Event]);
            (references >= 2 && says == 0 && table.column_count <= references + 3)
                .then(|| format!("{} to other tables and little else.", columns(references, "reference")))
        },
        critical: &[
            (Family::Reference, "It is one side of what the table connects."),
            (Family::Key, "It identifies the rows."),
        ],
    },
    TableRule {
        name: "entity",
        reason: |table| {
            let names = table.any(&[Family::Entity, Family::Person]);
            let name = if names == 1 { "names" } else { "name" };
            (table.count(Family::Key) > 0 && names > 0)
                .then(|| format!("A key, and {} that {name} what a row is about.", columns(names, "column")))
        },
        critical: OF_ENTITIES,
    },
    TableRule {
        name: "summary",
        reason: |table| {
            let measures = table.count(Family::Measure);
            let grain = table.any(&[Family::Period, Family::Event, Family::Category]);
            (table.count(Family::Key) == 0 && grain > 0 && measures >= 2 && measures * 2 >= table.column_count).then(|| {
                format!(
                    "No key, {} by {}.",
                    columns(measures, "figure"),
                    columns(grain, "column of periods or categories")
                )
            })
        },
        critical: &[
            (Family::Period, "It says which period the figures are of."),
            (Family::Event, "It says which time the figures are of."),
            (Family::Category, "It says what the figures are of."),
            (Family::Measure, "It is one of the figures that the table exists for."),
        ],
    },
    TableRule {
        name: "transaction",
        reason: |table| {
            let (events, references) = (table.count(Family::Event), table.count(Family::Reference));
            let measures = table.count(Family::Measure);
            let parts: Vec<String> = [
                (events, "date of a regular series"),
                (references, "reference"),
                (measures, "figure"),
            ]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| columns(count, what))
            .collect();
            (events > 0 && references + measures > 0).then(|| {
                let (last, first) = parts.split_last().expect("there is at least one date");
                format!("{} and {last}.", first.join(", "))
            })
        },
        critical: &[
            (Family::Key, "It identifies what happened."),
            (Family::Reference, "It says to whom or to what it happened."),
            (Family::Event, "It says when it happened."),
            (Family::Category, "It says what kind of thing happened."),
            (Family::Measure, "It says how much."),
        ],
    },
    TableRule {
        name: "entity",
        reason: |table| {
            let says = table.any(&[Family::Contact, Family::Place, Family::Category, Family::Code, Family::Text]);
            (table.count(Family::Key) > 0 && says > 0).then(|| format!("A key, and {} about each row.", columns(says, "column")))
        },
        critical: OF_ENTITIES,
    },
];

/// The kind of a table, with its reason.
pub fn find_table_type(table: &TableEvidence) -> Option<(&'static TableRule, String)> {
    RULES.iter().find_map(|rule| (rule.reason)(table).map(|reason| (rule, reason)))
}
