//! `cargo xtask upgrade --html` as Chromium draws it: on a light and on a dark screen, and on paper.

use crate::made::xtask;
use crate::support::{run, tool};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What the page says of itself when it is drawn. The script is the test's; the page has none.
const PROBE: &str = r#"<script>
addEventListener("load", () => {
  const luminance = text => {
    const [r, g, b] = text.match(/[\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = luminance(getComputedStyle(document.body).backgroundColor);
  const contrast = e => {
    const own = luminance(getComputedStyle(e).color);
    return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
  };
  const all = [...document.querySelectorAll("body *:not(script):not(style)")];
  const out = {
    outside: document.querySelectorAll("[src],[href],link,iframe,object,embed").length + document.scripts.length - 1,
    wide: document.documentElement.scrollWidth > innerWidth ? 1 : 0,
    cut: all.filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1).length,
    pale: all.filter(e => contrast(e) < 4.5).length,
    lanes: document.querySelectorAll("td.name").length,
    hovers: document.querySelectorAll(".deed[title*='{']").length,
  };
  document.documentElement.dataset.probe = Object.entries(out).map(([k, v]) => k + "=" + v).join(" ");
});
</script>"#;

/// The seed's bug: several resources are lost, one of them by a long chain.
fn page(folder: &Path) -> PathBuf {
    let path = folder.join("page.html");
    let output = xtask()
        .args(["upgrade", "old-iisexpress-arm64", "broken-iisexpress-arm64", "--html"])
        .arg(&path)
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(21));
    path
}

fn chromium(program: &Path, arguments: &[String], page: &Path) -> Vec<u8> {
    let profile = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(program);
    command
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--hide-scrollbars",
        ])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()));
    run(&mut command)
}

/// A drawn page, as RGB pixels.
struct Drawn {
    pixels: Vec<[u8; 3]>,
}

impl Drawn {
    fn read(path: &Path) -> Drawn {
        let png = std::fs::read(path).expect("a screenshot");
        let mut room = vec![0; minipng::decode_png_header(&png).expect("a PNG").required_bytes_rgba8bpc()];
        let mut drawn = minipng::decode_png(&png, &mut room).expect("a picture");
        drawn.convert_to_rgba8bpc().expect("room for it");
        Drawn { pixels: drawn.pixels().chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect() }
    }

    fn count(&self, color: [u8; 3]) -> usize {
        self.pixels.iter().filter(|pixel| **pixel == color).count()
    }
}

#[test]
fn it_is_readable_in_light_and_dark_and_nothing_is_cut_off() {
    let Some(program) = tool("chromium") else { return };
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    let page = page(folder.path());
    let probed = folder.path().join("probed.html");
    let text = std::fs::read_to_string(&page).expect("readable");
    std::fs::write(&probed, format!("{text}{PROBE}")).expect("writable");
    for (scheme, ground, bad, good) in [
        (1, [0xff, 0xff, 0xff], [0xcf, 0x22, 0x2e], [0x1a, 0x7f, 0x37]),
        (0, [0x0d, 0x11, 0x17], [0xff, 0x7b, 0x72], [0x3f, 0xb9, 0x50]),
    ] {
        let light = format!("--blink-settings=preferredColorScheme={scheme}");
        for width in [1024, 1600] {
            let size = format!("--window-size={width},1200");
            let shot = folder.path().join(format!("{scheme}-{width}.png"));
            let screenshot = format!("--screenshot={}", shot.display());
            let arguments = [light.clone(), size, screenshot, "--dump-dom".to_owned()];
            let dom = chromium(&program, &arguments, &probed);
            let drawn = Drawn::read(&shot);
            let share = drawn.count(ground) * 100 / drawn.pixels.len();
            assert!(share > 70, "scheme {scheme}: {share} % of the page is ground");
            // the marks of steps that lose something, and of those that write: bars of 3 × 40 pixels and more
            assert!(
                drawn.count(bad) > 1000 && drawn.count(good) > 300,
                "scheme {scheme}: the lanes are not drawn"
            );

            let dom = String::from_utf8_lossy(&dom).into_owned();
            let said = dom.split("data-probe=\"").nth(1).and_then(|rest| rest.split('"').next());
            let said = said.expect("the probe ran");
            assert!(
                said.starts_with("outside=0 wide=0 cut=0 pale=0 lanes=20 hovers="),
                "{scheme} {width}: {said}"
            );
            assert!(!said.ends_with("hovers=0"), "{said}");
        }
    }
}

#[test]
fn it_can_be_printed() {
    let (Some(program), Some(pdftotext)) = (tool("chromium"), tool("pdftotext")) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let page = page(folder.path());
    let pdf = folder.path().join("page.pdf");
    let print = ["--no-pdf-header-footer".to_owned(), format!("--print-to-pdf={}", pdf.display())];
    chromium(&program, &print, &page);
    let text = run(Command::new(pdftotext).arg("-layout").arg(&pdf).arg("-"));
    let text = String::from_utf8_lossy(&text);
    assert_eq!(text.matches("MISSING").count(), 3, "{text}");
    assert_eq!(text.matches("present-new").count(), 14, "{text}");
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!((1..=8).contains(&pages.len()), "{} pages", pages.len());
    for page in &pages {
        assert!(page.contains("afterwards"), "the head of the table is on every page: {page}");
    }
    assert!(!text.contains("Point at a step"), "paper has no hover");
}
