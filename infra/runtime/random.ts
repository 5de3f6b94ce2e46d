/** Numbers in [0, 1), the same for the same seed. */
export type Random = () => number;

/** A generator for a purpose: the same seed and label give the same numbers, other labels independent ones. */
export function seededRandom(seed: number, label = ""): Random {
  let [a, b, c, d] = hash128(`${seed}/${label}`);
  // sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes BigCrush.
  return () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 0x1_0000_0000;
  };
}

/** FNV-1a, four times with different offsets, each mixed to the end. */
function hash128(text: string): [number, number, number, number] {
  const lane = (offset: number): number => {
    let h = offset;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) | 0;
  };
  return [lane(0x811c9dc5), lane(0x01234567), lane(0x89abcdef), lane(0x5bd1e995)];
}

/** How many events of a Poisson process with this mean (Knuth for small means, normal approximation above 30). */
export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 30) {
    const z = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * z));
  }
  const limit = Math.exp(-mean);
  let k = 0;
  for (let p = random(); p > limit; p *= random()) k++;
  return k;
}

/** A time until the next event of a Poisson process, in the unit of `mean`. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
