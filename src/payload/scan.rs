//! Looking through folders and archives, or a list of files in memory.

use super::{Content, Given, Ignored, IgnoredFile, Payload, PayloadFile, Recognised, Source, recognise};
use crate::archive::{self, Kind, Limits, Visitor, walk};
use crate::diag::{Diagnostic, Severity};
use crate::id::{Arch, Role, hexadecimal};
use crate::pe::{Signed, authenticode};
use crate::product::Product;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

/// No file of the module comes near; longer ones are not read.
pub(super) const LONGEST: u64 = 64 << 20;
/// What is read of a file to see whether the rest is worth reading, in bytes.
pub(super) const HEAD: u64 = 4096;

impl Payload {
    /// Looks for what packages of `product` are made of in `sources`: folders with everything below them, and files with everything in them.
    #[must_use]
    pub fn found_in(sources: &[Given], product: &Product) -> Payload {
        let paths = sources.iter().map(|given| given.path.clone()).collect();
        let mut scan = Scan::new(Source::Paths(paths), product);
        for Given { path: source, from } in sources {
            scan.label = match from {
                Some(address) => address.clone(),
                None if sources.len() > 1 => label(source),
                None => String::new(),
            };
            let seen = scan.seen;
            if let Err(error) = walk(source, Limits::default(), &mut scan) {
                let message = format!("the payload `{}` {error}", source.display());
                let (slug, help) = match error {
                    archive::Error::Limit { .. } => {
                        ("too_large", "name the folder or file that holds the module only")
                    }
                    _ => (
                        "unreadable",
                        "name a folder, or a bundle, package, cabinet or zip file, that you may read; or a release to fetch, \
                         as `hosting-bundle@9.0.7`",
                    ),
                };
                scan.problem(slug, message, help);
            } else if scan.seen == seen && source.is_dir() {
                let message = format!("the payload folder `{}` is empty", source.display());
                scan.problem("empty", message, "put the module's DLLs and its schema file there");
            }
        }
        scan.finish()
    }

    /// The stand-in payload: `files` are names and contents, recognised like those of a folder.
    #[must_use]
    pub fn stand_in(files: Vec<(String, Vec<u8>)>, product: &Product) -> Payload {
        let mut scan = Scan::new(Source::StandIn, product);
        for (path, bytes) in files {
            let bytes: Arc<[u8]> = bytes.into();
            scan.bytes(path, &bytes, Content::Bytes(bytes.clone()));
        }
        scan.finish()
    }
}

/// What the files of a source are known by where there are several: its name, without the folders that lead there.
fn label(source: &Path) -> String {
    match source.file_name() {
        Some(name) if source.is_dir() => format!("{}/", name.to_string_lossy()),
        _ => String::new(),
    }
}

/// What is told of something in a source that was refused, or that is missing.
#[must_use]
pub fn refusal(path: &str, error: &archive::Error) -> Diagnostic {
    let message = format!("`{path}`: {error}");
    match error {
        archive::Error::Io(error) if error.kind() == io::ErrorKind::Unsupported => {
            Diagnostic::warning("payload::left_out", format!("`{path}` is left out: {error}"))
                .help("name what it leads to, if that should be looked through")
        }
        archive::Error::Missing { .. } => Diagnostic::warning("payload::missing", message)
            .help("put it there if the module's files should be in it"),
        _ => Diagnostic::error("payload::refused", message)
            .help("get it again from where it is published, or take it out of the payload"),
    }
}

struct Scan<'p> {
    product: &'p Product,
    payload: Payload,
    /// What goes before the paths of the source that is being looked through.
    label: String,
    /// How many files and archives there were.
    seen: usize,
    /// Every file that fits a role, with different bytes.
    candidates: BTreeMap<Role, Vec<PayloadFile>>,
    /// Files whose path promises another processor: path, the word, what it promises, and what it is.
    promises: Vec<(String, String, Role, Role)>,
}

impl Visitor for Scan<'_> {
    fn enters(&mut self, _depth: usize) -> bool {
        true
    }

    fn archive(
        &mut self,
        _file: archive::File<'_>,
        _kind: Kind,
        _source: &archive::Source,
    ) -> io::Result<()> {
        self.seen += 1;
        Ok(())
    }

    fn file(&mut self, mut file: archive::File<'_>) -> io::Result<()> {
        self.seen += 1;
        let path = format!("{}{}", self.label, file.path);
        if file.size > LONGEST {
            self.ignore(path, Ignored::TooLarge { size: file.size });
            return Ok(());
        }
        let bytes = match read(&mut file) {
            Err(error) if file.on_disk.is_some() => {
                self.ignore(path, Ignored::Unreadable { detail: error.to_string() });
                return Ok(());
            }
            read => read?,
        };
        match file.on_disk {
            Some(on_disk) => self.bytes(path, &bytes, Content::File(on_disk.to_owned())),
            None => {
                let bytes: Arc<[u8]> = bytes.into();
                self.bytes(path, &bytes, Content::Bytes(bytes.clone()));
            }
        }
        Ok(())
    }

    fn problem(&mut self, path: &str, error: archive::Error) {
        self.seen += 1;
        let path = format!("{}{path}", self.label);
        match error {
            archive::Error::Io(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.ignore(path, Ignored::NotAFile);
            }
            archive::Error::Io(error) => self.ignore(path, Ignored::Unreadable { detail: error.to_string() }),
            error => match refusal(&path, &error) {
                finding if finding.severity == Severity::Error => self.payload.problems.push(finding),
                finding => self.payload.warnings.push(finding),
            },
        }
    }
}

impl<'p> Scan<'p> {
    fn new(source: Source, product: &'p Product) -> Scan<'p> {
        let payload = Payload {
            source,
            files: BTreeMap::new(),
            ignored: Vec::new(),
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        let label = String::new();
        Scan { product, payload, label, seen: 0, candidates: BTreeMap::new(), promises: Vec::new() }
    }

    fn problem(&mut self, slug: &str, message: impl Into<String>, help: impl Into<String>) {
        self.payload.problems.push(Diagnostic::error(format!("payload::{slug}"), message).help(help));
    }

    fn ignore(&mut self, path: String, why: Ignored) {
        self.payload.ignored.push(IgnoredFile { path, why });
    }

    fn bytes(&mut self, path: String, bytes: &[u8], content: Content) {
        match recognise(bytes, self.product) {
            Recognised::Ignored(why) => self.ignore(path, why),
            Recognised::Truncated(detail) => {
                let message = format!("`{path}` is a PE image that was cut short: {detail}");
                self.problem("truncated", message, "copy the file again, or take it out of the payload");
            }
            Recognised::WrongMachine(module, machine) => {
                let message = format!("`{path}` is a {module} for {machine}, which no package is for");
                self.problem("wrong_machine", message, "take it out of the payload");
            }
            Recognised::Payload { role, version, stand_in, searches_handler_folder } => {
                if let Role::Dll(module, arch) = role
                    && let Some((word, promised)) = promised(&path)
                    && promised != arch
                {
                    self.promises.push((path.clone(), word.to_owned(), Role::Dll(module, promised), role));
                }
                let signed = match role {
                    Role::Schema => Signed::Unsigned,
                    Role::Dll(..) => authenticode::read(&mut Cursor::new(bytes)).unwrap_or(Signed::Unsigned),
                };
                if let Signed::Wrong { .. } = &signed {
                    let message = format!("`{path}`: {signed}");
                    let help = "the file is not the one that was published; get it again from where it is";
                    return self.problem("signature", message, help);
                }
                let size = bytes.len() as u64;
                let sha256 = hexadecimal(Sha256::digest(bytes));
                self.candidate(PayloadFile {
                    role,
                    path,
                    version,
                    stand_in,
                    searches_handler_folder,
                    signed,
                    size,
                    sha256,
                    content,
                });
            }
        }
    }

    fn candidate(&mut self, file: PayloadFile) {
        let candidates = self.candidates.entry(file.role).or_default();
        match candidates.iter().find(|candidate| candidate.sha256 == file.sha256) {
            Some(same) => {
                let why = Ignored::SameAs { path: same.path.clone() };
                self.ignore(file.path, why);
            }
            None => candidates.push(file),
        }
    }

    fn finish(mut self) -> Payload {
        for (role, mut candidates) in std::mem::take(&mut self.candidates) {
            if candidates.len() > 1 {
                let list: Vec<String> = candidates.iter().map(describe).collect();
                let message =
                    format!("{} different files could be the {role}: {}", list.len(), list.join(", "));
                self.problem("two_candidates", message, "leave one of them in the payload");
            }
            self.payload.files.insert(role, candidates.swap_remove(0));
        }
        // a path never makes a file what it is not; but where what it promises is nowhere, that explains why
        for (path, word, promised, found) in std::mem::take(&mut self.promises) {
            let (Role::Dll(module, found), Role::Dll(_, arch)) = (found, promised) else { continue };
            if !self.payload.files.contains_key(&promised) {
                let message = format!(
                    "`{path}` is a {module} for {found}, and nothing else is one for {arch}, as `{word}` in its path promises"
                );
                let warning = Diagnostic::warning("payload::promise", message);
                self.payload.warnings.push(warning.help("put the right file there, if that was meant"));
            }
        }
        self.payload.ignored.sort_by(|a, b| a.path.cmp(&b.path));
        self.payload
    }
}

/// Whether a file that begins with `head` may be a PE image or XML.
pub(super) fn may_be_of_the_module(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    head.starts_with(b"MZ") || text.starts_with(b"<")
}

/// The whole of a file that may be a PE image or XML; of any other file the beginning, which tells enough.
fn read(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut bytes)?;
    if may_be_of_the_module(&bytes) {
        file.take(LONGEST).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn describe(file: &PayloadFile) -> String {
    match file.version {
        Some(version) => format!("`{}` (version {version})", file.path),
        None => format!("`{}`", file.path),
    }
}

/// The processor that the last telling word of a path promises.
fn promised(path: &str) -> Option<(&str, Arch)> {
    path.rsplit(|c: char| !c.is_ascii_alphanumeric()).find_map(|word| {
        let arch = match word.to_ascii_lowercase().as_str() {
            "x86" | "win32" | "i386" => Arch::X86,
            "x64" | "amd64" => Arch::X64,
            "arm64" | "aarch64" => Arch::Arm64,
            _ => return None,
        };
        Some((word, arch))
    })
}
