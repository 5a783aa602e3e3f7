//! The preprocessor: its language, its findings, and sources that mean harm.

use ancm_installer::diag::Diagnostic;
use ancm_installer::id::Arch;
use ancm_installer::wix::Compat;
use ancm_installer::wix::preprocess::{DecodeError, Options, decode, preprocess};
use ancm_installer::wix::report::Report;
use ancm_installer::wix::source::{Element, Node};
use std::path::Path;

fn options() -> Options {
    Options {
        defines: [("FromCommandLine".to_owned(), "cli".to_owned())].into(),
        include_paths: Vec::new(),
        environment: [("Greeting".to_owned(), "hello".to_owned())].into(),
        arch: Arch::X64,
        current_dir: "/here".into(),
        timestamp: 0,
        compat: Compat::default(),
    }
}

fn file(path: &Path) -> (Option<Element>, Vec<Diagnostic>) {
    let report = Report::default();
    let tree = preprocess(path, &options(), &report);
    (tree, report.into_diagnostics())
}

fn source(text: &str) -> (Option<Element>, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("source.wxs");
    std::fs::write(&path, text).expect("writable");
    file(&path)
}

/// `Name(attribute values){children}` of every element, for comparing.
fn shape(element: &Element) -> String {
    let values: Vec<&str> = element.attributes.iter().map(|a| a.value.as_str()).collect();
    let inside: Vec<String> = element
        .children
        .iter()
        .map(|node| match node {
            Node::Element(child) => shape(child),
            Node::Text { text, .. } => format!("'{}'", text.trim()),
        })
        .collect();
    format!("{}({}){{{}}}", element.name, values.join(","), inside.join(" "))
}

/// Preprocesses `text` inside a root element, and compares what is in it.
fn check(text: &str, expected: &str) {
    let (tree, findings) = source(&format!("<r>{text}</r>"));
    assert_eq!(findings, [], "{text}");
    assert_eq!(tree.as_ref().map(shape).as_deref(), Some(format!("r(){{{expected}}}").as_str()), "{text}");
}

/// Preprocesses `text` and compares the first finding's place, code and the start of its message.
fn fails(text: &str, expected: &str) {
    let (_, findings) = source(text);
    let first = findings.first().unwrap_or_else(|| panic!("no finding for {text}"));
    let at = first.at.as_ref().expect("a place");
    let found = format!("{}:{} {} {}", at.line, at.column, first.code, first.message);
    assert!(found.starts_with(expected), "expected {expected}\n   found {found}");
}

#[test]
fn columns_count_characters_on_lines_of_any_length() {
    for length in [0, 1, 1000, 1023, 1024, 1025, 5000] {
        let before = "ü".repeat(length);
        fails(&format!("<r>\n<!--{before}--><?error x?></r>"), &format!("2:{} WIX0250 x", length + 8));
    }
}

#[test]
fn instructions_choose_repeat_and_define() {
    check("<?define A=1?><?if $(A) = 1?><x/><?else?><y/><?endif?>", "x(){}");
    check("<?define A=1?><?if $(A) >= 2?><x/><?elseif $(A) ~= 1?><y/><?else?><z/><?endif?>", "y(){}");
    check("<?ifdef A?><x/><?endif?><?ifndef A?><y/><?endif?>", "y(){}");
    check("<?ifdef env.GREETING?><x v='$(env.greeting)'/><?endif?>", "x(hello){}");
    check("<?define A=0?><?if $(A)?><x/><?else?><y/><?endif?>", "y(){}");
    check("<?define A=2?><?if $(A)?><x/><?else?><y/><?endif?>", "x(){}");
    // `and` and `or` bind alike, from left to right; `not` reaches over all that follows a joint.
    check("<?if 1 = 1 or 1 = 1 and 1 = 2?><x/><?else?><y/><?endif?>", "y(){}");
    check("<?if 1 = 2 or not 1 = 2 and 1 == 1?><x/><?endif?>", "x(){}");
    check("<?if \" a \" = a?><x/><?endif?>", "x(){}");
    check(
        "<?define My.Name='dotted'?><x v='$(My.Name) $(var.My.Name) $(loc.X) $$ $$(A)'/>",
        "x(dotted dotted $(loc.X) $ $(A)){}",
    );
    check("<?if not (1 = 1 and \"a\" = \"b\") or 1 = 2?><x/><?endif?>", "x(){}");
    check("<?if 1 = 2?><?error never?><?if 1 = 1?><x/><?endif?><?foreach a in 1?><?endif?>", "");
    check(
        "<?foreach a in 1;2?><?foreach b in x;y?><e v='$(a)$(var.b)'/><?endforeach?><?endforeach?>",
        "e(1x){} e(1y){} e(2x){} e(2y){}",
    );
    check(
        "<?define A=1?><?undef A?><?ifdef A?><x/><?endif?><t>$$(A) $(FromCommandLine) 5$</t>",
        "t(){'$(A) cli 5$'}",
    );
    check("<x v='$(sys.BUILDARCH) $(sys.BUILDARCHSHORT)'/><!-- $(Nope) -->", "x(x64 X64){}");
}

#[test]
fn definitions_lose_their_quotes_and_prefix() {
    check("<?define Name = \"a = b\" ?><x v='$(Name)'/>", "x(a = b){}");
    check("<?define var.Version=2.5.0?><x v='$(Version)'/>", "x(2.5.0){}");
    check("<?define Flag?><?ifdef Flag?><x v='$(Flag)'/><?endif?>", "x(){}");
    fails("<r><?define sys.X=1?></r>", "1:4 WIX0151 `<?define sys.X=1?>`");
    fails("<r><?define  = 1?></r>", "1:4 WIX0151");
}

#[test]
fn a_loop_names_its_variable_and_values() {
    check("<?foreach item in one;two?><x v='$(item)'/><?endforeach?>", "x(one){} x(two){}");
    check("<?define L=1;2?><?foreach var.x in \"$(L)\"?><x v='$(x)'/><?endforeach?>", "x(1){} x(2){}");
    fails("<r><?foreach item one;two?><x/><?endforeach?></r>", "1:4 WIX0154 `<?foreach item one;two?>`");
    fails("<r><?foreach item inside?><x/><?endforeach?></r>", "1:4 WIX0154");
}

#[test]
fn findings_have_a_place_and_the_number_that_wix_gives() {
    fails("<r>\n  <x v='$(Nope)'/></r>", "2:6 WIX0150 undefined preprocessor variable `$(Nope)`");
    fails(
        "<r>\n<?if 1 === 2?><?endif?></r>",
        "2:1 WIX0145 invalid subexpression `2` in expression `1 === 2`",
    );
    fails("<r><?if (1 = 1?><?endif?></r>", "1:4 WIX0159");
    fails("<r><?if abc < 1?><?endif?></r>", "1:4 WIX0162 `abc` is not a number in expression `abc < 1`");
    fails("<r><?if abc?><?endif?></r>", "1:4 WIX0161");
    fails("<r><?if $(Nope)?><?endif?></r>", "1:4 WIX0150");
    fails("<r><?if \"a = 1?><?endif?></r>", "1:4 WIX0158");
    fails("<r><?if not ?><?endif?></r>", "1:4 WIX01");
    fails("<r><?if 1=1 and ?><?endif?></r>", "1:4 WIX01");
    fails("<r><?if 1=1?><?else?><?else?><?endif?></r>", "1:22 WIX0146");
    fails("<r><?undef Nope?></r>", "1:4 WIX0153");
    fails("<r><?endif?></r>", "1:4 WIX0146");
    fails("<r>\n<?if 1=1?>\n</r>\n", "3:1 WIX0147");
    fails("<r><a><?if 1=1?></a><?endif?></r>", "1:1 WIX0147");
    fails("<r><?foreach a in 1?></r>", "1:4 WIX0156");
    fails("<r><?include none.wxi?></r>", "1:4 WIX0103");
    fails("<r><?error stop here?></r>", "1:4 WIX0250 stop here");
    fails("<r><?nonsense?></r>", "1:4 preprocess::unknown_instruction");
    fails("<r><x v='$(fun.Other(1.2))'/></r>", "1:7 WIX0235");
    fails("<r>\n<a></b></r>", "2:4 WIX0104");
    fails("", "0:0 WIX0104 not a valid source file: root element is missing");
    fails("no xml", "1:1 WIX0104");
}

#[test]
fn an_include_keeps_its_own_file_and_its_definitions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let main = folder.path().join("main.wxs");
    std::fs::create_dir(folder.path().join("sub")).expect("writable");
    std::fs::write(&main, "<r><?include sub\\more.wxi?><x v='$(A)'/></r>").expect("writable");
    let more = "<Include><?define A=in?><?include \"last.wxi\"?></Include>";
    std::fs::write(folder.path().join("sub/more.wxi"), more).expect("writable");
    std::fs::write(folder.path().join("sub/last.wxi"), "<Include>\n<y/></Include>").expect("writable");
    let (tree, findings) = file(&main);
    assert_eq!(findings, []);
    let tree = tree.expect("a tree");
    assert_eq!(shape(&tree), "r(){y(){} x(in){}}");
    let Node::Element(y) = &tree.children[0] else { panic!("an element") };
    assert!(y.at.file.ends_with("last.wxi") && y.at.line == 2, "{}", y.at);
}

#[test]
fn sources_that_mean_harm_end_with_a_finding() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    fails(&deep, "1:");
    let loops = "<?foreach a in 1;2;3;4;5;6;7;8;9;10?>".repeat(8) + "<x/>" + &"<?endforeach?>".repeat(8);
    fails(&format!("<r>{loops}</r>"), "1:");
    let doubling = "<?define A=x?>".to_owned() + &"<?define A=$(A)$(A)?>".repeat(40);
    let (_, findings) = source(&format!("<r>{doubling}</r>"));
    assert!(findings.iter().any(|finding| finding.message.contains("comes to more than")), "{findings:?}");
    let laughs = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>";
    fails(laughs, "1:1 WIX0104");
    fails(&format!("<r><?if {}1=1?><?endif?></r>", "(".repeat(100_000)), "1:4 WIX0145");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = folder.path().join("own.wxi");
    std::fs::write(&own, "<Include><?include own.wxi?></Include>").expect("writable");
    let (tree, findings) = file(&own);
    assert!(tree.is_none() && findings[0].message.contains("does it include itself?"), "{findings:?}");
}

#[test]
fn a_broken_source_never_panics() {
    let text = b"<?define A='x'?><r><?if $(A) ~= \"x\" and not (1 >= 2)?><x v='$(A)$$(B)'/>\
                 <?else?><?foreach i in 1;2?>&amp;<y/><?endforeach?><?endif?><![CDATA[z]]></r>";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("source.wxs");
    for at in 0..text.len() {
        for mutant in [
            text[..at].to_vec(),
            [&text[..at], &text[at + 1..]].concat(),
            [&text[..at], b"$(", &text[at..]].concat(),
            [&text[..at], &[0xFF, b'<'], &text[at..]].concat(),
        ] {
            std::fs::write(&path, mutant).expect("writable");
            let (tree, findings) = file(&path);
            assert!(tree.is_some() || !findings.is_empty(), "no tree, and no reason, at {at}");
        }
    }
}

#[test]
fn all_encodings_give_the_same_text_and_the_same_bytes_again() {
    let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><Wix>Grüße</Wix>";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = ["\u{FEFF}", text].concat();
    for bytes in [
        &little[..],
        &[&[0xFF, 0xFE][..], &little].concat(),
        &big,
        &[&[0xFE, 0xFF][..], &big].concat(),
        marked.as_bytes(),
    ] {
        let (read, encoding) = decode(bytes).expect("text");
        assert_eq!(read, text);
        assert_eq!(encoding.encode(&read), bytes, "{encoding:?}");
    }
    let latin = b"<?xml version='1.0' encoding = 'windows-1252'?><Wix>Gr\xFC\xDFe</Wix>";
    let (read, encoding) = decode(latin).expect("text");
    assert!(read.ends_with("<Wix>Grüße</Wix>"));
    assert_eq!(encoding.encode(&read), latin);
    assert_eq!(encoding.encode("Ж"), b"&#1046;");
    assert!(
        decode(&little[..little.len() - 1]).is_err_and(|error| error == DecodeError::Malformed("UTF-16"))
    );
}

#[test]
fn what_is_no_text_is_named_with_its_line() {
    assert!(
        decode(b"<Wix>\n\xFC</Wix>").is_err_and(|error| error.to_string().starts_with("line 2 is not UTF-8"))
    );
    assert!(
        decode(b"<?xml encoding='klingon'?>").is_err_and(|error| error.to_string().contains("`klingon`"))
    );
}
