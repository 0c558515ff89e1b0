//! Codes that mean the same. To teach a group, add a line: small letters, bars between the codes.

use std::collections::BTreeMap;

/// Whether a word belongs to a group; in small letters.
pub fn is_known(word: &str) -> bool {
    GROUPS.iter().any(|group| group.split('|').any(|known| known == word))
}

/// The groups that have at least two of these words, with those words; words in small letters.
pub fn groups_of<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Vec<&'a str>> {
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for word in words {
        for (at, _) in GROUPS
            .iter()
            .enumerate()
            .filter(|(_, group)| group.split('|').any(|known| known == word))
        {
            found.entry(at).or_default().push(word);
        }
    }
    let mut groups: Vec<Vec<&str>> = found.into_values().filter(|group| group.len() > 1).collect();
    // Two letters may be short for several things: one pair is told once.
    groups.dedup();
    groups
}

const GROUPS: &[&str] = &[
    // Persons
    "f|female|woman|fem|w|weiblich|femme|mujer",
    "m|male|man|masc|maennlich|männlich|homme|hombre",
    "x|d|diverse|non-binary|nonbinary|nb|other gender",
    "mr|mr.|mister|herr",
    "mrs|mrs.|frau|mme",
    "married|m.|verheiratet|marié",
    "single|unmarried|ledig|never married",
    "divorced|div|geschieden",
    "widowed|widow|widower|verwitwet",
    "child|ch|minor|dependent",
    "adult|ad|grown-up",
    "retired|pensioner|ret",
    "employed|emp|working",
    "unemployed|unemp|jobless|not working",
    "student|stud|pupil",
    "white|caucasian",
    "black|african american|african-american",
    "hispanic|latino|latina|latinx",
    "native american|american indian",
    // Answers
    "yes|y|ja|oui|true|t|si|sí",
    "no|n|nein|non|false|f",
    "on|enabled|enable",
    "off|disabled|disable",
    // Where something stands
    "active|act|a|live|enabled",
    "inactive|inact|i|not active|disabled",
    "cancelled|canceled|cncl|cancel|cxl|storniert",
    "closed|close|cls|geschlossen",
    "open|opened|opn|offen",
    "pending|pend|pnd|waiting|on wait",
    "completed|complete|compl|done|finished|fertig",
    "in progress|in-progress|inprogress|in_progress|wip|running|ongoing",
    "failed|fail|failure|error|err",
    "succeeded|success|successful|ok|passed|pass",
    "new|newly created|neu",
    "approved|appr|accepted|accept",
    "rejected|reject|declined|denied|refused",
    "shipped|ship|sent|dispatched",
    "delivered|dlvd|delivery done|zugestellt",
    "returned|return|rtn|sent back",
    "refunded|refund|money back",
    "paid|payed|bezahlt",
    "unpaid|not paid|unbezahlt",
    "overdue|past due|past-due|late",
    "draft|drft|entwurf",
    "published|publ|public",
    "archived|archive|arch",
    "deleted|delete|del|removed",
    "suspended|susp|paused|on hold|on-hold|onhold|hold",
    "expired|exp|lapsed",
    "scheduled|sched|planned",
    "submitted|subm|sent in",
    "resolved|solved|fixed",
    "reopened|re-opened|reopen",
    "unknown|unk|n/k|not known",
    "blocked|blckd|locked",
    "verified|verif|confirmed|conf",
    "unverified|not verified|unconfirmed",
    "current|curr|present",
    "former|previous|prev|past",
    "terminated|term|ended",
    "received|recvd|rcvd|rec'd",
    "processed|proc'd",
    "queued|in queue|enqueued",
    "high|hi|hoch",
    "medium|med|mid|mittel",
    "low|lo|niedrig",
    "critical|crit|urgent",
    "normal|norm|regular|standard|std",
    // Countries
    "us|usa|u.s.|u.s.a.|united states|united states of america|america",
    "uk|gb|gbr|u.k.|united kingdom|great britain",
    "de|deu|ger|germany|deutschland",
    "fr|fra|france",
    "es|esp|spain|españa",
    "it|ita|italy|italia",
    "ca|can|canada",
    "nl|nld|netherlands|the netherlands|holland",
    "ch|che|switzerland|schweiz|suisse",
    "cn|chn|china|prc",
    "jp|jpn|japan",
    "in|ind|india",
    "br|bra|brazil|brasil",
    "mx|mex|mexico",
    "au|aus|australia",
    "at|aut|austria|österreich",
    "be|bel|belgium",
    "se|swe|sweden",
    "pl|pol|poland|polska",
    "pt|prt|portugal",
    "kr|kor|south korea|korea",
    "ru|rus|russia|russian federation",
    // Currencies
    "eur|euro|€",
    "usd|us dollar|$|us$|dollar",
    "gbp|pound|£|pound sterling",
    "jpy|yen|¥",
    "chf|swiss franc|sfr",
    // Days and months
    "monday|mon|mo|montag",
    "tuesday|tue|tues|tu|dienstag",
    "wednesday|wed|we|mittwoch",
    "thursday|thu|thur|thurs|th|donnerstag",
    "friday|fri|fr|freitag",
    "saturday|sat|sa|samstag",
    "sunday|sun|su|sonntag",
    "january|jan|januar",
    "february|feb|februar",
    "march|mar|märz",
    "april|apr",
    "june|jun|juni",
    "july|jul|juli",
    "august|aug",
    "september|sep|sept",
    "october|oct|oktober",
    "november|nov",
    "december|dec|dezember",
    "daily|day|every day|qd|once daily",
    "weekly|week|every week|wk",
    "monthly|month|every month|mth",
    "quarterly|quarter|qtr|every quarter",
    "yearly|annual|annually|every year|per year",
    "morning|am|a.m.",
    "afternoon|pm|p.m.",
    // Measures
    "kg|kgs|kilo|kilogram|kilograms|kilogramm",
    "g|gram|grams|gr",
    "mg|milligram|milligrams",
    "lb|lbs|pound|pounds",
    "oz|ounce|ounces",
    "l|liter|litre|liters|litres|ltr",
    "ml|milliliter|millilitre|mls",
    "m|meter|metre|meters|metres|mtr",
    "cm|centimeter|centimetre|cms",
    "mm|millimeter|millimetre|mms",
    "km|kilometer|kilometre|kms",
    "in|inch|inches",
    "ft|foot|feet",
    "mi|mile|miles",
    "h|hr|hrs|hour|hours",
    "min|mins|minute|minutes",
    "s|sec|secs|second|seconds",
    "%|percent|pct|per cent",
    "celsius|°c|deg c",
    "fahrenheit|°f|deg f",
    // Stock
    "each|ea|piece|pieces|pc|pcs|unit|units|stk|stück",
    "box|boxes|bx",
    "pack|packs|pk|pkg|package|packet",
    "case|cases|cs",
    "dozen|doz|dz",
    "pair|pairs|pr",
    "bottle|bottles|btl",
    "bag|bags|bg",
    "roll|rolls|rl",
    "pallet|pallets|plt",
    "carton|cartons|ctn",
    "small|sm|klein",
    "large|lg|lrg|gross|groß",
    "extra large|x-large|xl",
    "in stock|instock|available|avail",
    "out of stock|out-of-stock|oos|sold out|unavailable",
    // Dose and care
    "tablet|tablets|tab|tabs",
    "capsule|capsules|cap|caps",
    "injection|inj|injectable",
    "twice daily|bid|b.i.d.",
    "three times daily|tid|t.i.d.",
    "four times daily|qid|q.i.d.",
    "as needed|prn|p.r.n.",
    "oral|po|p.o.|by mouth",
    "intravenous|iv|i.v.",
    "subcutaneous|sc|s.c.|subcut|sq",
    "inpatient|in-patient|ip",
    "outpatient|out-patient|op",
    "emergency|er|ed|emergency room",
    // Trade
    "customer|cust|client",
    "supplier|vendor|supp",
    "prospect|lead|prosp",
    "business|b2b|company|corporate",
    "consumer|b2c|private|individual",
    "online|web|internet|e-commerce|ecommerce",
    "in store|in-store|instore|shop|retail store",
    "phone|telephone|tel|by phone",
    "email|e-mail|mail",
    "cash|bar",
    "credit card|cc|creditcard|credit-card",
    "debit card|debitcard|debit-card|dc",
    "bank transfer|wire|wire transfer|transfer",
    "invoice|inv|bill",
    "north|n.|norte|nord",
    "south|s.|sur|süd",
    "east|e.|este|ost",
    "west|w.|oeste",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_one_meaning_are_found_and_others_are_not() {
        let groups = |words: &[&'static str]| groups_of(words.iter().copied());
        assert_eq!(groups(&["f", "female", "m"]), [["f", "female"]]);
        assert_eq!(groups(&["cancelled", "canceled", "open"]), [["cancelled", "canceled"]]);
        assert!(groups(&["f", "m"]).is_empty());
        assert!(groups(&["s", "m", "l", "xl"]).is_empty(), "sizes are no measures");
        assert!(groups(&["red", "green"]).is_empty());
    }

    #[test]
    fn a_word_stands_in_a_group_once() {
        for group in GROUPS {
            let mut words: Vec<&str> = group.split('|').collect();
            assert!(words.len() > 1 && words.iter().all(|word| *word == word.to_lowercase()), "{group}");
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), group.split('|').count(), "{group}");
        }
    }
}
