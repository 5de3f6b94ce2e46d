import { useEffect, useRef } from "preact/hooks";

const KEYS: readonly (readonly [string, string])[] = [
  ["← →", "along a line, or over the map"],
  ["↑ ↓", "to the line above or below"],
  ["T", "to the trains; arrows go from one to the next"],
  ["Enter", "open the station or the train"],
  ["Esc", "close it"],
  ["/", "find a station"],
  ["?", "this help"],
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
