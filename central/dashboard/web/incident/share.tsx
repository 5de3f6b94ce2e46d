import { useState } from "preact/hooks";
import { useTexts } from "../state/language.tsx";

/** The link of this page, and paper. */
export function Share() {
  const { incident } = useTexts();
  const [said, setSaid] = useState("");
  const copy = (): void => {
    // Only pages of this machine, or by HTTPS, may write to the clipboard.
    const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error("not allowed"));
    copied.then(
      () => setSaid(incident.copied),
      () => setSaid(incident.notCopied(location.href)),
    );
  };
  return (
    <p class="incident-share">
      <button type="button" class="control" onClick={copy}>
        {incident.copyLink}
      </button>{" "}
      <button type="button" class="control" onClick={() => print()}>
        {incident.print}
      </button>{" "}
      <span role="status">{said}</span>
    </p>
  );
}
