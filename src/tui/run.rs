//! The interface in a terminal: all its I/O.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event};

use super::app::App;
use super::background::{Job, Jobs, Lookups};
use super::kit::backdrop::{Backdrop, Heard};
use super::kit::command::{Done, Effect};
use super::kit::signals::Request;
use super::kit::terminal::Screen;
use super::loading::{Loading, Opener};
use super::options::Options;
use crate::analysis::Analysis;

/// How often to check for new snapshots while no key is pressed.
const TICK: Duration = Duration::from_millis(10);

/// How long to wait for more keys before drawing. Not zero, because then some event sources do not check at all.
const MORE: Duration = Duration::from_millis(1);

/// How long keys are handled before a frame is drawn although more are waiting.
const LONGEST_BATCH: Duration = Duration::from_millis(200);

/// How long to wait for a key if nothing else can happen, before checking for signals and whether the terminal still
/// exists: a closed terminal sends no event.
const IDLE: Duration = Duration::from_millis(100);

/// The number of columns of the terminal, if there is one.
#[must_use]
pub fn columns() -> Option<u16> {
    crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|columns| *columns > 0)
}

/// Shows the interface until the user quits. Standard output must be a terminal. The first frame is drawn without
/// waiting for a snapshot; if several snapshots arrive in the meantime, the newest is shown. `opener` opens what the user asks
/// for.
///
/// # Errors
/// If the terminal cannot be read from or written to. It is restored in any case.
pub fn run(loading: Loading, options: Options, opener: &mut dyn Opener) -> io::Result<()> {
    let mut screen = Screen::enter(options.ascii)?;
    let mut backdrop = Backdrop::default();
    if options.theme.is_none() {
        screen.ask_for_background()?;
    }
    let mut app = App::new(options);
    let (mut updates, mut lookups) = begin(loading, &mut app, &mut screen);
    let begin_again = |opened: Result<Loading, String>, app: &mut App, screen: &mut Screen| match opened {
        Ok(loading) => Some(begin(loading, app, screen)),
        Err(why) => {
            app.did(Some(Done::Message(why)));
            None
        }
    };
    let mut jobs = Jobs::new();
    loop {
        screen.draw(|frame| app.draw(frame))?;
        let mut changed = false;
        while !changed {
            let asked = match screen.request() {
                Some(Request::End(signal)) => return screen.end(signal),
                Some(Request::Suspend) => Some(Effect::Suspend),
                Some(Request::Redraw) => Some(Effect::Redraw),
                None => None,
            };
            changed = asked.is_some();
            if let Some(effect) = asked {
                app.did(screen.perform(effect)?);
            }
            jobs.start(app.jobs());
            changed |= updates.take_newest(&mut app, &mut screen) | app.work();
            for done in jobs.finished() {
                app.done(done);
                changed = true;
            }
            if let Some((wanted, found)) = lookups.answer() {
                app.found(&wanted, found);
                changed = true;
            }
            if let Some(wanted) = app.wants() {
                lookups.ask(wanted);
            }
            let awaits = updates.receiver.is_some() || jobs.is_busy() || lookups.is_waiting();
            let mut patience = match (changed, awaits) {
                (true, _) => MORE,
                (false, true) => TICK,
                (false, false) => IDLE,
            };
            // All waiting keys are handled before the next frame, unless they do not end.
            let since = Instant::now();
            while since.elapsed() < LONGEST_BATCH && event::poll(patience)? {
                changed = true;
                patience = MORE;
                let effect = match event::read()? {
                    Event::Key(key) => match backdrop.hear(&key) {
                        Heard::Key => app.press(key),
                        Heard::Answer => None,
                        Heard::Light(light) => {
                            app.set_background(light);
                            None
                        }
                    },
                    Event::Mouse(mouse) => app.point(mouse),
                    Event::Paste(text) => app.paste(&text),
                    Event::FocusGained | Event::FocusLost | Event::Resize(..) => None,
                };
                match effect {
                    Some(Effect::Quit) => return Ok(()),
                    Some(effect @ (Effect::Open(_) | Effect::Reload(_))) => {
                        let opened = match effect {
                            Effect::Open(path) => opener.open(&path),
                            _ => opener.reload(effect == Effect::Reload(true)),
                        };
                        if let Some(begun) = begin_again(opened, &mut app, &mut screen) {
                            (updates, lookups) = begun;
                        }
                    }
                    Some(Effect::StopFollowing) => opener.stop_following(),
                    Some(Effect::WritePackets { path, excerpt, packing, over }) => match screen.refusal(&path) {
                        Some(refusal) => app.did(Some(refusal)),
                        None => jobs.start(vec![Job::packets(lookups.lookup(), path, excerpt, packing, over)]),
                    },
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

/// Begins to show what is being read.
fn begin(loading: Loading, app: &mut App, screen: &mut Screen) -> (Updates, Lookups) {
    let Loading { updates, lookup, inputs, shelf, follows } = loading;
    screen.protect(inputs);
    app.begin(shelf, follows);
    (Updates { receiver: Some(updates), protected: None }, Lookups::new(lookup))
}

/// The snapshots to come.
struct Updates {
    /// `None` once no more will come.
    receiver: Option<Receiver<Arc<Analysis>>>,
    /// How many captures nothing written may replace.
    protected: Option<usize>,
}

impl Updates {
    /// Takes the newest waiting snapshot, if there is one. Returns whether anything changed.
    fn take_newest(&mut self, app: &mut App, screen: &mut Screen) -> bool {
        let Some(receiver) = &self.receiver else { return false };
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
            // Those of the beginning are protected already; others can come later.
            let known = self.protected.replace(analysis.captures.len()).unwrap_or(analysis.captures.len());
            let later = analysis.captures.iter().skip(known).filter_map(|capture| capture.path.as_deref());
            later.for_each(|path| screen.protect_also(path));
            app.load(analysis);
        }
        if ended {
            self.receiver = None;
            app.stop();
        }
        changed
    }
}
