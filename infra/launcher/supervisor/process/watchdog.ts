import { type ChildProcess, spawn } from "node:child_process";

/**
 * Reads `+ pid SIGNAL` and `- pid` lines. At the end of its input, which is the end of the supervisor however that
 * came about, it asks what is left to end, and five seconds later ends it.
 */
const SCRIPT = `
trap '' INT TERM HUP
left=
while read -r op pid signal; do
  case $op in
    +) left="$left $pid:$signal" ;;
    -) new=; for each in $left; do [ "\${each%%:*}" = "$pid" ] || new="$new $each"; done; left=$new ;;
  esac
done
for each in $left; do
  kill -s "\${each#*:}" "\${each%%:*}" 2>/dev/null
  # One that stands still hears it once it goes on.
  kill -s CONT "\${each%%:*}" 2>/dev/null
done
for second in 1 2 3 4 5; do
  alive=; for each in $left; do kill -0 "\${each%%:*}" 2>/dev/null && alive="$alive $each"; done
  left=$alive; [ -n "$left" ] || exit 0; sleep 1
done
for each in $left; do kill -s KILL "\${each%%:*}" 2>/dev/null; done
`;

/** Ends children that outlive a supervisor that was killed: also those that ignore their parent's end. */
export interface Watchdog {
  /** @param signal - how this process is asked to end, for example "TERM". */
  watch(pid: number, signal: string): void;
  forget(pid: number): void;
  close(): void;
}

/** A shell of its own session, so that a Ctrl+C in the terminal does not reach it. */
export function startWatchdog(): Watchdog {
  const shell: ChildProcess = spawn("/bin/sh", ["-c", SCRIPT], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // A shell that is gone cannot watch; the children's own ties to their parent remain.
  shell.on("error", () => {});
  shell.stdin?.on("error", () => {});
  shell.unref();
  return {
    watch: (pid, signal) => void shell.stdin?.write(`+ ${pid} ${signal}\n`),
    forget: (pid) => void shell.stdin?.write(`- ${pid}\n`),
    close: () => void shell.stdin?.end(),
  };
}
