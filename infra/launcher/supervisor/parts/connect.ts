import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../../runtime/defined.ts";
import type { Logger } from "../../../runtime/logger.ts";
import {
  connectSecretsFolder,
  SECRETS_PROVIDER,
  writeConnectSecrets,
} from "../../../runtime/security/connect-secrets.ts";
import { classDataFor } from "../process/class-data.ts";
import { startJava, YIELDING } from "../process/java.ts";
import { jvmCommand } from "../process/jvm.ts";
import { logOf, type PartContext } from "../process/part-context.ts";
import { answersOk } from "../process/probe.ts";
import type { Part } from "../supervise/part.ts";
import { behindProxy, connectProxy, makeWorkerLogin, type WorkerLogin } from "./connect-proxy.ts";
import { workerKafkaLogin } from "./kafka-login.ts";
import { FIRST } from "./programs.ts";
import { properties, writeOwnFile } from "./settings.ts";

const DIRECTORY_PROVIDER = "org.apache.kafka.common.config.provider.DirectoryConfigProvider";

/** Settings of a distributed worker that is alone in its group; it makes its three topics itself. */
export function workerSettings(worker: {
  readonly brokers: string;
  readonly port: number;
  readonly plugins: string;
  /** Where it may read passwords, and nowhere else. */
  readonly secrets: string;
}): Record<string, string | number | boolean> {
  return {
    "bootstrap.servers": worker.brokers,
    "group.id": "elevated-connect",
    listeners: `http://127.0.0.1:${worker.port}`,
    "rest.advertised.host.name": "127.0.0.1",
    "config.storage.topic": "elevated.connect.configs",
    "offset.storage.topic": "elevated.connect.offsets",
    "status.storage.topic": "elevated.connect.status",
    // The broker's default: one here, three in a cluster.
    "config.storage.replication.factor": -1,
    "offset.storage.replication.factor": -1,
    "status.storage.replication.factor": -1,
    "offset.storage.partitions": 1,
    "status.storage.partitions": 1,
    "offset.flush.interval.ms": 1_000,
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "key.converter.schemas.enable": false,
    "value.converter.schemas.enable": false,
    "plugin.path": worker.plugins,
    // Reads each plugin's own list of classes instead of scanning every jar.
    "plugin.discovery": "service_load",
    // A Kafka that is slow is waited for; the supervisor sees whether it works.
    "default.api.timeout.ms": 600_000,
    // Alone in its group, it has no late member to wait for.
    "scheduled.rebalance.max.delay.ms": 0,
    // A connector's settings reach its own plugin, and not the worker's Kafka clients with what those can load.
    "connector.client.config.override.policy": "None",
    "config.providers": SECRETS_PROVIDER,
    [`config.providers.${SECRETS_PROVIDER}.class`]: DIRECTORY_PROVIDER,
    [`config.providers.${SECRETS_PROVIDER}.param.allowed.paths`]: worker.secrets,
  };
}

/**
 * Apache Kafka Connect with the Debezium connector for PostgreSQL, behind a proxy of ours: its REST API would take
 * connectors from every web page whose name was made to mean this machine.
 */
export function connectPart(
  context: PartContext,
  options: {
    /** Where everybody reaches it: its proxy. */
    readonly port: number;
    /** Where the worker itself listens, for its proxy alone. */
    readonly workerPort: number;
    readonly brokers: string;
    /** PostgreSQL's address, with the password that connectors log in with. */
    readonly postgres: string;
    readonly logger: Logger;
    /** What a write at its proxy must bear; absent: nothing. */
    readonly token?: string;
    /** Of Kafka's login; absent: it asks for none. */
    readonly kafkaPassword?: string;
  },
): Part {
  const folder = join(context.home, "connect");
  const config = join(folder, "worker.properties");
  const log = logOf(context.home, "connect");
  const url = `http://127.0.0.1:${options.port}`;
  return {
    name: "connect",
    kind: "service",
    // Not each broker: one that is gone for long is no reason not to start again.
    needs: ["topics"],
    feeds: [],
    yieldsTo: FIRST,
    url,
    log,
    holdsState: false,
    launch() {
      mkdirSync(folder, { recursive: true });
      const { port, workerPort, brokers, postgres, kafkaPassword } = options;
      writeConnectSecrets(context.home, url, decodeURIComponent(new URL(postgres).password));
      const { plugins } = context.toolchain;
      const secrets = connectSecretsFolder(context.home);
      const login = makeWorkerLogin(folder);
      const worker = workerSettings({ port: workerPort, brokers, plugins, secrets });
      const kafka = kafkaPassword === undefined ? {} : workerKafkaLogin(kafkaPassword);
      writeOwnFile(config, properties({ ...worker, ...login.settings, ...kafka }));
      const command = workerCommand(context, config, login);
      const launched = startJava(context, {
        ...{ command, folder, log, niceness: YIELDING, port: workerPort },
        answers: (withinMs) => answersOk(`${url}/health`, withinMs),
      });
      return behindProxy(launched, connectProxy(`http://127.0.0.1:${workerPort}`, login, options), port);
    },
  };
}

function workerCommand(
  context: PartContext,
  config: string,
  login: WorkerLogin,
): ReturnType<typeof jvmCommand> {
  return jvmCommand(
    {
      mainClass: "org.apache.kafka.connect.cli.ConnectDistributed",
      args: [config],
      heapMb: 192,
      toolchain: context.toolchain,
      // No client of Kafka's may load another config provider, whatever its settings name.
      properties: {
        "org.apache.kafka.automatic.config.providers": DIRECTORY_PROVIDER,
        ...login.properties,
      },
      ...defined({ classData: classDataFor(context, "connect") }),
    },
    context.env,
  );
}
