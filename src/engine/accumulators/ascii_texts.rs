//! The quick way of the text family through ASCII: what a shape says is said once a shape, and most texts cost one comparison of it.
//! The plain way, which knows every text, stands in [`super::texts`]; both leave the same state.

use super::date_texts::parse_date_text;
use super::shape_checks::{DATE, Questions, Verdict};
use super::standard_patterns::{Form, is_uuid};
use super::street_addresses::is_street_address;
use super::texts::{SHAPE_BYTES, Texts};

impl Texts {
    /// Adds an ASCII text whose shape is written; says whether folding leaves it as it is.
    pub(super) fn update_ascii(&mut self, text: &[u8], weight: u64) -> bool {
        let shape = &self.shape;
        let Some(tally) = self.shapes.tally_mut() else {
            let hash = shape.hash();
            self.shapes.ask_for(hash);
            let verdict = self.count_by_itself(text, weight);
            self.shapes.update_hashed(hash, self.shape.as_bytes(), weight);
            return verdict.is_folded;
        };
        if shape.as_bytes().len() > SHAPE_BYTES {
            // A shape that is kept in part says nothing of the whole.
            self.add_shape(weight);
            return self.count_by_itself(text, weight).is_folded;
        }
        let place = self.recent.count(tally, shape, weight);
        if let Some((verdict, texts)) = self.pending.get_mut(place) {
            *texts += weight;
            let verdict = *verdict;
            self.answer_ascii(text, verdict.look, weight);
            return verdict.is_folded;
        }
        // What is new is counted at once: where hardly any comes again, nothing is left to do later.
        let verdict = self.count_by_itself(text, weight);
        self.pending.push((verdict, 0));
        self.keep_within_limit();
        verdict.is_folded
    }

    /// Counts what the written shape says of its text alone.
    #[inline]
    fn count_by_itself(&mut self, text: &[u8], weight: u64) -> Verdict {
        let found = self.shape.features();
        let verdict = Verdict::of_ascii_shape(self.shape.as_bytes(), &found);
        self.count(&found, verdict.yes, weight);
        self.answer_ascii(text, verdict.look, weight);
        verdict
    }

    fn answer_ascii(&mut self, text: &[u8], open: Questions, weight: u64) {
        if open.is_empty() {
            return;
        }
        // What nearly every text of a column is asked is answered from the bytes.
        let (date, iso, uuid) = (DATE, Questions::form(Form::IsoDate), Questions::form(Form::Uuid));
        let address = Questions::form(Form::StreetAddress);
        if open.has(date)
            && let Some(found) = parse_date_text(text)
        {
            self.counts.date += weight;
            if found.is_iso && open.has(iso) {
                self.patterns.add(Form::IsoDate, weight);
            }
        }
        if open.has(uuid) && is_uuid(text) {
            self.patterns.add(Form::Uuid, weight);
        }
        if open.has(address) && Form::StreetAddress.admits(text.len()) && is_street_address(text) {
            self.patterns.add(Form::StreetAddress, weight);
        }
        let open = open.without(date.with(iso).with(uuid).with(address));
        if !open.is_empty() {
            self.answer(std::str::from_utf8(text).expect("ASCII is UTF-8"), open, weight);
        }
    }
}
