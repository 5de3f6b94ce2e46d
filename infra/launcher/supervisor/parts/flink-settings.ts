import { join } from "node:path";

/** The parts of an embedded Flink that are processes of its own. */
export const FLINK_PARTS = [
  "flink-zookeeper",
  "flink-jobmanager",
  "flink-taskmanager",
  "flink-gateway",
] as const;

export type FlinkPart = (typeof FLINK_PARTS)[number];

export interface FlinkCluster {
  /** Below the home: of everything that must outlive a restart. */
  readonly folder: string;
  readonly ports: { readonly zookeeper: number; readonly jobManager: number; readonly gateway: number };
}

type Settings = Readonly<Record<string, string | number | boolean>>;

/** ZooKeeper's settings: alone, on loopback. It remembers which jobs there are, and each one's last checkpoints. */
export function zookeeperSettings({ folder, ports }: FlinkCluster): Settings {
  return {
    dataDir: join(folder, "zookeeper"),
    clientPort: ports.zookeeper,
    clientPortAddress: "127.0.0.1",
    tickTime: 2_000,
    "admin.enableServer": false,
    "autopurge.purgeInterval": 1,
    "autopurge.snapRetainCount": 3,
  };
}

/**
 * Settings of a small session cluster on loopback, the same for all its processes.
 *
 * A job and its sums survive the end of each process, and of all: the JobManager finds its jobs in ZooKeeper, and their
 * last checkpoints below the folder. Processes are missed after seconds, not after Flink's default of a minute.
 *
 * @param temporary - a folder for files of one process.
 */
export function flinkSettings({ folder, ports }: FlinkCluster, temporary: string): Settings {
  const below = (name: string): string => `file://${join(folder, name)}`;
  return {
    "jobmanager.rpc.address": "127.0.0.1",
    "jobmanager.bind-host": "127.0.0.1",
    "rest.address": "127.0.0.1",
    "rest.bind-address": "127.0.0.1",
    "rest.port": ports.jobManager,
    "execution.target": "remote",
    // No jar comes in by the page of the JobManager.
    "web.submit.enable": false,

    "taskmanager.host": "127.0.0.1",
    "taskmanager.bind-host": "127.0.0.1",
    "taskmanager.numberOfTaskSlots": 2,
    // What Flink's own scripts would compute from the size of the machine.
    "taskmanager.cpu.cores": 1,
    "taskmanager.memory.framework.heap.size": "64m",
    "taskmanager.memory.framework.off-heap.size": "32m",
    "taskmanager.memory.task.heap.size": "128m",
    "taskmanager.memory.task.off-heap.size": "0m",
    "taskmanager.memory.network.min": "16m",
    "taskmanager.memory.network.max": "16m",
    "taskmanager.memory.managed.size": "16m",
    "taskmanager.memory.jvm-metaspace.size": "128m",
    "taskmanager.memory.jvm-overhead.min": "64m",
    "taskmanager.memory.jvm-overhead.max": "64m",

    "sql-gateway.endpoint.rest.address": "127.0.0.1",
    "sql-gateway.endpoint.rest.bind-address": "127.0.0.1",
    "sql-gateway.endpoint.rest.port": ports.gateway,

    "high-availability.type": "zookeeper",
    "high-availability.zookeeper.quorum": `127.0.0.1:${ports.zookeeper}`,
    "high-availability.zookeeper.client.session-timeout": "10 s",
    "high-availability.zookeeper.client.connection-timeout": "5 s",
    "high-availability.storageDir": below("ha"),
    "high-availability.cluster-id": "elevated",
    "heartbeat.interval": "2 s",
    "heartbeat.timeout": "20 s",
    "restart-strategy.type": "exponential-delay",
    "restart-strategy.exponential-delay.max-backoff": "10 s",

    "execution.checkpointing.dir": below("checkpoints"),
    "execution.checkpointing.savepoint-dir": below("savepoints"),
    "execution.checkpointing.num-retained": 2,
    "parallelism.default": 1,
    "io.tmp.dirs": temporary,
    "blob.storage.directory": temporary,
    "web.tmpdir": temporary,
  };
}

/** Flink's config.yaml: a line each, and JSON is YAML. */
export function yaml(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join("");
}
