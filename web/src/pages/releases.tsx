// What changed between two releases: verdicts, sources, and the files that decide.
import { render } from "preact";
import { useState } from "preact/hooks";
import type { ClaimSummary, Release } from "../documents.ts";
import { date } from "../format.ts";
import { TableFrame } from "../frame.tsx";
import { api, cleared, page, query, setQuery, text } from "../site.ts";
import { Verdict } from "../verdicts.tsx";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  const releases = await api<Release[]>("releases");
  if (releases.length < 2) return;
  const claims = await api<ClaimSummary[]>("claims");
  const place = cleared("selectors");
  render(<Difference releases={releases} claims={claims} />, place);
}

const short = (id: string) => id.slice(0, 12);
const nameOf = (release: Release) => `${date(release.sealed.slice(0, 10))}, ${short(release.id)}`;

function Difference({ releases, claims }: { releases: Release[]; claims: ClaimSummary[] }) {
  const known = (side: string) => releases.find(({ id }) => id === query().get(side));
  const [a, setA] = useState(known("a") ?? releases[1]);
  const [b, setB] = useState(known("b") ?? releases[0]);
  if (!a || !b) return null;
  const choose = (side: "a" | "b", id: string) => {
    const release = releases.find((each) => each.id === id);
    (side === "a" ? setA : setB)(release);
    setQuery({ a: side === "a" ? id : a.id, b: side === "b" ? id : b.id });
  };
  const verdicts = differing(a.verdicts, b.verdicts);
  const inputs = differing(a.inputs, b.inputs);
  const outputs = differing(a.outputs, b.outputs);
  const sums = (release: Release) =>
    Object.fromEntries(Object.entries(release.sources).map(([id, { sha256 }]) => [id, sha256]));
  const sources = differing(sums(a), sums(b));
  return (
    <>
      <h2>{word("releases.changed")}</h2>
      <div class="controls">
        {(["a", "b"] as const).map((side) => (
          <label key={side}>
            {word(side === "a" ? "releases.before" : "releases.after")}
            <select
              value={(side === "a" ? a : b).id}
              onChange={(event) => choose(side, event.currentTarget.value)}
            >
              {releases.map((release) => (
                <option key={release.id} value={release.id}>
                  {nameOf(release)}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      {verdicts.length + inputs.length + outputs.length + sources.length === 0 && (
        <p>{word("releases.same")}</p>
      )}
      {verdicts.length > 0 && (
        <TableFrame label={word("releases.verdicts")}>
          <table>
            <caption>{word("releases.verdicts")}</caption>
            <thead>
              <tr>
                <th scope="col">{word("claim")}</th>
                <th scope="col">{word("releases.before")}</th>
                <th scope="col">{word("releases.after")}</th>
              </tr>
            </thead>
            <tbody>
              {verdicts.map(([id, before, after]) => (
                <tr key={id}>
                  <th scope="row">
                    <a href={page("claims", id)}>{text(claims.find((each) => each.id === id)?.text) || id}</a>
                  </th>
                  {[before, after].map((verdict, side) => (
                    <td key={String(side)}>{verdict ? <Verdict of={verdict} /> : "—"}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      <Names title={word("releases.sources")} names={sources.map(([id]) => id)} />
      <Names title={word("releases.inputs")} names={inputs.map(([id]) => id)} />
      <Names
        title={word("releases.outputs")}
        names={outputs.flatMap(([path]) => /^indicators\/(.+)\.parquet$/.exec(path)?.[1] ?? [])}
      />
    </>
  );
}

const Names = ({ title, names }: { title: string; names: string[] }) =>
  names.length === 0 ? null : (
    <section>
      <h3>{title}</h3>
      <ul>
        {names.map((name) => (
          <li key={name} class="code">
            {name}
          </li>
        ))}
      </ul>
    </section>
  );

function differing(
  a: Record<string, string>,
  b: Record<string, string>,
): [string, string | undefined, string | undefined][] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => a[key] !== b[key])
    .sort()
    .map((key) => [key, a[key], b[key]]);
}
