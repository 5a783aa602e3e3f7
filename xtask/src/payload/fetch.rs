//! What is fetched, and where it is kept until it is wanted again.
//!
//! A file is kept under its hash, and its hash is computed whenever it is taken. One that is on the way has the ending
//! `.part`; the next run goes on with it.

use super::curl::{self, Sink};
use super::source::{Address, shown};
use crate::console::{Console, Progress};
use crate::environment;
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace;
use ancm_installer::id::hexadecimal;
use sha2::{Digest, Sha512};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Names another folder for what is fetched than `target/payload`.
const VARIABLE: &str = "ANCM_CACHE";
/// The longest file that is fetched, in bytes. A hosting bundle has an eighth of it.
const LONGEST: u64 = 1 << 30;
/// The longest document, in bytes. The longest list of releases has a tenth of it.
const LONGEST_DOCUMENT: u64 = 32 << 20;
/// How many digits of a hash name a folder: enough for it, and few enough for paths of Windows.
const NAME: usize = 32;

/// Fetches what is not there yet.
pub struct Fetch<'c> {
    offline: bool,
    folder: PathBuf,
    console: &'c Console,
}

impl<'c> Fetch<'c> {
    /// For the project in `root`; with `offline`, only what is there counts.
    #[must_use]
    pub fn new(root: &Path, offline: bool, console: &'c Console) -> Fetch<'c> {
        let named = environment::variable(VARIABLE).map(PathBuf::from);
        let folder = named.unwrap_or_else(|| workspace::target(root).join("payload"));
        Fetch { offline, folder, console }
    }

    /// The file at `address`.
    ///
    /// # Errors
    /// It cannot be fetched or kept, or is not the one that is wanted.
    pub fn file(&self, address: &Address) -> Outcome<PathBuf> {
        let folder = self.folder.join(&address.sha512[..NAME]);
        let path = folder.join(address.file_name());
        if self.is_there(&path, address)? {
            return Ok(path);
        }
        let shown = shown(&address.url);
        self.online(&shown)?;
        fs::create_dir_all(&folder).map_err(|error| unkept(&folder, &error))?;
        let _lock = self.alone(&folder.join("lock"), &shown)?;
        // whoever had the lock may have fetched it
        if self.is_there(&path, address)? {
            return Ok(path);
        }
        self.console.status("Fetching", &shown);
        let path_of_part = folder.join(format!("{}.part", address.file_name()));
        let mut part = Part::open(path_of_part, &address.sha512, self.console, &shown)?;
        // what is there may be all of it, or a part of another file
        let goes_on = part.length > 0;
        if !part.is_whole() {
            curl::fetch(&address.url, &shown, LONGEST, &mut part)?;
        }
        if goes_on && !part.is_whole() {
            part.restart()?;
            curl::fetch(&address.url, &shown, LONGEST, &mut part)?;
        }
        if !part.is_whole() {
            return Err(part.refused(&shown));
        }
        part.finish(&path)?;
        Ok(path)
    }

    /// The document that was kept as `name`.
    ///
    /// # Errors
    /// It is there, and cannot be read.
    pub fn kept(&self, name: &str) -> Outcome<Option<Vec<u8>>> {
        let path = self.folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unkept(&path, &error)),
        }
    }

    /// The document at `url`, which is kept as `name`.
    ///
    /// # Errors
    /// It cannot be fetched or kept.
    pub fn document(&self, url: &str, name: &str) -> Outcome<Vec<u8>> {
        let shown = shown(url);
        self.online(&shown)?;
        self.console.status("Fetching", &shown);
        let mut document = Document(Vec::new());
        curl::fetch(url, &shown, LONGEST_DOCUMENT, &mut document)?;
        let path = self.folder.join(name);
        let keep = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&document.0)?;
            file.persist(&path).map(drop).map_err(|error| error.error)
        };
        keep().map_err(|error| unkept(&path, &error))?;
        Ok(document.0)
    }

    fn online(&self, shown: &str) -> Outcome {
        if !self.offline {
            return Ok(());
        }
        let message = format!("`{shown}` was not fetched before, and `--offline` fetches nothing");
        Err(Failure::new(Exit::Input, "payload::offline", message).help(format!(
            "run it once without `--offline`; what is fetched is kept in `{}`",
            self.folder.display()
        )))
    }

    /// Whether the file is at `path` as it must be.
    fn is_there(&self, path: &Path, address: &Address) -> Outcome<bool> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(unkept(path, &error)),
        };
        let mut hasher = Sha512::new();
        io::copy(&mut file, &mut hasher).map_err(|error| unkept(path, &error))?;
        let is_right = hexadecimal(hasher.finalize()) == address.sha512;
        if is_right {
            self.console.detail(&format!("{} was fetched before: {}", shown(&address.url), path.display()));
        }
        Ok(is_right)
    }

    /// Waits until nobody else fetches the same file.
    fn alone(&self, path: &Path, shown: &str) -> Outcome<File> {
        let mut is_told = false;
        loop {
            if let Some(file) = lock(path).map_err(|error| unkept(path, &error))? {
                return Ok(file);
            }
            if !is_told {
                self.console.status("Waiting", &format!("for another run that fetches {shown}"));
                is_told = true;
            }
            crate::interrupt::check()?;
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
}

/// Opens the file `path` for this run alone; nothing where another one has it.
fn lock(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(windows)]
    {
        const SHARING_VIOLATION: i32 = 32;
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
        match options.open(path) {
            Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
            opened => opened.map(Some),
        }
    }
    #[cfg(unix)]
    {
        use rustix::fs::{FlockOperation, flock};
        let file = options.open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            locked => locked.map(|()| Some(file)).map_err(io::Error::from),
        }
    }
}

/// Fetches the file at `url`, of `most` bytes at the most. It is kept nowhere.
///
/// # Errors
/// It cannot be fetched.
pub fn bytes(url: &str, most: u64) -> Outcome<Vec<u8>> {
    let mut document = Document(Vec::new());
    curl::fetch(url, url, most, &mut document)?;
    Ok(document.0)
}

/// A document being fetched.
struct Document(Vec<u8>);

impl Sink for Document {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn take(&mut self, bytes: &[u8]) -> Outcome {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn restart(&mut self) -> Outcome {
        self.0.clear();
        Ok(())
    }
}

/// A file being fetched.
struct Part<'c> {
    path: PathBuf,
    /// What its SHA-512 must be.
    sha512: &'c str,
    file: File,
    hasher: Sha512,
    length: u64,
    /// How it begins.
    head: Vec<u8>,
    progress: Progress<'c>,
}

impl<'c> Part<'c> {
    /// How much of the beginning tells whether it is a page, in bytes.
    const HEAD: usize = 512;

    /// What is there of it, to go on with.
    fn open(path: PathBuf, sha512: &'c str, console: &'c Console, shown: &str) -> Outcome<Part<'c>> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| unkept(&path, &error))?;
        let progress = console.transfer(shown.rsplit('/').next().unwrap_or(shown));
        let mut part =
            Part { path, sha512, file, hasher: Sha512::new(), length: 0, head: Vec::new(), progress };
        let mut buffer = vec![0; 1 << 16];
        loop {
            match part.file.read(&mut buffer) {
                Ok(0) => return Ok(part),
                Ok(count) => part.count(&buffer[..count]),
                Err(error) => return Err(unkept(&part.path, &error)),
            }
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        let missing = Part::HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        self.progress.took(bytes.len() as u64);
    }

    /// SHA-512 of what is there.
    fn hash(&self) -> String {
        hexadecimal(self.hasher.clone().finalize())
    }

    /// Forgets the file, and says why.
    fn refused(self, shown: &str) -> Failure {
        let message = format!(
            "what `{shown}` gives is not what was asked for: {} bytes with SHA-512 {}, expected {}",
            self.length,
            self.hash(),
            self.sha512
        );
        let start =
            String::from_utf8_lossy(&self.head).trim_start_matches('\u{FEFF}').trim_start().to_lowercase();
        let help = if start.starts_with("<!doctype html") || start.starts_with("<html") {
            "it is a page, not a file: open the address in a browser to see what it says"
        } else {
            "hold the hash against the one that is published beside the file; if both are right, do not use what is there"
        };
        // kept, it would only be refused again
        let _ = fs::remove_file(&self.path);
        Failure::new(Exit::Input, "payload::hash", message).help(help)
    }

    /// Gives the file its name.
    fn finish(self, path: &Path) -> Outcome {
        let Part { path: part, file, length, progress, .. } = self;
        let named = file.sync_all().and_then(|()| {
            drop(file);
            fs::rename(&part, path)
        });
        named.map_err(|error| unkept(path, &error))?;
        progress.finish("Fetched", &format!("{} bytes, {},", length, path.display()));
        Ok(())
    }
}

impl Sink for Part<'_> {
    fn length(&self) -> u64 {
        self.length
    }

    fn is_whole(&self) -> bool {
        self.hash() == self.sha512
    }

    fn take(&mut self, bytes: &[u8]) -> Outcome {
        self.file.write_all(bytes).map_err(|error| unkept(&self.path, &error))?;
        self.count(bytes);
        Ok(())
    }

    fn restart(&mut self) -> Outcome {
        let emptied = self.file.set_len(0).and_then(|()| self.file.rewind());
        emptied.map_err(|error| unkept(&self.path, &error))?;
        (self.hasher, self.length) = (Sha512::new(), 0);
        self.head.clear();
        Ok(())
    }
}

fn unkept(path: &Path, error: &io::Error) -> Failure {
    let message = format!("`{}`, where what is fetched is kept, cannot be used: {error}", path.display());
    Failure::new(Exit::Output, "payload::cache", message)
        .help(format!("`{VARIABLE}` names another folder; it must be writable and have room"))
}
