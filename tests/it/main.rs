//! The integration tests.

#[cfg(test)]
mod captures;
#[cfg(test)]
mod generated;
