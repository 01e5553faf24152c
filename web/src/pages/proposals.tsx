// The register of proposals: its rows by topic, act and status.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Account, Proposal } from "../documents.ts";
import { api, main, query, setQuery, slot, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  const [proposals, account] = await Promise.all([api<Proposal[]>("proposals"), api<Account>("account")]);
  const place = slot("selectors");
  place.replaceChildren();
  render(<Filter proposals={proposals} account={account} />, place);
}

type Facet = "topic" | "act" | "element" | "status";
const facets: Record<Facet, (proposal: Proposal) => string> = {
  topic: (proposal) => proposal.topic,
  act: (proposal) => proposal.provision.act,
  element: (proposal) => proposal.provision.element,
  status: (proposal) => proposal.status,
};

function Filter({ proposals, account }: { proposals: Proposal[]; account: Account }) {
  const names = Object.keys(facets) as Facet[];
  const [chosen, setChosen] = useState<Partial<Record<Facet, string>>>(() =>
    Object.fromEntries(names.map((facet) => [facet, query().get(facet) ?? ""])),
  );
  const shown = proposals.filter((proposal) =>
    names.every((facet) => !chosen[facet] || facets[facet](proposal) === chosen[facet]),
  );
  useEffect(() => {
    setQuery(Object.fromEntries(names.map((facet) => [facet, chosen[facet] ?? null])));
    const ids = new Set(shown.map(({ id }) => id));
    for (const row of main.querySelectorAll<HTMLElement>("[data-proposal]"))
      row.hidden = !ids.has(row.dataset.proposal ?? "");
  }, [chosen]);
  const label = (facet: Facet, value: string) =>
    facet === "topic"
      ? text(account.topics.find(({ id }) => id === value)?.title) || value
      : facet === "status"
        ? word(`status.${value}`)
        : value || word("proposals.unknown");
  return (
    <div class="controls">
      {names.map((facet) => {
        const values = [...new Set(proposals.map(facets[facet]))].filter((value) => value !== "").sort();
        if (values.length === 0) return null;
        return (
          <label key={facet}>
            {word(`proposals.${facet}`)}
            <select
              value={chosen[facet] ?? ""}
              onChange={(event) => setChosen({ ...chosen, [facet]: event.currentTarget.value })}
            >
              <option value="">{word("proposals.all")}</option>
              {values.map((value) => (
                <option key={value} value={value}>
                  {label(facet, value)}
                </option>
              ))}
            </select>
          </label>
        );
      })}
      <button type="button" onClick={() => print()}>
        {word("proposals.print")}
      </button>
      <p aria-live="polite" class="small soft">
        {word("proposals.shown", { n: shown.length, of: proposals.length })}
      </p>
    </div>
  );
}
