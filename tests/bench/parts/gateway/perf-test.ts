import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { toolchainOf } from "../../../../infra/launcher/supervisor/process/jvm.ts";
import { projectRoot } from "../../../../infra/runtime/project-root.ts";

const RECORD_BYTES = 64;
/** About what a small machine does in a second: how many records a run of some length takes. */
const EXPECTED_PER_SECOND = 150_000;

/**
 * Kafka's own `kafka-producer-perf-test` against a topic that exists: 64-byte records, `acks=all`, idempotent.
 *
 * @returns records per second, as the tool says in its last line.
 */
export async function perfTest(brokers: string, topic: string, seconds: number): Promise<number> {
  const output = await outputOf("java", [
    "-Xmx512m",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
    "-cp",
    [await toolsJar(), join(toolchainOf(projectRoot()).libs, "*")].join(":"),
    "org.apache.kafka.tools.ProducerPerformance",
    ...["--topic", topic, "--record-size", String(RECORD_BYTES), "--throughput", "-1"],
    ...["--num-records", String(Math.round(seconds * EXPECTED_PER_SECOND))],
    ...["--bootstrap-server", brokers, "--command-property", "acks=all", "enable.idempotence=true"],
  ]);
  const rates = [...output.matchAll(/records sent, ([\d.]+) records\/sec/g)];
  const rate = Number(rates.at(-1)?.[1]);
  if (!(rate > 0)) throw new Error(`kafka-producer-perf-test said no rate:\n${output}`);
  return rate;
}

/** Kafka's tools, which nothing else here needs: fetched when this benchmark first runs. */
async function toolsJar(): Promise<string> {
  const root = projectRoot();
  const version = readdirSync(toolchainOf(root).libs)
    .map((file) => /^kafka-clients-(.+)\.jar$/.exec(file)?.[1])
    .find((found) => found !== undefined);
  const folder = join(root, ".toolchain", "bench");
  const jar = join(folder, `kafka-tools-${version}.jar`);
  if (existsSync(jar)) return jar;
  mkdirSync(folder, { recursive: true });
  await outputOf("mvn", [
    ...["-B", "-ntp", "-q", "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy"],
    `-Dartifact=org.apache.kafka:kafka-tools:${version}`,
    `-DoutputDirectory=${folder}`,
  ]);
  return jar;
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += String(chunk);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code}:\n${output}`));
    });
  });
}
