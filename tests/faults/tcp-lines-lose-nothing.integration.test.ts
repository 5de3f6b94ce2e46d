import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { freePort } from "../../infra/runtime/testing/free-port.ts";
import { FieldProcesses } from "./field-processes.ts";

/*
 * Simulator and agents in homes of their own, as in containers, that share nothing but a TCP port.
 */
let field: FieldProcesses;
beforeEach(async () => {
  field = await FieldProcesses.at(`tcp://127.0.0.1:${await freePort()}`);
});
afterEach(() => field.close());

const T1 = "40380-T1";
const T2 = "40380-T2";

test("what was pressed arrives once and in order, though lines are unplugged and damaged and both ends killed", async () => {
  const first = await field.simulator();
  let agent = await field.agent();
  const { control } = first;
  await control.press(T1, 300);
  await control.press(T2, 300);
  await field.arrives({ [T1]: 300, [T2]: 300 });

  for (let i = 0; i < 10; i++) {
    await control.fault("unplug", T1, 50);
    await control.press(T1, 10);
    await control.press(T2, 10);
  }
  await control.fault("noise", T1, 1_000);
  await control.fault("duplicate", T2, 1_000);
  await control.press(T1, 100);
  await control.press(T2, 100);
  await field.arrives({ [T1]: 500, [T2]: 500 });

  await field.kill(agent);
  await control.press(T1, 200);
  agent = await field.agent();
  await field.arrives({ [T1]: 700, [T2]: 500 });

  await field.kill(first.process);
  const second = await field.simulator();
  await second.control.press(T1, 100);
  await second.control.press(T2, 300);
  await field.arrives({ [T1]: 800, [T2]: 800 });
}, 120_000);

test("an agent that was there first finds the lines when their server comes; another home's agent gets none of them", async () => {
  const agent = await field.agent();
  await eventually(() => expect(agent.log).toContain("no device is heard yet at SERIAL_LINK"));
  const { control } = await field.simulator();
  await control.press(T1, 50);
  await field.arrives({ [T1]: 50 });
  await field.agent(field.newHome(), "mqtt://127.0.0.1:9");
  await control.press(T1, 50);
  await field.arrives({ [T1]: 100 });
}, 60_000);
