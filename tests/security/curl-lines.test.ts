import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { allListeners, type Listener } from "./listeners.ts";

/* What curl and a course's own code send goes through the front access. */

/** As the pages and the tutorials of Kafka name them. */
const PORTS: Readonly<Record<string, number>> = {
  "schema-registry": 8081,
  "rest-proxy": 8082,
  connect: 8083,
  ksql: 8088,
  "fleet-ingest": 5001,
  dashboard: 8888,
};

let listeners: readonly Listener[] = [];
beforeAll(async () => {
  listeners = await allListeners();
});
afterAll(() => Promise.all(listeners.map((listener) => listener.close())));

/** The status with which a line is answered, at the servers of this test. */
async function answered(line: string): Promise<string> {
  let here = line.replace(/^curl /, "curl -sS -o /dev/null -w '%{http_code}' ");
  for (const { name, url } of listeners) {
    const port = PORTS[name];
    if (port !== undefined) here = here.replace(`localhost:${port}`, `localhost:${new URL(url).port}`);
  }
  return (await promisify(execFile)("/bin/sh", ["-c", here])).stdout;
}

/** Lines of the pages that begin with curl, up to the end of what they quote. */
function linesOf(page: string): readonly string[] {
  const text = readFileSync(join(projectRoot(), page), "utf8");
  const found = [...text.matchAll(/^curl (?:'[^']*'|[^\n'#])+/gm)].map(([line]) => line.trim());
  return found.filter((line) => Object.values(PORTS).some((port) => line.includes(`localhost:${port}`)));
}

const JSON_TYPE = "-H 'Content-Type: application/json'";
const TUTORIALS = [
  "curl localhost:8081/subjects",
  `curl -X POST -H 'Content-Type: application/vnd.schemaregistry.v1+json' --data '{"schema": "{\\"type\\": \\"string\\"}"}' http://localhost:8081/subjects/t-value/versions`,
  `curl -X POST ${JSON_TYPE} --data '{"schema": "{\\"type\\": \\"string\\"}"}' http://localhost:8081/subjects/t-value/versions`,
  "curl localhost:8082/topics",
  `curl -X POST -H 'Content-Type: application/vnd.kafka.json.v2+json' -H 'Accept: application/vnd.kafka.v2+json' --data '{"records":[{"value":{"a":1}}]}' http://localhost:8082/topics/t`,
  "curl localhost:8083/connectors",
  `curl -X POST ${JSON_TYPE} --data '{"name":"x","config":{}}' http://localhost:8083/connectors`,
  "curl -X DELETE http://localhost:8083/connectors/x",
  "curl localhost:8088/info",
  `curl -X POST -H 'Content-Type: application/vnd.ksql.v1+json; charset=utf-8' -d '{"ksql":"SHOW STREAMS;","streamsProperties":{}}' http://localhost:8088/ksql`,
  // Without a type of its own curl says that it sends a form.
  `curl -X POST -d '{"ksql":"SHOW STREAMS;"}' http://localhost:8088/ksql`,
  `curl --http2-prior-knowledge -X POST -d '{"ksql":"SHOW STREAMS;"}' http://localhost:8088/ksql`,
  `curl -A python-requests/2.32 -H 'Accept-Encoding: gzip, deflate' -X POST ${JSON_TYPE} -d '{"ksql":"SHOW TABLES;"}' http://localhost:8088/ksql`,
  "curl localhost:8888/version",
  "curl localhost:8888/api/v1/proof",
  ...[hostname(), "kafka", "127.0.0.1:8081", "[::1]:8081"].map(
    (host) => `curl -H 'Host: ${host}' localhost:8081/subjects`,
  ),
];

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

describe.runIf(hasCurl)("a line of curl is answered", () => {
  const pages = ["README.md", "SECURITY.md", "docs/fleet.md"].flatMap(linesOf);
  test("the pages show some", () => expect(pages.length).toBeGreaterThan(1));
  test.concurrent.each([...pages, ...TUTORIALS])("%s", async (line) => {
    expect(await answered(line)).toMatch(/^2\d\d$/);
  });

  test("but not one that says what only a page of elsewhere says", async () => {
    const lines = ["Host: evil.example", "Origin: http://localhost:3000", "Origin: null"].map(
      (header) => `curl -X POST -H '${header}' -d '{"ksql":"SHOW STREAMS;"}' http://localhost:8088/ksql`,
    );
    expect(await Promise.all(lines.map(answered))).toEqual(["403", "403", "403"]);
  });
});
