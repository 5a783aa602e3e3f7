//! Which of the names that there are was meant by one that there is not.

/// So many letters may stand for the name that they begin.
const BEGINNING: usize = 3;

/// The one of `known` that `word` is a slip of the pen away from, whatever the case; the fewer letters, the less may differ.
/// Where there is none, the first that begins with it.
#[must_use]
pub fn meant<'n>(word: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let most = (length / 3).clamp(1, 3);
    let known: Vec<&str> = known.into_iter().collect();
    // a word may be as long as the file that it stands in, and to compare takes the product of both lengths
    let comparable = known.iter().filter(|name| name.chars().count().abs_diff(length) <= most);
    let distance = |name: &str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    if let Some((_, near)) =
        comparable.map(|name| (distance(name), *name)).min().filter(|(distance, _)| *distance <= most)
    {
        return Some(near);
    }
    known.into_iter().find(|name| length >= BEGINNING && name.to_lowercase().starts_with(&word))
}
