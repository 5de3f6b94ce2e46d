import type { Cluster } from "./cluster.ts";

/** What one container takes, as `docker stats` says. */
export interface Usage {
  readonly name: string;
  /** Percent of one processor, the mean of all looks. */
  readonly processorPercent: number;
  readonly memoryMiB: number;
  readonly limitMiB: number;
}

interface StatsLine {
  readonly Name: string;
  /** `1.53%` */
  readonly CPUPerc: string;
  /** `84.3MiB / 512MiB` */
  readonly MemUsage: string;
}

const MIB: Readonly<Record<string, number>> = { B: 1 / 1024 ** 2, KiB: 1 / 1024, MiB: 1, GiB: 1024 };

/** @param looks - how often the engine is asked; each look takes it some two seconds. */
export async function usageOf(cluster: Cluster, looks: number): Promise<readonly Usage[]> {
  const ours = new Set((await cluster.containers()).map(({ name }) => name));
  const seen = new Map<string, StatsLine[]>();
  for (let look = 0; look < looks; look += 1) {
    const text = await cluster.docker("stats", "--no-stream", "--format", "{{json .}}");
    for (const line of text.split("\n").filter(Boolean)) {
      const stats = JSON.parse(line) as StatsLine;
      if (ours.has(stats.Name)) seen.set(stats.Name, [...(seen.get(stats.Name) ?? []), stats]);
    }
  }
  return [...seen].map(([name, lines]) => {
    const [used = 0, limit = 0] = (lines.at(-1)?.MemUsage ?? "").split(" / ").map(mebibytes);
    const percent = lines.reduce((sum, { CPUPerc }) => sum + Number.parseFloat(CPUPerc), 0) / lines.length;
    return { name, processorPercent: percent, memoryMiB: used, limitMiB: limit };
  });
}

/** @param text - `84.3MiB` */
export function mebibytes(text: string): number {
  const [, number = "0", unit = "B"] = /^([\d.]+)\s*(\w+)$/.exec(text.trim()) ?? [];
  return Number(number) * (MIB[unit] ?? Number.NaN);
}
