//! Which stored columns a field within a struct is made of, so that it is read without its siblings.

use std::ops::Range;

use arrow::datatypes::DataType;

/// The stored columns of the field at `path` below a root whose stored columns are `whole`; nothing where the two do not agree.
pub fn stored_range(root: &DataType, whole: &Range<usize>, path: &[usize]) -> Option<Range<usize>> {
    if stored_columns(root) != whole.len() {
        return None;
    }
    let (mut start, mut data_type) = (whole.start, root);
    for place in path {
        let DataType::Struct(fields) = data_type else { return None };
        start += fields[..*place]
            .iter()
            .map(|field| stored_columns(field.data_type()))
            .sum::<usize>();
        data_type = fields[*place].data_type();
    }
    Some(start..start + stored_columns(data_type))
}

/// Stored columns that a type of the Arrow reader is made of.
fn stored_columns(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| stored_columns(field.data_type())).sum(),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::Map(field, _) => stored_columns(field.data_type()),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::Field;

    #[test]
    fn a_field_is_found_behind_its_siblings() {
        let inner = DataType::Struct(vec![Field::new("x", DataType::Int32, true), Field::new("y", DataType::Utf8, true)].into());
        let list = DataType::List(Field::new("item", inner.clone(), true).into());
        let root = DataType::Struct(
            vec![
                Field::new("a", list, true),
                Field::new("b", inner, true),
                Field::new("c", DataType::Int8, true),
            ]
            .into(),
        );
        assert_eq!(stored_range(&root, &(10..15), &[0]), Some(10..12));
        assert_eq!(stored_range(&root, &(10..15), &[1, 1]), Some(13..14));
        assert_eq!(stored_range(&root, &(10..15), &[2]), Some(14..15));
        assert_eq!(stored_range(&root, &(10..14), &[2]), None);
        assert_eq!(stored_range(&root, &(10..15), &[2, 0]), None);
    }
}
