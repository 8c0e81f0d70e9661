//! `ringtrace completions` and `ringtrace man`: completion scripts and manual pages, generated from the command line.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use ringtrace::output::Inputs;
use ringtrace::visible::visible;

use super::exit::{Exit, Failure};
use super::target::Target;

/// The arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace completions bash > /etc/bash_completion.d/ringtrace
  ringtrace completions zsh > \"${fpath[1]}/_ringtrace\"
  ringtrace completions fish > ~/.config/fish/completions/ringtrace.fish")]
pub(super) struct CompletionsArguments {
    /// Shell to complete in.
    #[arg(value_enum)]
    shell: Shell,
}

/// The arguments of `man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace man | man -l -
  ringtrace man > ~/.local/share/man/man1/ringtrace.1
  ringtrace man export > ~/.local/share/man/man1/ringtrace-export.1
  ringtrace man --all target/man     every page, as packages install them")]
pub(super) struct ManArguments {
    /// Command to describe [default: the program itself].
    command: Option<String>,

    /// Write the pages of the program and of every command into this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    all: Option<PathBuf>,
}

/// Runs `completions`.
pub(super) fn completions(arguments: &CompletionsArguments, mut program: Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "ringtrace", &mut script);
    print(&script)
}

/// Runs `man`.
pub(super) fn man(arguments: &ManArguments, mut program: Command) -> Result<Exit, Failure> {
    program.build();
    if let Some(folder) = &arguments.all {
        let commands = program.get_subcommands().map(Command::get_name).filter(|name| *name != "help");
        for name in commands.map(Some).chain([None]) {
            let file = folder.join(name.map_or("ringtrace.1".to_owned(), |name| format!("ringtrace-{name}.1")));
            let page = String::from_utf8_lossy(&page(&program, name)?).into_owned();
            Target::new(&file, true, &Inputs::default())?.write_text(&page)?;
        }
        return Ok(Exit::Done);
    }
    print(&page(&program, arguments.command.as_deref())?)
}

/// The manual page of a command, or of the program.
fn page(program: &Command, name: Option<&str>) -> Result<Vec<u8>, Failure> {
    let page = match name {
        None => program.clone(),
        Some(name) => {
            let unknown = || {
                let known = program.get_subcommands().map(Command::get_name).collect::<Vec<_>>().join(", ");
                Failure::Usage(format!("unknown command `{}` (expected one of: {known})", visible(name)))
            };
            let command = program.find_subcommand(name).ok_or_else(unknown)?;
            // The page is named `ringtrace-export`, while its synopsis reads `ringtrace export`.
            command.clone().display_name(format!("ringtrace-{name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(text)
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(Exit::Done)
}
