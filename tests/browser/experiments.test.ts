import { expect, test } from "vitest";
import { experimentsOf } from "../../central/dashboard/server/experiments/catalogue.ts";
import { ES } from "../../central/dashboard/web/texts/es/table.ts";
import type { DeviceView } from "../../schemas/page/page.ts";
import { SYSTEM_FAULTS } from "../../schemas/system-faults.ts";

const turnstile: DeviceView = {
  ...{ id: "40380-T1", kind: "turnstile", stationId: 40380, line: null, state: "online" },
  ...{ reason: "", since: 0, waiting: null },
};

test("each experiment that the server offers has its words in Spanish", () => {
  const offered = experimentsOf({ devices: { [turnstile.id]: turnstile }, parts: [], faults: SYSTEM_FAULTS });
  expect(offered.length).toBeGreaterThan(4);
  for (const { effect: _, ...view } of offered) {
    const { hop, order, watch } = ES.breaking.experiment(view, "Clark/Lake");
    expect(watch, view.id).not.toBe(view.watch);
    expect(ES.breaking.named(view.id), view.id).toBe(`${hop}, ${order.toLowerCase()}`);
  }
});
