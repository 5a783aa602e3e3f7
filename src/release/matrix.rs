//! What CI builds side by side: one package on each runner.

use crate::id::{Arch, Flavour};
use serde::Serialize;

/// The matrix, as GitHub Actions takes it from `fromJSON`
/// (<https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// A runner's work each.
    pub include: Vec<Shard>,
}

/// The work of one runner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shard {
    /// Its name, for `dist --package`: `iis-x64`.
    pub package: String,
    /// The kind of IIS.
    pub flavour: Flavour,
    /// The processor.
    pub arch: Arch,
}

impl Matrix {
    /// A shard for each package of these kinds and processors, in the order in which packages are listed.
    #[must_use]
    pub fn of(flavours: &[Flavour], arches: &[Arch]) -> Matrix {
        let flavours = Flavour::ALL.into_iter().filter(|flavour| flavours.contains(flavour));
        let shard = |flavour, arch| Shard { package: format!("{flavour}-{arch}"), flavour, arch };
        let all = flavours.flat_map(|flavour| {
            let arches = Arch::ALL.into_iter().filter(|arch| arches.contains(arch));
            arches.map(move |arch| shard(flavour, arch))
        });
        Matrix { include: all.collect() }
    }
}
