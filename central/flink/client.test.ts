import { expect, test } from "vitest";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { flinkGateway } from "./client.ts";

/** Nothing is waited for. */
const CLOCK = Object.assign(new ManualClock(), { sleep: async () => {} });

/** Answers by path; a list gives one answer after the other. */
function gateway(answers: Readonly<Record<string, readonly (object | string)[]>>) {
  const left = new Map(Object.entries(answers).map(([path, list]) => [path, [...list]]));
  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const answer = left.get(`${init.method} ${url.slice("http://flink".length)}`)?.shift();
    if (answer === undefined) throw new Error(`nothing answers ${init.method} ${url}`);
    return typeof answer === "string" ? new Response(answer, { status: 500 }) : Response.json(answer);
  };
  return flinkGateway({ url: "http://flink/", clock: CLOCK, send });
}

const RESULT = "GET /v2/sessions/s/operations/o/result";

test("a statement's rows, once they are ready, from all pages", async () => {
  const session = await gateway({
    "POST /v1/sessions": [{ sessionHandle: "s" }],
    "POST /v2/sessions/s/statements": [{ operationHandle: "o" }],
    [`${RESULT}/0?rowFormat=JSON`]: [
      { resultType: "NOT_READY" },
      {
        resultType: "PAYLOAD",
        nextResultUri: "/v2/sessions/s/operations/o/result/1?rowFormat=JSON",
        results: { columns: [{ name: "a" }, { name: "b" }], data: [{ fields: [1, "x"] }] },
      },
    ],
    [`${RESULT}/1?rowFormat=JSON`]: [
      {
        resultType: "EOS",
        results: { columns: [{ name: "a" }, { name: "b" }], data: [{ fields: [2, "y"] }] },
      },
    ],
  }).open();
  expect(await session.run("SELECT")).toEqual([
    { a: 1, b: "x" },
    { a: 2, b: "y" },
  ]);
});

test("Flink's own reason is the last cause of its stack", async () => {
  const stack = [
    "<Exception on server side:\\njava.lang.RuntimeException: outer\\n\\tat A.b(A.java:1)",
    "Caused by: org.apache.flink.table.api.ValidationException: Table X not found\\n\\tat C.d(C.java:2)",
  ].join("\\n");
  const session = await gateway({
    "POST /v1/sessions": [{ sessionHandle: "s" }],
    "POST /v2/sessions/s/statements": [`{"errors":["Internal server error.","${stack}"]}`],
  }).open();
  await expect(session.run("SELECT")).rejects.toMatchObject({
    code: "FLINK_FAILED",
    message: "org.apache.flink.table.api.ValidationException: Table X not found",
  });
});

test("where no gateway answers, the error names the setting", async () => {
  await expect(gateway({}).version()).rejects.toMatchObject({
    code: "DEPENDENCY_UNAVAILABLE",
    retryable: true,
    message: /http:\/\/flink: .* set FLINK_SQL_GATEWAY_URL/,
  });
});
