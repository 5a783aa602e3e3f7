//! `wix --help`, laid out as WiX's, and what to use for its commands that are not here.

use crate::exit::{Exit, Failure};
use ancm_installer::diag::meant;

/// What `wix`, `wix -h` and `wix help` say.
pub const HELP: &str = "\
Usage:
  cargo xtask wix [command] [options]

Options:
  -h|--help         Show this.
  --version         Show the version, and the WiX that the engine is like.
  --nologo          Taken, and without effect: there is no logo.

Commands:
  build             Build a package from sources of the WiX v4 language.
  convert           Convert sources of WiX v3 to WiX v4.
  extension         Get extensions, list and remove them.
  format            Put the layout of sources in order.
  msi decompile     Make a source of a package, and extract its files.
  msi inscribe      Tell in a package who has signed the cabinets beside it.

Run 'cargo xtask wix [command] -h' for more information on a command.
Not here: bundles (burn), transforms, patches; each command of WiX itself that is missing says what to use.";

/// The commands that are here.
const COMMANDS: [&str; 6] = ["build", "convert", "extension", "format", "msi decompile", "msi inscribe"];

/// Commands of WiX that are not here, and what to do in their place.
#[rustfmt::skip]
const ELSEWHERE: [(&str, &str); 5] = [
    ("burn", "no bundles are made here; `cargo xtask payload extract` unpacks one that has the module in it, and WiX itself has `wix burn`"),
    ("eula", "nothing here has a EULA to accept"),
    ("heat", "write `Files Include=\"…\\**\"` in the source: it takes what is in a folder"),
    ("msi transform", "no transforms or patches are made here: build the new package as a major upgrade, and `cargo xtask upgrade OLD.msi NEW.msi` says what it does"),
    ("msi validate", "`cargo xtask check FILE.msi` has the consistency rules (ICE), on any host"),
];

/// What to say of `wix WORD`, with `next` after it, which is no command that is here.
pub fn refuse(word: &str, next: Option<&str>) -> Failure {
    let both = next.map(|next| format!("{word} {next}"));
    // a command of `wix msi` is known without its first word, too
    let last = |name: &'static str| name.rsplit(' ').next().unwrap_or(name);
    let is_named = |name: &'static str| name == word || last(name) == word || both.as_deref() == Some(name);
    let usage = |message: String| Failure::new(Exit::Usage, "wix::command", message);
    if let Some((name, instead)) = ELSEWHERE.iter().find(|(name, _)| is_named(name)) {
        return usage(format!("`wix {name}` is a command of WiX itself, and not here")).help(*instead);
    }
    let said = both.as_deref().filter(|_| word == "msi").unwrap_or(word);
    let near = meant(said, COMMANDS).or_else(|| {
        let near = meant(word, COMMANDS.map(last))?;
        COMMANDS.into_iter().find(|known| last(known) == near)
    });
    let failure = usage(format!("`wix {said}` is not a command"));
    match near {
        Some(known) => failure.help(format!("did you mean `wix {known}`?")),
        None => failure.help("`cargo xtask wix -h` lists the commands"),
    }
}
