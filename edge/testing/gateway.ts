import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { parseMqttTopic, refusedTopic } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { AnyState } from "../../schemas/states.ts";

/** take: keep it and acknowledge. lose-ack: keep it, cut the connection. drop: neither. refuse: for good. */
export type ScriptedAnswer = "take" | "lose-ack" | "drop" | "refuse";

export interface AgentIdentity {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

/** A real Aedes that writes down what it is sent, with a decision for each batch. For tests. */
export class RecordingGateway {
  readonly batches: ReadingBatch[] = [];
  readonly states: AnyState[] = [];
  decision: (batch: ReadingBatch) => ScriptedAnswer = () => "take";
  readonly #codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
  readonly #seen = new Map<string, AgentIdentity>();
  readonly #counts = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  #broker: Aedes | null = null;
  #server: Server | null = null;
  #port = 0;

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** Listen; after `kill` on the same port again. */
  async start(): Promise<this> {
    const broker = await Aedes.createBroker();
    broker.authorizePublish = (client, packet, done) => {
      const topic = parseMqttTopic(packet.topic);
      if (topic?.kind === "state") this.states.push(JSON.parse(packet.payload.toString()) as AnyState);
      if (topic?.kind !== "readings") return done(null);
      const batch = this.#codec.decode(Buffer.from(packet.payload));
      const decision = this.decision(batch);
      if (decision === "take" || decision === "lose-ack") this.#record(batch);
      if (decision === "take") return done(null);
      if (decision !== "refuse") {
        client?.conn.destroy();
        return;
      }
      const payload = JSON.stringify({ batchId: batch.batchId, code: "TEST", permanent: true });
      const refusal = { topic: refusedTopic(topic.stationId), payload, qos: 1, retain: false } as const;
      client?.publish({ ...refusal, cmd: "publish", dup: false }, () => client.close());
    };
    this.#broker = broker;
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      broker.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    const address = server.address();
    if (address && typeof address === "object") this.#port = address.port;
    this.#server = server;
    return this;
  }

  /** Gone at once, as by SIGKILL. */
  async kill(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      if (this.#server) this.#server.close(() => resolve());
      else resolve();
    });
    this.#server = null;
    await new Promise<void>((resolve) => {
      if (this.#broker) this.#broker.close(() => resolve());
      else resolve();
    });
    this.#broker = null;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Identities received, in order of first arrival. */
  readings(): readonly AgentIdentity[] {
    return [...this.#seen.values()];
  }

  /** How many different readings of a device were received. */
  count(deviceId: string): number {
    return this.#counts.get(deviceId) ?? 0;
  }

  #record(batch: ReadingBatch): void {
    this.batches.push(batch);
    for (const { deviceId, bootId, firstSeq, readings } of batch.runs) {
      for (let seq = firstSeq; seq < firstSeq + readings.length; seq++) {
        const key = `${deviceId};${bootId};${seq}`;
        if (this.#seen.has(key)) continue;
        this.#seen.set(key, { deviceId, bootId, seq });
        this.#counts.set(deviceId, this.count(deviceId) + 1);
      }
    }
  }
}
