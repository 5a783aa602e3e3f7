//! From the module's entry in the configuration to its function, and on to the handler's.

use super::dll::{Dll, Dlls, Face, suffix};
use super::{Finding, Verdict, process_folder};
use crate::id::{self, Arch, Flavour};
use crate::pe::Target;
use crate::product::Product;
use crate::upgrade::{FileFacts, Folded, Machine};

const ERROR_MOD_NOT_FOUND: u32 = 126;
const ERROR_PROC_NOT_FOUND: u32 = 127;
const ERROR_BAD_EXE_FORMAT: u32 = 193;

/// A forward leads to a module; more in a row than this is a circle.
const MOST_FORWARDS: usize = 4;

/// Why a walk ends early.
struct Stop {
    verdict: Verdict,
    error: Option<u32>,
    reason: String,
}

impl Stop {
    fn fails(error: u32, reason: String) -> Stop {
        Stop { verdict: Verdict::Fails, error: Some(error), reason }
    }

    fn uncertain(reason: String) -> Stop {
        Stop { verdict: Verdict::Uncertain, error: None, reason }
    }
}

/// What is known of a file: its bytes, or what a baseline claims.
#[derive(Clone, Copy)]
enum Known<'a> {
    Face(&'a Face),
    Claim(&'a FileFacts),
}

/// Where a forward is looked for besides the folder of the worker process.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// In the forwarder's folder, too.
    Searched,
    /// Not there.
    NotSearched,
    /// It cannot be told.
    Unknown,
}

/// Where a walk begins.
pub(super) struct Place {
    /// The kind of IIS.
    pub flavour: Flavour,
    /// What the worker process runs on.
    pub process: Arch,
    /// The module's folder for it.
    pub folder: Folded,
}

pub(super) struct Walk<'a> {
    machine: &'a Machine,
    dlls: &'a Dlls,
    product: &'a Product,
    process: Arch,
    folder: Folded,
    process_folder: Folded,
    /// Where the module's function is: the module that looks for the handler.
    module: Option<Folded>,
}

impl<'a> Walk<'a> {
    pub fn new(machine: &'a Machine, dlls: &'a Dlls, product: &'a Product, place: Place) -> Walk<'a> {
        let Place { flavour, process, folder } = place;
        Walk {
            machine,
            dlls,
            product,
            process,
            folder,
            process_folder: process_folder(flavour, machine.arch, process),
            module: None,
        }
    }

    /// IIS loads the module by its path and asks for `RegisterModule`. That a forward is found beside it was reported
    /// (<https://github.com/dotnet/aspnetcore/issues/47115>) and is how .NET 10 ships.
    pub fn module(&mut self) -> Finding {
        let mut steps = Vec::new();
        let path = self.folder.join(&self.product.module.file_name());
        let reached = self.reach(path, id::Dll::Module.entry(), Beside::Searched, &mut steps);
        if let Ok(module) = &reached {
            self.module = Some(module.clone());
        }
        self.finding(reached, steps)
    }

    /// The module takes the highest subfolder of its own folder that is named like a version, and asks the DLL there
    /// for `CreateApplication`.
    pub fn out_of_process(&self) -> Option<Finding> {
        let handler = self.product.handler.as_ref()?;
        let mut steps = Vec::new();
        let reached = self.handler(&handler.file_name(), &mut steps);
        Some(self.finding(reached, steps))
    }

    fn finding(&self, reached: Result<Folded, Stop>, mut steps: Vec<String>) -> Finding {
        match reached {
            Ok(path) => {
                let stand_in = matches!(self.known(&path), Ok(Known::Face(face)) if face.stand_in);
                Finding { verdict: Verdict::Starts, error: None, stand_in, steps }
            }
            Err(Stop { verdict, error, reason }) => {
                steps.push(reason);
                Finding { verdict, error, stand_in: false, steps }
            }
        }
    }

    fn handler(&self, file_name: &str, steps: &mut Vec<String>) -> Result<Folded, Stop> {
        let Some(module) = &self.module else {
            return Err(Stop {
                verdict: Verdict::Fails,
                error: None,
                reason: "the module is not loaded".to_owned(),
            });
        };
        let folder = self.handler_folder().ok_or_else(|| {
            let reason = format!("`{}` has no folder that is named like a version", self.folder);
            Stop::fails(ERROR_MOD_NOT_FOUND, reason)
        })?;
        let path = folder.join(file_name);
        let handler = self.reach(path, id::Dll::Handler.entry(), self.beside(module), steps)?;
        let Known::Face(face) = self.known(&handler)? else { return Ok(handler) };
        if !face.is_loader {
            return Ok(handler);
        }
        // the loader looks in its own folder, whatever the module asks for
        let own = handler.name();
        let name = format!("{}{}", own.strip_suffix(".dll").unwrap_or(own), suffix(self.process));
        steps.push(format!("`{handler}` is a loader, and loads `{name}` from its own folder"));
        let behind = handler.parent().unwrap_or_else(|| folder.clone()).join(&name);
        self.reach(behind, id::Dll::Handler.entry(), Beside::Searched, steps)
    }

    /// Follows forwards from `path` to the module that has code for `function`.
    fn reach(
        &self,
        path: Folded,
        function: &str,
        beside: Beside,
        steps: &mut Vec<String>,
    ) -> Result<Folded, Stop> {
        let mut path = path;
        for _ in 0..MOST_FORWARDS {
            let target = match self.known(&path)? {
                Known::Face(face) => match face.exports.named(function).map(|export| &export.target) {
                    Some(Target::Forward(target)) => target.clone(),
                    Some(Target::Code(_)) => {
                        steps.push(format!("`{path}`{} has `{function}`", version(face)));
                        runtime(face, &path)?;
                        return Ok(path);
                    }
                    Some(Target::Data(_)) | None => {
                        let reason = format!("`{path}` does not export the function `{function}`");
                        return Err(Stop::fails(ERROR_PROC_NOT_FOUND, reason));
                    }
                },
                Known::Claim(facts) => match self.claimed_forward(&path) {
                    Some(target) => format!("{target}.{function}"),
                    None => {
                        self.claimed(&path, facts)?;
                        steps.push(format!(
                            "`{path}` is taken for what its name says; its bytes are not known"
                        ));
                        return Ok(path);
                    }
                },
            };
            steps.push(format!("`{path}` forwards `{function}` to `{target}`"));
            path = self.forwarded(&path, &target, beside)?;
        }
        Err(Stop::fails(ERROR_PROC_NOT_FOUND, format!("forwards of `{function}` lead in a circle")))
    }

    /// The module that the forward `target` (`module.function`) of `from` leads to. The folders of Windows and `PATH` are
    /// searched, too, but nothing of the module's is ever there.
    fn forwarded(&self, from: &Folded, target: &str, beside: Beside) -> Result<Folded, Stop> {
        let name = format!("{}.dll", target.rsplit_once('.').map_or(target, |(module, _)| module));
        let own = from.parent().unwrap_or_else(|| self.folder.clone()).join(&name);
        let with_process = self.process_folder.join(&name);
        if self.machine.files.contains_key(&with_process) {
            return Ok(with_process);
        }
        match (beside, self.machine.files.contains_key(&own)) {
            (Beside::Searched, true) => Ok(own),
            (Beside::Unknown, true) => Err(Stop::uncertain(format!(
                "whether `{name}` is found beside the forwarder depends on how the module loads the handler, and that \
                 cannot be told from it"
            ))),
            (Beside::NotSearched, true) => Err(Stop::fails(
                ERROR_PROC_NOT_FOUND,
                format!(
                    "`{name}` is beside the forwarder, where a module of this version does not make Windows look; it \
                     takes the loader, or a copy in `{}`",
                    self.process_folder
                ),
            )),
            (_, false) => Err(Stop::fails(
                ERROR_PROC_NOT_FOUND,
                format!(
                    "`{name}` is neither in `{}` nor in `{}`",
                    own.parent().unwrap_or(own),
                    self.process_folder
                ),
            )),
        }
    }

    fn known(&self, path: &Folded) -> Result<Known<'a>, Stop> {
        let Some(file) = self.machine.files.get(path) else {
            return Err(Stop::fails(ERROR_MOD_NOT_FOUND, format!("`{path}` is not there")));
        };
        if file.modified {
            return Err(Stop::uncertain(format!("`{path}` was changed by somebody")));
        }
        match file.facts.hash.map(|hash| self.dlls.get(&hash)) {
            None => Ok(Known::Claim(&file.facts)),
            Some(None) => {
                Err(Stop::fails(ERROR_BAD_EXE_FORMAT, format!("`{path}` is not a DLL, or a broken one")))
            }
            Some(Some(dll)) => {
                dll.faces.get(&self.process).map(Known::Face).ok_or_else(|| self.wrong_machine(path, dll))
            }
        }
    }

    fn wrong_machine(&self, path: &Folded, dll: &Dll) -> Stop {
        let reason = format!("`{path}` is for {}; {} processes cannot load it", dll.machine, self.process);
        Stop::fails(ERROR_BAD_EXE_FORMAT, reason)
    }

    /// Where a file of which only claims are known forwards to: a baseline's forwarder is told by the modules beside it.
    fn claimed_forward(&self, path: &Folded) -> Option<String> {
        let stem = path.name().strip_suffix(".dll")?;
        let target = format!("{stem}_{}", self.process);
        let beside = path.parent()?.join(&format!("{target}.dll"));
        self.machine.files.contains_key(&beside).then_some(target)
    }

    fn claimed(&self, path: &Folded, facts: &FileFacts) -> Result<(), Stop> {
        match facts.machine {
            Some(machine) if machine == self.process => Ok(()),
            Some(machine) => {
                let reason = format!("`{path}` is for {machine}; {} processes cannot load it", self.process);
                Err(Stop::fails(ERROR_BAD_EXE_FORMAT, reason))
            }
            None => {
                Err(Stop::uncertain(format!("the baseline does not tell what processor `{path}` is for")))
            }
        }
    }

    /// Whether `module` makes Windows look beside the handler for what that forwards to.
    fn beside(&self, module: &Folded) -> Beside {
        let version = match self.known(module) {
            Ok(Known::Face(face)) => {
                let alike = |other: &&Face| other.version == face.version && other.searches_handler_folder;
                // of ARM64 code nothing can be told: what holds for the x64 module of the same release holds for it
                if face.searches_handler_folder || self.modules_beside(module).any(|other| alike(&other)) {
                    return Beside::Searched;
                }
                face.version
            }
            Ok(Known::Claim(facts)) => facts.versions().map(|(_, highest)| highest),
            Err(_) => None,
        };
        let first = self.product.handler.as_ref().and_then(|handler| handler.searched_from);
        match version {
            Some(version) if first.is_some_and(|first| version < first) => Beside::NotSearched,
            _ => Beside::Unknown,
        }
    }

    /// The x64 modules in the folder of `module`.
    fn modules_beside(&self, module: &Folded) -> impl Iterator<Item = &'a Face> {
        let folder = module.parent();
        let files = self.machine.files.iter().filter(move |(path, _)| path.parent() == folder);
        files.filter_map(|(_, file)| self.dlls.get(&file.facts.hash?)?.faces.get(&Arch::X64))
    }

    /// As the module chooses it: by the names alone, whether or not the handler is in it.
    fn handler_folder(&self) -> Option<Folded> {
        let prefix = format!("{}\\", self.folder.folded());
        let below = |path: &Folded| {
            let rest = path.folded().strip_prefix(&prefix)?;
            rest.split('\\').next().map(str::to_owned)
        };
        let files = self.machine.files.keys().filter_map(|path| below(&path.parent()?));
        let made = self.machine.folders.iter().filter_map(below);
        let (_, highest) = files.chain(made).filter_map(|name| Some((numbers(&name)?, name))).max()?;
        Some(self.folder.join(&highest))
    }
}

/// A name of three numbers with dots between them.
fn numbers(name: &str) -> Option<[u32; 3]> {
    let numbers: Option<Vec<u32>> = name.split('.').map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

fn version(face: &Face) -> String {
    let view = if face.is_hybrid { " (ARM64X)" } else { "" };
    face.version.map_or_else(|| view.to_owned(), |version| format!(" {version}{view}"))
}

/// Releases that need the Visual C++ runtime fail to load without it (<https://github.com/dotnet/aspnetcore/issues/24368>).
fn runtime(face: &Face, path: &Folded) -> Result<(), Stop> {
    let is_runtime = |name: &&String| {
        let name = name.to_ascii_uppercase();
        name.starts_with("VCRUNTIME") || name.starts_with("MSVCP")
    };
    face.imports.iter().find(is_runtime).map_or(Ok(()), |name| {
        Err(Stop::uncertain(format!(
            "`{path}` needs `{name}` of the Visual C++ runtime, which is not part of Windows"
        )))
    })
}
