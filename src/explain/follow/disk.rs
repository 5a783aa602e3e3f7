//! What operations of one product did to what another one owns: which paths were registered, written and removed, by which
//! ComponentId and in which order. Paths are kept by their hash, so that a log of any size fits.

use crate::story::Bounded;
use std::collections::BTreeMap;

/// So many registered key paths are followed.
const PATHS: usize = 20_000;
/// So many hashes are kept of each kind.
const HASHES: usize = 100_000;

/// A component's key path, as an installation registered it.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub path: String,
    pub component: String,
    pub line: u64,
    pub session: u32,
    /// The engine saw a file of another component there (`SharedDllRefCount=2`).
    pub shared: bool,
    /// The line that says whether the file was written, and whether it was.
    pub written: Option<(u64, bool)>,
    /// Who removed the path, and where.
    pub removed: Option<Removed>,
}

/// A removal of a path.
#[derive(Clone, Debug)]
pub(crate) struct Removed {
    pub component: String,
    pub line: u64,
    pub session: u32,
}

/// Everything that matters of the disk and the registry.
pub(crate) struct Disk {
    pub registered: BTreeMap<u64, Registered>,
    pub left_off: u64,
    removed_before: BTreeMap<u64, Removed>,
    values: BTreeMap<u64, (u32, u64)>,
    services: BTreeMap<u64, (u32, u64)>,
    /// Registry values that one installation wrote and another one removed after it: name, lines.
    pub values_lost: Bounded<(String, u64, u64)>,
    /// Services that one installation made and another one deleted after it.
    pub services_lost: Bounded<(String, u64, u64)>,
    /// Whether any file was written.
    pub any_written: bool,
}

/// A hash of `text` without regard to case, as Windows compares paths.
fn hash(text: &str) -> u64 {
    both(text.trim_end_matches(['\\', ' ', '.']), "")
}

/// As [`hash`], of two texts.
fn both(first: &str, second: &str) -> u64 {
    mix(mix(0xCBF2_9CE4_8422_2325, first.as_bytes()), second.as_bytes())
}

/// Eight bytes at a time. The bit that is set in each makes capital letters small; that it takes some pairs of signs, such as
/// brackets and braces, for the same is of no consequence in paths.
fn mix(mut hash: u64, bytes: &[u8]) -> u64 {
    let (whole, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    for eight in whole.iter().chain([&last]) {
        let word = u64::from_le_bytes(*eight) | 0x2020_2020_2020_2020;
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    // the upper bits are the good ones
    hash ^ (hash >> 32) ^ bytes.len() as u64
}

impl Disk {
    pub(crate) fn new() -> Disk {
        Disk {
            registered: BTreeMap::new(),
            left_off: 0,
            removed_before: BTreeMap::new(),
            values: BTreeMap::new(),
            services: BTreeMap::new(),
            values_lost: Bounded::new(100),
            services_lost: Bounded::new(50),
            any_written: false,
        }
    }

    pub(crate) fn register(&mut self, path: &str, component: &str, shared: bool, session: u32, line: u64) {
        let is_file = path.len() > 3 && path.as_bytes()[1] == b':' && !path.ends_with('\\');
        if !is_file || path.len() > 400 {
            return;
        }
        let key = hash(path);
        if self.registered.len() >= PATHS && !self.registered.contains_key(&key) {
            self.left_off += 1;
            return;
        }
        let removed = self.removed_before.get(&key).filter(|removed| removed.session != session).cloned();
        let entry = Registered {
            path: path.to_owned(),
            component: component.to_owned(),
            line,
            session,
            shared,
            written: None,
            removed,
        };
        self.registered.insert(key, entry);
    }

    pub(crate) fn written(&mut self, path: &str, is_written: bool, line: u64) {
        self.any_written |= is_written;
        if let Some(entry) = self.registered.get_mut(&hash(path)) {
            entry.written = Some((line, is_written));
        }
    }

    pub(crate) fn removed(&mut self, path: &str, component: &str, session: u32, line: u64) {
        let key = hash(path);
        let removed = Removed { component: component.to_owned(), line, session };
        match self.registered.get_mut(&key) {
            Some(entry) if entry.line < line => entry.removed = Some(removed),
            _ if self.removed_before.len() < HASHES => {
                self.removed_before.insert(key, removed);
            }
            _ => {}
        }
    }

    pub(crate) fn value_written(&mut self, key: &str, name: &str, session: u32, line: u64) {
        remember(&mut self.values, both(key, name), session, line);
    }

    pub(crate) fn value_removed(&mut self, key: &str, name: &str, session: u32, line: u64) {
        if let Some((by, at)) = self.values.remove(&both(key, name))
            && by != session
        {
            self.values_lost.push((format!("{key} : {name}"), at, line));
        }
    }

    pub(crate) fn service_made(&mut self, name: &str, session: u32, line: u64) {
        remember(&mut self.services, hash(name), session, line);
    }

    pub(crate) fn service_deleted(&mut self, name: &str, session: u32, line: u64) {
        if let Some((by, at)) = self.services.remove(&hash(name))
            && by != session
        {
            self.services_lost.push((name.to_owned(), at, line));
        }
    }
}

fn remember(map: &mut BTreeMap<u64, (u32, u64)>, key: u64, session: u32, line: u64) {
    if map.len() < HASHES {
        map.insert(key, (session, line));
    }
}
