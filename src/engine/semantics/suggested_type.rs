//! Better types than the source's, as rules: text that is all numbers or dates, doubles that are whole, types far too wide.
//!
//! A type is suggested only where every value fits, by exact counts. Values that stand for "missing" may become nulls, and
//! the reason says how many. Codes stay text: what is never counted with loses its zeros as a number.

use super::evidence::{Evidence, grouped};
use super::rules::Family;
use super::vocabulary::Notion;
use crate::engine::accumulators::date_texts::parse_date_text;
use crate::engine::accumulators::text_kinds::{is_dummy, is_numeric, is_truth_word};

/// Fewer values than this prove nothing about the next ones.
const LEAST_VALUES: u64 = 30;
/// Largest whole number that a type of 32 bits is suggested for: room to double.
const INT_ROOM: f64 = 1e9;
/// Largest whole number that a double keeps exactly.
const EXACT_DOUBLE: f64 = 9_007_199_254_740_992.0;
/// Seconds of 1990 and 2100.
const EPOCH_SECONDS: (f64, f64) = (631_152_000.0, 4_102_444_800.0);
/// Widths that are suggested for text.
const TEXT_WIDTHS: [u64; 8] = [10, 20, 50, 100, 250, 500, 1_000, 4_000];

/// What a rule looks at: the column and what it was found to be.
pub struct Subject<'a> {
    pub column: &'a Evidence<'a>,
    pub meaning: &'static str,
    pub family: Option<Family>,
}

/// One way to find a better type.
pub struct SuggestionRule {
    /// What it is called in tests and talk.
    #[cfg_attr(not(test), expect(dead_code, reason = "a rule has a name so that one can speak of it"))]
    pub name: &'static str,
    /// Type and reason, where it applies.
    pub suggest: fn(&Subject) -> Option<(String, String)>,
}

/// All rules in the order in which they are asked.
pub const RULES: &[SuggestionRule] = &[
    SuggestionRule {
        name: "truth in texts",
        suggest: |subject| {
            let rest = every_text(subject.column, subject.column.metrics().boolean_text_count, is_truth_word)?;
            (subject.column.distinct() >= 2).then(|| ("boolean".to_owned(), format!("Every text says true or false, yes or no{rest}.")))
        },
    },
    SuggestionRule {
        name: "truth in numbers",
        suggest: |subject| {
            (subject.family == Some(Family::Truth) && subject.column.is_number())
                .then(|| ("boolean".to_owned(), "The only numbers are 0 and 1.".to_owned()))
        },
    },
    SuggestionRule {
        name: "dates in texts",
        suggest: dates_in_texts,
    },
    SuggestionRule {
        name: "numbers in texts",
        suggest: numbers_in_texts,
    },
    SuggestionRule {
        name: "days in numbers",
        suggest: |subject| {
            let column = subject.column;
            let word = column.named_any(&[Notion::Moment, Notion::Birth])?;
            let landmarks = landmarks(column);
            let fits =
                column.is_whole() && column.distinct() >= 2 && landmarks.iter().all(|text| is_day(text)) && column.listed(is_day) >= 1.0;
            fits.then(|| {
                (
                    "date".to_owned(),
                    format!("The name says \"{word}\", and the numbers are dates written as yyyyMMdd."),
                )
            })
        },
    },
    SuggestionRule {
        name: "instants in numbers",
        suggest: |subject| {
            let column = subject.column;
            let word = column.named_any(&[Notion::Moment, Notion::RecordStamp])?;
            let (low, high) = EPOCH_SECONDS;
            let unit = [("seconds", 1.0), ("milliseconds", 1e3), ("microseconds", 1e6)]
                .into_iter()
                .find(|(_, times)| column.is_whole() && column.lies_within(low * times, high * times))?
                .0;
            let is_key = matches!(subject.family, Some(Family::Key | Family::Reference));
            (!is_key).then(|| {
                (
                    "timestamp".to_owned(),
                    format!("The name says \"{word}\", and the numbers are {unit} since 1970."),
                )
            })
        },
    },
    SuggestionRule {
        name: "whole numbers in a type with fractions",
        suggest: whole_numbers,
    },
    SuggestionRule {
        name: "a decimal far too wide",
        suggest: |subject| {
            let (precision, scale) = decimal_of(&subject.column.column.data_type)?;
            let needed = whole_digits(subject.column)? + scale;
            (precision > 18 && needed + 3 <= 18).then(|| {
                let reason = format!("No value needs more than {needed} of the {precision} digits, and up to 18 digits fit in 8 bytes.");
                (format!("decimal(18,{scale})"), reason)
            })
        },
    },
    SuggestionRule {
        name: "midnights",
        suggest: |subject| {
            let column = subject.column;
            let all = column.is_time() && column.metrics().midnight_count == Some(column.column.non_null_count);
            all.then(|| ("date".to_owned(), "Every value is at midnight.".to_owned()))
        },
    },
    SuggestionRule {
        name: "a text far too wide",
        suggest: |subject| {
            let declared = declared_width(&subject.column.column.data_type)?;
            let longest = subject.column.metrics().max_length?;
            let enough = TEXT_WIDTHS.into_iter().find(|width| *width >= longest + longest / 4)?;
            (declared >= enough * 2).then(|| {
                (
                    format!("varchar({enough})"),
                    format!(
                        "The longest of {} texts has {longest} characters, the type allows {declared}.",
                        grouped(subject.column.filled)
                    ),
                )
            })
        },
    },
];

/// The first type that a rule suggests.
pub fn suggest_type(subject: &Subject) -> Option<(String, String)> {
    (subject.column.filled >= LEAST_VALUES && subject.family != Some(Family::Plain))
        .then(|| RULES.iter().find_map(|rule| (rule.suggest)(subject)))
        .flatten()
}

/// Proof that every text is of a kind: all that are not empty, or all but stand-ins for "missing" that are listed one by
/// one. Gives what to say of those.
fn every_text(column: &Evidence, count: Option<u64>, is_kind: fn(&str) -> bool) -> Option<String> {
    let (metrics, count) = (column.metrics(), count?);
    let empty = metrics.zero_length_count? + metrics.blank_count?;
    let rest = column.column.non_null_count.checked_sub(empty)?.checked_sub(count)?;
    if !column.is_text() || count == 0 || count < LEAST_VALUES {
        return None;
    }
    let listed: u64 = column
        .column
        .top_values
        .iter()
        .filter(|top| is_dummy(&top.value) && !is_kind(&top.value))
        .map(|top| top.count)
        .sum();
    if rest > 0 && (listed != rest || column.column.is_estimate("top_values")) {
        return None;
    }
    Some(match rest + empty {
        0 => String::new(),
        1 => "; 1 empty text or stand-in for \"missing\" becomes null".to_owned(),
        nulls => format!("; {} empty texts and stand-ins for \"missing\" become null", grouped(nulls)),
    })
}

/// Eight digits that are a day.
fn is_day(text: &str) -> bool {
    text.len() == 8 && parse_date_text(text.as_bytes()).is_some()
}

/// Least, greatest and the quantiles between, as texts.
fn landmarks(column: &Evidence) -> Vec<String> {
    let metrics = column.metrics();
    let quantiles = [
        metrics.p01,
        metrics.p05,
        metrics.p25,
        metrics.median,
        metrics.p75,
        metrics.p95,
        metrics.p99,
    ];
    let ends = [&metrics.min_value, &metrics.max_value].into_iter().flatten().cloned();
    ends.chain(quantiles.into_iter().flatten().map(|value| value.to_string())).collect()
}

fn dates_in_texts(subject: &Subject) -> Option<(String, String)> {
    let column = subject.column;
    let rest = every_text(column, column.metrics().date_count, |text| {
        parse_date_text(text.as_bytes()).is_some()
    })?;
    let named_number = column.name.ends_with(Notion::Key).is_some() || column.name.ends_with(Notion::Number).is_some();
    if column.distinct() < 2 || named_number {
        return None;
    }
    let dates: Vec<_> = column
        .column
        .top_values
        .iter()
        .filter_map(|top| parse_date_text(top.value.as_bytes()))
        .collect();
    let (kind, what) = match () {
        () if dates.iter().all(|date| date.time_us.is_none()) && column.longest() <= 11 => ("date", "a date"),
        () if dates.iter().all(|date| date.offset_minutes.is_some()) => ("timestamp", "a date and time with its zone"),
        () => ("timestamp_ntz", "a date and time without a zone"),
    };
    Some((kind.to_owned(), format!("Every text is {what}{rest}.")))
}

fn numbers_in_texts(subject: &Subject) -> Option<(String, String)> {
    let column = subject.column;
    let stays_text = [
        Family::Key,
        Family::Reference,
        Family::Code,
        Family::Contact,
        Family::Place,
        Family::Position,
        Family::Period,
        Family::Truth,
    ];
    if subject.family.is_some_and(|family| stays_text.contains(&family)) {
        return None;
    }
    let rest = every_text(column, column.metrics().numeric_count, is_numeric)?;
    let metrics = column.metrics();
    let begins_with_zero = |text: &str| text.len() > 1 && text.starts_with('0') && text.as_bytes()[1].is_ascii_digit();
    if metrics.min_text.as_deref().is_some_and(begins_with_zero) || column.listed(begins_with_zero) > 0.0 {
        return None;
    }
    let patterns = metrics.patterns.as_deref().unwrap_or_default();
    let all_shapes = metrics.distinct_pattern_count == Some(patterns.len() as u64) && !column.column.is_estimate("distinct_pattern_count");
    let shapes = patterns.iter().map(|shape| shape.pattern.trim()).filter(|shape| is_numeric(shape));
    let (mut whole, mut scale, mut has_power) = (0, 0, false);
    for shape in shapes {
        let (before, after) = shape.split_once('.').unwrap_or((shape, ""));
        whole = whole.max(before.bytes().filter(u8::is_ascii_digit).count());
        scale = scale.max(after.bytes().filter(u8::is_ascii_digit).count());
    }
    has_power |= patterns.iter().any(|shape| is_power_shape(shape.pattern.trim()));
    let kind = match (all_shapes && !has_power, whole, scale) {
        (true, ..=9, 0) => "int".to_owned(),
        (true, ..=18, 0) => "bigint".to_owned(),
        (true, whole, scale) if whole + scale <= 38 => format!("decimal({},{scale})", whole + scale),
        _ => "double".to_owned(),
    };
    let size = match (all_shapes && !has_power, scale) {
        (true, 0) => format!(" of at most {whole} digits"),
        (true, scale) => format!(" of at most {whole} digits before the point and {scale} after it"),
        _ => String::new(),
    };
    Some((kind, format!("Every text is a number{size}{rest}.")))
}

/// Digits with a power of ten, as a shape: `9.9a99`.
fn is_power_shape(shape: &str) -> bool {
    shape.starts_with(['9', '-', '+', '.']) && shape.contains(['a', 'A']) && is_numeric(&shape.replace(['a', 'A'], "e"))
}

fn whole_numbers(subject: &Subject) -> Option<(String, String)> {
    let column = subject.column;
    let data_type = column.column.data_type.to_lowercase();
    let is_real = ["double", "float", "real", "half"].iter().any(|kind| data_type.starts_with(kind));
    let has_scale = decimal_of(&data_type).is_some_and(|(_, scale)| scale > 0);
    // A price without cents today has them tomorrow.
    let is_measured = matches!(
        subject.meaning,
        "amount_of_money" | "ratio" | "percentage" | "latitude" | "longitude"
    );
    let metrics = column.metrics();
    let special = metrics.nan_count.unwrap_or(0) + metrics.infinite_count.unwrap_or(0);
    if !(is_real || has_scale) || is_measured || !column.is_whole() || special > 0 {
        return None;
    }
    let (min, max) = column.bounds()?;
    let largest = min.abs().max(max.abs());
    let kind = match largest {
        largest if largest <= INT_ROOM => "int",
        largest if largest <= EXACT_DOUBLE => "bigint",
        _ => return None,
    };
    Some((
        kind.to_owned(),
        format!(
            "Every one of {} values is a whole number, from {min} to {max}.",
            grouped(column.filled)
        ),
    ))
}

/// Digits before the point that the largest value needs.
fn whole_digits(column: &Evidence) -> Option<u64> {
    let metrics = column.metrics();
    let digits = |text: &Option<String>| {
        let text = text.as_deref()?;
        let whole = text.split('.').next()?.trim_start_matches(['-', '0']);
        whole.bytes().all(|byte| byte.is_ascii_digit()).then_some(whole.len() as u64)
    };
    Some(digits(&metrics.min_value)?.max(digits(&metrics.max_value)?))
}

/// Precision and scale of a decimal type.
fn decimal_of(data_type: &str) -> Option<(u64, u64)> {
    let lower = data_type.to_lowercase();
    let inside = ["decimal(", "numeric("]
        .iter()
        .find_map(|name| lower.strip_prefix(name))?
        .strip_suffix(')')?;
    let (precision, scale) = inside.split_once(',').unwrap_or((inside, "0"));
    Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

/// Characters that a text type allows.
fn declared_width(data_type: &str) -> Option<u64> {
    let lower = data_type.to_lowercase();
    let names = ["varchar(", "nvarchar(", "character varying(", "char(", "character("];
    let inside = names.iter().find_map(|name| lower.strip_prefix(name))?.strip_suffix(')')?;
    inside.trim().parse().ok()
}
