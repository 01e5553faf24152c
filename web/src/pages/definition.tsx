// A definition: what it does to the headline figure, beside what the others do.
import type { Account } from "../documents.ts";
import { drawHeadline } from "../headline.tsx";
import { api } from "../site.ts";

export async function enhance(id: string): Promise<void> {
  const account = await api<Account>("account");
  if (!account.headline) return;
  const draw = await drawHeadline(account, account.headline);
  draw(id);
}
