//! How much a source may ask for. Nothing that a person writes comes near.

/// Bytes of one source file.
pub(super) const SOURCE_BYTES: u64 = 64 << 20;
/// Elements within elements.
pub(super) const DEPTH: u32 = 200;
/// Files included within files.
pub(super) const INCLUDE_DEPTH: u32 = 30;
/// Elements after preprocessing, all of a source and its includes.
const ELEMENTS: u32 = 1_000_000;
/// Elements, instructions, texts and comments that are looked at, each time in a loop counted.
const STEPS: u32 = 20_000_000;
/// Bytes that `$(…)` variables may come to, all of a source and its includes.
const TEXT_BYTES: usize = 256 << 20;

/// What is left of the limits, and how deep things are.
pub(super) struct Budget {
    steps: u32,
    elements: u32,
    text: usize,
    /// Elements around the one being read.
    pub(super) depth: u32,
    /// Files around the one being read.
    pub(super) include_depth: u32,
}

/// A limit that a source passes.
#[derive(Debug, thiserror::Error)]
pub(super) enum Exceeded {
    #[error("the source comes to more than {ELEMENTS} elements; look for a `foreach` that runs away")]
    Elements,
    #[error("the source comes to more than {} MiB of text", TEXT_BYTES >> 20)]
    Text,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { steps: STEPS, elements: ELEMENTS, text: TEXT_BYTES, depth: 0, include_depth: 0 }
    }
}

impl Budget {
    /// Takes a step; says no when there is no more.
    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }

    /// Takes an element and `bytes` of its text; says no when there is no more.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Exceeded> {
        match (self.elements.checked_sub(1), self.text.checked_sub(bytes)) {
            (Some(elements), Some(text)) => {
                (self.elements, self.text) = (elements, text);
                Ok(())
            }
            (None, _) => Err(Exceeded::Elements),
            (_, None) => Err(Exceeded::Text),
        }
    }
}
