import { describe, expect, test } from "vitest";
import { CELLS, DOABLE } from "./matrix/cells.ts";
import { type MatrixResult, runMatrix } from "./matrix/run.ts";
import { memoryWorld } from "./world/memory-world.ts";

/** Entries a second beside the struck ones; PROOF_TRAFFIC=100 is that one alone. */
const TRAFFIC = process.env["PROOF_TRAFFIC"]?.split(",").map(Number) ?? [0, 0.5, 100, 2_000];

test("every cell that cannot be done says why", () => {
  for (const { outcome } of CELLS) if (outcome.kind !== "named") expect(outcome.why).not.toBe("");
});

describe.each(TRAFFIC.flatMap((perSecond) => [false, true].map((unplugged) => ({ perSecond, unplugged }))))(
  "$perSecond entries a second, unrelated turnstile unplugged: $unplugged",
  ({ perSecond, unplugged }) => {
    let run: Promise<MatrixResult> | undefined;
    const result = async (): Promise<MatrixResult> => {
      run ??= memoryWorld().then((world) => runMatrix(world, { perSecond, unplugged, cells: DOABLE }));
      return run;
    };

    test.each(DOABLE.map((cell, n) => [cell.place, cell.fault, cell.device, n] as const))(
      "%s: %s, %s",
      async (_place, _fault, _device, n) => {
        const cell = (await result()).cells[n];
        expect(cell?.unmade, "the injection takes effect").toEqual([]);
        expect(cell?.missing, "named in time, while traffic flows").toEqual([]);
        expect(cell?.forgotten, "named after everything was stopped and started").toEqual([]);
      },
    );

    test("and nothing else happens", async () => {
      const { unmeant, unexpected } = await result();
      expect(unmeant, "done").toEqual([]);
      expect(unexpected, "found").toEqual([]);
    });
  },
);
