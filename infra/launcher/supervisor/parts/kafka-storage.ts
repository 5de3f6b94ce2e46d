import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FEATURES } from "../../setup/storage.mjs";
import { jvmCommand, jvmEnvironment } from "../process/jvm.ts";
import type { PartContext } from "../process/part-context.ts";
import { type OnProcess, runErrand } from "../process/run.ts";
import { properties } from "./settings.ts";

export const IDENTITY = "meta.properties";

/** An id as Kafka writes them: 16 random bytes, base64url; none that looks like an option. */
export function newId(bytes: Buffer = randomBytes(16)): string {
  return bytes.toString("base64url").replace(/^-/, "A");
}

/** What a broker's folder is marked with. */
export interface NodeIdentity {
  readonly node: number;
  readonly clusterId: string;
}

/**
 * Give a new data folder its cluster identity, once.
 *
 * Kafka's tool for this costs the start of a JVM; set-up ran it and kept the file that does not differ between
 * clusters, so that the first start of a home needs it only when that file is missing.
 *
 * @param config - the broker's properties file.
 */
export async function formatStorage(
  folder: string,
  config: string,
  { node, clusterId }: NodeIdentity,
  { toolchain, env }: Pick<PartContext, "toolchain" | "env">,
  onProcess: OnProcess,
): Promise<void> {
  if (existsSync(join(folder, IDENTITY))) return;
  mkdirSync(folder, { recursive: true });
  const template = join(toolchain.prepared, FEATURES);
  if (!existsSync(template)) {
    const tool = jvmCommand(
      {
        mainClass: "kafka.tools.StorageTool",
        args: ["format", "--cluster-id", clusterId, "--config", config],
        heapMb: 128,
        toolchain,
      },
      env,
    );
    await runErrand({ ...tool, cwd: folder, env: jvmEnvironment(env) }, onProcess);
    return;
  }
  copyFileSync(template, join(folder, FEATURES));
  // Last, and whole: its presence says that the folder is formatted.
  const draft = join(folder, `${IDENTITY}.new`);
  const identity = { version: 1, "node.id": node, "cluster.id": clusterId, "directory.id": newId() };
  writeFileSync(draft, properties(identity));
  renameSync(draft, join(folder, IDENTITY));
}
