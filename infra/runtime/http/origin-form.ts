/** `http://host/path` is as good as `/path` (RFC 9112 §3.2.2); HTTP/2 knows only the latter. */
export function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const absolute = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1];
  if (absolute === undefined) return target;
  return absolute.startsWith("/") ? absolute : `/${absolute}`;
}

/** The host that a target in absolute form names: it stands above the header Host. undefined: the target names none. */
export function authorityOf(target: string): string | undefined {
  return /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
}
