//! How installer databases store texts, names of streams and the summary information.

use crate::msi::written;
use crate::msi_foreign::with_stream;
use ancm_installer::diag::Severity;
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{
    self, Cell, Database, Package, Stream, SummaryInformation, Table, can_encode, code_page_for,
};
use encoding_rs::Encoding;
use std::io::{Cursor, Read};
use std::num::NonZeroUsize;

/// The stored name of the summary information.
const SUMMARY: &str = "\u{5}SummaryInformation";

fn read(bytes: &[u8]) -> Database {
    msi::read(Cursor::new(bytes)).expect("our own")
}

fn is_written(database: &Database) -> bool {
    msi::write(database, NonZeroUsize::MIN, &mut Cursor::new(Vec::new())).is_ok()
}

/// The bytes of a stream by its stored name.
fn stored(file: &[u8], name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut file = cfb::CompoundFile::open(Cursor::new(file)).expect("a compound file");
    file.open_stream(format!("/{name}")).expect("present").read_to_end(&mut bytes).expect("whole");
    bytes
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_code_page_is_found_for_every_script_that_has_one() {
    for (text, number) in [
        ("Acme", Some(1252)),
        ("Müller & Söhne", Some(1252)),
        ("Łódź", Some(1250)),
        ("Завод", Some(1251)),
        ("Εταιρεία", Some(1253)),
        ("İstanbul Yazılım", Some(1254)),
        ("東京", Some(932)),
        ("회사", Some(949)),
        ("Łódź Завод", None),
        ("🦀", None),
    ] {
        assert_eq!(code_page_for(text), number, "{text}");
    }
}

#[test]
fn neutral_is_ascii_only() {
    assert!(can_encode(0, "plain") && !can_encode(0, "Größe"));
    let of = |text: &str| {
        let mut property = standard_table("Property").expect("a standard table");
        property.rows = vec![vec![Cell::text("P"), Cell::text(text)]];
        Database { tables: [("Property".to_owned(), property)].into(), ..Database::default() }
    };
    assert_eq!(read(&written(&of("plain"))).tables, of("plain").tables);
    assert!(!is_written(&of("Größe")));
}

fn with_title(codepage: u16, title: &str) -> Database {
    let summary = SummaryInformation { codepage, title: title.to_owned(), ..SummaryInformation::default() };
    Database { summary, ..Database::default() }
}

#[test]
fn what_does_not_fit_is_folded() {
    let file = written(&with_title(1252, "Größe 日本 €"));
    assert!(has(&stored(&file, SUMMARY), b"\0Gr\xf6\xdfe ?? \x80\0"));
    assert_eq!(read(&file).summary.title, "Größe ?? €");
    assert!(can_encode(437, "日本"), "what is wrong with a code page that is not known is for others to say");
}

#[test]
fn every_code_page_is_the_one_that_windows_has_under_its_number() {
    let ascii: String = (1..128).map(char::from).collect();
    for (number, label, text) in [
        (874, "windows-874", "ไทย"),
        (932, "shift_jis", "東京"),
        (936, "gbk", "北京"),
        (949, "euc-kr", "회사"),
        (950, "big5", "臺北"),
        (1250, "windows-1250", "Łódź"),
        (1251, "windows-1251", "Завод"),
        (1252, "windows-1252", "Größe"),
        (1253, "windows-1253", "Εταιρεία"),
        (1254, "windows-1254", "İstanbul"),
        (1255, "windows-1255", "שלום"),
        (1256, "windows-1256", "سلام"),
        (1257, "windows-1257", "Žemė"),
        (1258, "windows-1258", "đă"),
    ] {
        let encoding = Encoding::for_label(label.as_bytes()).expect(label);
        let (bytes, ..) = encoding.encode(text);
        let file = written(&with_title(number, text));
        assert!(has(&stored(&file, SUMMARY), &[&bytes[..], b"\0"].concat()), "{number}");
        assert_eq!(read(&file).summary.title, text, "{number}");
        // ASCII is taken as it is, which is right as long as it has its place in the code page
        let (decoded, _) = encoding.decode_without_bom_handling(ascii.as_bytes());
        assert_eq!(read(&written(&with_title(number, &ascii))).summary.title, decoded, "{number}");
    }
}

#[test]
fn properties_of_another_type_are_named() {
    let summary = SummaryInformation { template: "x64;1033".to_owned(), ..SummaryInformation::default() };
    let file = written(&Database { summary, ..Database::default() });
    let told = |summary: &[u8]| {
        let mut package = Package::open(Cursor::new(with_stream(&file, SUMMARY, summary)))?;
        msi::inspect(&mut package)
    };
    let mut bytes = stored(&file, SUMMARY);
    assert_eq!(told(&bytes).expect("whole"), []);
    // VT_LPSTR becomes a text of two bytes a letter
    let text = bytes.windows(4).position(|word| word == [30, 0, 0, 0]).expect("there");
    bytes[text] = 31;
    let problem =
        "the summary information's property 7 has type 31, expected 30; Windows takes it for missing";
    assert_eq!(told(&bytes).expect("whole"), [(Severity::Error, problem.to_owned())]);
    for length in 0..bytes.len() {
        // whatever is told of it
        let _ = told(&bytes[..length]);
    }
}

#[test]
fn names_are_mangled_as_windows_does() {
    let file = written(&Database::default());
    // from a database written by msi.dll
    for name in ["\u{4840}\u{3f7f}\u{4164}\u{422f}\u{4836}", SUMMARY] {
        stored(&file, name);
    }
}

fn with_streams(names: &[&str]) -> Database {
    let stream = |name: &&str| ((*name).to_owned(), Stream::Bytes(name.as_bytes().to_vec()));
    Database { streams: names.iter().map(stream).collect(), ..Database::default() }
}

#[test]
fn names_come_back() {
    let names = ["Binary.Bin.With.Dots", "cab1.cab", "a", "ab", "Icon.{GUID}-x.ico", "Größe", "\u{5}Digital"];
    let mut package = Package::open(Cursor::new(written(&with_streams(&names)))).expect("our own");
    assert_eq!(package.database().streams.len(), names.len());
    for name in names {
        let mut bytes = Vec::new();
        package.stream(name).expect(name).read_to_end(&mut bytes).expect("whole");
        assert_eq!(bytes, name.as_bytes());
    }
    assert_eq!(package.database().tables.len(), 0, "a stream is no table");
}

#[test]
fn sixty_two_characters_fit_and_no_more() {
    let stream = |name: &str| is_written(&with_streams(&[name]));
    assert!(stream(&"x".repeat(62)) && !stream(&"x".repeat(63)));
    assert!(!stream("") && !stream("a/b"));
    let table = |length: usize| {
        let name = "x".repeat(length);
        let columns = standard_table("Property").expect("a standard table").columns;
        let rows = vec![vec![Cell::text("P"), Cell::text("v")]];
        let table = Table { name: name.clone(), columns, rows };
        is_written(&Database { tables: [(name, table)].into(), ..Database::default() })
    };
    assert!(table(60) && !table(61));
}
