import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeServer, listen } from "../http/listen.ts";
import { silentLogger } from "../logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { registryApi } from "./api.ts";
import { createRegistryClient } from "./client.ts";
import type { RegistryApi } from "./ports.ts";

let url: string;
let answer: readonly [status: number, body: unknown];
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  request.resume();
  const [status, body] = answer;
  response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
});

beforeEach(async () => {
  asked.length = 0;
  ({ url } = await listen(server, 0));
});
afterEach(() => closeServer(server));

const UNAVAILABLE = "REGISTRY_UNAVAILABLE";
const INCOMPATIBLE = "REGISTRY_INCOMPATIBLE";
const UNKNOWN = "REGISTRY_UNKNOWN_SCHEMA";
const MISSING = "undefined";

/** What every question of a registry that always answers so comes to: a code, and whether to ask again. */
const TABLE: readonly (readonly [status: number, body: unknown, expected: Record<string, string>])[] = [
  [401, "<html>Unauthorized</html>", all(`${UNAVAILABLE} final`)],
  [403, { error_code: 403, message: "forbidden" }, all(`${UNAVAILABLE} final`)],
  [404, "<html>Not Found</html>", all(`${UNAVAILABLE} final`)],
  [
    404,
    { error_code: 40401, message: "subject" },
    { ...all(`${UNAVAILABLE} final`), lookUp: MISSING, latest: MISSING },
  ],
  [404, { error_code: 40402, message: "version" }, { ...all(`${UNAVAILABLE} final`), latest: MISSING }],
  [404, { error_code: 40403, message: "schema" }, { ...all(`${UNKNOWN} final`), lookUp: MISSING }],
  [408, "", all(`${UNAVAILABLE} retryable`)],
  [409, { error_code: 409, message: "incompatible" }, all(`${INCOMPATIBLE} final`)],
  [422, { error_code: 42201, message: "invalid" }, all(`${INCOMPATIBLE} final`)],
  [429, "", all(`${UNAVAILABLE} retryable`)],
  [500, { error_code: 50001, message: "store" }, all(`${UNAVAILABLE} retryable`)],
  [503, "<html>starting</html>", all(`${UNAVAILABLE} retryable`)],
  [200, "<html>hello</html>", all(`${UNAVAILABLE} final`)],
];

function all(outcome: string): Record<string, string> {
  const names = ["register", "lookUp", "latest", "byId", "subjectsOf"];
  return Object.fromEntries(names.map((name) => [name, outcome]));
}

async function outcome(question: Promise<unknown>): Promise<string> {
  try {
    return String(await question);
  } catch (error) {
    const { code, retryable } = error as { code: string; retryable: boolean };
    return `${code} ${retryable ? "retryable" : "final"}`;
  }
}

const questions = (api: RegistryApi): Record<string, Promise<unknown>> => ({
  register: api.register("s", '"int"'),
  lookUp: api.lookUp("s", '"int"'),
  latest: api.latest("s"),
  byId: api.byId(1),
  subjectsOf: api.subjectsOf(1),
});

describe("a registry that always answers the same", () => {
  test.each(TABLE)(
    "%d %j is the same error, and as final, whatever was asked",
    async (status, body, expected) => {
      answer = [status, body];
      const got = await Promise.all(
        Object.entries(questions(registryApi({ url }))).map(async ([name, asking]) => [
          name,
          await outcome(asking),
        ]),
      );
      expect(Object.fromEntries(got)).toEqual(expected);
      // The stages' client says the same of its two questions.
      const client = createRegistryClient({ url, logger: silentLogger, clock: new ManualClock(), tries: 1 });
      expect(await outcome(client.register("s", "int"))).toBe(expected["register"]);
      expect(await outcome(client.schemaById(1))).toBe(expected["byId"]);
    },
  );

  test("one that is gone is unavailable, and may be asked again", async () => {
    await closeServer(server);
    const outcomes = await Promise.all(Object.values(questions(registryApi({ url }))).map(outcome));
    expect(new Set(outcomes)).toEqual(new Set([`${UNAVAILABLE} retryable`]));
    ({ url } = await listen(server, 0));
  });
});

test("an error carries the registry's own words, and what was asked about", async () => {
  answer = [409, { error_code: 409, message: "READER_FIELD_MISSING_DEFAULT_VALUE" }];
  await expect(registryApi({ url }).register("trains-value", '"int"')).rejects.toMatchObject({
    message: "READER_FIELD_MISSING_DEFAULT_VALUE",
    context: { subject: "trains-value", status: 409, registryCode: 409 },
  });
});

test("each question has its path, with the subject escaped", async () => {
  answer = [200, { id: 1, schema: '"int"' }];
  const api = registryApi({ url: `${url}/` });
  expect(await api.register("a/b", '"int"')).toBe(1);
  expect(await api.lookUp("a/b", '"int"')).toBe(1);
  expect(await api.latest("a/b")).toEqual({ id: 1, schema: '"int"' });
  expect(await api.byId(1)).toBe('"int"');
  answer = [200, [{ subject: "a/b", version: 1 }]];
  expect(await api.subjectsOf(1)).toEqual(["a/b"]);
  expect(asked).toEqual([
    "POST /subjects/a%2Fb/versions",
    "POST /subjects/a%2Fb",
    "GET /subjects/a%2Fb/versions/latest",
    "GET /schemas/ids/1",
    "GET /schemas/ids/1/versions",
  ]);
});
