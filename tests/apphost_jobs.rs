//! What the jobs of an installation make of configurations, of the record and of the journal beside them.

use ancm_installer::apphost;
use ancm_installer::apphost::job::{self, Job, Shared, Stays, Verb};
use ancm_installer::apphost::journal::{Fingerprint, Journal};
use ancm_installer::apphost::record::{Machine as Sharer, Record};
use std::collections::BTreeMap;

const CONFIGURATIONS: [&str; 4] = [
    include_str!("apphost/bare.config"),
    include_str!("apphost/express.config"),
    include_str!("apphost/iis10.config"),
    include_str!("apphost/iis75.config"),
];

const RUN: &str = "00112233445566778899aabbccddeeff";

fn job(verb: Verb, attributes: u32) -> Job {
    Job {
        verb,
        attributes,
        shared: Shared::AsBefore,
        run: RUN.to_owned(),
        file: r"C:\Windows\System32\inetsrv\config\applicationHost.config".to_owned(),
        module: "AspNetCoreModuleV2".to_owned(),
        image: r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll".to_owned(),
        section: "aspNetCore".to_owned(),
        area: Some(job::Area { name: "ANCM".to_owned(), value: 65536 }),
    }
}

/// HttpPlatformHandler v2, which has use for some of the same.
fn handler(verb: Verb, attributes: u32) -> Job {
    Job {
        module: "httpPlatformHandler".to_owned(),
        image: r"%ProgramFiles%\IIS\HttpPlatformHandler Module\V2\httpplatformhandlerv2.dll".to_owned(),
        section: "httpPlatform".to_owned(),
        area: Some(job::Area { name: "HTTP_PLATFORM".to_owned(), value: 65536 }),
        ..job(verb, attributes)
    }
}

const ALL: u32 = job::LOCKED | job::EVENT_STREAMS | job::HANDLERS;

#[test]
fn jobs_records_and_journals_are_read_as_they_were_written() {
    let odd = Job {
        file: "C:\\new\\tab\ttab\nline".to_owned(),
        shared: Shared::MayBeLeft,
        ..job(Verb::Remove, 47)
    };
    let plain = job(Verb::Add, 0);
    let text = job::to_text(&[&odd, &plain]);
    assert_eq!(job::parse(&text), Some(vec![odd.clone(), plain]));
    assert_eq!(job::parse(""), Some(vec![]));
    for damaged in
        ["add", &text.replace("remove", "drop"), &text.replace("47", "-1"), &text.replace(r"\t", r"\x")]
    {
        assert_eq!(job::parse(damaged), None, "{damaged}");
    }

    let made = job(Verb::Add, ALL).make(CONFIGURATIONS[2].as_bytes(), None, Some(&web(1))).expect("editable");
    let record = made.record.expect("it is kept");
    assert_eq!(Record::parse(&record.to_text()), Some(record.clone()));
    for damaged in ["", "registration 3\tnew\n", "registration 2\tperhaps\n", "registration 2\tnew\nno steps"]
    {
        assert_eq!(Record::parse(damaged), None, "{damaged}");
    }
    for before in [None, Some(record.to_text())] {
        let journal = Journal {
            run: RUN.to_owned(),
            before: Fingerprint::of(CONFIGURATIONS[2].as_bytes()),
            inverse: made.edited.inverse.clone(),
            record: before,
        };
        assert_eq!(Journal::parse(&journal.to_text()), Some(journal));
    }
    assert_eq!(Journal::parse("something else"), None);
}

#[test]
fn what_was_added_is_taken_out_and_nothing_else() {
    for config in CONFIGURATIONS {
        for attributes in [0, job::LOCKED, ALL] {
            let added = job(Verb::Add, attributes).make(config.as_bytes(), None, None).expect("editable");
            let again = job(Verb::Add, attributes)
                .make(&added.edited.bytes, added.record.as_ref(), None)
                .expect("editable");
            assert_eq!(again.edited.bytes, added.edited.bytes, "registered once");
            assert_eq!(again.record, added.record);
            let removed = job(Verb::Remove, attributes)
                .make(&added.edited.bytes, again.record.as_ref(), None)
                .expect("editable");
            assert_eq!(String::from_utf8(removed.edited.bytes.clone()).expect("UTF-8"), config);
            assert_eq!(removed.record, None);
            let back = apphost::undo(&removed.edited.bytes, &removed.edited.inverse).expect("readable");
            assert_eq!(back.bytes, added.edited.bytes, "a removal that fails is taken back");
        }
    }
}

/// The machine's configuration and the records beside it.
struct Server {
    config: String,
    records: BTreeMap<String, Record>,
}

impl Server {
    fn does(&mut self, job: &Job) {
        let others: Vec<job::Beside> = self.records.clone().into_iter().collect();
        let own = self.records.get(&job.module);
        let made = job.make_beside(self.config.as_bytes(), own, None, &others).expect("editable");
        self.records.remove(&job.module);
        self.records.extend(made.record.map(|record| (job.module.clone(), record)));
        self.records.extend(made.heirs);
        self.config = String::from_utf8(made.edited.bytes).expect("UTF-8");
        for record in self.records.values() {
            assert_eq!(Record::parse(&record.to_text()).as_ref(), Some(record));
        }
    }
}

/// The rule for event streams, and that sites may set `handlers`, stay as long as one of both modules does, and go with the
/// last one, whoever brought them. Areas of tracing are each one's own.
#[test]
fn what_two_modules_have_use_for_goes_with_the_last_of_them() {
    let modules: [fn(Verb, u32) -> Job; 2] = [job, handler];
    for config in CONFIGURATIONS {
        let brings = |config: &str| config.contains("text/event-stream");
        let alone = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable").edited.bytes;
        let alone = String::from_utf8(alone).expect("UTF-8");
        let (has_rules, has_areas) = (brings(&alone), alone.contains("\"ANCM\""));
        for (first, second) in [(0, 1), (1, 0)] {
            for goes in [first, second] {
                let mut machine = Server { config: config.to_owned(), records: BTreeMap::new() };
                machine.does(&modules[first](Verb::Add, ALL));
                machine.does(&modules[second](Verb::Add, ALL));
                machine.does(&modules[first](Verb::Add, ALL));
                let stays = 1 - goes;
                machine.does(&modules[goes](Verb::Remove, ALL));
                assert_eq!(brings(&machine.config), has_rules, "{}", machine.config);
                let names = [("\"ANCM\"", 0), ("\"HTTP_PLATFORM\"", 1)];
                for (area, whose) in names {
                    let is_there = machine.config.contains(area);
                    assert_eq!(is_there, has_areas && whose == stays, "{}", machine.config);
                }
                // back again, and both away in the other order
                machine.does(&modules[goes](Verb::Add, ALL));
                machine.does(&modules[stays](Verb::Remove, ALL));
                assert_eq!(brings(&machine.config), has_rules);
                machine.does(&modules[goes](Verb::Remove, ALL));
                // what the first one had to make around its entries stays, empty, where the second one used it
                let is_whole = alone.matches("<modules").count() == config.matches("<modules").count()
                    && alone.matches("WWW Server").count() == config.matches("WWW Server").count();
                assert!(machine.config == config || !is_whole, "{}", machine.config);
                assert!(machine.records.is_empty());
            }
        }
        // a removal that was taken back after the record of the other one was written leaves two owners
        for goes in [0, 1] {
            let mut machine = Server { config: config.to_owned(), records: BTreeMap::new() };
            machine.does(&job(Verb::Add, ALL));
            machine.does(&handler(Verb::Add, ALL));
            let others: Vec<job::Beside> = machine.records.clone().into_iter().collect();
            let own = machine.records.get("AspNetCoreModuleV2");
            let made = job(Verb::Remove, ALL).make_beside(machine.config.as_bytes(), own, None, &others);
            machine.records.extend(made.expect("editable").heirs);
            machine.does(&modules[goes](Verb::Remove, ALL));
            assert_eq!(brings(&machine.config), has_rules, "{}", machine.config);
            machine.does(&modules[1 - goes](Verb::Remove, ALL));
            assert!(!brings(&machine.config) || config.contains("text/event-stream"), "{}", machine.config);
        }
        // one that has no use for it inherits nothing, and one that is no longer registered neither
        for (attributes, unregistered) in [(job::LOCKED, false), (ALL, true)] {
            let mut machine = Server { config: config.to_owned(), records: BTreeMap::new() };
            machine.does(&job(Verb::Add, ALL));
            machine.does(&handler(Verb::Add, attributes));
            if unregistered {
                machine.config = machine.config.replace("\"httpPlatformHandler\"", "\"other\"");
            }
            machine.does(&job(Verb::Remove, ALL));
            assert!(!brings(&machine.config), "{}", machine.config);
        }
        // one that another installer has brought since has no record, and needs it all the same
        let mut machine = Server { config: config.to_owned(), records: BTreeMap::new() };
        machine.does(&job(Verb::Add, ALL));
        machine.does(&handler(Verb::Add, ALL));
        machine.records.remove("httpPlatformHandler");
        machine.does(&job(Verb::Remove, ALL));
        assert_eq!(brings(&machine.config), has_rules, "{}", machine.config);
    }
}

/// What the custom action of an older package leaves when it goes: no module, no section, and nothing of what was set in it.
#[test]
fn what_an_older_package_has_taken_out_of_its_section_stays_out_and_what_is_set_later_stays_in() {
    let config = CONFIGURATIONS[2];
    let added = handler(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable");
    let text = String::from_utf8(added.edited.bytes).expect("UTF-8");
    let declaration = r#"<section name="httpPlatform" overrideModeDefault="Allow" />"#;
    assert!(text.contains(declaration) && !text.contains("<httpPlatform"), "sites may set it again\n{text}");
    let set = text.replace("</configuration>", "<location path='s'><system.webServer><httpPlatform processPath='x' /></system.webServer></location></configuration>");
    let removed = handler(Verb::Remove, ALL).make(set.as_bytes(), added.record.as_ref(), None);
    let left = String::from_utf8(removed.expect("editable").edited.bytes).expect("UTF-8");
    assert!(left.contains("processPath='x'") && left.contains(r#"<section name="httpPlatform""#), "{left}");
    assert!(!left.contains("httpPlatformHandler"), "{left}");
}

#[test]
fn who_takes_over_from_another_installer_leaves_nothing_of_it_either() {
    let config = CONFIGURATIONS[2];
    let theirs = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable").edited.bytes;
    let ours = job(Verb::Add, ALL).make(&theirs, None, None).expect("editable");
    assert_eq!(ours.edited.bytes, theirs);
    assert!(ours.record.as_ref().expect("kept").adopted);
    let left =
        job(Verb::Remove, ALL).make(&theirs, ours.record.as_ref(), None).expect("editable").edited.bytes;
    let left = String::from_utf8(left).expect("UTF-8");
    assert!(
        !left.contains("AspNetCoreModuleV2") && !left.contains("aspNetCore\"") && !left.contains("ANCM"),
        "{left}"
    );
    assert!(left.contains("text/event-stream"), "as Microsoft's removal leaves it");
}

/// Microsoft's HttpPlatformHandler 1.2, which Visual Studio 2015 wrote into configurations of IIS Express, has the names of v2.
#[test]
fn an_entry_of_the_same_name_for_another_dll_is_corrected() {
    let theirs = r"C:\Program Files (x86)\Microsoft Web Tools\HttpPlatformHandler\HttpPlatformHandler.dll";
    let image = r"%IIS_BIN%\HttpPlatformHandler Module\V2\httpplatformhandlerv2.dll";
    let of = |verb| Job { image: image.to_owned(), ..handler(verb, ALL) };
    let entry = format!("<add name='httpPlatformHandler' image='{theirs}'/></globalModules>");
    let config = CONFIGURATIONS[1]
        .replace("</globalModules>", &entry)
        .replace("</modules>", "<add name='httpPlatformHandler'/></modules>");
    let made = of(Verb::Add).make(config.as_bytes(), None, None).expect("editable");
    let text = String::from_utf8(made.edited.bytes.clone()).expect("UTF-8");
    assert!(text.contains(image) && !text.contains(theirs), "{text}");
    assert_eq!(text.matches("name='httpPlatformHandler'").count(), 2, "one in each list\n{text}");
    // an installation that fails gives it back, and a removal leaves no entry for a DLL that nobody may have any more
    let back = apphost::undo(&made.edited.bytes, &made.edited.inverse).expect("readable").bytes;
    assert_eq!(String::from_utf8(back).expect("UTF-8"), config);
    let removed = of(Verb::Remove).make(&made.edited.bytes, made.record.as_ref(), None).expect("editable");
    assert!(!String::from_utf8(removed.edited.bytes).expect("UTF-8").contains("httpPlatformHandler"));
}

#[test]
fn a_journal_takes_back_all_edits_of_an_installation() {
    let config = CONFIGURATIONS[1].as_bytes();
    let added = job(Verb::Add, ALL).make(config, None, None).expect("editable");
    let removed = job(Verb::Remove, ALL).make(&added.edited.bytes, None, None).expect("editable");
    assert_ne!(removed.edited.bytes, config, "without a record, what others had goes too");
    let before = Fingerprint::of(config);
    let journal = Journal { run: RUN.to_owned(), before, inverse: added.edited.inverse, record: None };
    let journal = journal.and_then(removed.edited.inverse);
    assert_eq!(journal.take_back(&removed.edited.bytes).expect("readable").bytes, config);
}

#[test]
fn a_shared_configuration_stays_registered_while_another_machine_is_in_it() {
    let config = CONFIGURATIONS[2].as_bytes();
    let first = job(Verb::Add, ALL).make(config, None, Some(&web(1))).expect("editable");
    let second = job(Verb::Add, ALL)
        .make(&first.edited.bytes, first.record.as_ref(), Some(&web(2)))
        .expect("editable");
    assert_eq!(second.edited.bytes, first.edited.bytes);
    let one_goes = job(Verb::Remove, ALL)
        .make(&second.edited.bytes, second.record.as_ref(), Some(&web(1)))
        .expect("editable");
    assert_eq!(one_goes.edited.bytes, first.edited.bytes);
    assert_eq!(one_goes.record.as_ref().expect("kept").machines, [web(2)]);
    let both_gone = job(Verb::Remove, ALL)
        .make(&one_goes.edited.bytes, one_goes.record.as_ref(), Some(&web(2)))
        .expect("editable");
    assert_eq!(both_gone.edited.bytes, config);
    assert_eq!(both_gone.record, None);
}

#[test]
fn a_broken_file_that_does_not_name_the_module_keeps_nobody_from_removing_it() {
    let broken = b"<configuration><globalModules>";
    assert_eq!(job(Verb::Remove, ALL).make(broken, None, None).expect("nothing to do").edited.bytes, broken);
    job(Verb::Add, ALL).make(broken, None, None).expect_err("malformed");
    let named = b"<configuration><add name=\"AspNetCoreModuleV2\" />";
    job(Verb::Remove, ALL).make(named, None, None).expect_err("it would stay registered without its DLL");
}

/// A machine of a farm.
fn web(number: u8) -> Sharer {
    Sharer { name: format!("WEB{number}"), id: format!("00000000-0000-4000-8000-00000000000{number}") }
}

/// What stays of a removal on `machine` in a shared configuration.
fn stays(config: &[u8], record: Option<&Record>, machine: &Sharer) -> Option<Stays> {
    let removed = job(Verb::Remove, ALL).make(config, record, Some(machine)).expect("editable");
    assert_eq!(removed.stays.is_some(), removed.edited.bytes == config, "nothing is half removed");
    removed.stays
}

#[test]
fn a_removal_that_cannot_know_who_needs_a_shared_entry_leaves_it() {
    let config = CONFIGURATIONS[2].as_bytes();
    // installed first and shared later: the record beside the share is missing, or is one of a single machine
    let alone = job(Verb::Add, ALL).make(config, None, None).expect("editable");
    assert_eq!(stays(&alone.edited.bytes, None, &web(1)), Some(Stays::Unknown));
    assert_eq!(stays(&alone.edited.bytes, alone.record.as_ref(), &web(1)), Some(Stays::Unknown));
    // registered by another installer on the other machines
    let taken = job(Verb::Add, ALL).make(&alone.edited.bytes, None, Some(&web(1))).expect("editable");
    assert_eq!(stays(&taken.edited.bytes, taken.record.as_ref(), &web(1)), Some(Stays::Unknown));
    // nothing there, nothing to leave
    assert_eq!(job(Verb::Remove, ALL).make(config, None, Some(&web(1))).expect("editable").stays, None);
}

#[test]
fn a_renamed_machine_does_not_keep_a_shared_entry_forever() {
    let config = CONFIGURATIONS[2].as_bytes();
    let first = job(Verb::Add, ALL).make(config, None, Some(&web(1))).expect("editable");
    let renamed = Sharer { name: "SHOP1".into(), ..web(1) };
    assert_eq!(stays(&first.edited.bytes, first.record.as_ref(), &renamed), None);
    let repaired = job(Verb::Add, ALL)
        .make(&first.edited.bytes, first.record.as_ref(), Some(&renamed))
        .expect("editable");
    assert_eq!(repaired.record.expect("kept").machines, [renamed]);
    // a copy of the machine has a name and an identity of its own
    assert_eq!(
        stays(&first.edited.bytes, first.record.as_ref(), &web(2)),
        Some(Stays::For(vec!["WEB1".to_owned()]))
    );
}

#[test]
fn what_was_never_done_is_not_taken_back() {
    for config in CONFIGURATIONS {
        let added = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable");
        let removed =
            job(Verb::Remove, ALL).make(&added.edited.bytes, added.record.as_ref(), None).expect("editable");
        for (before, made) in [(config.as_bytes(), &added), (&added.edited.bytes, &removed)] {
            let journal = Journal {
                run: RUN.to_owned(),
                before: Fingerprint::of(before),
                inverse: made.edited.inverse.clone(),
                record: None,
            };
            // the process ended between the journal and the file
            assert_eq!(journal.take_back(before).expect("readable").bytes, before);
            // and then somebody else wrote to the file: each step finds that its change is not there
            let text = String::from_utf8(before.to_vec()).expect("UTF-8");
            let theirs = text.replacen("<globalModules", "<!-- theirs --><globalModules", 1);
            let taken_back = journal.take_back(theirs.as_bytes()).expect("readable").bytes;
            assert_eq!(String::from_utf8(taken_back).expect("UTF-8"), theirs);
        }
    }
}

#[test]
fn records_and_journals_name_no_path_and_reach_no_other_section() {
    let made = job(Verb::Add, ALL).make(CONFIGURATIONS[2].as_bytes(), None, None).expect("editable");
    let record = made.record.expect("kept").to_text();
    assert!(Record::parse(&record).is_some());
    for (old, new) in [
        ("globalModules", "applicationPools"),
        ("overrideModeDefault", "path"),
        ("set\t", "insert\t"),
        ("configuration\u{1F}", "other\u{1F}"),
    ] {
        assert!(record.contains(old), "{old}\n{record}");
        assert_eq!(Record::parse(&record.replace(old, new)), None, "{new}");
    }
    let removed = job(Verb::Remove, ALL).make(&made.edited.bytes, None, None).expect("editable");
    let before = Fingerprint::of(&made.edited.bytes);
    let journal =
        Journal { run: RUN.to_owned(), before, inverse: removed.edited.inverse, record: None }.to_text();
    assert!(journal.contains("insert\t") && Journal::parse(&journal).is_some());
    assert_eq!(Journal::parse(&journal.replace("<add name", "<site name")), None);
    assert_eq!(Journal::parse(&journal.replace("globalModules", "applicationPools")), None);
}

/// `config` with the module, and what a removal makes of a text that came from it.
fn registered(config: &str) -> (String, impl Fn(&str) -> String) {
    let added = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable");
    let text = String::from_utf8(added.edited.bytes).expect("UTF-8");
    let gone = move |text: &str| {
        let made =
            job(Verb::Remove, ALL).make(text.as_bytes(), added.record.as_ref(), None).expect("editable");
        String::from_utf8(made.edited.bytes).expect("UTF-8")
    };
    (text, gone)
}

#[test]
fn handlers_are_locked_again_only_if_nobody_came_to_rely_on_them() {
    let config = CONFIGURATIONS[2];
    let denied = r#"<section name="handlers" overrideModeDefault="Deny""#;
    assert!(config.contains(denied));
    let (text, gone) = registered(config);
    assert!(gone(&text).contains(denied));
    let other = r#"<add name="httpPlatformHandler" image="%windir%\hph.dll" /></globalModules>"#;
    let with_module = gone(&text.replacen("</globalModules>", other, 1));
    assert!(!with_module.contains(denied) && !with_module.contains("AspNetCoreModuleV2"), "{with_module}");
    let site =
        r#"<location path="s"><system.webServer><handlers /></system.webServer></location></configuration>"#;
    let with_site = gone(&text.replacen("</configuration>", site, 1));
    assert!(!with_site.contains(denied) && !with_site.contains("AspNetCoreModuleV2"), "{with_site}");
}

#[test]
fn what_was_deleted_or_quoted_anew_by_hand_keeps_nothing_else_from_going() {
    let config = CONFIGURATIONS[2];
    let (text, gone) = registered(config);
    // both entries of the module, so that its name is nowhere in the file
    let ours = |line: &&str| !line.contains("AspNetCoreModuleV2");
    let deleted: Vec<&str> = text.split_inclusive('\n').filter(ours).collect();
    assert_eq!(gone(&deleted.concat()), config);
    // what a tool makes of quotes
    let quoted = text.replace(
        r#"<section name="handlers" overrideModeDefault="Allow""#,
        "<section name='handlers' overrideModeDefault='Allow'",
    );
    let quoted = quoted.replace(r#"<add name="AspNetCoreModuleV2" />"#, "<add name='AspNetCoreModuleV2' />");
    let expected = config.replace(
        r#"<section name="handlers" overrideModeDefault="Deny""#,
        "<section name='handlers' overrideModeDefault='Deny'",
    );
    assert_ne!(quoted, text);
    assert_eq!(gone(&quoted), expected);
}

#[test]
fn a_removal_leaves_no_name_of_a_dll_that_is_gone() {
    let image = r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll";
    let other =
        format!(r#"<globalModules><add name="aspnetcoremodulev2" image="{}" />"#, image.to_uppercase());
    let config = CONFIGURATIONS[2].replacen("<globalModules>", &other, 1);
    let remove = job(Verb::Remove, ALL);
    assert!(remove.names_the_dll(config.as_bytes(), false));
    let made = remove.make(config.as_bytes(), None, None).expect("editable");
    assert!(!remove.names_the_dll(&made.edited.bytes, false));
    // and where it cannot know, it says so
    assert!(!remove.names_the_dll(b"<configuration><broken>", true));
    assert!(remove.names_the_dll(b"<configuration><broken>AspNetCoreModuleV2", false));
    let hidden =
        CONFIGURATIONS[2].replacen("<globalModules>", "<globalModules configProtectionProvider=\"P\">", 1);
    assert!(remove.names_the_dll(hidden.as_bytes(), true) && !remove.names_the_dll(hidden.as_bytes(), false));
}
