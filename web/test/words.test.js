// The three languages say the same things.
import assert from "node:assert/strict";
import test from "node:test";
import { createServer } from "vite";

const vite = await createServer({ server: { middlewareMode: true }, appType: "custom", logLevel: "error" });
const load = async (language) => (await vite.ssrLoadModule(`/src/words/${language}.ts`))[language];
const [en, ru, kk] = await Promise.all(["en", "ru", "kk"].map(load));
await vite.close();

const placeholders = (word) =>
  [...new Set((typeof word === "string" ? word : word.other).match(/\{\w+\}/g) ?? [])].sort();

for (const [name, words] of Object.entries({ ru, kk })) {
  test(`${name} has the words that en has`, () => {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort());
  });
  test(`${name} has their places for numbers and names`, () => {
    for (const key of Object.keys(en)) assert.deepEqual(placeholders(words[key]), placeholders(en[key]), key);
  });
}

test("a number has each of the plurals that its language knows", () => {
  for (const word of Object.values(ru))
    if (typeof word === "object")
      for (const form of ["one", "few", "many", "other"]) assert.ok(word[form], JSON.stringify(word));
});
