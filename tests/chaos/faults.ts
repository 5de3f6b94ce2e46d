import { setTimeout as sleep } from "node:timers/promises";
import { ONCE as ONCE_ON_DEVICES } from "../../firmware-sim/faults/kinds.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { Burden } from "../proof/system/burden.ts";
import { freeze, signal } from "../support/signals.ts";
import type { Rule } from "../support/tcp-proxy.ts";
import type { FaultKind, PlannedFault } from "./plan.ts";
import { type NetworkRules, type Site, WHOLE_NETWORK } from "./site.ts";
import { fence, nextCommit, poison, TRANSACTIONAL_IDS } from "./strangers.ts";

/** What decides where a fault may strike. */
export type Strikable = Pick<Site, "parts" | "brokers" | "joinable" | "disk" | "clock">;

interface Fault {
  readonly about: string;
  readonly weight: number;
  readonly lasts: readonly [number, number];
  targets(site: Strikable, devices: readonly string[]): readonly string[];
  /** Resolves when it is over. */
  strike(site: Site, planned: PlannedFault): Promise<void>;
}

const ONCE = [0, 0] as const;
const SECONDS = [1_000, 20_000] as const;
/** Parts that write readings, or what is counted of them, to Kafka. */
const WRITERS: readonly string[] = ["gateway", "central", "dedup", "ksql"];
/** Where what a part commits can be read. */
const COMMITS: Readonly<Record<string, string>> = {
  central: TOPICS.turnstiles,
  dedup: TOPICS.turnstiles,
  ksql: TOPICS.turnstileSummary,
};
const COMMIT_WITHIN_MS = 10_000;
/** Far below every session's timeout. */
const SLOW = { standsMs: 400, runsMs: 100 };
const nowhere = (): readonly string[] => [""];

/** Everything that can be done to a running system from outside, by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  kill: {
    about: "SIGKILL to a part",
    weight: 5,
    lasts: ONCE,
    targets: (site) => site.parts,
    strike: (site, { target }) => site.kill(target),
  },
  freeze: {
    about: "SIGSTOP to a part's processes, for up to a minute",
    weight: 4,
    lasts: [1_000, 60_000],
    targets: (site) => site.parts,
    async strike(site, { target, forMs }) {
      const pid = await site.pidOf(target);
      if (pid === undefined) throw new Error(`${target} is being started`);
      const goOn = freeze(pid);
      await sleep(forMs);
      goOn();
    },
  },
  "kill-in-flight": {
    about: "Kafka stands still, and a part is killed with what it has asked of it",
    weight: 2,
    lasts: [300, 3_000],
    targets: (site) => site.parts.filter((part) => WRITERS.includes(part)),
    async strike(site, { target, forMs }) {
      const pids = await Promise.all(site.brokers.map((broker) => site.pidOf(broker)));
      const goOn = pids.flatMap((pid) => (pid === undefined ? [] : [freeze(pid)]));
      try {
        await sleep(forMs);
        await site.kill(target);
      } finally {
        for (const each of goOn) each();
      }
    },
  },
  "kill-after-commit": {
    about: "dedup or ksql is killed in the moment in which what it commits can be read",
    weight: 2,
    lasts: ONCE,
    targets: (site) => site.parts.filter((part) => part in COMMITS),
    async strike(site, { target }) {
      const pid = await site.pidOf(target);
      if (pid === undefined) throw new Error(`${target} is being started`);
      const { KAFKA_BROKERS } = site.system.endpoints;
      let killed = false;
      const kill = (): void => {
        if (!killed) signal(pid, "SIGKILL");
        killed = true;
      };
      if (!(await nextCommit(KAFKA_BROKERS, COMMITS[target] ?? "", COMMIT_WITHIN_MS, kill)))
        throw new Error(`${target} has committed nothing within ${COMMIT_WITHIN_MS} ms`);
    },
  },
  "slow-broker": {
    about: "a broker stands still for four fifths of the time, in short slices, as one whose disk is slow",
    weight: 1,
    lasts: SECONDS,
    targets: ({ brokers }) => brokers,
    async strike(site, { target, forMs }) {
      for (const until = performance.now() + forMs; performance.now() < until; ) {
        const pid = await site.pidOf(target);
        const goOn = pid === undefined ? undefined : freeze(pid);
        await sleep(SLOW.standsMs);
        goOn?.();
        await sleep(SLOW.runsMs);
      }
    },
  },
  "broker-away": {
    about: "one of three brokers is ended in order, and started again later",
    weight: 2,
    lasts: [5_000, 40_000],
    targets: ({ brokers }) => (brokers.length > 1 ? brokers : []),
    async strike({ system }, { target, forMs }) {
      await system.request(target, "stop");
      await sleep(forMs);
      await system.request(target, "start");
    },
  },
  "kill-all": {
    about: "SIGKILL to every part in the same moment",
    weight: 1,
    lasts: ONCE,
    targets: nowhere,
    strike: (site) => site.killAll(),
  },
  starve: {
    about: "busy processes take the processors",
    weight: 2,
    lasts: SECONDS,
    targets: () => ["4", "16"],
    async strike(_site, { target, forMs }) {
      const burden = new Burden(Number(target));
      await sleep(forMs);
      await burden.lift();
    },
  },
  cut: {
    about: "the network between agents and gateway: connections reset",
    weight: 2,
    lasts: ONCE,
    targets: nowhere,
    strike: async (site) => site.network.cut(),
  },
  hang: {
    about: "the network between agents and gateway: nothing passes, nothing is refused",
    weight: 2,
    lasts: SECONDS,
    targets: nowhere,
    strike: (site, { forMs }) =>
      ruled(site, forMs, { requests: { mode: "stall" }, replies: { mode: "stall" } }),
  },
  mute: {
    about: "the network between agents and gateway: answers are lost",
    weight: 2,
    lasts: SECONDS,
    targets: nowhere,
    strike: (site, { forMs }) => ruled(site, forMs, { replies: { mode: "drop" } }),
  },
  slow: {
    about: "the network between agents and gateway: 300 or 1,500 ms each way",
    weight: 1,
    lasts: SECONDS,
    targets: () => ["300", "1500"],
    strike: (site, { target, forMs }) => {
      const late: Rule = { mode: "delay", ms: Number(target) };
      return ruled(site, forMs, { requests: late, replies: late });
    },
  },
  join: {
    about: "a second gateway or dedup comes, and dies",
    weight: 2,
    lasts: [5_000, 40_000],
    targets: (site) => site.joinable,
    async strike(site, { target, forMs }) {
      const leave = site.join(target);
      await sleep(forMs);
      await leave();
    },
  },
  clone: {
    about: "a second agent speaks for a station, with no devices on its lines, and is killed",
    weight: 1,
    lasts: [5_000, 40_000],
    targets: (_site, devices) => [...new Set(devices.map((device) => device.split("-")[0] ?? ""))],
    async strike(site, { target, forMs }) {
      const leave = await site.clone(target);
      await sleep(forMs);
      await leave();
    },
  },
  fence: {
    about: "a stranger takes dedup's transactional id over",
    weight: 1,
    lasts: ONCE,
    targets: () => TRANSACTIONAL_IDS,
    strike: (site, { target }) => fence(site.system.endpoints.KAFKA_BROKERS, target),
  },
  poison: {
    about: "a stranger writes what nobody can read into the raw topic",
    weight: 1,
    lasts: ONCE,
    targets: nowhere,
    strike: (site) => poison(site.system.endpoints.KAFKA_BROKERS),
  },
  "topic-anew": {
    about:
      "the raw topic is deleted and made again, while the agents stand still and dedup is through with it",
    weight: 1,
    lasts: ONCE,
    // How far another's dedup is, only it knows.
    targets: (site) => (site.parts.includes("dedup") ? [] : [""]),
    strike: (site) => site.makeRawAnew(),
  },
  "registry-anew": {
    about: "the schema registry loses all that it knew",
    weight: 1,
    lasts: ONCE,
    targets: nowhere,
    strike: (site) => site.makeRegistryAnew(),
  },
  "disk-full": {
    about: "the agents' disk is full (where this user may mount one)",
    weight: 1,
    lasts: SECONDS,
    targets: ({ disk }) => (disk ? ["edge"] : []),
    async strike({ disk }, { forMs }) {
      disk?.fill();
      await sleep(forMs);
      disk?.free();
    },
  },
  clock: {
    about: "the agents' wall clock is an hour behind, or a day ahead (where libfaketime is installed)",
    weight: 1,
    lasts: SECONDS,
    targets: ({ clock }) => (clock ? ["-3600", "86400"] : []),
    async strike({ clock }, { target, forMs }) {
      clock?.off(Number(target));
      await sleep(forMs);
      clock?.off(0);
    },
  },
  rename: {
    about: "a station gets another name in PostgreSQL",
    weight: 1,
    lasts: ONCE,
    targets: () => ["40380", "41400", "41320"],
    strike: ({ stations }, { target }) => stations.rename(Number(target)),
  },
  replace: {
    about: "a device's chip is replaced by an empty one, when nothing waits in it",
    weight: 1,
    lasts: ONCE,
    targets: (_site, devices) => devices,
    strike: (site, { target }) => site.replace(target),
  },
  ...onDevices("unplug", "a device is unplugged", 2),
  ...onDevices("noise", "bits flip on a device's line", 1),
  ...onDevices("duplicate", "every frame of a device comes three times", 1),
  ...onDevices("cut-line", "bytes are lost on a device's line", 1),
  ...onDevices("babble", "a device sends garbage", 1),
  ...onDevices("reboot", "a device starts again", 2),
  ...onDevices("late", "a device starts again, and frames of the boot before come late", 1),
  ...onDevices("hang-line", "a device's line is open, and nothing moves on it", 1),
};

/** The rules hold for a time. */
async function ruled(site: Site, forMs: number, rules: NetworkRules): Promise<void> {
  site.rule(rules);
  await sleep(forMs);
  site.rule(WHOLE_NETWORK);
}

function isOnce(kind: string): boolean {
  return (ONCE_ON_DEVICES as readonly string[]).includes(kind);
}

/** A fault that the simulator knows how to make. */
function onDevices(name: string, about: string, weight: number): Readonly<Record<string, Fault>> {
  const kind = name.replace("-line", "");
  const once = isOnce(kind);
  const fault: Fault = {
    about,
    weight,
    lasts: once ? ONCE : SECONDS,
    targets: (_site, devices) => devices,
    async strike(site, { target, forMs }) {
      await site.simulator.fault(kind, target, once ? undefined : forMs);
      if (!once) await sleep(forMs);
    },
  };
  return { [name]: fault };
}

/** What a plan needs of these. */
export function kindsOf(
  names: readonly string[],
  site: Strikable,
  devices: readonly string[],
): readonly FaultKind[] {
  return names.flatMap((name) => {
    const fault = FAULTS[name];
    if (!fault) return [];
    const targets = fault.targets(site, devices);
    // Not on this machine.
    if (targets.length === 0) return [];
    return [{ name, weight: fault.weight, lasts: fault.lasts, targets }];
  });
}
