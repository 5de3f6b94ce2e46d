// @ts-check
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.mjs";

/** The features that a new cluster begins with, as Kafka's own storage tool writes them. Holds no identity. */
export const FEATURES = "bootstrap.checkpoint";

/** As little as the tool asks for. */
const SETTINGS = {
  "process.roles": "broker,controller",
  "node.id": 1,
  "controller.quorum.voters": "1@127.0.0.1:1",
  listeners: "PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1",
  "controller.listener.names": "CONTROLLER",
};

/**
 * Run Kafka's storage tool once, and keep what does not differ between clusters: the first start of a home then needs
 * no Java program for it. A failure is no harm: that start runs the tool itself.
 *
 * @param {string} toolchain
 * @param {string} java - the program
 */
export async function keepStorageTemplate(toolchain, java) {
  const prepared = join(toolchain, "prepared");
  const folder = mkdtempSync(join(tmpdir(), "elevated-storage-"));
  try {
    const config = join(folder, "server.properties");
    const lines = Object.entries({ ...SETTINGS, "log.dirs": join(folder, "data") });
    writeFileSync(config, lines.map(([key, value]) => `${key}=${value}\n`).join(""));
    const args = ["-XX:TieredStopAtLevel=1", "-cp", join(toolchain, "libs", "*"), "kafka.tools.StorageTool"];
    const format = ["format", "--cluster-id", "AAAAAAAAAAAAAAAAAAAAAA", "--config", config];
    const { code } = await run(java, [...args, ...format], { cwd: folder });
    if (code !== 0 || !existsSync(join(folder, "data", FEATURES))) return;
    mkdirSync(prepared, { recursive: true });
    copyFileSync(join(folder, "data", FEATURES), join(prepared, FEATURES));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
