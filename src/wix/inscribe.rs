//! Whose signatures the cabinets beside a package have, told in the package: Windows Installer refuses such a cabinet unless that
//! signer has signed it (<https://learn.microsoft.com/windows/win32/msi/msidigitalsignature-table>).

use crate::ids::identifier;
use crate::msi::schema::standard_table;
use crate::msi::{Cell, Database, Row, Stream};
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;

const SIGNATURES: &str = "MsiDigitalSignature";
const CERTIFICATES: &str = "MsiDigitalCertificate";
const MEDIA: &str = "Media";

/// The cabinets that lie beside the package: the number of the disk, and the name.
#[must_use]
pub fn cabinets_beside(database: &Database) -> Vec<(i32, String)> {
    let Some(table) = database.tables.get(MEDIA) else { return Vec::new() };
    let (Some(disk), Some(cabinet)) = (table.column("DiskId"), table.column("Cabinet")) else {
        return Vec::new();
    };
    let named = table.rows.iter().filter_map(|row| {
        let name = row.get(cabinet)?.as_str().filter(|name| !name.is_empty() && !name.starts_with('#'))?;
        Some((row.get(disk)?.as_int()?, name.to_owned()))
    });
    named.collect()
}

/// Tells that the cabinets of disks are signed by the owners of certificates (X.509, DER), as WiX does: a certificate that the
/// package has already, among `known` by its id, is not added again, and what is said of anything but disks stays. Says
/// whether there was anything to tell.
pub fn inscribe(
    database: &mut Database,
    signers: &[(i32, Vec<u8>)],
    known: &BTreeMap<String, Vec<u8>>,
) -> bool {
    if signers.is_empty() {
        return false;
    }
    let mut ids: BTreeMap<String, String> =
        known.iter().map(|(id, certificate)| (thumbprint(certificate), id.clone())).collect();
    let mut rows: Vec<Row> = Vec::new();
    for (disk, certificate) in signers {
        let print = thumbprint(certificate);
        let id = ids.entry(print.clone()).or_insert_with(|| {
            let id = identifier("cer", &[&print]);
            add(database, CERTIFICATES, vec![Cell::text(id.as_str()), Cell::Stream]);
            database.streams.insert(format!("{CERTIFICATES}.{id}"), Stream::Bytes(certificate.clone()));
            id
        });
        rows.push(vec![Cell::text(MEDIA), Cell::text(disk.to_string()), Cell::text(id.as_str()), Cell::Null]);
    }
    if let Some(table) = database.tables.get_mut(SIGNATURES) {
        table.rows.retain(|row| row.first().and_then(Cell::as_str) != Some(MEDIA));
    }
    let gone = format!("{SIGNATURES}.{MEDIA}.");
    database.streams.retain(|name, _| !name.starts_with(&gone));
    rows.into_iter().for_each(|row| add(database, SIGNATURES, row));
    true
}

fn add(database: &mut Database, name: &str, row: Row) {
    if !database.tables.contains_key(name) {
        database.tables.extend(standard_table(name).map(|table| (name.to_owned(), table)));
    }
    if let Some(table) = database.tables.get_mut(name) {
        table.rows.push(row);
    }
}

/// The SHA-1 of a certificate, as Windows names it.
fn thumbprint(certificate: &[u8]) -> String {
    Sha1::digest(certificate).iter().map(|byte| format!("{byte:02X}")).collect()
}
