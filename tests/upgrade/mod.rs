//! The upgrade simulator, seen from outside: small package pairs, and the packages that Microsoft shipped.

mod ancm;
mod cases;
mod cells;
mod custom;
mod fixture;
mod foreign;
mod handler;
mod hostile;
mod judge;
mod mechanisms;
mod owners;
mod pairs;
mod properties;
mod reported;
mod rules;
mod tables;
mod wine;
mod wine_more;
mod wine_reported;
