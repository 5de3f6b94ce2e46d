import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { placeholders } from "../../central/connect/config.ts";
import { filledIn, readConnectors } from "../../central/connect/connectors.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { dedupGroup, TOPICS } from "../../schemas/topics.ts";
import { readCompose } from "../compose/compose-file.ts";
import {
  type Labels,
  type Manifest,
  mainContainer,
  objectsOf,
  ofKind,
  podOf,
  workloadsOf,
} from "./manifests.ts";
import { OVERLAYS } from "./render.ts";

const compose = readCompose();

interface TopicSpec {
  readonly topicName?: string;
  readonly partitions: number;
  readonly replicas?: number;
  readonly config: Labels;
}

interface KafkaSpec {
  readonly kafka: { readonly version: string; readonly config: Readonly<Record<string, string | number>> };
}

interface PoolSpec {
  readonly replicas: number;
  readonly roles: readonly string[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly template?: {
    readonly pod?: { readonly topologySpreadConstraints?: readonly { readonly whenUnsatisfiable: string }[] };
  };
}

interface ConnectSpec {
  readonly version: string;
  readonly groupId: string;
  readonly config: Labels;
  readonly build: {
    readonly output: { readonly image: string };
    readonly plugins: readonly {
      readonly artifacts: readonly {
        readonly group: string;
        readonly artifact: string;
        readonly version: string;
      }[];
    }[];
  };
  readonly template: {
    readonly connectContainer: { readonly volumeMounts: readonly { readonly mountPath: string }[] };
  };
}

function only<Spec>(objects: readonly Manifest[], kind: string): Manifest<Spec> {
  const [found, ...others] = ofKind<Spec>(objects, kind);
  if (!found || others.length > 0) throw new Error(`there is not one ${kind}`);
  return found;
}

/** `--partitions` of bootstrap's job. */
function partitionsOf(objects: readonly Manifest[]): number {
  const job = workloadsOf(objects).find(({ metadata }) => metadata.name === "bootstrap");
  const { args = [] } = job ? mainContainer(job) : {};
  return Number(args[args.indexOf("--partitions") + 1] ?? BUILT_IN_LIMITS.partitions);
}

const brokers = (objects: readonly Manifest[]): number =>
  ofKind<PoolSpec>(objects, "KafkaNodePool")
    .filter(({ spec }) => spec.roles.includes("broker"))
    .reduce((sum, { spec }) => sum + spec.replicas, 0);

describe.each(OVERLAYS)("%s", (overlay) => {
  const objects = objectsOf(overlay);

  test("its topics are those that bootstrap makes and verifies", () => {
    const made = topicSettings(TOPICS, { ...BUILT_IN_LIMITS, partitions: partitionsOf(objects) });
    const topics = ofKind<TopicSpec>(objects, "KafkaTopic").map(({ metadata, spec }) => ({
      topic: spec.topicName ?? metadata.name,
      partitions: spec.partitions,
      config: spec.config,
    }));
    const byName = (a: { readonly topic: string }, b: { readonly topic: string }): number =>
      a.topic < b.topic ? -1 : 1;
    expect(topics.sort(byName)).toEqual([...made].sort(byName));
    // Both leave the number of copies to the brokers' default.
    expect(
      ofKind<TopicSpec>(objects, "KafkaTopic").filter(({ spec }) => spec.replicas !== undefined),
    ).toEqual([]);
  });

  test("whoever makes topics that it misses makes them with the number of this cluster first", () => {
    const makers = ["dedup", "stations", "telemetry", "queries"];
    const first = workloadsOf(objects).flatMap((workload) =>
      (podOf(workload).initContainers ?? [])
        .filter(({ name }) => name === "topics")
        .map((container) => [workload.metadata.name, container] as const),
    );
    expect(first.map(([name]) => name).sort()).toEqual([...makers].sort());
    const bootstrap = workloadsOf(objects).find(({ metadata }) => metadata.name === "bootstrap");
    const { command = [], args } = bootstrap ? mainContainer(bootstrap) : {};
    for (const [name, container] of first)
      expect([name, container.command, container.args]).toEqual([name, [...command, "--topics-only"], args]);
  });

  test("what belongs to a cluster of Strimzi's names it", () => {
    const cluster = only<KafkaSpec>(objects, "Kafka").metadata.name;
    for (const { kind, metadata } of ofKind(objects, "KafkaTopic", "KafkaNodePool", "KafkaUser"))
      expect([kind, metadata.name, metadata.labels?.["strimzi.io/cluster"]]).toEqual([
        kind,
        metadata.name,
        cluster,
      ]);
    const connect = only<ConnectSpec>(objects, "KafkaConnect").metadata;
    expect(only(objects, "KafkaConnector").metadata.labels?.["strimzi.io/cluster"]).toBe(connect.name);
    expect(connect.annotations?.["strimzi.io/use-connector-resources"]).toBe("true");
  });

  test("its brokers are set as the compose file's", () => {
    const { version, config } = only<KafkaSpec>(objects, "Kafka").spec.kafka;
    expect(compose.services["kafka-1"]?.image).toBe(`apache/kafka:${version}`);
    const { environment = {} } = compose.services["kafka-1"] ?? {};
    const copies = brokers(objects);
    const expected = Object.entries(config).map(([name]) => {
      const value = environment[`KAFKA_${name.toUpperCase().replaceAll(".", "_")}`];
      const isCopies = /replication.factor|min.insync.replicas|min.isr/.test(name);
      return [name, isCopies ? Math.min(Number(value), copies) : value];
    });
    expect(Object.entries(config).map(([name, value]) => [name, String(value)])).toEqual(
      expected.map(([name, value]) => [name, String(value)]),
    );
    expect(config["auto.create.topics.enable"]).toBe("false");
    expect(config["group.min.session.timeout.ms"]).toBe(1000);
  });

  test("Connect is set as the compose file's, and brings the same Debezium", () => {
    const { spec, metadata } = only<ConnectSpec>(objects, "KafkaConnect");
    const { environment = {} } = compose.services["connect"] ?? {};
    const [folder = ""] = spec.template.connectContainer.volumeMounts.map(({ mountPath }) => mountPath);
    const own: Labels = { "config.providers.secrets.param.allowed.paths": folder };
    for (const [name, value] of Object.entries(spec.config)) {
      if (name.endsWith(".replication.factor")) continue;
      const theirs = String(environment[`CONNECT_${name.toUpperCase().replaceAll(".", "_")}`]);
      expect([name, value]).toEqual([name, own[name] ?? theirs]);
    }
    const names = spec as ConnectSpec &
      Readonly<Record<`${"config" | "offset" | "status"}StorageTopic`, string>>;
    for (const part of ["config", "offset", "status"] as const)
      expect(names[`${part}StorageTopic`]).toBe(environment[`CONNECT_${part.toUpperCase()}_STORAGE_TOPIC`]);
    expect([metadata.name, spec.groupId]).toEqual([
      environment["CONNECT_GROUP_ID"],
      environment["CONNECT_GROUP_ID"],
    ]);
    expect(spec.version).toBe(only<KafkaSpec>(objects, "Kafka").spec.kafka.version);
    expect(spec.build.output.image).toBe(compose.services["connect"]?.image);
    const [
      {
        artifacts: [debezium],
      } = { artifacts: [] },
    ] = spec.build.plugins;
    const dockerfile = readFileSync(join(projectRoot(), "infra/deploy/compose/connect/Dockerfile"), "utf8");
    expect(dockerfile).toContain(`${debezium?.group}:${debezium?.artifact}:$DEBEZIUM_VERSION`);
    expect(dockerfile).toContain(`DEBEZIUM_VERSION=${debezium?.version}\n`);
  });

  test("its connector is central/connect's, with the same values filled in", () => {
    const { metadata, spec } = only<{
      readonly class: string;
      readonly tasksMax: number;
      readonly config: Labels;
    }>(objects, "KafkaConnector");
    const file = readConnectors().find(({ name }) => name === "stations-debezium");
    const values = placeholders(
      {
        CONNECT_URL: "http://connect:8083",
        CONNECT_SOURCE: "debezium",
        CONNECT_SECRETS_DIR: "/mnt/postgres",
        POSTGRES_URL: "postgresql://cta_admin@postgres:5432/cta",
        POSTGRES_TLS: false,
        POSTGRES_SSLMODE: "prefer",
        TOPIC_PREFIX: "",
      },
      {},
    );
    const config = file ? filledIn(file, values) : {};
    expect(metadata.name).toBe(file?.name);
    expect({ "connector.class": spec.class, "tasks.max": String(spec.tasksMax), ...spec.config }).toEqual(
      config,
    );
  });
});

test("three zones: each has a broker and a controller, and the loss of one leaves what Kafka asks for", () => {
  const objects = objectsOf("three-zones");
  const pools = ofKind<PoolSpec>(objects, "KafkaNodePool");
  expect(pools.map(({ spec }) => [spec.roles, spec.replicas])).toEqual([
    [["broker"], 3],
    [["controller"], 3],
  ]);
  for (const { spec } of pools) {
    const [constraint] = spec.template?.pod?.topologySpreadConstraints ?? [];
    expect(constraint).toMatchObject({
      topologyKey: "topology.kubernetes.io/zone",
      maxSkew: 1,
      whenUnsatisfiable: "DoNotSchedule",
    });
  }
  const { config, rack } = only<{ readonly kafka: KafkaSpec["kafka"] & { readonly rack: unknown } }>(
    objects,
    "Kafka",
  ).spec.kafka;
  expect(rack).toEqual({ topologyKey: "topology.kubernetes.io/zone" });
  expect(Number(config["default.replication.factor"]) - 1).toBe(Number(config["min.insync.replicas"]));
});

test("KEDA looks at dedup's own lag, and makes no more of them than there are partitions", () => {
  const objects = objectsOf("three-zones-lag");
  const { spec } = only<{
    readonly maxReplicaCount: number;
    readonly minReplicaCount: number;
    readonly scaleTargetRef: { readonly name: string };
    readonly triggers: readonly {
      readonly metadata: Labels;
      readonly authenticationRef: { readonly name: string };
    }[];
  }>(objects, "ScaledObject");
  expect(spec.scaleTargetRef).toEqual({ name: "dedup" });
  expect([spec.minReplicaCount, spec.maxReplicaCount]).toEqual([1, partitionsOf(objects)]);
  const [trigger] = spec.triggers;
  expect(trigger?.metadata).toMatchObject({ topic: TOPICS.raw, consumerGroup: dedupGroup() });
  expect(trigger?.authenticationRef.name).toBe(only(objects, "TriggerAuthentication").metadata.name);
});
