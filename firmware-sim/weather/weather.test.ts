import { createServer, type Server } from "node:http";
import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { fullJitter } from "../../infra/runtime/backoff.ts";
import { closeServer, listen } from "../../infra/runtime/http/listen.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { CodedError } from "../../schemas/errors.ts";
import { WEATHER_STATUSES, type WeatherRecord } from "../../schemas/records.ts";
import { weatherAt } from "./climate.ts";
import { restProxySink } from "./rest-proxy.ts";
import { runWeatherBox } from "./weather-box.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.parse("2018-01-15T12:00:00-06:00");

/** Of every fifth hour, so that all hours of the day take part. */
function mean(from: number, days: number): number {
  const hours = Array.from({ length: days * 5 }, (_, i) => weatherAt(2018, from + i * 5 * HOUR).temperature);
  return hours.reduce((sum, t) => sum + t, 0) / hours.length;
}

test("winters are cold, summers warm, over ten years, and no hour breaks the city's records", () => {
  for (let year = 0; year < 10; year++) {
    expect(mean(NOON + year * 365 * DAY - 14 * DAY, 30)).toBeLessThan(35);
    expect(mean(NOON + year * 365 * DAY + 170 * DAY, 30)).toBeGreaterThan(65);
  }
  const temperatures = Array.from({ length: 2000 }, (_, i) => weatherAt(3, NOON + i * 89 * HOUR).temperature);
  expect(Math.min(...temperatures)).toBeGreaterThan(-27);
  expect(Math.max(...temperatures)).toBeLessThan(105);
});

test("all five skies are seen within a month", () => {
  const seen = new Set(Array.from({ length: 720 }, (_, i) => weatherAt(5, NOON + i * HOUR).status));
  expect([...seen].sort()).toEqual([...WEATHER_STATUSES].sort());
});

test("the same seed gives the same hour, whenever it is asked for", () => {
  expect(weatherAt(1, NOON + 1)).toEqual(weatherAt(1, NOON + HOUR - 1));
  expect(weatherAt(1, NOON)).not.toEqual(weatherAt(2, NOON));
});

let server: Server | undefined;
afterEach(() => server && closeServer(server));

async function proxy(
  status: number,
  body: unknown,
): Promise<{ url: string; requests: { path: string; type: string; body: string }[] }> {
  const requests: { path: string; type: string; body: string }[] = [];
  server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    requests.push({ path: request.url ?? "", type: request.headers["content-type"] ?? "", body: text });
    response.writeHead(status).end(JSON.stringify(body));
  });
  return { url: (await listen(server, 0)).url, requests };
}

const never = new AbortController().signal;
const sunny: WeatherRecord = { temperature: 70.5, status: "sunny" };

test("a report is the v2 API's Avro request with both schemas as text", async () => {
  const { url, requests } = await proxy(200, { offsets: [{ partition: 0, offset: 1, error: null }] });
  await restProxySink(
    { url, headers: { authorization: "Basic bWU6c2VjcmV0" }, loginProblem: "no" },
    "org.chicago.cta.weather",
  ).send(NOON, sunny, never);
  const [request] = requests;
  expect(request?.path).toBe("/topics/org.chicago.cta.weather");
  expect(request?.type).toBe("application/vnd.kafka.avro.v2+json");
  const body = JSON.parse(request?.body ?? "") as Record<string, unknown>;
  expect(body["records"]).toEqual([{ key: { timestamp: NOON }, value: sunny }]);
  for (const schema of ["key_schema", "value_schema"])
    expect(JSON.parse(String(body[schema]))).toHaveProperty("fields");
});

test.each([
  [422, { error_code: 42203, message: "Conversion of JSON to Avro failed" }, false, "42203"],
  [500, { error_code: 50002 }, true, "50002"],
  [200, { offsets: [{ error: "broker down" }] }, true, "broker down"],
])("an answer of %i tells whether to try again, and why not", async (status, body, retryable, reason) => {
  const { url } = await proxy(status, body);
  await expect(
    restProxySink({ url, headers: {}, loginProblem: "no" }, "t").send(NOON, sunny, never),
  ).rejects.toMatchObject({
    code: "DEPENDENCY_UNAVAILABLE",
    retryable,
    message: expect.stringContaining(reason) as string,
  });
});

/** Runs a box against a sink that answers as planned, and gives the hours it reported. */
async function hours(
  plan: readonly (boolean | "refuse")[],
  minutes: number,
  logger = silentLogger,
): Promise<number[]> {
  const clock = new ManualClock(NOON);
  const abort = new AbortController();
  const sent: number[] = [];
  let call = 0;
  const box = runWeatherBox(
    {
      sink: {
        async send(service) {
          const answer = plan[call++] ?? true;
          if (answer === true) sent.push(Math.floor((service - NOON) / HOUR));
          else throw new CodedError("DEPENDENCY_UNAVAILABLE", { message: "no", retryable: answer === false });
        },
      },
      seed: 1,
      clock,
      // One simulated hour per minute.
      service: () => NOON + (clock.now() - NOON) * 60,
      backoff: fullJitter({ baseMs: 1000, capMs: 1000, floorMs: 1000, random: () => 0.5 }),
      logger,
    },
    abort.signal,
  );
  for (let ms = 0; ms < minutes * 60_000; ms += 250) {
    clock.advance(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  abort.abort();
  clock.advance(10_000);
  await box;
  return sent;
}

test("one report at the start and one each simulated hour", async () => {
  expect(await hours([], 3.5)).toEqual([0, 1, 2, 3]);
});

test("an outage is logged once, again when the reason is of another kind, and once when it is over", async () => {
  const lines: string[] = [];
  const logger = pino(
    { base: null },
    { write: (line) => lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const away = Array.from({ length: 90 }, () => false);
  await hours([true, ...away, "refuse", "refuse", true, ...away], 8, logger);
  const over = "the REST Proxy takes the weather again";
  expect(lines).toEqual(["no", "no", over, "no", over]);
});

test("a report is tried again until it is taken; a refused one is left", async () => {
  expect(await hours([false, false, true, "refuse", true], 3.5)).toEqual([0, 2, 3]);
});
