import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { freePort } from "../../infra/runtime/testing/free-port.ts";

const STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so";

/** What this machine's nginx lacks for a test, in words; undefined: nothing. */
export function nginxLacks(): string | undefined {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore" });
  } catch {
    return "nginx is not installed (Debian: apt-get install nginx-light libnginx-mod-stream)";
  }
  return existsSync(STREAM_MODULE) ? undefined : "nginx has no stream module (Debian: libnginx-mod-stream)";
}

export interface Nginx {
  readonly httpPort: number;
  readonly mqttPort: number;
  stop(): Promise<void>;
}

/**
 * The project's own configuration on free ports of loopback, with these instances behind it.
 *
 * @param upstreams - ports of the instances that listen on 5001 and on 1883 in the compose file.
 */
export async function startNginx(upstreams: {
  readonly vehicles: readonly number[];
  readonly gateways: readonly number[];
}): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "elevated-nginx-"));
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  const file = join(folder, "nginx.conf");
  const source = readFileSync(
    join(projectRoot(), "infra", "deploy", "compose", "nginx", "nginx.conf"),
    "utf8",
  );
  let text = source
    .replaceAll("/tmp/", `${folder}/`)
    .replace("listen 5001", `listen 127.0.0.1:${httpPort}`)
    .replace("listen 1883", `listen 127.0.0.1:${mqttPort}`);
  // Names are Docker's to answer, and not every nginx can ask again.
  text = text.replace(/^\s*resolver .*$/gm, "");
  for (const [name, ports] of [
    ["fleet-ingest", upstreams.vehicles],
    ["gateway", upstreams.gateways],
  ] as const) {
    text = text.replace(new RegExp(`server ${name}:\\d+ resolve(.*;)`), (_, rest: string) =>
      ports.map((port) => `server 127.0.0.1:${port}${rest}`).join("\n"),
    );
  }
  writeFileSync(file, text);
  const child = spawn("nginx", ["-c", file, "-g", `load_module ${STREAM_MODULE}; daemon off;`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words = (words + String(chunk)).slice(-8_192);
  });
  const exited = once(child, "exit");
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}:\n${words}`);
    const answer = await fetch(`http://127.0.0.1:${httpPort}/healthz`);
    if (!answer.ok) throw new Error(`nginx answers ${answer.status}`);
  }, 10_000);
  return {
    httpPort,
    mqttPort,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
