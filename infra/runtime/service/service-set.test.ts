import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { CodedError } from "../../../schemas/errors.ts";
import { type NamedService, type RunningService, ServiceSet } from "./service-set.ts";

type Scripted = NamedService & { readonly run: () => Promise<RunningService> };

const idle = async (): Promise<RunningService> => ({ stop: async () => {} });
const service = (name: string, run = idle, first = false): Scripted => ({ name, run, first });

function scripted(...services: readonly Scripted[]) {
  const log: string[] = [];
  const set = new ServiceSet(services, async ({ name, run }) => {
    const running = await run();
    log.push(`${name} starts`);
    return {
      ...running,
      async stop() {
        log.push(`${name} stops`);
        await running.stop();
      },
    };
  });
  return { set, log };
}

test("the process is ready when all its services are, and says what each is about", async () => {
  let ready = false;
  const { set } = scripted(
    service("dedup", async () => ({
      stop: async () => {},
      probe: () => ({ ready, detail: { partitions: [0] } }),
    })),
    service("stations"),
  );
  const starting = { ready: false, state: "starting" };
  expect(set.probe()).toEqual({ ready: false, detail: { dedup: starting, stations: starting } });
  await set.start();
  expect(set.probe().ready).toBe(false);
  ready = true;
  expect(set.probe()).toEqual({
    ready: true,
    detail: { dedup: { ready: true, partitions: [0] }, stations: { ready: true } },
  });
});

test("a service alone has its part under its name too", async () => {
  const { set } = scripted(
    service("mqtt", async () => ({ stop: async () => {}, probe: () => ({ ready: true, detail: { n: 1 } }) })),
  );
  await set.start();
  expect(set.probe()).toEqual({ ready: true, detail: { mqtt: { ready: true, n: 1 } } });
});

test("one service that cannot start stops the others, and the error says whose it is", async () => {
  const { set, log } = scripted(
    service("dedup"),
    service("stations", async () => {
      throw new CodedError("KAFKA_TOPIC_MISMATCH", { message: "3 partitions, not 1", retryable: false });
    }),
  );
  await expect(set.start()).rejects.toMatchObject({
    code: "KAFKA_TOPIC_MISMATCH",
    message: "stations: 3 partitions, not 1",
    context: { service: "stations" },
  });
  expect(log).toEqual(["dedup starts", "dedup stops"]);
});

test("a page whose port is taken ends the process before any other service begins", async () => {
  const { set, log } = scripted(
    service("dedup"),
    service(
      "dashboard",
      async () => {
        throw new CodedError("PORT_TAKEN", { message: "port 8888 is in use", retryable: false });
      },
      true,
    ),
  );
  await expect(set.start()).rejects.toMatchObject({ code: "PORT_TAKEN" });
  expect(log).toEqual([]);
});

test("the failure of a running service is the process's", async () => {
  let fail = (_error: Error): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const { set } = scripted(
    service("dedup", async () => ({ stop: async () => {}, failed })),
    service("stations"),
  );
  await set.start();
  fail(new Error("gone"));
  await expect(set.failed).rejects.toThrow("dedup: gone");
});

test("what starts first stops last", async () => {
  const { set, log } = scripted(service("dedup"), service("dashboard", idle, true));
  await set.start();
  await set.stop();
  expect(log).toEqual(["dashboard starts", "dedup starts", "dedup stops", "dashboard stops"]);
});

test("stopped while a service still starts, those that run are stopped at once and that one when it has started", async () => {
  let arrive = (_: RunningService): void => {};
  const late = new Promise<RunningService>((resolve) => {
    arrive = resolve;
  });
  const { set, log } = scripted(
    service("http"),
    service("mqtt", () => late),
  );
  const started = set.start();
  await Promise.resolve();
  await set.stop();
  expect(log).toEqual(["http starts", "http stops"]);
  arrive(await idle());
  await started;
  expect(log).toEqual(["http starts", "http stops", "mqtt starts", "mqtt stops"]);
});

test("the process waits until its services can do their work, and fails with one that never will", async () => {
  let open = (): void => {};
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { set } = scripted(service("http", async () => ({ stop: async () => {}, ready })));
  const log: string[] = [];
  const started = set.start().then(() => log.push("ready"));
  await setImmediate();
  log.push("opened");
  open();
  await started;
  expect(log).toEqual(["opened", "ready"]);

  const away = new CodedError("REGISTRY_INCOMPATIBLE", { message: "no", retryable: false });
  const other = scripted(
    service("http", async () => ({ stop: async () => {}, ready: Promise.reject(away) })),
  );
  await expect(other.set.start()).rejects.toBe(away);
  expect(other.log).toEqual(["http starts", "http stops"]);
});
