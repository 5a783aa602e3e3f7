//! WixToolset.Iis.wixext. Web applications and properties of folders stand in the package, and are named where they count.

use super::cells::{of, set, word};
use crate::compile::ext::Extension;
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;

/// ParentType of a site; otherwise it is a virtual directory.
const SITE: i32 = 2;

/// `HttpHeader`, `MimeMap` and `WebError` of a site or virtual directory.
pub(super) fn part(
    work: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let parent = if row.or_zero("ParentType") == SITE { "Wix4IIsWebSite" } else { "Wix4IIsWebVirtualDir" };
    work.put(parent, row.or_empty("ParentValue"), element);
    None
}

/// `WebAddress`; the site's key comes first.
pub(super) fn address(
    work: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let (site, id) = (row.text("Web_"), row.text("Address"));
    let is_key =
        work.rows("Wix4IIsWebSite").any(|web| web.text("Web") == site && web.text("KeyAddress_") == id);
    let site = site.unwrap_or_default();
    let others = if is_key { work.take("Wix4IIsWebSite", site) } else { Vec::new() };
    work.put("Wix4IIsWebSite", site, element);
    others.into_iter().for_each(|other| work.put("Wix4IIsWebSite", site, other));
    None
}

/// `WebApplicationExtension`.
pub(super) fn application_extension(
    work: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    work.put("Wix4IIsWebApplication", row.or_empty("Application_"), element);
    None
}

/// `WebAppPool`: what counts of the processor stands in one text, as do times.
pub(super) fn app_pool(
    _: &mut Work<'_>,
    extension: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let mut numbers = row.or_empty("CPUMon").split(',');
    let usage = numbers.next().filter(|usage| *usage != "0" && !usage.is_empty());
    let refresh = numbers.next();
    let action = numbers.next().map(|action| if action == "1" { "shutdown" } else { "none" });
    let times = row.or_empty("RecycleTimes").split(',').filter(|time| !time.is_empty());
    let times = times.map(|time| of(extension, "RecycleTime").with("Value", time));
    Some(
        element
            .with("MaxCpuUsage", usage)
            .with("RefreshCpu", refresh)
            .with("CpuAction", action)
            .holding(times),
    )
}

/// `WebFilter`.
pub(super) fn filter(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let order = row.int("LoadOrder").map(|order| match order {
        0 => "first".to_owned(),
        -1 => "last".to_owned(),
        order => order.to_string(),
    });
    let element =
        set(element, "Flags", row.int("Flags").filter(|flags| *flags != 0).map(|flags| flags.to_string()));
    Some(element.with("WebSite", row.text("Web_")).with("LoadOrder", order))
}

/// `WebDir`, and `WebVirtualDir` outside of its site.
pub(super) fn of_site(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    Some(element.with("WebSite", row.text("Web_")))
}

/// `WebDirProperties`: a number without sign.
pub(super) fn properties(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let age = row.int("CacheControlMaxAge").map(|age| age.cast_unsigned().to_string());
    Some(element.with("CacheControlMaxAge", age))
}

/// `WebSite`.
pub(super) fn web_site(
    work: &mut Work<'_>,
    extension: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let id = row.text("Web");
    let named = work.rows("Wix4IIsWebSiteCertificates").filter(|named| named.text("Web_") == id);
    let certificates =
        named.map(|named| of(extension, "CertificateRef").with("Id", named.text("Certificate_")));
    let state = row.int("State");
    let element =
        set(element, "SiteId", row.text("Id").map(|id| if id == "-1" { "*" } else { id }.to_owned()));
    Some(
        element
            .with(
                "AutoStart",
                state.filter(|state| *state != 1).map(|state| if state == 2 { "yes" } else { "no" }),
            )
            .flag("StartOnInstall", state == Some(1))
            .with("ConfigureIfExists", word(&[("no", 2)], row.or_zero("Attributes")))
            .holding(certificates),
    )
}
