import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { DOABLE } from "./matrix/cells.ts";
import { type MatrixResult, runMatrix } from "./matrix/run.ts";
import { type ServerWorld, serverWorld } from "./world/server-world.ts";

/** With PROOF_IN_FULL=1 every traffic, with and without an unrelated turnstile unplugged; else one of them. */
const FULL = process.env["PROOF_IN_FULL"] === "1";
const TRAFFIC = FULL ? [0, 0.5, 100, 2_000] : [100];
const UNPLUGGED = FULL ? [false, true] : [true];
const RUNS = TRAFFIC.flatMap((perSecond) => UNPLUGGED.map((unplugged) => ({ perSecond, unplugged })));

describe.each(RUNS)(
  "on real servers, $perSecond entries a second, unrelated turnstile unplugged: $unplugged",
  ({ perSecond, unplugged }) => {
    let world: ServerWorld | undefined;
    let result: MatrixResult;

    beforeAll(async () => {
      world = await serverWorld(inject("kafka"));
      result = await runMatrix(world, { perSecond, unplugged, cells: DOABLE });
    }, 240_000);
    afterAll(() => world?.close());

    test.each(DOABLE.map((cell, n) => [cell.place, cell.fault, cell.device, n] as const))(
      "%s: %s, %s",
      (_place, _fault, _device, n) => {
        const cell = result.cells[n];
        expect(cell?.unmade, "the injection takes effect").toEqual([]);
        expect(cell?.missing, "named in time, while traffic flows").toEqual([]);
        expect(cell?.forgotten, "named after everything was stopped and started").toEqual([]);
      },
    );

    test("and nothing else happens", () => {
      expect(result.unmeant, "done").toEqual([]);
      expect(result.unexpected, "found").toEqual([]);
    });
  },
);
