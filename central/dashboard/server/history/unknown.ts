/** What was read for a moment. */
export interface ReadOf {
  /** Were the entries counted? */
  readonly entries: "counted" | "counting" | "unknown";
  /** Devices and agents that spoke in the time before. */
  readonly devices: number;
  /** Devices that the present knows. */
  readonly devicesNow: number;
  /** Did readings come in the time before? Then their devices were there too. */
  readonly readings: boolean;
  readonly verdict: boolean;
}

/** What a page of a moment does not show though there was something, in sentences. */
export function unknownOf({ entries, devices, devicesNow, readings, verdict }: ReadOf): readonly string[] {
  const lacking: string[] = [];
  if (entries === "counting")
    lacking.push("Entries are still being counted back to this moment: ask again, it goes on from there.");
  if (entries === "unknown")
    lacking.push(
      "Entries are not known: Kafka has deleted older ones, and the sums do not say how far they are.",
    );
  if (readings && devices === 0)
    lacking.push("What devices and agents said then is gone: Kafka keeps only the newest word of each.");
  else if (readings && devices < devicesNow)
    lacking.push(
      `Of ${devicesNow - devices} of ${devicesNow} devices Kafka no longer has what they said then.`,
    );
  if (!verdict) lacking.push("What the auditor said then is gone: Kafka keeps only its newest word.");
  return lacking;
}
