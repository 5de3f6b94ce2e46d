import { describe, expect, test } from "vitest";
import { register } from "./decisions.ts";
import { deleteVersion } from "./deletion.ts";
import { LIMITS } from "./limits.ts";
import { setConfig, setMode } from "./settings.ts";
import { RegistryState } from "./state.ts";

const INT = { schema: '"int"' };
/** A schema of its own for each number. */
const enumOf = (n: number) => ({ schema: `{"type":"enum","name":"E${n}","symbols":["A"]}` });

/** Do to the state what a request would. */
function apply(
  state: RegistryState,
  { records }: { readonly records: Parameters<RegistryState["apply"]>[0][] },
) {
  for (const record of records) state.apply(record);
}

function withSubjects(count: number): RegistryState {
  const state = new RegistryState();
  for (let n = 0; n < count; n++)
    state.apply({
      kind: "version",
      subject: `s${n}`,
      version: 1,
      id: 1,
      schemaType: "AVRO",
      references: [],
      schema: '"int"',
      deleted: n % 2 === 0,
    });
  return state;
}

const refused = (message: RegExp) =>
  expect.objectContaining({ status: 422, message: expect.stringMatching(message) });

describe("what a registry takes", () => {
  test("one subject more than it may have is refused; those that are there go on", () => {
    const state = withSubjects(LIMITS.subjects);
    expect(() => register(state, "more", INT)).toThrow(refused(/10000 subjects at most.*permanent=true/));
    expect(register(state, "s1", INT).answer).toMatchObject({ id: 1 });
    expect(register(state, "s1", { schema: '"long"' }).records).toHaveLength(1);
    // Softly deleted ones are still kept, so they count.
    expect(register(state, "s0", INT).answer.version).toBe(2);
    state.apply({ kind: "version-gone", subject: "s0", version: 1 });
    expect(register(state, "more", INT).records).toHaveLength(1);
  });

  test("one version more of a subject is refused", () => {
    const state = new RegistryState();
    apply(state, setConfig(state, "s", { compatibilityLevel: "NONE" }) as never);
    for (let n = 1; n <= LIMITS.versions; n++)
      state.apply({
        kind: "version",
        subject: "s",
        version: n,
        id: n,
        schemaType: "AVRO",
        references: [],
        schema: enumOf(n).schema,
        deleted: false,
      });
    expect(() => register(state, "s", enumOf(0))).toThrow(refused(/1000 versions of a subject at most/));
    apply(state, deleteVersion(state, "s", "1", false) as never);
    expect(() => register(state, "s", enumOf(0))).toThrow(refused(/1000 versions/));
    apply(state, deleteVersion(state, "s", "1", true) as never);
    expect(register(state, "s", enumOf(0)).records).toHaveLength(1);
  });

  test("schemas beyond what is kept in memory are refused; one that is there already costs nothing", () => {
    const state = new RegistryState();
    const schema = JSON.stringify("x".repeat(2 ** 20 - 2));
    for (let n = 1; n <= 64; n++)
      state.apply({
        kind: "version",
        subject: `s${n}`,
        version: 1,
        id: n,
        schemaType: "AVRO",
        references: [],
        schema: schema.replace("x", String(n)[0] ?? "") + n,
        deleted: false,
      });
    expect(() => register(state, "more", INT)).toThrow(refused(/67108864 characters of schemas at most/));
    for (let n = 1; n <= 64; n++) state.apply({ kind: "version-gone", subject: `s${n}`, version: 1 });
    expect(state.characters).toBe(0);
    expect(register(state, "more", INT).records).toHaveLength(1);
  });

  test("settings of subjects that need not exist are bounded too", () => {
    const state = new RegistryState();
    for (let n = 0; n < LIMITS.subjects; n++) {
      state.apply({ kind: "config", subject: `s${n}`, config: { compatibilityLevel: "FULL" } });
      state.apply({ kind: "mode", subject: `s${n}`, mode: "READWRITE" });
    }
    expect(() => setConfig(state, "more", { compatibilityLevel: "NONE" })).toThrow(
      refused(/settings of 10000 subjects at most/),
    );
    expect(() => setMode(state, "more", "READONLY", false)).toThrow(
      refused(/settings of 10000 subjects at most/),
    );
    expect(setConfig(state, "s1", { compatibilityLevel: "NONE" }).records).toHaveLength(1);
    expect(setConfig(state, null, { compatibilityLevel: "NONE" }).records).toHaveLength(1);
    expect(setMode(state, null, "READONLY", false).records).toHaveLength(1);
  });

  test.each(["", "a\u0000b", "a\u001b[2J", "x".repeat(LIMITS.nameCharacters + 1)])(
    "no subject has a name like %j, and no setting either",
    (name) => {
      const state = new RegistryState();
      const invalid = expect.objectContaining({ code: 42208 });
      expect(() => register(state, name, INT)).toThrow(invalid);
      expect(() => setConfig(state, name, { compatibilityLevel: "NONE" })).toThrow(invalid);
      expect(() => setMode(state, name, "READONLY", false)).toThrow(invalid);
    },
  );
});
