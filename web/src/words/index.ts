// The words of the interface, in the language of the page.
import type { en } from "./en.ts";

export type Language = "kk" | "ru" | "en";
export type Key = keyof typeof en;
/** A text, with a form for each plural of the language where a number stands in it. */
export type Word = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Words = Record<Key, Word>;

const languages: Record<Language, () => Promise<Words>> = {
  en: async () => (await import("./en.ts")).en,
  ru: async () => (await import("./ru.ts")).ru,
  kk: async () => (await import("./kk.ts")).kk,
};

let words: Record<string, Word> = {};
let plurals = new Intl.PluralRules("en");

export const isLanguage = (text: string): text is Language => text in languages;

export async function loadWords(language: Language): Promise<void> {
  words = await languages[language]();
  plurals = new Intl.PluralRules(language);
}

/** The word for a key, with `{n}` and its like replaced. Of a key that nobody knows, its last part. */
export function word(key: Key | (string & {}), values: Record<string, string | number> = {}): string {
  const known = words[key];
  const n = typeof values.n === "number" ? values.n : undefined;
  const form =
    typeof known === "object" ? (known[n === undefined ? "other" : plurals.select(n)] ?? known.other) : known;
  return (form ?? key.slice(key.lastIndexOf(".") + 1)).replace(/\{(\w+)\}/g, (whole, name) =>
    String(values[name] ?? whole),
  );
}
