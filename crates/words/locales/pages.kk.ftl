# Веб-беттердің барлық хабарламалары. `pages.en.ftl` файлындағыдай және сол ретпен.

## Бөлімдер

page-menu = Бөлімдер
page-languages = Тілдер
page-skip = Мазмұнына өту
page-claims = Мәлімдемелер
page-targets = Мақсаттар
page-indicators = Көрсеткіштер
page-map = Карта
page-regions = Өңірлер
page-industries = Салалар
page-definitions = Анықтамалар
page-compare = Екі анықтаманы салыстыру
page-commitments = Міндеттемелер
page-proposals = Ұсыныстар
page-sources = Дереккөздер
page-releases = Шығарылымдар
page-search = Іздеу
page-api = Бағдарламаларға арналған деректер (API)
page-made-with = Ölshem көмегімен жасалды: әр сан өзі алынған файлға жетелейді.

## Беттер не туралы, бір сөйлеммен

page-lead = Не мәлімделді, деректер не дейді, әр мақсатқа дейін қанша қалды.
page-summary = { $name }: не мәлімделді, деректер не дейді және әр мақсатқа қанша қалды.
page-claims-summary = Әр мәлімдеме, оны кім жасады және деректер ол туралы не дейді.
page-indicators-summary = Әр көрсеткіш пен оның бақылаулары: қарап шығуға және алып кетуге болады.
page-regions-summary = Әр өңір туралы не белгілі: үлестер, орындар, коэффициенттер және өсім.
page-industries-summary = Әр сала туралы не белгілі және анықтамалар оған қандай қызмет түрлерін жатқызады.
page-definitions-summary = Қандай қызмет түрлері кімнің анықтамасы бойынша креативті саналады және әр анықтама басты көрсеткішті қалай өзгертеді.
page-compare-hint = Әр екі анықтамада ең ұсақ қызмет түрлерінің қаншасы ортақ.
page-targets-summary = Әр мақсат пен міндеттеме және оларға қанша қалғаны.
page-proposals-summary = Заңдарды өзгерту жөніндегі ұсыныстар тізілімі: тақырып, акт және бап бойынша.
page-sources-summary = Әр дереккөз: баспагері, лицензиясы, деректер редакциясы және бақылау сомасы.
page-releases-summary = Не және қашан мөрленді, екі шығарылымның арасында не өзгерді.
page-search-hint = Мәлімдемелерді, көрсеткіштерді, мақсаттарды, анықтамаларды, өңірлерді, қызмет түрлерін және дереккөздерді іздейді.
page-boundaries = Шекаралар
page-map-hint = Өңірлер бойынша деректері бар көрсеткіштер:

## Беттерде не тұр

page-verdict = Жауап
page-claim = Мәлімдеме
page-claims-count = { $n } мәлімдеме
page-who = Кім және қашан
page-where-said = қайдан оқуға болады
page-printed = Басылған түрі
page-tested = Тексерілген шарт
page-any-definition = кез келген анықтама бойынша
page-settle = Мәселені не шешер еді
page-method = Әдіс
page-lineage = Сандар қайдан алынған
page-lineage-open = Бастапқы файлдардың ұяшықтарына дейінгі бүкіл жол
page-shown-above = Жоғарыда көрсетілген.
page-indicator = Көрсеткіш
page-unit = Өлшем бірлігі
page-coverage = Кезеңдер
page-value = Мәні
page-low = Төменгі шегі
page-high = Жоғарғы шегі
page-observations = Бақылаулар
page-under = Көрсетілген анықтама:
page-more-in-files = Мұнда бәрі көрсетілмеген; төмендегі файлдарда барлық бақылау бар.
page-take = Деректерді алу
page-whole-country = Ел бойынша
page-code = Код
page-codes = Кодтар
page-weight = Салмағы
page-original-code = Бастапқы код
page-verified = Тексерілуі
page-read = дереккөзден оқылған
page-owner = Кімнікі
page-published = Жарияланған
page-classification = Жазылған жіктеуіші
page-reading = Түсінілуі
page-latest = Соңғы мәні
page-growth-so-far = Осы уақытқа дейінгі өсім, жылына
page-growth-needed = Қажетті өсім, жылына
page-trend = Орындалуы
page-on-trend = Қазіргі үрдіс сақталса, { $year } жылы орындалады.
page-percent = { $n } %
page-proposal = Ұсыныс
page-provision = Норма
proposal-provision-not-known = белгісіз
page-status = Күйі
page-by = Кім ұсынды
page-overlaps = Мыналармен қиылысады
page-remark = Ескертпе
page-comparison = Салыстырма кесте
page-number = №
page-current = Қолданыстағы редакция
page-proposed = Ұсынылатын редакция
page-reason = Негіздеме
page-not-given = келтірілмеген
page-source = Дереккөз
page-publisher = Баспагер
page-address = Мекенжай
page-means-holds = деректер мұны растайды
page-means-fails = деректер бұған қайшы
page-means-depends = анықтамаға немесе қалай түсінуге байланысты
page-means-undecidable = деректер тым жалпы, шешу мүмкін емес
page-means-no-data = бұл туралы жарияланған дерек жоқ
page-not-stated = көрсетілмеген
page-licence = Лицензия
page-retrieved = Алынған күні
page-vintage = Деректер редакциясы
page-file = Файл
page-release = Шығарылым
page-sealed = Мөрленген
page-changes = Алдыңғысынан өзгергені
page-moved = жауап өзгерді
page-no-releases = Әзірге ештеңе мөрленген жоқ.
page-search-for = Іздейтін сөз

## Өлшемдер

dimension-area = Аумақ
dimension-period = Кезең
dimension-definition = Анықтама
dimension-industry = Сала
dimension-activity = Қызмет түрі
dimension-statement = Мәлімет
dimension-item = Бап
dimension-variable = Айнымалы
dimension-transaction = Операция
dimension-kind = Түрі
dimension-base = Базалық жыл
dimension-flow = Ағын

## Беттің орнына не көрсетіледі

fault-not-found = Мұндай бет жоқ
fault-request = Сұрау түсініксіз
fault-method = Беттерді тек оқуға болады
fault-too-large = Сұрау тым үлкен
fault-too-slow = Бұл тым ұзаққа созылды
fault-busy = Сервер бос емес; сәл кейінірек қайталап көріңіз
fault-hint = Мекенжай қате жазылған немесе бет көшірілген болуы мүмкін.
status-stale = Шот өзгертілді және онда қателер бар; көрсетілгені — өзгеріске дейінгі күйі.
