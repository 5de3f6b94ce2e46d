import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { treeOf } from "../../infra/launcher/supervisor/process/tree.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { freePort } from "../../infra/runtime/testing/free-port.ts";
import { dedupGroup, TOPICS } from "../../schemas/topics.ts";
import { freeze, signal } from "../support/signals.ts";
import { type SimulatorControl, simulatorControl } from "../support/simulator.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { type Rule, startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import type { Presses } from "./presses.ts";
import { Program } from "./program.ts";
import { type Ends, explained, madeAnew, type Unread } from "./raw-topic.ts";
import { SmallDisk } from "./small-disk.ts";
import { StationsTable } from "./stations-table.ts";
import { deleteTopic } from "./strangers.ts";
import { WrongClock } from "./wrong-clock.ts";

/** Parts that another program may stand in for. */
export const REPLACEABLE = ["gateway", "dedup"] as const;
export type Replaceable = (typeof REPLACEABLE)[number];

export interface SiteOptions {
  readonly home: string;
  /** Kafka's: 1 or 3. */
  readonly brokers: number;
  /** Of the project whose built files run. */
  readonly root: string;
  /** A command line for a shell; it finds the addresses in its environment. */
  readonly replace: Readonly<Partial<Record<Replaceable, string>>>;
}

/** What the network between agents and gateway does to each direction; left out: it stays as it is. */
export interface NetworkRules {
  readonly requests?: Rule;
  readonly replies?: Rule;
}
export const WHOLE_NETWORK: NetworkRules = { requests: { mode: "pass" }, replies: { mode: "pass" } };

/** Parts that have readings in their hands. */
const SUPERVISED = [
  ...["schema-registry", "central", "gateway", "ksql", "audit", "dashboard"],
  ...["postgres", "connect", "fleet-ingest"],
];
/** How long the agents may have to stand still until dedup is through with the raw topic. */
const CALM_WITHIN_MS = 60_000;
/** How long a device may take to be rid of its readings. */
const EMPTY_WITHIN_MS = 20_000;
const LOOK_MS = 100;
/** The registry's log, by the name that Confluent's has too. */
const REGISTRY_TOPIC = "_schemas";
const ONLY = "dashboard,firmware-sim,gateway,central,ksql,queries,audit,fleet-ingest,database,connectors";

/** The whole system under the supervisor, but the agents: they stand behind a proxy, whose cables can be cut. */
export class Site {
  readonly system: TestSystem;
  readonly simulator: SimulatorControl;
  /** Between the agents and the gateway. */
  readonly network: TcpProxy;
  readonly stations: StationsTable;
  /** The agents'; undefined where this machine does not let us make them. */
  readonly disk: SmallDisk | undefined;
  readonly clock: WrongClock | undefined;
  /** Whoever presses the turnstiles; undefined: nobody does. */
  presses: Pick<Presses, "rest"> | undefined;
  /** Directions in which bytes were lost since the last reset. */
  readonly #lossy = new Set<string>();
  /** Kafka's, by the names of their parts. */
  readonly brokers: readonly string[];
  readonly #programs: ReadonlyMap<string, Program>;
  /** Instances that may come beside those that are there: not started yet. */
  readonly #seconds: ReadonlyMap<string, () => Program>;
  readonly #joined = new Map<string, Program>();
  /** Where the raw topic ended, each time it was deleted. */
  readonly #deletions: Ends[] = [];
  #isDeleting = false;
  readonly #root: string;
  #clones = 0;

  private constructor(
    root: string,
    system: TestSystem,
    network: TcpProxy,
    brokers: number,
    programs: ReadonlyMap<string, Program>,
    seconds: ReadonlyMap<string, () => Program>,
    { disk, clock }: { readonly disk: SmallDisk | undefined; readonly clock: WrongClock | undefined },
  ) {
    this.#root = root;
    this.disk = disk;
    this.clock = clock;
    this.stations = new StationsTable(system.endpoints.POSTGRES_URL);
    this.#seconds = seconds;
    this.brokers = ["kafka", ...Array.from({ length: brokers - 1 }, (_, n) => `kafka-${n + 2}`)];
    this.system = system;
    this.simulator = simulatorControl(system.endpoints.FIRMWARE_SIM_URL);
    this.network = network;
    this.#programs = programs;
  }

  static async open({ home, root, replace, brokers }: SiteOptions): Promise<Site> {
    const without = ["edge", ...(replace.gateway ? ["gateway"] : []), ...(replace.dedup ? ["central"] : [])];
    const only = ONLY.split(",").filter((part) => !without.includes(part));
    const system = await startSystem({
      home,
      root,
      args: [
        ...["--only", only.join(","), "--without", without.join(","), "--no-traffic"],
        ...["--brokers", String(brokers)],
      ],
    });
    const { endpoints } = system;
    const env = { ...endpoints, ELEVATED_HOME: home };
    const gatewayPort = replace.gateway ? await freePort() : Number(new URL(endpoints.MQTT_URL).port);
    const network = await startTcpProxy(`127.0.0.1:${gatewayPort}`);
    const own = (entry: string, ...words: readonly string[]) => [
      process.execPath,
      join(root, "dist", ...entry.split("/"), "main.js"),
      ...words,
    ];
    const disk = SmallDisk.at(join(home, "edge"));
    const clock = WrongClock.by(join(home, "wall-clock"));
    const programs = new Map<string, Program>();
    const second = await freePort();
    const MQTT_URL = [
      `mqtt://${network.address}`,
      ...(replace.gateway ? [] : [`mqtt://127.0.0.1:${second}`]),
    ].join();
    const ofEdge = { ...env, ...clock?.env, MQTT_URL, LOG_LEVEL: "warn" };
    programs.set("edge", new Program(own("edge", "--all"), ofEdge, root, join(home, "logs", "edge.log")));
    const beside = { ...env, PROBE_PORT: "0", LOG_LEVEL: "warn" };
    const seconds = new Map<string, () => Program>();
    if (!replace.gateway)
      seconds.set(
        "gateway",
        () => new Program(own("gateway", "mqtt"), { ...beside, MQTT_PORT: String(second) }, root),
      );
    if (!replace.dedup) seconds.set("dedup", () => new Program(own("central", "dedup"), beside, root));
    if (replace.gateway)
      programs.set("gateway", shell(replace.gateway, { ...env, MQTT_PORT: String(gatewayPort) }));
    if (replace.dedup) {
      programs.set("dedup", shell(replace.dedup, env));
      programs.set("stations", new Program(own("central", "stations"), env, root));
    }
    for (const program of programs.values()) program.start();
    return new Site(root, system, network, brokers, programs, seconds, { disk, clock });
  }

  /** Parts that can be killed and stopped. */
  get parts(): readonly string[] {
    const own = [...this.#programs.keys()];
    const replaced = own.includes("dedup") ? ["central"] : [];
    const supervised = [...this.brokers, ...SUPERVISED];
    return [...new Set([...supervised.filter((part) => !replaced.includes(part)), ...own])];
  }

  /** Connections that lost bytes are reset before another byte passes: TCP has no holes. */
  rule(rules: NetworkRules): void {
    for (const direction of ["requests", "replies"] as const) {
      const rule = rules[direction];
      if (!rule) continue;
      this.network.rule(direction, rule);
      if (this.#lossy.has(direction) && rule.mode !== "drop") {
        this.network.cut();
        this.#lossy.delete(direction);
      }
      if (rule.mode === "drop") this.#lossy.add(direction);
    }
  }

  /** Parts of which there may be a second instance. */
  get joinable(): readonly string[] {
    return [...this.#seconds.keys()];
  }

  /** A second instance comes beside the first. @returns ends it by SIGKILL. */
  join(part: string): () => Promise<void> {
    const program = this.#seconds.get(part)?.();
    if (!program) throw new Error(`there is no second ${part}`);
    if (this.#joined.has(part)) throw new Error(`a second ${part} is there`);
    this.#joined.set(part, program);
    program.start();
    return async () => {
      await program.stop("SIGKILL");
      this.#joined.delete(part);
    };
  }

  /**
   * A second agent speaks for a station: with an outbox of its own, and no devices on its lines.
   *
   * @returns ends it by SIGKILL.
   */
  async clone(station: string): Promise<() => Promise<void>> {
    const { endpoints, home } = this.system;
    const env = {
      ...endpoints,
      ELEVATED_HOME: join(home, `clone-${++this.#clones}`),
      MQTT_URL: `mqtt://${this.network.address}`,
      MQTT_PASSWORDS_FILE: join(home, "secrets", "mqtt-passwords.json"),
      LOG_LEVEL: "warn",
    };
    const entry = join(this.#root, "dist", "edge", "main.js");
    // Nothing listens there, so it never hears of a device.
    const link = `tcp://127.0.0.1:${await freePort()}`;
    const clone = new Program(
      [process.execPath, entry, "--station", station, "--link", link],
      env,
      this.#root,
    );
    clone.start();
    return () => clone.stop("SIGKILL");
  }

  /** What the programs that this site started itself have said: for a report on one that does not run. */
  logOf(part: string): string {
    return this.#programs.get(part)?.log ?? "";
  }

  /** SIGKILL; it is started again. */
  async kill(part: string): Promise<void> {
    const program = this.#programs.get(part);
    if (program) program.kill();
    else await this.system.kill(part);
  }

  /** Everything dies in the same moment, as when the power fails. */
  async killAll(): Promise<void> {
    const pids = await Promise.all(this.parts.map((part) => this.pidOf(part)));
    for (const pid of pids.flatMap((one) => (one === undefined ? [] : treeOf(one)))) signal(pid, "SIGKILL");
  }

  /**
   * The raw topic is deleted and made again while the agents stand still and dedup has committed all of it: nobody needs
   * what was in it. @throws {Error} when that did not come about: then nothing was done.
   */
  async makeRawAnew(): Promise<void> {
    if (this.#isDeleting) throw new Error("it is being deleted already");
    const pid = await this.pidOf("edge");
    if (pid === undefined) throw new Error("the agents are being started");
    this.#isDeleting = true;
    const goOn = freeze(pid);
    try {
      // Another fault may have killed them, or have let them go on.
      const areStill = async (): Promise<boolean> =>
        (await this.pidOf("edge")) === pid && (await isStopped(pid));
      const { KAFKA_BROKERS } = this.system.endpoints;
      this.#deletions.push(await madeAnew(KAFKA_BROKERS, TOPICS.raw, dedupGroup(), CALM_WITHIN_MS, areStill));
    } finally {
      goOn();
      this.#isDeleting = false;
    }
  }

  /** The registry loses all that it knew, and is started again. */
  async makeRegistryAnew(): Promise<void> {
    await this.system.request("schema-registry", "stop");
    try {
      await deleteTopic(this.system.endpoints.KAFKA_BROKERS, REGISTRY_TOPIC);
    } finally {
      await this.system.request("schema-registry", "start");
    }
  }

  /**
   * Another chip with an empty memory in a device's place, once nothing waits in the old one's. @throws {Error} when
   * something waited for too long: then nothing was done.
   */
  async replace(device: string): Promise<void> {
    const goOn = this.presses?.rest(device);
    try {
      const until = performance.now() + EMPTY_WITHIN_MS;
      while ((await this.simulator.waiting(device)) > 0) {
        if (performance.now() > until) throw new Error(`${device} is not rid of its readings`);
        await sleep(LOOK_MS);
      }
      await this.simulator.fault("replace", device);
    } finally {
      goOn?.();
    }
  }

  /** What an operator does who knows that the deleted topic held nothing more. Rejects while it cannot be done. */
  async resolveDeletions(): Promise<void> {
    if (this.#deletions.length === 0) return;
    const { endpoints, home } = this.system;
    const response = await fetch(`${endpoints.DASHBOARD_URL}/api/v1/proof/findings`);
    const ids = explained((await response.json()) as readonly Unread[], TOPICS.raw, this.#deletions);
    const command = join(this.#root, "dist", "central", "audit", "main.js");
    const env = { ...process.env, ...endpoints, ELEVATED_HOME: home };
    for (const id of ids)
      await promisify(execFile)(
        process.execPath,
        [command, "resolve", id, "--reason", "deleted when counted"],
        { env },
      );
  }

  /** undefined while it is being started. */
  async pidOf(part: string): Promise<number | undefined> {
    const program = this.#programs.get(part);
    return program ? program.pid : this.system.pidOf(part).catch(() => undefined);
  }

  async close(): Promise<void> {
    for (const program of [...this.#joined.values(), ...this.#programs.values()]) await program.stop();
    this.network.close();
    await this.system.stop();
    this.disk?.remove();
  }
}

/** By Linux's own word; elsewhere it is taken for so. */
async function isStopped(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") T");
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
}

function shell(command: string, env: Readonly<Record<string, string>>): Program {
  return new Program(["/bin/sh", "-c", `exec ${command}`], env, projectRoot());
}
