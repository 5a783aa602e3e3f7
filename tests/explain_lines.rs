//! What `explain` takes from single lines: their text in every encoding, the arguments of operations, numbers of errors.

use ancm_installer::explain::{self, Encoding, EvidenceKind, Session, Story, codes, errors};
use std::io::{self, Read};

/// Gives its bytes in pieces of a size.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(self.1).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn read(bytes: &[u8], piece: usize) -> Story {
    explain::read(Pieces(bytes, piece)).expect("nothing fails in memory")
}

/// Lines that mean nothing to anybody, as they were read.
fn unknown(story: &Story) -> Vec<&str> {
    story.coverage.samples.items.iter().map(|(text, _)| text.as_str()).collect()
}

/// What follows from lines that the engine has signed.
fn session(lines: &[&str]) -> Session {
    let log: String =
        lines.iter().map(|line| format!("MSI (s) (B4:90) [10:00:00:100]: {line}\r\n")).collect();
    read(log.as_bytes(), log.len()).sessions.remove(0)
}

#[test]
fn every_encoding_gives_the_same_lines_in_pieces_of_any_size() {
    let text = "MSI (s) (00:01): Größe 𝄞 a\r\nsecond\n\nlast\nMSI (s) (00:01): Executing op: ActionStart(Name=Größe 𝄞)\r\r\n";
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    let inputs = [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        (marked(&[0xEF, 0xBB, 0xBF], text.as_bytes()), Encoding::Utf8),
        (marked(&[0xFF, 0xFE], &le), Encoding::Utf16Le),
        (marked(&[0xFE, 0xFF], &be), Encoding::Utf16Be),
        (le, Encoding::Utf16Le),
        (be, Encoding::Utf16Be),
    ];
    for (bytes, encoding) in inputs {
        // a piece of odd length ends inside of a character, or of half of one
        for piece in [51, 64, 100, 4096] {
            let story = read(&bytes, piece);
            assert_eq!(
                unknown(&story),
                ["MSI (s) (00:01): Größe 𝄞 a", "second", "last"],
                "{encoding} in {piece}"
            );
            assert_eq!((story.encoding, story.lines), (encoding, 5));
            assert_eq!(story.sessions[0].actions.items[0].name, "Größe 𝄞", "without the line's end");
        }
    }
}

#[test]
fn an_ansi_line_is_text_all_the_same() {
    let story = read(b"Produit : X -- Erreur 1714. La version pr\xe9c\xe9dente", 8);
    let [message] = story.sessions[0].messages.items.as_slice() else { panic!("{:#?}", story.sessions) };
    assert_eq!((message.kind, message.number, message.who.as_str()), (EvidenceKind::Error, Some(1714), "X"));
    assert_eq!(message.text, "Erreur 1714. La version précédente");
    assert_eq!(story.encoding, Encoding::Ansi);
}

#[test]
fn an_endless_line_is_cut() {
    let story = read(&vec![b'a'; 10 << 20], 1 << 16);
    assert_eq!((story.lines, story.cut, story.bytes), (1, 1, 10 << 20));
    // what is longer than 64 KiB loses its tail, here the last digit
    for (longer, code, cut) in [(0, 1603, 0), (1, 160, 1)] {
        let head = "MSI (s) (B4:90) [10:00:00:100]: MainEngineThread is returning ";
        let line = format!("{head}{:>1$}\nlast\n", 1603, (64 << 10) + longer - head.len());
        for piece in [100, 1 << 20] {
            let story = read(line.as_bytes(), piece);
            assert_eq!((story.sessions[0].result, story.cut, story.lines), (Some(code), cut, 2));
            assert_eq!(unknown(&story), ["last"]);
        }
    }
}

#[test]
fn utf_16_that_was_taken_for_something_else_is_still_read() {
    let story = read("x\n\u{FFFD}M\u{FFFD}S\u{FFFD}I\n".as_bytes(), 4096);
    assert_eq!(unknown(&story), ["x", "MSI"]);
}

#[test]
fn values_with_commas_are_whole() {
    let told = |arguments: &str| {
        let session = session(&[&format!("Executing op: ProductInfo({arguments})")]);
        [session.product_code, session.name, session.version].map(Option::unwrap_or_default)
    };
    assert_eq!(
        told(r"ProductKey={A},ProductName=C:\a, b\c,Language=3,Version=16908291,,Assignment=1"),
        ["{A}", r"C:\a, b\c", "1.2.3"]
    );
    assert_eq!(told("Language=3,,ProductName=Relay,Version=16908291"), ["", "Relay", "1.2.3"]);
    assert_eq!(told("OldProductName=Relay,ProductKey={A}"), ["{A}", "", ""], "another name that ends so");
    assert_eq!(told(",ProductName=Relay,,ProductKey={B}"), ["{B}", "Relay", ""]);
}

#[test]
fn numbered_fields_are_told_apart() {
    const PRODUCT: &str = "{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}";
    const COMPONENT: &str = "{11111111-2222-3333-4444-555555555555}";
    let told = |line: &str| {
        let story = read(line.as_bytes(), line.len());
        let session = &story.sessions[0];
        (session.name.clone(), session.product_code.clone())
    };
    let product = Some(PRODUCT.to_owned());
    for path in [r"C:\x y ", "a: b"] {
        let line = format!("ProcessComponents: 1: {PRODUCT} 2: {COMPONENT} 3: {path}");
        assert_eq!(told(&line), (None, product.clone()), "{line}");
    }
    for rest in [" 3: 1603 ", " 3:  4: 0", " ", ""] {
        let line = format!("1: Relay: the 2nd 2: {PRODUCT}{rest}");
        assert_eq!(told(&line), (Some("Relay: the 2nd".to_owned()), product.clone()), "{line}");
    }
    assert_eq!(told(&format!("1: {PRODUCT} 2: {COMPONENT}")), (None, None), "nothing of a component");
}

#[test]
fn numbers_are_found_in_text_in_every_manner_of_writing() {
    assert_eq!(codes::in_text("Error 0x80070005: Failed to open"), Some(0x8007_0005));
    assert_eq!(codes::in_text("SFXCA: RUNDLL32 returned error code: -1073741819"), Some(0xC000_0005));
    assert_eq!(codes::in_text("Could not open key: X. System error 5."), Some(5));
    assert_eq!(codes::in_text("nothing of the kind"), None);
}

#[test]
fn the_table_is_sorted_and_every_cause_comes_with_a_cure() {
    assert!(errors::ERRORS.is_sorted_by(|a, b| a.number < b.number));
    for known in errors::ERRORS {
        assert_eq!(errors::error(known.number), Some(known));
        assert!(
            known.weight < 2 || ![known.title, known.cause, known.help].contains(&""),
            "{}",
            known.number
        );
    }
    assert_eq!(errors::error(0), None);
}
