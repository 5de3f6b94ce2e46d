import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CodedError, EXIT, messageOf } from "../../../../schemas/errors.ts";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import { activityOf } from "./activity.ts";
import { startChild } from "./child.ts";
import { lastWords } from "./log-tail.ts";
import { launchAfter } from "./prepared.ts";
import { untilYes } from "./probe.ts";

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
    () =>
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

test("a preparation that a person has to set right says so by its code: another try makes no sense", async () => {
  const wrong = new CodedError("CONFIG_INVALID", { message: "no name", retryable: false });
  const ended = await launchAfter(
    () => Promise.reject(wrong),
    () => {
      throw new Error("must not start");
    },
  ).ended;
  expect(ended).toEqual({ code: EXIT.config, reason: "no name" });
});

test("a question is asked again after an error, and given ever more time; but not after one that stays", async () => {
  const clock = new ManualClock();
  const given: number[] = [];
  const asking = untilYes(
    async (withinMs) => {
      given.push(withinMs);
      clock.advance(withinMs);
      throw new Error(given.length < 3 ? "too late" : "wrong password");
    },
    clock,
    new AbortController().signal,
    (error) => messageOf(error) === "wrong password",
  );
  const over = expect(asking).rejects.toThrow("wrong password");
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(200);
  }
  await over;
  expect(given).toEqual([2_000, 4_000, 8_000]);
});

test("a process at work is told from one that sleeps", async () => {
  const busy = spawn("/bin/sh", ["-c", "while :; do :; done"]);
  const idle = spawn("sleep", ["60"]);
  const processorMs = (pid: number | undefined): number =>
    [...activityOf([pid ?? 0], []).threads.values()].reduce((sum, thread) => sum + thread.processorMs, 0);
  try {
    const [from, idleFrom] = [processorMs(busy.pid), processorMs(idle.pid)];
    while (processorMs(busy.pid) - from < 30) await new Promise((resolve) => setImmediate(resolve));
    expect(processorMs(idle.pid) - idleFrom).toBeLessThan(30);
    expect(activityOf([process.pid], [import.meta.filename])).toMatchObject({
      logBytes: readFileSync(import.meta.filename).length,
      bytes: expect.any(Number),
    });
    expect(activityOf([process.pid], []).threads.has(busy.pid ?? 0)).toBe(true);
  } finally {
    for (const child of [busy, idle]) child.kill("SIGKILL");
  }
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
