//! Questions of the user's own: files of `--questions` and of the config.

use std::fs;
use std::path::{Path, PathBuf};

use ringtrace::analysis::Analysis;
use ringtrace::spec::{self, Gist, Judged, read_questions};
use ringtrace::visible::{visible, visible_path};

use super::exit::Failure;
use super::settings::Settings;

/// Reads the questions in these files and in those that the config names, and adds them to all others.
///
/// # Errors
/// If a file cannot be read, or a question in it is wrong: with its line.
pub(super) fn add(given: &[PathBuf], settings: &Settings) -> Result<(), Failure> {
    let folder = settings.file.as_deref().and_then(Path::parent).unwrap_or(Path::new("."));
    let configured = settings.config.questions.iter().map(|file| folder.join(&file.value));
    let mut questions = Vec::new();
    for file in given.iter().cloned().chain(configured) {
        let name = visible_path(&file);
        let text = fs::read_to_string(&file).map_err(|error| Failure::Read { path: name.clone(), error })?;
        let read = read_questions(&text).map_err(|wrong| {
            Failure::Usage(format!("{name}:{}:{}: {}", wrong.line, wrong.column, visible(&wrong.why)))
        })?;
        questions.extend(read.into_iter().map(|declared| declared.from(&name)));
    }
    let places: Vec<_> =
        questions.iter().map(|declared| (declared.source, declared.line, declared.question.id)).collect();
    spec::add_questions(questions).map_err(|spec::AlreadyAsked(place)| {
        let (file, line, id) = places.get(place).copied().unwrap_or_default();
        Failure::Usage(format!("{file}:{line}: a question or rule is called `{id}` already"))
    })
}

/// Tries the user's questions on what was captured, where only its sanitised copy is judged, which may lack their names.
pub(super) fn try_on(analysis: &Analysis, jobs: usize) {
    if !spec::added_questions().is_empty() {
        Judged::gists_in_passing(&analysis.calls, jobs).for_each(|judged| {
            let _: &Gist = judged.gist();
        });
    }
}

/// Reports the paths of the user's questions that led nowhere in the calls that were judged: most likely misspelled.
pub(super) fn report_unmatched() {
    for declared in spec::added_questions() {
        for spec::Unmatched { line, path } in declared.unmatched() {
            let (file, id) = (declared.source, declared.question.id);
            errln!("ringtrace: {file}:{line}: {id}: `{}` leads nowhere in these calls", visible(&path));
        }
    }
}
