//! Everything that goes through the router: who may see what, what a page costs, what it says.

mod catalogue;
mod cost;
mod doorway;
mod groups;
mod inbox;
mod people;
mod permissions;
mod quality;
mod reading;
mod rows;
mod several;
