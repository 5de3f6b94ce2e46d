import { describe, expect, test } from "vitest";
import { type Manifest, objectsOf } from "./manifests.ts";
import { OVERLAYS } from "./render.ts";
import { validator } from "./schemas/validate.ts";

const validate = validator();

describe.each(OVERLAYS)("%s", (overlay) => {
  test("has only objects that the API, Strimzi and KEDA take, without a field that they do not know", () => {
    const objects = objectsOf(overlay);
    expect(objects.length).toBeGreaterThan(70);
    expect(
      objects.flatMap((each) =>
        validate(each).map((wrong) => `${each.kind} ${each.metadata.name}: ${wrong}`),
      ),
    ).toEqual([]);
  });

  test("names each object once, and all of them in its namespace", () => {
    const objects = objectsOf(overlay);
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    const elsewhere = objects.filter(
      ({ kind, metadata }) => kind !== "Namespace" && metadata.namespace !== "elevated",
    );
    expect(elsewhere.map(({ metadata }) => metadata.name)).toEqual([]);
  });
});

const [overlay] = ["three-zones-lag"] as const;
/** One object of each kind that is there, with a field that no API knows, at the top of its spec. */
const kinds = new Map(objectsOf(overlay).map((each) => [`${each.apiVersion} ${each.kind}`, each]));

test("the overlay that has most has every kind that is made here", () => {
  const made = new Set(OVERLAYS.flatMap((each) => objectsOf(each).map(({ kind }) => kind)));
  expect(
    [...made].filter(
      (kind) => kind !== "Secret" && ![...kinds.keys()].some((name) => name.endsWith(` ${kind}`)),
    ),
  ).toEqual([]);
});

test.each([...kinds].filter(([, { spec }]) => spec !== undefined))(
  "a field that %s does not have is seen",
  (_, object) => {
    const wrong = { ...object, spec: { ...(object.spec as object), unheardOf: 1 } };
    expect(validate(wrong).join()).toContain("unheardOf");
  },
);

/** The object with one value of it changed, which is named by its path. */
function changed(kind: string, path: readonly (string | number)[], value: unknown): Manifest {
  const copy = structuredClone([...kinds.values()].find((each) => each.kind === kind)) as Manifest;
  const parent = path
    .slice(0, -1)
    .reduce(
      (at, key) => at[key] as Record<string | number, unknown>,
      copy as unknown as Record<string | number, unknown>,
    );
  parent[path.at(-1) ?? ""] = value;
  return copy;
}

test.each([
  ["Deployment", ["spec", "template", "spec", "containers", 0, "livenessProbes"], {}],
  ["Deployment", ["spec", "template", "spec", "containers", 0, "readinessProbe"], { httpGet: { path: "/" } }],
  ["Deployment", ["spec", "replicas"], "two"],
  ["StatefulSet", ["spec", "volumeClaimTemplates", 0, "spec", "accessModes"], "ReadWriteOnce"],
  ["NetworkPolicy", ["spec", "podSelector"], { app: "x" }],
  ["Kafka", ["spec", "kafka", "listeners", 0, "type"], "inside"],
  ["Kafka", ["spec", "kafka", "zookeeper"], {}],
  ["KafkaNodePool", ["spec", "storage", "volumes", 0, "type"], "disk"],
  ["KafkaTopic", ["spec", "partitions"], 0],
  ["KafkaConnect", ["spec", "build", "plugins", 0, "artifacts", 0, "type"], "npm"],
  ["ScaledObject", ["spec", "triggers", 0, "metadata", "lagThreshold"], 200],
])("a %s with a wrong %s is refused", (kind, path, value) => {
  expect(validate(changed(kind, path, value))).not.toEqual([]);
});

test("a kind without a schema is not passed over", () => {
  expect(validate({ apiVersion: "v1", kind: "Pot", metadata: { name: "x" }, spec: {} })).toEqual([
    "there is no schema of v1/Pot",
  ]);
});
