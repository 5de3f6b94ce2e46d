import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isAlive, thisProcess } from "./process-identity.ts";

test("this process lives, and one of its id that started at another time does not", () => {
  expect(isAlive(thisProcess())).toBe(true);
  if (thisProcess().started === "") return;
  expect(isAlive({ pid: process.pid, started: "1" })).toBe(false);
});

test("where a start is not known, the id alone decides", () => {
  expect(isAlive({ pid: process.pid, started: "" })).toBe(true);
});

test("a process that has ended does not live", async () => {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  expect(isAlive({ pid: child.pid ?? 0, started: "" })).toBe(false);
});
