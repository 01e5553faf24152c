// A table in a frame that scrolls where it is too wide, also by keyboard.
import type { ComponentChildren } from "preact";

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
