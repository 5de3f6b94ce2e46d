import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { SlotState } from "../../infra/runtime/postgres/slots.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { httpConnect } from "./client.ts";
import { apply, type CommandContext, remove, restart, status, warnOfOthers } from "./commands.ts";
import { type FakeConnect, fakeConnect } from "./testing/fake-connect.ts";

const NAME = "stations-debezium";
const config = {
  "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
  "database.password": "chicago",
  "poll.interval.ms": "100",
};
const TRACE = `org.apache.kafka.connect.errors.ConnectException: stopped
\tat io.debezium.X.y(X.java:1)
Caused by: org.postgresql.util.PSQLException: FATAL: password authentication failed for user "cta_admin"`;

let fake: FakeConnect;
let said: string[];
let waited: string[];
let context: CommandContext;
/** PostgreSQL's slot of the connector. */
let slot: SlotState | undefined;

beforeEach(async () => {
  fake = await fakeConnect();
  said = [];
  waited = [];
  const manual = new ManualClock();
  // Waiting is what moves time here.
  const clock: Clock = Object.assign(manual, { sleep: async (ms: number) => manual.advance(ms) });
  slot = undefined;
  context = {
    slots: {
      find: async () => slot,
      async drop() {
        slot = undefined;
      },
      async dropPublication() {},
    },
    connect: httpConnect({
      url: fake.url,
      clock,
      patienceMs: 2000,
      onWaiting: (reason) => waited.push(reason),
    }),
    clock,
    say: (line) => said.push(line),
  };
});
afterEach(() => fake.close());

const SLOT: SlotState = {
  name: "elevated_stations",
  active: true,
  lost: false,
  cause: null,
  retainedBytes: 32e6,
  lagBytes: 0,
  headroomBytes: 1e9,
};
const LOST = {
  ...SLOT,
  active: false,
  lost: true,
  cause: "wal_removed",
  retainedBytes: null,
  headroomBytes: null,
};
const withSlot = { ...config, "slot.name": SLOT.name };

const changed = (): string[] => fake.asked.filter((line) => line.startsWith("PUT /connectors/"));

describe("apply", () => {
  test("validates, creates, shows the settings without secrets, and waits until it runs", async () => {
    await apply(context, NAME, config);
    expect(fake.asked.slice(0, 2)).toEqual([
      "GET /connector-plugins",
      "PUT /connector-plugins/PostgresConnector/config/validate",
    ]);
    expect(fake.connectors.get(NAME)?.config).toEqual({ ...config, name: NAME });
    expect(said).toEqual([
      `${NAME}: new`,
      `  + connector.class = ${config["connector.class"]}`,
      "  + database.password = ***",
      "  + poll.interval.ms = 100",
      `${NAME}: RUNNING, 1 task`,
      "  task 0: RUNNING",
    ]);
  });

  test("run again, it changes nothing", async () => {
    await apply(context, NAME, config);
    await apply(context, NAME, config);
    expect(changed()).toHaveLength(1);
    expect(said).toContain(`${NAME}: unchanged`);
  });

  test("a changed setting arrives, and the difference is shown", async () => {
    await apply(context, NAME, config);
    said.length = 0;
    await apply(context, NAME, {
      "connector.class": config["connector.class"],
      "poll.interval.ms": "50",
      added: "x",
    });
    expect(said.slice(0, 4)).toEqual([
      `${NAME}: changed`,
      "  + added = x",
      "  - database.password = ***",
      "  ~ poll.interval.ms = 100 → 50",
    ]);
    expect(fake.connectors.get(NAME)?.config["poll.interval.ms"]).toBe("50");
  });

  test("unchanged but failed: restarted", async () => {
    await apply(context, NAME, config);
    const connector = fake.connectors.get(NAME);
    if (connector) connector.tasks = [{ id: 0, state: "FAILED", trace: TRACE }];
    await apply(context, NAME, config);
    expect(fake.asked).toContain(`POST /connectors/${NAME}/restart`);
    expect(said.at(-1)).toBe("  task 0: RUNNING");
  });

  test("wrong settings are named, each with Connect's reason, and nothing is created", async () => {
    fake.problems = { "database.password": ['password authentication failed for user "x"'] };
    await expect(apply(context, NAME, config)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringMatching(
        /database.password: password .*Likely cause: PostgreSQL refuses the user/,
      ) as string,
    });
    expect(changed()).toEqual([]);
  });

  test("where no cause is known, Connect's own words are not said twice", async () => {
    fake.problems = { "slot.name": ["The 'slot.name' value is invalid."] };
    await expect(apply(context, NAME, config)).rejects.toMatchObject({
      message: `Connect refuses the settings of ${NAME}: slot.name: The 'slot.name' value is invalid`,
    });
  });

  test("a plugin that is not installed is named, with those that are", async () => {
    fake.plugins = ["org.example.Other"];
    await expect(apply(context, NAME, config)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringMatching(/PostgresConnector.*It has: org.example.Other/) as string,
    });
  });

  test("a task that fails ends the command with its trace and the likely cause", async () => {
    fake.onStart = (connector) => {
      connector.tasks = [{ id: 0, state: "FAILED", trace: TRACE }];
    };
    await expect(apply(context, NAME, config)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringMatching(/Likely cause: PostgreSQL refuses.*PSQLException/s) as string,
    });
  });

  test("the failure of before the change is not taken for a new one", async () => {
    await apply(context, NAME, config);
    const connector = fake.connectors.get(NAME);
    if (connector) connector.tasks = [{ id: 0, state: "FAILED", trace: TRACE }];
    let polls = 0;
    fake.onStart = (c) => {
      const tasks = c.tasks;
      Object.defineProperty(c, "tasks", { get: () => (polls++ < 3 ? tasks : [{ id: 0, state: "RUNNING" }]) });
    };
    await apply(context, NAME, { ...config, "poll.interval.ms": "50" });
    expect(said.at(-1)).toBe("  task 0: RUNNING");
  });

  test("a connector that no worker starts is given up on", async () => {
    fake.onStart = () => {};
    await expect(apply(context, NAME, config)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      retryable: true,
      message: expect.stringContaining("RUNNING") as string,
    });
  });
});

describe("Connect not ready", () => {
  test.each([409, 503])("%d passes: it is asked again", async (code) => {
    fake.outage = { status: code, left: 3 };
    await apply(context, NAME, config);
    expect(said.at(-1)).toBe("  task 0: RUNNING");
  });

  test("one that stays away is unavailable, and the message names the setting", async () => {
    await fake.close();
    await expect(status(context)).rejects.toMatchObject({
      code: "DEPENDENCY_UNAVAILABLE",
      message: expect.stringContaining("CONNECT_URL") as string,
    });
    expect(waited).toEqual([expect.stringMatching(/does not answer yet .*: waiting up to 2 s/)]);
  });

  test("a refusal is final", async () => {
    fake.outage = { status: 400, left: 1 };
    await expect(status(context)).rejects.toMatchObject({ code: "CONNECT_FAILED", retryable: false });
    expect(fake.asked).toHaveLength(1);
  });
});

describe("status, restart, delete", () => {
  test("status shows every connector; the trace of a failed one with its cause", async () => {
    await apply(context, NAME, config);
    fake.connectors.set("other", {
      config: {},
      state: "RUNNING",
      tasks: [{ id: 0, state: "FAILED", trace: TRACE }],
    });
    said.length = 0;
    await expect(status(context)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: "other does not run",
    });
    expect(said.slice(0, 5)).toEqual([
      `${NAME}: RUNNING, 1 task`,
      "  task 0: RUNNING",
      "other: RUNNING, 1 task",
      "  task 0: FAILED",
      "  likely cause: PostgreSQL refuses the user or the password: check POSTGRES_URL",
    ]);
  });

  test("status without connectors says so; of an unknown one it fails", async () => {
    await status(context);
    expect(said).toEqual(["no connectors"]);
    await expect(status(context, "x")).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  });

  test("restart waits until it runs again", async () => {
    await apply(context, NAME, config);
    await restart(context, NAME);
    expect(said.at(-1)).toBe("  task 0: RUNNING");
    await expect(restart(context, "x")).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  });

  test("status shows the connector's replication slot; one that is lost is an error, though all tasks run", async () => {
    await apply(context, NAME, withSlot);
    slot = SLOT;
    said.length = 0;
    await status(context);
    expect(said.at(-1)).toBe(
      "  replication slot elevated_stations: read, 32 MB of PostgreSQL's log are kept for it",
    );
    slot = LOST;
    await expect(status(context)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: `${NAME} runs and brings nothing: its replication slot is lost`,
    });
    expect(said.at(-1)).toMatch(/lost \(wal_removed\): .*npm run connect -- apply/);
  });

  test.each([
    ["apply", () => apply(context, NAME, withSlot)],
    ["restart", () => restart(context, NAME)],
  ])("%s drops a lost slot, says so, and starts the connector again", async (_, command) => {
    await apply(context, NAME, withSlot);
    slot = LOST;
    said.length = 0;
    await command();
    expect(slot).toBeUndefined();
    expect(said).toContain("  the replication slot elevated_stations is lost (wal_removed): dropped");
    expect(fake.asked).toContain(`POST /connectors/${NAME}/restart`);
  });

  test("a slot that is well is left alone, and a PostgreSQL that does not answer is no error here", async () => {
    await apply(context, NAME, withSlot);
    slot = SLOT;
    await apply(context, NAME, withSlot);
    expect(slot).toBe(SLOT);
    context = {
      ...context,
      slots: { ...context.slots, find: () => Promise.reject(new Error("PostgreSQL: gone")) },
    };
    await status(context);
    expect(said.at(-1)).toBe("  replication slot elevated_stations: not known, PostgreSQL: gone");
  });

  test("delete says what it found", async () => {
    await apply(context, NAME, config);
    await remove(context, NAME);
    await remove(context, NAME);
    expect(said.slice(-2)).toEqual([`${NAME}: deleted`, `${NAME}: was not there`]);
  });

  test("two sources into one topic are warned of", async () => {
    await apply(context, NAME, config);
    fake.connectors.set("stations-jdbc", { config: {}, state: "RUNNING", tasks: [] });
    said.length = 0;
    const files = [NAME, "stations-jdbc"].map((name) => ({ name, config }));
    for (const file of files.slice(0, 1)) await warnOfOthers(context, file, files);
    expect(said).toEqual([expect.stringContaining("npm run connect -- delete stations-jdbc")]);
  });
});
