//! What a reader sees in place of a page: there is none, or it can't be made.

use crate::pages::{Here, Page, frame};
use maud::{Markup, html};

/// A page that says in the reader's language what is wrong with the request. `root` is the way from
/// where it is seen to the root of the site.
pub(crate) fn fault(here: Here<'_>, root: String, key: &str) -> Markup {
    let here = here.at_root(root);
    let title = here.words.get(key);
    let body = html! {
        h1 { (title) }
        p { (here.words.get("fault-hint")) }
        p { a href=(here.to("")) { (here.text(&here.catalogue.report().name)) } }
    };
    let page = Page { kind: "fault", id: None, source: None, summary: title.clone(), title, body };
    frame(&here, &page)
}
