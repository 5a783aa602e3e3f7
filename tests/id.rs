//! Identities and versions, as they are written and read.

use ancm_installer::id::{FileVersion, Guid, ProductVersion};

#[test]
fn reads_with_and_without_braces_and_displays_the_installer_form() {
    for text in ["3a692941-59be-43cf-98a8-6ed01b12a519", "{3A692941-59BE-43CF-98A8-6ED01B12A519}"] {
        let guid: Guid = text.parse().expect(text);
        assert_eq!(guid.to_string(), "{3A692941-59BE-43CF-98A8-6ED01B12A519}");
    }
}

#[test]
fn refuses_what_windows_installer_would() {
    for text in ["", "{", "{3A692941-59BE-43CF-98A8-6ED01B12A519", "3A69294159BE43CF98A86ED01B12A519", "*"] {
        assert!(text.parse::<Guid>().is_err(), "{text}");
    }
}

#[test]
fn a_product_version_keeps_its_fields_and_compares_three() {
    let four: ProductVersion = "110.0.25100.7".parse().expect("valid");
    let three: ProductVersion = "110.0.25100".parse().expect("valid");
    assert_eq!(four.to_string(), "110.0.25100.7");
    assert_eq!(three.to_string(), "110.0.25100");
    assert_eq!(four.compared(), three.compared());
}

#[test]
fn limits_are_named_with_the_field() {
    let error = "256.0.0".parse::<ProductVersion>().expect_err("too big").to_string();
    assert_eq!(error, "`256.0.0` is not a product version: field 1 is `256`, expected 0 to 255");
    for text in ["", "1.", "1.2.3.4.5", "-1", "1.0-rc1", "+1", "99999999999999999999"] {
        assert!(text.parse::<ProductVersion>().is_err(), "{text}");
        assert!(text.parse::<FileVersion>().is_err(), "{text}");
    }
}
