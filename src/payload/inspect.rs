//! What is inside of what was given: every file and archive, what it is, and who signed it.

use super::scan::{HEAD, LONGEST, may_be_of_the_module, refusal};
use super::{Given, Ignored, Recognised, recognise};
use crate::archive::{self, Hashing, Kind, Limits, Visitor, walk};
use crate::diag::Diagnostic;
use crate::id::{Arch, FileVersion, Role};
use crate::msi;
use crate::pe::{Image, Signed, authenticode};
use crate::product::Product;
use crate::signature::{Commitment, Problem, ReadError, Signature};
use serde::Serialize;
use sha2::Sha256;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Cursor, Read};

/// Most exports of an image that are listed.
const MOST_EXPORTS: usize = 64;
/// The file of a NuGet package that has its signature
/// (<https://learn.microsoft.com/nuget/reference/signed-packages-reference>).
const NUGET_SIGNATURE: &str = ".signature.p7s";
/// The stream of an installer package that has its signature.
const PACKAGE_SIGNATURE: &str = "\u{5}DigitalSignature";
/// Longest signature that is read, in bytes.
const LONGEST_SIGNATURE: u64 = 1 << 20;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A file that packages are made of.
    Role(Role),
    /// The in-process handler of the module's family, which applications bring.
    InProcessHandler,
    /// An ARM64X forwarder or loader of the module.
    Forwarder,
    /// A PE image of another kind.
    OtherImage,
    /// A PE image that contradicts itself, or ends too early.
    BrokenImage,
    /// Neither.
    Other,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Role(role) => role.fmt(f),
            What::InProcessHandler => f.write_str("in-process handler"),
            What::Forwarder => f.write_str("forwarder"),
            What::OtherImage => f.write_str("other image"),
            What::BrokenImage => f.write_str("broken image"),
            What::Other => f.write_str("other file"),
        }
    }
}

impl What {
    /// Whether it belongs to the module.
    #[must_use]
    pub fn is_of_the_module(&self) -> bool {
        matches!(self, What::Role(_) | What::InProcessHandler | What::Forwarder)
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InspectedFile {
    /// Where it is, with `!` after each archive.
    pub path: String,
    /// What it is.
    pub what: What,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// What else is known of an image.
    #[serde(flatten)]
    pub image: Option<ImageFacts>,
}

/// What is known of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImageFacts {
    /// The machine of each view, the native one first: two for ARM64X.
    pub views: Vec<String>,
    /// Its version resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<FileVersion>,
    /// Names of exported functions, of the native view, up to 64.
    pub exports: Vec<String>,
    /// Its signature.
    pub signed: Signed,
}

/// An archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InspectedArchive {
    /// Where it is.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Its signature.
    pub signed: Signed,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// Archives, in the order in which they were gone into.
    pub archives: Vec<InspectedArchive>,
    /// Files, in the order in which they were found.
    pub files: Vec<InspectedFile>,
    /// Roles that nothing fills.
    pub missing: Vec<Role>,
    /// What was refused or is missing.
    pub findings: Vec<Diagnostic>,
}

impl Inspection {
    /// Looks through `sources`, as [`super::Payload::found_in`] does.
    #[must_use]
    pub fn of(sources: &[Given], product: &Product) -> Inspection {
        let mut inspector = Inspector { product, inspection: Inspection::default() };
        for Given { path: source, .. } in sources {
            if let Err(error) = walk(source, Limits::default(), &mut inspector) {
                inspector.problem(&source.to_string_lossy(), error);
            }
        }
        let mut inspection = inspector.inspection;
        let found: BTreeSet<Role> = inspection.files.iter().filter_map(InspectedFile::role).collect();
        let mut needed: BTreeSet<Role> =
            Arch::ALL.into_iter().flat_map(|arch| product.needed_by(arch)).collect();
        needed.retain(|role| !found.contains(role));
        inspection.missing = needed.into_iter().collect();
        inspection
    }
}

impl InspectedFile {
    fn role(&self) -> Option<Role> {
        match self.what {
            What::Role(role) => Some(role),
            _ => None,
        }
    }
}

struct Inspector<'p> {
    product: &'p Product,
    inspection: Inspection,
}

impl Visitor for Inspector<'_> {
    fn enters(&mut self, _depth: usize) -> bool {
        true
    }

    fn archive(&mut self, file: archive::File<'_>, kind: Kind, source: &archive::Source) -> io::Result<()> {
        let signed = match kind {
            Kind::Bundle => authenticode::read(&mut source.cursor())?,
            Kind::Package => of_package(source),
            // what a zip file's signature says is found in it
            Kind::Zip => Signed::Unsigned,
            Kind::Cabinet => {
                let why = "signatures of cabinets are not looked at".to_owned();
                Signed::Unverified { signer: None, why }
            }
        };
        let path = file.path.to_owned();
        let (sha256, size) = hash(Hashing::new(file))?;
        self.inspection.archives.push(InspectedArchive { path, kind, size, sha256, signed });
        Ok(())
    }

    fn file(&mut self, file: archive::File<'_>) -> io::Result<()> {
        let path = file.path.to_owned();
        let (is_signature, size) = (file.name == NUGET_SIGNATURE, file.size);
        let mut file = Hashing::new(file);
        let mut bytes = Vec::new();
        file.by_ref().take(HEAD).read_to_end(&mut bytes)?;
        if !(is_signature || may_be_of_the_module(&bytes)) || size > LONGEST {
            let (sha256, size) = hash(file)?;
            self.inspection.files.push(InspectedFile { path, what: What::Other, size, sha256, image: None });
            return Ok(());
        }
        file.by_ref().take(LONGEST).read_to_end(&mut bytes)?;
        if is_signature
            && let Some(archive) = path.strip_suffix(NUGET_SIGNATURE).and_then(|path| path.strip_suffix('!'))
            && let Some(archive) = self.inspection.archives.iter_mut().find(|known| known.path == archive)
        {
            archive.signed = of_nuget(&bytes);
        }
        let (what, version) = match recognise(&bytes, self.product) {
            Recognised::Payload { role, version, .. } => (What::Role(role), version),
            Recognised::Ignored(Ignored::InProcessHandler { version, .. }) => {
                (What::InProcessHandler, Some(version))
            }
            Recognised::Ignored(Ignored::Forwarder) => (What::Forwarder, None),
            Recognised::WrongMachine(..) | Recognised::Ignored(Ignored::OtherPe { .. }) => {
                (What::OtherImage, None)
            }
            Recognised::Truncated(_) | Recognised::Ignored(Ignored::BrokenPe { .. }) => {
                (What::BrokenImage, None)
            }
            Recognised::Ignored(_) => (What::Other, None),
        };
        let sha256 = file.finish();
        let image = if bytes.starts_with(b"MZ") { facts(&bytes, version) } else { None };
        self.inspection.files.push(InspectedFile { path, what, size: bytes.len() as u64, sha256, image });
        Ok(())
    }

    fn problem(&mut self, path: &str, error: archive::Error) {
        self.inspection.findings.push(refusal(path, &error));
    }
}

fn facts(bytes: &[u8], version: Option<FileVersion>) -> Option<ImageFacts> {
    let image = Image::parse(bytes).ok()?;
    let native = image.native();
    let version = version.or_else(|| Some(native.version().ok()??.fixed?.file_version));
    let exports = native.exports().map(|exports| exports.entries).unwrap_or_default();
    let exports = exports.into_iter().filter_map(|export| export.name).take(MOST_EXPORTS).collect();
    let views = image.views().map(|view| view.headers().machine.to_string()).collect();
    let signed = authenticode::read(&mut Cursor::new(bytes)).unwrap_or(Signed::Unsigned);
    Some(ImageFacts { views, version, exports, signed })
}

/// What an installer package's signature says. Its hash, of the streams in their order, is not computed here.
fn of_package(source: &archive::Source) -> Signed {
    let read = || {
        let mut package = msi::Package::open(source.cursor()).ok()?;
        let mut bytes = Vec::new();
        package.stream(PACKAGE_SIGNATURE).ok()?.take(LONGEST_SIGNATURE).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    let Some(bytes) = read() else { return Signed::Unsigned };
    unverified(Signature::read(&bytes), "the hash of an installer package is not computed here")
}

/// What a NuGet package's signature says: its author, the repository that took it in, or both. The hash of the package
/// without it is not computed here.
fn of_nuget(bytes: &[u8]) -> Signed {
    let role = |commitment| match commitment {
        Some(Commitment::Origin) => "author ",
        Some(Commitment::Receipt) => "repository ",
        None => "",
    };
    let signature = Signature::read(bytes).map(|mut signature| {
        signature.signer = format!("{}{}", role(signature.commitment), signature.signer);
        if let Some((counter, commitment)) = &signature.counter {
            signature.signer = format!("{}, {}{counter}", signature.signer, role(*commitment));
        }
        signature
    });
    unverified(signature, "a NuGet signature, and the hash of a NuGet package is not computed here")
}

/// A signature whose hash is not held against the file's: what it says by itself, and `why` that is all.
fn unverified(signature: Result<Signature, ReadError>, why: &str) -> Signed {
    match signature {
        Err(problem) => Signed::Unverified { signer: None, why: format!("{why}; {problem}") },
        Ok(Signature { signer, problem: Some(Problem::Wrong(problem)), .. }) => {
            Signed::Wrong { signer: Some(signer), why: problem.to_owned() }
        }
        Ok(Signature { signer, problem: Some(Problem::Unknown(problem)), .. }) => {
            Signed::Unverified { signer: Some(signer), why: format!("{why}; {problem}") }
        }
        Ok(Signature { signer, problem: None, .. }) => {
            Signed::Unverified { signer: Some(signer), why: why.to_owned() }
        }
    }
}

/// The hash and the length of all bytes, of which some may have been read already.
fn hash<R: Read>(mut bytes: Hashing<R, Sha256>) -> io::Result<(String, u64)> {
    io::copy(&mut bytes, &mut io::sink())?;
    Ok((bytes.finish(), bytes.length()))
}
