//! Any bytes as a source of WiX 3: it is converted, and what comes out is a source still, which a second run leaves alone.

#![no_main]

use ancm_installer::convert::{Options, convert, format};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = Options::default();
    let first = convert("a.wxs", bytes, &options);
    if let Some(new) = first.bytes {
        let second = convert("a.wxs", &new, &options);
        assert!(second.is_source, "{:?}", second.findings);
        assert!(second.bytes.is_none(), "{}", String::from_utf8_lossy(&new));
    }
    if let Some(laid_out) = format("a.wxs", bytes, &options).bytes {
        let again = format("a.wxs", &laid_out, &options);
        assert!(again.is_source, "{:?}", again.findings);
    }
});
