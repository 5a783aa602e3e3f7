//! Lists of texts in values of the registry: `[~]` stands between the texts
//! (<https://learn.microsoft.com/windows/win32/msi/registry-table>).

use std::collections::BTreeSet;

const BETWEEN: &str = "[~]";

/// What a row does to the list that is there.
enum Way {
    Replaces,
    Appends,
    Prepends,
}

/// A list as a row of the Registry table has it.
pub(super) struct List<'r> {
    texts: &'r str,
    way: Way,
}

impl<'r> List<'r> {
    /// The list that the data of a row are; nothing where they are none.
    pub fn of(data: &'r str) -> Option<List<'r>> {
        if !data.contains(BETWEEN) {
            return None;
        }
        let way = match (data.starts_with(BETWEEN), data.ends_with(BETWEEN)) {
            (true, false) => Way::Appends,
            (false, true) => Way::Prepends,
            _ => Way::Replaces,
        };
        let texts = data.strip_prefix(BETWEEN).unwrap_or(data);
        Some(List { texts: texts.strip_suffix(BETWEEN).unwrap_or(texts), way })
    }

    /// How much work it is to look through the list that is `there`, in comparisons.
    pub fn work(there: &str) -> usize {
        1 + there.len() / 64
    }

    /// What is there once the row is written over `there`. A text that was there already moves.
    pub fn over(&self, there: &str) -> String {
        let others = self.others(there);
        match self.way {
            Way::Replaces => self.texts.to_owned(),
            Way::Appends => [others, vec![self.texts]].concat().join(BETWEEN),
            Way::Prepends => [vec![self.texts], others].concat().join(BETWEEN),
        }
    }

    /// What stays of `there` when the row goes that has joined it; nothing where the value goes.
    pub fn left_of(&self, there: &str) -> Option<String> {
        match self.way {
            Way::Replaces => None,
            Way::Appends | Way::Prepends => {
                Some(self.others(there).join(BETWEEN)).filter(|left| !left.is_empty())
            }
        }
    }

    /// Whether `there` is what the row alone has written.
    pub fn is_all_of(&self, there: &str) -> bool {
        match self.way {
            Way::Replaces => there == self.texts,
            Way::Appends | Way::Prepends => self.others(there).is_empty(),
        }
    }

    fn others<'t>(&self, there: &'t str) -> Vec<&'t str> {
        let own: BTreeSet<&str> = self.texts.split(BETWEEN).collect();
        there.split(BETWEEN).filter(|text| !text.is_empty() && !own.contains(text)).collect()
    }
}
