// All claims: the switch of the definition over their verdicts.
import { definitionSwitch } from "../definition.tsx";
import type { ClaimSummary } from "../documents.ts";
import { api } from "../site.ts";
import { judge } from "../verdicts.tsx";

export async function enhance(): Promise<void> {
  const claims = await api<ClaimSummary[]>("claims");
  await definitionSwitch((definition) => judge(definition, claims, []));
}
