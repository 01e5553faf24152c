// Two definitions side by side: what both have, what only one has, and what each does to the headline figure.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ChartFigure } from "../charts/figure.tsx";
import type { Account, Activities, DefinitionDocument, DefinitionSummary } from "../documents.ts";
import { number } from "../format.ts";
import { TableFrame, useSorting } from "../frame.tsx";
import { api, cleared, page, query, setQuery, text } from "../site.ts";
import { word } from "../words/index.ts";

export async function enhance(): Promise<void> {
  const { definitions, default_definition } = await api<Account>("account");
  const asked = (side: string) => definitions.find(({ id }) => id === query().get(side))?.id;
  const a = asked("a") ?? default_definition ?? definitions[0]?.id;
  const b = asked("b") ?? definitions.find(({ id }) => id !== a)?.id;
  if (!a || !b) return;
  const place = cleared("results");
  render(<Comparison definitions={definitions} first={a} second={b} />, place);
}

interface Props {
  definitions: DefinitionSummary[];
  first: string;
  second: string;
}

function Comparison({ definitions, first, second }: Props) {
  const [a, setA] = useState(first);
  const [b, setB] = useState(second);
  const [pair, setPair] = useState<[DefinitionDocument, DefinitionDocument]>();
  const [activities, setActivities] = useState<Activities>();
  useEffect(() => {
    setQuery({ a, b });
    let current = true;
    void Promise.all([
      api<DefinitionDocument>("definitions", a),
      api<DefinitionDocument>("definitions", b),
    ]).then((both) => current && setPair(both));
    return () => {
      current = false;
    };
  }, [a, b]);
  useEffect(() => {
    void api<Activities>("activities").then(setActivities);
  }, []);
  return (
    <>
      <div class="controls">
        <Choose label={word("compare.first")} {...{ definitions }} value={a} chosen={setA} />
        <Choose label={word("compare.second")} {...{ definitions }} value={b} chosen={setB} />
      </div>
      {pair && <Pair pair={pair} activities={activities} />}
    </>
  );
}

function Choose(props: {
  label: string;
  definitions: DefinitionSummary[];
  value: string;
  chosen: (id: string) => void;
}) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.chosen(event.currentTarget.value)}>
        {props.definitions.map((each) => (
          <option key={each.id} value={each.id}>
            {text(each.name)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Pair({
  pair,
  activities,
}: {
  pair: [DefinitionDocument, DefinitionDocument];
  activities: Activities | undefined;
}) {
  const [a, b] = pair;
  const own = Object.keys(a.finest);
  const both = own.filter((code) => code in b.finest).sort();
  const onlyA = own.filter((code) => !(code in b.finest)).sort();
  const onlyB = Object.keys(b.finest)
    .filter((code) => !(code in a.finest))
    .sort();
  const places = new Map(activities?.codes.map((code, index) => [code, index]));
  const label = (code: string) => text(activities?.labels[places.get(code) ?? -1]);
  const effects = pair.flatMap((each) => (each.effects ? [{ of: each, effect: each.effects }] : []));
  const [first] = effects;
  return (
    <>
      <ul class="tiles">
        <Count n={both.length} of={word("compare.both")} />
        <Count n={onlyA.length} of={word("compare.only", { name: text(a.name) })} />
        <Count n={onlyB.length} of={word("compare.only", { name: text(b.name) })} />
      </ul>
      {first && (
        <ChartFigure
          title={text(first.effect.title)}
          file="definitions"
          chart={{
            kind: "bars",
            decimals: first.effect.decimals,
            unit: text(first.effect.unit),
            bars: effects.map(({ of, effect }, index) => ({
              id: of.id,
              label: text(of.name),
              strong: index === 0,
              value: effect.value,
              low: effect.low,
              high: effect.high,
            })),
          }}
        />
      )}
      <p>
        {pair.map((each) => (
          <span key={each.id} class="aside">
            <a href={page("definitions", each.id)}>{text(each.name)}</a>
            <span class="soft">
              : {each.owner}, {each.version}.{" "}
            </span>
          </span>
        ))}
      </p>
      <Codes title={word("compare.only", { name: text(a.name) })} codes={onlyA} label={label} columns={[a]} />
      <Codes title={word("compare.only", { name: text(b.name) })} codes={onlyB} label={label} columns={[b]} />
      <Codes title={word("compare.both")} codes={both} label={label} columns={pair} />
    </>
  );
}

const Count = ({ n, of }: { n: number; of: string }) => (
  <li>
    <p class="big">{number(n)}</p>
    <p class="small soft">{of}</p>
  </li>
);

interface CodesProps {
  title: string;
  codes: string[];
  label: (code: string) => string;
  columns: DefinitionDocument[];
}

function Codes({ title, codes, label, columns }: CodesProps) {
  const { sorted, heading } = useSorting(codes, (code, column) =>
    column === 0 ? code : column === 1 ? label(code) : (columns[column - 2]?.finest[code] ?? null),
  );
  if (codes.length === 0) return null;
  return (
    <section>
      <h2>
        {title} <span class="soft">{number(codes.length)}</span>
      </h2>
      <TableFrame label={title}>
        <table>
          <thead>
            <tr>
              {heading(0, word("compare.code"))}
              {heading(1, word("compare.activity"))}
              {columns.map((each, index) =>
                heading(index + 2, columns.length > 1 ? text(each.name) : word("compare.weight"), true),
              )}
            </tr>
          </thead>
          <tbody>
            {sorted.map((code) => (
              <tr key={code}>
                <th scope="row" class="code">
                  {code}
                </th>
                <td>{label(code)}</td>
                {columns.map((each) => (
                  <td class="number" key={each.id}>
                    {weight(each.finest[code] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  );
}

const weight = (value: number) => number(value, Number.isInteger(value) ? 0 : 2);
