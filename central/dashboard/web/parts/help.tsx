import { useEffect, useRef } from "preact/hooks";
import { STORY_HREF } from "../state/route.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["← →", "along a line, or over the map"],
  ["↑ ↓", "to the line above or below"],
  ["T", "to the trains; arrows go from one to the next"],
  ["I", "to the incidents"],
  ["Enter", "open the station or the train"],
  ["Esc", "close it"],
  ["/", "find a station"],
  ["Space, Page", "in a replay, on its slider: play or pause, a minute on or back"],
  ["?", "this help"],
];

/** Every word of the page that a visitor may not know. */
const WORDS: readonly (readonly [string, string])[] = [
  ["Emulated service", "no real train: simulated hardware sends what real hardware would"],
  ["60× real time", "the service clock runs so much faster: a service minute takes a second"],
  ["service minute", "a minute of the service clock; headways and next stops are in these"],
  ["at the turnstiles", "entries that the turnstiles numbered"],
  ["in transit", "numbered, and on the way through agents, gateway and Kafka"],
  ["received once", "in Kafka's clean topic, where each entry is exactly once (dedup sees to it)"],
  ["totalled", "counted into its station's sum by ksql"],
  ["on your screen", "the sum of what this page has drawn"],
  ["replay", "the page as it was: made again from what Kafka holds, while the present goes on unseen"],
  ["late, offline, unknown", "a device that is slow to report; one that does not; one whose agent is gone"],
  ["headway", "the time between two trains that follow one another"],
  ["bunched, long gap", "under half, or over 1¾ of the even headway"],
  ["p95", "95 in 100 readings take less"],
  ["frames", "messages on a device's serial line"],
  ["numbered", "readings that a device gave a number, so that a missing one is known"],
  ["incident", "what needed attention for longer than a moment, from its beginning to its end"],
  ["dead letters", "records that cannot be read, kept aside with the reason"],
];

interface Props {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** What the keys do, and how to read the marks. */
export function Help({ open, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help" onClose={onClose}>
      <h2 id="help">How to read and use this page</h2>
      <dl>
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={STORY_HREF} onClick={onClose}>
          Follow one entry
        </a>{" "}
        from the turnstile to this page, byte by byte: how all of it works.
      </p>
      <h3>Words</h3>
      <dl class="help-words">
        {WORDS.map(([word, means]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <h3>Marks</h3>
      <p>
        A filled train was just seen at its stop. A hollow one is on its way: its place is computed from the
        usual pace of its line, and never past the next stop. A hatched one has not been seen for long. One
        with “!” is broken down or out of service.
      </p>
      <p>
        Bars under a line are the entries of its stations. A dashed ring means that a device there is silent.
      </p>
      <button type="button" class="control" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}
