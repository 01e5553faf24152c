// The register of proposals: its rows by topic, act and status.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Account, Proposal } from "../documents.ts";
import { api, cleared, main, query, segment, setQuery, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  const [proposals, account] = await Promise.all([api<Proposal[]>("proposals"), api<Account>("account")]);
  render(<Filter proposals={proposals} account={account} />, cleared("selectors"));
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
    const ids = new Set(shown.map(({ id }) => segment(id)));
    const known = new Set(proposals.map(({ id }) => segment(id)));
    for (const row of main.querySelectorAll<HTMLElement>("tr[id], tr[data-proposal]")) {
      const id = row.dataset.proposal ? segment(row.dataset.proposal) : row.id;
      if (known.has(id)) row.hidden = !ids.has(id);
    }
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
