// The register of proposals: its rows by topic, act and status.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Account, Proposal } from "../documents.ts";
import { date } from "../format.ts";
import { TableFrame } from "../frame.tsx";
import { api, cleared, main, query, segment, setQuery, slot, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  const [proposals, account] = await Promise.all([api<Proposal[]>("proposals"), api<Account>("account")]);
  render(<Filter proposals={proposals} account={account} />, cleared("selectors"));
}

const provisionOf = ({ provision: { act, version, element } }: Proposal) =>
  [act, version && date(version), element].filter(Boolean).join(", ") || word("proposals.unknown");

/** The table that working groups on a law lay side by side: what stands there, what is wanted instead, and why. */
function Comparative({ proposals }: { proposals: Proposal[] }) {
  const title = word("proposals.comparative");
  return (
    <details class="comparative">
      <summary>{title}</summary>
      <TableFrame label={title}>
        <table class="ruled">
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">№</th>
              <th scope="col">{word("proposals.part")}</th>
              <th scope="col">{word("proposals.current")}</th>
              <th scope="col">{word("proposals.proposed")}</th>
              <th scope="col">{word("proposals.reason")}</th>
            </tr>
          </thead>
          <tbody>
            {proposals.map((proposal, index) => (
              <tr key={proposal.id}>
                <td>{index + 1}</td>
                <th scope="row">{provisionOf(proposal)}</th>
                <td>{text(proposal.current) || word("proposals.not-given")}</td>
                <td>
                  <strong>{text(proposal.title)}</strong>
                  <br />
                  {text(proposal.proposed) || word("proposals.not-given")}
                </td>
                <td>{text(proposal.reason) || proposal.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </details>
  );
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
    for (const row of main.querySelectorAll<HTMLElement>("tr[id]"))
      if (known.has(row.id)) row.hidden = !ids.has(row.id);
  }, [chosen]);
  const label = (facet: Facet, value: string) =>
    facet === "topic"
      ? text(account.topics.find(({ id }) => id === value)?.title) || value
      : facet === "status"
        ? word(`status.${value}`)
        : value || word("proposals.unknown");
  useEffect(() => {
    const own = main.querySelector<HTMLElement>('[data-slot="comparison"]');
    if (!own?.querySelector("table")) render(<Comparative proposals={shown} />, slot("comparison"));
  }, [chosen]);
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
