import { expect, test } from "vitest";
import { LogOutput } from "./log-output.ts";

/** Takes what `takes` says at each write: so many bytes, or an error. */
function file(...takes: readonly (number | string)[]) {
  const rest = [...takes];
  let text = "";
  let pauses = 0;
  const output = new LogOutput(
    (bytes) => {
      const take = rest.shift() ?? bytes.length;
      if (typeof take === "string") throw Object.assign(new Error(take), { code: take });
      text += Buffer.from(bytes.subarray(0, take)).toString();
      return take;
    },
    () => void pauses++,
  );
  return { output, text: () => text, pauses: () => pauses };
}

test("a line is written whole, however many writes that takes", () => {
  const { output, text, pauses } = file(3, "EAGAIN", 2);
  output.write("a long line\n");
  expect([text(), pauses()]).toEqual(["a long line\n", 1]);
});

test.each(["ENOSPC", "EFBIG", "EIO", "EPIPE"])("a line that cannot be written for %s is dropped", (code) => {
  const { output, text } = file(code);
  output.write("dropped\n");
  output.write("written\n");
  expect(text()).toBe("written\n");
});

test("a line that was cut off does not spoil the next one", () => {
  const { output, text } = file(3, "ENOSPC", "ENOSPC");
  output.write("cut off\n");
  output.write("dropped\n");
  output.write("written\n");
  expect(text()).toBe("cut\nwritten\n");
});

test("a reader that never reads does not hold the service for ever", () => {
  const output = new LogOutput(
    () => {
      throw Object.assign(new Error(), { code: "EAGAIN" });
    },
    () => {},
  );
  output.write("never read\n");
});
