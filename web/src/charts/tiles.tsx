// Kazakhstan's 20 regions as a map of tiles: one for each of the 17 regions, where it lies among its neighbours,
// and a disc for each of the three cities beside the region around it. All are of one size, so the cities,
// which hold most of what is measured here and would be dots on a map of areas, are seen and reached like the rest.
import { type Bounded, figure, number } from "../format.ts";

/** Column and row of each region; the last marks a city. */
const places: Record<string, [column: number, row: number, city?: "city"]> = {
  KZ27: [0, 1],
  KZ23: [0, 2],
  KZ47: [0, 3],
  KZ15: [1, 1],
  KZ39: [2, 0],
  KZ62: [2, 1],
  KZ43: [2, 2],
  KZ59: [3, 0],
  KZ11: [3, 1],
  KZ35: [3, 2],
  KZ61: [3, 3],
  KZ79: [3, 4, "city"],
  KZ55: [4, 0],
  KZ71: [4, 1, "city"],
  KZ31: [4, 3],
  KZ10: [5, 1],
  KZ33: [5, 2],
  KZ19: [5, 3],
  KZ75: [5, 4, "city"],
  KZ63: [6, 1],
};

/** What stands on a tile: three letters where the map is small, and then a name that fits where it is large. */
const letters: Record<string, Record<"en" | "ru" | "kk", string>> = {
  KZ10: { en: "ABA Abai", ru: "АБА Абай", kk: "АБА Абай" },
  KZ11: { en: "AKM Akmola", ru: "АКМ Акмол.", kk: "АҚМ Ақмола" },
  KZ15: { en: "AKT Aktobe", ru: "АКТ Актюб.", kk: "АҚТ Ақтөбе" },
  KZ19: { en: "ALR Almaty r.", ru: "АЛО Алм. обл.", kk: "АЛО Алм. обл." },
  KZ23: { en: "ATY Atyrau", ru: "АТЫ Атырау.", kk: "АТЫ Атырау" },
  KZ27: { en: "WES West", ru: "ЗКО ЗКО", kk: "БҚО БҚО" },
  KZ31: { en: "ZHA Zhambyl", ru: "ЖАМ Жамбыл.", kk: "ЖАМ Жамбыл" },
  KZ33: { en: "ZHE Zhetisu", ru: "ЖЕТ Жетісу", kk: "ЖЕТ Жетісу" },
  KZ35: { en: "KAR Karag.", ru: "КАР Караг.", kk: "ҚАР Қарағ." },
  KZ39: { en: "KOS Kostanay", ru: "КОС Костан.", kk: "ҚОС Қостан." },
  KZ43: { en: "KYZ Kyzyl.", ru: "КЫЗ Кызыл.", kk: "ҚЫЗ Қызыл." },
  KZ47: { en: "MAN Mangyst.", ru: "МАН Мангист.", kk: "МАҢ Маңғыст." },
  KZ55: { en: "PAV Pavlodar", ru: "ПАВ Павлод.", kk: "ПАВ Павлод." },
  KZ59: { en: "NOR North", ru: "СКО СКО", kk: "СҚО СҚО" },
  KZ61: { en: "TUR Turkistan", ru: "ТУР Туркест.", kk: "ТҮР Түркіст." },
  KZ62: { en: "ULY Ulytau", ru: "ҰЛЫ Ұлытау", kk: "ҰЛЫ Ұлытау" },
  KZ63: { en: "EAS East", ru: "ВКО ВКО", kk: "ШҚО ШҚО" },
  KZ71: { en: "AST Astana", ru: "АСТ Астана", kk: "АСТ Астана" },
  KZ75: { en: "ALA Almaty", ru: "АЛА Алматы", kk: "АЛА Алматы" },
  KZ79: { en: "SHY Shymkent", ru: "ШЫМ Шымкент", kk: "ШЫМ Шымкент" },
};

export interface Area extends Bounded {
  code: string;
  label: string;
  href: string;
}

export const isMapped = (code: string): boolean => code in places;

const steps = 5;
/** As many digits as a tile has room for. */
const widest = 10;

/** Where the classes begin: as many regions in each as in the others. */
export function breaks(areas: Area[]): number[] {
  const values = areas
    .map((area) => area.value)
    .filter((value): value is number => value !== null)
    .sort((a, b) => a - b);
  const cuts = Array.from(
    { length: steps - 1 },
    (_, n) => values[Math.floor(((n + 1) * values.length) / steps)],
  );
  return [...new Set(cuts.filter((cut): cut is number => cut !== undefined))];
}

const step = (value: number, cuts: number[]) => cuts.filter((cut) => value >= cut).length;

interface Props {
  areas: Area[];
  decimals: number;
  unit: string;
  title: string;
  language: "en" | "ru" | "kk";
  chosen?: string;
  nothing: string;
}

export function TileMap({ areas, decimals, unit, title, language, chosen, nothing }: Props) {
  const cuts = breaks(areas);
  const side = 92;
  const gap = 4;
  const width = 7 * side;
  const height = 5 * side;
  const mapped = areas.filter((area) => isMapped(area.code));
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: within an SVG there is no fieldset */}
      <svg class="tilemap" viewBox={`0 0 ${width} ${height}`} role="group" aria-label={title}>
        {mapped.map((area) => {
          const [column, row, city] = places[area.code] ?? [0, 0];
          const { value } = area;
          // Of some regions no more is known than bounds.
          const bounded = value === null && (area.low !== null || area.high !== null);
          const known = value !== null ? number(value, decimals) : bounded ? figure(area, decimals) : "";
          const shade = value === null ? "none" : `step-${step(value, cuts)}`;
          const [x, y] = [column * side, row * side];
          const [initials = "", ...name] = (letters[area.code]?.[language] ?? area.label).split(" ");
          return (
            <a key={area.code} href={area.href} class={`${shade}${area.code === chosen ? " chosen" : ""}`}>
              {city ? (
                <circle class="area" cx={x + side / 2} cy={y + side / 2} r={side / 2 - gap / 2} />
              ) : (
                <rect
                  class="area"
                  x={x + gap / 2}
                  y={y + gap / 2}
                  width={side - gap}
                  height={side - gap}
                  rx="3"
                />
              )}
              <text class="name" x={x + side / 2} y={y + side / 2 - 4}>
                {name.join(" ")}
              </text>
              <text class="initials" x={x + side / 2} y={y + side / 2 - 2}>
                {initials}
              </text>
              <text class="value" x={x + side / 2} y={y + side / 2 + 17}>
                {known === "" || known.length <= widest ? known || "—" : "…"}
              </text>
              <text class="full" x={x + side / 2} y={y + side / 2}>
                {`${area.label}: ${known ? `${figure(area, decimals)} ${unit}` : nothing}`}
              </text>
            </a>
          );
        })}
      </svg>
      <Legend
        cuts={cuts}
        decimals={decimals}
        missing={mapped.some((area) => area.value === null) ? nothing : ""}
      />
    </>
  );
}

interface LegendProps {
  cuts: number[];
  decimals: number;
  /** What is said of tiles without a value, where there are some. */
  missing: string;
}

function Legend({ cuts, decimals, missing }: LegendProps) {
  const edges = cuts.length > 0 ? [null, ...cuts, null] : [];
  return (
    <ul class="keys legend" aria-hidden="true">
      {edges.slice(0, -1).map((low, index) => {
        const high = edges[index + 1] ?? null;
        const name =
          low === null
            ? `< ${number(high, decimals)}`
            : high === null
              ? `≥ ${number(low, decimals)}`
              : `${number(low, decimals)} – ${number(high, decimals)}`;
        return (
          <li key={name}>
            <svg class={`key step-${index}`} viewBox="0 0 26 13" aria-hidden="true">
              <rect class="area" width="26" height="13" />
            </svg>
            {name}
          </li>
        );
      })}
      {missing && (
        <li>
          <svg class="key none" viewBox="0 0 26 13" aria-hidden="true">
            <rect class="area" width="26" height="13" />
          </svg>
          {missing}
        </li>
      )}
    </ul>
  );
}
