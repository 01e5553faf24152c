// The front: the switch of the definition over all verdicts, and the headline figure over time.
import { definitionSwitch } from "../definition.tsx";
import type { Account, ClaimSummary, TargetDocument } from "../documents.ts";
import { drawHeadline } from "../headline.tsx";
import { api } from "../site.ts";
import { judge } from "../verdicts.tsx";

export async function enhance(): Promise<void> {
  const [account, claims, targets] = await Promise.all([
    api<Account>("account"),
    api<ClaimSummary[]>("claims"),
    api<TargetDocument[]>("targets"),
  ]);
  const drawn = account.headline && drawHeadline(account, account.headline);
  await definitionSwitch((definition) => {
    void drawn?.then((draw) => draw(definition || account.default_definition));
    return judge(definition, claims, targets);
  });
}
