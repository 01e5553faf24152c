//! The words that change what a figure says, in English, Russian and Kazakh.

use super::Limits;
use super::tokens::Token;
use crate::decimal::Decimal;

/// Whether a word is one of the table: `превысил*` stands for all that begins so.
pub(super) fn matches(word: &str, entry: &str) -> bool {
    match entry.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == entry,
    }
}

/// Phrases that end right before a figure, those that contain another first.
pub(super) static BEFORE: &[(&[&str], Limits)] = &[
    (
        &["no more than", "not more than", "not exceed", "not exceeding", "at most", "up to"],
        Limits::UpTo,
    ),
    (&["не более", "не больше", "не выше", "не превыша*", "не превысил*", "до", "≤"], Limits::UpTo),
    (
        &["no less than", "not less than", "no fewer than", "at least", "minimum", "minimum of"],
        Limits::AtLeast,
    ),
    (&["не менее", "не меньше", "не ниже", "минимум", "кемінде", "≥"], Limits::AtLeast),
    (&["less than", "fewer than", "lower than", "under", "below", "<"], Limits::Under),
    (&["not reach", "doesn't reach", "doesn’t reach"], Limits::Under),
    (&["менее", "менее чем", "меньше", "меньше чем", "ниже", "не достиг*"], Limits::Under),
    (&["more than", "greater than", "higher than", "over", "above", "exceed*", ">"], Limits::Over),
    (&["surpass*", "in excess of", "upwards of"], Limits::Over),
    (&["свыше", "более", "более чем", "больше", "больше чем", "выше"], Limits::Over),
    (&["превысил*", "превыша*", "превысит*"], Limits::Over),
];

/// Phrases that follow a figure, as they do in Kazakh.
pub(super) static AFTER: &[(&[&str], Limits)] = &[
    (
        &["кем емес", "or more", "and more", "and up", "или более", "и более", "и выше"],
        Limits::AtLeast,
    ),
    (&["+"], Limits::AtLeast),
    (
        &["артық емес", "көп емес", "аспайды", "дейін", "or less", "или менее", "и менее"],
        Limits::UpTo,
    ),
    (&["жетпе*", "аз", "кем", "төмен"], Limits::Under),
    (&["асты", "астам", "асқан", "асады", "асып", "артық", "көп", "жоғары"], Limits::Over),
];

/// What may stand between such a phrase and the figure.
pub(super) static FILLERS: &[&str] = &[
    "the",
    "a",
    "even",
    "about",
    "around",
    "some",
    "approximately",
    "roughly",
    "nearly",
    "us",
    "usd",
    "kzt",
    "$",
    "€",
    "₸",
    "£",
    "~",
    "≈",
    "даже",
    "и",
    "в",
    "отметку",
    "уровень",
    "уровня",
    "сумму",
    "около",
    "примерно",
    "шамамен",
];

/// The power of ten that a word stands for.
pub(super) fn scale(word: &str) -> Option<i32> {
    static WORDS: &[(&[&str], i32)] = &[
        (&["thousand", "thousands", "тыс", "тысяч*", "мың*"], 3),
        (&["million", "millions", "mln", "mn", "млн", "миллион*"], 6),
        (&["billion", "billions", "bln", "bn", "млрд", "миллиард*"], 9),
        (&["trillion", "trillions", "trln", "trn", "tn", "трлн", "триллион*"], 12),
    ];
    WORDS.iter().find(|(words, _)| words.iter().any(|w| matches(word, w))).map(|(_, p)| *p)
}

/// A small number in words.
pub(super) fn number_word(word: &str) -> Option<Decimal> {
    static WORDS: &[(&[&str], &str)] = &[
        (&["one", "один", "одного", "одну", "одна", "одной", "одному", "бір"], "1"),
        (&["two", "два", "две", "двух", "екі"], "2"),
        (&["three", "три", "трех", "трёх", "үш"], "3"),
        (&["four", "четыре", "четырех", "четырёх", "төрт"], "4"),
        (&["five", "пять", "пяти", "бес"], "5"),
        (&["six", "шесть", "шести", "алты"], "6"),
        (&["seven", "семь", "семи", "жеті"], "7"),
        (&["eight", "восемь", "восьми", "сегіз"], "8"),
        (&["nine", "девять", "девяти", "тоғыз"], "9"),
        (&["ten", "десять", "десяти", "он"], "10"),
    ];
    let (_, digits) = WORDS.iter().find(|(words, _)| words.contains(&word))?;
    digits.parse().ok()
}

/// A unit that tells rounding from counting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Relative,
    Measure,
}

pub(super) fn unit(after: &[Token]) -> Option<Unit> {
    static RELATIVE: &[&str] = &[
        "%",
        "percent",
        "percentage",
        "pp",
        "процент*",
        "п",
        "пайыз*",
        "times",
        "fold",
        "раз",
        "раза",
        "есе*",
    ];
    static MEASURE: &[&str] = &[
        "tenge",
        "теңге*",
        "тенге",
        "kzt",
        "₸",
        "dollars",
        "dollar",
        "доллар*",
        "usd",
        "$",
        "euro",
        "euros",
        "евро",
        "еуро",
        "€",
        "£",
        "rubles",
        "рубл*",
        "kw",
        "mw",
        "gw",
        "kwh",
        "квт",
        "мвт",
        "гвт",
        "km",
        "км",
        "km²",
        "m²",
        "м²",
        "ha",
        "га",
        "tonnes",
        "tons",
        "тонн*",
    ];
    let per_cent =
        after.first()?.word() == Some("per") && after.get(1).and_then(Token::word) == Some("cent");
    // `200-fold`, `5 US dollars`
    let mut near =
        after.iter().map(Token::text).filter(|text| !matches!(*text, "-" | "us")).take(1);
    let text = near.next()?;
    let is_of = |words: &[&str]| words.iter().any(|w| matches(text, w));
    if per_cent || is_of(RELATIVE) {
        return Some(Unit::Relative);
    }
    is_of(MEASURE).then_some(Unit::Measure)
}
