//! `ringtrace schema`: the JSON Schemas of what commands print as JSON.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failure};

/// The arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace schema questions
  ringtrace schema rules > rules.schema.json")]
pub(super) struct SchemaArguments {
    /// Command whose --json output the schema describes; `lint` for `spec --lint --format json`.
    #[arg(value_enum)]
    name: Name,
}

/// Declares the commands with a schema, a row each.
macro_rules! schemas {
    ($($name:ident $file:literal;)*) => {
        /// A command with a schema.
        #[derive(Clone, Copy, Debug, ValueEnum)]
        enum Name {
            $($name,)*
        }

        impl Name {
            const fn schema(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("schemas/", $file, ".json")),)*
                }
            }
        }
    };
}

schemas! {
    Inspect "inspect";
    Questions "questions";
    Rules "rules";
    Diff "diff";
    Ladder "ladder";
    Explain "explain";
    Stats "stats";
    Lint "lint";
}

/// Runs `schema`.
pub(super) fn run(arguments: &SchemaArguments) -> Result<Exit, Failure> {
    io::stdout().lock().write_all(arguments.name.schema().as_bytes())?;
    Ok(Exit::Done)
}
