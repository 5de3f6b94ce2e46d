import { Registry } from "prom-client";
import { startAudit } from "../../../central/audit/audit.ts";
import { startDedup } from "../../../central/dedup/dedup.ts";
import type { Kafka } from "../../../infra/runtime/kafka/ports.ts";
import { silentLogger as logger } from "../../../infra/runtime/logger.ts";
import type { RunningService } from "../../../infra/runtime/service/service-set.ts";
import { startKsql } from "../../proof/world/ksql.ts";
import type { Registries } from "../../proof/world/registry.ts";
import type { Broker } from "../kafka/broker.ts";
import { kafkaOf } from "../kafka/client.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";

const RETRY_MS = 500;

export type Stage = "dedup" | "ksql" | "audit";

export interface StageOptions {
  readonly world: World;
  readonly broker: Broker;
  readonly registries: Registries;
  readonly stage: Stage;
  readonly name: string;
}

/** One instance of a stage of the counting half, that may die and be started again. */
export class StageProcess {
  readonly stage: Stage;
  readonly name: string;
  readonly #options: StageOptions;
  #life: Life | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.stage = options.stage;
    this.name = options.name;
  }

  get life(): Life | undefined {
    return this.#life;
  }

  start(): void {
    if (this.#life && !this.#life.dead) return;
    const { world, broker } = this.#options;
    this.#life = world.life(this.name, this.name);
    void this.#run(this.#life, kafkaOf(broker, this.#life));
  }

  kill(): void {
    this.#life?.kill();
  }

  /** As its supervisor starts it again when it fails. */
  async #run(life: Life, kafka: Kafka): Promise<void> {
    try {
      const service = await this.#open(life, kafka);
      await (service?.failed ?? new Promise(() => {}));
    } catch {
      life.kill();
      this.#options.world.scheduler.after(RETRY_MS, () => this.start());
    }
  }

  async #open({ clock }: Life, kafka: Kafka): Promise<RunningService | undefined> {
    const { registries, stage, name } = this.#options;
    const around = { kafka, registry: registries.stages, prefix: "", clock, logger };
    if (stage === "dedup") return startDedup({ ...around, perStation: false, metrics: new Registry() });
    if (stage === "audit") {
      return startAudit({ ...around, perStation: false, metrics: new Registry(), instance: name });
    }
    await startKsql({ kafka, registries, clock, prefix: "" });
    return undefined;
  }
}
