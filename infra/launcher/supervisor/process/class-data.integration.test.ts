import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { systemClock } from "../../../runtime/clock.ts";
import { projectRoot } from "../../../runtime/project-root.ts";
import { freePort } from "../../../runtime/testing/free-port.ts";
import { kafkaPart } from "../parts/kafka.ts";
import { foundCluster } from "../parts/kafka-cluster.ts";
import { makeClassData } from "./class-data.ts";
import { toolchainOf } from "./jvm.ts";
import type { PartContext } from "./part-context.ts";
import { startWatchdog } from "./watchdog.ts";

const home = mkdtempSync(join(tmpdir(), "elevated-class-data-"));
const watchdog = startWatchdog();
afterAll(() => {
  watchdog.close();
  rmSync(home, { recursive: true, force: true });
});

test("a Kafka without an archive lists its classes, one is made while it runs, and the next start uses it", async () => {
  const prepared = join(home, "prepared");
  mkdirSync(prepared);
  const context: PartContext = {
    root: projectRoot(),
    home,
    env: process.env,
    clock: systemClock,
    watchdog,
    toolchain: { ...toolchainOf(projectRoot()), prepared },
  };
  const [port, controller] = [await freePort(), await freePort()];
  const part = kafkaPart(context, { name: "kafka", node: 1, port }, [controller], {
    cluster: () => foundCluster(home, 1),
  });
  const maps = (pid: number | null): string => readFileSync(`/proc/${pid}/maps`, "utf8");

  const first = part.launch();
  await first.ready;
  expect(maps(first.pid)).not.toContain(prepared);
  const made = await makeClassData(context, new AbortController().signal);
  expect(made).toEqual(["kafka"]);
  expect(readdirSync(prepared).sort()).toEqual(["kafka.jsa", "kafka.jsa.stamp"]);
  expect(await makeClassData(context, new AbortController().signal)).toEqual([]);
  first.stop();
  await first.ended;

  const second = part.launch();
  await second.ready;
  expect(maps(second.pid)).toContain(join(prepared, "kafka.jsa"));
  second.stop();
  await second.ended;
}, 300_000);
