import { cobsMap } from "./cobs-map.ts";
import { frameFields } from "./frame-fields.ts";
import { type PlacedSpan, spanOf } from "./spans.ts";

/**
 * A frame as it is on a serial line, `00` COBS block `00`, annotated: delimiters, COBS's own bytes, each field, the CRC.
 *
 * @throws {RangeError} it is no frame of the protocol.
 */
export function annotateFrame(wire: Buffer): readonly PlacedSpan[] {
  const last = wire.length - 1;
  if (wire.length < 3 || wire[0] !== 0 || wire[last] !== 0)
    throw new RangeError("no frame between delimiters");
  const map = cobsMap(wire.subarray(1, last));
  if (!map) throw new RangeError("no COBS block");
  const spans: PlacedSpan[] = [delimiter(wire, 0, "begins")];
  for (const place of map.overhead) {
    const code = wire[place + 1] ?? 0;
    spans.push(
      spanOf(wire, place + 1, place + 2, {
        kind: "frame",
        name: "COBS",
        value: String(code),
        meaning: `How far it is to the next zero of the data: ${code} bytes. So no zero is inside a frame.`,
      }),
    );
  }
  for (const { from, to, name, value, meaning } of frameFields(map.data)) {
    for (const [first, end] of runsOf(map.at.slice(from, to))) {
      const stuffed = range(first, end).filter((place) => map.stuffed.has(place));
      const kind = name === "crc" || name === "version" || name === "type" ? "frame" : "field";
      spans.push({
        ...spanOf(wire, first + 1, end + 1, { kind, name, value, meaning, path: name }),
        ...(stuffed.length > 0 ? { stuffed: stuffed.map((place) => place - first) } : {}),
      });
    }
  }
  spans.push(delimiter(wire, last, "ends"));
  return spans.sort((x, y) => x.offset - y.offset);
}

function delimiter(wire: Buffer, at: number, does: string): PlacedSpan {
  const meaning = `A zero byte: a frame ${does} here, and nowhere else is one. After noise a reader is in step again at the next.`;
  return spanOf(wire, at, at + 1, { kind: "frame", name: "delimiter", value: "0", meaning });
}

/** Places without a gap, as `[first, behind the last]`: a field is cut where COBS puts a byte of its own into it. */
function runsOf(places: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const place of places) {
    const run = runs.at(-1);
    if (run && run[1] === place) run[1] = place + 1;
    else runs.push([place, place + 1]);
  }
  return runs;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
