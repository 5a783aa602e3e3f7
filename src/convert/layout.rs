//! Moving nodes about without leaving holes: what stands on lines of its own goes with its lines, and what stands deeper
//! or less deep than before is indented so.

use crate::tree::{Content, Id, Tree};

impl Tree {
    /// Removes `id`; with it its line, where it stands alone on one.
    pub fn remove(&mut self, id: Id) {
        let before = self.before(id);
        let line = before.and_then(|before| self.blank(before)).and_then(|text| text.rfind('\n'));
        let ends = match self.after(id) {
            None => true,
            Some(after) => match self.content(after) {
                Content::Text(text) => text.trim_start_matches([' ', '\t']).starts_with(['\r', '\n']),
                _ => false,
            },
        };
        if let (Some(before), Some(mut line), true) = (before, line, ends)
            && let Content::Text(text) = self.content_mut(before)
        {
            line -= usize::from(text[..line].ends_with('\r'));
            text.truncate(line);
            if text.is_empty() {
                self.detach(before);
            }
        }
        self.detach(id);
    }

    /// The line break and the indentation with which the line of `id` begins, where nothing else stands before it there.
    #[must_use]
    pub fn line_start(&self, id: Id) -> Option<String> {
        let text = self.blank(self.before(id)?)?;
        let line = text.rfind('\n')?;
        let line = line - usize::from(text[..line].ends_with('\r'));
        Some(text[line..].to_owned())
    }

    /// Puts `new` before `id`, on a line of its own where `id` has one.
    pub fn put_before(&mut self, id: Id, new: Id) {
        self.insert_before(id, new);
        if let Some(start) = self.line_start(new) {
            let blank = self.add(Content::Text(start));
            self.insert_before(id, blank);
        }
    }

    /// Puts `new` last into `parent`, which need not have an end tag yet.
    pub fn put_last(&mut self, parent: Id, new: Id) {
        let last = self.elements(parent).last();
        let start = last.and_then(|last| self.line_start(last));
        let own = self.line_start(parent);
        if let Some(element) = self.element_mut(parent)
            && element.end.is_none()
        {
            element.end = Some(String::new());
            if element.tail == " " {
                element.tail.clear();
            }
        }
        let start = start.or_else(|| own.as_ref().map(|own| format!("{own}{}", unit(own))));
        let Some(start) = start else { return self.append(parent, new) };
        // what stands before the end tag stays there
        let end = self.last(parent).filter(|end| self.blank(*end).is_some_and(|text| text.contains('\n')));
        let blank = self.add(Content::Text(start));
        if let Some(end) = end {
            self.insert_before(end, blank);
            self.insert_before(end, new);
        } else {
            self.append(parent, blank);
            self.append(parent, new);
            if let Some(own) = own {
                let end = self.add(Content::Text(own));
                self.append(parent, end);
            }
        }
    }

    /// Puts what stands in `id` into its place, as deep as `id` stood.
    pub fn unwrap(&mut self, id: Id) {
        let outer = self.line_start(id);
        let inner = self.elements(id).next().and_then(|child| self.line_start(child));
        let mut children = self.empty(id);
        let is_blank =
            |tree: &Tree, child: Option<&Id>| child.is_some_and(|child| tree.blank(*child).is_some());
        if is_blank(self, children.last()) {
            children.pop();
        }
        if is_blank(self, children.first()) {
            children.remove(0);
        }
        if children.is_empty() {
            return self.remove(id);
        }
        if let (Some(outer), Some(inner)) = (outer, inner) {
            let indent = |start: &str| start.trim_start_matches(['\r', '\n']).to_owned();
            let (outer, inner) = (indent(&outer), indent(&inner));
            children.iter().for_each(|child| self.dedent(*child, &inner, &outer));
        }
        self.replace(id, &children);
    }

    /// Indents the lines of `id` that begin with `from` by `to` in its place.
    fn dedent(&mut self, id: Id, from: &str, to: &str) {
        let shift = |text: &mut String| {
            if text.contains('\n') {
                *text = text.replace(&format!("\n{from}"), &format!("\n{to}"));
            }
        };
        let mut waiting = vec![id];
        while let Some(next) = waiting.pop() {
            waiting.extend(self.children(next));
            match self.content_mut(next) {
                Content::Text(text) if text.trim().is_empty() => shift(text),
                Content::Comment(text) => shift(text),
                Content::Element(element) => {
                    element.attributes.iter_mut().for_each(|attribute| shift(&mut attribute.before));
                    shift(&mut element.tail);
                }
                _ => {}
            }
        }
    }
}

/// By how much what stands in a line that starts with `start` is indented.
fn unit(start: &str) -> &'static str {
    if start.contains('\t') { "\t" } else { "  " }
}
