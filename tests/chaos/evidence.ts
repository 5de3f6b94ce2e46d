/** A record of the clean topic, as far as the oracle reads it: with code of its own, by the topic's contract alone. */
export interface CleanRecord {
  readonly partition: number;
  readonly offset: number;
  /** The header `reading`. */
  readonly reading: string;
}

/** What became of the presses of one device. */
export interface DeviceEvidence {
  readonly device: string;
  /** Presses that its memory took. */
  readonly pressed: number;
  /** Different readings in the clean topic. */
  readonly arrived: number;
  /** Readings that stand there more than once. */
  readonly doubled: readonly string[];
  /** Readings that stand behind a later one of the same boot. */
  readonly outOfOrder: readonly string[];
}

export interface Evidence {
  readonly devices: readonly DeviceEvidence[];
  readonly pressed: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** In the clean topic, and of a device that was not pressed; or with a header that names no reading. */
  readonly strange: readonly string[];
}

/** `device;boot;sequence;total`, as the topic's contract has it. */
const READING = /^(?<device>[^;\s]+);(?<boot>\d+);(?<seq>\d+);\d+$/;

/**
 * Hold what was pressed against what the clean topic has.
 *
 * @param pressed - by device; written down by who pressed, when the device had taken it.
 * @param records - each as often as a consumer got it: one that it got again has the same partition and offset.
 */
export function evidenceOf(pressed: ReadonlyMap<string, number>, records: Iterable<CleanRecord>): Evidence {
  const once = new Map<string, CleanRecord>();
  for (const record of records) once.set(`${record.partition}@${record.offset}`, record);
  const inOrder = [...once.values()].sort((x, y) => x.partition - y.partition || x.offset - y.offset);
  const strange: string[] = [];
  const found = new Map<string, Found>([...pressed.keys()].map((device) => [device, new Found()]));
  for (const { reading } of inOrder) {
    const { device = "", boot = "", seq = "" } = READING.exec(reading)?.groups ?? {};
    const own = found.get(device);
    if (own) own.take(`${device} ${boot}:${seq}`, boot, Number(seq));
    else strange.push(reading);
  }
  const devices = [...pressed].map(([device, presses]): DeviceEvidence => {
    const { readings, doubled, outOfOrder } = found.get(device) ?? new Found();
    return { device, pressed: presses, arrived: readings.size, doubled: [...doubled], outOfOrder };
  });
  const sum = (of: (one: DeviceEvidence) => number): number => devices.reduce((n, one) => n + of(one), 0);
  return {
    devices,
    pressed: sum((one) => one.pressed),
    lost: sum((one) => Math.max(0, one.pressed - one.arrived)),
    doubled: sum((one) => one.doubled.length),
    outOfOrder: sum((one) => one.outOfOrder.length),
    strange,
  };
}

/** Names that two counts differ on, with both. One that a count does not have counts as 0 there. */
export function differing(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): readonly (readonly [name: string, one: number, other: number])[] {
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((name) => {
    const counts = [name, one.get(name) ?? 0, other.get(name) ?? 0] as const;
    return counts[1] === counts[2] ? [] : [counts];
  });
}

class Found {
  readonly readings = new Set<string>();
  readonly doubled = new Set<string>();
  readonly outOfOrder: string[] = [];
  readonly #last = new Map<string, number>();

  take(reading: string, boot: string, seq: number): void {
    if (this.readings.has(reading)) {
      this.doubled.add(reading);
      return;
    }
    this.readings.add(reading);
    if (seq < (this.#last.get(boot) ?? 0)) this.outOfOrder.push(reading);
    else this.#last.set(boot, seq);
  }
}
