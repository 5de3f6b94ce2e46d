import type { Random } from "../../infra/runtime/random.ts";

/** Values at the edges of what numbers and texts may be, as they stand in JSON, SQL and HTTP. */
const EDGES: readonly string[] = [
  ...["0", "-0", "-1", "1", "255", "2147483647", "2147483648", "-2147483649", "9007199254740993"],
  ...["9223372036854775807", "9223372036854775808", "1e400", "-1e400", "1e10000000", "1e-10000000", "0.1"],
  ...["9".repeat(400), "NaN", "Infinity", "null", "true", "[]", "{}", '""', "''", "__proto__", "constructor"],
  ...["\0", "\u001b[31m", "\u202e", "\ud800", "\ufeff", "\u00e9", "\u{1f689}", "\r\n", "<b>", "%00", "../"],
  ...["/*", "*/", "--", "(", ")", "[", "]", "{", "}", "'", '"', "`", "\\", ",", ":", ";", "%", "_"],
];

const BYTES: readonly Buffer[] = [
  ...["00", "ff", "7f", "80", "ffffffff0f", "80808080808040", "ffffffffffffffffff01", "feffffffffffffffff01"],
  ...["8080808020", "00000000", "ffffffff", "01", "02"],
].map((hex) => Buffer.from(hex, "hex"));

const EDGE_BYTES = [...EDGES.map((text) => Buffer.from(text)), ...BYTES];
/** So much a mutation adds at the most: growing is another test's work. */
const MOST_COPIES = 8;

/** One input made of another: one to eight small changes. */
export function mutated(input: Buffer, corpus: readonly Buffer[], random: Random): Buffer {
  let bytes = input;
  for (let changes = 1 + Math.floor(random() * 8); changes > 0; changes--)
    bytes = change(bytes, corpus, random);
  return bytes;
}

function change(bytes: Buffer, corpus: readonly Buffer[], random: Random): Buffer {
  const [from, to] = slice(bytes.length, random);
  const before = bytes.subarray(0, from);
  const inside = bytes.subarray(from, to);
  const after = bytes.subarray(to);
  switch (Math.floor(random() * 7)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1: {
      const copies = 1 + Math.floor(random() * MOST_COPIES);
      return Buffer.concat([before, ...Array.from({ length: copies }, () => inside), after]);
    }
    case 2: {
      const flipped = Buffer.from(bytes);
      if (flipped.length > 0) flipped[from % flipped.length] = Math.floor(random() * 256);
      return flipped;
    }
    case 3: {
      const other = pick(corpus, random);
      const [start, end] = slice(other.length, random);
      return Buffer.concat([before, other.subarray(start, end), after]);
    }
    case 4:
      return Buffer.concat([before, pick(EDGE_BYTES, random), after]);
    case 5:
      return Buffer.concat([before, pick(EDGE_BYTES, random), inside, after]);
    default:
      return replacedToken(bytes, random);
  }
}

/** A number or a text of the input becomes an extreme one: the rest stays valid. */
function replacedToken(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString("latin1");
  const tokens = [...text.matchAll(/\d+|[A-Za-z_]\w*|"[^"]*"|'[^']*'/g)];
  const token = tokens[Math.floor(random() * tokens.length)];
  if (!token) return bytes;
  return Buffer.concat([
    bytes.subarray(0, token.index),
    pick(EDGE_BYTES, random),
    bytes.subarray(token.index + token[0].length),
  ]);
}

/** Mostly short parts. */
function slice(length: number, random: Random): readonly [number, number] {
  const from = Math.floor(random() * length);
  const to = Math.min(length, from + Math.floor(random() ** 3 * length) + 1);
  return [from, to];
}

export function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}
