//! Linking with Visual C++, and compiling the loader with it.

use super::{BuildError, Msvc};
use crate::tool::process::{self, RunError};
use ancm_installer::native::loader::{self, X64Code};
use ancm_installer::native::{LinkJob, verify};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);

/// An option of LLD only: what it switches off are environment variables, and those we remove.
const OF_LLD: &str = "/lldignoreenv";

/// Links in spite of unresolved symbols. Some linkers report one (LNK2001) on every module without code
/// (dotnet/aspnetcore pull request 62585). What it lets through is found by reading the module.
const FORCE: &str = "/FORCE:UNRESOLVED";

/// `cl` on a source of ours: small code, no checks that call a runtime, no default libraries named in the object, no
/// time in it.
const COMPILE: [&str; 6] = ["/nologo", "/c", "/O1", "/GS-", "/Zl", "/Brepro"];

impl Msvc {
    /// Runs `job` in a scratch folder and gives the module's bytes. The loader's objects are compiled here from its
    /// source; where there is no compiler, the prebuilt ones serve.
    ///
    /// # Errors
    /// What was tried and what came of it.
    pub fn link_job(&self, job: &LinkJob, code: Option<X64Code>) -> Result<Vec<u8>, BuildError> {
        let scratch = tempfile::tempdir().map_err(BuildError::Scratch)?;
        let folder = scratch.path();
        for file in &job.files {
            fs::write(folder.join(file.name), &file.content)
                .map_err(|source| BuildError::Write { name: file.name.to_owned(), source })?;
        }
        if let Some(code) = code {
            self.compile(code, folder)?;
        }
        let arguments: Vec<&str> =
            job.arguments.iter().map(String::as_str).filter(|argument| *argument != OF_LLD).collect();
        let mut tried = Vec::new();
        for more in [None, Some(FORCE)] {
            let output = folder.join(&job.output);
            let _ = fs::remove_file(&output); // of the first try
            let said = self.start(&self.link(), arguments.iter().copied().chain(more), folder)?;
            // its exit code says little: with /FORCE it is 0 whatever is missing, and without, LNK2001 may be a bug
            let problems = match fs::read(&output) {
                Err(_) => "no module was written".to_owned(),
                Ok(bytes) => match verify(&bytes, &job.expected) {
                    Ok(()) => return Ok(bytes),
                    Err(problems) => {
                        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
                        format!("the module is wrong: {}", list.join("; "))
                    }
                },
            };
            tried.push(format!("`link {}`: {problems}\n{said}", more.unwrap_or_default()));
        }
        Err(BuildError::NoModule(tried))
    }

    /// Compiles the loader for both views, over the prebuilt objects in `folder`.
    fn compile(&self, code: X64Code, folder: &Path) -> Result<(), BuildError> {
        let native = self.program("arm64", "cl.exe");
        let (x64, flag) = match code {
            X64Code::X64 => (self.program("x64", "cl.exe"), None),
            X64Code::Arm64Ec => (native.clone(), Some("/arm64EC")),
        };
        if !native.is_file() || !x64.is_file() {
            return Ok(());
        }
        fs::write(folder.join("loader.c"), loader::SOURCE)
            .map_err(|source| BuildError::Write { name: "loader.c".to_owned(), source })?;
        for (compiler, flag, object) in [(&native, None, loader::NATIVE_NAME), (&x64, flag, loader::EC_NAME)]
        {
            let output = format!("/Fo{object}");
            let path = folder.join(object);
            let _ = fs::remove_file(&path); // the prebuilt one
            let arguments = COMPILE.iter().copied().chain(flag).chain([output.as_str(), "loader.c"]);
            let said = self.start(compiler, arguments, folder)?;
            if !path.is_file() {
                return Err(BuildError::NoObject { compiler: compiler.to_owned(), object, said });
            }
        }
        Ok(())
    }

    /// Runs a program in `folder`, and gives what it said.
    fn start<'a>(
        &self,
        program: &Path,
        arguments: impl Iterator<Item = &'a str>,
        folder: &Path,
    ) -> Result<String, BuildError> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        // each of these would change what is made
        for name in ["CL", "_CL_", "LIB", "LIBPATH", "INCLUDE", "LINK", "_LINK_"] {
            command.env_remove(name);
        }
        // a program for another target takes its mspdb*.dll from the folder of the host's own
        let own = self.bin.join(self.host);
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([own].into_iter().chain(env::split_paths(&path)));
        command.env("PATH", path?).env("VSLANG", "1033");
        let program = program.to_owned();
        match process::run(&mut command, &folder.join("tool.log"), LIMIT) {
            Ok(Some((status, said))) if status.success() => Ok(said),
            Ok(Some((status, said))) => Ok(format!("{status}\n{said}")),
            Ok(None) => Err(RunError::TooLong { program, limit: LIMIT }.into()),
            Err(source) => Err(RunError::Start { program, source }.into()),
        }
    }
}
