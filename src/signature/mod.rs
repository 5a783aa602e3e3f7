//! What a PKCS #7 signature says and proves by itself: who signed, what, and whether the signature fits its own
//! certificate.
//!
//! Source: RFC 5652 (*Cryptographic Message Syntax*). Trusts nobody: whether the certificate leads to a root that
//! somebody trusts, whether it was revoked, and when it was used is not looked at, and nothing here says so.

mod rsa;

use cms::cert::CertificateChoices;
use cms::cert::x509::Certificate;
use cms::cert::x509::attr::Attributes;
use cms::cert::x509::ext::pkix::SubjectKeyIdentifier;
use cms::content_info::ContentInfo;
use cms::signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo, SignerInfos};
use der::asn1::{AnyRef, ObjectIdentifier, OctetString, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use der::{Any, Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};
use rsa::PublicKey;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// Why somebody signed (RFC 5126), and another signature over the first one (RFC 5652).
const COMMITMENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.16");
const PROOF_OF_ORIGIN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.6.1");
const PROOF_OF_RECEIPT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.6.2");
const COUNTERSIGNATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.6");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// A hash algorithm that signatures use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// The one with an object identifier; nothing for those that are not known.
    #[must_use]
    pub fn of(oid: ObjectIdentifier) -> Option<Algorithm> {
        Some(match oid.to_string().as_str() {
            "1.3.14.3.2.26" => Algorithm::Sha1,
            "2.16.840.1.101.3.4.2.1" => Algorithm::Sha256,
            "2.16.840.1.101.3.4.2.2" => Algorithm::Sha384,
            "2.16.840.1.101.3.4.2.3" => Algorithm::Sha512,
            _ => return None,
        })
    }

    /// The hash of `parts`, one after the other.
    #[must_use]
    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }
}

/// A hash on the way.
#[derive(Clone, Debug)]
pub enum Hasher {
    /// SHA-1.
    Sha1(Sha1),
    /// SHA-256.
    Sha256(Sha256),
    /// SHA-384.
    Sha384(Sha384),
    /// SHA-512.
    Sha512(Sha512),
}

impl Hasher {
    /// The hash of no bytes.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Hasher {
        match algorithm {
            Algorithm::Sha1 => Hasher::Sha1(Sha1::new()),
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Sha384 => Hasher::Sha384(Sha384::new()),
            Algorithm::Sha512 => Hasher::Sha512(Sha512::new()),
        }
    }

    /// With `bytes` after what came before.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha1(hash) => hash.update(bytes),
            Hasher::Sha256(hash) => hash.update(bytes),
            Hasher::Sha384(hash) => hash.update(bytes),
            Hasher::Sha512(hash) => hash.update(bytes),
        }
    }

    /// The hash.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self {
            Hasher::Sha1(hash) => hash.finalize().to_vec(),
            Hasher::Sha256(hash) => hash.finalize().to_vec(),
            Hasher::Sha384(hash) => hash.finalize().to_vec(),
            Hasher::Sha512(hash) => hash.finalize().to_vec(),
        }
    }
}

/// A signature that could be read.
#[derive(Clone, Debug)]
pub struct Signature {
    /// What kind of content was signed.
    pub content_type: ObjectIdentifier,
    /// What was signed, as it stands in the signature; its tag and length are left out.
    pub content: Vec<u8>,
    /// The signer's common name and organization, as the certificate has them.
    pub signer: String,
    /// The signer's certificate (X.509, DER).
    pub certificate: Vec<u8>,
    /// As what the signer has signed, where the signature says so.
    pub commitment: Option<Commitment>,
    /// Who else has signed the signature, and as what. Whether the signature is one by that certificate is not verified.
    pub counter: Option<(String, Option<Commitment>)>,
    /// What keeps the signature from being one of `content` by the certificate's key; nothing where it is.
    pub problem: Option<Problem>,
}

/// As what somebody signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commitment {
    /// As the one who made it (proof of origin).
    Origin,
    /// As the one who took it in (proof of receipt).
    Receipt,
}

impl Commitment {
    fn of(attributes: Option<&Attributes>) -> Option<Commitment> {
        let value = attribute(attributes, COMMITMENT)?;
        match ObjectIdentifier::decode(&mut SliceReader::new(value.value()).ok()?).ok()? {
            PROOF_OF_ORIGIN => Some(Commitment::Origin),
            PROOF_OF_RECEIPT => Some(Commitment::Receipt),
            _ => None,
        }
    }
}

/// Why bytes are no signature that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No DER of that shape.
    #[error("it is no PKCS #7 signature: {0}")]
    Structure(#[from] der::Error),
    /// Something else in the same wrapping.
    #[error("it is PKCS #7 of type {0}, not signed data")]
    Type(ObjectIdentifier),
    /// None, or several.
    #[error("it has {0} signers, not one")]
    Signers(usize),
    /// Nothing to verify it with.
    #[error("it does not bring its signer's certificate")]
    NoCertificate,
}

/// Why a signature is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is wrong.
    #[error("{0}")]
    Wrong(&'static str),
    /// It cannot be told with what is implemented.
    #[error("{0}")]
    Unknown(String),
}

impl Signature {
    /// Reads the signature `der`; what follows it does not matter.
    ///
    /// # Errors
    /// It is none, or not one with one signer whose certificate it brings.
    pub fn read(der: &[u8]) -> Result<Signature, ReadError> {
        let mut reader = SliceReader::new(der)?;
        let info = ContentInfo::decode(&mut reader)?;
        if info.content_type != SIGNED_DATA {
            return Err(ReadError::Type(info.content_type));
        }
        let data = Data::read(&info.content)?;
        let [signer_info] = data.signers.0.as_slice() else {
            return Err(ReadError::Signers(data.signers.0.len()));
        };
        let certificate = certificate(&data, &signer_info.sid).ok_or(ReadError::NoCertificate)?;
        let content = data.content.econtent.as_ref().map_or_else(Vec::new, |any| any.value().to_vec());
        let counter = attribute(signer_info.unsigned_attrs.as_ref(), COUNTERSIGNATURE)
            .and_then(|value| value.decode_as::<SignerInfo>().ok())
            .and_then(|counter| {
                let name = name(self::certificate(&data, &counter.sid)?);
                Some((name, Commitment::of(counter.signed_attrs.as_ref())))
            });
        Ok(Signature {
            content_type: data.content.econtent_type,
            signer: name(certificate),
            certificate: certificate.to_der()?,
            commitment: Commitment::of(signer_info.signed_attrs.as_ref()),
            counter,
            problem: check(signer_info, certificate, &content).err(),
            content,
        })
    }
}

/// What `SignedData` has that matters.
struct Data {
    content: EncapsulatedContentInfo,
    certificates: Vec<Certificate>,
    signers: SignerInfos,
}

impl Data {
    /// Reads it as DER, but for the set of certificates: NuGet writes one twice, and nothing is signed by their order.
    fn read(signed_data: &Any) -> der::Result<Data> {
        let mut reader = SliceReader::new(signed_data.value())?;
        // version and hash algorithms, which the signer's entry has again
        Any::decode(&mut reader)?;
        Any::decode(&mut reader)?;
        let content = EncapsulatedContentInfo::decode(&mut reader)?;
        let mut certificates = Vec::new();
        while let tag @ Tag::ContextSpecific { number, .. } = reader.peek_tag()? {
            let set = AnyRef::decode(&mut reader)?;
            if number > TagNumber::N1 {
                return Err(tag.value_error());
            }
            let mut choices = SliceReader::new(set.value())?;
            // the other set is of lists of what was revoked
            while number == TagNumber::N0 && !choices.is_finished() {
                if let CertificateChoices::Certificate(certificate) =
                    CertificateChoices::decode(&mut choices)?
                {
                    certificates.push(certificate);
                }
            }
        }
        Ok(Data { content, certificates, signers: SignerInfos::decode(&mut reader)? })
    }
}

/// The first value of the attribute `wanted`.
fn attribute(attributes: Option<&Attributes>, wanted: ObjectIdentifier) -> Option<&Any> {
    attributes?.iter().find(|attribute| attribute.oid == wanted)?.values.get(0)
}

/// The certificate of a signer, among those that the signature brings.
fn certificate<'d>(data: &'d Data, signer: &SignerIdentifier) -> Option<&'d Certificate> {
    data.certificates.iter().find(|certificate| match signer {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            certificate.tbs_certificate.issuer == id.issuer
                && certificate.tbs_certificate.serial_number == id.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            let own = certificate.tbs_certificate.get::<SubjectKeyIdentifier>();
            own.is_ok_and(|own| own.is_some_and(|(_, own)| own == *id))
        }
    })
}

/// The common name of a certificate's subject, with its organization where that is another: `.NET (Microsoft Corporation)`.
fn name(certificate: &Certificate) -> String {
    let subject = &certificate.tbs_certificate.subject;
    let find = |wanted: ObjectIdentifier| {
        let mut attributes = subject.0.iter().flat_map(|names| names.0.iter());
        let found = attributes.find(|attribute| attribute.oid == wanted)?;
        text(&found.value)
    };
    match (find(COMMON_NAME), find(ORGANIZATION)) {
        (Some(name), Some(organization)) if name != organization => format!("{name} ({organization})"),
        (name, organization) => name.or(organization).unwrap_or_else(|| subject.to_string()),
    }
}

fn text(value: &Any) -> Option<String> {
    let text = match value.tag() {
        Tag::Utf8String => value.decode_as::<Utf8StringRef<'_>>().ok()?.as_str().to_owned(),
        Tag::PrintableString => value.decode_as::<PrintableStringRef<'_>>().ok()?.as_str().to_owned(),
        Tag::TeletexString => value.decode_as::<TeletexStringRef<'_>>().ok()?.as_str().to_owned(),
        Tag::BmpString => {
            let units = value.value().chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => return None,
    };
    // a name goes to terminals and logs
    Some(text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect())
}

/// Holds the signed attributes against the content, and the signature against the certificate's key.
fn check(signer: &SignerInfo, certificate: &Certificate, content: &[u8]) -> Result<(), Problem> {
    let algorithm = Algorithm::of(signer.digest_alg.oid).ok_or_else(|| {
        Problem::Unknown(format!("the hash algorithm {} is not known", signer.digest_alg.oid))
    })?;
    let signed = match &signer.signed_attrs {
        None => algorithm.hash(content),
        Some(attributes) => {
            let value = attribute(Some(attributes), MESSAGE_DIGEST);
            let digest = value.and_then(|value| value.decode_as::<OctetString>().ok());
            if digest.is_none_or(|digest| digest.as_bytes() != algorithm.hash(content)) {
                return Err(Problem::Wrong("the content is not the one that was signed"));
            }
            let attributes = attributes.to_der();
            algorithm.hash(&attributes.map_err(|_| Problem::Wrong("its attributes are broken"))?)
        }
    };
    let key = &certificate.tbs_certificate.subject_public_key_info;
    if key.algorithm.oid != RSA_ENCRYPTION {
        return Err(Problem::Unknown(format!("the key's algorithm {} is not known", key.algorithm.oid)));
    }
    let key = key.subject_public_key.as_bytes().and_then(PublicKey::read);
    let key = key.ok_or_else(|| Problem::Unknown("the certificate's key cannot be read".to_owned()))?;
    if !key.verifies(algorithm, &signed, signer.signature.as_bytes()) {
        return Err(Problem::Wrong("the signature is not one by its certificate's key"));
    }
    Ok(())
}
