import { createServer } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { closeServer, listen } from "../../../../infra/runtime/http/listen.ts";
import type { IncidentAnswer, IncidentView } from "../../../../schemas/page/incidents.ts";
import type { Dashboard } from "../dashboard.ts";
import { aheadClock } from "../testing/ahead-clock.ts";
import { readyCity, serve } from "../testing/served.ts";
import { PATIENCE_MS } from "./rules/bundles.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function get<T>({ url }: Dashboard, path: string): Promise<T> {
  return (await (await fetch(`${url}/api/v1/incidents${path}`)).json()) as T;
}

const soon = { timeout: 10_000, interval: 50 };

test("an unplugged turnstile is an incident, which outlives the server that saw it, and ends when it is over", async () => {
  const clock = aheadClock();
  const city = await readyCity(() => clock.now());
  city.press(40380, 7);
  const first = await serve(city, { clock });
  open.push(() => first.stop());
  const views = (dashboard: Dashboard) => get<readonly IncidentView[]>(dashboard, "");
  await vi.waitFor(async () => expect((await fetch(`${first.url}/readyz`)).status).toBe(200), soon);
  expect(await views(first)).toEqual([]);

  // The first look is a second after the start: what is so then takes longer to be believed.
  await vi.waitFor(async () => {
    city.unplug("40380-T1");
    city.press(40380, 9);
    city.tell("40380-T1", "unplugged");
    clock.ahead(PATIENCE_MS.device);
    expect(await views(first)).toMatchObject([
      { kind: "device", waiting: expect.any(Number), endedAt: null },
    ]);
  }, soon);
  const [{ id } = { id: "" }] = await views(first);
  expect(id).toMatch(/^device-40380-T1-\d{8}T\d{6}Z$/);
  await vi.waitFor(async () => expect(await get(first, `/${id}`)).toMatchObject({ id, kept: true }), soon);
  await first.stop();

  const second = await serve(city, { clock });
  open.push(() => second.stop());
  await vi.waitFor(async () => expect(await views(second)).toMatchObject([{ id, endedAt: null }]), soon);
  city.plug("40380-T1");
  city.press(40380, 1);
  clock.ahead(6_000);
  await vi.waitFor(async () => {
    const ended = await get<IncidentAnswer>(second, `/${id}`);
    expect(ended).toMatchObject({ endedAt: expect.any(Number), lost: 0, kept: true, times: 1 });
    expect(ended.ending).toMatch(/^Heard again after \d+ s\..* Nothing was lost\.$/);
    expect(ended.worst?.waiting).toBeGreaterThanOrEqual(9);
    expect(ended.trace).toMatchObject({ deviceId: "40380-T1" });
    expect(ended.series.most.length).toBeGreaterThan(0);
  }, soon);
  expect((await fetch(`${second.url}/api/v1/incidents/none`)).status).toBe(404);
});

test("an experiment from the page is an incident on the list", async () => {
  const city = await readyCity();
  const simulator = createServer((_request, response) => void response.end("{}"));
  const { url: simulatorUrl } = await listen(simulator, 0);
  open.push(() => closeServer(simulator));
  const dashboard = await serve(city, { simulatorUrl });
  open.push(() => dashboard.stop());
  await vi.waitFor(async () => expect((await fetch(`${dashboard.url}/readyz`)).status).toBe(200), soon);
  const headers = { origin: dashboard.url };
  const ordered = () => fetch(`${dashboard.url}/experiments/unplug-device`, { method: "POST", headers });
  await vi.waitFor(async () => expect((await ordered()).status).toBe(202), soon);
  expect(await get(dashboard, "")).toMatchObject([
    { kind: "trial", title: "Break it: Device, unplug for 20 s" },
  ]);
});
