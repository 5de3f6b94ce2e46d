import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startChild } from "./child.ts";
import { lastWords } from "./log-tail.ts";
import { launchAfter } from "./prepared.ts";

const folder = mkdtempSync(join(tmpdir(), "elevated-process-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a log's last words", () => {
  const words = (text: string): string => {
    const file = join(folder, "some.log");
    writeFileSync(file, text);
    return lastWords(file);
  };

  test("the last line that is not part of a stack", () => {
    expect(words("one\nError: no luck\n    at here (a.js:1)\n\nNode.js v20.20.2\n")).toBe("Error: no luck");
  });

  test("the message of one of our own lines", () => {
    expect(words('{"level":60,"msg":"KAFKA_BROKERS is not set"}\n')).toBe("KAFKA_BROKERS is not set");
  });

  test("nothing of a log that is not there", () => {
    expect(lastWords(join(folder, "none.log"))).toBe("");
  });
});

test("what is told to end while it is still being prepared never starts", async () => {
  let prepared: () => void = () => {};
  let launches = 0;
  const launched = launchAfter(
    new Promise<void>((resolve) => {
      prepared = resolve;
    }),
    () => {
      launches++;
      throw new Error("must not start");
    },
  );
  launched.stop();
  prepared();
  expect((await launched.ended).code).toBeNull();
  expect(launches).toBe(0);
});

test("who ends by itself has said why; who is killed has not", async () => {
  const watchdog = { watch() {}, forget() {}, close() {} };
  const reasonOf = async (script: string): Promise<string> => {
    const log = join(folder, "child.log");
    const command = { program: "/bin/sh", args: ["-c", script], cwd: folder, env: {}, log } as const;
    const child = startChild({ ...command, stopSignal: "SIGTERM", tie: "none" }, watchdog, async () => {});
    return (await child.ended).reason;
  };
  expect(await reasonOf("echo no Kafka here; exit 3")).toBe("ended with code 3: no Kafka here");
  expect(await reasonOf("echo MQTT is served; kill -9 $$")).toBe("ended by SIGKILL");
});
