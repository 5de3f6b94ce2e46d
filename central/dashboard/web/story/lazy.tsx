import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Props {
  /** `DEVICE/BOOT/SEQ`, a device, or nothing. */
  readonly of: string;
}

/** Story mode, fetched when somebody first opens it. */
export function Story({ of }: Props) {
  const [View, setView] = useState<FunctionComponent<Props> | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    import("./view.tsx").then(
      ({ StoryView }) => setView(() => StoryView),
      () => setFailed(true),
    );
  }, []);
  if (View) return <View of={of} />;
  return (
    <p class="starting muted" role="status">
      {failed
        ? "This part of the page could not be loaded: the server may be newer. Load the page again."
        : "Opening"}
    </p>
  );
}
