import { anonymousMemoryOf } from "../bench/process-figures.ts";
import { type KafkaProxy, startKafkaProxy } from "../support/kafka-proxy.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

type Env = Readonly<Record<string, string>>;

/** A place where a stage runs as a process, again and again, with a proxy of its own before Kafka. */
export class Seat {
  readonly kafka: KafkaProxy;
  readonly #start: (env: Env) => Promise<StageProcess>;
  readonly #env: Env;
  #process: StageProcess | undefined;

  constructor(kafka: KafkaProxy, env: Env, start: (env: Env) => Promise<StageProcess>) {
    this.kafka = kafka;
    this.#env = env;
    this.#start = start;
  }

  /** @throws Error when nothing runs here. */
  get process(): StageProcess {
    if (!this.#process) throw new Error("nothing runs here");
    return this.#process;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Memory of its own, bytes; where the system is not Linux it is unknown, and 0. */
  get memory(): number {
    return process.platform === "linux" ? anonymousMemoryOf(this.process.pid) : 0;
  }

  /** Where `central` answers what it does. */
  get probeUrl(): string {
    return /"probe":"([^"]+)"/.exec(this.process.log)?.[1] ?? "";
  }

  async start(env: Env = {}): Promise<void> {
    this.#process = await this.#start({ ...this.#env, KAFKA_BROKERS: this.kafka.address, ...env });
  }

  /** Resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.kill(signal);
  }

  /** SIGSTOP, SIGCONT: it stays. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    process.kill(this.process.pid, signal);
  }

  async close(): Promise<void> {
    await this.kill();
    this.kafka.close();
  }
}

/** A gateway that comes back on the same port, with a proxy between it and its agents. */
export class GatewaySeat extends Seat {
  #mqtt: TcpProxy | undefined;
  #port = 0;

  /** @throws Error before the first start. */
  get mqtt(): TcpProxy {
    if (!this.#mqtt) throw new Error("the gateway was never started");
    return this.#mqtt;
  }

  get url(): string {
    return `mqtt://${this.mqtt.address}`;
  }

  /** Where MQTT is served, without the proxy. */
  get port(): number {
    return this.#port;
  }

  /** The first start takes a free port, the later ones the same. */
  override async start(env: Env = {}): Promise<void> {
    await super.start({ MQTT_PORT: String(this.#port), ...env });
    this.#port = Number(/"port":(\d+)/.exec(this.process.log)?.[1]);
    this.#mqtt ??= await startTcpProxy(`127.0.0.1:${this.#port}`);
  }

  override async close(): Promise<void> {
    this.#mqtt?.close();
    await super.close();
  }
}

export async function gatewaySeat(broker: string, env: Env): Promise<GatewaySeat> {
  const start = (all: Env): Promise<StageProcess> => startStage("gateway", all, "MQTT is served");
  return new GatewaySeat(await startKafkaProxy(broker), env, start);
}

export async function dedupSeat(broker: string, env: Env): Promise<Seat> {
  const start = (all: Env): Promise<StageProcess> => startStage("central", all, '"ready"', ["dedup"]);
  return new Seat(await startKafkaProxy(broker), { PROBE_PORT: "0", ...env }, start);
}
