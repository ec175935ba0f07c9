//! The parts of `parlance dev`.

pub mod database;
pub mod demo;
pub mod manifest;
mod simulated;
