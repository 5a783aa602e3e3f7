//! Which values are the same key to IIS.
//!
//! `IIS_schema.xml` has `caseSensitive="true"` on the names of `globalModules` and `modules`, and not on `mimeType`, nor
//! on the names of trace providers and of their areas. Names of elements and attributes are case-sensitive as in all
//! XML, and so are those of sections, which are elements.

/// Whether elements of this name are locations.
pub(crate) fn is_location(element: &str) -> bool {
    element == "location"
}

/// Whether the path of a location means the level of the file itself: `.` does, as does none.
pub(crate) fn is_own_level(path: &str) -> bool {
    matches!(path, "" | ".")
}

/// Whether two values of `attribute` are the same key, for an `element` below a `parent`.
pub(crate) fn same(parent: &str, element: &str, attribute: &str, a: &str, b: &str) -> bool {
    match attribute {
        "path" if is_location(element) => (is_own_level(a) && is_own_level(b)) || a.eq_ignore_ascii_case(b),
        "mimeType" => a.eq_ignore_ascii_case(b),
        "name" if matches!(parent, "areas" | "traceProviderDefinitions") => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}
