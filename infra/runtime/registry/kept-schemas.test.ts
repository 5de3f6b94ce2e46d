import { beforeEach, expect, test } from "vitest";
import { CodedError } from "../../../schemas/errors.ts";
import { silentLogger } from "../logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { KeptSchemas, keptRegistered } from "./kept-schemas.ts";
import type { RegistryApi } from "./ports.ts";

/** Per subject what it has, in a registry that gives ids in turn. */
let subjects: Map<string, readonly [text: string, id: number]>;
let isAway: boolean;
/** Does it let its users choose ids? */
let importing: boolean;
let asked: string[];
let warnings: number;
let registered: KeptSchemas;
let written: Record<string, number>;

const refused = (message: string): CodedError =>
  new CodedError("REGISTRY_INCOMPATIBLE", { message, retryable: false, context: {} });
const api = {
  async lookUp(subject: string, text: string): Promise<number | undefined> {
    asked.push(`lookUp ${subject}`);
    if (isAway)
      throw new CodedError("REGISTRY_UNAVAILABLE", { message: "away", retryable: true, context: {} });
    const [known, id] = subjects.get(subject) ?? [];
    return known === text ? id : undefined;
  },
  async register(subject: string, text: string): Promise<number> {
    asked.push(`register ${subject}`);
    const id = Math.max(0, ...Array.from(subjects.values(), ([, known]) => known)) + 1;
    subjects.set(subject, [text, id]);
    return id;
  },
  async restore(subject: string, text: string, id: number): Promise<number> {
    asked.push(`restore ${subject}`);
    if (!importing) throw refused("no import");
    if ([...subjects.values()].some(([, known]) => known === id)) throw refused("the id is another's");
    subjects.set(subject, [text, id]);
    return id;
  },
};

beforeEach(() => {
  subjects = new Map([
    ["a-value", ["A", 4]],
    ["b-value", ["B", 7]],
  ]);
  [isAway, importing, asked, warnings, written] = [false, true, [], 0, {}];
  registered = new KeptSchemas(api, { ...silentLogger, warn: () => void warnings++ });
  for (const [subject, [text, id]] of subjects)
    registered.note(subject, text, id, (now) => {
      written[subject] = now;
    });
});

test("while the registry has it, each schema is asked for, and nothing changes", async () => {
  await registered.look();
  expect(asked).toEqual(["lookUp a-value", "lookUp b-value"]);
  expect(written).toEqual({ "a-value": 4, "b-value": 7 });
});

test("one that was set up again gets everything again, under the same ids", async () => {
  subjects.clear();
  await registered.look();
  expect(Object.fromEntries(subjects)).toEqual({ "a-value": ["A", 4], "b-value": ["B", 7] });
  expect(written).toEqual({ "a-value": 4, "b-value": 7 });
  expect(warnings).toBe(1);
});

test("what another process has registered again in between hides nothing that is missing", async () => {
  subjects = new Map([["a-value", ["A", 4]]]);
  await registered.look();
  expect(Object.fromEntries(subjects)).toEqual({ "a-value": ["A", 4], "b-value": ["B", 7] });
});

test("where an id is another schema's by now, or nobody may choose one, what comes is written under the new id", async () => {
  subjects = new Map([["else-value", ["E", 7]]]);
  await registered.look();
  expect(written).toEqual({ "a-value": 4, "b-value": 8 });
  subjects.clear();
  importing = false;
  await registered.look();
  expect(Object.fromEntries(Array.from(subjects, ([subject, [, id]]) => [subject, id]))).toEqual(written);
});

test("one that is away has lost nothing, and is asked again; a person is told once", async () => {
  isAway = true;
  await registered.look();
  await registered.look();
  expect(warnings).toBe(1);
  expect(asked).toEqual(["lookUp a-value", "lookUp a-value"]);
  isAway = false;
  subjects.clear();
  await registered.look();
  expect(written).toEqual({ "a-value": 4, "b-value": 7 });
});

test("where one cannot be registered, the next look goes on", async () => {
  subjects.clear();
  const restore = api.restore;
  api.restore = async (subject, text, id) => {
    if (subject === "a-value") throw new Error("killed");
    return restore(subject, text, id);
  };
  const register = api.register;
  api.register = async () => {
    throw new Error("killed");
  };
  await registered.look();
  expect([...subjects.keys()]).toEqual(["b-value"]);
  Object.assign(api, { restore, register });
  await registered.look();
  expect([...subjects.keys()].toSorted()).toEqual(["a-value", "b-value"]);
});

test("what is registered by a kept API comes back until its signal aborts: then a person may delete it", async () => {
  const clock = new ManualClock();
  const over = new AbortController();
  const kept = keptRegistered(api as unknown as RegistryApi, {
    ...{ clock, logger: silentLogger, signal: over.signal },
  });
  await kept.register("c-value", "C");
  const looked = async (): Promise<unknown> => {
    subjects.delete("c-value");
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    return subjects.get("c-value");
  };
  expect(await looked()).toEqual(["C", 8]);
  over.abort();
  expect(await looked()).toBeUndefined();
});
