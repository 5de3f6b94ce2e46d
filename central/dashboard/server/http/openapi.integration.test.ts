import { afterEach, describe, expect, test, vi } from "vitest";
import type { StationDetail } from "../../../../schemas/page/api.ts";
import { readyCity, serve } from "../testing/served.ts";
import { SmallChicago } from "../testing/small-chicago.ts";
import { API_SHAPES } from "./api-shapes.ts";
import { OPERATIONS } from "./openapi.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly get: { readonly operationId: string } }>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function api(city: SmallChicago): Promise<(path: string) => Promise<Response>> {
  const dashboard = await serve(city);
  open.push(() => dashboard.stop());
  return (path) => fetch(`${dashboard.url}/api/v1${path}`);
}

/** The path with its examples, and with the moments that it must have: the last second. */
function withExamples({ path, parameters = {}, query = {} }: (typeof OPERATIONS)[number]): string {
  const named = path.replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name]?.example));
  const asked = Object.entries(query).filter(([, { required }]) => required);
  const moments = asked.map(([name]) => {
    const at = Date.now() - (name === "from" ? 1_000 : 0);
    return `${name}=${new Date(at).toISOString()}`;
  });
  return moments.length === 0 ? named : `${named}?${moments.join("&")}`;
}

/** Without data there is nothing of this name, or no such moment. */
function mayMiss({ parameters, query = {} }: (typeof OPERATIONS)[number]): boolean {
  return parameters !== undefined || Object.values(query).some(({ required }) => required);
}

describe("the OpenAPI document", () => {
  test("names every path once, and every schema it refers to", async () => {
    const get = await api(await readyCity());
    const answer = await get("/openapi.json");
    const document = (await answer.json()) as Document;
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(OPERATIONS.map(({ path }) => path));
    const ids = Object.values(document.paths).map(({ get }) => get.operationId);
    expect(ids).toEqual([
      "getTrains",
      "getTrainsId",
      "getStations",
      "getStationsId",
      "getVehicles",
      "getWeather",
      "getProof",
      "getProofFindings",
      "getProofFindingsId",
      "getProofRecordsTopicPartitionOffset",
      "getIncidents",
      "getIncidentsId",
      "getHops",
      "getHistory",
      "getMoments",
      "getRecount",
      "getStories",
      "getStoriesDevice",
      "getStoriesDeviceBootSeq",
    ]);
    const referred = [...JSON.stringify(document.paths).matchAll(/schemas\/(\w+)"/g)].map(([, name]) => name);
    for (const name of referred) expect(document.components.schemas).toHaveProperty(name ?? "");
  });

  test.each(OPERATIONS)("is what $path answers, with data", async (operation) => {
    const city = await readyCity();
    city.press(40380, 1_200);
    city.arrive("BL001", 40380, "blue", "b");
    city.unplug("40380-T2");
    city.drive("V-001");
    city.find({ id: "lost-dedup-40380-T1-1700000000-51", firstSeen: Date.UTC(2018, 9, 16, 13, 5) });
    const get = await api(city);
    await vi.waitFor(
      async () => {
        expect(await (await get("/proof")).json()).toMatchObject({ summed: 1_200 });
        expect(await (await get("/incidents")).json()).toHaveLength(1);
      },
      {
        timeout: 10_000,
      },
    );
    const response = await get(withExamples(operation));
    expect(response.status).toBe(200);
    expect(API_SHAPES[operation.answer].safeParse(await response.json()).error?.issues ?? []).toEqual([]);
  });

  test("has each answer about the present also about a moment", async () => {
    const began = Date.now() - 10_000;
    let now = began;
    const city = await readyCity(() => now);
    city.press(40380, 3);
    city.arrive("BL001", 40380, "blue", "b");
    const get = await api(city);
    now += 5_000;
    city.press(40380, 4);
    const at = `?at=${new Date(began + 1_000).toISOString()}`;
    for (const operation of OPERATIONS.filter(({ query }) => query?.["at"]?.required === false)) {
      const response = await get(`${withExamples(operation)}${at}`);
      expect(response.status).toBe(200);
      expect(API_SHAPES[operation.answer].safeParse(await response.json()).error?.issues ?? []).toEqual([]);
    }
    const then = (await (await get(`/stations/40380${at}`)).json()) as StationDetail;
    expect(then).toMatchObject({ entries: 3, name: "Clark/Lake" });
    // What dedup had counted then is not known: nor what waited before it.
    expect(then.devices.map(({ waiting }) => waiting)).toContain(null);
    expect(then.devices.filter(({ waiting }) => waiting !== null)).toEqual([]);
    const early = await get("/stations?at=2026-01-01T00:00:00Z");
    expect([early.status, await early.json()]).toEqual([
      404,
      {
        error: expect.stringMatching(/^Kafka holds nothing before 20.*: ask for that moment or a later one$/),
      },
    ]);
    expect((await get("/stations?at=noon")).status).toBe(400);
  });

  test("is what is answered before there is anything", async () => {
    const get = await api(new SmallChicago(() => Date.now()));
    for (const operation of OPERATIONS) {
      const response = await get(withExamples(operation));
      const shape = API_SHAPES[mayMiss(operation) ? "Problem" : operation.answer];
      expect(response.status).toBe(mayMiss(operation) ? 404 : 200);
      expect(shape.safeParse(await response.json()).error?.issues ?? []).toEqual([]);
    }
  });
});
