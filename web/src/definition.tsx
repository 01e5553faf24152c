// The switch of the definition: one choice for the page, kept in its address and for the pages that follow.
import { render } from "preact";
import type { Account, DefinitionSummary } from "./documents.ts";
import { api, main, page, query, setQuery, slot, text } from "./site.ts";
import { word } from "./words/index.ts";

const remembered = "olshem.definition";

/** The definition chosen, or "" where all are shown together. */
export function chosenDefinition(definitions: DefinitionSummary[]): string {
  const asked = query().get("definition") ?? recall();
  return definitions.some((each) => each.id === asked) ? (asked ?? "") : "";
}

/** Which definition to show first where one must be: the reader's, or else the account's. */
export function preferred({ definitions, default_definition }: Account): Record<string, string> {
  const definition = chosenDefinition(definitions) || default_definition;
  return definition ? { DEFINITION: definition } : {};
}

function recall(): string | null {
  try {
    return sessionStorage.getItem(remembered);
  } catch {
    return null;
  }
}

function keep(definition: string): void {
  setQuery({ definition });
  try {
    sessionStorage.setItem(remembered, definition);
  } catch {
    // A browser that keeps nothing still has the address.
  }
}

/**
 * Fills the slot with the switch, and tells each change, the first at once. `offered` are the definitions to
 * choose from; `summary`, told after a change, says what it did.
 */
export async function definitionSwitch(
  changed: (definition: string) => string | undefined,
  offered?: string[],
): Promise<void> {
  const { definitions, default_definition } = await api<Account>("account");
  const known = offered ? definitions.filter((each) => offered.includes(each.id)) : definitions;
  if (known.length < 2) return;
  const place = slot("definition");
  const draw = (chosen: string, said: string | undefined) =>
    render(<Switch {...{ known, chosen, said, choose }} />, place);
  function choose(definition: string) {
    keep(definition);
    mark(definition, default_definition);
    draw(definition, changed(definition));
  }
  const first = chosenDefinition(known);
  mark(first, default_definition);
  place.replaceChildren();
  draw(first, changed(first));
}

/** What holds under other definitions steps back. */
function mark(definition: string, first: string | null): void {
  // Lines that have room for one show the account's own where none is chosen.
  for (const element of main.querySelectorAll<HTMLElement>(".one-of[data-definition]"))
    element.hidden = element.dataset.definition !== (definition || first);
  for (const element of main.querySelectorAll<HTMLElement>("[data-definition]")) {
    element.classList.toggle("chosen", definition !== "" && element.dataset.definition === definition);
    element.classList.toggle("other", definition !== "" && element.dataset.definition !== definition);
  }
}

interface SwitchProps {
  known: DefinitionSummary[];
  chosen: string;
  said: string | undefined;
  choose: (definition: string) => void;
}

function Switch({ known, chosen, said, choose }: SwitchProps) {
  const subjects = [...new Set(known.map((each) => each.subject ?? ""))];
  const definition = known.find((each) => each.id === chosen);
  return (
    <div class="switch">
      <label class="field">
        {word("definition.label")}
        <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">{word("definition.all")}</option>
          {subjects.map((subject) => (
            <optgroup key={subject} label={subject ? word(`subject.${subject}`) : word("subject.other")}>
              {known
                .filter((each) => (each.subject ?? "") === subject)
                .map((each) => (
                  <option key={each.id} value={each.id}>
                    {text(each.name)}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      <div class="switch-note small">
        {definition && (
          <p class="soft">
            {definition.owner}, {definition.version}. {word("definition.codes", { n: definition.codes })}
            {definition.unverified > 0 && `; ${word("definition.unverified", { n: definition.unverified })}`}.{" "}
            <a href={page("definitions", definition.id)}>{word("definition.more")}</a>
          </p>
        )}
        <p aria-live="polite">{said}</p>
      </div>
    </div>
  );
}
