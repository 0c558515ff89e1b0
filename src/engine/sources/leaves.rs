//! Nested columns, opened: the fields of a struct become columns `a.b`, and beside a list or a map stands a column
//! `a.length` with the number of its elements. A list or a map stays as it is, known by its text.
//!
//! Every format that has nested columns goes through here, so that they have the same names everywhere.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, RecordBatchOptions, make_array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::{BatchSource, SourceBatch, SourceColumn};
use crate::domain::table_profile::RejectedRows;
use crate::engine::error::EngineError;
use crate::engine::type_inference::TokenKinds;

/// Structs within structs are opened so deep; deeper ones are known by their text.
pub const DEPTH_LIMIT: usize = 8;
/// Columns that opening structs may make; structs beyond are known by their text.
pub const LEAF_LIMIT: usize = 20_000;
/// Last part of the name of a column of lengths.
pub const LENGTH: &str = "length";

/// One column of the opened table.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Name: those of the structs around it and its own, with points between.
    pub name: String,
    /// Type of its values.
    pub data_type: DataType,
    /// Which column of the file it is in.
    pub root: usize,
    /// Which field to take at each level below that.
    pub path: Vec<usize>,
    /// Whether it counts the elements of the list or map that stands there.
    pub is_length: bool,
}

/// The opened columns of a schema, in order.
pub fn leaves_of(fields: &Fields) -> Vec<Leaf> {
    let mut leaves = Vec::with_capacity(fields.len());
    for (root, field) in fields.iter().enumerate() {
        open_field(field, field.name().clone(), root, &mut Vec::new(), &mut leaves);
    }
    tell_apart(&mut leaves);
    leaves
}

/// Names under which others lie: `a` and `a.b` of a column `a.b.c`. A column of such a name that is null in every row is no column
/// of its own, but what is left of an object that was not there.
pub fn names_around<'a>(names: impl Iterator<Item = &'a str>) -> HashSet<String> {
    names
        .flat_map(|name| name.match_indices('.').map(|(at, _)| name[..at].to_owned()))
        .collect()
}

/// Whether opening changes anything.
pub fn is_nested(fields: &Fields) -> bool {
    fields
        .iter()
        .any(|field| is_listlike(field.data_type()) || matches!(field.data_type(), DataType::Struct(inner) if !inner.is_empty()))
}

impl Leaf {
    /// The column as a source announces it.
    pub fn announced(&self) -> SourceColumn {
        SourceColumn {
            name: self.name.clone(),
            data_type: Some(self.data_type.clone()),
        }
    }

    /// The names of the column of the file and of the fields below it.
    pub fn named_path(&self, fields: &Fields) -> Vec<String> {
        let mut names = Vec::with_capacity(self.path.len() + 1);
        let mut field = &fields[self.root];
        names.push(field.name().clone());
        for place in &self.path {
            let DataType::Struct(inner) = field.data_type() else { break };
            field = &inner[*place];
            names.push(field.name().clone());
        }
        names
    }

    /// Its values, from the column of the file; where a struct around it is null, so is it.
    pub fn take(&self, root: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        let mut array = root.clone();
        let mut nulls: Option<NullBuffer> = None;
        for place in &self.path {
            let parent = array
                .as_struct_opt()
                .ok_or_else(|| ArrowError::SchemaError(format!("{} is no struct", self.name)))?;
            nulls = NullBuffer::union(nulls.as_ref(), parent.nulls());
            array = parent
                .columns()
                .get(*place)
                .cloned()
                .ok_or_else(|| ArrowError::SchemaError(format!("{} is missing", self.name)))?;
        }
        let array = with_nulls(&array, nulls)?;
        if self.is_length { lengths_of(&array) } else { Ok(array) }
    }
}

fn open_field(field: &FieldRef, name: String, root: usize, path: &mut Vec<usize>, leaves: &mut Vec<Leaf>) {
    match field.data_type() {
        DataType::Struct(inner) if !inner.is_empty() && path.len() < DEPTH_LIMIT && leaves.len() + inner.len() <= LEAF_LIMIT => {
            for (place, field) in inner.iter().enumerate() {
                path.push(place);
                open_field(field, format!("{name}.{}", field.name()), root, path, leaves);
                path.pop();
            }
        }
        data_type => {
            let leaf = |name: String, data_type: DataType, is_length| Leaf {
                name,
                data_type,
                root,
                path: path.clone(),
                is_length,
            };
            let length = is_listlike(data_type).then(|| leaf(format!("{name}.{LENGTH}"), DataType::Int64, true));
            leaves.push(leaf(name, data_type.clone(), false));
            leaves.extend(length);
        }
    }
}

/// Names that opening made equal are told apart; what the file itself names keeps its name.
fn tell_apart(leaves: &mut [Leaf]) {
    let own: HashSet<String> = leaves
        .iter()
        .filter(|leaf| leaf.path.is_empty() && !leaf.is_length)
        .map(|leaf| leaf.name.clone())
        .collect();
    let mut taken = own;
    for leaf in leaves.iter_mut().filter(|leaf| !leaf.path.is_empty() || leaf.is_length) {
        let base = leaf.name.clone();
        let mut again = 1;
        while !taken.insert(leaf.name.clone()) {
            leaf.name = format!("{base}_{again}");
            again += 1;
        }
    }
}

fn is_listlike(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::List(_)
            | DataType::LargeList(_)
            | DataType::FixedSizeList(..)
            | DataType::ListView(_)
            | DataType::LargeListView(_)
            | DataType::Map(..)
    )
}

/// The array with more nulls. Types without a place for nulls of their own are left alone.
fn with_nulls(array: &ArrayRef, nulls: Option<NullBuffer>) -> Result<ArrayRef, ArrowError> {
    let holds_none = matches!(
        array.data_type(),
        DataType::Null | DataType::Union(..) | DataType::RunEndEncoded(..)
    );
    match nulls {
        Some(nulls) if nulls.null_count() > 0 && !holds_none => {
            let nulls = NullBuffer::union(Some(&nulls), array.nulls());
            Ok(make_array(array.to_data().into_builder().nulls(nulls).build()?))
        }
        _ => Ok(array.clone()),
    }
}

fn lengths_of(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let differences = |offsets: &[i32]| {
        offsets
            .windows(2)
            .map(|pair| i64::from(pair[1]) - i64::from(pair[0]))
            .collect::<Vec<i64>>()
    };
    let lengths: Vec<i64> = match array.data_type() {
        DataType::List(_) => differences(array.as_list::<i32>().value_offsets()),
        DataType::LargeList(_) => array
            .as_list::<i64>()
            .value_offsets()
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect(),
        DataType::Map(..) => differences(array.as_map().value_offsets()),
        DataType::FixedSizeList(_, length) => vec![i64::from(*length); array.len()],
        DataType::ListView(_) => array
            .as_list_view::<i32>()
            .value_sizes()
            .iter()
            .map(|size| i64::from(*size))
            .collect(),
        DataType::LargeListView(_) => array.as_list_view::<i64>().value_sizes().to_vec(),
        other => return Err(ArrowError::SchemaError(format!("{other} has no elements"))),
    };
    Ok(Arc::new(Int64Array::new(lengths.into(), array.nulls().cloned())))
}

/// A source whose nested columns are opened.
pub struct OpenedSource {
    inner: Box<dyn BatchSource>,
    path: String,
    leaves: Vec<Leaf>,
    columns: Vec<SourceColumn>,
    schema: SchemaRef,
}

impl OpenedSource {
    /// Opens the nested columns; a source without any is handed back as it is.
    pub fn wrap(inner: Box<dyn BatchSource>, fields: &Fields, path: &str) -> Box<dyn BatchSource> {
        if !is_nested(fields) {
            return inner;
        }
        let leaves = leaves_of(fields);
        let schema: Vec<Field> = leaves
            .iter()
            .map(|leaf| Field::new(&leaf.name, leaf.data_type.clone(), true))
            .collect();
        Box::new(Self {
            inner,
            path: path.to_owned(),
            columns: leaves.iter().map(Leaf::announced).collect(),
            leaves,
            schema: Arc::new(Schema::new(schema)),
        })
    }
}

impl BatchSource for OpenedSource {
    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn token_kinds(&self, _column: usize) -> TokenKinds {
        TokenKinds::default()
    }

    fn next_batch(&mut self) -> Result<Option<SourceBatch>, EngineError> {
        let Some(batch) = self.inner.next_batch()? else { return Ok(None) };
        let open = || -> Result<RecordBatch, ArrowError> {
            let arrays = self
                .leaves
                .iter()
                .map(|leaf| leaf.take(batch.rows.column(leaf.root)))
                .collect::<Result<_, _>>()?;
            let options = RecordBatchOptions::new().with_row_count(Some(batch.rows.num_rows()));
            RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
        };
        let rows = open().map_err(|error| EngineError::malformed(&self.path, error))?;
        Ok(Some(SourceBatch { rows, bytes: batch.bytes }))
    }

    fn rejected(&self) -> RejectedRows {
        self.inner.rejected()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int32Array, ListArray, StringArray, StructArray};
    use arrow::datatypes::Int32Type;

    fn nested() -> ArrayRef {
        let inner = StructArray::new(
            vec![Field::new("c", DataType::Utf8, true)].into(),
            vec![Arc::new(StringArray::from(vec![Some("x"), Some("y"), Some("z")]))],
            Some(NullBuffer::from(vec![true, false, true])),
        );
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), Some(vec![]), None]);
        let fields: Fields = vec![
            Field::new("b", DataType::Int32, true),
            Field::new("s", inner.data_type().clone(), true),
            Field::new("l", list.data_type().clone(), true),
        ]
        .into();
        let columns: Vec<ArrayRef> = vec![Arc::new(Int32Array::from(vec![1, 2, 3])), Arc::new(inner), Arc::new(list)];
        Arc::new(StructArray::new(fields, columns, Some(NullBuffer::from(vec![true, true, false]))))
    }

    #[test]
    fn fields_of_structs_are_columns_and_lists_have_their_lengths() {
        let root = nested();
        let fields: Fields = vec![Field::new("a", root.data_type().clone(), true)].into();
        let leaves = leaves_of(&fields);
        let names: Vec<&str> = leaves.iter().map(|leaf| leaf.name.as_str()).collect();
        assert_eq!(names, ["a.b", "a.s.c", "a.l", "a.l.length"]);
        let taken: Vec<ArrayRef> = leaves.iter().map(|leaf| leaf.take(&root).unwrap()).collect();
        // The last row's struct is null, so nothing in it is a value; the second row's inner struct is null.
        assert_eq!(
            taken[0].as_primitive::<Int32Type>(),
            &Int32Array::from(vec![Some(1), Some(2), None])
        );
        assert_eq!(taken[1].as_string::<i32>(), &StringArray::from(vec![Some("x"), None, None]));
        assert_eq!(
            taken[3].as_primitive::<arrow::datatypes::Int64Type>(),
            &Int64Array::from(vec![Some(2), Some(0), None])
        );
        let sliced: ArrayRef = root.slice(1, 2);
        assert_eq!(
            leaves[0].take(&sliced).unwrap().as_primitive::<Int32Type>(),
            &Int32Array::from(vec![Some(2), None])
        );
    }

    #[test]
    fn depth_has_an_end_and_names_stay_different() {
        let mut data_type = DataType::Int32;
        for _ in 0..20 {
            data_type = DataType::Struct(vec![Field::new("x", data_type, true)].into());
        }
        let fields: Fields = vec![Field::new("a", data_type, true)].into();
        let leaves = leaves_of(&fields);
        assert_eq!((leaves.len(), leaves[0].path.len()), (1, DEPTH_LIMIT));
        let inner = DataType::Struct(vec![Field::new("b", DataType::Int32, true)].into());
        let fields: Fields = vec![Field::new("a", inner, true), Field::new("a.b", DataType::Utf8, true)].into();
        let names: Vec<String> = leaves_of(&fields).into_iter().map(|leaf| leaf.name).collect();
        assert_eq!(names, ["a.b_1", "a.b"]);
        assert!(!is_nested(&vec![Field::new("a", DataType::Int32, true)].into()));
    }
}
