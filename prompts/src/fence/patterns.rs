//! The phrases that are signs, as steps of words of which one will do each. Lower case; order matters, distance is the
//! reader's to judge.

use super::signs::Sign;

pub const PATTERNS: &[(Sign, &[&str])] = &[
    (
        Sign::OverrulesRules,
        &[
            "ignore|disregard|forget|override|bypass|skip",
            "all|any|every|the|your|previous|prior|earlier|above|preceding",
            "instructions|instruction|rules|prompt|prompts|guidelines|directions|context",
        ],
    ),
    (Sign::OverrulesRules, &["do|must|should", "not", "follow|obey", "rules|instructions|guidelines"]),
    (Sign::OverrulesRules, &["new|real|actual|updated", "instructions|rules", "follow|are|override|replace"]),
    (Sign::OverrulesRules, &["ignoriere|vergiss|missachte|ignorieren", "anweisungen|regeln|vorgaben|anweisung"]),
    (Sign::OverrulesRules, &["ignore|ignorez|oublie|oubliez", "instructions|consignes", "pr\u{e9}c\u{e9}dentes|ci"]),
    (Sign::OverrulesRules, &["ignora|olvida|ignore|olvide", "instrucciones|reglas"]),
    (
        Sign::AsksForRules,
        &[
            "reveal|print|show|repeat|output|display|leak|tell|give|reproduce|what",
            "system|initial|hidden|original|secret|developer",
            "prompt|instructions|message|rules",
        ],
    ),
    (Sign::AsksForRules, &["repeat|print|output", "everything|text|words", "above|before"]),
    (Sign::AsksForRules, &["zeige|nenne|wiederhole|verrate", "systemprompt|systemanweisung|anweisungen"]),
    (Sign::ChangesRole, &["you|u", "are|re", "now|dan|no", "dan|an|a|longer|in|free|unrestricted|my|the"]),
    (
        Sign::ChangesRole,
        &["pretend|imagine|roleplay|simulate", "you|to", "are|be|have", "no|an|a|not|unrestricted|free"],
    ),
    (Sign::ChangesRole, &["developer|dev|god|debug|sudo|admin|jailbreak|maintenance", "mode"]),
    (Sign::ChangesRole, &["do", "anything", "now"]),
    (
        Sign::ChangesRole,
        &[
            "without|no|bypass|disable",
            "any|all|your|ethical|safety|content",
            "restrictions|filters|limitations|guardrails|safeguards",
        ],
    ),
    (Sign::ChangesRole, &["du", "bist", "jetzt|nun", "ein|eine|dan|kein|nicht"]),
    (
        Sign::AddressesModel,
        &[
            "to|for|attention|dear|hey|note",
            "ai|llm|llms|chatbot|chatbots|gpt|chatgpt|claude",
            "assistant|assistants|model|models|system|systems|agent|agents|must|should|please|read|reading|you|reader|readers",
        ],
    ),
    (
        Sign::AddressesModel,
        &[
            "ai|llm|llms|chatbot|chatbots",
            "assistant|assistants|model|models|agent|agents|that|must|should",
            "must|should|shall|read|reads|reading|answer|answers",
        ],
    ),
    (Sign::AddressesModel, &["if", "you", "are", "ai|llm|assistant|model|chatbot"]),
    (
        Sign::AddressesModel,
        &[
            "when|whenever",
            "asked|summarizing|summarising|answering",
            "say|reply|respond|tell|answer",
            "that|with|only|always",
        ],
    ),
    (
        Sign::CarriesOut,
        &[
            "send|post|forward|upload|exfiltrate|transmit|email",
            "conversation|prompt|history|chat|context|messages|answers|secrets",
            "to",
        ],
    ),
    (
        Sign::CarriesOut,
        &[
            "append|add|include|insert|encode|put",
            "conversation|question|prompt|history|answer|data",
            "url|link|image|address|query",
        ],
    ),
    (Sign::CarriesOut, &["render|display|embed|load|show|include", "image|picture|markdown", "http|https"]),
    (
        Sign::ForgesSources,
        &[
            "cite|invent|fabricate|make|fake|reference",
            "source|sources|citation|citations|reference",
            "not|nonexistent|fake|up|invented|never",
            "exist|matter|shown|check|given",
        ],
    ),
    (Sign::ForgesSources, &["invent|fabricate|fake|forge", "source|sources|citation|citations|quote|quotes"]),
    (
        Sign::ForgesSources,
        &["do|without", "not|any", "cite|cited|citing|citations|mention", "source|sources|where|this|document"],
    ),
];
