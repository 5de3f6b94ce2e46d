import type { Change, OutboxStore, Ownership } from "../../../edge/outbox/outbox-store.ts";
import { MemoryOutboxStore } from "../../../edge/outbox/testing/memory-store.ts";
import type { Random } from "../../../infra/runtime/random.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";

/** A box's disk: it survives its processes. What was not flushed when the power went is not on it. */
export class Disk {
  readonly world: World;
  readonly name: string;
  readonly random: Random;
  /** What is on the platter, change by change. */
  readonly flushed = new MemoryOutboxStore();
  /** No more can be written. */
  full = false;
  /** Added to each flush, ms. */
  slowMs = 0;
  /** Flushes fail, with nothing of them applied. */
  failing = false;

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.random = world.random(`disk ${name}`);
  }

  /** Readings that wait on it. */
  get size(): number {
    return this.flushed.size().readings;
  }

  /** The outbox's store as one process has it open. */
  open(life: Life): OutboxStore {
    return new SimulatedStore(this, life);
  }
}

/**
 * One flush after the other, each atomic, as LMDB's are: a process that dies in one leaves all of it or nothing,
 * whichever the disk had come to.
 */
class SimulatedStore implements OutboxStore {
  readonly #disk: Disk;
  readonly #life: Life;

  constructor(disk: Disk, life: Life) {
    this.#disk = disk;
    this.#life = life;
  }

  get #store(): MemoryOutboxStore {
    return this.#disk.flushed;
  }

  ledger(deviceId: string) {
    return this.#store.ledger(deviceId);
  }

  ledgers(prefix: string) {
    return this.#store.ledgers(prefix);
  }

  read(deviceId: string, from: number, limit: number) {
    return this.#store.read(deviceId, from, limit);
  }

  quarantined(deviceId: string) {
    return this.#store.quarantined(deviceId);
  }

  commit(change: Change): Promise<void> {
    const { world, random, name } = this.#disk;
    // The caller may go on to change what it handed over.
    const copy: Change = {
      ledgers: new Map(change.ledgers),
      puts: [...change.puts],
      removes: [...change.removes],
      quarantined: [...change.quarantined],
    };
    return this.#life.asks<void>((done, fail) => {
      const ms = 0.3 + random() * 2 + this.#disk.slowMs;
      // Anywhere on the way: what is on the platter is there also when its process is not.
      const written = ms * random();
      world.scheduler.after(written, () => {
        if (this.#disk.failing || (this.#disk.full && copy.puts.length > 0)) {
          world.scheduler.after(ms - written, () => fail(new Error("no space left on device")));
          return;
        }
        if (this.#life.dead && random() < 0.5) return;
        void this.#store.commit(copy);
        world.way?.flushed(name, copy);
        world.trace.add(`disk ${name} +${copy.puts.length} -${copy.removes.length}`);
        world.scheduler.after(ms - written, () => done(undefined));
      });
    });
  }

  size() {
    return this.#store.size();
  }

  claim(stationId: number, decide: (present: Ownership | undefined) => Ownership): Ownership {
    return this.#store.claim(stationId, decide);
  }

  async close(): Promise<void> {}
}
