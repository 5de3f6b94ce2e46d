import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "../../../runtime/logger.ts";
import { controlServer } from "./control.ts";
import { describePart } from "./printer.ts";
import { startingLine } from "./starting-line.ts";
import { statusLine } from "./status-line.ts";

const part = {
  name: "kafka",
  state: "ready",
  ms: 1_640,
  pid: 7,
  upMs: 65_000,
  url: "127.0.0.1:9092",
  probe: null,
  doing: null,
  restarts: 0,
  reason: null,
} as const;

describe("a part's line", () => {
  test("tells its time and address", () => {
    expect(describePart(part)).toBe("  ✓ kafka             1.6 s  127.0.0.1:9092");
  });

  test("tells why it failed, and says nothing of a mere launch", () => {
    expect(describePart({ ...part, state: "failed", reason: "no luck" })).toContain("no luck");
    expect(describePart({ ...part, state: "starting" })).toBeUndefined();
  });
});

describe("while a start takes long", () => {
  const slow = { ...part, state: "starting", upMs: 24_300, doing: "uses 90 % of a processor" } as const;
  const quick = { ...part, name: "edge", state: "starting", upMs: 400 } as const;

  test("its line tells what each slow part does, and how many wait", () => {
    const waiting = { ...part, name: "gateway", state: "waiting", upMs: null } as const;
    expect(startingLine([slow, quick, waiting], () => "")).toBe(
      "starting: kafka 24 s, uses 90 % of a processor · 1 wait for them",
    );
    expect(startingLine([quick], () => "")).toBeUndefined();
  });

  test("a log that grows is told of in its own words", () => {
    const says = startingLine([{ ...slow, doing: "writes its log" }], () => "Recovering 3 of 12 logs");
    expect(says).toBe('starting: kafka 24 s, says "Recovering 3 of 12 logs"');
  });
});

describe("the line of figures", () => {
  const totals = { at: 10_000, proof: "holds", entries: 81_204, waiting: 3, trains: 30 };

  test("with the rate since an earlier moment", () => {
    expect(statusLine(totals, { ...totals, at: 8_000, entries: 80_512 })).toBe(
      "346 entries/s · 81,204 entries counted · 30 trains · 3 waiting · proof holds",
    );
  });

  test("leaves out what is not known", () => {
    expect(statusLine({ ...totals, entries: null, proof: null, waiting: null }, undefined)).toBe("30 trains");
    const none = { at: 0, proof: null, entries: null, waiting: null, trains: null };
    expect(statusLine(none, undefined)).toContain("does not answer");
  });
});

describe("the control server", () => {
  const asked: string[] = [];
  const server = controlServer(
    {
      startedAt: 5,
      home: "/srv/elevated",
      pid: 6,
      reports: () => [part],
      request(name, what) {
        asked.push(`${what} ${name}`);
        return name === "kafka";
      },
      faults: () => ["slow-kafka"],
      strike(kind, order) {
        asked.push(`${kind} ${JSON.stringify(order)}`);
      },
    },
    silentLogger,
  );
  let port = 0;
  beforeAll(async () => {
    ({ port } = await server.listen(0));
  });
  afterAll(() => server.close());

  const call = (method: string, path: string, headers: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on("error", reject);
      sent.end();
    });

  test("shows the parts and passes requests on", async () => {
    expect(await call("GET", "/status")).toBe(200);
    expect(await call("POST", "/parts/kafka/kill")).toBe(202);
    expect(await call("POST", "/parts/kafak/kill")).toBe(404);
    expect(await call("GET", "/parts/kafka/kill")).toBe(405);
    expect(asked).toEqual(["kill kafka", "kill kafak"]);
  });

  test("refuses web pages of elsewhere", async () => {
    expect(await call("POST", "/parts/kafka/kill", { origin: "https://example.org" })).toBe(403);
    expect(await call("GET", "/status", { host: "rebound.example.org" })).toBe(403);
    expect(await call("GET", "/status", { origin: "http://localhost:8888" })).toBe(403);
  });
});
