// An industry: how each definition sees it.
import { render } from "preact";
import { acrossDefinitions } from "../charts/definitions.ts";
import { ChartFigure } from "../charts/figure.tsx";
import { definitionSwitch } from "../definition.tsx";
import type { Account, PlaceDocument } from "../documents.ts";
import { period } from "../format.ts";
import { api, cleared, own, text } from "../site.ts";

export async function enhance(): Promise<void> {
  const [industry, account] = await Promise.all([own<PlaceDocument>(), api<Account>("account")]);
  const place = cleared("chart");
  await definitionSwitch((definition) => {
    render(<Definitions {...{ industry, account, definition }} />, place);
    return undefined;
  });
}

function Definitions({
  industry,
  account,
  definition,
}: {
  industry: PlaceDocument;
  account: Account;
  definition: string;
}) {
  const name = (id: string) => text(account.definitions.find((each) => each.id === id)?.name) || id;
  return (
    <>
      {industry.indicators
        .filter((indicator) => indicator.rows.filter((row) => row.at.DEFINITION).length > 1)
        .map((indicator) => {
          const latest = indicator.rows[0]?.at.TIME_PERIOD;
          const chart = acrossDefinitions(
            indicator.rows.filter((row) => row.at.DEFINITION && row.at.TIME_PERIOD === latest),
            definition,
            name,
            { decimals: indicator.decimals, unit: text(indicator.unit) },
          );
          return (
            <ChartFigure
              key={indicator.id}
              title={[text(indicator.title), text(industry.label), ...(latest ? [period(latest)] : [])].join(
                ", ",
              )}
              chart={chart}
              file={`${industry.code}-${indicator.id}`}
            />
          );
        })}
    </>
  );
}
