import { type Spending, spending, watchMemory } from "../mqtt-load/processes.ts";

/** What the processes of each hop, with those they started, spend and hold. */
export interface Hops {
  /** Count processor time from here. */
  begin(): void;
  /** Since then, processor seconds by hop. */
  spent(): Readonly<Record<string, number>>;
  /** The sum of each process's own peak, bytes by hop. */
  peaks(): Readonly<Record<string, number>>;
  stop(): void;
}

export function watchHops(hops: Readonly<Record<string, readonly number[]>>): Hops {
  const processes = Object.entries(hops).flatMap(([hop, pids]) =>
    pids.map((pid) => ({ hop, name: String(pid), pid, memory: watchMemory(pid) })),
  );
  const pids = Object.fromEntries(processes.map(({ name, pid }) => [name, pid]));
  const summed = (of: (process: (typeof processes)[number]) => number): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const process of processes) sums[process.hop] = (sums[process.hop] ?? 0) + of(process);
    return sums;
  };
  let spends: Spending<string> | undefined;
  return {
    begin() {
      spends = spending(pids);
    },
    spent() {
      const seconds = spends?.spent() ?? {};
      return summed(({ name }) => seconds[name] ?? 0);
    },
    peaks: () => summed(({ memory }) => memory.peak()),
    stop() {
      for (const { memory } of processes) memory.stop();
    },
  };
}
