import { EventEmitter } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { endWhenUnread } from "./stdout.ts";

afterEach(() => vi.restoreAllMocks());

test("a reader that has gone ends the command well; any other error is one", () => {
  const exit = vi.spyOn(process, "exit").mockReturnValue(undefined as never);
  const out = new EventEmitter();
  endWhenUnread(out);
  out.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  expect(exit).toHaveBeenCalledExactlyOnceWith(0);
  expect(() => out.emit("error", Object.assign(new Error("no space"), { code: "ENOSPC" }))).toThrow(
    "no space",
  );
});
