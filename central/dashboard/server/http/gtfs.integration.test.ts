import { unzipSync } from "fflate";
import bindings from "gtfs-realtime-bindings";
import { afterEach, expect, test, vi } from "vitest";
import { readyCity, serve } from "../testing/served.ts";
import { SmallChicago } from "../testing/small-chicago.ts";

const { FeedMessage } = bindings.transit_realtime;
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function served(city: SmallChicago): Promise<(path: string, etag?: string) => Promise<Response>> {
  const dashboard = await serve(city, { watched: { lines: ["red"], stations: [] } });
  open.push(() => dashboard.stop());
  return (path, etag) =>
    fetch(`${dashboard.url}${path}`, { headers: etag === undefined ? {} : { "if-none-match": etag } });
}

test("GTFS of the lines that run, and where their trains are", async () => {
  const city = await readyCity();
  city.arrive("RL004", 41660, "red", "a", "broken_down");
  city.arrive("BL001", 40380, "blue", "b");
  const get = await served(city);
  const positions = async () => {
    const answer = await get("/gtfs-rt/vehicle-positions.pb");
    expect(answer.headers.get("content-type")).toBe("application/x-protobuf");
    return FeedMessage.decode(new Uint8Array(await answer.arrayBuffer())).entity.map(({ id }) => id);
  };
  await vi.waitFor(async () => expect(await positions()).toEqual(["RL004"]), { timeout: 10_000 });
  const alerts = await get("/gtfs-rt/alerts.json");
  expect(alerts.headers.get("age")).toBe("0");
  expect(await alerts.json()).toMatchObject({ entity: [{ id: "broken-down-RL004" }] });

  const zip = await get("/gtfs.zip");
  expect(zip.headers.get("content-type")).toBe("application/zip");
  const etag = zip.headers.get("etag") ?? "";
  expect(Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer())))).toContain("stop_times.txt");
  expect((await get("/gtfs.zip", etag)).status).toBe(304);
  expect((await get("/gtfs-rt/nothing.pb")).status).toBe(404);
});

test("before Kafka is read there is no feed, for an empty one would say that no train runs", async () => {
  const get = await served(new SmallChicago(() => Date.now()));
  const answer = await get("/gtfs-rt/trip-updates.pb");
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
  expect((await get("/gtfs.zip")).status).toBe(200);
});
