/** What no Date can hold came from outside and is shown as the beginning of time. */
export function isoOf(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString();
}
