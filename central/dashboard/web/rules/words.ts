/** Whole minutes of the service clock in so much time of the wall's; at real speed where it is unknown. */
export function minutes(wallMs: number, speed: number | null): number {
  return Math.round((wallMs * (speed ?? 1)) / 60_000);
}

/** The number on a train: RL003 → 3. */
export function trainNumber(id: string): string {
  return String(Number(id.replace(/\D/g, "") || 0));
}

/** The text of a key that a server sends. A key without a text is shown as it is. */
export function textOf(texts: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(texts, key) ? (texts[key] ?? key) : key;
}
