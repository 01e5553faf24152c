// A table in a frame that scrolls where it is too wide, also by keyboard, and headings that sort it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { compare, type Key, type Order, pressed, spoken } from "./sorting.ts";

interface Props {
  label: string;
  tall?: boolean | undefined;
  children: ComponentChildren;
}

export function TableFrame({ label, tall, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class={`table${tall ? " tall" : ""}`} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

/** Rows in the order of the column whose heading was pressed last, and such headings; by `key` rows are sorted. */
export function useSorting<Row>(rows: Row[], key: (row: Row, column: number) => Key) {
  const [order, setOrder] = useState<Order>();
  const sorted = order
    ? [...rows].sort((a, b) => compare(key(a, order.column), key(b, order.column), order.descending))
    : rows;
  const heading = (column: number, name: string, number = false) => (
    <th key={column} scope="col" class={number ? "number wrap" : ""} aria-sort={spoken(order, column)}>
      <button type="button" class="sort" onClick={() => setOrder(pressed(order, column, number))}>
        {name}
      </button>
    </th>
  );
  return { sorted, heading };
}
