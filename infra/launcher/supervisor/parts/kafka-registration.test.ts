import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../runtime/clock.ts";
import { eventually } from "../../../runtime/testing/eventually.ts";
import { endOldRegistration } from "./kafka-registration.ts";

const REFUSAL =
  "Unable to register broker 1 because the controller returned error DUPLICATE_BROKER_REGISTRATION\n";

let folder: string;
let controller: Server;
let asked: Buffer[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "registration-"));
  asked = [];
  controller = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (request) => {
      asked.push(request);
      socket.write(Buffer.alloc(8));
    });
  });
  await new Promise<void>((resolve) => controller.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  controller.close();
  rmSync(folder, { recursive: true, force: true });
});

test("each refusal of this start ends the old registration; one of an earlier start does not", async () => {
  const log = join(folder, "kafka.log");
  writeFileSync(log, REFUSAL);
  const up = new AbortController();
  const { port } = controller.address() as AddressInfo;
  const done = endOldRegistration({ node: 1, controllerPort: port, log }, systemClock, up.signal);
  appendFileSync(log, "Incarnation x of broker 1 is now STARTING\n");
  appendFileSync(log, REFUSAL);
  await eventually(() => expect(asked).toHaveLength(1));
  appendFileSync(log, REFUSAL);
  await eventually(() => expect(asked).toHaveLength(2));
  up.abort();
  await done;
  // UnregisterBroker of broker 1.
  expect(asked[0]?.subarray(4, 6).readInt16BE()).toBe(64);
  expect(asked[0]?.readInt32BE(15)).toBe(1);
});

test("a controller that asks for a login gets it first", async () => {
  const log = join(folder, "kafka.log");
  writeFileSync(log, "");
  const up = new AbortController();
  const { port } = controller.address() as AddressInfo;
  const registration = { node: 1, controllerPort: port, log, password: "of-kafka" };
  const done = endOldRegistration(registration, systemClock, up.signal);
  appendFileSync(log, REFUSAL);
  await eventually(() => expect(asked).toHaveLength(3));
  up.abort();
  await done;
  expect(asked.map((request) => [request.readInt32BE(0), request.readInt16BE(4)])).toEqual(
    asked.map((request, n) => [request.length - 4, [17, 36, 64][n]]),
  );
  expect(asked[0]?.subarray(16).toString()).toBe("PLAIN");
  expect(asked[1]?.subarray(18).toString()).toBe("\0elevated\0of-kafka");
  expect(asked[2]?.readInt32BE(15)).toBe(1);
});
