//! The terminal interface: the list of calls, the ladder of a call beside its stanzas, and what was read.
//!
//! Elm shape: a key is looked up in [`keymap::KEYMAP`] and becomes a [`command::Command`], `update` changes the
//! model, `view` draws it. Neither does any I/O; [`run`] does it all. Reading goes on in another thread, which sends
//! snapshots; the interface never waits for it.

pub mod command;
pub mod keymap;

mod model;
mod quantity;
mod terminal;
mod text;
mod theme;
mod update;
mod view;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::Frame;

use crate::analysis::Analysis;
use command::Effect;
use keymap::Key;
use model::Model;
use theme::Theme;
use view::Scratch;

/// How often new snapshots are looked for while nobody presses a key.
const TICK: Duration = Duration::from_millis(50);

/// How long more keys are waited for before a picture shows what those before them did. Not zero: then not every
/// source of events looks at all.
const MORE: Duration = Duration::from_millis(1);

/// How long a key is waited for when nothing else can come.
const IDLE: Duration = Duration::from_secs(60);

/// Columns of the terminal, if there is one.
#[must_use]
pub fn columns() -> Option<u16> {
    crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|columns| *columns > 0)
}

/// How the interface looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether to use colours; `false` where `NO_COLOR` is set.
    pub colour: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { colour: true }
    }
}

/// Shows the interface until the user quits. Standard output must be a terminal. The first picture is drawn before
/// any snapshot is waited for; of several that came meanwhile the newest is shown.
///
/// # Errors
/// If the terminal cannot be read from or written to. It is given back in any case.
pub fn run(updates: Receiver<Arc<Analysis>>, options: Options) -> io::Result<()> {
    let mut screen = terminal::Screen::enter()?;
    let mut app = App::new(options);
    let mut updates = Some(updates);
    loop {
        screen.draw(|frame| app.draw(frame))?;
        let mut changed = false;
        while !changed {
            changed = take_newest(&mut updates, &mut app);
            let mut patience = match (changed, &updates) {
                (true, _) => MORE,
                (false, Some(_)) => TICK,
                (false, None) => IDLE,
            };
            // All keys that are waiting come before the next picture.
            while event::poll(patience)? {
                changed = true;
                patience = MORE;
                if let Event::Key(key) = event::read()?
                    && app.press(key) == Some(Effect::Quit)
                {
                    return Ok(());
                }
            }
        }
    }
}

/// Takes the newest snapshot that is waiting, if any; whether the picture changed.
fn take_newest(updates: &mut Option<Receiver<Arc<Analysis>>>, app: &mut App) -> bool {
    let Some(receiver) = updates else { return false };
    let mut newest = None;
    let ended = loop {
        match receiver.try_recv() {
            Ok(analysis) => newest = Some(analysis),
            Err(TryRecvError::Empty) => break false,
            Err(TryRecvError::Disconnected) => break true,
        }
    };
    let changed = newest.is_some() || ended;
    if let Some(analysis) = newest {
        app.load(analysis);
    }
    if ended {
        *updates = None;
        app.stop();
    }
    changed
}

/// The interface without its terminal.
#[derive(Debug)]
pub struct App {
    model: Model,
    scratch: Scratch,
    theme: Theme,
}

impl App {
    /// The interface before anything was read.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let theme = if options.colour { Theme::dark() } else { Theme::plain() };
        Self { model: Model::default(), scratch: Scratch::default(), theme }
    }

    /// Takes a snapshot. What is selected stays selected.
    pub fn load(&mut self, analysis: Arc<Analysis>) {
        update::load(&mut self.model, analysis);
    }

    /// No snapshot will come any more, whether the captures were read to their end or not.
    pub fn stop(&mut self) {
        self.model.stopped = true;
    }

    /// Takes a key. A terminal sends Alt and a key as Escape and that key, so they are taken as these two.
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
        let command = keymap::command(self.model.context(), Key::of(event)?)?;
        update::update(&mut self.model, command)
    }

    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        self.model.viewport = view::view(&self.model, &mut self.scratch, &self.theme, frame);
    }
}
