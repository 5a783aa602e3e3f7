//! Signatures by RSA keys, verified.
//!
//! Source: RFC 8017 (*PKCS #1*), sections 5.2.2 (RSAVP1), 8.2.2 (RSASSA-PKCS1-v1_5), 9.2 (EMSA-PKCS1-v1_5) and A.1.1 (the
//! key). Key, signature and hash are public, so nothing has to take equally long for all of them; nothing here signs.

use crate::Algorithm;
use der::asn1::UintRef;
use der::{Decode, Reader, SliceReader};
use num_bigint::BigUint;

/// Longer keys would be slow to use, and nobody has one.
const MAX_BITS: usize = 4096;
/// Where an exponent ends, for the same reason; in use are 3 and 65537.
const MAX_EXPONENT_BITS: u64 = 33;
/// Fewer would let a forger choose what stands in their place.
const MIN_PADDING: usize = 8;

/// A public key.
pub struct PublicKey {
    modulus: BigUint,
    exponent: BigUint,
    /// How many bytes the modulus has, and so every signature.
    length: usize,
}

impl PublicKey {
    /// Reads an `RSAPublicKey`; nothing where it is none, or none that could be used.
    pub fn read(der: &[u8]) -> Option<PublicKey> {
        let mut reader = SliceReader::new(der).ok()?;
        let (modulus, exponent) = reader
            .sequence(|fields| Ok((UintRef::decode(fields)?, UintRef::decode(fields)?)))
            .ok()
            .filter(|_| reader.is_finished())?;
        let length = modulus.as_bytes().len();
        let [modulus, exponent] = [modulus, exponent].map(|number| BigUint::from_bytes_be(number.as_bytes()));
        let usable = length <= MAX_BITS / 8
            && modulus.bit(0)
            && exponent.bit(0)
            && (2..=MAX_EXPONENT_BITS).contains(&exponent.bits());
        usable.then_some(PublicKey { modulus, exponent, length })
    }

    /// Whether `signature` is one by this key of what has the hash `hash`.
    pub fn verifies(&self, algorithm: Algorithm, hash: &[u8], signature: &[u8]) -> bool {
        let number = BigUint::from_bytes_be(signature);
        if signature.len() != self.length || number >= self.modulus {
            return false;
        }
        // what it must be is made and compared whole: there is nothing to read in what somebody else made
        padded(algorithm, hash, self.length).is_some_and(|expected| {
            number.modpow(&self.exponent, &self.modulus) == BigUint::from_bytes_be(&expected)
        })
    }
}

/// What is signed for a hash, `length` bytes of it; nothing where they are too few.
fn padded(algorithm: Algorithm, hash: &[u8], length: usize) -> Option<Vec<u8>> {
    // section 9.2, note 1: a `DigestInfo` in DER up to the hash
    let info: &[u8] = match algorithm {
        Algorithm::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        Algorithm::Sha256 => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        Algorithm::Sha384 => b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        Algorithm::Sha512 => b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
    };
    let padding =
        length.checked_sub(3 + info.len() + hash.len()).filter(|padding| *padding >= MIN_PADDING)?;
    Some([&[0, 1][..], &vec![0xff; padding], &[0], info, hash].concat())
}
