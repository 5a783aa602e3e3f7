//! Which files a name with wildcards means.

use super::Engine;
use crate::names::{Folded, Pattern};
use crate::rules::Confidence;

impl Engine<'_> {
    /// Files in `folder` that match `pattern` (`*` and `?`), and how sure that is.
    pub(super) fn matching(&mut self, folder: &Folded, pattern: &str) -> Vec<(Folded, Confidence)> {
        if !pattern.contains(['*', '?']) {
            let path = folder.join(pattern);
            let is_there = self.machine.files.contains_key(&path);
            return if is_there { vec![(path, Confidence::A)] } else { Vec::new() };
        }
        let pattern = Pattern::new(pattern);
        let prefix = format!("{}\\", folder.folded());
        let below = self.machine.files.range(Folded::new(&prefix)..).map(|(path, _)| path);
        let below = below.take_while(|path| path.folded().starts_with(&prefix));
        let (mut left, mut found) = (self.budget, Vec::new());
        for path in below {
            let name: Vec<char> = path.folded()[prefix.len()..].chars().collect();
            // a pattern of many stars looks at a name often
            let Some(rest) = left.checked_sub(1 + pattern.length() * name.len() / 1024) else {
                left = 0;
                break;
            };
            left = rest;
            if name.contains(&'\\') {
                continue;
            }
            if pattern.matches(&name) {
                found.push((path.clone(), Confidence::A));
            } else if pattern.may_match_short_name(&name) {
                found.push((path.clone(), Confidence::D));
            }
        }
        self.budget = left;
        found
    }
}
