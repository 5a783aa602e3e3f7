//! Where the project is, and where the user stands.

use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::diag::{Diagnostic, Location, meant};
use ancm_installer::id::UpgradeCode;
use ancm_installer::ledger::Ledger;
use ancm_installer::product::{self, Product};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where the products are, in the project's folder.
const PRODUCTS: &str = "wix/products";

/// The folder of the project, for what makes or keeps something of it.
///
/// # Errors
/// There is none.
pub fn root() -> Outcome<PathBuf> {
    let here = here()?;
    project(&here).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "workspace::none",
            format!("no `{PRODUCTS}` in `{}` or above", here.display()),
        )
        .help("run it in a clone of the project")
    })
}

/// The folder of the project, if there is one, around the folder `here`: the first one upwards that has products; else
/// the one that cargo started this program from.
#[must_use]
pub fn project(here: &Path) -> Option<PathBuf> {
    let has_products = |folder: &PathBuf| folder.join(PRODUCTS).is_dir();
    let started = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let started = started.as_deref().and_then(Path::parent).map(Path::to_owned);
    here.ancestors().map(Path::to_owned).chain(started).find(has_products)
}

/// Where what only reads packages looks for `dist` and for baselines: the project, or where there is none, the folder that the
/// user stands in.
///
/// # Errors
/// That is gone.
pub fn root_or_here() -> Outcome<PathBuf> {
    let here = here()?;
    Ok(project(&here).unwrap_or(here))
}

/// The folder that the user stands in.
///
/// # Errors
/// It is gone.
pub fn here() -> Outcome<PathBuf> {
    std::env::current_dir().map_err(|error| {
        Failure::new(Exit::Usage, "workspace::gone", format!("the current folder is not usable: {error}"))
    })
}

/// Where cargo builds; what else is made here on the way is kept there, too.
#[must_use]
pub fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// A product, and what is written down of its identities.
#[derive(Clone, Debug)]
pub struct Known {
    /// The product.
    pub product: Product,
    /// Its ledger; what follows from the product where it has no file.
    pub ledger: Ledger,
}

/// The folder of a product: `product.toml`, its ledger, its baselines, what its packages have of their own.
#[must_use]
pub fn product_folder(root: &Path, name: &str) -> PathBuf {
    root.join(PRODUCTS).join(name)
}

/// The names of the products.
#[must_use]
pub fn products(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root.join(PRODUCTS)).into_iter().flatten().flatten();
    let described = entries.filter(|entry| entry.path().join("product.toml").is_file());
    let mut names: Vec<String> = described.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The product `name` with its ledger.
///
/// # Errors
/// There is none of that name; a file of it cannot be read, or something in it is wrong.
pub fn known(root: &Path, name: &str) -> Outcome<Known> {
    let product = product(root, name)?;
    let file = ledger_file(root, name);
    let ledger = match file.is_file() {
        true => parse_ledger(&file, &ledger_text(&file)?, &product)?,
        false => Ledger::of(&product),
    };
    Ok(Known { product, ledger })
}

/// The product `name`.
///
/// # Errors
/// There is none of that name; it cannot be read, or something in it is wrong.
pub fn product(root: &Path, name: &str) -> Outcome<Product> {
    let names = products(root);
    if !names.iter().any(|known| known == name) {
        let near = meant(name, names.iter().map(String::as_str));
        let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        let message = format!("there is no product `{name}`: `{PRODUCTS}` has {}", names.join(", "));
        return Err(Failure::new(Exit::Usage, "product::unknown", message)
            .help(format!("{help}docs/products.md says how to add one")));
    }
    let file = product_folder(root, name).join("product.toml");
    let unreadable = |what: String| Failure::new(Exit::Usage, "product::unreadable", what);
    let bytes = std::fs::read(&file)
        .map_err(|error| unreadable(format!("cannot read `{}`: {error}", file.display())))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let (line, last) = (good.matches('\n').count() + 1, good.rsplit('\n').next().unwrap_or_default());
        let at = format!("{}:{line}:{}", file.display(), last.chars().count() + 1);
        unreadable(format!("`{at}`: this is no UTF-8; save the file as that"))
    })?;
    Product::parse(name, &file.to_string_lossy(), &text)
        .map_err(|findings| Failure::of(Exit::Usage, findings))
}

/// Fails where another product has what `product` calls its own: packages of each would replace those of the other, or its
/// registration.
///
/// # Errors
/// It has, with the place in the description.
pub fn is_alone(root: &Path, product: &Product) -> Outcome {
    let text = std::fs::read_to_string(&product.file).unwrap_or_default();
    let mut findings = Vec::new();
    let mut find = |what: &str, message: String| {
        let at = text.to_ascii_uppercase().find(&what.to_ascii_uppercase()).unwrap_or_default();
        let at = Location::of_offset(&product.file.as_str().into(), &text, at);
        findings.push(Diagnostic::error("product::taken", message).at(&at));
    };
    for name in products(root).iter().filter(|name| **name != product.name) {
        // what is wrong with another one is told where that is asked for
        let Ok(other) = self::product(root, name) else { continue };
        let theirs: BTreeSet<UpgradeCode> = other.families().collect();
        for code in BTreeSet::from_iter(product.families()).intersection(&theirs) {
            let message =
                format!("`{name}` has packages of the UpgradeCode {code}, too: each would replace the other");
            find(code.to_string().trim_matches(['{', '}']), message);
        }
        let module = &product.registration.name;
        if other.registration.name.eq_ignore_ascii_case(module) {
            find(
                module,
                format!("`{name}` registers a module `{module}`, too: each would take out the other's"),
            );
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::of(Exit::Usage, findings)) }
}

/// The product `name`; outside of a clone the default one, as it was when this program was built.
///
/// # Errors
/// As [`product`].
pub fn product_anywhere(root: &Path, name: &str) -> Outcome<Product> {
    if name != product::DEFAULT || root.join(PRODUCTS).is_dir() {
        return product(root, name);
    }
    Product::parse(name, "product.toml", product::DEFAULT_DESCRIPTION)
        .map_err(|findings| Failure::of(Exit::Usage, findings))
}

/// Where the ledger of a product is, or would be.
#[must_use]
pub fn ledger_file(root: &Path, product: &str) -> PathBuf {
    product_folder(root, product).join("identity.toml")
}

/// The text of the ledger `file`.
///
/// # Errors
/// It cannot be read.
pub fn ledger_text(file: &Path) -> Outcome<String> {
    std::fs::read_to_string(file).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", file.display());
        Failure::new(Exit::Ledger, "ledger::unreadable", message)
    })
}

/// Reads the `text` of the ledger `file` of `product`.
///
/// # Errors
/// Something in it is wrong.
pub fn parse_ledger(file: &Path, text: &str, product: &Product) -> Outcome<Ledger> {
    Ledger::parse(&file.to_string_lossy(), text, product)
        .map_err(|findings| Failure::of(Exit::Ledger, findings))
}
