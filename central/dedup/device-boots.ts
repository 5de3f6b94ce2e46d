import { CodedError } from "../../schemas/errors.ts";
import type { DeviceKind } from "../../schemas/network/devices.ts";
import type { BootState, OlderBoots, SeqRange } from "../../schemas/records.ts";
import { type BootPage, bootsIn, PAGE_BOOTS, pageOf } from "./boot-page.ts";
import {
  type BootCounts,
  type BootSums,
  bootOf,
  combined,
  NO_BOOTS,
  newBoot,
  stateOf,
  sumsOf,
} from "./boots.ts";
import { addTo, missing } from "./ranges.ts";

/** Boots per device in the station's own record, at least; a page is filled from what is beyond. */
export const RECENT_BOOTS = 16;
/** Intervals of boot ids of which only sums are left, per device. */
const MAX_CLOSED = 8;

/**
 * All boots of one device, in three places: the recent ones in the station's own record, older ones in pages, and of the
 * oldest their sums. A boot is exact in the first two; whatever may still come of it is told apart to the reading.
 */
export class DeviceBoots {
  readonly deviceId: string;
  readonly kind: DeviceKind;
  readonly #stationId: number;
  /** In the order in which they were first heard of. */
  readonly #recent = new Map<number, BootCounts>();
  /** The oldest first. */
  #pages: BootPage[] = [];
  #older: BootSums = NO_BOOTS;
  #closed: SeqRange[] = [];
  /** The page that was looked into last: what comes late comes in rows. */
  #opened: { readonly page: BootPage; readonly boots: readonly BootCounts[] } | undefined;

  constructor(stationId: number, deviceId: string, kind: DeviceKind) {
    this.#stationId = stationId;
    this.deviceId = deviceId;
    this.kind = kind;
  }

  get recent(): ReadonlyMap<number, BootCounts> {
    return this.#recent;
  }

  get pages(): readonly BootPage[] {
    return this.#pages;
  }

  get older(): BootSums {
    return this.#older;
  }

  restore(boot: BootState): void {
    this.#recent.set(boot.boot_id, bootOf(boot));
  }

  restoreOlder({ device_id: _, closed, ...sums }: OlderBoots): void {
    this.#older = sums;
    this.#closed = [...closed];
  }

  restorePage(page: BootPage): void {
    this.#pages.push(page);
  }

  /**
   * The boot with this id, new if it was never heard of.
   *
   * @param changed - called with a page that changes for it: it is written again, or removed when it is empty now.
   * @throws {CodedError} BOOT_CLOSED
   */
  boot(bootId: number, changed: (before: BootPage, after: BootPage | undefined) => void): BootCounts {
    const known = this.#recent.get(bootId) ?? this.#fetched(bootId, changed);
    if (known) return known;
    if (this.#closed.length > 0 && missing(this.#closed, { from: bootId, to: bootId }).length === 0) {
      throw new CodedError("BOOT_CLOSED", {
        message: `boot ${bootId} of ${this.deviceId} is so old that only its sum is kept: its readings may be counted already`,
        retryable: false,
        context: { deviceId: this.deviceId, bootId },
      });
    }
    const boot = newBoot(bootId);
    this.#recent.set(bootId, boot);
    return boot;
  }

  /** Are these readings of a boot in a page, all of them counted before? Then they are counted as duplicates here. */
  countsAgain(bootId: number, range: SeqRange): boolean {
    if (this.#recent.has(bootId)) return false;
    const boot = this.#found(bootId)?.boot;
    if (!boot || missing(boot.ranges, range).length > 0) return false;
    this.#older = { ...this.#older, duplicates: this.#older.duplicates + range.to - range.from + 1 };
    return true;
  }

  /**
   * Move the boots heard of first into a page, once there are enough of them.
   *
   * @param number - gives the page's.
   * @param isCrowded - the station's record has no room: all but the newest boot go.
   */
  seal(
    number: () => number,
    isCrowded = false,
  ): { readonly page: BootPage; readonly boots: readonly BootCounts[] } | undefined {
    const least = isCrowded ? 1 : RECENT_BOOTS + PAGE_BOOTS - 1;
    if (this.#recent.size <= least) return undefined;
    const boots: BootCounts[] = [];
    for (const boot of this.#recent.values()) {
      if (boots.push(boot) === Math.min(PAGE_BOOTS, this.#recent.size - 1)) break;
    }
    for (const boot of boots) {
      this.#recent.delete(boot.bootId);
      this.#older = combined(this.#older, sumsOf(boot));
    }
    const page = pageOf(this.#stationId, number(), this.deviceId, boots);
    this.#pages.push(page);
    return { page, boots };
  }

  /** Of the oldest page only the sums are kept from here on. */
  closeOldest(): BootPage | undefined {
    const page = this.#pages.shift();
    if (!page) return undefined;
    // One by one: a page may hold boots of two devices, and those to come of one lie between them.
    for (const { bootId } of bootsIn(page)) {
      addTo(this.#closed, { from: bootId, to: bootId });
      if (this.#closed.length > MAX_CLOSED) this.#closed = withoutNarrowestGap(this.#closed);
    }
    return page;
  }

  recentStates(): BootState[] {
    return [...this.#recent.values()].map((boot) => stateOf(this.deviceId, boot));
  }

  olderState(): OlderBoots | undefined {
    if (this.#older.boots === 0) return undefined;
    return { device_id: this.deviceId, ...this.#older, closed: this.#closed };
  }

  /** A boot that is in a page comes back among the recent ones. */
  #fetched(
    bootId: number,
    changed: (before: BootPage, after: BootPage | undefined) => void,
  ): BootCounts | undefined {
    const found = this.#found(bootId);
    if (!found) return undefined;
    const { page, boots, boot } = found;
    const rest = boots.filter((each) => each !== boot);
    const after = rest.length > 0 ? pageOf(this.#stationId, page.number, this.deviceId, rest) : undefined;
    const at = this.#pages.indexOf(page);
    this.#pages = after ? this.#pages.with(at, after) : this.#pages.toSpliced(at, 1);
    this.#older = combined(this.#older, sumsOf(boot), -1);
    this.#recent.set(bootId, boot);
    changed(page, after);
    return boot;
  }

  /** Newest pages first: what is late is seldom very late. */
  #found(bootId: number): { page: BootPage; boots: readonly BootCounts[]; boot: BootCounts } | undefined {
    for (let at = this.#pages.length - 1; at >= 0; at--) {
      const page = this.#pages[at];
      if (!page || bootId < page.first || bootId > page.last) continue;
      if (this.#opened?.page !== page) this.#opened = { page, boots: bootsIn(page) };
      const { boots } = this.#opened;
      const boot = boots.find((each) => each.bootId === bootId);
      if (boot) return { page, boots, boot };
    }
    return undefined;
  }
}

/** The two intervals that are nearest to each other become one. Ascending. */
function withoutNarrowestGap(intervals: readonly SeqRange[]): SeqRange[] {
  let at = 1;
  const gapBefore = (i: number): number => (intervals[i]?.from ?? 0) - (intervals[i - 1]?.to ?? 0);
  for (let i = 2; i < intervals.length; i++) if (gapBefore(i) < gapBefore(at)) at = i;
  const [left, right] = [intervals[at - 1], intervals[at]];
  if (!left || !right) return [...intervals];
  return intervals.toSpliced(at - 1, 2, { from: left.from, to: right.to });
}
