import fc from "fast-check";
import { expect, test } from "vitest";
import { insertSplitting } from "./splitting.ts";

const FAULT = new Error("bad row");

test("whatever is bad is refused alone, in order, and all the rest goes in once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (goods) => {
      const rows = goods.map((good, index) => ({ good, index }));
      const stored: number[] = [];
      const insert = async (some: readonly (typeof rows)[number][]) => {
        if (some.some((row) => !row.good)) throw FAULT;
        stored.push(...some.map((row) => row.index));
        return { inserted: some.length, refused: [] };
      };
      const { inserted, refused } = await insertSplitting(rows, insert, (e) => e === FAULT);
      expect(refused.map(({ row }) => row)).toEqual(rows.filter((row) => !row.good));
      expect(stored).toEqual(rows.filter((row) => row.good).map((row) => row.index));
      expect(inserted).toBe(stored.length);
    }),
    { seed: 8 },
  );
});

test("a database that is away is no row's fault", async () => {
  const away = new Error("away");
  let asked = 0;
  const insert = async (): Promise<never> => {
    asked++;
    throw away;
  };
  await expect(insertSplitting([1, 2, 3], insert, () => false)).rejects.toBe(away);
  expect(asked).toBe(1);
});
