# Все сообщения веб-страниц. Те же и в том же порядке, что в `pages.en.ftl`.

## Разделы

page-menu = Разделы
page-languages = Языки
page-skip = К содержанию
page-claims = Утверждения
page-targets = Цели
page-indicators = Показатели
page-map = Карта
page-regions = Регионы
page-industries = Отрасли
page-definitions = Определения
page-compare = Сравнить два определения
page-commitments = Обязательства
page-proposals = Предложения
page-sources = Источники
page-releases = Выпуски
page-search = Поиск
page-api = Данные для программ (API)
page-made-with = Сделано с Ölshem: каждое число ведёт к файлу, из которого оно взято.

## О чём страницы, одной фразой

page-lead = Что утверждалось, что говорят данные и далеко ли до каждой цели.
page-summary = { $name }: что было заявлено, что говорят данные и насколько близка каждая цель.
page-claims-summary = Каждое утверждение, кто его сделал и что о нём говорят данные.
page-indicators-summary = Каждый показатель с наблюдениями: посмотреть и забрать.
page-regions-summary = Что известно о каждом регионе: доли, места, коэффициенты и рост.
page-industries-summary = Что известно о каждой отрасли и какие виды деятельности относят к ней определения.
page-definitions-summary = Какие виды деятельности считаются креативными, по чьему определению и что каждое из них меняет в главном показателе.
page-compare-hint = Сколько самых дробных видов деятельности общих у каждых двух определений.
page-targets-summary = Каждая цель и каждое обязательство и насколько они близки.
page-proposals-summary = Реестр предложений по изменению законов: по темам, актам и статьям.
page-sources-summary = Каждый источник: издатель, лицензия, редакция данных и контрольная сумма.
page-releases-summary = Что и когда было опечатано и что изменилось между двумя выпусками.
page-search-hint = Ищет утверждения, показатели, цели, определения, регионы, виды деятельности и источники.
page-boundaries = Границы
page-map-hint = Показатели с данными по регионам:

## Что стоит на страницах

page-verdict = Ответ
page-claim = Утверждение
page-claims-count = { $n ->
    [one] { $n } утверждение
    [few] { $n } утверждения
   *[other] { $n } утверждений
}
page-who = Кто и когда
page-where-said = где это можно прочесть
page-printed = Как напечатано
page-tested = Проверялось
page-any-definition = при любом определении
page-settle = Что решило бы вопрос
page-method = Метод
page-lineage = Откуда взяты числа
page-lineage-open = Весь путь до ячеек исходных файлов
page-shown-above = Показано выше.
page-indicator = Показатель
page-unit = Единица
page-coverage = Периоды
page-value = Значение
page-low = Нижняя граница
page-high = Верхняя граница
page-observations = Наблюдения
page-under = Показано по определению
page-more-in-files = Здесь показано не всё; в файлах ниже есть все наблюдения.
page-take = Забрать данные
page-whole-country = Страна в целом
page-code = Код
page-codes = Коды
page-weight = Вес
page-original-code = Исходный код
page-verified = Сверка
page-read = прочитано в источнике
page-owner = Чьё
page-published = Опубликовано
page-classification = Написано в
page-reading = Толкование
page-latest = Последнее значение
page-growth-so-far = Рост до сих пор, в год
page-growth-needed = Нужный рост, в год
page-trend = Достигается
page-on-trend = При нынешней тенденции будет достигнута в { $year } году.
page-percent = { $n } %
page-proposal = Предложение
page-provision = Норма
proposal-provision-not-known = неизвестна
page-status = Состояние
page-by = Кем предложено
page-overlaps = Пересекается с
page-remark = Примечание
page-comparison = Сравнительная таблица
page-number = №
page-current = Действующая редакция
page-proposed = Предлагаемая редакция
page-reason = Обоснование
page-not-given = не приведено
page-source = Источник
page-publisher = Издатель
page-address = Адрес
page-means-holds = данные это подтверждают
page-means-fails = данные этому противоречат
page-means-depends = зависит от определения или от толкования
page-means-undecidable = данные слишком грубы, чтобы решить
page-means-no-data = опубликованных данных об этом нет
page-not-stated = не указана
page-licence = Лицензия
page-retrieved = Получено
page-vintage = Редакция данных
page-file = Файл
page-release = Выпуск
page-sealed = Опечатан
page-changes = Изменилось по сравнению с предыдущим
page-moved = изменился ответ
page-no-releases = Пока ничего не опечатано.
page-search-for = Искать

## Измерения

dimension-area = Территория
dimension-period = Период
dimension-definition = Определение
dimension-industry = Отрасль
dimension-activity = Вид деятельности
dimension-statement = Высказывание
dimension-item = Статья
dimension-variable = Переменная
dimension-transaction = Операция
dimension-kind = Вид
dimension-base = Базовый год
dimension-flow = Поток

## Что показано вместо страницы

fault-not-found = Такой страницы нет
fault-request = Запрос не понят
fault-method = Страницы можно только читать
fault-too-large = Запрос слишком велик
fault-too-slow = Это длится слишком долго
fault-busy = Сервер занят; попробуйте чуть позже
fault-hint = Возможно, адрес написан с ошибкой или страница переехала.
status-stale = Счёт изменён, и в нём есть ошибки; показано то, что было до изменения.
