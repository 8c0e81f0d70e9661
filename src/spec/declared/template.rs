//! Sentences and values with places that a stanza fills in: `An offer, {place}, with {audio@rate}.`

use super::path::Path;
use crate::call::Call;
use crate::protocol::binary::Element;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{originator, seconds};
use crate::words::article;

/// Shown where a stanza does not have what a place asks for.
const NONE: &str = "(none)";

/// The most characters of one place.
const VALUE: usize = 200;

/// A text with places.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Word(Word),
    Path(Path),
}

/// Words that say something of a stanza.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// The action.
    Action,
    /// The action with its article.
    AnAction,
    /// The `reason`, or `(none)`.
    Reason,
    /// Where it was recorded: `outbound at the caller`.
    Place,
    /// What is known of the program that sent it; empty, or begins with a comma.
    Program,
    /// The side that sent it, or `unknown`.
    Side,
    /// How it stands to the accept: `after the accept`.
    When,
    /// ` after 12.0 s of talk`; empty where that is not known.
    Talk,
    /// `, 6.3 s after the offer`; empty where that is not known.
    Rang,
    /// ` of the caller`; empty where the sender is not known.
    Of,
    /// `, sent by the caller (indirect evidence)`; empty for what left a recorded socket, or where the sender is not known.
    By,
    /// How its sender is known: a clause.
    How,
    /// The kind of call, with its article.
    ACall,
    /// `that had been answered`, `that had not been answered`, or `that may have been answered`.
    Answered,
}

const WORDS: [(&str, Word); 14] = [
    ("action", Word::Action),
    ("an-action", Word::AnAction),
    ("reason", Word::Reason),
    ("place", Word::Place),
    ("program", Word::Program),
    ("side", Word::Side),
    ("when", Word::When),
    ("talk", Word::Talk),
    ("rang", Word::Rang),
    ("of", Word::Of),
    ("by", Word::By),
    ("how", Word::How),
    ("a-call", Word::ACall),
    ("answered", Word::Answered),
];

/// What fills in a template.
#[derive(Clone, Copy)]
pub(super) struct Filling<'c> {
    pub(super) call: &'c Call,
    pub(super) sight: Sight<'c>,
    /// The element that paths begin at.
    pub(super) node: Element<'c>,
    /// Nanoseconds from the accept to it.
    pub(super) talk: Option<i64>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// If a brace is not closed, or what is in braces is neither a word nor a path.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after.split_once('}').ok_or("`{` is not closed")?;
            pieces.push(Piece::Text(before.to_owned()));
            let word = WORDS.iter().find(|(name, _)| *name == inside).map(|(_, word)| *word);
            pieces.push(match word {
                Some(word) => Piece::Word(word),
                None => Piece::Path(Path::parse(inside).map_err(|why| {
                    let words = WORDS.map(|(name, _)| name).join(", ");
                    format!("`{{{inside}}}` is neither a path ({why}) nor one of {words}")
                })?),
            });
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// Returns the paths in it.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Path(path) => Some(path),
            Piece::Text(_) | Piece::Word(_) => None,
        })
    }

    /// Fills it in.
    pub(super) fn fill(&self, filling: Filling<'_>) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Word(word) => word.says(filling),
            Piece::Path(path) => {
                let values = path.values(filling.node, filling.sight.wrapper());
                if values.is_empty() { NONE.to_owned() } else { short(&values.join(", ")) }
            }
        };
        self.0.iter().map(piece).collect()
    }
}

fn short(text: &str) -> String {
    text.chars().take(VALUE).collect()
}

impl Word {
    fn says(self, Filling { call, sight, talk, .. }: Filling<'_>) -> String {
        let action = sight.action.name.as_str();
        match self {
            Self::Action => action.to_owned(),
            Self::AnAction => format!("{} {action}", article(action)),
            Self::Reason => short(sight.action.reason.as_deref().unwrap_or(NONE)),
            Self::Place => originator::seen_at(call, sight.row),
            Self::Program => originator::program(call, sight.row),
            Self::Side => sight.row.originator.side.name().to_owned(),
            Self::When => sight.phase(call).to_owned(),
            Self::Rang => {
                let rang = call.progress.offered.and_then(|offer| call.elapsed(offer, sight.index));
                rang.map_or_else(String::new, |rang| format!(", {} after the offer", seconds(rang)))
            }
            Self::Of => {
                originator::made(sight.row).map_or_else(String::new, |made| format!(" of the {}", made.by.name()))
            }
            Self::By => match originator::made(sight.row) {
                Some(made) if !sight.is_outbound() => {
                    format!(", sent by the {} ({} evidence)", made.by.name(), made.strength.name())
                }
                _ => String::new(),
            },
            Self::How => {
                originator::made(sight.row).map_or_else(|| "its sender is not known".to_owned(), |made| made.how)
            }
            Self::ACall => match call.media {
                Some(media) => format!("{} {} call", article(media.name()), media.name()),
                None => "a call".to_owned(),
            },
            Self::Answered => match sight.was_answered(call) {
                Some(true) => "that had been answered".to_owned(),
                Some(false) => "that had not been answered".to_owned(),
                None => "that may have been answered".to_owned(),
            },
            Self::Talk => talk.map_or_else(String::new, |talk| format!(" after {} of talk", seconds(talk))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_braces_is_a_word_or_a_path() {
        assert_eq!(Template::parse("a {place} b {audio@rate} {^@platform}").unwrap().paths().count(), 2);
        assert_eq!(Template::parse("{place").unwrap_err(), "`{` is not closed");
        assert!(Template::parse("{pla ce}").unwrap_err().contains("neither a path"));
    }
}
