//! A Windows of one's own for a test: a fresh Wine prefix, ended and removed with it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

/// A Wine prefix in a temporary folder.
pub struct Wine {
    prefix: tempfile::TempDir,
    /// What its programs are started by: `setarch`, `taskset`, `setpriv`, or nothing.
    starter: Vec<String>,
}

/// Debian keeps the 64-bit loader outside the PATH; its `wine` script insists on the 32-bit one.
fn loader() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/wine/wine64");
    if debian.is_file() { Some(debian.to_owned()) } else { super::tool("wine64") }
}

/// What `setpriv` takes from root, so that the permissions of files mean something.
const NO_OVERRIDE: &str = "-dac_override,-dac_read_search";

/// What starts programs on one processor, another with each call; nothing where that cannot be had. A program under Wine and
/// Wine's server wait for each other at every call: from one processor to another, in a virtual machine, waking costs more
/// than the call (ten `reg query`: 0.22 s of processor time on two, 0.11 s on one).
fn on_one_processor() -> Vec<String> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let processors: Vec<usize> = allowed
        .into_iter()
        .flat_map(|list| list.trim().split(','))
        .filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some(first.parse().ok()?..=last.parse().ok()?)
        })
        .flatten()
        .collect();
    if processors.is_empty() || which::which_global("taskset").is_err() {
        return Vec::new();
    }
    let one = processors[NEXT.fetch_add(1, Ordering::Relaxed) % processors.len()];
    ["taskset", "--cpu-list", &one.to_string()].map(str::to_owned).into()
}

/// What starts programs without random addresses; nothing where that cannot be had. Wine ends at once, with 1 and without a
/// word, where the page at 0x7ffe0000 is taken that every Windows process shares with the system. Wine's loader has its place
/// below it, and Linux lays the heap up to 1 GiB above a program (`arch_randomize_brk`): once in some thousands of programs it
/// is there.
fn at_fixed_addresses() -> &'static [String] {
    static STARTER: LazyLock<Vec<String>> = LazyLock::new(|| {
        let words = ["setarch", "--addr-no-randomize"];
        let tried = Command::new(words[0]).args([words[1], "true"]).stderr(Stdio::null()).status();
        // a container may forbid it
        if tried.is_ok_and(|status| status.success()) { words.map(str::to_owned).into() } else { Vec::new() }
    });
    &STARTER
}

fn command(program: &Path, prefix: &Path, starter: &[String]) -> Command {
    let mut words = starter.iter().map(OsStr::new).chain([program.as_os_str()]);
    let mut command = Command::new(words.next().expect("the program at least"));
    command
        .args(words)
        .env("WINEPREFIX", prefix)
        .env("WINEDEBUG", "-all")
        .env("WINEDLLOVERRIDES", "mscoree=;mshtml=;winemenubuilder.exe=")
        // file names and arguments in any script
        .env("LC_ALL", "C.UTF-8")
        .env_remove("DISPLAY")
        .stdin(Stdio::null());
    command
}

/// How long a program may run. The longest ones take two minutes of processor time, and have a tenth of a busy machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Runs to the end or to the limit; a program that hangs fails the test instead of hanging it.
pub fn bounded(command: &mut Command) -> Output {
    let shown = format!("{command:?}");
    // files, not pipes: a server that Wine leaves behind would keep a pipe open
    let mut out = tempfile::tempfile().expect("a temporary file");
    let mut err = tempfile::tempfile().expect("a temporary file");
    command
        .stdout(out.try_clone().expect("a second handle"))
        .stderr(err.try_clone().expect("a second handle"));
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{shown}: {e}"));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("a child of ours");
            panic!("{shown}: did not end within {LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let read = |file: &mut std::fs::File| {
        use std::io::{Read, Seek};
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("readable");
        bytes
    };
    Output { status, stdout: read(&mut out), stderr: read(&mut err) }
}

/// How often a program is started that Wine did not get to run.
const STARTS: usize = 3;

/// What `run` gives, and how often it ran; where Wine ended before the program began, it is run again. What fails every time
/// is a failure like any other.
pub fn again<T>(never_began: impl Fn(&T) -> bool, mut run: impl FnMut() -> T) -> (T, usize) {
    let mut outcome = run();
    let mut starts = 1;
    while starts < STARTS && never_began(&outcome) {
        outcome = run();
        starts += 1;
    }
    (outcome, starts)
}

/// Whether a program that says why it fails did not begin: it ended with 1, and said nothing.
pub fn never_began(output: &Output) -> bool {
    output.status.code() == Some(1) && output.stdout.is_empty() && output.stderr.is_empty()
}

/// Runs a program that says why it fails, as [`bounded`] does, and again where it did not begin.
pub fn bounded_again(what: &str, mut command: Command) -> Output {
    told_again(what, never_began, || bounded(&mut command))
}

/// The same as [`again`], telling of further starts, which `cargo xtask test` counts.
fn told_again<T>(what: &str, never_began: impl Fn(&T) -> bool, run: impl FnMut() -> T) -> T {
    let (outcome, starts) = again(never_began, run);
    if starts > 1 {
        println!("retried: {what} did not begin at once; {starts} starts of at most {STARTS}");
    }
    outcome
}

/// Copies a folder; symbolic links (Wine's `dosdevices`) stay links. Wine's own DLLs, some 700 MB that nothing writes
/// to, become hard links.
#[cfg(unix)]
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, target)?;
        } else if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if !target.components().any(|part| part.as_os_str() == "windows")
            || std::fs::hard_link(entry.path(), &target).is_err()
        {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

impl Wine {
    /// A fresh prefix; prints why and gives nothing where Wine is absent. All are copies of one template below
    /// `target/tmp`, which takes some ten seconds to make when it is missing.
    #[cfg(unix)]
    pub fn new() -> Option<Wine> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        loader()?;
        let template = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wine-template");
        let guard = ONE_AT_A_TIME.lock();
        if !template.is_dir() {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
            let wine = Wine { prefix: folder, starter: at_fixed_addresses().to_vec() };
            let made = told_again(
                "wineboot",
                |output: &Output| !output.status.success(),
                || wine.run(&["wineboot", "-i"]),
            );
            assert!(made.status.success(), "wineboot: {}", String::from_utf8_lossy(&made.stderr));
            wine.server("-w");
            // another test binary may have been faster; its template is as good
            let _ = std::fs::rename(wine.prefix.path(), &template);
        }
        drop(guard);
        let prefix = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        copy(&template, prefix.path()).expect("room for a Wine prefix");
        let starter = [at_fixed_addresses(), &on_one_processor()].concat();
        let wine = Wine { prefix, starter };
        // or it ends three seconds after a program, and the next one may find it half gone
        wine.server("-p60");
        Some(wine)
    }

    /// From now on, files that their permissions protect cannot be written, even where the tests run as root. Prints why
    /// and gives nothing where that cannot be had.
    #[cfg(unix)]
    pub fn without_privileges(mut self) -> Option<Wine> {
        // whatever a user other than root does is held to permissions anyhow
        if std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(self.prefix.path()).expect("ours")) == 0 {
            super::tool("setpriv")?;
            // the server opens the files, and it must start under the same limits
            self.server("-k");
            self.server("-w");
            let setpriv = ["setpriv", "--bounding-set", NO_OVERRIDE, "--inh-caps", NO_OVERRIDE];
            self.starter.extend(setpriv.map(str::to_owned));
        }
        Some(self)
    }

    /// Wine runs on Unix only.
    #[cfg(not(unix))]
    pub fn without_privileges(self) -> Option<Wine> {
        None
    }

    /// Wine runs on Unix only.
    #[cfg(not(unix))]
    pub fn new() -> Option<Wine> {
        super::skip("Wine runs on Unix only");
        None
    }

    /// The folder that is `C:\`.
    pub fn drive_c(&self) -> PathBuf {
        self.prefix.path().join("drive_c")
    }

    /// Runs a Windows program with arguments.
    pub fn run(&self, arguments: &[&str]) -> Output {
        bounded(&mut self.command(arguments))
    }

    /// The same for a program that says something: where it says nothing and fails, it did not begin, and is run again.
    pub fn run_again(&self, what: &str, arguments: &[&str]) -> Output {
        let never_began = |output: &Output| !output.status.success() && output.stdout.is_empty();
        told_again(what, never_began, || self.run(arguments))
    }

    /// What runs a Windows program with arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let loader = loader().expect("looked for when the prefix was made");
        let mut command = command(&loader, self.prefix.path(), &self.starter);
        // by its name alone, Wine would have another program look for it and start it, at twice the cost
        let own = format!("windows/system32/{}.exe", arguments[0]);
        if self.drive_c().join(&own).is_file() {
            command.arg(format!(r"C:\{own}").replace('/', r"\"));
        } else {
            command.arg(arguments[0]);
        }
        command.args(&arguments[1..]);
        command
    }

    /// `msiexec` with arguments, silently and with a verbose log; gives the exit code and the log.
    pub fn msiexec(&self, arguments: &[&str]) -> (i32, String) {
        told_again(
            "msiexec",
            |(code, log): &(i32, String)| *code == 1 && log.is_empty(),
            || self.msiexec_once(arguments),
        )
    }

    fn msiexec_once(&self, arguments: &[&str]) -> (i32, String) {
        let log = self.prefix.path().join("drive_c/msiexec.log");
        let _ = std::fs::remove_file(&log);
        let mut all = vec!["msiexec"];
        all.extend(arguments);
        all.extend(["/qn", "/l*v", r"C:\msiexec.log"]);
        let output = self.run(&all);
        let text = std::fs::read(&log).unwrap_or_default();
        let wide: Vec<u16> = text.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
        let log = if text.starts_with(&[0xFF, 0xFE]) {
            String::from_utf16_lossy(&wide)
        } else {
            String::from_utf8_lossy(&text).into_owned()
        };
        let code = output.status.code().unwrap_or(-1);
        if !log.is_empty() {
            explained(code, &log);
        }
        (code, log)
    }

    /// Every value at and below `key` in the view of 64-bit programs: `KEY\NAME` and the data as `reg query` shows it.
    /// Empty where there is no such key.
    pub fn registry_values(&self, key: &str) -> BTreeMap<String, String> {
        let output = self.run_again("reg", &["reg", "query", key, "/s", "/reg:64"]);
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(!said.is_empty(), "{key}: ended without a word ({}): {complaint}", output.status);
        // it fails where there is no such key
        let text = if output.status.success() { said.as_ref() } else { "" };
        let mut values = BTreeMap::new();
        let mut at = "";
        for line in text.lines() {
            let mut parts = line.trim_start().splitn(3, "    ");
            match (line.starts_with("    "), parts.next(), parts.next(), parts.next()) {
                (true, Some(name), Some(_), data) => {
                    values.insert(format!(r"{at}\{name}"), data.unwrap_or("").to_owned());
                }
                (false, Some(key), _, _) if !key.is_empty() => at = line,
                _ => {}
            }
        }
        values
    }

    /// Writes a string or, for digits after `dword:`, a number to the 64-bit view of the registry.
    pub fn set_registry(&self, key: &str, name: &str, value: &str) {
        let (kind, data) =
            value.strip_prefix("dword:").map_or(("REG_SZ", value), |number| ("REG_DWORD", number));
        let output =
            self.run_again("reg", &["reg", "add", key, "/v", name, "/t", kind, "/d", data, "/f", "/reg:64"]);
        assert!(output.status.success(), "reg add {key}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn server(&self, flag: &str) {
        for program in ["/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver", "wineserver"] {
            if program.starts_with('/') && !Path::new(program).is_file() {
                continue;
            }
            let mut command = command(Path::new(program), self.prefix.path(), &self.starter);
            command.arg(flag);
            bounded(&mut command);
            return;
        }
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.server("-k");
        self.server("-w");
    }
}

/// Holds what `explain` says of a log by Wine against how msiexec ended: it says why where it failed, and names no cause where
/// it did not. How many lines it knows is no measure here: what actions work on stands bare in these logs, where Windows has
/// the action's name before it.
fn explained(code: i32, log: &str) {
    let story = ancm_installer::explain::read(log.as_bytes()).expect("nothing fails in memory");
    let causes: Vec<_> = story.findings.iter().filter(|finding| finding.is_cause).collect();
    assert_eq!(causes.is_empty(), code == 0, "msiexec ended with {code}: {causes:#?}\n{log}");
}
