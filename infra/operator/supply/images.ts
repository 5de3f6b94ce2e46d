import type { Component } from "./component.ts";

/** What stands for a value in a compose file or a Dockerfile. */
type Variables = Readonly<Record<string, string>>;

/** `NAME=value` lines, as in `.env`. */
export function variablesOf(env: string): Variables {
  return Object.fromEntries(
    [...env.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/**
 * The images of others that compose files and Dockerfiles name, each once.
 *
 * @param texts - their contents. `ARG NAME=value` counts as a variable too; stages of a file's own are left out.
 */
export function imagesOf(texts: readonly string[], variables: Variables): readonly Component[] {
  const found = new Map<string, Component>();
  for (const text of texts) {
    const known = { ...argumentsOf(text), ...variables };
    const stages = new Set([...text.matchAll(/^FROM .* AS (\S+)/gim)].map(([, name]) => name));
    const named = [...text.matchAll(/^\s*image: (\S+)|^FROM (\S+)|--from=(\S+)/gim)];
    for (const [, image, base, source] of named) {
      const reference = filled(image ?? base ?? source ?? "", known);
      if (stages.has(reference) || /^elevated/.test(reference)) continue;
      const component = imageOf(reference);
      found.set(component.purl, component);
    }
  }
  return [...found.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

function argumentsOf(text: string): Variables {
  return Object.fromEntries(
    [...text.matchAll(/^ARG (\w+)=(\S+)/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

function filled(text: string, variables: Variables): string {
  return text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => variables[name] ?? whole);
}

/** `repository:tag@sha256:…` */
function imageOf(reference: string): Component {
  const [tagged = "", digest] = reference.split("@sha256:");
  const colon = tagged.lastIndexOf(":");
  const [name, version] = colon > 0 ? [tagged.slice(0, colon), tagged.slice(colon + 1)] : [tagged, "latest"];
  const at = digest === undefined ? version : `sha256:${digest}`;
  return {
    kind: "image",
    name,
    version,
    license: undefined,
    purl: `pkg:oci/${name.split("/").at(-1)}@${encodeURIComponent(at)}?repository_url=${encodeURIComponent(name)}`,
    development: false,
    hashes: digest === undefined ? [] : [{ alg: "SHA-256", content: digest }],
  };
}
