/** A COBS block and its data, byte by byte. */
export interface CobsMap {
  readonly data: Buffer;
  /** Where in the block each byte of the data stands. */
  readonly at: readonly number[];
  /** Places in the block that stand for a zero of the data. */
  readonly stuffed: ReadonlySet<number>;
  /** Places in the block that stand for no byte of the data. */
  readonly overhead: readonly number[];
}

/** @returns undefined: it is no COBS block. */
export function cobsMap(block: Buffer): CobsMap | undefined {
  const data: number[] = [];
  const at: number[] = [];
  const stuffed = new Set<number>();
  const overhead: number[] = [];
  let code = 0;
  for (let place = 0; place < block.length; place += code) {
    // A code byte is the zero that ended the run before it, unless that run was cut at its greatest length.
    if (place > 0 && code !== 0xff) {
      stuffed.add(place);
      data.push(0);
      at.push(place);
    } else overhead.push(place);
    code = block[place] ?? 0;
    if (code === 0 || place + code > block.length) return undefined;
    for (let i = place + 1; i < place + code; i++) {
      const byte = block[i];
      if (byte === undefined || byte === 0) return undefined;
      data.push(byte);
      at.push(i);
    }
  }
  return block.length === 0 ? undefined : { data: Buffer.from(data), at, stuffed, overhead };
}
