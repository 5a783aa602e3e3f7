//! What Windows knows of a culture: its language number, and the code page of its letters
//! (<https://learn.microsoft.com/openspecs/windows_protocols/ms-lcid/>). WiX asks .NET; this engine runs anywhere.

/// A culture, lower-case, its LCID and ANSI code page (0 where there is none). Those that Windows Installer itself
/// speaks and that dialogs of WiX exist in, their neutral forms, and the common ones of other countries.
#[rustfmt::skip]
const CULTURES: &[(&str, u16, u16)] = &[
    ("af", 54, 1252), ("af-za", 1078, 1252),
    ("ar", 1, 1256), ("ar-ae", 14337, 1256), ("ar-eg", 3073, 1256), ("ar-sa", 1025, 1256),
    ("be", 35, 1251), ("be-by", 1059, 1251),
    ("bg", 2, 1251), ("bg-bg", 1026, 1251),
    ("ca", 3, 1252), ("ca-es", 1027, 1252),
    ("cs", 5, 1250), ("cs-cz", 1029, 1250),
    ("da", 6, 1252), ("da-dk", 1030, 1252),
    ("de", 7, 1252), ("de-at", 3079, 1252), ("de-ch", 2055, 1252), ("de-de", 1031, 1252), ("de-li", 5127, 1252), ("de-lu", 4103, 1252),
    ("el", 8, 1253), ("el-gr", 1032, 1253),
    ("en", 9, 1252), ("en-au", 3081, 1252), ("en-ca", 4105, 1252), ("en-gb", 2057, 1252), ("en-ie", 6153, 1252),
    ("en-in", 16393, 1252), ("en-nz", 5129, 1252), ("en-us", 1033, 1252), ("en-za", 7177, 1252),
    ("es", 10, 1252), ("es-ar", 11274, 1252), ("es-cl", 13322, 1252), ("es-co", 9226, 1252), ("es-es", 3082, 1252), ("es-mx", 2058, 1252),
    ("et", 37, 1257), ("et-ee", 1061, 1257),
    ("eu", 45, 1252), ("eu-es", 1069, 1252),
    ("fa", 41, 1256), ("fa-ir", 1065, 1256),
    ("fi", 11, 1252), ("fi-fi", 1035, 1252),
    ("fr", 12, 1252), ("fr-be", 2060, 1252), ("fr-ca", 3084, 1252), ("fr-ch", 4108, 1252), ("fr-fr", 1036, 1252), ("fr-lu", 5132, 1252),
    ("gl", 86, 1252), ("gl-es", 1110, 1252),
    ("he", 13, 1255), ("he-il", 1037, 1255),
    ("hi", 57, 0), ("hi-in", 1081, 0),
    ("hr", 26, 1250), ("hr-hr", 1050, 1250),
    ("hu", 14, 1250), ("hu-hu", 1038, 1250),
    ("id", 33, 1252), ("id-id", 1057, 1252),
    ("is", 15, 1252), ("is-is", 1039, 1252),
    ("it", 16, 1252), ("it-ch", 2064, 1252), ("it-it", 1040, 1252),
    ("ja", 17, 932), ("ja-jp", 1041, 932),
    ("kk", 63, 0), ("kk-kz", 1087, 0),
    ("ko", 18, 949), ("ko-kr", 1042, 949),
    ("lt", 39, 1257), ("lt-lt", 1063, 1257),
    ("lv", 38, 1257), ("lv-lv", 1062, 1257),
    ("mk", 47, 1251), ("mk-mk", 1071, 1251),
    ("ms", 62, 1252), ("ms-my", 1086, 1252),
    ("nb", 31764, 1252), ("nb-no", 1044, 1252),
    ("nl", 19, 1252), ("nl-be", 2067, 1252), ("nl-nl", 1043, 1252),
    ("nn", 30740, 1252), ("nn-no", 2068, 1252),
    ("pl", 21, 1250), ("pl-pl", 1045, 1250),
    ("pt", 22, 1252), ("pt-br", 1046, 1252), ("pt-pt", 2070, 1252),
    ("ro", 24, 1250), ("ro-ro", 1048, 1250),
    ("ru", 25, 1251), ("ru-ru", 1049, 1251),
    ("sk", 27, 1250), ("sk-sk", 1051, 1250),
    ("sl", 36, 1250), ("sl-si", 1060, 1250),
    ("sq", 28, 1250), ("sq-al", 1052, 1250),
    ("sr-cyrl", 27674, 1251), ("sr-cyrl-cs", 3098, 1251), ("sr-cyrl-rs", 10266, 1251),
    ("sr-latn", 28698, 1250), ("sr-latn-cs", 2074, 1250), ("sr-latn-rs", 9242, 1250),
    ("sv", 29, 1252), ("sv-fi", 2077, 1252), ("sv-se", 1053, 1252),
    ("th", 30, 874), ("th-th", 1054, 874),
    ("tr", 31, 1254), ("tr-tr", 1055, 1254),
    ("uk", 34, 1251), ("uk-ua", 1058, 1251),
    ("vi", 42, 1258), ("vi-vn", 1066, 1258),
    ("zh-cn", 2052, 936), ("zh-hans", 4, 936), ("zh-hant", 31748, 950), ("zh-hk", 3076, 950), ("zh-mo", 5124, 950),
    ("zh-sg", 4100, 936), ("zh-tw", 1028, 950),
];

// Every culture is there once and has a number of its own, in which cultures of one language have the same ten bits, and a code
// page of ANSI or none.
const _: () = {
    let mut at = 0;
    while at < CULTURES.len() {
        let (name, language, codepage) = CULTURES[at];
        assert!(is_ansi(codepage as u32), "no code page of ANSI");
        let mut other = 0;
        while other < at {
            assert!(CULTURES[other].1 != language, "two cultures have one number");
            other += 1;
        }
        if at > 0 {
            let (before, number, _) = CULTURES[at - 1];
            let (name, before) = (name.as_bytes(), before.as_bytes());
            assert!(is_less(before, name), "the names are not in order");
            let same_language = before[0] == name[0] && before[1] == name[1];
            assert!(
                !same_language || number & 0x3ff == language & 0x3ff,
                "of one language, with two numbers"
            );
        }
        at += 1;
    }
};

/// Whether `one` stands before `other`, byte by byte.
const fn is_less(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    if at < one.len() && at < other.len() { one[at] < other[at] } else { one.len() < other.len() }
}

/// LCID and ANSI code page (0 for none) of `name`, in any case.
pub(super) fn find(name: &str) -> Option<(u16, u16)> {
    let found = CULTURES.iter().find(|(known, ..)| name.eq_ignore_ascii_case(known));
    found.map(|(_, language, codepage)| (*language, *codepage))
}

/// The number of the code page `text`, which is a number itself or a name on the web
/// (<https://learn.microsoft.com/windows/win32/intl/code-page-identifiers>).
pub(super) fn codepage(text: &str) -> Option<u32> {
    const NAMES: [(&str, u32); 12] = [
        ("utf-8", 65001),
        ("utf-7", 65000),
        ("us-ascii", 20127),
        ("iso-8859-1", 28591),
        ("iso-8859-2", 28592),
        ("iso-8859-15", 28605),
        ("shift_jis", 932),
        ("gb2312", 936),
        ("ks_c_5601-1987", 949),
        ("big5", 950),
        ("koi8-r", 20866),
        ("macintosh", 10000),
    ];
    let lower = text.trim().to_lowercase();
    let named = NAMES.iter().find(|(name, _)| *name == lower).map(|(_, number)| *number);
    let number = lower.strip_prefix("windows-").unwrap_or(&lower);
    named.or_else(|| number.parse().ok().filter(|number| *number <= 65_535))
}

/// Whether `number` is a code page of ANSI, which summary information must have.
pub(super) const fn is_ansi(number: u32) -> bool {
    matches!(number, 0 | 874 | 932 | 936 | 949 | 950 | 1250..=1258)
}
