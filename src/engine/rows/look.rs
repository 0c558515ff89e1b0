//! One look: part by part until the page is full and the rest is counted, or until the time is over.

use std::time::Instant;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array, new_null_array};
use arrow::compute::take;
use arrow::datatypes::DataType;

use super::LookPlan;
use super::cells::CellWriter;
use super::matching::test_rows;
use super::pushing::pushed_filter;
use super::values::ColumnValues;
use crate::domain::row_look::{LookEnd, LookedRows, RowCell};
use crate::engine::column_scan::{TableColumn, list_columns};
use crate::engine::error::EngineError;
use crate::engine::limits::{BATCH_ROWS, Observer, StopWatch};
use crate::engine::sources::leaves::names_around;
use crate::engine::sources::parquet::ColumnArrays;
use crate::engine::sources::{BatchSource, OpenTableFile, ScanPart, ScanPlan, SourceColumn};

/// Looks for the rows of a plan. A deadline that passes is no error: the answer says that it did, and what was searched.
pub fn look_at_rows(plan: &LookPlan, observer: &dyn Observer) -> Result<LookedRows, EngineError> {
    let watch = StopWatch::start(&plan.options, observer);
    let mut asked = plan.table.clone();
    if plan.table.files.is_empty() {
        asked.scope.row_filter = pushed_filter(plan);
    }
    let mut scan = ScanPlan::open(&plan.root, &asked, &watch)?;
    scan.scope.clone_from(&plan.table.scope);
    let snapshot = scan.snapshot();
    let (look, ended) = loop {
        let mut look = Look {
            plan,
            scan: &scan,
            watch: &watch,
            place: place_of(&scan, &plan.column.name),
            page: Page::new(plan),
            found: 0,
            searched: 0,
        };
        let ended = match look.read() {
            Ok(ended) => ended,
            Err(EngineError::DeadlinePassed { .. }) => Some(LookEnd::TimedOut),
            // The server's own clock may be the first to say so.
            Err(EngineError::Database { .. }) if watch.left_ms() == Some(0) => Some(LookEnd::TimedOut),
            Err(error) if error.asks_for_another_look() => continue,
            Err(error) => return Err(error),
        };
        break (look, ended);
    };
    if let Some(reason) = scan.failed_column(&plan.column.name) {
        return Err(unreadable(reason));
    }
    // Rows of two versions of a file are no page of either.
    scan.ensure_unchanged()?;
    let (found, searched) = (look.found, look.searched);
    let (columns, rows, files) = look.page.into_parts(|name| scan.failed_column(name).is_none());
    Ok(LookedRows {
        columns,
        rows,
        files,
        found,
        searched,
        ended,
        snapshot_id: snapshot.id,
        snapshot: snapshot.description,
        writes: snapshot.writes,
    })
}

/// Of a Parquet table: where the column lies in each file.
fn place_of(scan: &ScanPlan, name: &str) -> Option<TableColumn> {
    if !scan.is_column_wise() {
        return None;
    }
    list_columns(&scan.files, |_| true).into_iter().find(|column| column.name() == name)
}

struct Look<'a> {
    plan: &'a LookPlan,
    scan: &'a ScanPlan,
    watch: &'a StopWatch<'a>,
    place: Option<TableColumn>,
    page: Page<'a>,
    found: u64,
    searched: u64,
}

impl Look<'_> {
    fn read(&mut self) -> Result<Option<LookEnd>, EngineError> {
        for part in &self.scan.parts {
            let goes_on = match part {
                ScanPart::File {
                    file,
                    row_groups: Some(groups),
                } if self.place.is_some() => self.read_groups(part, file, groups)?,
                _ => self.read_rows(part)?,
            };
            if !goes_on {
                return Ok(Some(LookEnd::PageFull));
            }
        }
        Ok(None)
    }

    /// Whether counting on is affordable once the page is full.
    fn goes_on(&self) -> bool {
        self.page
            .full_since
            .is_none_or(|since| since.elapsed().as_millis() < u128::from(self.plan.counting_ms))
    }

    /// Row groups of a part: the column by itself, and whole rows only where some of them belong on the page.
    fn read_groups(&mut self, part: &ScanPart, file: &OpenTableFile, groups: &[usize]) -> Result<bool, EngineError> {
        let first = self.found;
        for group in groups {
            self.found += self.count_in_group(file, *group)?;
        }
        if self.page.wants_any_of(first, self.found) {
            let mut source = part.open_scoped(&self.scan.scope)?;
            let mut next = first;
            while next < self.found && !self.page.is_full() {
                let Some(batch) = source.next_batch()? else { break };
                next += self.take(&batch.rows, source.as_ref(), part, next)?;
                self.watch.tick(0, batch.bytes)?;
            }
        }
        Ok(self.goes_on())
    }

    fn count_in_group(&mut self, file: &OpenTableFile, group: usize) -> Result<u64, EngineError> {
        let (Some(footer), Some(column)) = (file.footer(), &self.place) else {
            return Ok(0);
        };
        let (rows, of_file) = (footer.group_rows(group) as u64, file.partitions().1);
        let count = |array: &ArrayRef| -> Result<u64, EngineError> {
            let values = ColumnValues::read(array, None).map_err(unreadable)?;
            let chosen = test_rows(&self.plan.condition, &values).map_err(unreadable)?;
            Ok(chosen.into_iter().filter(|chosen| *chosen).count() as u64)
        };
        let found = match (column.places.get(of_file).copied().flatten(), &column.constants) {
            (Some(place), _) => {
                let mut arrays = ColumnArrays::open(&file.file, footer, place, group, BATCH_ROWS)?;
                let mut found = 0;
                while let Some((array, bytes)) = arrays.next_array()? {
                    found += count(&array)?;
                    self.searched += array.len() as u64;
                    self.watch.tick(array.len() as u64, bytes)?;
                }
                return Ok(found);
            }
            // One value, or none, in every row of the file.
            (None, Some(values)) => count(&values[of_file])? * rows,
            (None, None) => count(&new_null_array(&DataType::Null, 1))? * rows,
        };
        self.searched += rows;
        Ok(found)
    }

    /// Whole rows of a part whose columns cannot be read apart. False when it is enough.
    fn read_rows(&mut self, part: &ScanPart) -> Result<bool, EngineError> {
        let mut source = part.open_scoped(&self.scan.scope)?;
        while let Some(batch) = source.next_batch()? {
            self.found += self.take(&batch.rows, source.as_ref(), part, self.found)?;
            self.searched += batch.rows.num_rows() as u64;
            self.watch.tick(batch.rows.num_rows() as u64, batch.bytes)?;
            if !self.goes_on() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts those rows of a batch on the page that belong there; says how many met the condition. `first` met it before.
    fn take(&mut self, rows: &RecordBatch, source: &dyn BatchSource, part: &ScanPart, first: u64) -> Result<u64, EngineError> {
        let columns = source.columns();
        let place = columns.iter().position(|column| column.name == self.plan.column.name);
        let chosen = match place.and_then(|place| rows.columns().get(place).map(|array| (array, &columns[place]))) {
            Some((array, column)) => {
                let settled = column.data_type.is_none().then(|| self.plan.column.settled());
                ColumnValues::read(array, settled)
            }
            // A file without the column has only nulls in it.
            None => ColumnValues::read(&new_null_array(&DataType::Null, rows.num_rows()), None),
        };
        let chosen = chosen
            .and_then(|values| test_rows(&self.plan.condition, &values))
            .map_err(unreadable)?;
        let mut places = Vec::new();
        let mut met = 0;
        for row in (0_u64..).zip(&chosen).filter(|(_, chosen)| **chosen).map(|(row, _)| row) {
            if self.page.wants_any_of(first + met, first + met + 1) {
                places.push(row);
            }
            met += 1;
        }
        if !places.is_empty() {
            let file = match part {
                ScanPart::File { file, .. } if self.scan.files.len() > 1 => Some(file.file.path()),
                _ => None,
            };
            self.page.add(rows, columns, places, file).map_err(unreadable)?;
        }
        Ok(met)
    }
}

/// The page under construction.
struct Page<'a> {
    plan: &'a LookPlan,
    columns: Vec<String>,
    rows: Vec<Vec<RowCell>>,
    files: Vec<String>,
    writer: CellWriter,
    full_since: Option<Instant>,
}

impl<'a> Page<'a> {
    fn new(plan: &'a LookPlan) -> Self {
        let mut page = Self {
            plan,
            columns: Vec::new(),
            rows: Vec::new(),
            files: Vec::new(),
            writer: CellWriter::default(),
            full_since: None,
        };
        page.columns = plan.columns.iter().filter(|name| page.shows(name)).cloned().collect();
        page
    }

    fn shows(&self, name: &str) -> bool {
        !self.plan.hidden.iter().any(|hidden| hidden == name)
    }

    fn is_full(&self) -> bool {
        self.full_since.is_some()
    }

    /// Whether any of the rows from one place to before another, among those that meet the condition, belongs on the page.
    fn wants_any_of(&self, from: u64, to: u64) -> bool {
        to > self.plan.skip && from < self.plan.skip + u64::from(self.plan.limit)
    }

    fn add(&mut self, rows: &RecordBatch, columns: &[SourceColumn], places: Vec<u64>, file: Option<&str>) -> Result<(), String> {
        let first = self.rows.len();
        self.rows.resize(first + places.len(), vec![RowCell::default(); self.columns.len()]);
        self.files
            .extend(file.iter().flat_map(|file| std::iter::repeat_n((*file).to_owned(), places.len())));
        let places = UInt64Array::from(places);
        // Of two columns of one name each has its place.
        let mut taken = vec![false; self.columns.len()];
        for (column, array) in columns.iter().zip(rows.columns()) {
            if !self.shows(&column.name) {
                continue;
            }
            let known = self
                .columns
                .iter()
                .zip(&taken)
                .position(|(name, taken)| *name == column.name && !taken);
            let place = known.unwrap_or_else(|| {
                self.columns.push(column.name.clone());
                taken.push(false);
                self.rows.iter_mut().for_each(|row| row.push(RowCell::default()));
                self.columns.len() - 1
            });
            taken[place] = true;
            let kept = take(array, &places, None).map_err(|error| error.to_string())?;
            let cells = self.writer.write(&kept, column.data_type.is_none())?;
            for (row, cell) in self.rows[first..].iter_mut().zip(cells) {
                row[place] = cell;
            }
        }
        if self.rows.len() >= self.plan.limit as usize {
            self.full_since.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    /// Columns, rows and their files. Columns that cannot be read are left out rather than shown as if nothing stood there, and what
    /// the run has no column of because it is an object whose fields are columns.
    fn into_parts(mut self, is_readable: impl Fn(&str) -> bool) -> (Vec<String>, Vec<Vec<RowCell>>, Vec<String>) {
        let objects = names_around(self.plan.columns.iter().chain(&self.columns).map(String::as_str));
        let is_object = |place: usize, name: &String| {
            objects.contains(name) && !self.plan.columns.contains(name) && self.rows.iter().all(|row| row[place].text.is_none())
        };
        let kept: Vec<bool> = (self.columns.iter().enumerate())
            .map(|(place, name)| is_readable(name) && !is_object(place, name))
            .collect();
        let keep = |place: &mut usize| {
            *place += 1;
            kept[*place - 1]
        };
        let mut place = 0;
        self.columns.retain(|_| keep(&mut place));
        for row in &mut self.rows {
            let mut place = 0;
            row.retain(|_| keep(&mut place));
        }
        (self.columns, self.rows, self.files)
    }
}

fn unreadable(reason: String) -> EngineError {
    EngineError::Unsupported {
        what: format!("the column as it is now ({reason})"),
    }
}
