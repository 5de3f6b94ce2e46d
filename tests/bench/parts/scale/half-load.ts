import { startWatcher } from "../pipeline/watcher.ts";
import { named } from "./full-speed.ts";
import { watchHops } from "./hops.ts";
import { caughtUp, entriesOf, type Phase, type System, startAgents } from "./system.ts";

/** What came in since an agent's last PUBLISH. */
const BATCH = 10;

/** @param rate - readings a second. */
export async function atHalfLoad(system: System, rate: number, seconds: number): Promise<Phase> {
  const { cluster, prefix, gateway, dedups, audit, sums } = system;
  const before = await dedups.readings();
  const watcher = await startWatcher(cluster.brokers, prefix);
  const load = await startAgents(system, { boot: 2, batch: BATCH, seconds, pace: rate });
  const hops = watchHops({
    gateway: [gateway.pid],
    dedup: dedups.pids,
    kafka: [cluster.kafkaPid],
    audit: audit ? [audit.pid] : [],
    ksql: sums ? [sums.pid] : [],
  });
  try {
    await load.begin();
    watcher.begin();
    hops.begin();
    const committed = await dedups.commits();
    const { acknowledged, seconds: measuredS, p50Ms: pubackMs } = await load.measured;
    const commits = (await dedups.commits()) - committed;
    const spent = hops.spent();
    const { p50Ms, p99Ms, hopsMs } = await watcher.report();
    const { readings } = await load.done;
    await caughtUp(dedups, before + readings);
    await sums?.reached(entriesOf(before + readings));
    return {
      rate,
      published: readings,
      figures: {
        "half load, readings/s": (acknowledged * BATCH) / measuredS,
        "commits at half load/s": commits / measuredS,
        ...named("cores at half load", spent, (s) => s / measuredS),
        "PUBACK at half load p50, ms": pubackMs,
        "device → clean at half load p50, ms": p50Ms,
        "device → clean at half load p99, ms": p99Ms,
        "of it gateway → dedup p50, ms": hopsMs.dedup,
      },
    };
  } finally {
    hops.stop();
    watcher.end();
    load.end();
  }
}
