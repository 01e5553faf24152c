# Все сообщения интерфейса. Те же и в том же порядке, что в `en.ftl`.

## Ответы по утверждениям

verdict-holds = верно
verdict-fails = неверно
verdict-depends = по-разному
verdict-undecidable = не решить
verdict-no-data = нет данных

under-definitions = по { $list }
under-all = { $n ->
    [one] по всем { $n } определению ({ $example })
   *[other] по всем { $n } определениям ({ $example })
}
under-others = { $n ->
    [one] по остальным { $n } определению ({ $example })
   *[other] по остальным { $n } определениям ({ $example })
}
printed-as = { $who }; в источнике: «{ $figure }»
to-settle = Что решило бы вопрос: { $text }
note = Примечание: { $text }
kind-published = как опубликовано
kind-intention = намерение
bound-below = ≥ { $bound }, верхняя граница неизвестна
bound-above = ≤ { $bound }, нижняя граница неизвестна

## Цели

target-met = достигнута
target-open = срок не вышел
target-missed = не достигнута
target-at-least = не менее { $value }
target-at-most = не более { $value }
target-by = Цель: { $wanted }, срок: { $by }
target-undated = Цель: { $wanted }; срок не назван
target-met-in = впервые достигнута: { $period }
reading-under = { $name }, по { $list }
growth-needed = ещё требуется рост на { $needed } в год
growth-so-far = рост до сих пор { $sofar } в год
growth-needed-and-so-far = ещё требуется рост на { $needed } в год, до сих пор { $sofar } в год
progress-ratio = { $grades } (отношение роста к требуемому: { $ratio })
eurostat-on-track = значительный прогресс
eurostat-moderate = умеренный прогресс
eurostat-limited = недостаточный прогресс
eurostat-none = прогресса нет
eurostat-away = движение от цели
statcan-on-track = идёт к цели в срок
statcan-moderate = прогресс есть, но нужно ускорение
statcan-limited = ограниченный прогресс
statcan-none = прогресса нет
statcan-away = ухудшение

## Обязательства, по шкале «Партнёрства открытых правительств»

ogp-no-evidence = нет сведений
ogp-not-started = не начато
ogp-limited = ограниченно
ogp-substantial = существенно
ogp-complete = выполнено
evidence = Состояние на { $date }; основания:
evidence-none = Состояние на { $date }; оснований не приведено
provision = { $act }, редакция от { $version }

## Остальное в отчёте

proposals-count = { $n ->
    [one] В реестре { $n } предложение по этой теме.
    [few] В реестре { $n } предложения по этой теме.
   *[other] В реестре { $n } предложений по этой теме.
}
proposal-proposed = предложено
proposal-in-bill = в законопроекте
proposal-adopted = принято
proposal-rejected = отклонено
proposal-not-known = судьба неизвестна
indicators = Показатели для `olshem show`: { $list }
validations = Проверки, нашедшие расхождения
validation = { $id }: не сходится { $n } из { $checked } наблюдений
validation-imbalance = расхождение { $imbalance }
validation-more = и ещё { $n }
definitions = Определения
definition = { $name } ({ $owner }, { $version })
definition-unverified = не полностью сверено с источником кодов: { $n } из { $codes }
each-definition = `olshem explain СЧЁТ --claim ID` показывает число по каждому определению и откуда оно взялось.
definition-star = * не прочитано в источнике или прочитано лишь частично: к его числам следует относиться с осторожностью.
definition-leakage = при переносе захватывает и виды деятельности, которых в определении нет
summary = Итог
claims-count = { $n ->
    [one] { $n } утверждение
    [few] { $n } утверждения
   *[other] { $n } утверждений
}
targets-count = { $n ->
    [one] { $n } цель
    [few] { $n } цели
   *[other] { $n } целей
}
commitments-count = { $n ->
    [one] { $n } обязательство
    [few] { $n } обязательства
   *[other] { $n } обязательств
}
count-holds = { $n ->
    [one] { $n } верно
   *[other] { $n } верны
}
count-fails = { $n ->
    [one] { $n } неверно
   *[other] { $n } неверны
}
count-depends = { $n } по-разному
count-undecidable = { $n } нельзя решить
count-no-data = { $n } без данных
count-met = { $n ->
    [one] { $n } достигнута
   *[other] { $n } достигнуты
}
count-open = у { $n } срок не вышел
count-missed = { $n ->
    [one] { $n } не достигнута
   *[other] { $n } не достигнуты
}

## Происхождение

lineage-test = Проверка
lineage-condition = условие: { $condition }
lineage-method = рассчитано в { $place }
lineage-source = из «{ $title }», { $publisher } (источник { $id })
lineage-address = { $address }; получено { $retrieved }, выпуск данных { $vintage }; лицензия: { $licence }
lineage-definition = определение { $id }, «{ $name }» ({ $owner }, { $version })
lineage-published = опубликовано: { $published }; составлено по { $classification }
lineage-above = { $what } (показано выше)
lineage-more = и ещё { $n }
lineage-cell = лист «{ $sheet }», ячейка { $cell }: «{ $text }»
lineage-column = строка { $line }, столбец «{ $column }»: «{ $text }»
lineage-line = строка { $line }: «{ $text }»
lineage-definition-line = строка { $line }: { $text }
lineage-weight = вес { $weight }
lineage-read-part = сверено с источником частично
lineage-recalled = записано по памяти, не сверено

## Файлы

file-sender = отправитель: { $text }
file-prepared = подготовлено { $text }
file-name = { $text }
file-structures = Структуры
file-artefact = артефакт
file-items = элементов
file-called = название
file-dimension = измерение
file-time-dimension = измерение времени
file-measure-dimension = измерение показателей
file-measure = показатель
file-attribute = атрибут
file-group = группа
file-more = и ещё { $n }
file-dataset = Набор данных { $id }
file-observations = { $n ->
    [one] { $n } наблюдение
    [few] { $n } наблюдения
   *[many] { $n } наблюдений
}
file-structure = структура: { $text }
file-source = источник: { $text }
file-updated = последнее изменение: { $text }
file-component = компонент
file-role = роль
file-type = тип
file-present = заполнено
file-different = различных
file-coverage = Охват: с { $from } по { $to }
file-period = { $periods }: { $n }
file-periods = { $periods }: по { $n }
file-unknown = нет в кодовом списке: { $list }
file-notes = Примечания
file-first = Первые наблюдения
source-added = Проверьте новый source.toml: название, издателя, адрес, лицензию и имена наборов данных. Затем `olshem source verify { $account }`.
source-verdict = итог
source-well = в порядке
source-faults = { $n ->
    [one] { $n } ошибка
    [few] { $n } ошибки
   *[many] { $n } ошибок
}
source-id = источник
source-datasets = наборы данных
source-observations = наблюдений
source-checksum = sha256
file-sheet = Лист «{ $name }»
file-rows = { $n ->
    [one] { $n } непустая строка
    [few] { $n } непустые строки
   *[many] { $n } непустых строк
}
file-table = Таблица { $range }, заголовки в строке { $header }
file-bare-table = Таблица { $range }, без заголовков
file-labels = названия
file-codes = коды
file-periods-held = периоды
file-numbers = числа
source-left-out = Не предложены, так как недостаточно правильны:
structures-beside = Структуры — в { $path }.
lost = { $format } не вмещает:

## Даты

month = { $month ->
    [1] январь
    [2] февраль
    [3] март
    [4] апрель
    [5] май
    [6] июнь
    [7] июль
    [8] август
    [9] сентябрь
    [10] октябрь
    [11] ноябрь
   *[12] декабрь
}
month-of-day = { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
}
date-month = { $month } { $year } г.
date-day = { $day } { $month } { $year } г.

## Ошибки

fault = ошибка { $code } ({ $category }): { $title }
    {"  "}{ $message }
hint = подсказка: { $text }
hint-codes = `olshem errors` перечисляет все коды
place-column = { $place }, столбец «{ $column }»
place-cell = { $file }, лист «{ $sheet }», ячейка { $cell }
faults-count = { $n ->
    [one] { $n } ошибка; `olshem errors КОД` объяснит её
    [few] { $n } ошибки; `olshem errors КОД` объяснит каждую
   *[other] { $n } ошибок; `olshem errors КОД` объяснит каждую
}
category-command = команда
category-account = счёт
category-files = файл
category-methods = метод
category-calculation = расчёт

## Команды

table-value = значение
table-bounds = границы
published-method = Метод: { $text }
table-empty = Наблюдений с такими значениями нет.
release-new = Новый выпуск записан в { $path }
release-known = Ничего не изменилось: этот выпуск уже был в { $path }
account-made = Создан { $path }. Чтобы проверить его:
source-accepted = Файл источника { $source } принят. Чтобы увидеть, что изменилось:
site-written = Документов: { $n }, записаны в { $path }
vtl-persistent = { $name } (постоянный)
vtl-temporary = { $name } (временный)
vtl-scalar = скаляр типа { $type }
vtl-component = компонент
vtl-role = роль
vtl-type = тип
vtl-null = null
vtl-nothing-kept = Постоянных результатов нет. Присваивайте через `<-` или добавьте `--all`.
vtl-planned-into = включено в оператор, который его читает
vtl-progress = { $statement }: строк { $rows }, { $rate } в секунду, { $memory } МиБ
vtl-would-change = `olshem vtl fmt` изменит эти файлы.

## Командная строка `olshem vtl repl`

repl-welcome = VTL 2.2. Инструкции и выражения заканчиваются на `;`. `:help` покажет команды, Ctrl-D завершит работу.
repl-intro = Инструкция или выражение может занимать несколько строк, заканчивается на `;` и выполняется сразу. Результаты и определения остаются известны, имя можно дать заново. Tab дополняет имена и операторы, Ctrl-C отбрасывает набранное, Ctrl-D завершает работу. Достаточно начала команды.
repl-help = этот список
repl-list = всё, что известно: входные данные, результаты, определения
repl-structure = компоненты набора данных или тип скаляра
repl-explain = как выполнялась бы инструкция или выражение
repl-quit = завершить работу
repl-defined = Определено; проверяется там, где используется.
repl-more = … и ещё { $n }
repl-input = входные данные
repl-result = результат
repl-nothing = Пока ничего не известно.
repl-name = имя
repl-kind = вид
repl-components = компоненты
