// Search: every word of the query, in any order, anywhere in a title, a detail or a code.
import { render } from "preact";
import { useMemo } from "preact/hooks";
import type { SearchDocument } from "../documents.ts";
import { api, cleared, href, language, main, query, setQuery } from "../site.ts";
import { word } from "../words/index.ts";

type Entry = SearchDocument["entries"][number];

export async function enhance(): Promise<void> {
  const { entries } = await api<SearchDocument>("search", language);
  const place = cleared("results");
  const form = main.querySelector<HTMLFormElement>("form[role=search]");
  const input = form?.querySelector<HTMLInputElement>("input[name=q]");
  const show = (asked: string) => render(<Results entries={entries} asked={asked} />, place);
  const first = query().get("q") ?? "";
  if (input) {
    input.value = first;
    input.autocomplete = "off";
    input.addEventListener("input", () => {
      setQuery({ q: input.value });
      show(input.value);
    });
  }
  form?.addEventListener("submit", (event) => event.preventDefault());
  show(first);
}

/** Letters that readers type for one another: е for ё, Russian ones for Kazakh ones that their keyboard lacks. */
const alike: Record<string, string> = {
  ё: "е",
  ә: "а",
  ғ: "г",
  қ: "к",
  ң: "н",
  ө: "о",
  ұ: "у",
  ү: "у",
  һ: "х",
  і: "и",
};
const plain = (text: string) =>
  text.toLowerCase().replace(/[ёәғқңөұүһі]/g, (letter) => alike[letter] ?? letter);

/** What a reader looks for first comes first; codes of activities, of which there are thousands, last. */
const order = [
  "claim",
  "target",
  "commitment",
  "indicator",
  "region",
  "industry",
  "definition",
  "proposal",
  "source",
  "activity",
];
const most = 60;
const none = -1000;

function Results({ entries, asked }: { entries: Entry[]; asked: string }) {
  const texts = useMemo(
    () =>
      entries.map(([, id, title, detail]) => ({
        title: plain(`${id} ${title}`),
        all: plain(`${id} ${title} ${detail}`),
      })),
    [entries],
  );
  const words = plain(asked).split(/\s+/).filter(Boolean);
  const found = useMemo(() => {
    if (words.length === 0) return [];
    const score = (index: number) => {
      const { title, all } = texts[index] ?? { title: "", all: "" };
      if (!words.every((each) => all.includes(each))) return none;
      const starts = words.filter((each) => title.startsWith(each) || title.includes(` ${each}`)).length;
      return starts * 10 - order.indexOf(entries[index]?.[0] ?? "");
    };
    return entries
      .map((entry, index) => ({ entry, score: score(index) }))
      .filter(({ score }) => score > none)
      .sort((a, b) => b.score - a.score)
      .map(({ entry }) => entry);
  }, [asked, texts]);
  return (
    <>
      <p aria-live="polite" class="soft small">
        {words.length > 0 &&
          (found.length > 0 ? word("search.found", { n: found.length }) : word("search.nothing"))}
      </p>
      <ul class="results">
        {found.slice(0, most).map(([kind, id, title, detail, address]) => (
          <li key={`${kind} ${id}`}>
            <p class="eyebrow">
              {word(`kind.${kind}`)}
              {kind === "activity" && <span class="code"> {id}</span>}
            </p>
            {address ? <a href={href(address)}>{title}</a> : title}{" "}
            {detail && <span class="soft small">{detail}</span>}
          </li>
        ))}
      </ul>
      {found.length > most && <p class="soft">{word("search.more", { n: found.length - most })}</p>}
    </>
  );
}
