import type { Random } from "../../infra/runtime/random.ts";
import { pick } from "./mutate.ts";

/** Inputs of one kind: the more repetitions, the larger. */
export interface Family {
  readonly name: string;
  readonly make: (n: number) => Buffer;
}

/** A part of a text that may be repeated: by bytes, by a token, by what stands between brackets or commas. */
function part(text: string, random: Random): readonly [number, number] {
  const style = Math.floor(random() * 4);
  if (style === 0) {
    const from = Math.floor(random() * (text.length + 1));
    return [from, Math.min(text.length, from + 1 + Math.floor(random() * 4))];
  }
  const marks = [...text.matchAll(style === 1 ? /[\w.]+|[^\w\s]/g : /[,;:{}[\]()'"]|\bAND\b|\n/gi)];
  if (marks.length < 2) return [0, text.length];
  const first = Math.floor(random() * (marks.length - 1));
  const last = first + 1 + Math.floor(random() ** 2 * Math.min(12, marks.length - 1 - first));
  const from = marks[first]?.index ?? 0;
  const to = marks[last]?.index ?? text.length;
  return from < to ? [from, to] : [to, from];
}

const OPENERS = [
  ...[
    "(",
    "[",
    "{",
    "/*",
    "'",
    '"',
    "`",
    "--",
    "NOT ",
    "- ",
    "CASE WHEN ",
    "CAST(",
    "ABS(",
    " ",
    "\t",
    "\n",
    "0",
  ],
  ...[
    "9",
    "%",
    "_",
    "%a",
    `$\{a}`,
    "''",
    '{"a":',
    '["',
    "\\",
    "\\u0061",
    "1.",
    "e",
    "+",
    "a.",
    "a",
    "&a=",
    ";q=",
    ",",
  ],
];

/**
 * A family by chance: a part of a valid input repeated in its place, with or without numbers that make the copies
 * differ; two parts repeated; a run of one mark; or brackets around a part.
 */
export function amplified(corpus: readonly Buffer[], random: Random): Family {
  const text = pick(corpus, random).toString("latin1");
  const [from, to] = part(text, random);
  const before = text.slice(0, from);
  const inside = text.slice(from, to);
  const after = text.slice(to);
  const shown = JSON.stringify(inside.slice(0, 40));
  switch (Math.floor(random() * 5)) {
    case 0:
      return family(`${shown} repeated`, (n) => before + inside.repeat(n) + after);
    case 1:
      return family(`${shown} repeated with numbers`, (n) => {
        const copies = Array.from({ length: n }, (_, i) =>
          inside.replace(/[A-Za-z_]\w*/, (name) => name + i),
        );
        return before + copies.join("") + after;
      });
    case 2: {
      const opener = pick(OPENERS, random);
      return family(
        `${JSON.stringify(opener)} before ${shown}`,
        (n) => before + opener.repeat(n) + inside + after,
      );
    }
    case 3: {
      const [open, close] = pick(
        [
          ["(", ")"],
          ["[", "]"],
          ["{", "}"],
          ['{"a":', "}"],
          ["'", "'"],
        ] as const,
        random,
      );
      return family(
        `${open}…${close} around ${shown}`,
        (n) => before + open.repeat(n) + inside + close.repeat(n) + after,
      );
    }
    default: {
      const [start, end] = part(after, random);
      const second = after.slice(start, end);
      return family(
        `${shown} and ${JSON.stringify(second.slice(0, 40))} repeated`,
        (n) => before + inside.repeat(n) + after.slice(0, start) + second.repeat(n) + after.slice(end),
      );
    }
  }
}

function family(name: string, make: (n: number) => string): Family {
  return { name, make: (n) => Buffer.from(make(n), "latin1") };
}
