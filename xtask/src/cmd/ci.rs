//! `cargo xtask ci`: what pipelines ask.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::inputs::{self, configured};
use crate::output::Output;
use crate::workspace;
use ancm_installer::id::{Arch, Flavour};
use ancm_installer::release::{self, Matrix};
use clap::Subcommand;
use std::path::PathBuf;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the packages to build, one runner each, as a line of JSON for `fromJSON`
    Matrix(Box<Build>),
    /// Write pipelines that a fork can take: .github/workflows/packages.yml and azure-pipelines.yml
    Workflow {
        /// Write nothing, and fail where they are not as they would be written
        #[arg(long)]
        check: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// A setting is wrong.
pub fn run(command: &Command, console: &Console) -> Outcome {
    match command {
        Command::Matrix(flags) => {
            let (matrix, _) = wanted(flags)?;
            let line =
                serde_json::to_string(&matrix).expect("our types have string keys and no failing parts");
            console.print(&line);
            Ok(())
        }
        Command::Workflow { check } => workflow(*check, console),
    }
}

/// Writes the pipelines, or holds them against what would be written.
fn workflow(check: bool, console: &Console) -> Outcome {
    let root = workspace::root()?;
    let pipelines = release::pipelines(&Matrix::of(&Flavour::ALL, &Arch::ALL));
    if check {
        let differs = |(path, text): &&(&str, String)| {
            std::fs::read_to_string(root.join(path)).map(|found| found.replace("\r\n", "\n")).ok().as_ref()
                != Some(text)
        };
        let stale: Vec<String> =
            pipelines.iter().filter(differs).map(|(path, _)| format!("`{path}`")).collect();
        if stale.is_empty() {
            return Ok(());
        }
        let message = format!("{} would be written otherwise", stale.join(" and "));
        return Err(Failure::new(Exit::Findings, "ci::workflow", message)
            .help("`cargo xtask ci workflow` writes what belongs there; what is your own belongs into a workflow of your own"));
    }
    let mut output = Output::open(&root)?;
    for (path, text) in &pipelines {
        output.add_text(path, text)?;
    }
    output.commit()?;
    pipelines.iter().for_each(|(path, _)| console.print(path));
    Ok(())
}

/// The complete set of packages that the settings ask for, and the folder for them.
///
/// # Errors
/// A setting is wrong.
pub fn wanted(flags: &Build) -> Outcome<(Matrix, PathBuf)> {
    let root = workspace::root()?;
    let settings = flags.settings().or(configured(flags.config.as_deref(), &root, &workspace::here()?)?);
    let flavours = match settings.flavour {
        Some(flavours) => flavours.value,
        None => inputs::product(flags)?.product.flavours().collect(),
    };
    let arches = settings.arch.map_or(Arch::ALL.to_vec(), |arches| arches.value);
    let out = settings.out.map_or(root.join("dist"), |out| out.value);
    Ok((Matrix::of(&flavours, &arches), out))
}
