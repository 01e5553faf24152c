//! A report with one of everything, for tests.

use olshem_account::report::*;
use olshem_account::{Proposal, ProposalStatus, Text};
use std::collections::BTreeMap;

fn text(en: &str, ru: &str, kk: &str) -> Text {
    let texts = [("en", en), ("ru", ru), ("kk", kk)];
    Text::Localised(texts.map(|(tag, text)| (tag.to_owned(), text.to_owned())).into())
}

fn attribution(said: Option<&str>) -> Attribution {
    Attribution {
        who: text("President K.-J. Tokayev", "Президент К.-Ж. Токаев", "Президент Қ.-Ж. Тоқаев"),
        said: said.map(str::to_owned),
        link: "https://example.org/address".to_owned(),
    }
}

fn figure(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Figure {
    Figure {
        indicator: "creative_share".to_owned(),
        title: text("Creative share of GDP", "Доля в ВВП", "ЖІӨ-дегі үлесі"),
        at: BTreeMap::from([("TIME_PERIOD".to_owned(), "2023".to_owned())]),
        definition: None,
        value,
        low,
        high,
        unit: text("% of GDP", "% ВВП", "ЖІӨ-нің %-ы"),
        decimals: 2,
        kind: Kind::Measured,
        note: None,
    }
}

fn answer(definition: Option<&str>, verdict: Verdict, figure: Option<Figure>) -> Answer {
    Answer {
        label: None,
        definition: definition.map(str::to_owned),
        verdict,
        figure,
        condition: "creative_share < 1".to_owned(),
        test: 0,
    }
}

fn claims() -> Vec<ClaimReport> {
    let published = text(
        "published total of value added over GDP",
        "опубликованная добавленная стоимость к ВВП",
        "жарияланған қосылған құнның ЖІӨ-ге қатынасы",
    );
    let gambling = text(
        "Section R holds gambling.",
        "Секция R включает азартные игры.",
        "R секциясында құмар ойындар бар.",
    );
    // More than are listed one by one.
    let other = |number: usize| Answer {
        definition: Some(format!("OTHER_{number}")),
        label: Some(text("another reading", "другое прочтение", "басқа оқылуы")),
        ..answer(None, Verdict::Undecidable, Some(figure(None, Some(0.0), Some(number as f64))))
    };
    let many: Vec<Answer> = (1..=21).map(other).collect();
    let below = ClaimReport {
        id: "share-under-1".to_owned(),
        text: text(
            "The creative economy's share of GDP is below 1 %.",
            "Доля креативной экономики в ВВП меньше 1 %.",
            "Креативті экономиканың ЖІӨ-дегі үлесі 1 %-дан аз.",
        ),
        attribution: attribution(Some("2023-09-01")),
        published: Some("less than 1%".to_owned()),
        outcome: Outcome::Depends,
        answers: vec![
            Answer {
                label: Some(published.clone()),
                ..answer(
                    None,
                    Verdict::Fails,
                    Some(Figure {
                        kind: Kind::Published,
                        ..figure(Some(1.008), Some(1.0025), Some(1.0125))
                    }),
                )
            },
            answer(Some("OECD_ICT"), Verdict::Holds, Some(figure(None, Some(0.41), Some(0.9)))),
            answer(
                Some("IT_SERVICES_NARROW"),
                Verdict::Holds,
                Some(figure(None, Some(0.41), Some(0.9))),
            ),
            answer(
                Some("DCMS_CREATIVE"),
                Verdict::Undecidable,
                Some(figure(None, Some(0.0), Some(9.309))),
            ),
            answer(
                Some("KEA_2006"),
                Verdict::Undecidable,
                Some(figure(Some(0.7), Some(0.1), Some(2.35))),
            ),
            answer(Some("WIPO"), Verdict::NoData, None),
        ]
        .into_iter()
        .chain(many)
        .collect(),
        settle: Some(text(
            "Value added by class of activity, which the bureau has and does not publish.",
            "Добавленная стоимость по классам деятельности: у бюро она есть, но не публикуется.",
            "Қызмет сыныптары бойынша қосылған құн: бюрода бар, бірақ жарияланбайды.",
        )),
        note: Some(gambling.clone()),
    };
    let fails = ClaimReport {
        id: "plain".to_owned(),
        text: text("It is around 3 %.", "Она около 3 %.", "Ол 3 % шамасында."),
        attribution: attribution(None),
        published: None,
        outcome: Outcome::Fails,
        answers: vec![Answer {
            label: Some(published),
            ..answer(
                None,
                Verdict::Fails,
                Some(Figure {
                    note: Some(gambling.clone()),
                    ..figure(Some(2.7), Some(2.65), Some(2.75))
                }),
            )
        }],
        settle: Some(text("Not needed.", "Не нужно.", "Қажет емес.")),
        note: Some(gambling),
    };
    let untested = ClaimReport {
        id: "untested".to_owned(),
        text: text(
            "Over 200 proposals were sent.",
            "Направлено более 200 предложений.",
            "200-ден астам ұсыныс жіберілді.",
        ),
        attribution: attribution(Some("2023-09")),
        published: Some("over 200".to_owned()),
        outcome: Outcome::NoData,
        answers: Vec::new(),
        settle: Some(text("The list of them.", "Их список.", "Олардың тізімі.")),
        note: None,
    };
    vec![below, fails, untested]
}

fn reading(outcome: TargetOutcome) -> TargetReading {
    TargetReading {
        label: Some(text("computer services", "компьютерные услуги", "компьютерлік қызметтер")),
        definition: None,
        outcome,
        latest: Some(Figure {
            unit: text("million US$", "млн долл. США", "млн АҚШ доллары"),
            decimals: 1,
            at: BTreeMap::from([("TIME_PERIOD".to_owned(), "2025".to_owned())]),
            ..figure(Some(1012.34), Some(1012.34), Some(1012.34))
        }),
        met_in: None,
        growth_needed: None,
        growth_so_far: Some(0.3125),
        on_trend: None,
        progress: Vec::new(),
    }
}

fn targets() -> Vec<TargetReport> {
    let progress = vec![
        Progress { method: ProgressMethod::Eurostat, ratio: 0.72, grade: ProgressGrade::Moderate },
        Progress {
            method: ProgressMethod::StatisticsCanada,
            ratio: 0.72,
            grade: ProgressGrade::Moderate,
        },
    ];
    let exports = TargetReport {
        id: "it-exports".to_owned(),
        text: text(
            "IT services exports of US$ 1 billion",
            "Экспорт ИТ-услуг в 1 млрд долларов",
            "АТ-қызметтер экспорты 1 млрд доллар",
        ),
        attribution: attribution(Some("2023")),
        value: 1000.0,
        by: Some("2026".to_owned()),
        direction: Direction::AtLeast,
        outcome: TargetOutcome::Depends,
        readings: vec![
            TargetReading { met_in: Some("2025".to_owned()), ..reading(TargetOutcome::Met) },
            TargetReading {
                definition: Some("OECD_ICT".to_owned()),
                growth_needed: Some(0.4),
                progress,
                ..reading(TargetOutcome::Open)
            },
        ],
        settle: None,
        note: None,
    };
    let undated = TargetReport {
        id: "share".to_owned(),
        text: text("A share of 5 %", "Доля 5 %", "Үлесі 5 %"),
        attribution: attribution(None),
        value: 5.0,
        by: None,
        direction: Direction::AtMost,
        outcome: TargetOutcome::NoData,
        readings: Vec::new(),
        settle: Some(text("A series.", "Ряд данных.", "Деректер қатары.")),
        note: None,
    };
    vec![exports, undated]
}

fn commitments() -> Vec<CommitmentReport> {
    let law = CommitmentReport {
        id: "ip-law".to_owned(),
        text: text(
            "Reform of the IP law",
            "Реформа права интеллектуальной собственности",
            "Зияткерлік меншік құқығын реформалау",
        ),
        attribution: attribution(Some("2023-09-01")),
        status: Completion::Substantial,
        as_of: "2026-06".to_owned(),
        evidence: vec![Evidence {
            text: text("The law was signed.", "Закон подписан.", "Заңға қол қойылды."),
            date: Some("2025-11-24".to_owned()),
            link: "https://example.org/law".to_owned(),
        }],
        provision: Some(Provision {
            act: "No. 233-VIII".to_owned(),
            version: "2025-11-24".to_owned(),
            element: "art_4__para_2".to_owned(),
        }),
        note: None,
    };
    let nothing = CommitmentReport {
        status: Completion::NoEvidence,
        evidence: Vec::new(),
        provision: None,
        ..law.clone()
    };
    vec![law, nothing]
}

fn definition(name: &str, unverified: usize, leakage: bool) -> DefinitionSummary {
    DefinitionSummary {
        name: name.into(),
        owner: "OECD".to_owned(),
        version: "2007".to_owned(),
        subject: None,
        codes: 30,
        unverified,
        leakage,
    }
}

/// One of everything.
pub(crate) fn report() -> Report {
    Report {
        account: "sample".to_owned(),
        name: text("Kazakhstan", "Казахстан", "Қазақстан"),
        default_definition: Some("OECD_ICT".to_owned()),
        definitions: BTreeMap::from([
            ("OECD_ICT".to_owned(), definition("ICT sector", 0, false)),
            ("WIPO".to_owned(), definition("Copyright industries", 12, true)),
            ("NOT_MENTIONED".to_owned(), definition("Other", 0, false)),
        ]),
        topics: vec![
            TopicReport {
                id: "share".to_owned(),
                title: text("Share of GDP", "Доля в ВВП", "ЖІӨ-дегі үлес"),
                claims: claims(),
                targets: targets(),
                commitments: commitments(),
                indicators: vec![IndicatorSummary {
                    id: "creative_share".to_owned(),
                    title: text("Creative share of GDP", "Доля в ВВП", "ЖІӨ-дегі үлесі"),
                    observations: 16,
                    coverage: Some(("2010".to_owned(), "2025".to_owned())),
                }],
                proposals: vec![Proposal {
                    id: "generics".to_owned(),
                    topic: "share".to_owned(),
                    provision: Provision {
                        act: "Patent Law".to_owned(),
                        version: "2025-11-24".to_owned(),
                        element: "art_4__para_2".to_owned(),
                    },
                    title: text("Generics", "Дженерики", "Дженериктер"),
                    current: None,
                    proposed: None,
                    reason: None,
                    status: ProposalStatus::InBill,
                    by: Some("Patent attorneys".into()),
                    date: Some("2023-10-04".to_owned()),
                    link: "https://example.org/".to_owned(),
                    note: None,
                    line: 2,
                }],
            },
            TopicReport {
                id: "empty".to_owned(),
                title: "Empty".into(),
                claims: Vec::new(),
                targets: Vec::new(),
                commitments: Vec::new(),
                indicators: Vec::new(),
                proposals: Vec::new(),
            },
        ],
        validations: vec![ValidationReport {
            id: "check_regions".to_owned(),
            strict: false,
            checked: 220,
            failures: 3,
            examples: vec![BTreeMap::from([
                ("TIME_PERIOD".to_owned(), "2023".to_owned()),
                ("imbalance".to_owned(), "12".to_owned()),
            ])],
        }],
        summary: Summary {
            claims: BTreeMap::from([
                (Outcome::Depends, 1),
                (Outcome::Fails, 1),
                (Outcome::NoData, 1),
            ]),
            targets: BTreeMap::from([(TargetOutcome::Depends, 1), (TargetOutcome::NoData, 1)]),
            commitments: BTreeMap::from([
                (Completion::Substantial, 1),
                (Completion::NoEvidence, 1),
            ]),
        },
    }
}
