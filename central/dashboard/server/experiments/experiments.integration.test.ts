import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { closeServer, listen } from "../../../../infra/runtime/http/listen.ts";
import type { ExperimentsAnswer } from "../../../../schemas/page/experiments.ts";
import { readyCity, serve } from "../testing/served.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Supervisor and simulator in one: notes what it is told. */
async function controlled(
  answer = 202,
  said = '{"parts":[]}',
): Promise<{ readonly url: string; readonly told: string[] }> {
  const told: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === "POST") told.push(`${request.url} ${body}`.trim());
    if (request.url === "/status") {
      response.end('{"parts":[],"faults":["slow-kafka","cloned-agent","of-another-version"]}');
      return;
    }
    response
      .writeHead(answer, { "content-type": "application/json" })
      .end(answer === 202 ? said : '{"error":"no part of this name"}');
  });
  const { url } = await listen(server, 0);
  open.push(() => closeServer(server));
  return { url, told };
}

async function page(controls: { supervisorUrl?: string; simulatorUrl?: string }): Promise<string> {
  const dashboard = await serve(await readyCity(), controls);
  open.push(() => dashboard.stop());
  // Faults are offered of what is heard.
  const offers = controls.supervisorUrl === undefined ? 8 : 10;
  await vi.waitFor(
    async () => expect((await offered(dashboard.url)).experiments).toHaveLength(offers),
    10_000,
  );
  return dashboard.url;
}

async function offered(url: string): Promise<ExperimentsAnswer> {
  return (await (await fetch(`${url}/experiments`)).json()) as ExperimentsAnswer;
}

const STRANGER = "https://evil.example";
const post = (url: string, id: string, origin = url): Promise<Response> =>
  fetch(`${url}/experiments/${id}`, { method: "POST", headers: { origin } });

describe("experiments from the page", () => {
  test("each one offered is carried out, and the answer says what was done", async () => {
    const { url: control, told } = await controlled();
    const url = await page({ supervisorUrl: control, simulatorUrl: control });
    const offer = await offered(url);
    expect(offer.access).toBe("yes");
    for (const experiment of offer.experiments) {
      const answer = await post(url, experiment.id);
      expect(answer.status).toBe(202);
      expect(await answer.json()).toEqual({ experiment, at: expect.any(Number) as number });
    }
    // Lake is the busiest station of all.
    expect(told).toEqual([
      '/faults {"kind":"unplug","target":"41660-T1","forMs":20000}',
      '/faults {"kind":"reboot","target":"41660-T1"}',
      '/faults {"kind":"noise","target":"41660","strength":0.001,"forMs":20000}',
      '/faults {"kind":"duplicate","target":"41660","strength":3,"forMs":20000}',
      "/parts/edge/kill",
      "/parts/gateway/kill",
      "/parts/kafka/kill",
      "/parts/ksql/kill",
      '/faults {"kind":"slow-kafka","forMs":20000}',
      '/faults {"kind":"cloned-agent","target":"41660","forMs":20000}',
    ]);
  });

  test("somebody walks through a turnstile, and the answer says which entry that is", async () => {
    const { url: control, told } = await controlled(202, '{"stored":1,"last":{"bootId":7,"seq":12}}');
    const url = await page({ simulatorUrl: control });
    const answer = await post(url, "press/41660-T1");
    expect([answer.status, await answer.json()]).toEqual([202, { deviceId: "41660-T1", bootId: 7, seq: 12 }]);
    expect(told).toEqual(['/press {"device":"41660-T1"}']);
    expect((await post(url, "press/41660-T1", STRANGER)).status).toBe(403);
    expect(told).toHaveLength(1);
  });

  test.each([
    ['{"stored":0,"last":null}', /is full/],
    ['{"stored":1}', /another version/],
  ])("an entry that was not stored, or is not told, is no entry: %s", async (body, words) => {
    const { url: control } = await controlled(202, body);
    const answer = await post(await page({ simulatorUrl: control }), "press/41660-T1");
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringMatching(words) as string]);
  });

  test("a page of somewhere else cannot do it, and reading does nothing", async () => {
    const { url: control, told } = await controlled();
    const url = await page({ supervisorUrl: control });
    expect((await post(url, "kill-kafka", STRANGER)).status).toBe(403);
    expect((await fetch(`${url}/experiments/kill-kafka`, { method: "POST" })).status).toBe(403);
    expect((await fetch(`${url}/experiments/kill-kafka`)).status).toBe(404);
    expect((await post(url, "kill-everything")).status).toBe(404);
    expect(told).toEqual([]);
  });

  test("what cannot be done is said", async () => {
    const { url: control } = await controlled(404);
    const url = await page({ supervisorUrl: control });
    const refused = await post(url, "kill-gateway");
    expect([refused.status, await refused.text()]).toEqual([
      502,
      '{"error":"the supervisor refuses: no part of this name"}',
    ]);
    const absent = await post(url, "unplug-device");
    expect([absent.status, await absent.text()]).toEqual([
      502,
      expect.stringContaining("npm start") as string,
    ]);
  });
});
