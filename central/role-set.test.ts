import { expect, test } from "vitest";
import { CodedError } from "../schemas/errors.ts";
import { RoleSet } from "./role-set.ts";
import type { Role, RoleRunning } from "./roles.ts";

function scripted(roles: Partial<Record<Role, () => Promise<RoleRunning>>>) {
  const stopped: Role[] = [];
  const names = Object.keys(roles) as Role[];
  const set = new RoleSet(names, async (role) => {
    const running = await roles[role]?.();
    return {
      ...running,
      async stop() {
        stopped.push(role);
        await running?.stop();
      },
    };
  });
  return { set, stopped };
}

const idle = async (): Promise<RoleRunning> => ({ stop: async () => {} });

test("the process is ready when all its roles are, and says what each is about", async () => {
  let ready = false;
  const { set } = scripted({
    dedup: async () => ({ stop: async () => {}, probe: () => ({ ready, detail: { partitions: [0] } }) }),
    stations: idle,
  });
  expect(set.probe()).toEqual({
    ready: false,
    detail: { dedup: { ready: false, state: "starting" }, stations: { ready: false, state: "starting" } },
  });
  await set.start();
  expect(set.probe().ready).toBe(false);
  ready = true;
  expect(set.probe()).toEqual({
    ready: true,
    detail: { dedup: { ready: true, partitions: [0] }, stations: { ready: true } },
  });
});

test("one role that cannot start stops the others, and says whose fault it was", async () => {
  const { set, stopped } = scripted({
    dedup: idle,
    stations: async () => {
      throw new CodedError("KAFKA_TOPIC_MISMATCH", { message: "3 partitions, not 1", retryable: false });
    },
  });
  await expect(set.start()).rejects.toMatchObject({
    code: "KAFKA_TOPIC_MISMATCH",
    message: "stations: 3 partitions, not 1",
    context: { role: "stations" },
  });
  expect(stopped).toEqual(["dedup"]);
});

test("a page whose port is taken ends the process before any other role begins", async () => {
  let begun = false;
  const { set } = scripted({
    dedup: async () => {
      begun = true;
      return idle();
    },
    dashboard: async () => {
      throw new CodedError("PORT_TAKEN", { message: "port 8888 is in use", retryable: false });
    },
  });
  await expect(set.start()).rejects.toMatchObject({ code: "PORT_TAKEN" });
  expect(begun).toBe(false);
});

test("the failure of a running role is the process's", async () => {
  let fail = (_error: Error): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const { set } = scripted({ dedup: async () => ({ stop: async () => {}, failed }), stations: idle });
  await set.start();
  fail(new Error("gone"));
  await expect(set.failed).rejects.toThrow("dedup: gone");
});

test("roles stop in reverse order", async () => {
  const { set, stopped } = scripted({ dedup: idle, stations: idle, dashboard: idle });
  await set.start();
  await set.stop();
  expect(stopped).toEqual(["dashboard", "stations", "dedup"]);
});
