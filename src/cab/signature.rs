//! The Authenticode signature of a cabinet: it stands behind the cabinet, and reserved bytes of the header say where.

use super::directory::{HAS_RESERVED, array, double, word};
use super::error::ReadError;
use super::format::HEADER;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Reserved bytes of a signed cabinet: what they are, the signature's place and length, nothing.
const RESERVED: usize = 20;
/// Bytes of a signature, at the most.
const LONGEST: u32 = 1 << 20;

/// The signature (PKCS #7) of the cabinet that begins where `reader` begins; none if it is not signed.
///
/// # Errors
/// It is no cabinet, its signature is not where its header says, or it cannot be read.
pub fn signature<R: Read + Seek>(reader: &mut R) -> Result<Option<Vec<u8>>, ReadError> {
    let broken = |part: &str| ReadError::Directory { part: part.to_owned() };
    reader.seek(SeekFrom::Start(0)).map_err(ReadError::Input)?;
    let mut source = BufReader::new(reader);
    let header: [u8; HEADER] = array(&mut source)?.ok_or(ReadError::NotACabinet)?;
    if !header.starts_with(b"MSCF") {
        return Err(ReadError::NotACabinet);
    }
    if word(&header, 30) & HAS_RESERVED == 0 {
        return Ok(None);
    }
    let sizes: [u8; 4] = array(&mut source)?.ok_or_else(|| broken("header"))?;
    if usize::from(word(&sizes, 0)) < RESERVED {
        return Ok(None);
    }
    let reserved: [u8; RESERVED] = array(&mut source)?.ok_or_else(|| broken("header"))?;
    let (place, length) = (double(&reserved, 4), double(&reserved, 8));
    if length == 0 {
        return Ok(None);
    }
    source.seek(SeekFrom::Start(place.into())).map_err(ReadError::Input)?;
    let mut bytes = Vec::new();
    source.take(length.min(LONGEST).into()).read_to_end(&mut bytes).map_err(ReadError::Input)?;
    if bytes.len() == length as usize { Ok(Some(bytes)) } else { Err(broken("signature")) }
}
