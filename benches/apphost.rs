//! How long a registration and its undoing take in a configuration of 5 MB with 2,000 locations: below 50 ms each.

use ancm_installer::apphost::{Change, edit, undo};
use std::time::{Duration, Instant};

fn configuration() -> String {
    let small = include_str!("../tests/apphost/iis10.config");
    let rule = "                    <add name=\"rule\" path=\"*.aspx\" verb=\"GET,HEAD,POST\" value=\"a &amp; b\" />\r\n";
    let mut locations = String::new();
    for site in 0..2000 {
        locations += &format!(
            "    <location path=\"Site {site}\">\r\n        <system.webServer>\r\n            <handlers>\r\n\
             {}            </handlers>\r\n        </system.webServer>\r\n    </location>\r\n",
            rule.repeat(27)
        );
    }
    small.replacen("    <location path=\"\"", &(locations + "    <location path=\"\""), 1)
}

fn main() {
    let file = configuration();
    let changes = [
        Change::HandlersUnlocked,
        Change::GlobalModule { name: "AspNetCoreModuleV2".into(), image: r"C:\aspnetcorev2.dll".into() },
        Change::RootModule { name: "AspNetCoreModuleV2".into(), locked: false },
        Change::Section { name: "aspNetCore".into() },
    ];
    let mut times: Vec<(Duration, Duration)> = (0..21)
        .map(|_| {
            let start = Instant::now();
            let made = edit(file.as_bytes(), &changes).expect("editable");
            let edited = start.elapsed();
            let start = Instant::now();
            let back = undo(&made.bytes, &made.inverse).expect("readable");
            assert!(back.bytes == file.as_bytes());
            (edited, start.elapsed())
        })
        .collect();
    times.sort();
    let (edited, undone) = times[times.len() / 2];
    println!("{} bytes: edit {edited:?}, undo {undone:?} (median of {})", file.len(), times.len());
    assert!(edited < Duration::from_millis(50), "slower than promised");
}
