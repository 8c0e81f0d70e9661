//! The integration tests.

mod binary;
