import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { FrameDecoder } from "../../../schemas/wire/decoder.ts";
import type { Target } from "../target.ts";

const golden = JSON.parse(readFileSync(join(projectRoot(), "schemas", "wire", "golden.json"), "utf8")) as {
  readonly frames: readonly { readonly hex: string }[];
};
const frames = golden.frames.map(({ hex }) => Buffer.from(hex, "hex"));

export const serial: Target = {
  name: "serial",
  about: "frames on a serial line",
  maxBytes: 1024 * 1024,
  corpus: [...frames, Buffer.concat(frames)],
  families: {
    "n good frames": (n) =>
      Buffer.concat(Array.from({ length: n }, (_, i) => frames[i % frames.length] as Buffer)),
    "n bytes without a delimiter": (n) => Buffer.alloc(n, 7),
    "n delimiters": (n) => Buffer.alloc(n),
  },
  take: (input) => new FrameDecoder().push(input).every(({ kind }) => kind === "frame"),
};
