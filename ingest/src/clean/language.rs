//! The language of a text that does not state it, where that is sure.
//!
//! A wrong language is worse than none: it picks the wrong stemmer. So only prose is judged, enough of it, and only a
//! clear answer counts. Code, tables and addresses are left out, in which a detector sees whatever it likes. Knows
//! nothing of what a file or a server said of itself.

use whatlang::{Lang, detect};

const FEWEST_CHARS: usize = 200;
const MOST_CHARS: usize = 4000;

/// The language of a Markdown or plain text as an ISO 639-1 tag, where it has one: `en`, `de`.
pub fn language_of(text: &str) -> Option<String> {
    let prose = prose(text);
    if prose.chars().count() < FEWEST_CHARS {
        return None;
    }
    let info = detect(&prose).filter(|info| info.is_reliable())?;
    Some(tag(info.lang()).to_owned())
}

/// The first lines that are sentences, as far as their looks tell.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    let mut chars = 0;
    let mut is_code = false;
    for line in text.lines() {
        let bare = line.trim_start();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            is_code = !is_code;
        } else if !is_code && !bare.starts_with('|') && is_prose(bare) {
            let words = bare.split_whitespace().filter(|word| !word.contains("://") && !word.contains('@'));
            for word in words {
                prose.extend(word.chars().take(MOST_CHARS));
                prose.push(' ');
                chars += word.chars().count() + 1;
                if chars >= MOST_CHARS {
                    return prose;
                }
            }
        }
    }
    prose
}

/// Mostly letters: code, numbers and paths are not.
fn is_prose(line: &str) -> bool {
    let seen = line.chars().take(MOST_CHARS).filter(|c| !c.is_whitespace());
    let letters = seen.clone().filter(|c| c.is_alphabetic() || is_mark(*c)).count();
    letters * 10 >= seen.count() * 8
}

/// Vowel signs of Indic, Thai and Burmese writing, some of which do not count as letters.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{e7f}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// ISO 639-1, for all that the detector knows.
fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(language_of(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn paragraphs_are_known() {
        check(
            "# Refunds\n\nYou can send back whatever you bought from us within thirty days of the delivery. We pay the \
             postage, and you will have your money back as soon as our warehouse has looked at the goods. If something \
             arrived broken, please write to us before you send it.",
            Some("en"),
        );
        check(
            "Sie können alles, was Sie bei uns gekauft haben, innerhalb von dreißig Tagen nach der Lieferung \
             zurückschicken. Wir tragen das Porto, und Sie bekommen Ihr Geld zurück, sobald unser Lager die Ware geprüft \
             hat. Wenn etwas beschädigt ankam, schreiben Sie uns bitte vorher.",
            Some("de"),
        );
        check(
            "Vous pouvez nous renvoyer tout ce que vous avez acheté dans les trente jours qui suivent la livraison. Nous \
             payons le port, et vous serez remboursé dès que notre entrepôt aura examiné la marchandise. Si quelque \
             chose est arrivé cassé, écrivez-nous avant de l'envoyer.",
            Some("fr"),
        );
        check(
            "Puede devolver todo lo que nos haya comprado en un plazo de treinta días desde la entrega. Nosotros pagamos \
             el envío, y recibirá su dinero en cuanto nuestro almacén haya revisado los artículos. Si algo llegó roto, \
             escríbanos antes de devolverlo, por favor.",
            Some("es"),
        );
        check(
            "Вы можете вернуть всё, что купили у нас, в течение тридцати дней после доставки. Мы оплачиваем пересылку, а \
             деньги вы получите сразу после того, как наш склад проверит товар. Если что-то пришло сломанным, напишите \
             нам, пожалуйста, прежде чем отправлять посылку обратно.",
            Some("ru"),
        );
        check(
            &"お買い上げいただいた商品は、お届けから三十日以内であれば返品できます。送料は当社が負担いたします。"
                .repeat(5),
            Some("ja"),
        );
    }

    #[test]
    fn little_says_nothing() {
        check("reset password", None);
        check("", None);
    }

    #[test]
    fn code_and_tables_are_no_language() {
        check(&"let x = foo(bar[i], &baz) + 1; // {}\n".repeat(30), None);
        check(&format!("```\n{}```\n", "print the name of the language\n".repeat(20)), None);
        check(&"| Berlin | 12 | Nord |\n".repeat(40), None);
        check(&"2026-11-21 12:00:01 10.0.0.1 GET /api/v1/users 200\n".repeat(40), None);
    }

    #[test]
    fn one_endless_word_is_cut() {
        language_of(&"a".repeat(1_000_000));
    }
}
