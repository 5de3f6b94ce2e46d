import { useState } from "preact/hooks";

/** The link of this page, and paper. */
export function Share() {
  const [said, setSaid] = useState("");
  const copy = (): void => {
    // Only pages of this machine, or by HTTPS, may write to the clipboard.
    const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error("not allowed"));
    copied.then(
      () => setSaid("Copied."),
      () => setSaid(`This browser does not let a page copy. The link: ${location.href}`),
    );
  };
  return (
    <p class="incident-share">
      <button type="button" class="control" onClick={copy}>
        Copy link
      </button>{" "}
      <button type="button" class="control" onClick={() => print()}>
        Print
      </button>{" "}
      <span role="status">{said}</span>
    </p>
  );
}
