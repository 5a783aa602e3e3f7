//! `cargo xtask wix msi inscribe`: rows and certificates as msitools and OpenSSL read them, of cabinets that osslsigncode signed.

use crate::made::{files, said, xtask};
use crate::support::{run, tool};
use std::path::Path;
use std::process::{Command, Output};

const SOURCE: &str = r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs">
  <Package Name="Case" Manufacturer="Acme" Version="1.0.0" UpgradeCode="{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}">
    <Media Id="1" Cabinet="one.cab" /><Media Id="2" Cabinet="two.cab" />
    <Media Id="3" Cabinet="three.cab" /><Media Id="4" Cabinet="inside.cab" EmbedCab="yes" />
    <StandardDirectory Id="ProgramFilesFolder"><Directory Id="INSTALLFOLDER" Name="Acme">
      <Component Id="A"><File Id="A" Source="a.txt" DiskId="1" /></Component>
      <Component Id="B"><File Id="B" Source="b.txt" DiskId="2" /></Component>
      <Component Id="C"><File Id="C" Source="c.txt" DiskId="3" /></Component>
      <Component Id="D"><File Id="D" Source="d.txt" DiskId="4" /></Component>
    </Directory></StandardDirectory>
    <Feature Id="Main"><ComponentRef Id="A" /><ComponentRef Id="B" /><ComponentRef Id="C" /><ComponentRef Id="D" /></Feature>
  </Package>
</Wix>"#;

fn wix(folder: &Path, arguments: &[&str]) -> Output {
    xtask().current_dir(folder).arg("wix").args(arguments).output().expect("it starts")
}

/// The rows of a table, as msiinfo prints them.
fn rows(folder: &Path, package: &str, table: &str) -> Vec<String> {
    let mut command = Command::new("msiinfo");
    let text = run(command.args(["export", package, table]).current_dir(folder));
    let text = String::from_utf8(text).expect("UTF-8");
    let mut rows: Vec<String> = text.lines().skip(3).map(|line| line.trim_end().to_owned()).collect();
    rows.sort();
    rows
}

fn sign(folder: &Path, cabinet: &str, who: &str) {
    let (certificate, key, made) = (format!("{who}.pem"), format!("{who}.key"), format!("{cabinet}.signed"));
    let mut command = Command::new("osslsigncode");
    command.args([
        "sign",
        "-certs",
        &certificate,
        "-key",
        &key,
        "-h",
        "sha256",
        "-in",
        cabinet,
        "-out",
        &made,
    ]);
    run(command.current_dir(folder));
    std::fs::rename(folder.join(made), folder.join(cabinet)).expect("room");
}

/// A folder with the package of `SOURCE` and its cabinets.
fn built() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c"), ("d.txt", "d"), ("p.wxs", SOURCE)] {
        std::fs::write(folder.path().join(name), text).expect("room");
    }
    let output = wix(folder.path(), &["build", "p.wxs"]);
    assert!(output.status.success(), "{}", said(&output));
    folder
}

#[test]
fn who_signed_cabinets_beside_a_package_is_told_in_it() {
    if ["msiinfo", "osslsigncode", "openssl"].iter().any(|name| tool(name).is_none()) {
        return;
    }
    let folder = built();
    let at = folder.path();
    for who in ["first", "second"] {
        let (key, certificate) = (format!("{who}.key"), format!("{who}.pem"));
        let subject = format!("/CN={who} of nobody's");
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", &subject]);
        run(command.args(["-keyout", &key, "-out", &certificate]).current_dir(at));
    }
    // one signer of two cabinets, another one of the third
    sign(at, "one.cab", "first");
    sign(at, "three.cab", "first");
    let output = wix(at, &["msi", "inscribe", "p.msi", "-o", "partly.msi"]);
    assert!(output.status.success() && said(&output).contains("WIX1122"), "{}", said(&output));
    assert_eq!(rows(at, "partly.msi", "MsiDigitalSignature").len(), 2);
    sign(at, "two.cab", "second");

    let before = std::fs::read(at.join("p.msi")).expect("readable");
    let output = wix(at, &["msi", "inscribe", "p.msi", "-out", "out/inscribed.msi"]);
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    assert_eq!(std::fs::read(at.join("p.msi")).expect("readable"), before, "the input stays");
    let signatures = rows(at, "out/inscribed.msi", "MsiDigitalSignature");
    let certificate =
        |disk: usize| signatures[disk - 1].split('\t').nth(2).expect("a certificate").to_owned();
    let expected = |disk: usize| format!("Media\t{disk}\t{}", certificate(disk));
    assert_eq!(signatures, [1, 2, 3].map(expected));
    assert!(certificate(1) == certificate(3) && certificate(1) != certificate(2), "{signatures:?}");
    assert_eq!(rows(at, "out/inscribed.msi", "MsiDigitalCertificate").len(), 2);
    for (disk, who) in [(1, "first"), (2, "second")] {
        let stream = format!("MsiDigitalCertificate.{}", certificate(disk));
        let mut command = Command::new("msiinfo");
        let stored = run(command.args(["extract", "out/inscribed.msi", &stream]).current_dir(at));
        let mut command = Command::new("openssl");
        let der =
            run(command.args(["x509", "-outform", "DER", "-in", &format!("{who}.pem")]).current_dir(at));
        assert!(stored == der, "the certificate of {who}");
    }
    // all else is as it was, and a second time changes nothing of what is told
    for table in ["File", "Media", "Property", "Component"] {
        assert_eq!(rows(at, "out/inscribed.msi", table), rows(at, "p.msi", table), "{table}");
    }
    for name in ["one.cab", "two.cab", "three.cab"] {
        std::fs::copy(at.join(name), at.join("out").join(name)).expect("room");
    }
    let output = wix(at, &["msi", "inscribe", "out/inscribed.msi"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(rows(at, "out/inscribed.msi", "MsiDigitalSignature"), signatures);
    assert_eq!(rows(at, "out/inscribed.msi", "MsiDigitalCertificate").len(), 2);

    // what is signed itself is not any more
    let mut command = Command::new("osslsigncode");
    command.args(["sign", "-certs", "first.pem", "-key", "first.key", "-in", "p.msi", "-out", "signed.msi"]);
    run(command.current_dir(at));
    let output = wix(at, &["msi", "inscribe", "signed.msi"]);
    assert!(output.status.success() && said(&output).contains("sign the package again"), "{}", said(&output));
}

#[test]
fn what_cannot_be_inscribed_is_told_and_nothing_is_written() {
    let folder = built();
    let at = folder.path();
    // reserved bytes that say of a signature behind the end
    let mut forged = std::fs::read(at.join("one.cab")).expect("readable");
    forged[30] |= 4;
    forged.splice(36..36, [20, 0, 0, 0]);
    forged.splice(40..40, [0, 0, 16, 0, 0, 0, 0, 127, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    std::fs::write(at.join("one.cab"), forged).expect("room");
    std::fs::remove_file(at.join("two.cab")).expect("there");
    std::fs::write(at.join("three.cab"), "no cabinet").expect("room");
    let before = files(at);
    for (arguments, code, expected) in [
        (&["p.msi", "-o", "x.msi"][..], 10, &["WIX0327", "one.cab", "WIX0258", "two.cab", "three.cab"][..]),
        (&["a.txt"], 10, &["wix::package"]),
        (&[], 2, &["WIX0114"]),
        (&["p.msi", "p.msi"], 2, &["one package at a time"]),
        (&["-q", "p.msi"], 2, &["unknown switch `-q`"]),
    ] {
        let output = wix(at, &[&["msi", "inscribe"], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        expected.iter().for_each(|word| assert!(said(&output).contains(word), "{word}: {}", said(&output)));
        assert!(files(at) == before, "{arguments:?} leaves nothing");
    }
}
