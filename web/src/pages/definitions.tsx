// The definitions that take in an activity: with which weight, and by which of their codes.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Account, Activities, DefinitionDocument } from "../documents.ts";
import { number } from "../format.ts";
import { TableFrame, useSorting } from "../frame.tsx";
import { api, page, query, setQuery, slot, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  const { definitions } = await api<Account>("account");
  if (definitions.length === 0) return;
  const ids = definitions.map(({ id }) => id);
  const whole = slot("results");
  render(<ByActivity ids={ids} whole={whole} />, slot("selectors"));
}

/** The field, and what is found; where nothing is asked, the list of all definitions stays. */
function ByActivity({ ids, whole }: { ids: string[]; whole: HTMLElement }) {
  const [code, setCode] = useState(query().get("code") ?? "");
  const [known, setKnown] = useState<[Activities, DefinitionDocument[]]>();
  useEffect(() => {
    whole.hidden = code !== "";
    setQuery({ code });
    if (code === "" || known) return;
    const each = Promise.all(ids.map((id) => api<DefinitionDocument>("definitions", id)));
    void Promise.all([api<Activities>("activities"), each]).then(setKnown);
  }, [code]);
  return (
    <>
      <div class="controls">
        <label>
          {word("definitions.code")}
          <input
            type="search"
            value={code}
            autocomplete="off"
            onInput={(event) => setCode(event.currentTarget.value.trim())}
          />
        </label>
      </div>
      {code !== "" && known && <Found code={code} activities={known[0]} definitions={known[1]} />}
    </>
  );
}

interface FoundProps {
  code: string;
  activities: Activities;
  definitions: DefinitionDocument[];
}

function Found({ code, activities, definitions }: FoundProps) {
  const at = activities.codes.indexOf(code);
  const finest = at < 0 ? [] : finestOf(activities, at);
  const concerned = new Set([...above(activities, at), ...below(activities, at)]);
  const all = definitions.map((definition) => {
    const weights = finest.flatMap((each) => definition.finest[each] ?? []);
    return {
      definition,
      weights,
      lines: definition.lines.filter((line) => concerned.has(activities.codes.indexOf(line.code))),
    };
  });
  const holding = all.filter(({ weights }) => weights.length > 0);
  const { sorted, heading } = useSorting(holding, ({ definition, weights, lines }, column) =>
    column === 0 ? text(definition.name) : column === 1 ? Math.max(...weights) : (lines[0]?.code ?? ""),
  );
  if (at < 0) return <p role="status">{word("definitions.unknown")}</p>;
  const title = `${code} ${text(activities.labels[at])}`;
  const without = all.filter(({ weights }) => weights.length === 0);
  return (
    <section aria-live="polite">
      <h2>{title}</h2>
      <p>{word("definitions.holding", { n: holding.length, of: all.length })}</p>
      {holding.length > 0 && (
        <TableFrame label={title}>
          <table>
            <thead>
              <tr>
                {heading(0, word("dimension.DEFINITION"))}
                {heading(1, word("definitions.weight"), true)}
                {heading(2, word("definitions.where"))}
              </tr>
            </thead>
            <tbody>
              {sorted.map(({ definition, weights, lines }) => (
                <tr key={definition.id}>
                  <th scope="row">
                    <a href={page("definitions", definition.id)}>{text(definition.name)}</a>
                  </th>
                  <td class="number">
                    {range(weights)}
                    {weights.length < finest.length && (
                      <div class="soft small">
                        {word("definitions.part", { n: weights.length, of: finest.length })}
                      </div>
                    )}
                  </td>
                  <td>
                    {lines.map((line, index) => (
                      <span key={line.code}>
                        {index > 0 && ", "}
                        <span class="code" title={text(line.label)}>
                          {line.code}
                        </span>
                        {lines.length === 1 && ` ${text(line.label)}`}
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      {without.length > 0 && (
        <>
          <p>{word("definitions.without")}</p>
          <ul>
            {without.map(({ definition }) => (
              <li key={definition.id}>
                <a href={page("definitions", definition.id)}>{text(definition.name)}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Those that it belongs to. */
function above({ parents }: Activities, at: number): number[] {
  const found: number[] = [];
  for (let each = parents[at]; typeof each === "number" && !found.includes(each); each = parents[each])
    found.push(each);
  return found;
}

/** Itself and those that belong to it. A parent may stand before or behind its children. */
function below({ parents }: Activities, at: number): Set<number> {
  const found = new Set([at]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    parents.forEach((parent, each) => {
      if (parent !== null && found.has(parent)) found.add(each);
    });
  }
  return found;
}

/** The codes at the end of its branches. */
function finestOf(activities: Activities, at: number): string[] {
  const branch = below(activities, at);
  const inner = new Set(activities.parents);
  return [...branch].filter((each) => !inner.has(each)).map((each) => activities.codes[each] ?? "");
}

const weight = (value: number) => number(value, Number.isInteger(value) ? 0 : 2);
const range = (weights: number[]) => {
  const [low, high] = [Math.min(...weights), Math.max(...weights)];
  return low === high ? weight(low) : `${weight(low)}–${weight(high)}`;
};
