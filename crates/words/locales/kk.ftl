# Интерфейстің барлық хабарламалары. `en.ftl` файлындағыдай және сол ретпен.

## Мәлімдемелер бойынша жауаптар

verdict-holds = дұрыс
verdict-fails = дұрыс емес
verdict-depends = әртүрлі
verdict-undecidable = шешілмейді
verdict-no-data = дерек жоқ

under-definitions = — { $list } бойынша
under-all = — барлық { $n } анықтама бойынша ({ $example })
under-others = — қалған { $n } анықтама бойынша ({ $example })
printed-as = { $who }; дереккөзде: «{ $figure }»
to-settle = Мәселені не шешер еді: { $text }
note = Ескертпе: { $text }
kind-published = жарияланған күйінде
kind-intention = ниет
bound-below = ≥ { $bound }, жоғарғы шегі белгісіз
bound-above = ≤ { $bound }, төменгі шегі белгісіз

## Мақсаттар

target-met = орындалды
target-open = күтілуде
target-missed = орындалмады
target-at-least = кемінде { $value }
target-at-most = ең көбі { $value }
target-by = Мақсат: { $wanted }, мерзімі: { $by }
target-undated = Мақсат: { $wanted }; мерзімі айтылмаған
target-met-in = алғаш орындалған кезеңі: { $period }
reading-under = { $name }, { $list } бойынша
growth-needed = әлі қажет өсім жылына { $needed }
growth-so-far = осы уақытқа дейінгі өсім жылына { $sofar }
growth-needed-and-so-far = әлі қажет өсім жылына { $needed }, осы уақытқа дейін жылына { $sofar }
progress-ratio = { $grades } (өсімнің қажетті өсімге қатынасы: { $ratio })
eurostat-on-track = айтарлықтай ілгерілеу
eurostat-moderate = орташа ілгерілеу
eurostat-limited = ілгерілеу жеткіліксіз
eurostat-none = ілгерілеу жоқ
eurostat-away = мақсаттан алыстау
statcan-on-track = мақсатқа мерзімінде жетіп келеді
statcan-moderate = ілгерілеу бар, бірақ жеделдету қажет
statcan-limited = ілгерілеу шектеулі
statcan-none = ілгерілеу жоқ
statcan-away = нашарлау

## Міндеттемелер, «Ашық үкімет» әріптестігінің шкаласы бойынша

ogp-no-evidence = мәлімет жоқ
ogp-not-started = басталмаған
ogp-limited = шектеулі
ogp-substantial = едәуір
ogp-complete = орындалған
evidence = Мына мерзімдегі жағдай: { $date }; негіздері:
evidence-none = Мына мерзімдегі жағдай: { $date }; негіз келтірілмеген
provision = { $act }, редакциясы: { $version }

## Есептің қалған бөлігі

proposals-count = Тізілімде осы тақырып бойынша { $n } ұсыныс бар.
proposal-proposed = ұсынылды
proposal-in-bill = заң жобасында
proposal-adopted = қабылданды
proposal-rejected = қабылданбады
proposal-not-known = нәтижесі белгісіз
indicators = `olshem show` үшін көрсеткіштер: { $list }
validations = Айырмашылық тапқан тексерулер
validation = { $id }: { $checked } бақылаудың { $n } сәйкес келмейді
validation-imbalance = айырмасы { $imbalance }
validation-more = және тағы { $n }
definitions = Анықтамалар
definition = { $name } ({ $owner }, { $version })
definition-unverified = дереккөзбен толық салыстырылмаған кодтар: { $codes } ішінен { $n }
each-definition = `olshem explain ШОТ --claim ID` әр анықтама бойынша санды және оның қайдан алынғанын көрсетеді.
definition-star = * дереккөзден оқылмаған немесе ішінара ғана оқылған: сандарына сақтықпен қараңыз.
definition-leakage = көшіргенде анықтамада жоқ қызмет түрлерін де қамтиды
summary = Қорытынды
claims-count = { $n } мәлімдеме
targets-count = { $n } мақсат
commitments-count = { $n } міндеттеме
count-holds = { $n } дұрыс
count-fails = { $n } дұрыс емес
count-depends = { $n } әртүрлі
count-undecidable = { $n } шешілмейді
count-no-data = { $n } дерексіз
count-met = { $n } орындалды
count-open = { $n } күтілуде
count-missed = { $n } орындалмады

## Шығу тегі

lineage-test = Тексеру
lineage-condition = шарты: { $condition }
lineage-method = { $place } ішінде есептелген
lineage-source = «{ $title }», { $publisher } ({ $id } дереккөзі)
lineage-address = { $address }; алынған уақыты: { $retrieved }, деректер шығарылымы: { $vintage }; лицензиясы: { $licence }
lineage-definition = { $id } анықтамасы, «{ $name }» ({ $owner }, { $version })
lineage-published = жарияланған жері: { $published }; жіктеуіші: { $classification }
lineage-above = { $what } (жоғарыда көрсетілген)
lineage-more = және тағы { $n }
lineage-cell = «{ $sheet }» парағы, { $cell } ұяшығы: «{ $text }»
lineage-column = { $line }-жол, «{ $column }» бағаны: «{ $text }»
lineage-line = { $line }-жол: «{ $text }»
lineage-definition-line = { $line }-жол: { $text }
lineage-weight = салмағы { $weight }
lineage-read-part = дереккөзбен ішінара салыстырылған
lineage-recalled = жадтан жазылған, салыстырылмаған

## Файлдар

file-sender = жіберуші: { $text }
file-prepared = дайындалған күні: { $text }
file-name = { $text }
file-structures = Құрылымдар
file-artefact = артефакт
file-items = элементтер
file-called = атауы
file-dimension = өлшем
file-time-dimension = уақыт өлшемі
file-measure-dimension = көрсеткіштер өлшемі
file-measure = көрсеткіш
file-attribute = атрибут
file-group = топ
file-more = және тағы { $n }
file-dataset = { $id } деректер жиыны
file-observations = { $n } бақылау
file-structure = құрылымы: { $text }
file-source = дереккөзі: { $text }
file-updated = соңғы өзгеріс: { $text }
file-component = құрамдас
file-role = рөлі
file-type = түрі
file-present = толтырылған
file-different = әртүрлі
file-coverage = Қамтуы: { $from } – { $to }
file-period = { $periods }: { $n }
file-periods = { $periods }: әрқайсысы { $n }
file-unknown = кодтар тізімінде жоқ: { $list }
file-notes = Ескертпелер
file-first = Алғашқы бақылаулар
source-added = Жаңа source.toml файлын қарап шығыңыз: атауы, жариялаушысы, мекенжайы, лицензиясы және деректер жиындарының аттары. Содан кейін `olshem source verify { $account }`.
source-verdict = нәтиже
source-well = дұрыс
source-faults = { $n } қате
source-id = дереккөз
source-datasets = деректер жиындары
source-observations = бақылау
source-checksum = sha256
file-sheet = «{ $name }» парағы
file-rows = { $n } бос емес жол
file-table = { $range } кестесі, тақырыптары { $header } жолында
file-bare-table = { $range } кестесі, тақырыпсыз
file-labels = атаулар
file-codes = кодтар
file-periods-held = кезеңдер
file-numbers = сандар
source-left-out = Жеткілікті дұрыс болмағандықтан ұсынылмады:
structures-beside = Құрылымдар { $path } файлында.
lost = { $format } сыйғыза алмады:

## Күндер

month = { $month ->
    [1] қаңтар
    [2] ақпан
    [3] наурыз
    [4] сәуір
    [5] мамыр
    [6] маусым
    [7] шілде
    [8] тамыз
    [9] қыркүйек
    [10] қазан
    [11] қараша
   *[12] желтоқсан
}
month-of-day = { $month ->
    [1] қаңтар
    [2] ақпан
    [3] наурыз
    [4] сәуір
    [5] мамыр
    [6] маусым
    [7] шілде
    [8] тамыз
    [9] қыркүйек
    [10] қазан
    [11] қараша
   *[12] желтоқсан
}
date-month = { $year } жылғы { $month }
date-day = { $year } жылғы { $day } { $month }

## Қателер

fault = қате { $code } ({ $category }): { $title }
    {"  "}{ $message }
hint = кеңес: { $text }
hint-codes = `olshem errors` барлық кодты тізіп береді
place-column = { $place }, «{ $column }» бағаны
place-cell = { $file }, «{ $sheet }» парағы, { $cell } ұяшығы
faults-count = { $n } қате; `olshem errors КОД` түсіндіреді
category-command = команда
category-account = шот
category-files = файл
category-methods = әдіс
category-calculation = есептеу

## Командалар

table-value = мәні
table-bounds = шектері
published-method = Әдіс: { $text }
table-empty = Мұндай мәндері бар бақылау жоқ.
release-new = Жаңа шығарылым { $path } ішіне жазылды
release-known = Ештеңе өзгерген жоқ: бұл шығарылым { $path } ішінде бұрыннан бар
account-made = { $path } жасалды. Оны тексеру үшін:
source-accepted = { $source } дереккөзінің файлы қабылданды. Не өзгергенін көру үшін:
site-written = Құжаттар саны: { $n }, жазылған жері: { $path }
vtl-persistent = { $name } (тұрақты)
vtl-temporary = { $name } (уақытша)
vtl-scalar = типі { $type } скаляр
vtl-component = компонент
vtl-role = рөлі
vtl-type = типі
vtl-null = null
vtl-nothing-kept = Тұрақты нәтиже жоқ. `<-` арқылы меншіктеңіз немесе `--all` қосыңыз.
vtl-planned-into = оны оқитын операторға енгізілген
vtl-progress = { $statement }: { $rows } жол, секундына { $rate }, { $memory } МиБ
vtl-would-change = `olshem vtl fmt` бұл файлдарды өзгертер еді.

## `olshem vtl repl` командалық жолы

repl-welcome = VTL 2.2. Нұсқаулар мен өрнектер `;` белгісімен аяқталады. `:help` командаларды көрсетеді, Ctrl-D жұмысты аяқтайды.
repl-intro = Нұсқау немесе өрнек бірнеше жолға созыла алады; `;` белгісімен аяқталып, бірден орындалады. Нәтижелер мен анықтамалар сақталады, атауды қайта беруге болады. Tab атаулар мен операторларды толықтырады, Ctrl-C терілгенді тастайды, Ctrl-D жұмысты аяқтайды. Команданың басын теру жеткілікті.
repl-help = осы тізім
repl-list = белгілінің бәрі: кіріс деректер, нәтижелер, анықтамалар
repl-structure = деректер жиынының компоненттері немесе скалярдың типі
repl-explain = нұсқау немесе өрнек қалай орындалар еді
repl-quit = жұмысты аяқтау
repl-defined = Анықталды; қолданылған жерінде тексеріледі.
repl-more = … тағы { $n }
repl-input = кіріс деректер
repl-result = нәтиже
repl-nothing = Әзірге ештеңе белгілі емес.
repl-name = атауы
repl-kind = түрі
repl-components = компоненттері
