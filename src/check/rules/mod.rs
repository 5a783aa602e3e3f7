//! The rules, one a file: what it asks, why, an example that breaks it, and its test.

use super::rule::Rule;

mod action_machine;
mod cabinet;
mod container;
mod custom_action_data;
mod file_hash;
mod file_version;
mod ice02;
mod ice03;
mod ice04;
mod ice05;
mod ice08;
mod ice101;
mod ice104;
mod ice12;
mod ice14;
mod ice16;
mod ice18;
mod ice20;
mod ice21;
mod ice24;
mod ice26;
mod ice27;
mod ice29;
mod ice30;
mod ice32;
mod ice39;
mod ice40;
mod ice45;
mod ice47;
mod ice48;
mod ice52;
mod ice53;
mod ice54;
mod ice56;
mod ice57;
mod ice60;
mod ice61;
mod ice63;
mod ice65;
mod ice66;
mod ice68;
mod ice69;
mod ice70;
mod ice71;
mod ice72;
mod ice74;
mod ice75;
mod ice77;
mod ice78;
mod ice79;
mod ice80;
mod ice82;
mod ice84;
mod ice86;
mod ice87;
mod ice92;
mod ice93;
mod ice96;
mod ice99;
mod installer_key;
mod key_file;
mod machine;
mod registry_number;
mod rollback_order;
mod secret_in_log;
mod stream;
mod unsafe_action;

/// Every rule: Microsoft's by number, then ours.
pub(super) static RULES: &[&Rule] = &[
    &ice02::RULE,
    &ice03::RULE,
    &ice04::RULE,
    &ice05::RULE,
    &ice08::RULE,
    &ice12::RULE,
    &ice14::RULE,
    &ice16::RULE,
    &ice18::RULE,
    &ice20::RULE,
    &ice21::RULE,
    &ice24::RULE,
    &ice26::RULE,
    &ice27::RULE,
    &ice29::RULE,
    &ice30::RULE,
    &ice32::RULE,
    &ice39::RULE,
    &ice40::RULE,
    &ice45::RULE,
    &ice47::RULE,
    &ice48::RULE,
    &ice52::RULE,
    &ice53::RULE,
    &ice54::RULE,
    &ice56::RULE,
    &ice57::RULE,
    &ice60::RULE,
    &ice61::RULE,
    &ice63::RULE,
    &ice65::RULE,
    &ice66::RULE,
    &ice68::RULE,
    &ice69::RULE,
    &ice70::RULE,
    &ice71::RULE,
    &ice72::RULE,
    &ice74::RULE,
    &ice75::RULE,
    &ice77::RULE,
    &ice78::RULE,
    &ice79::RULE,
    &ice80::RULE,
    &ice82::RULE,
    &ice84::RULE,
    &ice86::RULE,
    &ice87::RULE,
    &ice92::RULE,
    &ice93::RULE,
    &ice96::RULE,
    &ice99::RULE,
    &ice101::RULE,
    &ice104::RULE,
    &action_machine::RULE,
    &cabinet::RULE,
    &container::RULE,
    &custom_action_data::RULE,
    &file_hash::RULE,
    &file_version::RULE,
    &key_file::RULE,
    &machine::RULE,
    &registry_number::RULE,
    &installer_key::RULE,
    &rollback_order::RULE,
    &secret_in_log::RULE,
    &stream::RULE,
    &unsafe_action::RULE,
];
