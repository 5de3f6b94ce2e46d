import { RECENT } from "./use-recent.ts";

const HEIGHT = 12;

/** A minute of one hop's rate as a line; broken where there was no data. The newest is at the right. */
export function Trace({ values }: { readonly values: readonly (number | null)[] }) {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  let pen = "M";
  let path = "";
  values.forEach((value, i) => {
    if (value !== null)
      path += `${pen}${RECENT - values.length + i} ${(HEIGHT - 1 - ((HEIGHT - 2) * value) / most).toFixed(1)}`;
    pen = value === null ? "M" : "L";
  });
  return (
    <svg class="trace" viewBox={`0 0 ${RECENT - 1} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path || "M0 0"} />
    </svg>
  );
}
