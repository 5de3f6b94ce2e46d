import { CodedError } from "../errors.ts";

/** Serial lines over TCP (docs/serial-protocol.md, "Lines over TCP"): one port, and a first line that says what for. */
export const TCP_LINK = {
  /** An empty line on each connection that lists, ms, so that a dead one is noticed. */
  beatMs: 2_000,
  /** A list that says nothing for this long is dead, ms. */
  silenceMs: 7_000,
  /** A client must have asked within this time, ms. */
  askMs: 5_000,
  /** The longest line there may be, bytes, without its end. */
  lineBytes: 64,
} as const;

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** What a client asks for with its first line. */
export type TcpRequest =
  | { readonly kind: "list"; readonly stationId: number }
  | { readonly kind: "open"; readonly deviceId: string };

/** `tcp://host:port`; undefined when it is none. */
export function parseTcpAddress(text: string): TcpAddress | undefined {
  const [, host, port] = /^tcp:\/\/(\[[0-9A-Fa-f:.]+\]|[^\s/:@?#]+):(\d{1,5})\/?$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

function tcpUrl({ host, port }: TcpAddress): string {
  return `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** What an agent calls a device's line; read again by `parseLinePath`. */
export function linePath(address: TcpAddress, deviceId: string): string {
  return `${tcpUrl(address)}/${deviceId}`;
}

/** @throws {CodedError} CONFIG_INVALID */
export function parseLinePath(path: string): { readonly address: TcpAddress; readonly deviceId: string } {
  const cut = path.lastIndexOf("/");
  const address = parseTcpAddress(path.slice(0, cut));
  if (address) return { address, deviceId: path.slice(cut + 1) };
  throw new CodedError("CONFIG_INVALID", {
    message: `"${path}" is no line over TCP: it looks like tcp://host:port/device`,
    retryable: false,
    context: { path },
  });
}

export function printRequest(request: TcpRequest): string {
  return request.kind === "list" ? `LIST ${request.stationId}\n` : `OPEN ${request.deviceId}\n`;
}

/** undefined: nothing that may be asked. */
export function parseRequest(line: string): TcpRequest | undefined {
  const [, verb, what = ""] = /^(LIST|OPEN) ([!-~]{1,32})$/.exec(line) ?? [];
  if (verb === "OPEN") return { kind: "open", deviceId: what };
  if (verb === "LIST" && /^\d{1,9}$/.test(what)) return { kind: "list", stationId: Number(what) };
  return undefined;
}

/**
 * The first line of what has come so far, without its end.
 *
 * @returns null while its end has not come.
 * @throws {CodedError} WIRE_INVALID when it is longer than any line may be: what comes is something else.
 */
export function firstLine(bytes: Buffer): { readonly line: string; readonly rest: Buffer } | null {
  const end = bytes.indexOf(0x0a);
  if (end > TCP_LINK.lineBytes || (end < 0 && bytes.length > TCP_LINK.lineBytes)) {
    throw new CodedError("WIRE_INVALID", {
      message: `a line of more than ${TCP_LINK.lineBytes} bytes where a request or an answer belongs`,
      retryable: false,
      context: { begins: bytes.toString("latin1", 0, TCP_LINK.lineBytes) },
    });
  }
  if (end < 0) return null;
  const line = bytes.toString("latin1", 0, end).replace(/\r$/, "");
  return { line, rest: bytes.subarray(end + 1) };
}
