//! The forms in which a payload is named.

use xtask::payload::source::{Address, PayloadSource, shown};

#[test]
fn nothing_secret_of_an_address_is_shown() {
    let shown = [
        "https://me:secret@example.org/a/b.exe?sig=secret#sha512=0",
        "https://example.org?secret",
        "https://example.org/@b/c",
    ]
    .map(shown);
    assert_eq!(shown, ["https://example.org/a/b.exe", "https://example.org", "https://example.org/@b/c"]);
}

#[test]
fn a_file_is_called_as_its_address_ends_where_that_is_a_name() {
    let name = |url: &str| Address { url: url.to_owned(), sha512: String::new() }.file_name();
    assert_eq!(
        name("https://example.org/a/dotnet-hosting-9.0.7-win.exe?x=/y.exe"),
        "dotnet-hosting-9.0.7-win.exe"
    );
    for url in [
        "https://example.org/",
        "https://example.org/a%2fb",
        "https://example.org/..",
        "https://e.org/nul.exe",
    ] {
        assert_eq!(name(url), "payload.bin", "{url}");
    }
}

#[test]
fn what_is_named_is_a_path_an_address_or_a_bundle() {
    let hash = "0aB".repeat(42) + "00";
    let parsed = |text: &str| text.parse::<PayloadSource>();
    assert_eq!(parsed("C://x"), Ok(PayloadSource::Path("C://x".into())));
    assert_eq!(parsed("hosting-bundle@9.0.7"), Ok(PayloadSource::HostingBundle("9.0.7".into())));
    let expected = Address::new("HTTPS://e.org/a", &hash).expect("a hash");
    assert_eq!(expected.sha512, hash.to_ascii_lowercase());
    assert_eq!(parsed(&format!("HTTPS://e.org/a#sha512={hash}")), Ok(PayloadSource::Address(expected)));
    for (text, problem) in [
        ("https://me:secret@e.org/a", "`https://e.org/a` does not say"),
        ("https://e.org/a#sha512=12", "`12` is no SHA-512"),
        ("https://e.org/a b#sha512=12", "blanks"),
        ("ftp://e.org/a", "`http:` or `https:` only"),
        ("hosting-bundle@9", "`9`"),
        ("hosting-bundle@../9.0.7", "`../9.0.7`"),
    ] {
        let error = parsed(text).expect_err(text).to_string();
        assert!(error.contains(problem) && !error.contains("secret"), "{text}: {error}");
    }
}
