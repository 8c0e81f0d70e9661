//! The interface without its terminal: keys in, effects out, drawn on any frame.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};
use ratatui::Frame;

use super::background::{Job, JobDone, Outcome};
use super::dialogs;
use super::kit::command::{Command, Done, Effect};
use super::kit::input::Edit;
use super::kit::key::Key;
use super::kit::theme::{Theme, ThemeName};
use super::model::Model;
use super::options::Options;
use super::pointer::{self, Grip};
use super::screens::calls::Column;
use super::screens::ladder::LadderScreen;
use super::shared::Shared;
use super::update::{self, update};
use super::view::{Scratch, view};
use crate::analysis::{Analysis, LookupError, Passages, Wanted};
use crate::notes::Shelf;

/// The interface without its terminal.
#[derive(Debug)]
pub struct App {
    model: Model,
    scratch: Scratch,
    theme: ThemeName,
    grip: Grip,
}

impl App {
    /// The interface before the first snapshot.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let Options { theme, ascii: _, keymap, columns, config, pseudonyms, filter, access, here } = options;
        let theme = theme.unwrap_or_default();
        let shared = Shared { keymap, access, here, config, filter, ..Shared::default() };
        let mut model = Model::new(shared);
        model.shared.names.in_letters = pseudonyms;
        let columns: Vec<Column> = columns.iter().flatten().filter_map(|name| Column::named(name)).collect();
        if !columns.is_empty() {
            model.calls.columns = columns;
        }
        Self { model, scratch: Scratch::default(), theme, grip: None }
    }

    /// Captures are read, from the beginning, and on as they grow if `follows`; these are the notes on them. What was read
    /// before stays until then.
    pub fn begin(&mut self, shelf: Shelf, follows: bool) {
        self.model.begin(shelf, follows);
    }

    /// Takes a snapshot. What is selected stays selected.
    pub fn load(&mut self, analysis: Arc<Analysis>) {
        self.model.load(analysis);
    }

    /// No further snapshot will come, whether the captures were read to their end or not.
    pub fn stop(&mut self) {
        self.model.stop();
    }

    /// Does some of the work that takes too long for one key, such as searching and filtering. Returns whether there is
    /// more to do or something new to show.
    pub fn work(&mut self) -> bool {
        let busy = self.model.is_busy();
        let counts = dialogs::count_matching(&mut self.model);
        self.model.work() || busy || counts
    }

    /// The stanza whose bytes must be looked up, once per stanza.
    pub fn wants(&mut self) -> Option<Wanted> {
        let wanted = self.model.ladder().and_then(LadderScreen::wanted)?;
        self.model.shared.layer_bytes.want(&wanted).then_some(wanted)
    }

    /// Takes the result of looking up the bytes of a stanza.
    pub fn found(&mut self, wanted: &Wanted, found: Result<Passages, LookupError>) {
        self.model.shared.layer_bytes.store(wanted, found);
    }

    /// Handles a key. Alt with a key is handled as Escape followed by that key, since that is what terminals send.
    pub fn press(&mut self, mut event: KeyEvent) -> Option<Effect> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        if event.modifiers.contains(KeyModifiers::ALT) {
            event.modifiers.remove(KeyModifiers::ALT);
            if let Some(effect) = self.press(KeyEvent::from(KeyCode::Esc)) {
                return Some(effect);
            }
        }
        let (context, key) = (self.model.context(), Key::of(event)?);
        let typed = || match key {
            Key { code: KeyCode::Char(letter), control: false } if context.takes_text() => {
                Some(Command::Edit(Edit::Insert(letter)))
            }
            _ => None,
        };
        let command = self.model.shared.keymap.command(context, key).or_else(typed)?;
        self.ask(command)
    }

    /// Runs a command.
    pub fn ask(&mut self, command: Command) -> Option<Effect> {
        match update(&mut self.model, command)? {
            Effect::NextTheme => {
                self.theme = self.theme.next();
                self.model.shared.say(format!("Theme: {}", self.theme.name()));
                None
            }
            effect => Some(effect),
        }
    }

    /// Takes the colours that fit a light or a dark background.
    pub(super) fn set_background(&mut self, light: bool) {
        self.theme = if light { ThemeName::Light } else { ThemeName::Dark };
    }

    /// Handles a mouse event.
    pub fn point(&mut self, event: MouseEvent) -> Option<Effect> {
        pointer::point(&mut self.model, &self.scratch.regions, &mut self.grip, event);
        None
    }

    /// Handles pasted text: inserted where text is typed, otherwise ignored, because its letters would be commands.
    pub fn paste(&mut self, text: &str) -> Option<Effect> {
        if self.model.context().takes_text() {
            dialogs::paste(&mut self.model, text);
        }
        None
    }

    /// Takes the result of an effect.
    pub fn did(&mut self, done: Option<Done>) {
        if let Some(done) = done {
            update::done(&mut self.model, done);
        }
    }

    /// The background jobs to start, each once.
    pub fn jobs(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.model.shared.jobs)
    }

    /// Takes the result of a background job.
    pub fn done(&mut self, done: JobDone) {
        match done.outcome {
            Outcome::Written(done) => self.did(Some(done)),
            _ => self.model.finished(done),
        }
    }

    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        self.model.shared.viewport = view(&self.model, &mut self.scratch, &Theme::of(self.theme), frame);
    }
}
