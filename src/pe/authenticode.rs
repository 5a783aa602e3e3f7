//! The Authenticode signature of an image: its digest, checked, and its signer.
//!
//! Source: *Windows Authenticode Portable Executable Signature Format*
//! (<https://learn.microsoft.com/windows/win32/debug/pe-format#appendix-a-calculating-authenticode-pe-image-hash>).

use super::header::{self, CHECKSUM};
use super::{Directory, Headers};
use crate::signature::{Algorithm, Hasher, Problem, Signature};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Sequence};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

/// How much of a file may be headers, in bytes.
const HEAD: u64 = 65_536;
/// Longest table of certificates that is read, in bytes.
const MOST: u64 = 8 << 20;
/// `WIN_CERT_TYPE_PKCS_SIGNED_DATA`, and the length of what is before a certificate.
const PKCS_SIGNED_DATA: u16 = 2;
const CERTIFICATE_HEADER: usize = 8;
/// `SPC_INDIRECT_DATA_OBJID`: a hash of something else.
const INDIRECT_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.4");

/// What can be said of a file's signature. Whether a certificate leads to a root that the reader trusts, and whether it
/// was revoked, is never said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Signed {
    /// There is no signature.
    Unsigned,
    /// The file is what the signer's key has signed.
    Signed {
        /// The name in the signer's certificate.
        signer: String,
    },
    /// There is a signature, and it cannot be told whether it is one of this file.
    Unverified {
        /// The name in the signer's certificate, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        signer: Option<String>,
        /// What is not known.
        why: String,
    },
    /// The signature is not one of this file.
    Wrong {
        /// The name in the certificate, which has not signed this.
        #[serde(skip_serializing_if = "Option::is_none")]
        signer: Option<String>,
        /// What is wrong.
        why: String,
    },
}

impl Signed {
    /// The signer of the file; nothing where none has certainly signed it.
    #[must_use]
    pub fn signer(&self) -> Option<&str> {
        match self {
            Signed::Signed { signer } => Some(signer),
            Signed::Unsigned | Signed::Unverified { .. } | Signed::Wrong { .. } => None,
        }
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claimed = |signer: &Option<String>| {
            signer.as_ref().map_or(String::new(), |signer| format!(", the certificate is `{signer}`'s"))
        };
        match self {
            Signed::Unsigned => f.write_str("not signed"),
            Signed::Signed { signer } => write!(f, "signed by {signer}"),
            Signed::Unverified { signer, why } => {
                write!(f, "signature not verified: {why}{}", claimed(signer))
            }
            Signed::Wrong { signer, why } => write!(f, "WRONG SIGNATURE: {why}{}", claimed(signer)),
        }
    }
}

/// `SpcIndirectDataContent` without its outer tag.
#[derive(Sequence)]
struct DigestInfo {
    algorithm: AlgorithmIdentifier,
    digest: OctetString,
}

#[derive(Sequence)]
struct AlgorithmIdentifier {
    oid: ObjectIdentifier,
    #[asn1(optional = "true")]
    parameters: Option<Any>,
}

/// The algorithm and the hash that an Authenticode signature's content states.
#[must_use]
pub fn stated(content: &[u8]) -> Option<(ObjectIdentifier, Vec<u8>)> {
    let mut reader = der::SliceReader::new(content).ok()?;
    Any::decode(&mut reader).ok()?;
    let info = DigestInfo::decode(&mut reader).ok()?;
    Some((info.algorithm.oid, info.digest.into_bytes()))
}

/// What the signature of the image behind `reader` says.
///
/// # Errors
/// Reading failed.
pub fn read(reader: &mut (impl Read + Seek)) -> io::Result<Signed> {
    let length = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    reader.by_ref().take(HEAD).read_to_end(&mut head)?;
    let Ok(headers) = Headers::of(&head) else { return Ok(Signed::Unsigned) };
    let Some(table) = headers.directory(Directory::Security) else { return Ok(Signed::Unsigned) };
    let (start, size) = (u64::from(table.rva), u64::from(table.size));
    let wrong = |signer: Option<String>, why: &str| Signed::Wrong { signer, why: why.to_owned() };
    if start + size > length || start < u64::from(headers.size_of_headers) {
        return Ok(wrong(None, "its table lies beyond the end of the file, or in the headers"));
    }
    if size > MOST {
        let why = format!("it has {size} bytes, more than {MOST}");
        return Ok(Signed::Unverified { signer: None, why });
    }
    reader.seek(SeekFrom::Start(start))?;
    let mut certificates = Vec::new();
    reader.by_ref().take(size).read_to_end(&mut certificates)?;
    let field = |at: usize| certificates.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    if certificates.len() < CERTIFICATE_HEADER || field(6) != Some(PKCS_SIGNED_DATA) {
        return Ok(wrong(None, "its table does not begin with a PKCS #7 signature"));
    }
    let signature = match Signature::read(&certificates[CERTIFICATE_HEADER..]) {
        Ok(signature) => signature,
        Err(why) => return Ok(Signed::Unverified { signer: None, why: why.to_string() }),
    };
    let signer = Some(signature.signer.clone());
    if signature.content_type != INDIRECT_DATA {
        return Ok(wrong(signer, "it is not a signature of an image"));
    }
    let Some((oid, stated)) = stated(&signature.content) else {
        return Ok(wrong(signer, "the hash in it cannot be read"));
    };
    let Some(algorithm) = Algorithm::of(oid) else {
        return Ok(Signed::Unverified { signer, why: format!("the hash algorithm {oid} is not known") });
    };
    let security = header::security_directory(&head).expect("the headers were read");
    let checksum = header::signature_offset(&head).expect("the headers were read") + CHECKSUM;
    let left_out = [
        (checksum as u64, checksum as u64 + 4),
        (security as u64, security as u64 + 8),
        (start, start + size),
    ];
    if hash(reader, algorithm, length, &left_out)? != stated {
        return Ok(wrong(signer, "the file was changed after it was signed"));
    }
    Ok(match signature.problem {
        None => Signed::Signed { signer: signature.signer },
        Some(Problem::Unknown(why)) => Signed::Unverified { signer, why },
        Some(Problem::Wrong(why)) => wrong(signer, why),
    })
}

/// Whether the bytes begin with the headers of an image, which is what can have such a signature.
#[must_use]
pub fn is_image(bytes: &[u8]) -> bool {
    Headers::of(bytes).is_ok()
}

/// The image without its signature, its checksum, and what padding a signature asks for: two files that give the same here
/// differ in their signatures at most. Nothing for what is no image, or has something behind its signature.
#[must_use]
pub fn without_signature(image: &[u8]) -> Option<Vec<u8>> {
    let headers = Headers::of(image).ok()?;
    let mut rest = image.to_vec();
    if let Some(table) = headers.directory(Directory::Security) {
        let start = table.rva as usize;
        if start.checked_add(table.size as usize) != Some(image.len())
            || start < headers.size_of_headers as usize
        {
            return None;
        }
        rest.truncate(start);
    }
    let security = header::security_directory(image).ok()?;
    let checksum = header::signature_offset(image).ok()? + CHECKSUM;
    for (at, length) in [(security, 8), (checksum, 4)] {
        rest.get_mut(at..at + length)?.fill(0);
    }
    rest.resize(rest.len().next_multiple_of(8), 0);
    Some(rest)
}

/// The hash of all `length` bytes but those that are `left_out`, which are in order.
fn hash(
    reader: &mut (impl Read + Seek),
    algorithm: Algorithm,
    length: u64,
    left_out: &[(u64, u64)],
) -> io::Result<Vec<u8>> {
    let mut hasher = Hasher::new(algorithm);
    let mut buffer = vec![0; 65_536];
    let mut position = 0;
    for (start, end) in left_out.iter().copied().chain([(length, length)]) {
        reader.seek(SeekFrom::Start(position))?;
        let mut part = reader.by_ref().take(start.saturating_sub(position));
        loop {
            match part.read(&mut buffer)? {
                0 => break,
                count => hasher.update(&buffer[..count]),
            }
        }
        position = end;
    }
    Ok(hasher.finish())
}
