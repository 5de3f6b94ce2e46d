/**
 * What can go wrong with a device or its line.
 *
 * Lasting ones are in force until they heal: unplug (the line is gone), hang (open, but nothing moves), babble (endless
 * noise instead of frames), noise (bit errors), cut (bytes get lost), duplicate (each frame several times).
 * The others happen once: reboot, late (a reboot, after which frames of the old boot still arrive), and replace (another chip
 * of the same name, with an empty memory: what waited in the old one is gone with it).
 */
export const LASTING = ["unplug", "hang", "babble", "noise", "cut", "duplicate"] as const;
export const ONCE = ["reboot", "late", "replace"] as const;
export const FAULT_KINDS = [...LASTING, ...ONCE] as const;

export type LastingKind = (typeof LASTING)[number];
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Strength where none is given: bit error rate, share of bytes lost, copies of each frame. */
export const DEFAULT_STRENGTH: Readonly<Record<"noise" | "cut" | "duplicate", number>> = {
  noise: 1e-4,
  cut: 1e-3,
  duplicate: 3,
};

export function isLasting(kind: FaultKind): kind is LastingKind {
  return (LASTING as readonly string[]).includes(kind);
}
