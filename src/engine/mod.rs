//! STUB
use std::path::{Path, PathBuf}; use crate::domain::{connection::FoundTable, progress::RunProgress, table_profile::*}; use serde::{Serialize, Deserialize};
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct EngineError; impl EngineError { pub fn remedy(&self)->String {String::new()} }
#[derive(Clone,Debug,Serialize,Deserialize)] pub struct ProfileOptions { pub threads: usize, pub memory_bytes: u64, pub deadline_ms: u64, pub clock: chrono::DateTime<chrono::Utc> }
pub trait Observer: Sync { fn progress(&self, rows: u64, bytes: u64); fn is_cancelled(&self) -> bool; }
pub fn discover(_: &Path) -> Result<Vec<FoundTable>, EngineError> { Err(EngineError) }
pub fn discover_file(_: &Path) -> Result<FoundTable, EngineError> { Err(EngineError) }
pub fn profile_table(_: &Path, _: &FoundTable, _: &ProfileOptions, _: &dyn Observer) -> Result<TableProfile, EngineError> { Err(EngineError) }
pub fn run_worker(_: impl std::io::BufRead, _: impl std::io::Write + Send) -> Result<(), EngineError> { Err(EngineError) }
pub mod protocol { use super::*;
#[derive(Debug,Serialize,Deserialize)] pub struct WorkerPlan { pub root: PathBuf, pub tables: Vec<FoundTable>, pub options: ProfileOptions }
#[derive(Debug,Serialize,Deserialize)] pub enum WorkerEvent { Progress(RunProgress), Table(Box<TableProfile>), Failed(FailedTable), Log { level: String, message: String }, Done } }
