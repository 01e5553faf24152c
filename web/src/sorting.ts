// Tables in the order of one of their columns: what comes first, and the headings that the server wrote made to press.
import { language, main } from "./site.ts";

export interface Order {
  column: number;
  descending: boolean;
}

export type Key = number | string | null;

const texts = new Intl.Collator(language, { numeric: true });

/** What is missing comes last, whichever way the others go. */
export function compare(a: Key, b: Key, descending: boolean): number {
  if (a === null || b === null || a === "" || b === "") {
    return Number(a === null || a === "") - Number(b === null || b === "");
  }
  const order = typeof a === "number" && typeof b === "number" ? a - b : texts.compare(String(a), String(b));
  return descending ? -order : order;
}

/** The order after a heading is pressed: numbers begin with the greatest, texts with the first. */
export const pressed = (before: Order | undefined, column: number, isNumber: boolean): Order => ({
  column,
  descending: before?.column === column ? !before.descending : isNumber,
});

export const spoken = (order: Order | undefined, column: number) =>
  order?.column !== column ? undefined : order.descending ? "descending" : "ascending";

/** With fewer rows there is nothing to sort. */
const fewest = 3;

/** Makes the tables that the server wrote sortable. */
export function sortTables(): void {
  for (const table of main.querySelectorAll<HTMLTableElement>("div.table > table")) {
    const [body] = table.tBodies;
    const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
    if (!body || body.rows.length < fewest) continue;
    let order: Order | undefined;
    headings.forEach((heading, column) => {
      if (!heading.textContent) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const rows = [...body.rows];
        const isNumber = rows.some((row) => typeof keyOf(row.cells[column]) === "number");
        order = pressed(order, column, isNumber);
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.ariaSort = spoken(order, column) ?? null;
        const { descending } = order;
        const keys = new Map(rows.map((row) => [row, keyOf(row.cells[column])]));
        rows.sort((a, b) => compare(keys.get(a) ?? null, keys.get(b) ?? null, descending));
        body.append(...rows);
      });
    });
  }
}

/** What a cell is sorted by: the number or the date that it tells, or else its text. */
function keyOf(cell: HTMLTableCellElement | undefined): Key {
  const told = cell?.querySelector<HTMLElement>("data[value], [data-value]");
  const value = told?.getAttribute("value") ?? told?.dataset.value;
  if (value !== undefined && value !== null) return Number(value);
  const text = cell?.textContent?.trim() ?? "";
  if (!cell?.matches(".number")) return text;
  const number = Number(text.replace(/\s|%/g, "").replace(",", "."));
  return text === "" || Number.isNaN(number) ? null : number;
}
