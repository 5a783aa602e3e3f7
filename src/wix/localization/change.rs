//! What a localization changes besides texts.

/// What a `UI` element changes of a dialog, or of a control of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Left edge; of a dialog, per cent of the screen.
    pub x: Option<i32>,
    /// Upper edge; of a dialog, per cent of the screen.
    pub y: Option<i32>,
    /// Width.
    pub width: Option<i32>,
    /// Height.
    pub height: Option<i32>,
    /// Bits to set in Attributes: 32 right to left, 64 right-aligned, 128 scroll bar on the left.
    pub attributes: i32,
    /// The text, or the dialog's title.
    pub text: Option<String>,
}
