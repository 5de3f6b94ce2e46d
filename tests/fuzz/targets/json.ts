import { JsonSyntaxError, parseJson, plainOf, writeJson } from "../../../infra/runtime/json/lossless.ts";
import { refusing, type Target } from "../target.ts";
import { texts } from "./texts.ts";

export const json: Target = {
  name: "json",
  about: "JSON that keeps every digit, read and written again",
  maxBytes: 4 * 1024 * 1024,
  corpus: texts(
    '{"records":[{"key":1,"value":{"a":[1,2.5,-3e7,null,true]}},{"value":"\\u00e9\\n"}],"n":12345678901234567890}',
    '{"__proto__":{"x":1},"1":2,"a":{"b":{"c":[[[]]]}}}',
    "-0.1e-7",
    '"\\ud83d\\ude89 \\\\ \\" \\/"',
  ),
  families: {
    "a number of n digits": (n) => Buffer.from(`[${"9".repeat(n)}]`),
    "n members": (n) => Buffer.from(`{${Array.from({ length: n }, (_, i) => `"a${i}":${i}`).join(",")}}`),
    "n times the same member": (n) => Buffer.from(`{${'"a":1,'.repeat(n)}"b":2}`),
  },
  take: (input) =>
    refusing(
      () => {
        const value = parseJson(input.toString());
        writeJson(value);
        plainOf(value);
      },
      (error) => error instanceof JsonSyntaxError,
    ),
};
