import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { io, type Socket } from "socket.io-client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { closeServer, listen } from "../../../infra/runtime/http/listen.ts";
import type { FindingAnswer } from "../../../schemas/page/api.ts";
import type { PageEvents, PageState, ServerEvents, Snapshot } from "../../../schemas/page/page.ts";
import { applyDelta } from "../web/state/apply.ts";
import type { Dashboard } from "./dashboard.ts";
import { readyCity, serve } from "./testing/served.ts";
import { SmallChicago } from "./testing/small-chicago.ts";

/** A page without a browser: applies what it is sent and reports what it would draw. */
class Page {
  readonly socket: Socket<ServerEvents, PageEvents>;
  state: PageState | null = null;
  version = 0;
  instance = "";
  gaps = 0;
  messages = 0;

  constructor(url: string, options: { readonly reports?: boolean } = {}) {
    this.socket = io(url, { transports: ["websocket"], forceNew: true });
    this.socket.on("snapshot", (snapshot: Snapshot) => {
      this.state = snapshot.state;
      this.version = snapshot.version;
      this.instance = snapshot.instance;
      this.messages++;
      if (options.reports !== false) this.report(this.entries);
    });
    this.socket.on("delta", (delta) => {
      this.messages++;
      if (!this.state || delta.from !== this.version) {
        this.gaps++;
        return;
      }
      this.state = applyDelta(this.state, delta);
      this.version = delta.to;
      if (options.reports !== false) this.report(this.entries);
    });
  }

  get entries(): number | null {
    const counts = Object.values(this.state?.entries ?? {});
    return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
  }

  report(entries: number | null): void {
    this.socket.emit("shown", { version: this.version, entries });
  }
}

const open: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function served(city: SmallChicago, options = {}): Promise<Dashboard> {
  const dashboard = await serve(city, options);
  open.push(() => dashboard.stop());
  return dashboard;
}

function page(url: string, options = {}): Page {
  const opened = new Page(url, options);
  open.push(() => opened.socket.close());
  return opened;
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

const soon = { timeout: 10_000, interval: 20 };

describe("the dashboard", () => {
  test("shows a page the present, then each change", async () => {
    const city = await readyCity();
    city.press(40380, 3);
    city.arrive("BL001", 40380, "blue", "b");
    const { url } = await served(city);
    const viewer = page(url);
    await vi.waitFor(() => expect(viewer.state?.live).toBe(true), soon);
    await vi.waitFor(() => expect(viewer.entries).toBe(3), soon);
    expect(Object.keys(viewer.state?.stations ?? {})).toHaveLength(92);
    expect(viewer.state?.trains["BL001"]).toMatchObject({ stationId: 40380, direction: "b" });
    expect(viewer.state?.stations["40380"]?.stops.map(({ line }) => line).sort()).toEqual(["blue", "green"]);

    city.arrive("BL001", 40370, "blue", "b");
    city.press(41400, 2);
    await vi.waitFor(() => expect(viewer.state?.trains["BL001"]?.stationId).toBe(40370), soon);
    await vi.waitFor(() => expect(viewer.entries).toBe(5), soon);
    expect(viewer.state?.weather).toMatchObject({ temperature: 54, status: "windy" });
    expect(viewer.gaps).toBe(0);
  });

  test("shows what the auditor says, and how many pages have drawn it", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const { url } = await served(city);
    const pages = [page(url), page(url)];
    const proof = { state: "holds", stale: false, unexplained: 0, lost: 0 };
    const drawn = { open: 2, behind: 0 };
    await vi.waitFor(
      async () =>
        expect(await json(`${url}/api/v1/proof`)).toMatchObject({ ...proof, summed: 7, pages: drawn }),
      soon,
    );
    city.press(40380, 5);
    await vi.waitFor(
      async () =>
        expect(await json(`${url}/api/v1/proof`)).toMatchObject({
          ...proof,
          devices: 12,
          waiting: 0,
          clean: 12,
          inSummary: 0,
          summed: 12,
          newer: 0,
          pages: drawn,
        }),
      soon,
    );
    expect(pages.map(({ entries }) => entries)).toEqual([12, 12]);
  });

  test("says where entries wait while a turnstile is unplugged, and holds once they came", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const { url } = await served(city);
    city.unplug("40380-T1");
    city.press(40380, 9);
    city.tell("40380-T1", "unplugged");
    const waits = { state: "stalled", devices: 16, waiting: 9, inDevices: 9, clean: 7, silent: 1 };
    await vi.waitFor(async () => expect(await json(`${url}/api/v1/proof`)).toMatchObject(waits), soon);
    city.plug("40380-T1");
    const came = { state: "holds", devices: 16, clean: 16 };
    await vi.waitFor(async () => expect(await json(`${url}/api/v1/proof`)).toMatchObject(came), soon);
  });

  test("what a page says that it drew is counted, and changes no verdict of others", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const { url } = await served(city);
    const honest = page(url);
    const liar = page(url, { reports: false });
    await vi.waitFor(() => expect(liar.entries).toBe(7), soon);
    liar.report(8);
    await vi.waitFor(
      async () =>
        expect(await json(`${url}/api/v1/proof`)).toMatchObject({
          state: "holds",
          summed: 7,
          pages: { open: 2, behind: 1 },
        }),
      soon,
    );
    expect(honest.state?.proof?.state).toBe("holds");
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^dashboard_entries_summed 7$/m);
  });

  test("a silent auditor is a stall, dated; what it had found stays found", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const { url } = await served(city, { audited: false });
    city.audit({ asOf: Date.now() - 6_000 });
    await vi.waitFor(
      async () =>
        expect(await json(`${url}/api/v1/proof`)).toMatchObject({
          state: "stalled",
          stale: true,
          devices: 7,
          reasons: [expect.stringMatching(/^The auditor has said nothing for \d+ s\.$/)],
        }),
      soon,
    );
    city.find({});
    await vi.waitFor(
      async () => expect(await json(`${url}/api/v1/proof`)).toMatchObject({ state: "broken", stale: true }),
      soon,
    );
  });

  test("a finding is told with its record, decoded", async () => {
    const city = await readyCity();
    city.press(40380, 7);
    const { url } = await served(city);
    city.find({});
    await vi.waitFor(
      async () => expect(await json(`${url}/api/v1/proof`)).toMatchObject({ state: "broken" }),
      soon,
    );
    const findings = (await json(`${url}/api/v1/proof/findings`)) as FindingAnswer[];
    expect(findings).toMatchObject([
      {
        id: "lost-dedup-40380-T1-1700000000-51",
        words: "Turnstile 40380-T1: number 51, in raw, and not in the clean topic.",
        resolved: null,
      },
    ]);
    expect(await json(`${url}/api/v1/proof/findings/${findings[0]?.id}`)).toEqual(findings[0]);
    expect(await json(`${url}${findings[0]?.evidence[0]?.record}`)).toMatchObject({
      offset: 0,
      key: 40380,
      value: { station_id: 40380 },
      headers: { reading: "40380-T1;1700000000;1;7" },
    });
    for (const path of ["findings/none", "records/org.chicago.cta.turnstiles/0/99", "records/_schemas/0/0"]) {
      expect((await fetch(`${url}/api/v1/proof/${path}`)).status).toBe(404);
    }
  });

  test("a page that asks gets a snapshot; what is no message of ours is ignored", async () => {
    const city = await readyCity();
    const { url } = await served(city);
    const viewer = page(url, { reports: false });
    await vi.waitFor(() => expect(viewer.state?.live).toBe(true), soon);
    viewer.socket.emit("shown", "nonsense" as never);
    viewer.socket.emit("shown", { version: "1", entries: -0.5 } as never);
    viewer.state = null;
    viewer.socket.emit("resync");
    await vi.waitFor(() => expect(viewer.state).not.toBeNull(), soon);
    expect(await json(`${url}/api/v1/proof`)).toMatchObject({ pages: { open: 0, behind: 0 } });
  });

  test("lets no page of elsewhere in, by HTTP or Socket.IO, and shows no stack", async () => {
    const dashboard = await served(await readyCity());
    const joined = (headers: Readonly<Record<string, string>>): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = io(dashboard.url, {
          transports: ["websocket"],
          forceNew: true,
          reconnection: false,
          extraHeaders: headers,
        });
        open.push(() => socket.close());
        socket.on("connect", () => resolve(true));
        socket.on("connect_error", () => resolve(false));
      });
    expect(await joined({})).toBe(true);
    expect(await joined({ origin: dashboard.url })).toBe(true);
    expect(await joined({ origin: "http://localhost:3000" })).toBe(false);
    expect(await joined({ host: "rebound.example.org" })).toBe(false);
    // Not by fetch, which mends what is wrong with a path.
    const asked = async (path: string, headers = {}): Promise<string> => {
      const [response] = (await once(
        request({ host: "127.0.0.1", port: dashboard.port, path, headers }).end(),
        "response",
      )) as [IncomingMessage];
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
      return `${response.statusCode} ${text}`;
    };
    expect(await asked("/api/v1/proof", { origin: "https://example.org" })).toMatch(
      /^403 .*HTTP_ALLOWED_ORIGINS/,
    );
    for (const path of ["/%E0%A4%A", "/assets/%2e%2e%2f%00", "/assets/none.js", "/api/v1/stations/%"]) {
      const answer = await asked(path);
      expect(answer).toMatch(/^4\d\d \{"error":"/);
      expect(answer).not.toMatch(/node_modules|\.[tj]s:\d|\bat /);
    }
  });

  test("is up before Kafka has any topic, and says what the supervisor is starting", async () => {
    const city = new SmallChicago(() => Date.now());
    const supervisor = createServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ parts: [{ name: "kafka", state: "starting", ms: null }] }));
    });
    const { url: supervisorUrl } = await listen(supervisor, 0);
    open.push(() => closeServer(supervisor));
    const { url } = await served(city, { supervisorUrl });
    const viewer = page(url);
    await vi.waitFor(
      () =>
        expect(viewer.state?.parts).toEqual([
          { name: "kafka", state: "starting", ms: null, restarts: null, reason: null },
        ]),
      soon,
    );
    expect(viewer.state?.live).toBe(false);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(await json(`${url}/api/v1/proof`)).toMatchObject({
      state: "catching-up",
      asOf: null,
      devices: null,
      clean: null,
    });

    await city.topicsExist();
    city.stations();
    await vi.waitFor(() => expect(Object.keys(viewer.state?.stations ?? {})).toHaveLength(92), soon);
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), soon);
  });

  test("trains that report before the database's stations are drawn on the network's; the table then decides", async () => {
    const city = new SmallChicago(() => Date.now());
    await city.topicsExist();
    city.arrive("BL001", 40380, "blue", "b");
    const { url } = await served(city);
    const viewer = page(url);
    await vi.waitFor(() => expect(Object.keys(viewer.state?.stations ?? {})).toHaveLength(92), soon);
    expect(await json(`${url}/api/v1/stations`)).toEqual([]);
    city.stations();
    await vi.waitFor(async () => expect(await json(`${url}/api/v1/stations`)).toHaveLength(92), soon);
    await vi.waitFor(() => expect(Object.keys(viewer.state?.stations ?? {})).toHaveLength(92), soon);
  });

  test("answers programs in JSON, with null where there is no data", async () => {
    const city = await readyCity();
    city.press(40380, 3);
    city.arrive("BL001", 40380, "blue", "b");
    const { url } = await served(city);
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), soon);
    expect(await json(`${url}/api/v1/trains`)).toMatchObject([
      { id: "BL001", line: "blue", direction: "b", stationId: 40380, status: "in_service" },
    ]);
    const stations = (await json(`${url}/api/v1/stations`)) as { id: number; entries: number | null }[];
    expect(stations).toHaveLength(92);
    expect(stations.find(({ id }) => id === 40380)).toMatchObject({ entries: 3, lines: ["blue", "green"] });
    expect(stations.find(({ id }) => id === 41400)?.entries).toBeNull();
    expect(await json(`${url}/api/v1/stations/40380`)).toMatchObject({
      name: "Clark/Lake",
      calls: [{ trainId: "BL001" }],
    });
    expect(await json(`${url}/api/v1/weather`)).toMatchObject({ temperature: 54, status: "windy" });
    expect((await fetch(`${url}/api/v1/stations/99999`)).status).toBe(404);
    expect(await json(`${url}/version`)).toEqual({ name: "elevated", version: "0.0.0-test" });
    await vi.waitFor(
      async () =>
        expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^dashboard_entries_summed 3$/m),
      soon,
    );
  });
});
