// Where the page is, what language it is in, and how it gets the documents.
import type { Text } from "./documents.ts";
import { isLanguage, type Language } from "./words/index.ts";

const html = document.documentElement;

export const language: Language = isLanguage(html.lang) ? html.lang : "en";
const root = html.dataset.root ?? "./";
export const main = document.querySelector<HTMLElement>("main") ?? document.body;

/** An address within the site, from this page. */
export const href = (path: string): string => root + path;

/** As in the addresses of pages: letters, digits, `-` and `_` as they are, other bytes as `~` and two digits. */
export function segment(code: string): string {
  const bytes = new TextEncoder().encode(code);
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9_-]/.test(letter) ? letter : `~${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** The address of a page in the reader's language: `page("claims", id)`. */
export const page = (...parts: string[]): string => href(`${[language, ...parts.map(segment)].join("/")}/`);

const pending = new Map<string, Promise<unknown>>();

/** A document by its path from the root; asked for once. */
export function read<T>(path: string): Promise<T> {
  const known = pending.get(path);
  if (known) return known as Promise<T>;
  const answer = fetch(href(path)).then((response) => {
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  });
  pending.set(path, answer);
  return answer as Promise<T>;
}

export const api = <T>(...parts: string[]): Promise<T> =>
  read<T>(`api/v1/${parts.map(segment).join("/")}.json`);

/** The page's own document. */
export function own<T>(): Promise<T> {
  const source = main.dataset.src;
  if (!source) throw new Error("the page names no document");
  return read<T>(source.startsWith(root) ? source.slice(root.length) : source);
}

/** A text of the account in the reader's language, or else in English, or else in any. */
export function text(of: Text | null | undefined): string {
  if (!of) return "";
  if (typeof of === "string") return of;
  return of[language] ?? of.en ?? Object.values(of)[0] ?? "";
}

/** An empty place of the page by its name, made visible; where the page has none, a new one at its end. */
export function slot(name: string): HTMLElement {
  const found = main.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  if (found) {
    found.hidden = false;
    return found;
  }
  const made = document.createElement("div");
  made.dataset.slot = name;
  main.append(made);
  return made;
}

/** The slot emptied, to be drawn into. */
export function cleared(name: string): HTMLElement {
  const place = slot(name);
  place.replaceChildren();
  return place;
}

export const hasSlot = (name: string): boolean => main.querySelector(`[data-slot="${name}"]`) !== null;

/** What the address says, so that a link shows what its sender saw. */
export const query = (): URLSearchParams => new URLSearchParams(location.search);

export function setQuery(values: Record<string, string | null>): void {
  const next = query();
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === "") next.delete(key);
    else next.set(key, value);
  }
  const search = next.toString();
  history.replaceState(null, "", location.pathname + (search ? `?${search}` : "") + location.hash);
  // The same page in another language keeps what is chosen.
  for (const link of document.querySelectorAll<HTMLAnchorElement>("nav.languages a")) link.search = search;
}
