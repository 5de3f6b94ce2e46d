import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { brokerSettings } from "../../infra/launcher/supervisor/parts/kafka-settings.ts";
import { newId } from "../../infra/launcher/supervisor/parts/kafka-storage.ts";
import { properties } from "../../infra/launcher/supervisor/parts/settings.ts";
import { jvmCommand, toolchainOf } from "../../infra/launcher/supervisor/process/jvm.ts";
import { accepts } from "../../infra/launcher/supervisor/process/probe.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { freePort } from "../../infra/runtime/testing/free-port.ts";

const run = promisify(execFile);
export const STORE_PASSWORD = "changeit";

/** A broker whose one public listener wants TLS and a login. */
export interface SecureKafka {
  /** `localhost:port`, the name that its certificate holds. */
  readonly broker: string;
  /** The certificate that signed its own, PEM. */
  readonly caFile: string;
  stop(): Promise<void>;
}

/** @param users - who may log in, with PLAIN and with SCRAM-SHA-512 each. */
export async function startSecureKafka(users: {
  readonly plain: { readonly name: string; readonly password: string };
  readonly scram: { readonly name: string; readonly password: string };
}): Promise<SecureKafka> {
  const home = mkdtempSync(join(tmpdir(), "elevated-secure-kafka-"));
  const [port, inner, controller] = [await freePort(), await freePort(), await freePort()] as const;
  const { store, caFile } = await certificate(home);
  const config = join(home, "server.properties");
  const login = "org.apache.kafka.common.security";
  writeFileSync(
    config,
    properties({
      ...brokerSettings({
        dataFolder: join(home, "data"),
        node: 1,
        port,
        controllerPorts: [controller],
        durable: false,
      }),
      listeners: `SASL_SSL://127.0.0.1:${port},INNER://127.0.0.1:${inner},CONTROLLER://127.0.0.1:${controller}`,
      "advertised.listeners": `SASL_SSL://localhost:${port},INNER://127.0.0.1:${inner}`,
      "listener.security.protocol.map": "SASL_SSL:SASL_SSL,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT",
      "inter.broker.listener.name": "INNER",
      "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
      "listener.name.sasl_ssl.plain.sasl.jaas.config": `${login}.plain.PlainLoginModule required user_${users.plain.name}="${users.plain.password}";`,
      "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": `${login}.scram.ScramLoginModule required;`,
      "ssl.keystore.location": store,
      "ssl.keystore.password": STORE_PASSWORD,
      "ssl.keystore.type": "PKCS12",
    }),
  );
  const scram = `SCRAM-SHA-512=[name=${users.scram.name},password=${users.scram.password}]`;
  const java = (mainClass: string, args: readonly string[]) =>
    jvmCommand({ mainClass, args, heapMb: 192, toolchain: toolchainOf(projectRoot()) }, process.env);
  const format = java("kafka.tools.StorageTool", [
    "format",
    "--cluster-id",
    newId(),
    "--config",
    config,
    "--add-scram",
    scram,
  ]);
  await run(format.program, [...format.args]);
  const { program, args } = java("kafka.Kafka", [config]);
  const broker = spawn(program, [...args], { cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  broker.stderr.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4_000);
  });
  const gone = once(broker, "exit");
  while (!(await accepts(port, 2_000).catch(() => false))) {
    if (broker.exitCode !== null) throw new Error(`Kafka ended:\n${words}`);
    await sleep(50);
  }
  return {
    broker: `localhost:${port}`,
    caFile,
    async stop() {
      broker.kill("SIGKILL");
      await gone;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Signed by itself, for localhost; by Java's own tool, which is there wherever Kafka runs. */
/** A certificate for `localhost`, signed by itself: its PKCS#12 store and, as PEM, what must be trusted. */
export async function certificate(
  home: string,
): Promise<{ readonly store: string; readonly caFile: string }> {
  const store = join(home, "broker.p12");
  const caFile = join(home, "ca.pem");
  mkdirSync(home, { recursive: true });
  const common = [
    "-alias",
    "broker",
    "-keystore",
    store,
    "-storetype",
    "PKCS12",
    "-storepass",
    STORE_PASSWORD,
  ];
  await run("keytool", [
    ...["-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"],
    ...["-dname", "CN=localhost", "-ext", "san=dns:localhost", ...common],
  ]);
  await run("keytool", ["-exportcert", "-rfc", "-file", caFile, ...common]);
  return { store, caFile };
}
