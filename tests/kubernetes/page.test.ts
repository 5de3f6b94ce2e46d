import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { type Manifest, objectsOf, ofKind, ownWorkloads } from "./manifests.ts";
import { OVERLAYS } from "./render.ts";
import { KEDA, KUBERNETES, STRIMZI } from "./schemas/sources.ts";

const page = readFileSync(join(projectRoot(), "docs", "kubernetes.md"), "utf8");

/** A row of the table of overlays; "the same" repeats the cell before it. */
function row(name: string): readonly string[] {
  const line = page.split("\n").find((each) => each.startsWith(`| ${name} |`)) ?? "";
  const cells = line.split("|").slice(2, -1);
  return cells.map((cell, at) => (cell.trim() === "the same" ? (cells[at - 1] ?? "") : cell).trim());
}

interface Scaler {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicas?: number;
  readonly minReplicaCount?: number;
  readonly maxReplicas?: number;
  readonly maxReplicaCount?: number;
}

/** `2`, or `3 to 12` where an autoscaler has it. */
function numberOf(name: string, objects: readonly Manifest[]): string {
  const scaler = ofKind<Scaler>(objects, "HorizontalPodAutoscaler", "ScaledObject").find(
    ({ spec }) => spec.scaleTargetRef.name === name,
  )?.spec;
  if (scaler)
    return `${scaler.minReplicas ?? scaler.minReplicaCount} to ${scaler.maxReplicas ?? scaler.maxReplicaCount}`;
  return String(ownWorkloads(objects).find(({ metadata }) => metadata.name === name)?.spec.replicas);
}

test.each([
  ["gateways, ingests, dashboards", ["gateway", "fleet-ingest", "dashboard"]],
  ["dedup", ["dedup"]],
  ["stations, telemetry, audit", ["stations", "telemetry", "audit"]],
])("the page says how many %s each overlay has", (name, parts) => {
  const cells = row(name);
  expect(cells).toHaveLength(OVERLAYS.length);
  OVERLAYS.forEach((overlay, at) => {
    const numbers = parts.map((part) => numberOf(part, objectsOf(overlay))).join(", ");
    expect([overlay, cells[at]?.slice(0, numbers.length)]).toEqual([overlay, numbers]);
  });
});

test("and how many partitions", () => {
  const of = (objects: readonly Manifest[]): number =>
    Math.max(
      ...ofKind<{ readonly partitions: number }>(objects, "KafkaTopic").map(({ spec }) => spec.partitions),
    );
  expect(row("partitions")).toEqual(OVERLAYS.map((overlay) => String(of(objectsOf(overlay)))));
});

test("it names the versions that the schemas are of", () => {
  const short = (version: string): string => version.replace(/^v/, "").split(".").slice(0, 2).join(".");
  expect(page).toContain(
    `Kubernetes ${short(KUBERNETES.version)}, Strimzi ${short(STRIMZI.version)}, KEDA ${short(KEDA.version)}`,
  );
});
