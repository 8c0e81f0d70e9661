//! `ringtrace completions` and `ringtrace man`: what shells and `man` want to know of the command line.

use std::io::{self, Write};

use clap::{Args, Command};
use clap_complete::Shell;

use super::exit::{Exit, Failure};

/// What `completions` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace completions bash > ~/.local/share/bash-completion/completions/ringtrace
  ringtrace completions zsh > \"${fpath[1]}/_ringtrace\"
  ringtrace completions fish > ~/.config/fish/completions/ringtrace.fish")]
pub(super) struct CompletionsArguments {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// What `man` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace man | man -l -
  ringtrace man > ~/.local/share/man/man1/ringtrace.1
  ringtrace man export > ~/.local/share/man/man1/ringtrace-export.1")]
pub(super) struct ManArguments {
    /// The page of this command, instead of the program's.
    command: Option<String>,
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
    let page = match &arguments.command {
        None => program,
        Some(name) => {
            let unknown = || {
                let known = program.get_subcommands().map(Command::get_name).collect::<Vec<_>>().join(", ");
                Failure::Usage(format!("there is no such command; there are {known}"))
            };
            let command = program.find_subcommand(name).ok_or_else(unknown)?;
            // The page is found as `man ringtrace-export`, and says `ringtrace export` how to call it.
            command.clone().display_name(format!("ringtrace-{name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    print(&text)
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(Exit::Done)
}
