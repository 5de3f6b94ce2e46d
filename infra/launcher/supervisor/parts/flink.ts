import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startJava, YIELDING } from "../process/java.ts";
import { jvmCommand, type Toolchain } from "../process/jvm.ts";
import { logOf, type PartContext } from "../process/part-context.ts";
import { accepts, answersOk } from "../process/probe.ts";
import type { Part } from "../supervise/part.ts";
import {
  type FlinkCluster,
  type FlinkPart,
  flinkSettings,
  yaml,
  zookeeperSettings,
} from "./flink-settings.ts";
import { FIRST } from "./programs.ts";
import { properties, writeOwnFile } from "./settings.ts";

/** Flink reads private fields of Java's own classes. */
const OPENED = [
  "java.lang",
  "java.lang.reflect",
  "java.io",
  "java.net",
  "java.nio",
  "java.text",
  "java.time",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "java.util.concurrent.locks",
  "sun.nio.ch",
];

interface Server {
  readonly name: FlinkPart;
  readonly mainClass: string;
  readonly args: readonly string[];
  readonly heapMb: number;
  readonly needs: readonly string[];
  readonly url: string | null;
  readonly holdsState: boolean;
  /** Does it serve? Port: where it must listen itself; null: it listens at none that is known. */
  readonly answers: (withinMs: number) => Promise<boolean>;
  readonly port: number | null;
}

/**
 * Apache Flink as a session cluster for trying: ZooKeeper, a JobManager, a TaskManager and the SQL gateway, each a
 * process. What is to be counted comes by the gateway's REST API.
 */
export function flinkParts(context: PartContext, ports: FlinkCluster["ports"]): readonly Part[] {
  const cluster = { folder: join(context.home, "flink"), ports };
  return serversOf(cluster).map((server) => flinkPart(context, cluster, server));
}

function serversOf({ folder, ports }: FlinkCluster): readonly Server[] {
  const { zookeeper, jobManager, gateway } = ports;
  const [rest, sql] = [`http://127.0.0.1:${jobManager}`, `http://127.0.0.1:${gateway}`];
  const configured = (name: FlinkPart): readonly string[] => ["--configDir", join(folder, name)];
  return [
    {
      name: "flink-zookeeper",
      mainClass: "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.quorum.QuorumPeerMain",
      args: [join(join(folder, "flink-zookeeper"), "zoo.cfg")],
      heapMb: 64,
      needs: [],
      url: null,
      holdsState: true,
      answers: (withinMs) => accepts(zookeeper, withinMs),
      port: zookeeper,
    },
    {
      name: "flink-jobmanager",
      mainClass: "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
      args: configured("flink-jobmanager"),
      heapMb: 320,
      needs: ["flink-zookeeper"],
      url: rest,
      holdsState: false,
      answers: (withinMs) => answersOk(`${rest}/overview`, withinMs),
      port: jobManager,
    },
    {
      name: "flink-taskmanager",
      mainClass: "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
      args: configured("flink-taskmanager"),
      heapMb: 320,
      needs: ["flink-jobmanager"],
      url: null,
      holdsState: false,
      answers: (withinMs) => hasTaskManager(rest, withinMs),
      port: null,
    },
    {
      name: "flink-gateway",
      mainClass: "org.apache.flink.table.gateway.SqlGateway",
      args: [],
      heapMb: 320,
      needs: ["flink-jobmanager"],
      url: sql,
      holdsState: false,
      answers: (withinMs) => answersOk(`${sql}/v1/info`, withinMs),
      port: gateway,
    },
  ];
}

/** Has one registered with the JobManager? */
async function hasTaskManager(rest: string, withinMs: number): Promise<boolean> {
  const response = await fetch(`${rest}/overview`, { signal: AbortSignal.timeout(withinMs) });
  return response.ok && Number(((await response.json()) as { taskmanagers?: unknown }).taskmanagers) > 0;
}

function flinkPart(context: PartContext, cluster: FlinkCluster, server: Server): Part {
  const { name, needs, url, holdsState, answers, port } = server;
  const folder = join(cluster.folder, name);
  const log = logOf(context.home, name);
  return {
    name,
    kind: "service",
    needs,
    feeds: [],
    yieldsTo: FIRST,
    url,
    log,
    holdsState,
    launch() {
      writeFiles(folder, cluster);
      const variables = { FLINK_CONF_DIR: folder };
      const command = commandOf(context, server);
      return startJava(context, { command, folder, log, variables, niceness: YIELDING, answers, port });
    },
  };
}

/** What one process reads: each has a folder of its own, as they start side by side. */
function writeFiles(folder: string, cluster: FlinkCluster): void {
  const temporary = join(folder, "tmp");
  // One that was killed has left its files there.
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  writeOwnFile(join(folder, "config.yaml"), yaml(flinkSettings(cluster, temporary)));
  writeOwnFile(join(folder, "zoo.cfg"), properties(zookeeperSettings(cluster)));
}

function commandOf(context: PartContext, { mainClass, args, heapMb }: Server): ReturnType<typeof jvmCommand> {
  return jvmCommand(
    {
      mainClass,
      args,
      heapMb,
      toolchain: flinkToolchain(context.toolchain),
      opened: OPENED,
      // ZooKeeper's journal otherwise grows by 64 MB at a time, and its clients look for a login that there is not.
      properties: { "zookeeper.preAllocSize": "1024", "zookeeper.sasl.client": "false" },
    },
    context.env,
  );
}

function flinkToolchain(toolchain: Toolchain): Toolchain {
  return { ...toolchain, libs: toolchain.flinkLibs };
}
