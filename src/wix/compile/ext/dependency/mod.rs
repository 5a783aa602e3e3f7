//! WixToolset.Dependency.wixext: what goes beyond the core's `Provides` and `Requires` is two attributes of theirs
//! (<https://docs.firegiant.com/wix/schema/dependency/>).

use super::{Extension, demand_if};
use crate::compile::{Attributes, Compiler};

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Dependency.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/dependency",
    files: &[],
    shapes: &[],
};

/// `Provides/@dep:Check`: whether others need the package is looked at before it goes.
pub(in crate::compile) fn demand_check(c: &mut Compiler, a: &Attributes<'_>) {
    demand_if(c, a, &EXTENSION, "Check", "Wix4DependencyCheck");
}

/// `Requires/@dep:Enforce` and `RequiresRef/@dep:Enforce` in a `Provides`: what is required must be there.
pub(in crate::compile) fn demand_require(c: &mut Compiler, a: &Attributes<'_>) {
    demand_if(c, a, &EXTENSION, "Enforce", "Wix4DependencyRequire");
}
