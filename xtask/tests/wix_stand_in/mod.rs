//! A stand-in for `wix`, which cannot be had here: a script that says a version, notes its arguments, and answers as a
//! test wants it.

use crate::script::script;
use std::path::PathBuf;
use tempfile::TempDir;

/// A `wix` in a folder of its own.
pub struct StandIn(TempDir);

impl StandIn {
    /// One that says `version` and does `build` when it is to build; that may use `$out`, the value of `-o`.
    pub fn new(version: &str, build: &str) -> StandIn {
        let stand_in = StandIn(tempfile::tempdir().expect("a temporary folder"));
        let text = format!(
            "[ \"$1\" = --version ] && {{ echo {version}+0123abc; exit; }}
            printf '%s\\n' \"$@\" > '{}'
            before=
            for word; do [ \"$before\" = -o ] && out=$word; before=$word; done
            {build}",
            stand_in.path("arguments").display()
        );
        script(&stand_in.program(), &text);
        stand_in
    }

    /// One that hands over to the embedded engine, at another time, and then does `more`. What WiX alone knows is taken
    /// out first.
    pub fn embedded(version: &str, more: &str) -> StandIn {
        let build = format!(
            "n=$#
            while [ $n -gt 0 ]; do
                n=$((n-1)); word=$1; shift
                if [ \"$word\" = -acceptEula ]; then shift; n=$((n-1)); else set -- \"$@\" \"$word\"; fi
            done
            SOURCE_DATE_EPOCH=1700000000 '{}' wix \"$@\" || exit
            {more}",
            env!("CARGO_BIN_EXE_xtask")
        );
        StandIn::new(version, &build)
    }

    /// A file in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program.
    pub fn program(&self) -> PathBuf {
        self.path("wix")
    }

    /// The arguments that it was last told to build with.
    pub fn arguments(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path("arguments")).expect("it was told to build");
        text.lines().map(str::to_owned).collect()
    }
}
