import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useTexts } from "../state/language.tsx";

interface Props {
  /** `DEVICE/BOOT/SEQ`, a device, or nothing. */
  readonly of: string;
}

/** Story mode, fetched when somebody first opens it. */
export function Story({ of }: Props) {
  const texts = useTexts();
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
      {failed ? texts.page.noPart : texts.page.opening}
    </p>
  );
}
