// Numbers, intervals, dates and periods as the reader's language writes them.
import type { Language } from "./words/index.ts";
import { word } from "./words/index.ts";

let locale = "en-GB";
let kazakh = false;

/**
 * Kazakh writes numbers as Russian does. Browsers say that they know Kazakh and then write as in English, so its
 * words for months and thousands are here.
 */
export function setLocale(language: Language): void {
  kazakh = language === "kk";
  locale = language === "en" ? "en-GB" : "ru";
}

const months = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан".split(
  " ",
);

export function number(value: number | null | undefined, decimals = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "—";
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: "negative",
  });
  // Of a text it rounds the decimal digits, as the server does; of a number the binary ones, and ties otherwise.
  return minus(format.format(`${value}` as `${number}`));
}

/** A sign as long as a plus, which lines do not break behind. */
const minus = (text: string) => text.replace("-", "−");

/** For an axis: as many digits as it takes, no more. */
export function tick(value: number): string {
  const options: Intl.NumberFormatOptions =
    Math.abs(value) >= 100_000
      ? { notation: "compact", maximumFractionDigits: 1 }
      : { maximumSignificantDigits: 6 };
  const written = new Intl.NumberFormat(locale, options).format(value);
  return minus(kazakh ? written.replace("тыс.", "мың") : written);
}

export interface Bounded {
  value: number | null;
  low: number | null;
  high: number | null;
}

const same = (a: number | null, b: number | null) => a !== null && b !== null && Math.abs(a - b) < 1e-12;

/** Whether no more is known than two bounds, or a value within them. */
export const isInterval = (figure: Bounded) =>
  !same(figure.low, figure.high) && !(figure.low === null && figure.high === null);

/** `1.00`, or `1.00 (0.96 to 1.05)`, or `0.31 to 4.02`, or `201 or more`. */
export function figure({ value, low, high }: Bounded, decimals = 0): string {
  const point = value === null ? "" : number(value, decimals);
  if (low === null && high === null) return point || "—";
  if (same(low, high)) return point || number(low, decimals);
  const bounds = interval(low, high, decimals);
  // In as many digits as are shown they are one number.
  if (point && number(low, decimals) === point && number(high, decimals) === point) return point;
  return point ? `${point} (${bounds})` : bounds;
}

export function interval(low: number | null, high: number | null, decimals = 0): string {
  if (low === null) return word("bounds.at-most", { high: number(high, decimals) });
  if (high === null) return word("bounds.at-least", { low: number(low, decimals) });
  return range(low, high, (end) => number(end, decimals));
}

/** `0.96–1.05`; with a minus sign in it `−0.5 … 1.5`. */
export function range(low: number, high: number, written: (end: number) => string): string {
  return `${written(low)}${low < 0 || high < 0 ? " … " : "–"}${written(high)}`;
}

/** A date as far as it is known: `2023-09-01`, `2023-09` or `2023`. */
export function date(iso: string | null | undefined): string {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(iso ?? "");
  if (!match) return iso ?? "";
  const [, year, month, day] = match;
  if (!month) return String(year);
  if (kazakh) {
    const name = months[Number(month) - 1] ?? month;
    return day ? `${year} жылғы ${Number(day)} ${name}` : `${year} жылғы ${name}`;
  }
  const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "long", timeZone: "UTC" };
  if (day) options.day = "numeric";
  const when = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1)));
  return new Intl.DateTimeFormat(locale, options).format(when);
}

/** A reference period: `2023`, `2023-S1`, `2023-Q3`, `2023-M04`. */
export function period(text: string): string {
  const match = /^(\d{4})-([SQM])(\d+)$/.exec(text);
  if (!match) return date(text);
  const [, year = "", kind = "", n = ""] = match;
  return kind === "M" ? date(`${year}-${n}`) : word(`period.${kind}`, { year, part: Number(n) });
}

/** Where a period lies on an axis of years. */
export function when(text: string): number {
  const match = /^(\d{4})(?:-([SQMW])?(\d+))?/.exec(text);
  if (!match) return Number.NaN;
  const parts = { S: 2, Q: 4, M: 12, W: 53 }[match[2] ?? "M"] ?? 12;
  return Number(match[1]) + (match[3] ? (Number(match[3]) - 1) / parts : 0);
}
