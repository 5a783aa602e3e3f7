//! Places in sources, as the user knows them. A generated source is gone when its findings are read; what it was
//! generated from is a line of the identity ledger.

use ancm_installer::authoring;
use ancm_installer::diag::{Diagnostic, Location};
use ancm_installer::plan::Package;
use std::path::{Path, PathBuf};

/// The sources of a package.
pub struct Places<'p> {
    package: &'p Package,
    ledger: &'p Path,
    generated: PathBuf,
    text: String,
    /// A copy of the generated source that stays, where there is one.
    copy: Option<&'p Path>,
}

impl<'p> Places<'p> {
    /// The sources of `package`, whose generated one comes from `ledger` and stays as `copy`.
    #[must_use]
    pub fn new(package: &'p Package, ledger: &'p Path, copy: Option<&'p Path>) -> Places<'p> {
        let generated = package.engine.sources.last().cloned().unwrap_or_default();
        let text = std::fs::read_to_string(&generated).unwrap_or_default();
        Places { package, ledger, generated, text, copy }
    }

    /// The finding at the places that the user knows.
    #[must_use]
    pub fn known(&self, mut finding: Diagnostic) -> Diagnostic {
        let mut copies = Vec::new();
        let places = finding.at.iter_mut().chain(finding.related.iter_mut().map(|(at, _)| at));
        for at in places {
            let Some(file) = self.file(&at.file) else { continue };
            if *file != self.generated {
                at.file = file.to_string_lossy().into();
                continue;
            }
            if let Some(copy) = self.copy {
                let copy = Location { file: copy.to_string_lossy().into(), ..at.clone() };
                copies.push((copy, "as it was generated".to_owned()));
            }
            let key = authoring::component_of_line(&self.text, at.line);
            let component = self.package.components.iter().find(|c| Some(c.component.as_str()) == key);
            let line = component.map_or(0, |component| component.ledger_line);
            *at = Location { file: self.ledger.to_string_lossy().into(), line, column: 0 };
        }
        finding.related.extend(copies);
        finding
    }

    /// The source or localization that an engine calls `name`.
    fn file(&self, name: &str) -> Option<&PathBuf> {
        let engine = &self.package.engine;
        let files = || engine.sources.iter().chain(&engine.localizations);
        let absolute = |file: &Path| std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let same = |file: &&PathBuf| normal(&absolute(file).to_string_lossy()) == normal(name);
        let as_given = |file: &&PathBuf| file.to_string_lossy() == name;
        let whole = files().find(same).or_else(|| files().find(as_given));
        // a name that came through another code page may have only its end left
        let last = |name: &str| normal(name).rsplit('/').next().map(str::to_owned);
        let by_end = |file: &&PathBuf| last(&file.to_string_lossy()) == last(name);
        whole.or_else(|| name.contains('\u{FFFD}').then(|| files().find(by_end)).flatten())
    }
}

/// A path in one spelling of several.
fn normal(path: &str) -> String {
    let path = path.replace('\\', "/");
    if cfg!(windows) { path.to_lowercase() } else { path }
}
