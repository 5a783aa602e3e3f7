//! The upgrade simulator, seen from outside: small package pairs, and the packages that Microsoft shipped.

mod ancm;
mod cases;
mod cells;
mod fixture;
mod foreign;
mod judge;
mod owners;
mod properties;
mod reported;
mod rules;
mod wine;
