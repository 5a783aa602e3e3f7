//! `cargo xtask baseline`: what shipped, kept small enough to stand in for it.

use super::upgrade::sources;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::OfProduct;
use crate::workspace;
use ancm_installer::msi;
use ancm_installer::upgrade::Baseline;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

/// Flags of `baseline`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Whose baselines.
    #[command(flatten)]
    of: OfProduct,
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// What to do with baselines.
#[derive(Debug, Subcommand)]
enum Command {
    /// Make a baseline of a package that shipped
    Import {
        /// The package
        #[arg(value_name = "PACKAGE.msi")]
        package: PathBuf,
        /// Name of the baseline: ERA-FLAVOUR-ARCH [default: the file's name]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// The releases that it stands for
        #[arg(long, value_name = "TEXT")]
        stands_for: Option<String>,
    },
    /// List the baselines, what they stand for, and what is not sure about them
    List,
}

/// Runs the command.
///
/// # Errors
/// A package or a baseline cannot be read, or the baseline not written.
pub fn run(Flags { of: OfProduct { product }, command }: &Flags, console: &Console) -> Outcome {
    let root = workspace::root()?;
    // there must be one
    workspace::product(&root, product)?;
    match command {
        Command::Import { package, name, stands_for } => {
            let failure = |problem: String| {
                Failure::new(Exit::Input, "baseline::import", problem)
                    .help("name an installer package (.msi)")
            };
            let shown = package.display();
            let stem =
                package.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            let name = name.clone().unwrap_or(stem);
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
                let message =
                    format!("`{name}` is no name for a baseline: letters, digits, `-`, `_` and `.` only");
                return Err(Failure::new(Exit::Usage, "baseline::name", message)
                    .help("choose another `--name`, such as `old-iis-x64`"));
            }
            let folder = package.parent();
            let file =
                File::open(package).map_err(|error| failure(format!("cannot read `{shown}`: {error}")))?;
            let mut package = msi::Package::open(BufReader::new(file))
                .map_err(|error| failure(format!("cannot read `{shown}`: {error}")))?;
            let (payload, _) = sources::payload(&shown.to_string(), &mut package, folder)?;
            let mut baseline = Baseline::of(&name, &shown.to_string(), package.database(), &payload);
            baseline.package().map_err(|error| failure(format!("`{shown}`: {error}")))?;
            if let Some(text) = stands_for {
                baseline.stands_for.clone_from(text);
            }
            let folder = sources::folder(&root, product);
            let path = folder.join(format!("{name}.toml"));
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::File::create_new(&path))
                .and_then(|mut out| std::io::Write::write_all(&mut out, baseline.render().as_bytes()))
                .map_err(|error| {
                    let message = format!("cannot write `{}`: {error}", path.display());
                    Failure::new(Exit::Output, "baseline::import", message)
                        .help("a baseline that is there is never overwritten: choose another `--name`")
                })?;
            if console.json() {
                console
                    .result(&serde_json::json!({ "schema": "ancm-baseline/1", "name": name, "path": path }));
            } else {
                console.print(&path.display().to_string());
            }
        }
        Command::List if console.json() => {
            #[derive(Serialize)]
            struct Listed {
                name: String,
                stands_for: String,
                uncertain: Vec<String>,
            }
            let listed = |name: String| {
                let Baseline { stands_for, uncertain, .. } = sources::baseline(&root, &name)?;
                Ok(Listed { name, stands_for, uncertain })
            };
            let baselines: Vec<Listed> =
                sources::names(&root, product).into_iter().map(listed).collect::<Outcome<_>>()?;
            console.result(&serde_json::json!({ "schema": "ancm-baselines/1", "baselines": baselines }));
        }
        Command::List => {
            for name in sources::names(&root, product) {
                let baseline = sources::baseline(&root, &name)?;
                console.print(&format!("{name:<26} {}", baseline.stands_for));
                for line in &baseline.uncertain {
                    console.detail(line);
                }
            }
        }
    }
    Ok(())
}
