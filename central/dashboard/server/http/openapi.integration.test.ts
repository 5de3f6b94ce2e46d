import { afterEach, describe, expect, test, vi } from "vitest";
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

function withExamples(path: string, parameters: (typeof OPERATIONS)[number]["parameters"] = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name]?.example));
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
      "getHops",
      "getStories",
      "getStoriesDevice",
      "getStoriesDeviceBootSeq",
    ]);
    const referred = [...JSON.stringify(document.paths).matchAll(/schemas\/(\w+)"/g)].map(([, name]) => name);
    for (const name of referred) expect(document.components.schemas).toHaveProperty(name ?? "");
  });

  test.each(OPERATIONS)("is what $path answers, with data", async ({ path, answer, parameters }) => {
    const city = await readyCity();
    city.press(40380, 1_200);
    city.arrive("BL001", 40380, "blue", "b");
    city.unplug("40380-T2");
    city.drive("V-001");
    city.find({ id: "lost-dedup-40380-T1-1700000000-51" });
    const get = await api(city);
    await vi.waitFor(
      async () => expect(await (await get("/proof")).json()).toMatchObject({ summed: 1_200 }),
      {
        timeout: 10_000,
      },
    );
    const response = await get(withExamples(path, parameters));
    expect(response.status).toBe(200);
    expect(API_SHAPES[answer].safeParse(await response.json()).error?.issues ?? []).toEqual([]);
  });

  test("is what is answered before there is anything", async () => {
    const get = await api(new SmallChicago(() => Date.now()));
    for (const { path, answer, parameters } of OPERATIONS) {
      const response = await get(withExamples(path, parameters));
      const shape = API_SHAPES[parameters ? "Problem" : answer];
      expect(response.status).toBe(parameters ? 404 : 200);
      expect(shape.safeParse(await response.json()).error?.issues ?? []).toEqual([]);
    }
  });
});
