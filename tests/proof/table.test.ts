import { describe, expect, test } from "vitest";
import type { AuditedEvent } from "../../central/audit/fleet/event.ts";
import { FleetWorld } from "../../central/audit/fleet/testing/fleet-world.ts";

/*
 * The injection matrix for PostgreSQL: what a writer may do wrong, and what may be done to its rows later, each while the
 * vehicles post more or less, and while another one has fallen silent.
 */
interface Fault {
  readonly name: string;
  strike(world: FleetWorld): void;
  /** Kind, vehicle, numbers. */
  readonly named: readonly (readonly [kind: string, vehicle: string, numbers: string])[];
}

const BATCH = 60;
/** Numbers that no vehicle has used. */
const FREE = 1_000;

const rowOf = (world: FleetWorld, sequence: number): AuditedEvent => {
  const row = [...world.rows.values()].find((each) => each.vehicle === "V-1" && each.sequence === sequence);
  if (!row) throw new Error(`V-1 has no row ${sequence}`);
  return row;
};

const FAULTS: readonly Fault[] = [
  { name: "lost 1", strike: (world) => world.remove({ sequence: 5 }), named: [["lost", "V-1", "5"]] },
  {
    name: "doubled 1, under another number",
    strike: (world) => world.store({ ...rowOf(world, 5), sequence: FREE }),
    named: [["unexpected", "V-1", `${FREE}`]],
  },
  {
    name: "swapped pair",
    strike(world) {
      const [x, y] = [rowOf(world, 5), rowOf(world, 9)];
      world.store({ ...x, content: y.content });
      world.store({ ...y, content: x.content });
    },
    named: [["altered", "V-1", "5 9"]],
  },
  {
    name: "moved to another vehicle",
    strike(world) {
      world.store({ ...rowOf(world, 5), vehicle: "V-2", sequence: FREE });
      world.remove({ sequence: 5 });
    },
    named: [
      ["lost", "V-1", "5"],
      ["unexpected", "V-2", `${FREE}`],
    ],
  },
  {
    name: "±50 that cancel",
    strike(world) {
      for (let n = 1; n <= 50; n++) {
        world.store({ ...rowOf(world, n), vehicle: "V-2", sequence: FREE + n });
        world.remove({ sequence: n });
      }
    },
    named: [
      ["lost", "V-1", "1-50"],
      ["unexpected", "V-2", `${FREE + 1}-${FREE + 50}`],
    ],
  },
  {
    name: "whole batch gone",
    strike(world) {
      for (let sequence = 1; sequence <= BATCH; sequence++) world.remove({ sequence });
    },
    named: [["lost", "V-1", `1-${BATCH}`]],
  },
];

const TRAFFIC = [0, 1, 50];
const CELLS = FAULTS.flatMap((fault) =>
  (["by the writer", "later"] as const).flatMap((when) =>
    TRAFFIC.flatMap((perLook) => [true, false].map((silent) => ({ fault, when, perLook, silent }))),
  ),
);

describe.each(CELLS)(
  "$fault.name, $when, $perLook events a look, another vehicle silent: $silent",
  ({ fault, when, perLook, silent }) => {
    test("named exactly, and still after a restart", async () => {
      const world = await FleetWorld.begin();
      let busy = 0;
      const look = async (): Promise<void> => {
        for (let n = 0; n < perLook; n++)
          world.send({ vehicle: "V-busy", sequence: ++busy, lat: 41 + n / 1e3 }, 1);
        if (!silent) world.send({ vehicle: "V-2", sequence: world.clock.monotonic() / 1e3 + 1e6 }, 1);
        await world.write();
        await world.look(1);
      };
      // The table as it is when the audit begins is taken on trust.
      for (let n = 0; n < 2; n++) await look();
      for (let sequence = 1; sequence <= BATCH; sequence++)
        world.send({ sequence, lat: 41 + sequence / 1e3 });
      await world.write();
      if (when === "later") for (let n = 0; n < 3; n++) await look();
      expect(world.found).toEqual([]);
      fault.strike(world);
      const named = (): readonly unknown[] =>
        world.found.map(([kind, vehicle, , numbers]) => [kind, vehicle, numbers]).sort();
      // A look takes 5 s: within 30 s.
      for (let n = 0; n < 6; n++) await look();
      expect(named()).toEqual(fault.named);
      world.keep();
      world.startAuditor();
      for (let n = 0; n < 3; n++) await look();
      expect(named()).toEqual(fault.named);
    });
  },
);

test("the rows of another system in the same table are its own business; without its position they belong to no system", async () => {
  const world = await FleetWorld.begin();
  world.send({ sequence: 1 });
  await world.write();
  await world.look();
  const [row] = world.rows.values() as IterableIterator<AuditedEvent>;
  if (!row) throw new Error("there is no row");
  for (let n = 1; n <= 5; n++) {
    world.store({ ...row, vehicle: `W-${n}` });
    world.store({ ...row, vehicle: "W-1", sequence: n });
    world.other++;
    await world.look(1);
  }
  world.keep();
  world.startAuditor();
  world.store({ ...row, vehicle: "W-1", sequence: 6 });
  world.other++;
  await world.look();
  expect(world.found).toEqual([]);
  world.store({ ...row, vehicle: "W-1", sequence: 7 });
  await world.look();
  expect(world.found).toEqual([["unexpected", "W-1", 1, "7"]]);
});
