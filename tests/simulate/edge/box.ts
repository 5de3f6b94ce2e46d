import { Agent } from "../../../edge/agent.ts";
import { Journal } from "../../../edge/outbox/journal.ts";
import type { MqttConnect } from "../../../edge/uplink/ports.ts";
import { avroType } from "../../../infra/runtime/avro/contracts.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import type { ProcessIdentity } from "../../../infra/runtime/process-identity.ts";
import { SingleObjectCodec } from "../../../schemas/avro/single-object.ts";
import { stationById } from "../../../schemas/network/network.ts";
import type { ReadingBatch } from "../../../schemas/readings.ts";
import type { Cables } from "../field/cables.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";
import { Disk } from "./disk.ts";

const LIMIT_BYTES = 64 * 2 ** 20;

const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

export interface BoxOptions {
  readonly world: World;
  readonly cables: Cables;
  readonly stations: readonly number[];
  readonly name: string;
  readonly urls: readonly string[];
  readonly connect: (life: Life) => MqttConnect;
}

/** An edge box: its disk, and the process of its agents, which may die and be started again. */
export class Box {
  readonly disk: Disk;
  readonly #options: BoxOptions;
  #life: Life | undefined;
  #pids = 0;

  constructor(options: BoxOptions) {
    this.#options = options;
    this.disk = new Disk(options.world, options.name);
  }

  get name(): string {
    return this.#options.name;
  }

  get life(): Life | undefined {
    return this.#life;
  }

  start(): void {
    const { world, name } = this.#options;
    if (this.#life && !this.#life.dead) return;
    const life = world.life(name, name);
    this.#life = life;
    this.#agents(life, { pid: ++this.#pids, started: name });
  }

  /** The process is gone, in the middle of whatever it did. */
  kill(): void {
    this.#life?.kill();
  }

  #agents(life: Life, owner: ProcessIdentity): void {
    const { world, cables, stations, name, urls, connect } = this.#options;
    const { clock } = life;
    const logger = silentLogger;
    const outbox = new Journal({
      store: this.disk.open(life),
      clock,
      logger,
      limitBytes: LIMIT_BYTES,
      // The one before is dead, or this one were not started.
      isAlive: () => false,
      newBox: () => name,
    });
    for (const id of stations) {
      const station = stationById(id);
      if (!station) throw new RangeError(`there is no station ${id}`);
      const agent = new Agent({
        station,
        turnstiles: 2,
        watch: cables.watcher(life),
        owner,
        outbox,
        openLine: cables.opener(life),
        connect: connect(life),
        urls: () => urls,
        encode: (batch) => codec.encode(batch),
        clock,
        random: world.random(`${name} ${owner.pid} ${id}`),
        logger,
      });
      agent.start();
    }
  }
}
