import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { treeOf } from "../../infra/launcher/supervisor/process/tree.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { freeze, signal } from "./signals.ts";

const stateOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
};

test("a process and its children stand still, and go on", async () => {
  const shell = spawn("/bin/sh", ["-c", "sleep 60 & echo started; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(shell.stdout, "data");
  const pids = treeOf(shell.pid ?? 0);
  const gone = once(shell, "exit");
  const thaw = freeze(shell.pid ?? 0);
  await eventually(() => expect(pids.map(stateOf)).toEqual(["T", "T"]));
  thaw();
  await eventually(() => expect(pids.map(stateOf)).toEqual(["S", "S"]));
  for (const pid of pids) signal(pid, "SIGKILL");
  await gone;
  expect(() => signal(shell.pid ?? 0, "SIGCONT")).not.toThrow();
});
