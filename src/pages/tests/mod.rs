//! Pages drawn from samples: what they say in each state, and that nothing of the data becomes markup.

mod doorway;
mod doorway_samples;
mod profiles;
mod samples;
