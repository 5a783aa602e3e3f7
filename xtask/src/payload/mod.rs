//! What the user names as a payload: folders, files, and what is fetched first.

mod curl;
pub mod fetch;
pub mod lock;
mod releases;
pub mod source;

use crate::exit::Outcome;
use ancm_installer::payload::Given;
use fetch::Fetch;
use source::{Address, PayloadSource, shown};

/// The files and folders that `sources` stand for, after what is elsewhere was fetched.
///
/// # Errors
/// Something cannot be fetched.
pub fn local(sources: &[PayloadSource], fetch: &Fetch<'_>) -> Outcome<Vec<Given>> {
    let fetched = |address: &Address| {
        let shown = shown(&address.url);
        let from = shown.rfind('/').map(|at| shown[..=at].to_owned());
        Ok(Given { path: fetch.file(address)?, from })
    };
    let one = |source: &PayloadSource| match source {
        PayloadSource::Path(path) => Ok(path.clone().into()),
        PayloadSource::Address(address) => fetched(address),
        PayloadSource::HostingBundle(version) => fetched(&releases::hosting_bundle(version, fetch)?),
    };
    sources.iter().map(one).collect()
}
