//! Plans: which version packages have.

use ancm_installer::id::FileVersion;
use ancm_installer::plan::{default_file_version, product_version};
use ancm_installer::product::VersionPolicy;

#[test]
fn packages_are_versioned_as_microsofts_are() {
    for (file, product) in [
        ("18.0.26176.29", "18.0.26176"),
        ("19.0.25100.0", "19.0.25100"),
        ("20.0.26296.14", "110.0.26296"),
        ("21.0.26400.1", "111.0.26400"),
        ("8.2.1991.0", "8.2.1991"),
    ] {
        let file: FileVersion = file.parse().expect("valid");
        let found = product_version(VersionPolicy::Runtime, file).expect("fits");
        assert_eq!(found.to_string(), product);
        assert_eq!(default_file_version(VersionPolicy::Runtime, found).0[..3], file.0[..3]);
        let own = product_version(VersionPolicy::File, file).expect("fits");
        assert_eq!(own.to_string(), file.to_string().rsplit_once('.').expect("four fields").0);
        assert_eq!(default_file_version(VersionPolicy::File, own).0[..3], file.0[..3]);
    }
    assert!(product_version(VersionPolicy::Runtime, FileVersion([166, 0, 1, 0])).is_err());
}
