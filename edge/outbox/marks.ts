/** What is on disk of one boot of a device: contiguous, so one number is the unique index of all its readings. */
export interface BootMark {
  readonly bootId: number;
  /** null: no HELLO has told it, neither the boot's own nor a later one's. */
  readonly nonce: number | null;
  /** The memory that this boot is of, by its first boot; null: unknown. */
  readonly memoryBootId: number | null;
  /** As last heard of this boot: readings numbered, and events that happened. */
  readonly numbered: number;
  readonly happened: number;
  /** The first number that this outbox could be given: those below the device no longer had. */
  readonly first: number;
  /** Every `seq` from `first` to here is on disk, or already beyond it. */
  readonly stored: number;
  /** Every `seq` from `first` to here has its PUBACK or was set aside; null: unknown. */
  readonly published: number | null;
}

/** Boots remembered per device, those used last: one that reboots every minute keeps an hour of marks. */
export const MAX_BOOTS = 64;

export function newMark(bootId: number, memoryBootId: number | null = null): BootMark {
  const counts = { numbered: 0, happened: 0, first: 1, stored: 0, published: 0 };
  return { bootId, nonce: null, memoryBootId, ...counts };
}

/** A mark of which an older version stored less. */
export function unknownMark(bootId: number): BootMark {
  return { ...newMark(bootId), published: null };
}

export function markOf(marks: readonly BootMark[], bootId: number): BootMark | undefined {
  return marks.find((mark) => mark.bootId === bootId);
}

/**
 * The marks with this one as the last used. The one that was not used for longest makes room, not the one with the
 * least id: a device that replaces another may count its boots from anywhere.
 */
export function withMark(marks: readonly BootMark[], mark: BootMark): readonly BootMark[] {
  return [...marks.filter((other) => other.bootId !== mark.bootId), mark].slice(-MAX_BOOTS);
}
