//! The output folder: files are written beside their target under another name, and renamed when all are whole.

use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use ancm_installer::{cab, msi};
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// What begins the names of files that are not whole yet, and of folders for files on the way.
const PREFIX: &str = ".ancm-";

/// An output folder, and the files that wait to be put into it. Dropped before [`Output::commit`], it leaves nothing.
pub struct Output {
    folder: PathBuf,
    waiting: Vec<(NamedTempFile, PathBuf)>,
    /// Folders that we made, the innermost first; removed again unless something is put into them.
    made: Vec<PathBuf>,
}

impl Output {
    /// Opens `folder`; makes it where it is not there.
    ///
    /// # Errors
    /// It cannot be made, or is no folder.
    pub fn open(folder: &Path) -> Outcome<Output> {
        let missing =
            folder.ancestors().take_while(|f| !f.as_os_str().is_empty() && fs::symlink_metadata(f).is_err());
        let made = missing.map(Path::to_owned).collect();
        let output = Output { folder: folder.to_owned(), waiting: Vec::new(), made };
        fs::create_dir_all(folder).map_err(|error| failure("make the folder", folder, &error))?;
        Ok(output)
    }

    /// A folder below this one for files on the way; removed with everything in it when dropped.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn stage(&self) -> Outcome<TempDir> {
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&self.folder);
        made.map_err(|error| failure("make a folder in", &self.folder, &error))
    }

    /// A new file in this folder, under a name of its own until it is committed.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self) -> Outcome<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        // readable to whom the user lets read, as any other file
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let made = reach(&self.folder).and_then(|folder| builder.tempfile_in(folder));
        made.map_err(|error| failure("make a file in", &self.folder, &error))
    }

    /// Lets `file` wait to become `name`.
    pub fn add(&mut self, file: NamedTempFile, name: &str) {
        self.waiting.push((file, self.folder.join(name)));
    }

    /// Lets a small file with `text` wait to become `name`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add_text(&mut self, name: &str, text: &str) -> Outcome {
        let mut file = self.create()?;
        file.write_all(text.as_bytes()).map_err(|error| failure("write", &self.folder.join(name), &error))?;
        self.add(file, name);
        Ok(())
    }

    /// Puts every waiting file in its place; each is whole at any moment, and none is replaced where one cannot be.
    ///
    /// # Errors
    /// A file cannot be replaced, or its folder not be made.
    pub fn commit(mut self) -> Outcome {
        interrupt::check()?;
        for (_, path) in &self.waiting {
            replaceable(path).map_err(|error| failure("replace", path, &error))?;
        }
        for (file, path) in self.waiting.drain(..) {
            let folder = path.parent().unwrap_or(&self.folder);
            fs::create_dir_all(folder).map_err(|error| failure("make the folder", folder, &error))?;
            let target = reach(&path).map_err(|error| failure("find", &path, &error))?;
            file.persist(&target).map_err(|error| failure("replace", &path, &error.error))?;
            self.made.clear();
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.waiting.clear();
        for folder in &self.made {
            // fails, as it should, where something is in it
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Fails where a file is in the place of `path` and has to stay: Windows lets nobody replace a file that is read-only,
/// or that another program has open.
fn replaceable(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    #[cfg(windows)]
    match std::os::windows::fs::OpenOptionsExt::share_mode(fs::OpenOptions::new().write(true), 0).open(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(_) | Err(_) => {}
    }
    Ok(())
}

/// `path` in words that `tempfile`, which hands them on as they are, may have of any length: Windows takes no more than
/// 260 characters without the prefix for literal paths
/// (<https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation>).
fn reach(path: &Path) -> io::Result<PathBuf> {
    if !cfg!(windows) {
        return Ok(path.to_owned());
    }
    let absolute = std::path::absolute(path)?;
    Ok(absolute.to_str().map_or_else(|| absolute.clone(), |text| literal(text).into()))
}

/// An absolute path of Windows with the prefix for literal paths; one that names a device stays as it is.
#[must_use]
pub fn literal(absolute: &str) -> String {
    match absolute.strip_prefix(r"\\") {
        Some(device) if device.starts_with(['?', '.']) => absolute.to_owned(),
        Some(share) => format!(r"\\?\UNC\{share}"),
        None => format!(r"\\?\{absolute}"),
    }
}

/// Whether Windows says that another program has the file: `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`
/// (<https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499->).
fn in_use(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33))
}

/// The failure to `what` `path`.
#[must_use]
pub fn failure(what: &str, path: &Path, error: &io::Error) -> Failure {
    if interrupt::check().is_err() {
        return interrupt::failure();
    }
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "make room, or name another folder with `--out`; nothing of this run was left behind"
        }
        _ if in_use(error) => {
            "the file is open in another program: close that, or name another folder with `--out`"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "is the file read-only or open in another program, or the folder not yours? name another one with `--out`"
        }
        _ => "name another folder with `--out`",
    };
    Failure::new(Exit::Output, "output::failed", format!("cannot {what} `{}`: {error}", path.display()))
        .help(help)
}

/// The failure to write the package `path`: what kept its output from being written, or else what is wrong in it, with
/// the causes.
#[must_use]
pub fn package_failure(path: &Path, error: &msi::WriteError) -> Failure {
    match error {
        msi::WriteError::Output(error)
        | msi::WriteError::Cabinet { source: cab::WriteError::Output(error), .. } => {
            failure("write", path, error)
        }
        error => {
            let causes = std::iter::successors(error.source(), |cause| (*cause).source());
            let causes: String = causes.map(|cause| format!(": {cause}")).collect();
            Failure::new(Exit::Compile, "msi::write", format!("`{}`: {error}{causes}", path.display()))
        }
    }
}
