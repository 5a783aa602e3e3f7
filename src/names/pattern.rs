//! Names with wildcards.

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// This letter.
    Letter(char),
    /// `*`: any letters.
    Any,
    /// `*` before a dot at the end: letters that are no dot.
    NoExtension,
    /// `?`: a letter, or none where the name or the part before a dot ends.
    One,
    /// A dot before a wildcard: a dot, or the end of the name.
    Dot,
}

/// A pattern as Windows reads it when it looks for files, in lower case
/// (<https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlisnameinexpression>,
/// <https://learn.microsoft.com/dotnet/api/system.io.enumeration.filesystemname.translatewin32expression>).
#[derive(Clone, Debug)]
pub struct Pattern {
    parts: Vec<Part>,
    /// Where all that it asks for is an extension of three letters, which a longer one is cut to in a short name.
    extension: Option<[char; 3]>,
}

impl Pattern {
    /// `text` as a pattern.
    #[must_use]
    pub fn new(text: &str) -> Pattern {
        let text = text.to_lowercase();
        if text == "*.*" {
            return Pattern { parts: vec![Part::Any], extension: None };
        }
        let letters: Vec<char> = text.chars().collect();
        let mut parts = Vec::with_capacity(letters.len());
        for (at, letter) in letters.iter().enumerate() {
            let part = match (letter, letters.get(at + 1)) {
                ('*', _) => Part::Any,
                ('?', _) => Part::One,
                ('.', Some('*' | '?')) => Part::Dot,
                ('.', None) if at > 0 && letters[at - 1] == '*' => {
                    parts.pop();
                    Part::NoExtension
                }
                _ => Part::Letter(*letter),
            };
            parts.push(part);
        }
        let extension = match letters.as_slice() {
            ['*', '.', extension @ ..] if !extension.iter().any(|letter| "*?.".contains(*letter)) => {
                extension.try_into().ok()
            }
            _ => None,
        };
        Pattern { parts, extension }
    }

    /// How many steps it has: matching takes at the most as many as this, times the letters of the name.
    #[must_use]
    pub fn length(&self) -> usize {
        self.parts.len()
    }

    /// Whether it means `name`, letters in lower case; linear in the name for each star.
    #[must_use]
    pub fn matches(&self, name: &[char]) -> bool {
        let (mut p, mut n, mut star) = (0, 0, None);
        loop {
            let (steps, letters) = match (self.parts.get(p), name.get(n)) {
                (None, None) => return true,
                (Some(Part::Any), _) => {
                    star = Some((p, n));
                    (1, 0)
                }
                (Some(Part::NoExtension), _) if !name[n..].contains(&'.') => (1, name.len() - n),
                (Some(Part::One), None | Some('.')) | (Some(Part::Dot), None) => (1, 0),
                (Some(Part::One), Some(_)) | (Some(Part::Dot), Some('.')) => (1, 1),
                (Some(Part::Letter(wanted)), Some(letter)) if wanted == letter => (1, 1),
                _ => match star {
                    Some((at, from)) if from < name.len() => {
                        (p, n, star) = (at + 1, from + 1, Some((at, from + 1)));
                        continue;
                    }
                    _ => return false,
                },
            };
            (p, n) = (p + steps, n + letters);
        }
    }

    /// Whether it means the short name that a volume may have given to the file, too: `*.htm` and `page.html`.
    #[must_use]
    pub fn may_match_short_name(&self, name: &[char]) -> bool {
        let dot = name.iter().rposition(|letter| *letter == '.');
        let extension = dot.map_or(&[][..], |dot| &name[dot + 1..]);
        self.extension.is_some_and(|wanted| extension.len() > wanted.len() && extension.starts_with(&wanted))
    }
}
