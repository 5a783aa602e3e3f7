//! The whole way from sources to a database.

use super::bind::{self, Binding};
use super::compile::{self, Extension};
use super::emit::{self, Beside, Emission};
use super::harvest;
use super::library::{self, Library};
use super::link::{self, Origin};
use super::localization::Localization;
use super::parallel;
use super::paths::BindPath;
use super::preprocess;
use super::report::Report;
use super::symbol::{Compression, Kind, Section};
use crate::cab::Effort;
use crate::diag::Diagnostic;
use crate::msi::Database;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What to build, and with what. Nothing else has an influence: the engine reads no environment and no clock.
#[derive(Clone, Debug)]
pub struct Request {
    /// The sources (`.wxs`).
    pub sources: Vec<PathBuf>,
    /// Libraries (`.wixlib`), of which comes along what is referred to.
    pub libraries: Vec<PathBuf>,
    /// The libraries of extensions: of their texts, those of the default culture count where no culture is asked for.
    pub extension_libraries: Vec<PathBuf>,
    /// The localizations (`.wxl`).
    pub localizations: Vec<PathBuf>,
    /// The cultures of localizations to use, the most wanted first; all if none.
    pub cultures: Vec<String>,
    /// What sources see of the outside: defines, include paths, environment, processor.
    pub preprocess: preprocess::Options,
    /// The extensions that were named (`-ext`), as `WixToolset.Util.wixext`: sources may have their elements. One that
    /// this engine does not know has none.
    pub extensions: Vec<String>,
    /// Where files are that sources name.
    pub bind_paths: Vec<BindPath>,
    /// `!(wix.Name)` variables.
    pub bind_variables: BTreeMap<String, String>,
    /// Seconds since 1970-01-01T00:00:00Z: when the package is said to be made, and its files to be changed.
    pub timestamp: i64,
    /// What the summary information says made the package.
    pub application: String,
    /// How cabinets are compressed whose authoring does not say.
    pub compression: Compression,
    /// How hard matches are looked for where a cabinet is LZX.
    pub effort: Effort,
    /// How many threads may read files and compile sources. The output does not depend on it.
    pub threads: NonZeroUsize,
    /// Whether GUIDs of components whose key path is a registry value are computed as WiX 3 did (`-bcgg`).
    pub legacy_registry_guids: bool,
}

/// What came of a build.
#[derive(Debug)]
pub struct Outcome {
    /// The package; none if there are errors.
    pub output: Option<Output>,
    /// Everything found, in the order in which it was found.
    pub diagnostics: Vec<Diagnostic>,
}

/// A package.
#[derive(Debug)]
pub struct Output {
    /// The database, to be written with [`crate::msi::write`].
    pub database: Database,
    /// Cabinets and files that belong beside it.
    pub beside: Vec<Beside>,
}

/// Builds a package. Each stage reports everything it finds; the next one starts only if there was no error.
#[must_use]
pub fn build(request: &Request) -> Outcome {
    let report = Report::default();
    let output = run(request, &report);
    Outcome { output, diagnostics: report.into_diagnostics() }
}

/// The cabinets that `sources` define by name, and how each is compressed where that is authored: what can be said before
/// there are files to put into them. What is wrong with the sources is found by [`build`].
#[must_use]
pub fn cabinets(sources: &[PathBuf], options: &preprocess::Options) -> Vec<(String, Option<Compression>)> {
    let report = Report::default();
    let mut cabinets = Vec::new();
    for source in sources {
        let Some(tree) = preprocess::preprocess(source, options, &report) else { continue };
        let sections = compile::compile(&tree, options.arch, options.compat, &[], &report);
        cabinets.extend(sections.into_iter().flat_map(|section| section.symbols).filter_map(|symbol| {
            match symbol.kind {
                Kind::Media(media) => Some((media.cabinet?, media.compression)),
                Kind::MediaTemplate(template) => Some((template.cabinet, template.compression)),
                _ => None,
            }
        }));
    }
    cabinets
}

/// What came of a library that was to be made.
#[derive(Debug)]
pub struct Made {
    /// The bytes of the `.wixlib`; none if there are errors.
    pub library: Option<Vec<u8>>,
    /// Everything found, in the order in which it was found.
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes a library of the sources, libraries and localizations of `request`; with `bind_files`, files go into it, and
/// otherwise their paths do.
#[must_use]
pub fn library(request: &Request, bind_files: bool) -> Made {
    let report = Report::default();
    let made = combined(request, bind_files, &report);
    Made { library: made, diagnostics: report.into_diagnostics() }
}

fn combined(request: &Request, bind_files: bool, report: &Report) -> Option<Vec<u8>> {
    let Front { sections, libraries, later } = Front::of(request, report);
    let mut texts = Localization::cultures(&request.localizations, &request.preprocess, report);
    let named = libraries.iter().take(request.libraries.len());
    texts.extend(named.flat_map(|library| library.texts.clone()));
    stop(report)?;
    later.into_iter().for_each(|finding| report.push(finding));
    stop(report)?;
    let mut sections: Vec<Section> =
        harvested(sections, request, report).into_iter().map(|(_, s)| s).collect();
    let mut libraries = libraries;
    // those of extensions are not part of it: who builds with it has them, too
    libraries.truncate(request.libraries.len());
    libraries.iter_mut().for_each(|library| sections.append(&mut library.sections));
    let contents = library::Contents {
        sections: &sections,
        texts: &texts,
        bind_files,
        bind_paths: &request.bind_paths,
        bind_variables: &request.bind_variables,
        libraries: &libraries,
        timestamp: request.timestamp,
    };
    library::write(&contents, report)
}

/// A stage starts only if the ones before found no error.
fn stop(report: &Report) -> Option<()> {
    (!report.has_errors()).then_some(())
}

/// What sources and libraries have, before it is linked.
struct Front {
    sections: Vec<(Origin, Section)>,
    libraries: Vec<Library>,
    /// What was found while sources were compiled, which is of interest only if all of them could be read.
    later: Vec<Diagnostic>,
}

impl Front {
    fn of(request: &Request, report: &Report) -> Front {
        let options = &request.preprocess;
        let extensions: Vec<&Extension> =
            request.extensions.iter().filter_map(|name| compile::extension(name)).collect();
        let compile = |source: &PathBuf| Compiled::of(source, options, &extensions);
        let compiled = parallel::map(&request.sources, request.threads, compile);
        let mut sections = Vec::new();
        let mut later = Vec::new();
        for (source, one) in compiled.into_iter().enumerate() {
            one.read.into_iter().for_each(|finding| report.push(finding));
            later.extend(one.compiled);
            let origin = Origin { library: 0, source };
            sections.extend(one.sections.into_iter().map(|section| (origin, section)));
        }
        Front { sections, libraries: libraries(request, report), later }
    }
}

/// `sections` with the files that patterns find.
fn harvested(
    mut sections: Vec<(Origin, Section)>,
    request: &Request,
    report: &Report,
) -> Vec<(Origin, Section)> {
    let options = &request.preprocess;
    let mut harvested = BTreeSet::new();
    for (_, section) in &mut sections {
        harvest::harvest(
            section,
            &request.bind_paths,
            (options.arch, options.compat),
            &mut harvested,
            report,
        );
    }
    sections
}

fn run(request: &Request, report: &Report) -> Option<Output> {
    let options = &request.preprocess;
    let Front { sections, mut libraries, later } = Front::of(request, report);
    let texts: Vec<&library::Culture> = libraries.iter().flat_map(|library| &library.texts).collect();
    let mut localization =
        Localization::with_libraries(&request.localizations, &texts, &request.cultures, options, report);
    localization.define_default("WixDowngradePreventedMessage", DOWNGRADE_PREVENTED);
    stop(report)?;
    later.into_iter().for_each(|finding| report.push(finding));
    stop(report)?;
    let mut sections = harvested(sections, request, report);
    for (number, library) in libraries.iter_mut().enumerate() {
        let origin = Origin { library: number + 1, source: 0 };
        let own = std::mem::take(&mut library.sections);
        sections.extend(own.into_iter().map(|section| (origin, section)));
    }
    let symbols = link::link(sections, options.arch, report)?;
    let binding = Binding {
        localization: &localization,
        bind_variables: &request.bind_variables,
        bind_paths: &request.bind_paths,
        libraries: &libraries,
        arch: options.arch,
        threads: request.threads,
        environment: &options.environment,
        legacy_registry_guids: request.legacy_registry_guids,
    };
    let bound = bind::bind(symbols, &binding, report)?;
    let emission = Emission {
        localization: &localization,
        arch: options.arch,
        compat: options.compat,
        timestamp: request.timestamp,
        application: &request.application,
        compression: request.compression,
        effort: request.effort,
    };
    let (database, beside) = emit::emit(&bound, &emission, report)?;
    Some(Output { database, beside })
}

/// The libraries that are there to be referred to, each at the place that its number says.
fn libraries(request: &Request, report: &Report) -> Vec<Library> {
    let named = request.libraries.iter().map(|path| (path, library::Origin::Named));
    let extensions = request.extension_libraries.iter().map(|path| (path, library::Origin::Extension));
    let all = named.chain(extensions).enumerate();
    all.filter_map(|(number, (path, origin))| Library::open(path, number, origin, report)).collect()
}

/// A source, on the way of its own: what was found while it was read, and while it was compiled, which is of interest only
/// if all sources could be read.
struct Compiled {
    read: Vec<Diagnostic>,
    compiled: Vec<Diagnostic>,
    sections: Vec<Section>,
}

impl Compiled {
    fn of(source: &Path, options: &preprocess::Options, extensions: &[&'static Extension]) -> Compiled {
        let (read, compiled) = (Report::default(), Report::default());
        let tree = preprocess::preprocess(source, options, &read);
        let compile = |tree| compile::compile(&tree, options.arch, options.compat, extensions, &compiled);
        let sections = tree.map(compile).unwrap_or_default();
        Compiled { read: read.into_diagnostics(), compiled: compiled.into_diagnostics(), sections }
    }
}

/// What a package says that does not install over a newer one, if its author says nothing.
const DOWNGRADE_PREVENTED: &str = "A newer version of [ProductName] is already installed.";
