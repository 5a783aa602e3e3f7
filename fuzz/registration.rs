//! The editor of configurations, and what is read from beside them, on any bytes: nothing panics, what is done can be undone
//! to the byte, doing it twice does nothing, and a removal leaves no name of the DLL.
//!
//! A NUL divides the input: what is before it is a record or a journal, what is behind it the configuration.

#![no_main]

use libfuzzer_sys::fuzz_target;
use registration::job::{self, Job, Shared, Verb};
use registration::journal::Journal;
use registration::record::{Machine, Record};
use registration::undo;

fn job(verb: Verb) -> Job {
    Job {
        verb,
        attributes: job::LOCKED | job::EVENT_STREAMS | job::HANDLERS,
        shared: Shared::AsBefore,
        run: "1".into(),
        file: "applicationHost.config".into(),
        module: "AspNetCoreModuleV2".into(),
        image: r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll".into(),
        section: "aspNetCore".into(),
        area: Some(job::Area { name: "ANCM".into(), value: 65536 }),
    }
}

/// Removes the module, as far as the file lets it.
fn remove(config: &[u8], record: Option<&Record>) {
    let remove = job(Verb::Remove);
    let Ok(made) = remove.make(config, record, None) else { return };
    assert!(!remove.names_the_dll(&made.edited.bytes, false), "the DLL is still named");
    // one that cannot be read, and says nothing of the module, is left as it is
    if !made.edited.inverse.is_empty() {
        let back = undo(&made.edited.bytes, &made.edited.inverse).expect("what we wrote is readable");
        assert!(back.bytes == config, "a removal that is taken back");
    }
    let machine = Machine { name: "WEB1".into(), id: String::new() };
    let _ = remove.make(config, record, Some(&machine));
}

fuzz_target!(|bytes: &[u8]| {
    // not in UTF-16, where zeros are everywhere
    let is_wide = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..]);
    let divided = bytes.iter().position(|byte| *byte == 0).filter(|_| !is_wide);
    let (beside, config) = divided.map_or((&[][..], bytes), |at| (&bytes[..at], &bytes[at + 1..]));
    let _ = registration::redirection(config);
    if let Ok(made) = job(Verb::Add).make(config, None, None) {
        let back = undo(&made.edited.bytes, &made.edited.inverse).expect("what we wrote is readable");
        assert!(back.bytes == config, "an installation that is taken back");
        let twice = job(Verb::Add).make(&made.edited.bytes, made.record.as_ref(), None).expect("editable");
        assert!(twice.edited.bytes == made.edited.bytes && twice.record == made.record, "it is done twice");
        let record = made.record.expect("it is kept");
        assert_eq!(Record::parse(&record.to_text()).as_ref(), Some(&record));
        remove(&made.edited.bytes, Some(&record));
    }
    remove(config, None);
    if let Ok(beside) = std::str::from_utf8(beside) {
        if let Some(record) = Record::parse(beside) {
            remove(config, Some(&record));
        }
        if let Some(journal) = Journal::parse(beside) {
            assert_eq!(Journal::parse(&journal.to_text()).as_ref(), Some(&journal));
            let _ = journal.take_back(config);
        }
    }
});
