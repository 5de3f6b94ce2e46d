import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeServer, listen } from "../../../runtime/http/listen.ts";
import { silentLogger } from "../../../runtime/logger.ts";
import { eventually } from "../../../runtime/testing/eventually.ts";
import type { Ended, Launched } from "../supervise/part.ts";
import { adviceFor, behindProxy, connectProxy, makeWorkerLogin } from "./connect-proxy.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connect access "x" '));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A part that ends when it is killed. */
function running(): Launched & { readonly end: () => void; readonly killed: () => boolean } {
  let end = (_: Ended): void => {};
  let killed = false;
  const ended = new Promise<Ended>((resolve) => {
    end = resolve;
  });
  return {
    pid: 1,
    ready: Promise.resolve(),
    ended,
    stop() {},
    kill() {
      killed = true;
      end({ code: null, reason: "SIGKILL" });
    },
    end: () => end({ code: 0, reason: "" }),
    killed: () => killed,
  };
}

const statusOf = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/connectors" }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once("error", reject).end();
  });

async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = await listen(server, 0);
  await closeServer(server);
  return port;
}

test("the password is another one at each start, and only this user reads it", () => {
  const first = makeWorkerLogin(folder);
  const users = join(folder, "rest-users.properties");
  const [name, password] = readFileSync(users, "utf8").trim().split("=");
  expect(statSync(users).mode & 0o077).toBe(0);
  expect(first.authorization).toBe(`Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`);
  expect(makeWorkerLogin(folder).authorization).not.toBe(first.authorization);
  // Java's syntax of a text in quotation marks.
  const config = readFileSync(Object.values(first.properties)[0] ?? "", "utf8");
  expect(config).toContain(`file="${users.replaceAll('"', '\\"')}"`);
});

test("what comes through the proxy has the password, and the proxy ends with its part", async () => {
  const login = makeWorkerLogin(folder);
  const worker = createServer((incoming, response) => {
    response.statusCode = incoming.headers.authorization === login.authorization ? 200 : 401;
    response.end("{}");
  });
  const { url } = await listen(worker, 0);
  const port = await freePort();
  const part = running();
  const { ended } = behindProxy(part, connectProxy(url, login, { logger: silentLogger }), port);
  await eventually(async () => expect(await statusOf(port)).toBe(200));
  expect(await statusOf((worker.address() as AddressInfo).port)).toBe(401);
  part.end();
  expect(await ended).toEqual({ code: 0, reason: "" });
  await expect(statusOf(port)).rejects.toThrow();
  await closeServer(worker);
});

test("a part whose proxy has no port is ended, and says why", async () => {
  const other = createServer();
  const { port } = await listen(other, 0);
  const part = running();
  const { ended } = behindProxy(
    part,
    connectProxy("http://127.0.0.1:9", makeWorkerLogin(folder), { logger: silentLogger }),
    port,
  );
  expect((await ended).reason).toContain(`port ${port} is in use`);
  expect(part.killed()).toBe(true);
  await closeServer(other);
});

test("a JDBC source that Connect does not have gets what takes its place; other refusals get nothing", () => {
  const refusal =
    "Failed to find any class that implements Connector and which name matches io.confluent.connect.jdbc.JdbcSourceConnector, available connectors are: …";
  expect(adviceFor(JSON.stringify({ error_code: 400, message: refusal }))).toMatch(
    /npm run connect -- apply course --topic .*\n.*docs\/course\.md/,
  );
  expect(adviceFor(refusal.replace("JdbcSource", "S3Sink"))).toBeUndefined();
});
