import type { LastingKind } from "../../../firmware-sim/faults/kinds.ts";
import { Pump } from "../../../firmware-sim/line/pump.ts";
import type { Random } from "../../../infra/runtime/random.ts";
import { EPOCH, type Life } from "../time/life.ts";
import type { World } from "../world.ts";
import type { Cables } from "./cables.ts";
import { Unit } from "./unit.ts";

/** All devices of the run. In each place stands one unit; others that stood there may come back. */
export class Field {
  readonly #world: World;
  readonly #cables: Cables;
  readonly #life: Life;
  readonly #random: Random;
  readonly #pump: Pump;
  readonly #standing = new Map<string, Unit>();
  /** What stood where an impostor stands. */
  readonly #displaced = new Map<Unit, Unit>();
  /** Every unit that ever stood anywhere. */
  readonly units: Unit[] = [];
  #marks = 0;

  constructor(world: World, cables: Cables, deviceIds: readonly string[]) {
    this.#world = world;
    this.#cables = cables;
    this.#life = world.life("field", "field");
    this.#random = world.random("field");
    this.#pump = new Pump(this.#life.clock, (line) => line.unplug());
    for (const deviceId of deviceIds) this.#stand(this.#made(deviceId));
    this.#pump.start();
  }

  get places(): readonly string[] {
    return [...this.#standing.keys()];
  }

  unit(deviceId: string): Unit {
    const unit = this.#standing.get(deviceId);
    if (!unit) throw new RangeError(`no device stands at ${deviceId}`);
    return unit;
  }

  press(deviceId: string): void {
    this.#world.trace.add(`press ${deviceId}`);
    const unit = this.unit(deviceId);
    unit.press();
    const last = unit.presses.at(-1);
    if (last) this.#world.way?.pressed(deviceId, last.bootId, last.seq);
  }

  /**
   * Another device of this name is put in its place, with an empty memory. Where its first boot has the number of one
   * before it, which an alarm names, a person switches it off and on again.
   */
  replace(deviceId: string): void {
    const used = new Set(
      this.units.filter(({ ref }) => ref.id === deviceId).flatMap(({ bootIds }) => [...bootIds]),
    );
    this.unit(deviceId).line.unplug();
    const unit = this.#made(deviceId);
    while (used.has(unit.bootId)) unit.reboot(false);
    this.#stand(unit);
  }

  /** A fault of the unit's line is over. A unit that stands nowhere any more is not plugged in by that. */
  heal(unit: Unit, kind: LastingKind): void {
    if (this.#standing.get(unit.ref.id) === unit) void unit.line.clearFault(kind);
    else unit.line.faults.clear(kind);
  }

  /** One that took its name over, boot and all, is put in its place for a while. */
  impostor(deviceId: string): { readonly back: () => void } {
    const before = this.unit(deviceId);
    before.line.unplug();
    const impostor = this.#made(deviceId, before);
    this.#displaced.set(impostor, before);
    this.#stand(impostor);
    return { back: () => this.#leave(impostor) };
  }

  /** An impostor goes, and what it displaced is put back: at once, or when the next impostor goes, which displaced this one. */
  #leave(impostor: Unit): void {
    const before = this.#displaced.get(impostor);
    if (!before) return;
    this.#displaced.delete(impostor);
    const next = [...this.#displaced].find(([, displaced]) => displaced === impostor)?.[0];
    if (next) this.#displaced.set(next, before);
    if (this.unit(impostor.ref.id) !== impostor) return;
    impostor.line.unplug();
    this.#stand(before);
  }

  #made(deviceId: string, copied?: Unit): Unit {
    const unit = new Unit(
      {
        deviceId,
        cables: this.#cables,
        life: this.#life,
        random: this.#random,
        baudRate: 115_200,
        mark: () => EPOCH + ++this.#marks,
      },
      copied,
    );
    this.units.push(unit);
    this.#pump.add(unit.line);
    return unit;
  }

  #stand(unit: Unit): void {
    this.#standing.set(unit.ref.id, unit);
    void unit.line.plug();
  }
}
