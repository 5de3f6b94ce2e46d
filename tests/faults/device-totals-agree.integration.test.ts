import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { FieldProcesses } from "./field-processes.ts";

/*
 * The simulator's own devices and the agent, as processes on real pseudo-terminals.
 */
let field: FieldProcesses;
beforeEach(async () => {
  field = await FieldProcesses.at();
});
afterEach(() => field.close());

const T1 = "40380-T1";
const T2 = "40380-T2";
const RING = 65_536;

test("what a full ring holds arrives after a reboot, and what it refused is known by number", async () => {
  const { control } = await field.simulator();
  await control.press(T1, RING + 4_464);
  await control.fault("reboot", T1);
  await control.press(T1, 36);
  await field.agent();
  await field.arrives({ [T1]: RING }, 120_000);
  await control.press(T1, 50);
  await field.arrives({ [T1]: RING + 50 });
  // What happened the device tells with its next heartbeat, which may have been on its way while it was pressed.
  const happened = RING + 4_464 + 36 + 50;
  await eventually(() => expect(field.positions(T1)).toMatchObject({ happened }), 30_000);
}, 180_000);

test("the totals agree after every fault in turn under load, and a device without faults is not delayed", async () => {
  const { control } = await field.simulator();
  await field.agent();
  let [pressed, good] = [0, 0];
  for (const kind of ["duplicate", "noise", "cut", "late", "reboot", "hang", "unplug", "babble"]) {
    await control.press(T1, 100);
    await (kind === "late" || kind === "reboot" ? control.fault(kind, T1) : control.fault(kind, T1, 700));
    await control.press(T1, 100);
    pressed += 200;
    await control.press(T2, 40);
    good += 40;
    // While the other's fault is in force.
    await eventually(() => expect(field.positions(T2)).toMatchObject({ published: good }), 30_000);
  }
  await control.heal();
  await field.arrives({ [T1]: pressed, [T2]: good });
}, 120_000);
