import type { Component } from "./component.ts";

/**
 * The jars of `jars.sha256`, with what `jars.tsv` says of each.
 *
 * @throws Error that names the jars which only one of the two has.
 */
export function jarsOf(sums: string, table: string): readonly Component[] {
  const known = new Map(linesOf(table).map((line) => [line.split("\t")[0] ?? "", line.split("\t")] as const));
  const jars = linesOf(sums).map((line) => {
    const [sum = "", path = ""] = line.split(/ {2}/);
    const [, coordinates = "", license] = known.get(path) ?? [];
    return { path, sum, coordinates, license };
  });
  const unknown = jars.filter(({ coordinates }) => coordinates === "").map(({ path }) => path);
  const paths = new Set(jars.map(({ path }) => path));
  const gone = [...known.keys()].filter((path) => !paths.has(path));
  if (unknown.length + gone.length > 0) {
    throw new Error(`jars.tsv and jars.sha256 differ: ${[...unknown, ...gone].join(", ")}`);
  }
  return jars.map(({ sum, coordinates, license }) => {
    const [group = "", artifact = "", version = ""] = coordinates.split(":");
    return {
      kind: "maven",
      name: `${group}:${artifact}`,
      version,
      license,
      purl: `pkg:maven/${group}/${artifact}@${version}`,
      development: false,
      hashes: [{ alg: "SHA-256", content: sum }],
    };
  });
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}
