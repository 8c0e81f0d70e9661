//! Node to text.
