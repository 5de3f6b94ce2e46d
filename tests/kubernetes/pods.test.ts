import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { edgeSettings } from "../../edge/config.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { settingsOf } from "../../infra/runtime/service/config-print.ts";
import { DRAIN_MS } from "../../infra/runtime/service/lifecycle.ts";
import {
  bytesOf,
  environmentOf,
  type Labels,
  type Manifest,
  mainContainer,
  objectsOf,
  ofKind,
  ownWorkloads,
  podOf,
  type Workload,
  workloadsOf,
} from "./manifests.ts";
import { OVERLAYS } from "./render.ts";

/** Made by Strimzi: of a cluster its authority, of a user the password. */
const MADE_BY_STRIMZI: Readonly<Record<string, readonly string[]>> = {
  "elevated-cluster-ca-cert": ["ca.crt"],
  elevated: ["password"],
};

/** Keys that each secret of the operator's own must have, by the page's table. */
function secretsOfThePage(): Readonly<Record<string, readonly string[]>> {
  const page = readFileSync(join(projectRoot(), "docs", "kubernetes.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| secret `"));
  return Object.fromEntries(
    rows.map((row) => {
      const [first = "", keys = ""] = row.split("|").slice(1);
      const words = (text: string): readonly string[] =>
        [...text.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
      return [words(first)[0], words(keys)];
    }),
  );
}

interface Use {
  readonly secret: string;
  /** undefined: all of them. */
  readonly key?: string;
}

/** Every secret that an object names: pods, Strimzi's and KEDA's objects, Ingresses. */
function secretsUsed(objects: readonly Manifest[]): readonly Use[] {
  const found: Use[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const each = value as {
      readonly secretName?: string;
      readonly items?: readonly { readonly key: string }[];
      readonly password?: string;
      readonly hosts?: unknown;
      readonly secretTargetRef?: readonly { readonly name: string; readonly key: string }[];
    };
    if (each.secretName !== undefined) {
      const keys =
        each.items?.map(({ key }) => key) ?? (each.hosts ? ["tls.crt", "tls.key"] : [each.password]);
      for (const key of keys) found.push({ secret: each.secretName, ...(key === undefined ? {} : { key }) });
    }
    for (const { name, key } of each.secretTargetRef ?? []) found.push({ secret: name, key });
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(objects.map(({ spec }) => spec));
  return found;
}

describe.each(OVERLAYS)("%s", (overlay) => {
  const objects = objectsOf(overlay);
  const own = ownWorkloads(objects);

  test("every secret and each key of it is there: in the overlay, by Strimzi, or in the page's table", () => {
    const made = ofKind(objects, "Secret").map(
      ({ metadata, data = {} }) => [metadata.name, Object.keys(data)] as const,
    );
    const known: Readonly<Record<string, readonly string[]>> =
      made.length > 0
        ? { ...Object.fromEntries(made), ...MADE_BY_STRIMZI }
        : { ...secretsOfThePage(), ...MADE_BY_STRIMZI };
    const used = secretsUsed(objects);
    expect(used.length).toBeGreaterThan(5);
    expect(
      used.filter(
        ({ secret, key }) => !(secret in known) || (key !== undefined && !known[secret]?.includes(key)),
      ),
    ).toEqual([]);
    const idle = Object.keys(known).filter(
      (name) => !(name in MADE_BY_STRIMZI) && !used.some(({ secret }) => secret === name),
    );
    expect(idle).toEqual([]);
  });

  test("a file that a setting names is where the pod has it", () => {
    for (const workload of own) {
      const { volumes = [], containers, initContainers = [] } = podOf(workload);
      for (const container of [...containers, ...initContainers]) {
        const files = Object.entries(environmentOf(container, objects)).filter(([name]) =>
          name.endsWith("_FILE"),
        );
        for (const [name, file = ""] of files) {
          const mount = container.volumeMounts?.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
          const volume = volumes.find((each) => each.name === mount?.name);
          const key = file.slice((mount?.mountPath.length ?? 0) + 1);
          const held = volume?.secret?.items?.map(({ path }) => path) ?? [key];
          expect([workload.metadata.name, name, volume !== undefined && held.includes(key)]).toEqual([
            workload.metadata.name,
            name,
            true,
          ]);
        }
      }
    }
  });

  test("every volume that is mounted is there, and every one that is there is mounted", () => {
    for (const workload of workloadsOf(objects)) {
      const { volumes = [], containers, initContainers = [] } = podOf(workload);
      const claims = workload.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
      const mounted = [...containers, ...initContainers].flatMap(({ volumeMounts = [] }) =>
        volumeMounts.map(({ name }) => name),
      );
      expect([workload.metadata.name, ...new Set(mounted)].sort()).toEqual(
        [workload.metadata.name, ...volumes.map(({ name }) => name), ...claims].sort(),
      );
    }
  });

  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  test("every pod keeps the restricted profile, and gets no variables of services", () => {
    for (const workload of workloadsOf(objects)) {
      const pod = podOf(workload);
      const { name } = workload.metadata;
      expect([name, pod]).toMatchObject([
        name,
        {
          // A service named ksql would set KSQL_PORT=tcp://…, and ours read that.
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        },
      ]);
      expect(Number(pod.securityContext?.["runAsUser"])).toBeGreaterThan(0);
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])])
        expect([name, container.securityContext]).toEqual([
          name,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        ]);
    }
  });

  test("what runs on is asked whether it lives and is ready, and may drain before it is killed", () => {
    for (const workload of own.filter(({ kind }) => kind !== "Job")) {
      const { metadata, spec } = workload;
      const { livenessProbe, readinessProbe, startupProbe, lifecycle, ports = [] } = mainContainer(workload);
      const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
      expect([metadata.name, asked.map((get) => get?.path)]).toEqual([
        metadata.name,
        ["/healthz", "/healthz", "/readyz"],
      ]);
      expect(asked.filter((get) => !ports.some(({ name }) => name === get?.port))).toEqual([]);
      // As the supervisor does: an event loop that stands still for a minute.
      expect((livenessProbe?.periodSeconds ?? 0) * (livenessProbe?.failureThreshold ?? 0)).toBe(60);
      const pauseMs = (lifecycle?.preStop?.sleep?.seconds ?? 0) * 1_000;
      expect((spec.template.spec.terminationGracePeriodSeconds ?? 30) * 1_000, metadata.name).toBeGreaterThan(
        DRAIN_MS + pauseMs,
      );
    }
  });

  test("what several may serve at once goes only when no more connections come", () => {
    const servers = ofKind<{ readonly selector: Labels; readonly clusterIP?: string }>(
      objects,
      "Service",
    ).filter(({ spec }) => spec.clusterIP !== "None");
    const behind = new Set(servers.map(({ spec }) => spec.selector["app.kubernetes.io/name"]));
    const served = own.filter(
      ({ metadata, spec }) =>
        behind.has(metadata.name) && spec.strategy?.type !== "Recreate" && metadata.name !== "front-door",
    );
    expect(served.length).toBeGreaterThan(3);
    expect(
      served.filter((each) => !mainContainer(each).lifecycle?.preStop).map(({ metadata }) => metadata.name),
    ).toEqual([]);
  });

  test("budgets of disruption are of parts that are there, and never keep a node from being drained", () => {
    const budgets = ofKind<{
      readonly maxUnavailable?: number;
      readonly selector: { readonly matchLabels: Labels };
    }>(objects, "PodDisruptionBudget");
    for (const { metadata, spec } of budgets) {
      expect([metadata.name, spec.maxUnavailable]).toEqual([metadata.name, 1]);
      expect(own.map(({ metadata: { name } }) => name)).toContain(
        spec.selector.matchLabels["app.kubernetes.io/name"],
      );
    }
    const several = own
      .filter(({ kind, spec }) => kind === "Deployment" && (spec.replicas ?? 2) > 1)
      .map(({ metadata }) => metadata.name);
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(several));
  });

  test("an autoscaler's parts are there, and their number is its own", () => {
    const scalers = ofKind<{ readonly scaleTargetRef: { readonly name: string } }>(
      objects,
      "HorizontalPodAutoscaler",
      "ScaledObject",
    );
    const scaled = scalers.map(({ spec }) => spec.scaleTargetRef.name);
    expect(new Set(scaled).size).toBe(scaled.length);
    const free = own.filter(({ kind, spec }) => kind === "Deployment" && spec.replicas === undefined);
    expect(free.map(({ metadata }) => metadata.name).sort()).toEqual([...scaled].sort());
  });
});

/** What a part with state keeps, and the volume for it. */
const claimOf = (name: string, objects: readonly Manifest[]) =>
  (ofKind<Workload["spec"]>(objects, "StatefulSet").find(({ metadata }) => metadata.name === name)?.spec
    .volumeClaimTemplates ?? [])[0]?.spec;

test("readings that no gateway acknowledged are on a volume of one pod, with room for a full outbox", () => {
  const limit = settingsOf(edgeSettings).find(({ name }) => name === "EDGE_OUTBOX_MB")?.default;
  for (const overlay of OVERLAYS) {
    const objects = objectsOf(overlay);
    for (const name of ["edge", "firmware-sim", "postgres"])
      expect([name, claimOf(name, objects)?.accessModes]).toEqual([name, ["ReadWriteOncePod"]]);
    // The file does not shrink, and grows while a reader has it open.
    expect(bytesOf(claimOf("edge", objects)?.resources.requests.storage)).toBeGreaterThan(
      2 * Number(limit) * 1024 ** 2,
    );
  }
});

test("one instance where two would not do: ids of schemas, and whole tables for pull queries", () => {
  for (const overlay of OVERLAYS) {
    const single = ownWorkloads(objectsOf(overlay)).filter(({ spec }) => spec.strategy?.type === "Recreate");
    expect(single.map(({ metadata, spec }) => [metadata.name, spec.replicas])).toEqual([
      ["ksql", 1],
      ["schema-registry", 1],
    ]);
  }
});

test("three zones: every part of which several run is spread over them", () => {
  const both = [...objectsOf("three-zones"), ...objectsOf("three-zones-lag")];
  const deployments = ownWorkloads(both).filter(({ kind }) => kind === "Deployment");
  for (const each of deployments) {
    const keys = podOf(each).topologySpreadConstraints?.map(({ topologyKey }) => topologyKey);
    expect([each.metadata.name, keys]).toEqual([
      each.metadata.name,
      ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
    ]);
  }
});

test.each(["three-zones", "three-zones-lag"] as const)(
  "%s: the names of Ingresses are allowed as names of our servers",
  (overlay) => {
    const objects = objectsOf(overlay);
    const ingresses = ofKind<{ readonly rules: readonly { readonly host: string }[] }>(objects, "Ingress");
    const hosts = ingresses.flatMap(({ spec }) => spec.rules.map(({ host }) => host));
    expect(hosts).toHaveLength(2);
    const asked = ownWorkloads(objects).flatMap((each) => {
      const names = environmentOf(mainContainer(each), objects)["HTTP_ALLOWED_HOSTS"];
      return names === undefined ? [] : [[each.metadata.name, names.split(",")] as const];
    });
    expect(asked.map(([name]) => name)).toEqual(expect.arrayContaining(["dashboard", "fleet-ingest"]));
    for (const [name, names] of asked) expect([name, names]).toEqual([name, ["localhost", ...hosts]]);
  },
);
