import type { Sizes } from "../../harness.ts";

/** One system's size. */
export interface Size {
  readonly stations: number;
  readonly partitions: number;
  readonly gateways: number;
  readonly dedups: number;
  /** There is work for one. */
  readonly auditors: number;
  /** ksql servers: there is work for one. */
  readonly sums: number;
}

const USUAL: Size = { stations: 1_000, partitions: 8, gateways: 1, dedups: 1, auditors: 0, sums: 0 };

/** One thing at a time grows, the others stay. */
const DEFAULT: readonly Partial<Size>[] = [
  { stations: 100 },
  {},
  { stations: 10_000 },
  { partitions: 2 },
  { partitions: 32 },
  { gateways: 2 },
  { dedups: 2 },
  { auditors: 1 },
  { stations: 10_000, auditors: 1 },
  { sums: 1 },
  { sums: 1, partitions: 32 },
];

/** Every combination of what was chosen; where nothing was, a few that end within minutes. */
export function chosen(sizes: Sizes): readonly Size[] {
  const { stations, partitions, gateways, dedups, auditors = [USUAL.auditors], sums = [USUAL.sums] } = sizes;
  if (Object.keys(sizes).length === 0) return DEFAULT.map((some) => ({ ...USUAL, ...some }));
  return (stations ?? [USUAL.stations]).flatMap((s) =>
    (partitions ?? [USUAL.partitions]).flatMap((p) =>
      (gateways ?? [USUAL.gateways]).flatMap((g) =>
        (dedups ?? [USUAL.dedups]).flatMap((d) =>
          auditors.flatMap((a) =>
            sums.map((k) => ({ stations: s, partitions: p, gateways: g, dedups: d, auditors: a, sums: k })),
          ),
        ),
      ),
    ),
  );
}

/** `1,000 stations, 8 partitions, 2 gateways, 1 dedup` */
export function nameOf({ stations, partitions, gateways, dedups, auditors, sums }: Size): string {
  return [
    counted(stations, "station"),
    counted(partitions, "partition"),
    counted(gateways, "gateway"),
    counted(dedups, "dedup"),
    ...(auditors > 0 ? ["audited"] : []),
    ...(sums > 0 ? ["summed"] : []),
  ].join(", ");
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}
