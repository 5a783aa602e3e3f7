//! What a file of conversions has to offer.

use crate::session::Session;
use crate::space::Space;
use crate::tree::Id;

/// An element of WiX 3, and what converts it.
pub(crate) type Rule = (Space, &'static str, fn(&mut Session, Id));
