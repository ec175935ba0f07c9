//! The parts of `parlance dev`.

pub mod database;
pub mod demo;
pub mod mail_page;
pub mod manifest;
mod simulated;
