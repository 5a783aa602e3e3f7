//! `cargo xtask identity`: the ledger, which says who owns which installed path.

mod show;

use super::upgrade::sources;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::OfProduct;
use crate::inputs;
use crate::output::Output;
use crate::workspace;
use ancm_installer::diag::{Diagnostic, meant};
use ancm_installer::id::{Arch, Flavour};
use ancm_installer::identity::{self, Identities};
use ancm_installer::ledger::{self, Bits, Component, Holds, KeyPath, Ledger, ROOTS, VERSION};
use ancm_installer::plan::plan;
use ancm_installer::product::Product;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A ledger without an entry.
const NOTHING: &str = "format = 1\n";

/// Flags of `identity`.
#[derive(Debug, Args)]
pub struct Command {
    /// What to do.
    #[command(subcommand)]
    action: Action,
    /// Whose ledger.
    #[command(flatten)]
    of: OfProduct,
    /// The ledger [default: identity.toml in the product's folder]
    #[arg(long, global = true, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
enum Action {
    /// Hold the ledger against what shipped (every baseline) and what would be packaged; exit code 11 on drift
    Check,
    /// Give a new path its id, and write it into the ledger
    ///
    /// The id is a UUIDv5 of product, path and bits, so it is the same for everyone. A path that has an id keeps it.
    Add(Add),
    /// Take the identities of a package that shipped into the ledger, as `retired`
    ///
    /// What the ledger has already stays as it is. What is new is added as retired: it is known and will never be used
    /// for anything else, and what we package does not change (that is what `add` is for). What contradicts the ledger
    /// is an error, and nothing is written; `--retire` adds that as well.
    Import(Import),
    /// Say everything that is known of an installed path, a file, a registry key or a ComponentId
    Explain {
        /// `C:\Program Files\…`, `[ProgramFiles64Folder]…`, a file's name, a registry key, a key of a table, or a GUID
        #[arg(value_name = "PATH")]
        path: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// `[ProgramFiles64Folder]folders\file` (or another root), or a registry key `HKLM\…`; `{version}` stands for the
    /// name of the handler's folder
    #[arg(value_name = "PATH")]
    path: String,
    /// The kind of IIS
    #[arg(long)]
    flavour: Flavour,
    /// Packages that have it
    #[arg(long, required = true, value_delimiter = ',', value_name = "LIST")]
    arch: Vec<Arch>,
    /// What it holds: `module x64`, `handler forwarder`, `schema`, `discoverability`, …
    #[arg(long, value_name = "WHAT")]
    holds: Holds,
    /// The name of the registry value that is the key path
    #[arg(long, value_name = "NAME")]
    value: Option<String>,
    /// Half of Windows: 32 or 64 [default: what the root says]
    #[arg(long, value_parser = clap::value_parser!(u8).range(32..=64))]
    bits: Option<u8>,
    /// Key in the File table [default: the file's name, with `.wow` for 32 bits in a 64-bit package]
    #[arg(long, value_name = "KEY")]
    file: Option<String>,
    /// Key in the Component table [default: `C_` and the file key]
    #[arg(long, value_name = "KEY")]
    component: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct Import {
    /// The package: an .msi file, or the name of a baseline
    #[arg(value_name = "PACKAGE")]
    package: String,
    /// The kind of IIS [default: the one whose UpgradeCode the package has]
    #[arg(long)]
    flavour: Option<Flavour>,
    /// The era that the package is of, written into `shipped`
    #[arg(long)]
    era: Option<String>,
    /// Add what contradicts the ledger, too
    #[arg(long)]
    retire: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// The ledger is wrong or drifted, a package cannot be read or contradicts it, a path is not known.
pub fn run(command: &Command, console: &Console) -> Outcome {
    let root = workspace::root()?;
    let product = workspace::product(&root, &command.of.product)?;
    let file = command.ledger.clone().unwrap_or_else(|| workspace::ledger_file(&root, &product.name));
    // of a product that never shipped nothing is written down
    let text = match command.ledger.is_some() || file.is_file() {
        true => workspace::ledger_text(&file)?,
        false => NOTHING.to_owned(),
    };
    let ledger = workspace::parse_ledger(&file, &text, &product)?;
    let written = Written { file: &file, text: &text, product: &product };
    match &command.action {
        Action::Check => check(&root, &ledger, &product, console),
        Action::Add(flags) => add(flags, &ledger, &written, console),
        Action::Import(flags) => import(flags, &root, &ledger, &written, console),
        Action::Explain { path } => explain(path, &ledger, console),
    }
}

fn check(root: &Path, ledger: &Ledger, product: &Product, console: &Console) -> Outcome {
    let baselines = sources::baselines(root, &product.name)?;
    let shipped: Vec<Identities> =
        baselines.values().map(|package| Identities::of(package, ledger, product)).collect();
    let plan = plan(&inputs::everything(root, product.clone())?, ledger)
        .map_err(|refusal| Failure::of(Exit::Ledger, refusal.into_findings()))?;
    let findings = identity::check(ledger, &plan, &shipped);
    if !findings.is_empty() {
        return Err(Failure::of(Exit::Ledger, findings));
    }
    #[derive(Serialize)]
    struct Checked<'a> {
        schema: &'static str,
        ledger: &'a str,
        entries: usize,
        shipped: usize,
        planned: usize,
    }
    let checked = Checked {
        schema: "ancm-identity-check/1",
        ledger: &ledger.file,
        entries: Flavour::ALL.iter().map(|flavour| ledger.entries(*flavour).components.len()).sum(),
        shipped: shipped.len(),
        planned: plan.packages.len(),
    };
    if console.json() {
        console.result(&checked);
    } else {
        let Checked { entries, shipped, planned, .. } = checked;
        console.print(&format!(
            "ok: {entries} entries agree with {shipped} packages that shipped and {planned} that are planned"
        ));
    }
    Ok(())
}

/// The ledger as it is on the disk.
struct Written<'a> {
    file: &'a Path,
    text: &'a str,
    product: &'a Product,
}

impl Written<'_> {
    /// Writes `components` into the ledger; the file is whole at any moment, and what is written was read first.
    fn add(&self, flavour: Flavour, components: &[Component], note: &str, dry_run: bool) -> Outcome {
        let text = ledger::with_components(self.text, flavour, components, note).map_err(|error| {
            Failure::new(Exit::Ledger, "ledger::syntax", format!("`{}`: {error}", self.file.display()))
        })?;
        workspace::parse_ledger(self.file, &text, self.product)?;
        if dry_run || components.is_empty() {
            return Ok(());
        }
        // a link stays one
        let file = self.file.canonicalize().unwrap_or_else(|_| self.file.to_owned());
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut output = Output::open(folder)?;
        output.add_text(&name, &text)?;
        output.commit()
    }
}

fn usage(message: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, "identity::usage", message).help("see `cargo xtask identity add --help`")
}

fn add(flags: &Add, ledger: &Ledger, written: &Written, console: &Console) -> Outcome {
    let (key_path, bits) = key_path(flags)?;
    let place = key_path.text();
    // what only follows from the product has no line: it is written down here
    let is_it =
        |c: &&Component| c.line > 0 && c.bits == bits && c.key_path.text().eq_ignore_ascii_case(&place);
    let owner = |arch: &Arch| ledger.components(flags.flavour, *arch).find(is_it);
    let mut arches: Vec<Arch> = flags.arch.iter().copied().filter(|arch| owner(arch).is_none()).collect();
    arches.sort();
    arches.dedup();
    let new: Vec<Component> = match arches.is_empty() {
        true => Vec::new(),
        false => vec![Component {
            arches,
            id: ledger.id_for(flags.flavour, bits, &place),
            key: component_key(flags, &key_path),
            key_path,
            holds: flags.holds,
            bits,
            event_source: None,
            shipped: Vec::new(),
            active: true,
            line: 0,
        }],
    };
    written.add(flags.flavour, &new, "Added by `cargo xtask identity add`.", flags.dry_run)?;
    show::added("ancm-identity-add/1", ledger, flags.flavour, &new, flags.dry_run, console);
    Ok(())
}

/// The key path that the flags name, and its half of Windows.
fn key_path(flags: &Add) -> Outcome<(KeyPath, Bits)> {
    let given = match flags.bits {
        None => None,
        Some(32) => Some(Bits::B32),
        Some(64) => Some(Bits::B64),
        Some(other) => return Err(usage(format!("`--bits {other}`: expected 32 or 64"))),
    };
    let path = flags.path.replace('/', "\\");
    if path.starts_with("HK") {
        let value = flags.value.clone().ok_or_else(|| usage("a registry key wants `--value`"))?;
        let bits = given.ok_or_else(|| usage("a registry key wants `--bits`"))?;
        return Ok((KeyPath::Registry { key: path, value }, bits));
    }
    let root = ROOTS.iter().find(|(root, _)| path.starts_with(root)).ok_or_else(|| {
        let roots: Vec<&str> = ROOTS.iter().map(|(root, _)| *root).collect();
        usage(format!("`{path}` begins with none of {}", roots.join(", ")))
    })?;
    let varies =
        |name: &str| name.split('.').count() == 3 && name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if let Some(name) = path.split('\\').find(|name| varies(name)) {
        return Err(usage(format!(
            "`{name}` varies from build to build, and no identity may follow from it: write `{VERSION}`"
        )));
    }
    let name = path.rsplit(['\\', ']']).next().unwrap_or_default();
    if name.is_empty() {
        return Err(usage(format!("`{path}` names no file")));
    }
    let bits = given.unwrap_or(root.1);
    let wow = if bits == Bits::B32 && flags.arch.iter().any(|arch| arch.is_64_bit()) { ".wow" } else { "" };
    let file = flags.file.clone().unwrap_or_else(|| format!("{}{wow}", identifier(name)));
    Ok((KeyPath::File { path, file }, bits))
}

fn component_key(flags: &Add, key_path: &KeyPath) -> String {
    let base = match key_path {
        KeyPath::File { file, .. } => file.clone(),
        KeyPath::Registry { key, value } => {
            format!("{}_{}", identifier(key.rsplit('\\').next().unwrap_or_default()), identifier(value))
        }
    };
    flags.component.clone().unwrap_or_else(|| format!("C_{base}"))
}

/// `name` as a key of a table (<https://learn.microsoft.com/windows/win32/msi/identifier>).
fn identifier(name: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '_' };
    let text: String = name.chars().map(allowed).collect();
    if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { text } else { format!("_{text}") }
}

fn import(flags: &Import, root: &Path, ledger: &Ledger, written: &Written, console: &Console) -> Outcome {
    let package = Identities::of(&sources::package(root, &flags.package)?, ledger, written.product);
    let foreign = ledger
        .foreign
        .iter()
        .find(|f| package.upgrade_code.is_some_and(|code| f.upgrade_codes.contains(&code)));
    if let Some(foreign) = foreign {
        let message = format!(
            "`{}` is {}, which has {} of our ids: {}",
            package.name,
            foreign.name,
            foreign.ids.len(),
            foreign.note
        );
        return Err(Failure::new(Exit::Input, "identity::foreign", message)
            .help("nothing of it belongs into the ledger, which names it under `foreign`"));
    }
    let flavour = flags.flavour.or(package.flavour).ok_or_else(|| {
        let code = package.upgrade_code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        let message =
            format!("the UpgradeCode of `{}` ({code}) is of no product of the ledger", package.name);
        Failure::new(Exit::Input, "identity::family", message).help("name the product with `--flavour`")
    })?;
    let era = match &flags.era {
        None => None,
        Some(name) => Some(ledger.era(name).ok_or_else(|| {
            let known: Vec<String> = ledger.eras.iter().map(|(era, _)| era.to_string()).collect();
            let message = format!("`{name}` is not an era of the ledger: expected {}", known.join(", "));
            Failure::new(Exit::Usage, "identity::era", message).help("write it down as an `[[era]]`")
        })?),
    };
    let import = identity::import(ledger, &package, flavour, era, flags.retire);
    if !import.conflicts.is_empty() {
        return Err(Failure::of(Exit::Ledger, import.conflicts));
    }
    let note = format!("Imported from {} by `cargo xtask identity import`.", package.name);
    written.add(flavour, &import.new, &note, flags.dry_run)?;
    let skipped = |key: &String| {
        let message =
            format!("component `{key}` of `{}` has a folder as key path, and is left out", package.name);
        Diagnostic::warning("identity::no_key_path", message)
    };
    console.diagnostics(&package.without_key_path.iter().map(skipped).collect::<Vec<_>>());
    console.status("Known", &format!("{} of {} components", import.known, import.known + import.new.len()));
    show::added("ancm-identity-import/1", ledger, flavour, &import.new, flags.dry_run, console);
    Ok(())
}

fn explain(path: &str, ledger: &Ledger, console: &Console) -> Outcome {
    let found = identity::explain(ledger, path);
    if found.is_empty() {
        let components = Flavour::ALL.into_iter().flat_map(|flavour| &ledger.entries(flavour).components);
        let places: Vec<String> = components.map(|component| component.key_path.text()).collect();
        let last = |path: &'_ str| path.rsplit(['\\', '/']).next().unwrap_or_default().to_owned();
        let names: Vec<String> = places.iter().map(|place| last(place)).collect();
        let near = meant(path, places.iter().map(String::as_str)).or_else(|| {
            let near = meant(&last(path), names.iter().map(String::as_str))?;
            places.iter().zip(&names).find(|(_, name)| *name == near).map(|(place, _)| place.as_str())
        });
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "`{}` has every path, such as `{}`",
                ledger.file,
                places.first().map_or("", String::as_str)
            ),
        };
        let message = format!("the ledger knows nothing of `{path}`");
        return Err(Failure::new(Exit::Input, "identity::unknown", message).help(help));
    }
    show::explained(ledger, &found, console);
    Ok(())
}
