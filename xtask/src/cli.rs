//! The command line: all commands, and the flags of every one.

use crate::cmd;
use crate::console::ColorChoice;
use crate::exit::Exit;
use crate::flags::{Build, Dist, Setup, Test};
use clap::{ArgAction, Args, Parser, Subcommand};
use std::ffi::OsString;

/// Correct Windows installers for native IIS modules, built and proved on any host.
#[derive(Debug, Parser)]
#[command(name = "ancm-installer", version, bin_name = "cargo xtask", arg_required_else_help = true, after_help = Exit::table())]
#[command(disable_help_subcommand = false, max_term_width = 110)]
pub struct Cli {
    /// What applies everywhere.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The heading of the flags that every command has, which stand behind its own.
const EVERYWHERE: &str = "For every command";

/// Flags of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Print the result as one JSON document on standard output
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Also print how things are done
    #[arg(short, long, global = true, action = ArgAction::SetTrue, help_heading = EVERYWHERE)]
    pub verbose: bool,
    /// Print only the result and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = EVERYWHERE)]
    pub quiet: bool,
    /// Use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = EVERYWHERE)]
    pub color: ColorChoice,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the packages: plan, forwarders, authoring, engine, verification, manifest
    Dist(Box<DistOrMade>),
    /// Make the package that corrects what another installer has put on an ARM64 machine, and puts that back when it goes
    Patch(Box<cmd::patch::Flags>),
    /// What a pipeline of one's own needs: what to build on which runner
    #[command(subcommand)]
    Ci(cmd::ci::Command),
    /// Show what `dist` would do, and where every value comes from
    Plan(Build),
    /// Say what a machine would hold after an upgrade, and why
    Upgrade(cmd::upgrade::Flags),
    /// Say what is wrong with packages, whoever made them: Microsoft's consistency rules (ICE) and ours
    Check(cmd::check::Flags),
    /// Say what happened in an installation and why it failed, from its log
    Explain(cmd::explain::Flags),
    /// Say which application pools would start with a package, and why not
    Pools(cmd::pools::Flags),
    /// Look into what Microsoft ships: what is inside, unpack it, pin it
    Payload(cmd::payload::Flags),
    /// Show the files that a package installs: paths, processors, versions, components
    Layout(cmd::layout::Flags),
    /// Keep what shipped, small enough to stand in for it in `upgrade`
    Baseline(cmd::baseline::Flags),
    /// Ask the identity ledger: does it agree with what shipped, what has a path, what does a package bring?
    Identity(cmd::identity::Command),
    /// Say which tools are there, which are missing, and how to get them
    Doctor,
    /// Install what the tests need: packages of the system, and Python modules below the target folder
    Setup(Setup),
    /// Run formatting, lints and all tests, or the tests with NAME in their names
    Test(Test),
    /// Run a command of the embedded WiX engine: `wix build -arch x64 Product.wxs -o Product.msi`
    #[command(disable_help_flag = true)]
    Wix {
        /// A command and its switches, as the `wix` tool has them; `-h` lists the commands
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<OsString>,
    },
}

/// Packages made, or something done with those that are.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DistOrMade {
    /// What to do with packages that are made.
    #[command(subcommand)]
    pub made: Option<Made>,
    /// How to make them.
    #[command(flatten)]
    pub dist: Dist,
}

/// What is done with packages that are made.
#[derive(Debug, Subcommand)]
pub enum Made {
    /// Join what several runners made: one set, one manifest, as a single build would have written them
    Merge(cmd::merge::Flags),
    /// Write what a release says of itself: bills of materials, provenance, notes, manifests for winget, deployment facts
    Evidence(cmd::evidence::Flags),
    /// Hold a folder of packages against its manifest and checksums; with --rebuild, build it again and compare
    Verify(cmd::verify::Flags),
}
