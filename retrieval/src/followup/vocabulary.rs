//! The small words of English, in lists: what they are good for stands in `language`.
//!
//! Lists stay as they are laid out: one word a line would be hundreds of lines that nobody reads.

/// In the order of the alphabet, to be searched.
#[rustfmt::skip]
pub const COMMON: &[&str] = &[
    "a", "about", "actually", "after", "again", "all", "already", "also", "although", "am", "an", "and", "another",
    "any", "anyone", "anything", "anyway", "are", "arent", "as", "ask", "at", "available", "away", "back", "be",
    "because", "been", "before", "being", "best", "between", "both", "but", "by", "can", "cannot", "cant", "come",
    "could", "couldnt", "did", "didnt", "different", "do", "does", "doesnt", "doing", "done", "dont", "during", "each",
    "either", "else", "enough", "even", "ever", "every", "everyone", "exactly", "far", "few", "for", "from", "further",
    "get", "gets", "getting", "give", "given", "go", "goes", "going", "gone", "good", "got", "great", "had", "happen",
    "happened", "happens", "has", "hasnt", "have", "havent", "having", "he", "hello", "her", "here", "hers", "hey",
    "hi", "him", "his", "how", "however", "i", "if", "im", "in", "instead", "into", "is", "isnt", "it", "its", "ive",
    "just", "keep", "kind", "know", "less", "let", "like", "long", "lot", "lots", "many", "may", "maybe", "me", "mean",
    "means", "might", "mine", "more", "most", "much", "must", "my", "need", "needs", "never", "next", "no", "nor",
    "not", "now", "of", "off", "often", "oh", "ok", "okay", "on", "once", "one", "ones", "only", "or", "other",
    "others", "our", "ours", "out", "over", "own", "please", "possible", "put", "quite", "rather", "re", "really",
    "regarding", "right", "said", "same", "say", "says", "see", "shall", "she", "should", "since", "so", "some",
    "somebody", "someone", "something", "soon", "sort", "still", "such", "sure", "take", "takes", "tell", "than",
    "thank", "thanks", "that", "thats", "the", "their", "theirs", "them", "then", "there", "these", "they", "thing",
    "things", "think", "this", "those", "though", "through", "till", "to", "together", "too", "under", "until", "up",
    "us", "use", "used", "using", "usually", "very", "via", "want", "wants", "was", "wasnt", "way", "we", "well",
    "were", "what", "whats", "when", "where", "whether", "which", "while", "who", "whom", "whose", "why", "will",
    "with", "within", "without", "wont", "would", "wouldnt", "yes", "yet", "you", "your", "yours",
];
/// A price, a limit, an end: of something.
#[rustfmt::skip]
pub const RELATIONAL: &[&str] = &[
    "allowed", "applies", "apply", "approval", "approve", "approved", "approves", "cheap", "conditions", "cost",
    "costs", "deadline", "decide", "decides", "difference", "duration", "end", "ends", "exception", "exceptions",
    "expensive", "expire", "expires", "expiry", "extend", "fee", "fees", "fix", "free", "included", "increase", "last",
    "lasted", "lasts", "limit", "limits", "mandatory", "open", "options", "price", "prices", "pricey", "reason",
    "reasons", "reduce", "refundable", "renew", "required", "requirements", "rule", "rules", "start", "starts", "steps",
    "stop", "stops", "supported", "undo", "valid", "work", "works",
];
#[rustfmt::skip]
pub const ASKING: &[&str] = &[
    "am", "are", "can", "could", "did", "do", "does", "has", "have", "how", "is", "may", "must", "should", "was",
    "were", "what", "whats", "what's", "when", "where", "which", "who", "whose", "why", "will", "would",
];
#[rustfmt::skip]
pub const JOINING: &[&str] = &[
    "actually", "ah", "alright", "also", "and", "but", "cool", "great", "hm", "hmm", "no", "oh", "ok", "okay", "or",
    "plus", "right", "so", "sorry", "thanks", "then", "well", "yeah", "yes",
];
pub const CONTINUING: &[&[&str]] = &[
    &["what", "about"],
    &["how", "about"],
    &["what", "if"],
    &["same", "for"],
    &["i", "mean"],
    &["i", "meant"],
    &["what", "else"],
    &["tell", "me", "more"],
];
#[rustfmt::skip]
pub const PREPOSITIONS: &[&str] = &[
    "after", "as", "at", "before", "by", "during", "for", "from", "in", "on", "outside", "per", "to", "via", "when",
    "with", "within", "without",
];
