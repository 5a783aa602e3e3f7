//! What properties are worth in one run.

use crate::id::Arch;
use crate::names::standard_property;
use crate::package::{Named, Package};
use installer_condition::Value;

/// What a run has set a property to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// A text; empty means that it is not set any more.
    Known(String),
    /// Something that only the machine knows.
    Found,
    /// Depends on the machine.
    Unknown,
}

impl Worth {
    fn value(&self) -> Value<'_> {
        match self {
            Worth::Known(text) => Value::Known(text),
            Worth::Found => Value::Found,
            Worth::Unknown => Value::Unknown,
        }
    }
}

/// The properties of a run: what it has set, over the package's table, over what Windows Installer sets. Only the first are
/// its own: most runs set a few, and a package may have a hundred thousand.
pub(super) struct Properties<'a> {
    set: Named<Worth>,
    package: &'a Named<String>,
    arch: Arch,
}

impl<'a> Properties<'a> {
    /// Those of a run of `package` before it sets any.
    pub fn new(package: &'a Package, arch: Arch) -> Properties<'a> {
        Properties { set: Named::default(), package: &package.properties, arch }
    }

    /// What `name` is worth; nothing where nobody has set it.
    pub fn get(&self, name: &str) -> Option<Value<'_>> {
        let set = self.set.get(name).map(Worth::value);
        let of_package = || self.package.get(name).map(|text| Value::Known(text));
        set.or_else(of_package).or_else(|| standard_property(self.arch, name))
    }

    /// Sets `name`.
    pub fn set(&mut self, name: &str, worth: Worth) {
        self.set.set(name, worth);
    }
}
