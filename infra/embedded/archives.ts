import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "../../schemas/errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { seededRandom } from "../runtime/random.ts";
import { choosePorts, isPortFree } from "./addresses/ports.ts";
import { connectPart } from "./parts/connect.ts";
import { kafkaPart } from "./parts/kafka.ts";
import { keepFeatures } from "./parts/kafka-storage.ts";
import { archiveFile, toolchainOf } from "./process/jvm.ts";
import { startWatchdog } from "./process/watchdog.ts";
import type { Launched } from "./supervise/part.ts";

/** A JVM writes its archive while it ends. */
const WRITE_WITHIN_MS = 60_000;

/**
 * Run Kafka and Connect once in a folder of their own, so that their JVMs write down which classes they load, and
 * keep what a new Kafka folder begins with.
 *
 * @throws {CodedError} CHILD_FAILED
 */
export async function makeArchives(root: string, env: NodeJS.ProcessEnv, clock: Clock): Promise<void> {
  const toolchain = toolchainOf(root);
  rmSync(toolchain.prepared, { recursive: true, force: true });
  mkdirSync(toolchain.prepared, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), "elevated-archives-"));
  const watchdog = startWatchdog();
  try {
    const wishes = ["kafka", "controller", "connect"].map((name) => ({ name, preferred: null }));
    const choices = await choosePorts(wishes, isPortFree, seededRandom(clock.now(), "archives"));
    const portOf = (name: string): number => choices.find((choice) => choice.name === name)?.port ?? 0;
    const around = { root, home, env, clock, watchdog, toolchain };
    const brokerPorts = { broker: portOf("kafka"), controller: portOf("controller") };
    const kafka = await ready("kafka", kafkaPart(around, brokerPorts, { training: true }).launch());
    keepFeatures(join(home, "kafka", "data"), toolchain);
    const settings = { port: portOf("connect"), brokers: `127.0.0.1:${portOf("kafka")}`, training: true };
    const connect = await ready("connect", connectPart(around, settings).launch());
    await ended(connect, clock);
    await ended(kafka, clock);
  } catch (error) {
    for (const name of ["kafka", "connect"]) rmSync(archiveFile(toolchain, name), { force: true });
    throw error;
  } finally {
    watchdog.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function ready(name: string, launched: Launched): Promise<Launched> {
  const first = await Promise.race([launched.ready, launched.ended]);
  if (!first) return launched;
  throw new CodedError("CHILD_FAILED", { message: `${name}: ${first.reason}`, retryable: true });
}

async function ended(launched: Launched, clock: Clock): Promise<void> {
  const cancel = clock.after(WRITE_WITHIN_MS, () => launched.kill());
  launched.stop();
  await launched.ended;
  cancel();
}
