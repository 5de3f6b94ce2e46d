import { Registry } from "prom-client";
import { ANY_PASSWORD } from "../../../gateway/access/credentials.ts";
import { Decider } from "../../../gateway/bridge/decision.ts";
import { PublishGate } from "../../../gateway/bridge/publish-gate.ts";
import { Wills } from "../../../gateway/bridge/wills.ts";
import { Admission } from "../../../gateway/broker/admission.ts";
import type { Session } from "../../../gateway/broker/session.ts";
import { gatewayMeter } from "../../../gateway/metrics.ts";
import { find } from "../../../gateway/search.ts";
import { followSessions } from "../../../gateway/sessions/followed-sessions.ts";
import { SessionLog } from "../../../gateway/sessions/session-log.ts";
import { StationHolders } from "../../../gateway/sessions/station-holders.ts";
import { KafkaSink } from "../../../gateway/sink/kafka-sink.ts";
import { avroType } from "../../../infra/runtime/avro/contracts.ts";
import { silentLogger as logger } from "../../../infra/runtime/logger.ts";
import { avroDecoder } from "../../../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../../../infra/runtime/registry/ports.ts";
import { SingleObjectCodec } from "../../../schemas/avro/single-object.ts";
import { LIMITS } from "../../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../../schemas/readings.ts";
import type { Broker } from "../kafka/broker.ts";
import { kafkaOf } from "../kafka/client.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";
import { Sockets } from "./sockets.ts";

/** As the service's own. */
const SWEEP_MS = 100;
const PATIENCE_MS = 10_000;
const MAX_IN_FLIGHT = 1_024;
const RETRY_MS = 500;

export interface GatewayOptions {
  readonly world: World;
  readonly broker: Broker;
  readonly registry: RegistryClient;
  readonly name: string;
}

/** A gateway: its process, which may die and be started again, and where its clients connect. */
export class Gateway {
  readonly #options: GatewayOptions;
  #life: Life | undefined;
  #sockets: Sockets | undefined;
  #starts = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  get life(): Life | undefined {
    return this.#life;
  }

  /** undefined: nobody listens. */
  get sockets(): Sockets | undefined {
    return this.#life?.dead === false ? this.#sockets : undefined;
  }

  start(): void {
    if (this.#life && !this.#life.dead) return;
    const { world, name } = this.#options;
    this.#life = world.life(name, name);
    this.#sockets = undefined;
    void this.#serve(this.#life, `${name}-${++this.#starts}`);
  }

  kill(): void {
    this.#life?.kill();
    this.#sockets?.broken();
    this.#sockets = undefined;
  }

  /** As the service puts the same parts together; only Aedes and its sockets are others. */
  async #serve(life: Life, gateway: string): Promise<void> {
    const { broker, registry, world } = this.#options;
    const { clock } = life;
    const kafka = kafkaOf(broker, life);
    const config = { topicPrefix: "", patienceMs: PATIENCE_MS };
    for (;;) {
      try {
        const { records, producer, topics, limit } = await find({ kafka, registry, config, clock, logger });
        const sink = new KafkaSink({ producer, maxBytes: 32 * 2 ** 20, onRoom: () => {} });
        const decider = new Decider({
          records,
          codec: new SingleObjectCodec<ReadingBatch>(avroType("reading-batch")),
          payloadBytes: LIMITS.payloadBytes,
          kafkaBytes: () => limit.bytes,
          now: () => clock.now(),
        });
        const meter = gatewayMeter(new Registry());
        const gate = new PublishGate({
          ...{ decider, sink, clock, logger, meter },
          maxInFlight: MAX_IN_FLIGHT,
          onKafkaLimit: () => limit.look(),
        });
        const wills = new Wills({ decider, sink, clock, logger, onWritten: () => {} });
        const log = new SessionLog({
          ...{ producer, gateway, clock, logger },
          recordOf: (state) => records.state(state),
        });
        const holders = new StationHolders<Session>();
        const admission = new Admission({
          ...{ gate, holders, log, clock, logger, meter },
          passwords: ANY_PASSWORD,
          patienceMs: PATIENCE_MS,
        });
        clock.every(SWEEP_MS, () => gate.sweep());
        followSessions({
          ...{ kafka, topic: topics.devices, gateway, clock, logger },
          decoder: avroDecoder(registry, logger),
          onHeard: (stationId, said) => admission.heard(stationId, said),
        });
        this.#sockets = new Sockets({ world, life, name: this.#options.name, admission, gate, wills });
        return;
      } catch {
        await clock.sleep(RETRY_MS);
      }
    }
  }
}
