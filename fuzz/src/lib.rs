//! Fuzz targets of ringtrace, and what a driver on stable Rust needs: seeds and mutations. See README.md.

mod captures;
pub mod mutate;
pub mod seeds;
mod sharing;
pub mod targets;
