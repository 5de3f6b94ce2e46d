import type { World } from "../world.ts";

/** A member of which the group has heard nothing for so long is out, ms; as the clients ask for (delivery rule 5h). */
const SESSION_MS = 3_000;
const LOOK_MS = 500;

interface Member {
  readonly id: string;
  readonly assign: (partitions: readonly number[]) => void;
  heardAt: number;
}

interface Group {
  readonly partitions: number;
  members: Member[];
}

/** Kafka's consumer groups: each partition is one member's, as far as the group knows. */
export class Groups {
  readonly #world: World;
  readonly #groups = new Map<string, Group>();
  #turn = 0;
  #members = 0;

  constructor(world: World) {
    this.#world = world;
    const look = (): void => {
      for (const [name, group] of this.#groups) {
        const living = group.members.filter(({ heardAt }) => world.scheduler.now - heardAt < SESSION_MS);
        if (living.length === group.members.length) continue;
        group.members = living;
        this.#assign(name, group);
      }
      world.scheduler.after(LOOK_MS, look);
    };
    world.scheduler.after(LOOK_MS, look);
  }

  /** A member's id: no other member has it, whatever process it is of. */
  memberId(process: string): string {
    return `${process}#${++this.#members}`;
  }

  join(name: string, partitions: number, id: string, assign: Member["assign"]): void {
    const group = this.#groups.get(name) ?? { partitions, members: [] };
    this.#groups.set(name, group);
    group.members.push({ id, assign, heardAt: this.#world.scheduler.now });
    this.#assign(name, group);
  }

  /** @returns false: the group does not know this member any more. */
  heard(name: string, id: string): boolean {
    const member = this.#groups.get(name)?.members.find((one) => one.id === id);
    if (member) member.heardAt = this.#world.scheduler.now;
    return member !== undefined;
  }

  leave(name: string, id: string): void {
    const group = this.#groups.get(name);
    if (!group) return;
    group.members = group.members.filter((member) => member.id !== id);
    this.#assign(name, group);
  }

  /** Deal the partitions out anew, to others than before where there are others. */
  move(): void {
    this.#turn++;
    for (const [name, group] of this.#groups) this.#assign(name, group);
  }

  #assign(name: string, { members, partitions }: Group): void {
    this.#world.trace.add(`group ${name}: ${members.map(({ id }) => id).join(" ")}`);
    for (const [n, { assign }] of members.entries()) {
      const own = Array.from({ length: partitions }, (_, partition) => partition).filter(
        (partition) => (partition + this.#turn) % members.length === n,
      );
      assign(own);
    }
  }
}
