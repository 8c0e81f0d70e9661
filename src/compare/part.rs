//! A part of a comparison.

/// A part of two stanzas: an element, one of its attributes, its content, or a value of JSON in one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The number of elements around its element.
    pub depth: usize,
    /// The element: tags from the root on, joined by `/`. Untrusted text.
    pub element: String,
    /// Which part of it.
    pub what: What,
    /// What the left stanza has there; `None` if it does not have the part. Untrusted text.
    pub left: Option<String>,
    /// What the right stanza has there.
    pub right: Option<String>,
    /// How the two relate.
    pub relation: Relation,
}

/// A part of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The element itself.
    Element,
    /// An attribute of this name. Untrusted text.
    Attribute(String),
    /// Its content other than elements.
    Content,
    /// The value at a path of the JSON in an attribute or the content. Untrusted text.
    Key(String),
}

/// How a part of two stanzas relates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Both are equal.
    Same,
    /// The values differ and have the same role in their calls, such as the caller's address.
    SameRole,
    /// The values differ as those of any two stanzas do: ids, keys, tokens, times.
    Random,
    /// The values differ.
    Different,
    /// Only the left stanza has it.
    OnlyLeft,
    /// Only the right stanza has it.
    OnlyRight,
    /// Both have the element, at different places among its siblings. The part's values are the places, from 1.
    Moved,
}

impl Relation {
    /// Returns whether it is a difference between these two stanzas, and not between any two.
    #[must_use]
    pub const fn differs(self) -> bool {
        matches!(self, Self::Different | Self::OnlyLeft | Self::OnlyRight | Self::Moved)
    }

    /// The relation's name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SameRole => "same-role",
            Self::Random => "random",
            Self::Different => "different",
            Self::OnlyLeft => "only-left",
            Self::OnlyRight => "only-right",
            Self::Moved => "moved",
        }
    }
}

impl Part {
    /// The path of the part, from the action on: `offer/audio@rate`, `offer/capability`; of the `<call>` around it, `call@to`.
    /// Untrusted text.
    #[must_use]
    pub fn path(&self) -> String {
        let element = self.element.strip_prefix("call/").unwrap_or(&self.element);
        match &self.what {
            What::Element | What::Content => element.to_owned(),
            What::Attribute(name) => format!("{element}@{name}"),
            What::Key(path) => format!("{element}:{path}"),
        }
    }

    /// What the part is: `child`, `order`, `attribute`, `content` or `value` (of JSON).
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match (&self.what, self.relation) {
            (What::Element, Relation::Moved) => "order",
            (What::Element, _) => "child",
            (What::Attribute(_), _) => "attribute",
            (What::Content, _) => "content",
            (What::Key(_), _) => "value",
        }
    }

    /// The name of the part without its element: an attribute's name, a path, or the tag.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.what {
            What::Element | What::Content => self.element.rsplit('/').next().unwrap_or_default(),
            What::Attribute(name) => name,
            What::Key(path) => path,
        }
    }
}

/// The parts that differ between two stanzas and not between any two. Of an element that only one side has, nothing inside.
pub(super) fn differences(parts: Vec<Part>) -> Vec<Part> {
    let mut only_one: Option<usize> = None;
    let mut kept = parts;
    kept.retain(|part| {
        let is_element = part.what == What::Element;
        if let Some(depth) = only_one {
            if part.depth > depth || part.depth == depth && !is_element {
                return false;
            }
            only_one = None;
        }
        if is_element && matches!(part.relation, Relation::OnlyLeft | Relation::OnlyRight) {
            only_one = Some(part.depth);
        }
        part.relation.differs()
    });
    kept
}
