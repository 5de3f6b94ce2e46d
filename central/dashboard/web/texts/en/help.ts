/** The help, and every word of the page that a visitor may not know. */
export const help = {
  title: "How to read and use this page",
  follow: "Follow one entry",
  followMore: "from the turnstile to this page, byte by byte: how all of it works.",
  wordsTitle: "Words",
  marksTitle: "Marks",
  marks:
    "A filled train was just seen at its stop. A hollow one is on its way: its place is computed from the usual pace of its line, and never past the next stop. A hatched one has not been seen for long. One with “!” is broken down or out of service.",
  bars: "Bars under a line are the entries of its stations. A dashed ring means that a device there is silent.",
  /** Names of keys, where they differ by language. */
  keyNames: { slider: "Space, Page", open: "Enter" },
  keys: {
    along: "along a line, or over the map",
    across: "to the line above or below",
    trains: "to the trains; arrows go from one to the next",
    incidents: "to the incidents",
    open: "open the station or the train",
    close: "close it",
    find: "find a station",
    slider: "in a replay, on its slider: play or pause, a minute on or back",
    help: "this help",
  },
  words: {
    emulated: ["Emulated service", "no real train: simulated hardware sends what real hardware would"],
    speed: ["60× real time", "the service clock runs so much faster: a service minute takes a second"],
    minute: ["service minute", "a minute of the service clock; headways and next stops are in these"],
    turnstiles: ["at the turnstiles", "entries that the turnstiles numbered"],
    transit: ["in transit", "numbered, and on the way through agents, gateway and Kafka"],
    once: ["received once", "in Kafka's clean topic, where each entry is exactly once (dedup sees to it)"],
    totalled: ["totalled", "counted into its station's sum by ksql"],
    screen: ["on your screen", "the sum of what this page has drawn"],
    replay: [
      "replay",
      "the page as it was: made again from what Kafka holds, while the present goes on unseen",
    ],
    health: [
      "late, offline, unknown",
      "a device that is slow to report; one that does not; one whose agent is gone",
    ],
    headway: ["headway", "the time between two trains that follow one another"],
    gaps: ["bunched, long gap", "under half, or over 1¾ of the even headway"],
    p95: ["p95", "95 in 100 readings take less"],
    frames: ["frames", "messages on a device's serial line"],
    numbered: ["numbered", "readings that a device gave a number, so that a missing one is known"],
    incident: ["incident", "what needed attention for longer than a moment, from its beginning to its end"],
    deadLetters: ["dead letters", "records that cannot be read, kept aside with the reason"],
  } satisfies Readonly<Record<string, readonly [string, string]>>,
};
