//! The summary information stream: an OLE property set of one section
//! (\[MS-OLEPS\], <https://learn.microsoft.com/windows/win32/msi/summary-property-descriptions>).

use super::codepage::CodePage;
use super::model::SummaryInformation;

/// Name of the stream.
pub(super) const NAME: &str = "\u{5}SummaryInformation";

/// FMTID_SummaryInformation, as stored.
const FORMAT: [u8; 16] =
    [0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9];

/// Where the only section begins.
const SECTION: usize = 48;

/// 1970 in the time of Windows, which counts 100 ns from 1601.
const EPOCH: i64 = 116_444_736_000_000_000;

/// 100 ns in a second.
const TICKS: i64 = 10_000_000;

// Property identifiers.
const CODEPAGE: u32 = 1;
const TITLE: u32 = 2;
const SUBJECT: u32 = 3;
const AUTHOR: u32 = 4;
const KEYWORDS: u32 = 5;
const COMMENTS: u32 = 6;
const TEMPLATE: u32 = 7;
const REVISION_NUMBER: u32 = 9;
const LAST_PRINTED: u32 = 11;
const CREATED: u32 = 12;
const LAST_SAVED: u32 = 13;
const PAGE_COUNT: u32 = 14;
const WORD_COUNT: u32 = 15;
const APPLICATION: u32 = 18;
const SECURITY: u32 = 19;

// Property types.
const VT_I2: u32 = 2;
const VT_I4: u32 = 3;
const VT_LPSTR: u32 = 30;
const VT_FILETIME: u32 = 64;

/// The bytes of the stream. Properties ascend, as msi.dll writes them; empty texts are left out.
pub(super) fn encode(summary: &SummaryInformation, codepage: CodePage) -> Vec<u8> {
    let mut properties: Vec<(u32, Vec<u8>)> = Vec::new();
    let mut property = |id, kind: u32, value: &[u8]| {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend_from_slice(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        properties.push((id, bytes));
    };
    property(CODEPAGE, VT_I2, &summary.codepage.to_le_bytes());
    let texts = [
        (TITLE, &summary.title),
        (SUBJECT, &summary.subject),
        (AUTHOR, &summary.author),
        (KEYWORDS, &summary.keywords),
        (COMMENTS, &summary.comments),
        (TEMPLATE, &summary.template),
        (REVISION_NUMBER, &summary.revision_number),
        (APPLICATION, &summary.application),
    ];
    for (id, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        let mut value = codepage.encode_folded(text);
        value.push(0);
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        property(id, VT_LPSTR, &[&length.to_le_bytes()[..], &value].concat());
    }
    let times =
        [(LAST_PRINTED, summary.last_printed), (CREATED, summary.created), (LAST_SAVED, summary.last_saved)];
    for (id, time) in times {
        if let Some(time) = time {
            let ticks = time.saturating_mul(TICKS).saturating_add(EPOCH);
            property(id, VT_FILETIME, &ticks.to_le_bytes());
        }
    }
    property(PAGE_COUNT, VT_I4, &summary.page_count.to_le_bytes());
    property(WORD_COUNT, VT_I4, &summary.word_count.to_le_bytes());
    property(SECURITY, VT_I4, &summary.security.to_le_bytes());
    properties.sort_by_key(|(id, _)| *id);

    let double = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    // Byte order, format 0, Windows NT 10.0, no class, one section.
    let mut bytes = vec![0xfe, 0xff, 0, 0, 10, 0, 2, 0];
    bytes.resize(24, 0);
    bytes.extend_from_slice(&double(1));
    bytes.extend_from_slice(&FORMAT);
    bytes.extend_from_slice(&double(SECTION));
    let index = 8 + 8 * properties.len();
    bytes.extend_from_slice(&double(index + properties.iter().map(|(_, value)| value.len()).sum::<usize>()));
    bytes.extend_from_slice(&double(properties.len()));
    let mut offset = index;
    for (id, value) in &properties {
        bytes.extend_from_slice(&id.to_le_bytes());
        bytes.extend_from_slice(&double(offset));
        offset += value.len();
    }
    properties.into_iter().for_each(|(_, value)| bytes.extend_from_slice(&value));
    bytes
}

/// What the stream says; nothing if it is not a property set. Properties that are broken or unknown are passed over,
/// as Windows does.
pub(super) fn decode(bytes: &[u8]) -> Option<SummaryInformation> {
    let at = double(bytes, 44)? as usize;
    let section = bytes.get(at..).filter(|_| bytes.starts_with(&[0xfe, 0xff]))?;
    let count = (double(section, 4)? as usize).min(section.len() / 8);
    let find = |id: u32, kind: u32| {
        let entry = (0..count).map(|k| 8 + 8 * k).find(|entry| double(section, *entry) == Some(id))?;
        let value = section.get(double(section, entry + 4)? as usize..)?;
        (double(value, 0)? == kind).then(|| &value[4..])
    };
    let codepage =
        find(CODEPAGE, VT_I2).and_then(|value| value.first_chunk()).map_or(0, |n| u16::from_le_bytes(*n));
    let page = CodePage::new(codepage.into()).unwrap_or(CodePage::Neutral);
    let text = |id| {
        let text = find(id, VT_LPSTR)
            .and_then(|value| value[4.min(value.len())..].get(..double(value, 0)? as usize));
        page.decode(text.unwrap_or_default().split(|byte| *byte == 0).next().unwrap_or_default())
    };
    let number = |id| match (find(id, VT_I4), find(id, VT_I2)) {
        (Some(value), _) => value.first_chunk().map_or(0, |n| i32::from_le_bytes(*n)),
        (None, Some(value)) => value.first_chunk().map_or(0, |n| i16::from_le_bytes(*n).into()),
        (None, None) => 0,
    };
    let time = |id| {
        let ticks = i64::from_le_bytes(*find(id, VT_FILETIME)?.first_chunk()?);
        (ticks != 0).then(|| ticks.saturating_sub(EPOCH).div_euclid(TICKS))
    };
    Some(SummaryInformation {
        codepage,
        title: text(TITLE),
        subject: text(SUBJECT),
        author: text(AUTHOR),
        keywords: text(KEYWORDS),
        comments: text(COMMENTS),
        template: text(TEMPLATE),
        revision_number: text(REVISION_NUMBER),
        created: time(CREATED),
        last_saved: time(LAST_SAVED),
        last_printed: time(LAST_PRINTED),
        page_count: number(PAGE_COUNT),
        word_count: number(WORD_COUNT),
        application: text(APPLICATION),
        security: number(SECURITY),
    })
}

/// Properties that have another type than they are read as: number, type, and the type expected.
pub(super) fn mistyped(bytes: &[u8]) -> Vec<(u32, u32, u32)> {
    let section = double(bytes, 44).and_then(|at| bytes.get(at as usize..)).unwrap_or_default();
    let count = (double(section, 4).unwrap_or(0) as usize).min(section.len() / 8);
    let property = |index: usize| {
        let id = double(section, 8 + 8 * index)?;
        let found = double(section, double(section, 12 + 8 * index)? as usize)?;
        let expected = match id {
            CODEPAGE => VT_I2,
            TITLE..=TEMPLATE | REVISION_NUMBER | APPLICATION => VT_LPSTR,
            LAST_PRINTED..=LAST_SAVED => VT_FILETIME,
            PAGE_COUNT | WORD_COUNT | SECURITY if found != VT_I2 => VT_I4,
            _ => return None,
        };
        (found != expected).then_some((id, found, expected))
    };
    (0..count).filter_map(property).collect()
}

/// The double word at `at`.
fn double(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}
