//! The address of the rows behind a figure: which rows, of which run, which page. Values keep every space that they have.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::address::encode_segment;
use super::column_profile::{ColumnProfile, GeneralType, HistogramBin, TopValue};
use super::row_condition::{DayRange, NumberRange, RowCondition, RowFeature};

/// Longest value that stands in an address; a longer one is named by its place in the list.
const LONGEST_VALUE: usize = 300;
/// Rows on a page.
pub const ROWS_A_PAGE: u32 = 50;
/// Pages that can be turned to.
pub const MOST_PAGES: u32 = 200;
/// Seconds of a day.
const DAY_SECONDS: f64 = 86_400.0;
/// 1970-01-01 as chrono counts days.
const EPOCH: i64 = 719_163;

/// Which rows, as an address says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowChoice {
    /// By a condition.
    Condition(RowCondition),
    /// Of one of the commonest values, by its place in the list of the run, from 1.
    Top(usize),
    /// Of a finding of this kind in the run.
    Finding(String),
}

/// The whole address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowsQuery {
    /// Which rows.
    pub choice: RowChoice,
    /// The run whose figure it is; the latest where none is named.
    pub run: Option<i64>,
    /// Page from 1.
    pub page: u32,
}

impl RowsQuery {
    /// Rows of a run, first page.
    pub fn new(choice: RowChoice, run: Option<i64>) -> Self {
        Self { choice, run, page: 1 }
    }

    /// Reads the query string; what is wrong with it, and what would be right, where it names no rows.
    pub fn parse(query: &str) -> Result<Self, String> {
        let (mut asked, mut run, mut page) = (Asked::default(), None, 1);
        for (key, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            match key.as_ref() {
                "run" => run = Some(value.trim().parse().map_err(|_| format!("There is no run {value}."))?),
                "page" => page = read_page(&value)?,
                key => asked.take(key, value.into_owned())?,
            }
        }
        Ok(Self {
            choice: asked.choice()?,
            run,
            page,
        })
    }

    /// Writes the query string, its question mark included.
    pub fn to_query(&self) -> String {
        let mut pairs = self.choice.pairs();
        pairs.extend(self.run.map(|run| ("run", run.to_string())));
        pairs.extend((self.page > 1).then(|| ("page", self.page.to_string())));
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(key, value)| format!("{key}={}", encode_segment(&value)))
            .collect();
        format!("?{}", pairs.join("&"))
    }

    /// Another page of the same rows.
    pub fn at_page(&self, page: u32) -> Self {
        Self { page, ..self.clone() }
    }

    /// Rows before this page.
    pub fn skip(&self) -> u64 {
        u64::from(self.page - 1) * u64::from(ROWS_A_PAGE)
    }
}

fn read_page(value: &str) -> Result<u32, String> {
    let page = value.trim().parse().ok().filter(|page| (1..=MOST_PAGES).contains(page));
    page.ok_or_else(|| format!("There is no page {value}; pages are 1 to {MOST_PAGES}. The SQL of the page finds all rows."))
}

/// What an address asks for, word by word.
#[derive(Default)]
struct Asked {
    choice: Option<RowChoice>,
    from: Option<String>,
    to: Option<String>,
    through: Option<String>,
    without_zero: bool,
}

impl Asked {
    fn take(&mut self, key: &str, value: String) -> Result<(), String> {
        match key {
            "from" => self.from = Some(value),
            "to" => self.to = Some(value),
            "through" => self.through = Some(value),
            "zeros" => self.without_zero = value.trim() == "0",
            key => self.take_choice(key, value)?,
        }
        Ok(())
    }

    fn take_choice(&mut self, key: &str, value: String) -> Result<(), String> {
        let choice = match key {
            "is" => {
                let feature = RowFeature::from_word(value.trim());
                let known = || RowFeature::ALL.iter().map(|known| known.word()).collect::<Vec<_>>().join(", ");
                let feature = feature.ok_or_else(|| format!("Rows cannot be chosen by {value:?}; what is known is {}.", known()))?;
                RowChoice::Condition(RowCondition::Is(feature))
            }
            "value" => RowChoice::Condition(RowCondition::Value(value)),
            "not" => RowChoice::Condition(RowCondition::OtherThan(value)),
            "shape" => RowChoice::Condition(RowCondition::Shape(value)),
            "length" => RowChoice::Condition(read_lengths(&value)?),
            "top" => {
                let place = value.trim().parse().ok().filter(|place| *place > 0);
                RowChoice::Top(place.ok_or_else(|| format!("top={value} is no place in a list; places begin with 1."))?)
            }
            "finding" => RowChoice::Finding(value.trim().to_owned()),
            // What other parts of the page read, such as `format`.
            _ => return Ok(()),
        };
        match self.choice.replace(choice) {
            None => Ok(()),
            Some(_) => Err("Two conditions cannot be asked at once; keep one of is, value, not, shape, length, top, finding.".into()),
        }
    }

    fn choice(self) -> Result<RowChoice, String> {
        let end = self.to.as_ref().or(self.through.as_ref());
        if self.from.is_none() && end.is_none() {
            return self
                .choice
                .ok_or_else(|| "Say which rows: for example is=null, value=open, from=10&to=20, top=1.".to_owned());
        }
        if self.choice.is_some() || (self.to.is_some() && self.through.is_some()) {
            return Err("A range is from= and to= (or through=, which is inside), and nothing else.".into());
        }
        let number = |text: &Option<String>| {
            text.as_ref()
                .map(|text| text.trim().parse::<f64>().ok().filter(|number| number.is_finite()))
        };
        let wanted = [number(&self.from), number(&self.to), number(&self.through)];
        if wanted.iter().all(|end| *end != Some(None)) {
            let [from, to, through] = wanted.map(Option::flatten);
            return Ok(RowChoice::Condition(RowCondition::Numbers(NumberRange {
                from,
                to: to.or(through),
                is_closed: through.is_some(),
                without_zero: self.without_zero,
            })));
        }
        let day = |text: &Option<String>| {
            text.as_ref()
                .map(|text| read_day(text.trim()).ok_or_else(|| format!("{text} is neither a number nor a day such as 2026-01-31.")))
                .transpose()
        };
        let through = day(&self.through)?.map(|day| day + 1);
        Ok(RowChoice::Condition(RowCondition::Days(DayRange {
            from: day(&self.from)?,
            to: day(&self.to)?.or(through),
        })))
    }
}

fn read_lengths(value: &str) -> Result<RowCondition, String> {
    let (from, to) = value.split_once('-').unwrap_or((value, value));
    match (from.trim().parse(), to.trim().parse()) {
        (Ok(from), Ok(to)) if from <= to => Ok(RowCondition::Lengths(from, to)),
        _ => Err(format!("length={value} is no length; write 5, or 5-9.")),
    }
}

impl RowChoice {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let condition = match self {
            Self::Top(place) => return vec![("top", place.to_string())],
            Self::Finding(kind) => return vec![("finding", kind.clone())],
            Self::Condition(condition) => condition,
        };
        match condition {
            RowCondition::Is(feature) => vec![("is", feature.word().to_owned())],
            RowCondition::Value(value) | RowCondition::Begins(value) => vec![("value", value.clone())],
            RowCondition::OtherThan(value) => vec![("not", value.clone())],
            RowCondition::Shape(shape) => vec![("shape", shape.clone())],
            RowCondition::OtherShapes(_) | RowCondition::OneOf(_) => Vec::new(),
            RowCondition::Lengths(from, to) if from == to => vec![("length", from.to_string())],
            RowCondition::Lengths(from, to) => vec![("length", format!("{from}-{to}"))],
            RowCondition::Numbers(range) => {
                let end = if range.is_closed { "through" } else { "to" };
                let mut pairs = Vec::new();
                pairs.extend(range.from.map(|from| ("from", from.to_string())));
                pairs.extend(range.to.map(|to| (end, to.to_string())));
                pairs.extend(range.without_zero.then(|| ("zeros", "0".to_owned())));
                pairs
            }
            RowCondition::Days(range) | RowCondition::OutsideDays(range) => {
                let mut pairs = Vec::new();
                pairs.extend(range.from.and_then(day_text).map(|from| ("from", from)));
                pairs.extend(range.to.and_then(day_text).map(|to| ("to", to)));
                pairs
            }
        }
    }

    /// A condition that an address can say; nothing for one that it cannot.
    pub fn of(condition: RowCondition) -> Option<Self> {
        let can_be_said = match &condition {
            RowCondition::Value(text) | RowCondition::OtherThan(text) | RowCondition::Shape(text) => text.len() <= LONGEST_VALUE,
            RowCondition::OneOf(_) | RowCondition::Begins(_) | RowCondition::OtherShapes(_) | RowCondition::OutsideDays(_) => false,
            RowCondition::Numbers(range) => range.from.is_some() || range.to.is_some(),
            RowCondition::Days(range) => {
                let mut ends = [range.from, range.to].into_iter().flatten().peekable();
                ends.peek().is_some() && ends.all(|day| day_text(day).is_some())
            }
            RowCondition::Is(_) | RowCondition::Lengths(..) => true,
        };
        can_be_said.then_some(Self::Condition(condition))
    }

    /// The rows of a listed value: by the value where it is short, whole and no secret, else by its place.
    pub fn of_top(place: usize, top: &TopValue, is_personal: bool) -> Self {
        match RowCondition::of_listed(&top.value) {
            RowCondition::Value(text) if text.is_empty() => Self::Condition(RowCondition::Is(RowFeature::Empty)),
            RowCondition::Value(text) if !is_personal && text.len() <= LONGEST_VALUE => Self::Condition(RowCondition::Value(text)),
            _ => Self::Top(place + 1),
        }
    }

    /// The rows of a bar: the last one holds its upper edge, the others do not. Zeros of numbers are a bar of their own.
    pub fn of_bin(column: &ColumnProfile, bin: &HistogramBin, is_last: bool) -> Option<Self> {
        match column.general_type {
            GeneralType::Number => Self::of(RowCondition::Numbers(NumberRange {
                from: bin.lower,
                to: bin.upper,
                is_closed: is_last && bin.upper.is_some(),
                without_zero: bin.lower.is_none_or(|lower| lower <= 0.0)
                    && bin.upper.is_none_or(|upper| upper > 0.0 || is_last && upper == 0.0),
            })),
            GeneralType::Time => {
                let day = |seconds: f64| (seconds / DAY_SECONDS).round() as i64;
                Self::of(RowCondition::Days(DayRange {
                    from: bin.lower.map(day),
                    to: bin.upper.map(day),
                }))
            }
            GeneralType::Text | GeneralType::Boolean | GeneralType::Other => None,
        }
    }
}

/// `2013-01-31`, years beyond four digits with a sign; nothing for days that no calendar of ours holds.
pub fn day_text(day: i64) -> Option<String> {
    let day = i32::try_from(day.checked_add(EPOCH)?).ok()?;
    NaiveDate::from_num_days_from_ce_opt(day).map(|day| day.format("%Y-%m-%d").to_string())
}

fn read_day(text: &str) -> Option<i64> {
    use chrono::Datelike;
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(i64::from(day.num_days_from_ce()) - EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(condition: RowCondition) -> RowsQuery {
        RowsQuery::new(RowChoice::of(condition).unwrap(), Some(7)).at_page(3)
    }

    #[test]
    fn an_address_says_the_same_rows_again() {
        let numbers = |from, to, is_closed, without_zero| {
            RowCondition::Numbers(NumberRange {
                from,
                to,
                is_closed,
                without_zero,
            })
        };
        let hostile = "  O'Brien & \"co\"?\n=\u{202e}%20+ä\0";
        for condition in [
            RowCondition::Is(RowFeature::Null),
            RowCondition::Value(hostile.into()),
            RowCondition::Value(String::new()),
            RowCondition::OtherThan("2013-01-01".into()),
            RowCondition::Shape("Aa9 9".into()),
            RowCondition::Lengths(5, 5),
            RowCondition::Lengths(0, 9),
            numbers(Some(-0.1), Some(1e300), false, true),
            numbers(None, Some(0.30000000000000004), true, false),
            numbers(Some(20_130_101.0), None, false, false),
            RowCondition::Days(DayRange {
                from: Some(-1),
                to: Some(20_000),
            }),
            RowCondition::Days(DayRange {
                from: Some(3_000_000),
                to: None,
            }),
            RowCondition::Days(DayRange {
                from: None,
                to: Some(-800_000),
            }),
        ] {
            let query = asked(condition);
            assert_eq!(RowsQuery::parse(&query.to_query()), Ok(query.clone()), "{}", query.to_query());
        }
        let top = RowsQuery::new(RowChoice::Top(25), None);
        assert_eq!(top.to_query(), "?top=25");
        assert_eq!(RowsQuery::parse("top=25&format=json"), Ok(top));
        assert_eq!(
            RowsQuery::parse("?from=2013-01-01&through=2013-01-31"),
            RowsQuery::parse("?from=2013-01-01&to=2013-02-01")
        );
    }

    #[test]
    fn an_address_that_names_no_rows_says_what_would() {
        for query in [
            "",
            "is=old",
            "is=null&value=x",
            "from=1&value=x",
            "from=x",
            "to=1&through=2",
            "top=0",
            "length=9-5",
            "is=null&page=0",
            "is=null&page=201",
            "is=null&run=x",
        ] {
            assert!(RowsQuery::parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_value_that_is_long_cut_or_personal_is_named_by_its_place() {
        let top = |value: &str| TopValue {
            value: value.into(),
            ..TopValue::default()
        };
        let cut = format!("{}…", "x".repeat(4_095));
        for (value, is_personal, place) in [("x", false, None), ("x", true, Some(5)), (cut.as_str(), false, Some(5))] {
            let choice = RowChoice::of_top(4, &top(value), is_personal);
            assert_eq!(matches!(choice, RowChoice::Top(_)), place.is_some(), "{value}");
        }
        assert_eq!(RowsQuery::new(RowChoice::of_top(0, &top(""), true), None).to_query(), "?is=empty");
    }

    #[test]
    fn the_last_bar_holds_its_upper_edge_and_the_others_do_not() {
        let column = ColumnProfile {
            general_type: GeneralType::Number,
            ..ColumnProfile::default()
        };
        let bin = HistogramBin {
            lower: Some(0.0),
            upper: Some(5.0),
            ..HistogramBin::default()
        };
        for (is_last, query) in [(false, "?from=0&to=5&zeros=0"), (true, "?from=0&through=5&zeros=0")] {
            let choice = RowChoice::of_bin(&column, &bin, is_last).unwrap();
            assert_eq!(RowsQuery::new(choice, None).to_query(), query);
        }
    }
}
