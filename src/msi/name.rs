//! Stream names: two characters of a file-name alphabet go into one UTF-16 unit, because a compound file allows 31.

/// The alphabet, in the order of its values.
const ALPHABET: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";

/// Two characters: this plus the first plus 64 times the second.
const PAIR: u32 = 0x3800;

/// One character: this plus its value.
const SINGLE: u32 = 0x4800;

/// What the name of a table's stream begins with.
const TABLE: char = '\u{4840}';

/// Longest name of a compound file's entry, in UTF-16 units.
const UNITS_MAX: usize = 31;

fn value(character: char) -> Option<u32> {
    ALPHABET.iter().position(|letter| char::from(*letter) == character).and_then(|at| u32::try_from(at).ok())
}

/// The stored name of the stream `name`, or of the table `name`; nothing if it is too long (62 characters of the
/// alphabet, 60 for a table) or holds what a compound file's name may not.
pub(super) fn encode(name: &str, table: bool) -> Option<String> {
    let mut stored = String::new();
    if table {
        stored.push(TABLE);
    }
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(first) = value(character) else {
            stored.push(character);
            continue;
        };
        let unit = match characters.next_if(|next| value(*next).is_some()).and_then(value) {
            Some(second) => PAIR + (second << 6) + first,
            None => SINGLE + first,
        };
        stored.push(char::from_u32(unit)?);
    }
    let fits = !name.is_empty() && stored.encode_utf16().count() <= UNITS_MAX;
    (fits && !name.contains(['/', '\\', ':', '!', '\0'])).then_some(stored)
}

/// The name that `stored` stands for, and whether it is a table's.
pub(super) fn decode(stored: &str) -> (String, bool) {
    let letter = |value: u32| ALPHABET.get(value as usize).copied().map_or('?', char::from);
    let (stored, table) = stored.strip_prefix(TABLE).map_or((stored, false), |rest| (rest, true));
    let mut name = String::new();
    for character in stored.chars() {
        match u32::from(character) {
            unit @ PAIR..SINGLE => name.extend([letter((unit - PAIR) & 63), letter((unit - PAIR) >> 6)]),
            unit @ SINGLE..0x4840 => name.push(letter(unit - SINGLE)),
            _ => name.push(character),
        }
    }
    (name, table)
}
