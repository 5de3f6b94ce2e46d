import fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "./lines.ts";

async function collected(chunks: readonly string[], limit = 100): Promise<readonly string[]> {
  const source = (async function* () {
    yield* chunks;
  })();
  const lines: string[] = [];
  for await (const line of linesOf(source, limit)) lines.push(line);
  return lines;
}

test("lines are the same however the text is cut into chunks", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom("a", "\n", "é") })), async (chunks) => {
      const whole = chunks.join("").split("\n");
      const last = whole.pop() ?? "";
      expect(await collected(chunks)).toEqual(last.trim() === "" ? whole : [...whole, last]);
    }),
    { seed: 2 },
  );
});

test("a line that is too long is refused when it is too long, not at its end", async () => {
  const endless = (async function* () {
    for (;;) yield "x".repeat(10);
  })();
  const read = async (): Promise<void> => {
    for await (const _ of linesOf(endless, 1000));
  };
  await expect(read()).rejects.toMatchObject({
    status: 413,
    message: "a line is longer than 1000 characters",
  });
  await expect(collected(["ab\ncd\n", "e"], 2)).resolves.toEqual(["ab", "cd", "e"]);
});
