import { io, type Socket } from "socket.io-client";
import type {
  Delta,
  PageEvents,
  PageState,
  PageTables,
  ServerEvents,
  Snapshot,
} from "../../schemas/page/page.ts";

/** A page without a browser: applies snapshots and deltas, and says what it has "drawn", as the real page does. */
export interface Viewer {
  /** The state as it would be on the screen; undefined before the first snapshot. */
  readonly state: PageState | undefined;
  /** Sum of the entries of all stations that have data. */
  readonly entries: number;
  /** Deltas that did not fit what was there. */
  readonly gaps: number;
  close(): void;
}

/** @param url - the dashboard's, for example `http://127.0.0.1:8888`. */
export function openViewer(url: string): Viewer {
  const socket: Socket<ServerEvents, PageEvents> = io(url, {
    transports: ["websocket"],
    reconnectionDelayMax: 500,
  });
  let state: PageState | undefined;
  let instance = "";
  let version = -1;
  let gaps = 0;
  const entries = (): number => Object.values(state?.entries ?? {}).reduce((sum, n) => sum + n, 0);
  const drawn = (): void => {
    const known = Object.keys(state?.entries ?? {}).length > 0;
    socket.emit("shown", { version, entries: known ? entries() : null });
  };
  socket.on("snapshot", (snapshot: Snapshot) => {
    ({ instance, version, state } = snapshot);
    drawn();
  });
  socket.on("delta", (delta: Delta) => {
    if (!state || delta.from !== version || instance === "") {
      gaps++;
      socket.emit("resync");
      return;
    }
    state = applied(state, delta);
    version = delta.to;
    drawn();
  });
  return {
    get state() {
      return state;
    },
    get entries() {
      return entries();
    },
    get gaps() {
      return gaps;
    },
    close: () => void socket.close(),
  };
}

const TABLES = ["stations", "entries", "trains", "devices"] as const satisfies readonly (keyof PageTables)[];

function applied(state: PageState, delta: Delta): PageState {
  const tables = Object.fromEntries(
    TABLES.map((name) => {
      const rows: Record<string, unknown> = { ...state[name], ...delta.set[name] };
      for (const key of delta.gone[name] ?? []) delete rows[key];
      return [name, rows];
    }),
  );
  return { ...state, ...tables, ...delta.facts } as PageState;
}
