//! The terminal interface: the list of calls, the ladder of a call beside its stanzas, and what was read.
//!
//! Elm shape: a key is looked up in [`bindings::KEYMAP`] and becomes a [`command::Command`], `update` changes the
//! model, `view` draws it. Neither does any I/O; [`run`] does it all. Reading goes on in another thread, which sends
//! snapshots; the interface never waits for it.

pub mod bindings;
pub mod command;
pub mod input;
pub mod key;
pub mod keymap;

mod background;
mod board;
mod columns;
mod comparison;
mod dialog;
mod diff;
mod drafts;
mod editor;
mod jobs;
mod list;
mod lower;
mod model;
mod names;
mod opened;
mod quantity;
mod regions;
mod screen;
mod search;
mod settings;
mod terminal;
mod text;
mod theme;
mod times;
mod update;
mod view;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};
use ratatui::Frame;

use crate::analysis::{Analysis, Lookup, LookupError, Passages, Wanted};
use crate::github::Access;
use crate::notes::Shelf;
use crate::tables::Selection;
use background::Background;
use columns::Column;
use command::{Command, Done, Effect};
use input::Edit;
use key::Key;
use keymap::Keymap;
use model::Model;
use theme::Theme;
use view::Scratch;

pub use jobs::{Job, JobDone};
pub use settings::Wrong;
pub use theme::ThemeName;

/// How often new snapshots are looked for while nobody presses a key.
const TICK: Duration = Duration::from_millis(10);

/// How long more keys are waited for before a picture shows what those before them did. Not zero: then not every
/// source of events looks at all.
const MORE: Duration = Duration::from_millis(1);

/// How long a key is waited for when nothing else can come: then it is looked whether the terminal is still there, since
/// one that was closed sends nothing, and makes waiting for it work.
const IDLE: Duration = Duration::from_secs(1);

/// Columns of the terminal, if there is one.
#[must_use]
pub fn columns() -> Option<u16> {
    crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|columns| *columns > 0)
}

/// How the interface looks and what it begins with.
#[derive(Debug, Default)]
pub struct Options {
    /// The colours.
    pub theme: ThemeName,
    /// The keys.
    pub keymap: Keymap,
    /// The columns of the list of calls, by name; `None` for the usual ones. Unknown names are passed over.
    pub columns: Option<Vec<String>>,
    /// The config file, which the choice of columns can be written to.
    pub config: Option<PathBuf>,
    /// Whether letters stand in the place of addresses.
    pub pseudonyms: bool,
    /// The filter of the list, and its text.
    pub filter: Option<(String, Selection)>,
    /// The notes, and the files that keep them.
    pub shelf: Shelf,
    /// The server that findings are sent to.
    pub access: Access,
    /// The names of the user and the machine, which may be in no finding.
    pub here: Vec<String>,
    /// Where the bytes of stanzas are looked up; without one, they are not.
    pub lookup: Option<Lookup>,
}

/// Shows the interface until the user quits. Standard output must be a terminal. The first picture is drawn before
/// any snapshot is waited for; of several that came meanwhile the newest is shown.
///
/// # Errors
/// If the terminal cannot be read from or written to. It is given back in any case.
pub fn run(updates: Receiver<Arc<Analysis>>, mut options: Options) -> io::Result<()> {
    let mut screen = terminal::Screen::enter()?;
    let mut background = Background::new(options.lookup.take());
    let mut app = App::new(options);
    let mut updates = Some(updates);
    let mut behind = Behind::new();
    loop {
        screen.draw(|frame| app.draw(frame))?;
        let mut changed = false;
        while !changed {
            behind.begin(app.jobs());
            changed = take_newest(&mut updates, &mut app) | app.work() | behind.take(&mut app);
            if let Some((wanted, found)) = background.answer() {
                app.found(&wanted, found);
                changed = true;
            }
            if let Some(wanted) = app.wants() {
                background.ask(wanted);
            }
            let awaits = updates.is_some() || behind.is_busy() || background.is_waiting();
            let mut patience = match (changed, awaits) {
                (true, _) => MORE,
                (false, true) => TICK,
                (false, false) => IDLE,
            };
            // All keys that are waiting come before the next picture.
            while event::poll(patience)? {
                changed = true;
                patience = MORE;
                let effect = match event::read()? {
                    Event::Key(key) => app.press(key),
                    Event::Mouse(mouse) => app.point(mouse),
                    Event::Paste(text) => app.paste(&text),
                    Event::FocusGained | Event::FocusLost | Event::Resize(..) => None,
                };
                match effect {
                    Some(Effect::Quit) => return Ok(()),
                    Some(effect) => app.did(screen.perform(effect)?),
                    None => {}
                }
            }
            if !changed && !io::stdout().is_terminal() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
    }
}

/// What is done on threads of its own.
struct Behind {
    done: Receiver<JobDone>,
    tell: Sender<JobDone>,
    running: usize,
}

impl Behind {
    fn new() -> Self {
        let (tell, done) = mpsc::channel();
        Self { done, tell, running: 0 }
    }

    fn begin(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            let tell = self.tell.clone();
            self.running += 1;
            // Nobody waits for it once the interface is gone.
            thread::spawn(move || drop(tell.send(job.run())));
        }
    }

    const fn is_busy(&self) -> bool {
        self.running > 0
    }

    /// Takes what is done; whether anything is.
    fn take(&mut self, app: &mut App) -> bool {
        let before = self.running;
        while let Ok(done) = self.done.try_recv() {
            self.running -= 1;
            app.done(done);
        }
        self.running < before
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
    theme: ThemeName,
    grip: update::Grip,
}

impl App {
    /// The interface before anything was read.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let Options { theme, keymap, columns, config, pseudonyms, filter, shelf, lookup: _, access, here } = options;
        let mut model =
            Model { keymap, notes: Arc::new(shelf.notes()), shelf, access, here, config, ..Model::default() };
        model.names.in_letters = pseudonyms;
        model.list.filter = filter;
        let columns: Vec<Column> = columns.iter().flatten().filter_map(|name| Column::named(name)).collect();
        if !columns.is_empty() {
            model.list.columns = columns;
        }
        Self { model, scratch: Scratch::default(), theme, grip: None }
    }

    /// Takes a snapshot. What is selected stays selected.
    pub fn load(&mut self, analysis: Arc<Analysis>) {
        update::load(&mut self.model, analysis);
    }

    /// No snapshot will come any more, whether the captures were read to their end or not.
    pub fn stop(&mut self) {
        self.model.stopped = true;
    }

    /// Does some of what takes longer than one key may: a search, a filter. Whether there is more to do, or something
    /// to be seen.
    pub fn work(&mut self) -> bool {
        let busy = self.model.is_busy();
        update::work(&mut self.model) || busy
    }

    /// A stanza whose bytes are to be looked up, if they are to be shown; each is asked for once.
    pub fn wants(&mut self) -> Option<Wanted> {
        let wanted = self.model.opened().and_then(opened::Opened::wanted)?;
        self.model.lower.want(&wanted).then_some(wanted)
    }

    /// Takes what came of looking up the bytes of a stanza.
    pub fn found(&mut self, wanted: &Wanted, found: Result<Passages, LookupError>) {
        self.model.lower.take(wanted, found);
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
        let (context, key) = (self.model.context(), Key::of(event)?);
        let typed = || match key {
            Key { code: KeyCode::Char(letter), control: false } if context.takes_text() => {
                Some(Command::Edit(Edit::Insert(letter)))
            }
            _ => None,
        };
        let command = self.model.keymap.command(context, key).or_else(typed)?;
        self.ask(command)
    }

    /// Does what a command asks for.
    pub fn ask(&mut self, command: Command) -> Option<Effect> {
        match update::update(&mut self.model, command)? {
            Effect::NextTheme => {
                self.theme = self.theme.next();
                self.model.message = Some(format!("Colours: {}", self.theme.name()));
                None
            }
            effect => Some(effect),
        }
    }

    /// Takes an event of the mouse.
    pub fn point(&mut self, event: MouseEvent) -> Option<Effect> {
        update::point(&mut self.model, &self.scratch.regions, &mut self.grip, event);
        None
    }

    /// Takes a text that was pasted: as typed where text is typed, else not at all, for its letters would be commands.
    pub fn paste(&mut self, text: &str) -> Option<Effect> {
        if self.model.context().takes_text() {
            for letter in text.chars() {
                update::update(&mut self.model, Command::Edit(Edit::Insert(letter)));
            }
        }
        None
    }

    /// Takes note of what came of an effect.
    pub fn did(&mut self, done: Option<Done>) {
        if let Some(done) = done {
            update::did(&mut self.model, done);
        }
    }

    /// What is to be done behind, each once.
    pub fn jobs(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.model.jobs)
    }

    /// Takes what came of a job.
    pub fn done(&mut self, done: JobDone) {
        update::done(&mut self.model, done);
    }

    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        self.model.viewport = view::view(&self.model, &mut self.scratch, &Theme::of(self.theme), frame);
    }
}
