# Every message of the web pages. `pages.ru.ftl` and `pages.kk.ftl` have the same ones, in the same order.

page-claims = Claims
