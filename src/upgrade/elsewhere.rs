//! What is asked of other worlds.

use super::engine::World;
use super::intended::Intended;
use super::package::Package;
use super::scenario::Played;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What the same question comes to in any world. Whoever asks many questions remembers what is the same in several of them.
pub(super) trait Elsewhere<'a> {
    /// What happens there, and what a clean install of the new package gives.
    fn played(&self, world: &World) -> (Played<'a>, Rc<Intended>);

    /// What a clean install of `package`, which was installed before, gives there, where searches have `found` what packages
    /// had written.
    fn clean(&self, package: &Package, world: &World, found: &BTreeMap<String, String>) -> Rc<Intended>;
}
