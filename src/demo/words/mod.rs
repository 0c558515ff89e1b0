//! The words of the sample data: people, places and goods, gathered for this program. Nobody real is meant.

pub(super) mod goods;
pub(super) mod people;
pub(super) mod places;
