// Shows the verdicts under one definition, wherever the page names a claim or a target.
import type { ClaimSummary, TargetDocument } from "./documents.ts";
import { main } from "./site.ts";
import { word } from "./words/index.ts";

const symbols: Record<string, string> = {
  holds: "✔",
  met: "✔",
  fails: "✘",
  missed: "✘",
  depends: "~",
  undecidable: "?",
  "no-data": "∅",
  open: "○",
};

export const verdictText = (verdict: string): string =>
  `${symbols[verdict] ?? "∅"} ${word(`verdict.${verdict}`)}`;

/** As the server writes it: a symbol for the eye, and a word. */
export function Verdict({ of }: { of: string }) {
  return (
    <span class="verdict" data-verdict={of}>
      <span aria-hidden="true">{symbols[of] ?? "∅"}</span> {word(`verdict.${of}`)}
    </span>
  );
}

function write(place: HTMLElement, verdict: string): void {
  place.dataset.verdict = verdict;
  const symbol = document.createElement("span");
  symbol.ariaHidden = "true";
  symbol.textContent = symbols[verdict] ?? "∅";
  place.replaceChildren(symbol, ` ${word(`verdict.${verdict}`)}`);
}

/** The place of a claim's or target's verdict on the page. */
function* places(kind: "claim" | "target", id: string): Generator<HTMLElement> {
  const own = [
    ...main.querySelectorAll<HTMLElement>(`[data-${kind}="${CSS.escape(id)}"]`),
    ...Array.from(main.querySelectorAll(`a[href*="/${kind}s/${CSS.escape(id)}/"]`), (link) =>
      link.closest<HTMLElement>("tr, li, article"),
    ),
  ];
  for (const row of new Set(own)) {
    const verdict = row?.matches(".verdict") ? row : row?.querySelector<HTMLElement>(".verdict");
    if (verdict) yield verdict;
  }
}

const underTarget = (target: TargetDocument, definition: string): string => {
  const outcomes = new Set(
    target.readings
      .filter((reading) => reading.definition === null || reading.definition === definition)
      .map((reading) => reading.outcome),
  );
  const [only] = outcomes;
  return outcomes.size === 1 && only ? only : outcomes.size === 0 ? "no-data" : "depends";
};

/** Writes each verdict under the definition ("" for all together), and says how they come out. */
export function judge(definition: string, claims: ClaimSummary[], targets: TargetDocument[]): string {
  let changed = 0;
  const outcomes: string[] = [];
  const show = (kind: "claim" | "target", id: string, all: string, under: string) => {
    for (const place of places(kind, id)) {
      write(place, under);
      place.classList.toggle("changed", under !== all);
    }
    if (under !== all) changed += 1;
  };
  for (const claim of claims) {
    const under = (definition && claim.under[definition]) || claim.outcome;
    outcomes.push(under);
    show("claim", claim.id, claim.outcome, under);
  }
  for (const target of targets) {
    const dependent = target.readings.some((reading) => reading.definition === definition);
    show("target", target.id, target.outcome, dependent ? underTarget(target, definition) : target.outcome);
  }
  tally(outcomes);
  return definition ? word("definition.changed", { n: changed }) : "";
}

/** The counts by verdict, where the page has them. */
function tally(outcomes: string[]): void {
  const counts = main.querySelector("ul.counts");
  if (!counts) return;
  const bar = main.querySelector("svg.tally");
  bar?.replaceChildren();
  let begins = 0;
  const entries = ["holds", "fails", "depends", "undecidable", "no-data"].flatMap((verdict) => {
    const n = outcomes.filter((outcome) => outcome === verdict).length;
    if (n === 0) return [];
    const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ x: begins, width: n, height: 1, "data-verdict": verdict }))
      part.setAttribute(name, String(value));
    bar?.append(part);
    begins += n;
    const entry = document.createElement("li");
    const place = document.createElement("span");
    place.className = "verdict";
    write(place, verdict);
    const count = document.createElement("span");
    count.className = "count";
    count.textContent = String(n);
    const meaning = document.createElement("span");
    meaning.className = "meaning";
    meaning.textContent = word(`means.${verdict}`);
    entry.append(count, " ", place, " ", meaning);
    return [entry];
  });
  counts.replaceChildren(...entries);
}
