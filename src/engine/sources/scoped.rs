//! A source of which only some columns and rows are wanted: left-out columns are dropped, rows are tested before they are counted.
//!
//! One way of testing for every source: what its arrays hold is compared as the filter's literal says, never as text of SQL. A database may
//! have left out rows before (`pushed`): only such as would be dropped here.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;

use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::row_filter::{Literal, Operator, RowFilter, Test};
use crate::domain::table_profile::RejectedRows;
use crate::domain::table_scope::TableScope;
use crate::engine::accumulators::arrow_values::type_name;
use crate::engine::accumulators::date_texts::parse_date_text;
use crate::engine::error::EngineError;
use crate::engine::type_inference::TokenKinds;

/// Wraps a source.
pub struct ScopedSource {
    inner: Box<dyn BatchSource>,
    path: String,
    scope: TableScope,
    columns: Vec<SourceColumn>,
    /// Of the columns of the source, those that are wanted. More may come from batch to batch.
    kept: Vec<usize>,
    seen: usize,
}

impl ScopedSource {
    /// The source as it is where the whole table is wanted.
    pub fn wrap(inner: Box<dyn BatchSource>, scope: &TableScope, path: &str) -> Result<Box<dyn BatchSource>, EngineError> {
        if scope.is_whole() {
            return Ok(inner);
        }
        let mut source = Self {
            inner,
            path: path.to_owned(),
            scope: scope.clone(),
            columns: Vec::new(),
            kept: Vec::new(),
            seen: 0,
        };
        // Texts of a database are known as such from the start; those of a file may be anything.
        source.take_in_columns(true)?;
        Ok(Box::new(source))
    }

    fn take_in_columns(&mut self, is_start: bool) -> Result<(), EngineError> {
        for (place, column) in self.inner.columns().iter().enumerate().skip(self.seen) {
            if !self.scope.leaves_out(&column.name) {
                self.kept.push(place);
                self.columns.push(column.clone());
            }
            if let Some(filter) = &self.scope.row_filter {
                let are_texts = is_start && column.data_type.is_none() && self.inner.token_kinds(place) != TokenKinds::PLAIN;
                check_types(filter, column, are_texts).map_err(|reason| EngineError::Filter { reason })?;
            }
            self.seen = place + 1;
        }
        Ok(())
    }

    /// Which rows meet every condition.
    fn test_rows(&self, filter: &RowFilter, rows: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let mut wanted = vec![true; rows.num_rows()];
        for condition in &filter.conditions {
            let place = self.inner.columns().iter().position(|column| column.name == condition.column);
            let found = place.and_then(|place| rows.columns().get(place).map(|array| (place, array)));
            let holds = match found {
                Some((place, array)) => test_values(array, self.inner.columns()[place].data_type.as_ref(), &condition.test)?,
                // A file without the column has only nulls in it.
                None => vec![condition.test == Test::IsNull; rows.num_rows()],
            };
            wanted.iter_mut().zip(holds).for_each(|(wanted, holds)| *wanted &= holds);
        }
        Ok(BooleanArray::from(wanted))
    }
}

impl BatchSource for ScopedSource {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, column: usize) -> TokenKinds {
        self.inner.token_kinds(self.kept[column])
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let Some(batch) = self.inner.next_batch()? else { return Ok(None) };
        self.take_in_columns(false)?;
        let choose = || {
            let kept = batch.rows.project(&self.kept)?;
            match &self.scope.row_filter {
                Some(filter) => filter_record_batch(&kept, &self.test_rows(filter, &batch.rows)?),
                None => Ok(kept),
            }
        };
        let rows = choose().map_err(|error| EngineError::malformed(&self.path, error))?;
        Ok(Some(SourceBatch { rows, bytes: batch.bytes }))
    }

    fn rejected(&self) -> RejectedRows {
        self.inner.rejected()
    }
}

/// Says where a literal cannot be compared with what the column holds.
fn check_types(filter: &RowFilter, column: &SourceColumn, are_texts: bool) -> Result<(), String> {
    for condition in filter.conditions.iter().filter(|condition| condition.column == column.name) {
        let Test::Compare(_, literal) = &condition.test else { continue };
        let (fits, held) = match &column.data_type {
            Some(data_type) => (fits(literal, data_type), type_name(data_type)),
            None => (!are_texts || !matches!(literal, Literal::Number(_)), "text".to_owned()),
        };
        if !fits {
            return Err(format!("{condition}: the column holds {held}"));
        }
    }
    Ok(())
}

fn fits(literal: &Literal, data_type: &DataType) -> bool {
    match literal {
        Literal::Number(_) => data_type.is_numeric(),
        Literal::Text(_) => matches!(
            data_type,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..)
        ),
        Literal::Moment(_) => matches!(data_type, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)),
        Literal::Boolean(_) => *data_type == DataType::Boolean,
    }
}

fn test_values(array: &ArrayRef, data_type: Option<&DataType>, test: &Test) -> Result<Vec<bool>, ArrowError> {
    let (operator, literal) = match test {
        Test::IsNull => return Ok((0..array.len()).map(|row| array.is_null(row)).collect()),
        Test::IsNotNull => return Ok((0..array.len()).map(|row| array.is_valid(row)).collect()),
        Test::Compare(operator, literal) => (*operator, literal),
    };
    let orders: Vec<Option<Ordering>> = match (data_type, literal) {
        (None, _) => array
            .as_binary::<i32>()
            .iter()
            .map(|token| token.and_then(|token| order_of_token(token, literal)))
            .collect(),
        (Some(_), Literal::Number(number)) => {
            let values = cast(array, &DataType::Float64)?;
            let values = values.as_primitive::<Float64Type>();
            values
                .iter()
                .map(|value| value.map(|value| order_of_numbers(value, *number)))
                .collect()
        }
        (Some(_), Literal::Text(text)) => {
            let values = cast(array, &DataType::Utf8)?;
            let values = values.as_string::<i32>();
            values
                .iter()
                .map(|value| value.map(|value| value.as_bytes().cmp(text.as_bytes())))
                .collect()
        }
        (Some(_), Literal::Boolean(wanted)) => array
            .as_boolean()
            .iter()
            .map(|value| value.map(|value| value.cmp(wanted)))
            .collect(),
        (Some(data_type), Literal::Moment(moment)) => {
            let micros = micros_of(array, data_type)?;
            micros.into_iter().map(|value| value.map(|value| value.cmp(moment))).collect()
        }
    };
    Ok(holds(operator, &orders))
}

/// A missing value, or one that cannot be compared, meets no condition.
fn holds(operator: Operator, orders: &[Option<Ordering>]) -> Vec<bool> {
    orders
        .iter()
        .map(|order| order.is_some_and(|order| operator.holds(order)))
        .collect()
}

fn micros_of(array: &ArrayRef, data_type: &DataType) -> Result<Vec<Option<i64>>, ArrowError> {
    if *data_type == DataType::Date32 {
        // The infinities of a database are days at the ends of 32 bits.
        let days = array.as_primitive::<Date32Type>();
        return Ok(days
            .iter()
            .map(|day| day.map(|day| i64::from(day).saturating_mul(86_400_000_000)))
            .collect());
    }
    // The zone stays, for without one the values would be shifted to local time.
    let zone = match data_type {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    };
    let values = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone))?;
    Ok(values.as_primitive::<TimestampMicrosecondType>().iter().collect())
}

fn order_of_token(token: &[u8], literal: &Literal) -> Option<Ordering> {
    match literal {
        Literal::Text(text) => Some(token.cmp(text.as_bytes())),
        Literal::Number(number) => {
            let value: f64 = std::str::from_utf8(token).ok()?.trim().parse().ok()?;
            Some(order_of_numbers(value, *number))
        }
        Literal::Moment(moment) => {
            let date = parse_date_text(token.trim_ascii()).filter(|date| date.is_iso)?;
            Some(date.micros().cmp(moment))
        }
        Literal::Boolean(wanted) => {
            let value = match token {
                token if token.eq_ignore_ascii_case(b"true") => true,
                token if token.eq_ignore_ascii_case(b"false") => false,
                _ => return None,
            };
            Some(value.cmp(wanted))
        }
    }
}

/// As databases order: what is no number is greater than every number.
fn order_of_numbers(value: f64, number: f64) -> Ordering {
    value.partial_cmp(&number).unwrap_or(Ordering::Greater)
}
