//! What is said of a place in a call: the same in many calls, and kept once.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashSet;
use serde::{Serialize, Serializer};

/// A text that does not change. Its clones share it, and each has the size of a pointer.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<Box<str>>);

impl Text {
    /// Returns it as a slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Arc::new(text.into()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::new(text.into()))
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        Self(Arc::new(text.into()))
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        **self.0 == *other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        **self.0 == **other
    }
}

/// The texts of all calls that are judged together. They are never forgotten, so only what stays is to be shared.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(Arc<Mutex<HashSet<Text>>>);

impl Texts {
    /// Replaces texts by equal ones of other calls.
    pub(super) fn share<'t>(&self, texts: impl Iterator<Item = &'t mut Text>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for text in texts {
            match known.get(&**text) {
                Some(same) => text.clone_from(same),
                None => {
                    known.insert(text.clone());
                }
            }
        }
    }
}

impl PartialEq for Texts {
    /// They follow from the calls, and make no difference.
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Texts {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_of_two_calls_are_one() {
        let texts = Texts::default();
        let mut said = [["An offer.", "An accept."], ["An accept.", "A reject."]].map(|call| call.map(Text::from));
        let before = said.clone();
        for call in &mut said {
            texts.share(call.iter_mut());
        }
        assert_eq!(said, before);
        let [[_, one], [other, _]] = &said;
        assert!(Arc::ptr_eq(&one.0, &other.0));
    }
}
