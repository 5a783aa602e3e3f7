//! `cargo xtask`: the command line. It parses flags, calls the library, prints, and returns an exit code.

use clap::Parser;
use std::process::ExitCode;
use xtask::cli::{Cli, Command, Made};
use xtask::cmd;
use xtask::console::{Console, Verbosity};
use xtask::exit::Exit;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let verbosity = match (cli.global.quiet, cli.global.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let console = Console::new(verbosity, cli.global.color, cli.global.json);
    let outcome = match cli.command {
        Command::Dist(flags) => match &flags.made {
            Some(Made::Merge(flags)) => cmd::merge::run(flags, &console),
            Some(Made::Evidence(flags)) => cmd::evidence::run(flags, &console),
            Some(Made::Verify(flags)) => cmd::verify::run(flags, &console),
            None => cmd::dist::run(&flags.dist, &console),
        },
        Command::Patch(flags) => cmd::patch::run(&flags, &console),
        Command::Ci(command) => cmd::ci::run(&command, &console),
        Command::Plan(flags) => cmd::plan::run(&flags, false, &console),
        Command::Upgrade(flags) => cmd::upgrade::run(&flags, &console),
        Command::Check(flags) => cmd::check::run(&flags, &console),
        Command::Explain(flags) => cmd::explain::run(&flags, &console),
        Command::Pools(flags) => cmd::pools::run(&flags, &console),
        Command::Payload(flags) => cmd::payload::run(&flags, &console),
        Command::Layout(flags) => cmd::layout::run(&flags, &console),
        Command::Baseline(flags) => cmd::baseline::run(&flags, &console),
        Command::Identity(command) => cmd::identity::run(&command, &console),
        Command::Doctor => cmd::doctor::run(&console),
        Command::Setup(flags) => cmd::setup::run(&flags, &console),
        Command::Test(flags) => cmd::test::run(&flags, &console),
        Command::Wix { arguments } => cmd::wix::run(&arguments, &console),
    };
    match outcome.and_then(|()| console.finish()) {
        Ok(()) => Exit::Success.into(),
        Err(failure) => {
            console.failure(&failure);
            failure.exit.into()
        }
    }
}
