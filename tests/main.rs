//! What the library does, seen from outside; one program, for linking some twenty takes longer than most of their tests.

mod apphost;
mod apphost_jobs;
mod apphost_mutations;
mod apphost_outcomes;
mod archive;
mod cab;
mod check;
mod dependencies;
mod explain;
mod layers;
mod ledger;
mod lzx;
mod msi;
mod msi_foreign;
mod pe;
mod pe_crafted;
mod support;
mod upgrade;
mod wine_harness;
mod wix_build;
mod wix_errors;
mod wix_exact;
mod wix_golden;
mod wix_localization;
mod wix_preprocess;
mod wix_reference;
