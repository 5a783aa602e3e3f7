//! Bytes of a source file to text: UTF-8 or UTF-16 by byte order mark, else what the XML declaration names.

use super::limits;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Why a file cannot be read, with WiX's number.
pub(super) struct Problem {
    pub(super) number: u16,
    pub(super) message: String,
}

/// The text of the file at `path`.
pub(super) fn read(path: &Path) -> Result<String, Problem> {
    let problem = |number, message| Err(Problem { number, message });
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limits::SOURCE_BYTES + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        let number = if error.kind() == std::io::ErrorKind::NotFound { 103 } else { 104 };
        return problem(number, format!("cannot read `{}`: {error}", path.display()));
    }
    if bytes.len() as u64 > limits::SOURCE_BYTES {
        let most = limits::SOURCE_BYTES >> 20;
        return problem(104, format!("not a valid source file: it is larger than {most} MiB"));
    }
    decode(&bytes).or_else(|message| problem(104, format!("not a valid source file: {message}")))
}

fn decode(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| "it is not UTF-16".to_owned())
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        _ => match declared(bytes) {
            Some(label) => encoding_rs::Encoding::for_label(label)
                .ok_or_else(|| format!("its encoding `{}` is not known", String::from_utf8_lossy(label)))
                .and_then(|encoding| {
                    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
                    if malformed {
                        Err(format!("it is not {}", encoding.name()))
                    } else {
                        Ok(text.into_owned())
                    }
                }),
            None => utf8(bytes),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
            Err(format!(
                "line {line} is not UTF-8; save it as UTF-8, or name its encoding in `<?xml … encoding=…?>`"
            ))
        }
    }
}

/// The encoding that an XML declaration at the start names, other than UTF-8.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.strip_prefix(b"<?xml")?;
    let head = &head[..head.windows(2).position(|pair| pair == b"?>")?];
    let at = head.windows(8).position(|word| word == b"encoding")? + 8;
    let value = head[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let label = &value[..value.iter().position(|byte| byte == quote)?];
    (!label.eq_ignore_ascii_case(b"utf-8")).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_encodings_give_the_same_text() {
        let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><Wix>Grüße</Wix>";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in
            [&little[..], &[&[0xFF, 0xFE][..], &little].concat(), &big, &[&[0xFE, 0xFF][..], &big].concat()]
        {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
        }
        let latin = b"<?xml version='1.0' encoding = 'windows-1252'?><Wix>Gr\xFC\xDFe</Wix>";
        assert!(decode(latin).is_ok_and(|text| text.ends_with("<Wix>Grüße</Wix>")));
    }

    #[test]
    fn what_is_no_text_is_named_with_its_line() {
        assert!(decode(b"<Wix>\n\xFC</Wix>").is_err_and(|m| m.starts_with("line 2 is not UTF-8")));
        assert!(decode(b"<?xml encoding='klingon'?>").is_err_and(|m| m.contains("`klingon`")));
    }
}
