import { useTexts } from "../state/language.tsx";

/** Entries per five minutes of the service clock as bars; a gap where no data came. */
export function Sparkline({ values }: { readonly values: readonly (number | null)[] }) {
  const texts = useTexts();
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const known = values.filter((value) => value !== null).length;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${values.length * 8} 40`}
      preserveAspectRatio="none"
      role="img"
      aria-label={texts.station.sparkline(known * 5, most)}
    >
      {values.map((value, i) =>
        value === null ? (
          <rect key={i} class="spark-gap" x={i * 8 + 1} y={38} width={6} height={1} />
        ) : (
          <rect
            key={i}
            class="spark-bar"
            x={i * 8 + 1}
            y={38 - (36 * value) / most}
            width={6}
            height={2 + (36 * value) / most}
          />
        ),
      )}
    </svg>
  );
}
