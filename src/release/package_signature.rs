//! The signature of a package: the hash of its streams, checked, and its signer.
//!
//! The hash is of all streams of the compound file in the order of their names' bytes, then the storage's CLSID, storage by
//! storage; the signature's own two streams are left out. osslsigncode's `msi.c` computes the same, and the tests hold one
//! against the other.

use crate::pe::{Signed, authenticode};
use crate::signature::{Algorithm, Hasher, Problem, Signature};
use std::io::{self, Read, Seek};
use std::path::Path;

/// The stream of a package that has its signature
/// (<https://learn.microsoft.com/windows/win32/msi/digital-signatures-and-windows-installer>).
pub const SIGNATURE: &str = "\u{5}DigitalSignature";
/// The stream that makes a signature cover names and times, too.
const EXTENDED: &str = "\u{5}MsiDigitalSignatureEx";
/// All streams that a signature adds to a package.
pub const SIGNATURES: [&str; 2] = [SIGNATURE, EXTENDED];

/// Longest signature that is read, in bytes.
const LONGEST: u64 = 1 << 20;
/// Storages within storages that are followed; a package has one.
const DEEPEST: usize = 16;

/// What the signature of the package behind `reader` says. Whether its certificate leads to a root that the reader trusts is
/// never said.
///
/// # Errors
/// It is no compound file, or cannot be read.
pub fn package_signature(reader: impl Read + Seek) -> io::Result<Signed> {
    let mut file = cfb::CompoundFile::open(reader)?;
    let at = |name: &str| Path::new("/").join(name);
    if !file.is_stream(at(SIGNATURE)) {
        return Ok(Signed::Unsigned);
    }
    let mut bytes = Vec::new();
    file.open_stream(at(SIGNATURE))?.take(LONGEST).read_to_end(&mut bytes)?;
    let signature = match Signature::read(&bytes) {
        Ok(signature) => signature,
        Err(why) => return Ok(Signed::Unverified { signer: None, why: why.to_string() }),
    };
    let signer = Some(signature.signer.clone());
    let unverified = |why: &str| Signed::Unverified { signer: signer.clone(), why: why.to_owned() };
    if file.is_stream(at(EXTENDED)) {
        return Ok(unverified("it covers names and times, too, and that hash is not computed here"));
    }
    let Some((oid, stated)) = authenticode::stated(&signature.content) else {
        return Ok(Signed::Wrong { signer, why: "the hash in it cannot be read".to_owned() });
    };
    let Some(algorithm) = Algorithm::of(oid) else {
        return Ok(unverified(&format!("the hash algorithm {oid} is not known")));
    };
    let mut hasher = Hasher::new(algorithm);
    hash(&mut file, Path::new("/"), 0, &mut hasher)?;
    if hasher.finish() != stated {
        let why = "the package was changed after it was signed".to_owned();
        return Ok(Signed::Wrong { signer, why });
    }
    Ok(match signature.problem {
        None => Signed::Signed { signer: signature.signer },
        Some(Problem::Unknown(why)) => unverified(&why),
        Some(Problem::Wrong(why)) => Signed::Wrong { signer, why: why.to_owned() },
    })
}

/// Hashes what is in a storage, and its CLSID.
fn hash(
    file: &mut cfb::CompoundFile<impl Read + Seek>,
    storage: &Path,
    depth: usize,
    hasher: &mut Hasher,
) -> io::Result<()> {
    if depth > DEEPEST {
        return Err(io::Error::other("storages within storages, without an end"));
    }
    let mut entries: Vec<cfb::Entry> = file.read_storage(storage)?.collect();
    let bytes = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    entries.sort_by_key(|entry| bytes(entry.name()));
    let mut buffer = vec![0; 1 << 16];
    for entry in entries.iter().filter(|entry| depth > 0 || !SIGNATURES.contains(&entry.name())) {
        if entry.is_storage() {
            hash(file, entry.path(), depth + 1, hasher)?;
            continue;
        }
        let mut stream = file.open_stream(entry.path())?;
        loop {
            match stream.read(&mut buffer)? {
                0 => break,
                count => hasher.update(&buffer[..count]),
            }
        }
    }
    hasher.update(&file.entry(storage)?.clsid().to_bytes_le());
    Ok(())
}
