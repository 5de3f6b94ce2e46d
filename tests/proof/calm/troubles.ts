import type { Random } from "../../../infra/runtime/random.ts";
import type { MemoryWorld } from "../world/memory-world.ts";
import type { Pipeline } from "../world/pipeline.ts";
import type { ScriptedDevice } from "../world/scripted-device.ts";

/** Where trouble happens. */
export interface TroubleAround {
  readonly world: MemoryWorld;
  readonly pipeline: Pipeline;
  readonly devices: readonly ScriptedDevice[];
  readonly deaths: Deaths;
  readonly random: Random;
}

/** Tasks that die before they have written anything. */
export class Deaths {
  readonly #random: Random;
  #due = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Some of the next calls of any task end its life. */
  order(): void {
    this.#due = 1 + Math.floor(this.#random() * 3);
  }

  pass<T>(records: T): T {
    if (this.#due === 0) return records;
    this.#due--;
    throw new Error("this life ends here, as the run asked");
  }
}

/** Everything that may go wrong and loses nothing, by name. */
export function troubles(around: TroubleAround): Readonly<Record<string, () => unknown>> {
  const { world, pipeline, devices, deaths, random } = around;
  const { field } = pipeline;
  const { clock } = world;
  const device = devices[Math.floor(random() * devices.length)] as ScriptedDevice;
  return {
    unplugged: () => {
      device.plugged = false;
    },
    plugged: () => {
      for (const each of devices) each.plugged = true;
    },
    rebooted: () => device.reboot(),
    "replaced while empty": () => {
      if (device.ring.length === 0 && device.outbox.length === 0) device.erase();
    },
    "sent again": () => field.again(random),
    reconnected: () => field.reconnect(),
    "an old state comes late": () => field.tellAgain(random),
    "tasks die": () => deaths.order(),
    "stopped and started": async () => {
      await pipeline.stop();
      await pipeline.start();
    },
    "stopped for long": async () => {
      await pipeline.stop();
      for (let n = 0; n < 8; n++) {
        for (const { id } of devices) field.press(id, Math.floor(random() * 4));
        field.collect();
        await field.publish();
        await field.tell();
        await world.pass(250);
      }
      await pipeline.start();
    },
    "the machine sleeps": () => clock.advance(120_000),
    "the wall clock is set": () => clock.setWall(clock.now() + Math.floor((random() - 0.5) * 7_200_000)),
  };
}
