// @ts-check
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { textOf } from "../setup/stamp.mjs";
import { note, ok, problem } from "./finding.mjs";

/** @typedef {import("./finding.mjs").Finding} Finding */

const MB = 1024 * 1024;
/** Measured: all processes together hold 1.1 GB. */
const MEMORY_MB = 1_200;
/** Jars, packages and some hours of data. */
const DISK_MB = 2_048;
/** 92 stations: a line per device, sockets, one file per ring. */
const FILES = 2_048;
/** One per device: 230 sensors and two turnstiles per station. */
const PTYS = 414;
/** Kafka refuses a record that is an hour ahead. */
const EARLIEST = Date.UTC(2025, 0, 1);

/**
 * Space where state lives, and whether this process may use it: a quota or a limit of file sizes does not show in the
 * figures, so something is written.
 *
 * @param {string} home - the state folder; it need not exist
 * @param {(folder: string) => number} [freeBytes]
 * @returns {Finding}
 */
export function diskFinding(home, freeBytes = free) {
  let folder = home;
  while (!existsSync(folder)) folder = dirname(folder);
  const freeMb = Math.floor(freeBytes(folder) / MB);
  const fix = "Free some space, or put the state elsewhere: ELEVATED_HOME=/another/disk npm start";
  if (freeMb < DISK_MB)
    return problem("disk", `${freeMb} MB free below ${folder}, ${DISK_MB} are needed`, fix);
  try {
    tryWriting(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return problem(
      "disk",
      `${freeMb} MB free below ${folder}, but nothing can be written: ${reason}`,
      `${fix} (ulimit -f and quotas count too)`,
    );
  }
  return ok("disk", `${Math.floor(freeMb / 1024)} GB free below ${folder}`);
}

/** @param {string} folder */
const free = (folder) => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

/** @param {string} folder */
function tryWriting(folder) {
  const trial = mkdtempSync(join(folder, ".doctor-"));
  try {
    writeFileSync(join(trial, "trial"), Buffer.alloc(4 * MB));
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

/**
 * @param {string | null} meminfo - /proc/meminfo
 * @param {{ readonly max: string | null, readonly current: string | null }} [group] - the control group's files
 * @returns {Finding}
 */
export function memoryFinding(meminfo, group = { max: null, current: null }) {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo ?? "")?.[1] ?? Number.NaN) / 1024;
  const left = (Number(group.max) - Number(group.current ?? 0)) / MB;
  const limited = group.max !== null && Number.isFinite(Number(group.max));
  const mb = Math.floor(limited ? Math.min(left, available || left) : available);
  if (Number.isNaN(mb)) return note("memory", "unknown on this system");
  if (mb >= MEMORY_MB) return ok("memory", `${mb} MB available`);
  return problem(
    "memory",
    `${mb} MB available, ${MEMORY_MB} are needed`,
    "End other programs, or start less: npm start -- --lines red",
  );
}

/**
 * @param {string | null} limits - /proc/self/limits
 * @returns {Finding}
 */
export function filesFinding(limits) {
  const text = /^Max open files\s+(\S+)/m.exec(limits ?? "")?.[1];
  if (text === undefined) return note("open files", "unknown on this system");
  if (text === "unlimited" || Number(text) >= FILES) return ok("open files", `at most ${text} per process`);
  return problem(
    "open files",
    `at most ${text} per process, ${FILES} are needed`,
    `ulimit -n ${FILES * 4}, or LimitNOFILE= of the unit that starts this`,
  );
}

/**
 * @param {{ readonly max: string | null, readonly used: string | null, readonly device: boolean }} ptys - of
 * /proc/sys/kernel/pty, and whether /dev/ptmx is there
 * @returns {Finding}
 */
export function ptyFinding({ max, used, device }) {
  if (!device) {
    return problem(
      "terminals",
      "there is no /dev/ptmx: devices need pseudo-terminals",
      "Use Linux with devpts mounted at /dev/pts",
    );
  }
  const left = Number(max) - Number(used);
  if (max === null || Number.isNaN(left)) return note("terminals", "their limit is unknown on this system");
  if (left >= PTYS) return ok("terminals", `${left} pseudo-terminals free`);
  return problem(
    "terminals",
    `${left} pseudo-terminals free, ${PTYS} are needed for all lines`,
    "sysctl kernel.pty.max=4096, or fewer devices: npm start -- --lines red",
  );
}

/**
 * @param {number} now - epoch ms
 * @param {readonly { readonly server: string, readonly date: string }[]} answers - Date headers of servers that
 * answered just now
 * @returns {Finding}
 */
export function clockFinding(now, answers = []) {
  const fix = "Set the clock: timedatectl set-ntp true";
  if (now < EARLIEST) return problem("clock", `${new Date(now).toISOString()} is past`, fix);
  for (const { server, date } of answers) {
    const apart = Math.round((Date.parse(date) - now) / 1000);
    if (Math.abs(apart) > 30)
      return problem(
        "clock",
        `${server}'s clock is ${Math.abs(apart)} s ${apart > 0 ? "ahead" : "behind"}`,
        fix,
      );
  }
  return ok("clock", new Date(now).toISOString());
}

/**
 * @param {string} home
 * @returns {readonly Finding[]} all of the above, of this machine
 */
export function machineFindings(home) {
  const group = {
    max: textOf("/sys/fs/cgroup/memory.max"),
    current: textOf("/sys/fs/cgroup/memory.current"),
  };
  return [
    diskFinding(home),
    memoryFinding(textOf("/proc/meminfo"), group),
    filesFinding(textOf("/proc/self/limits")),
    ptyFinding({
      max: textOf("/proc/sys/kernel/pty/max"),
      used: textOf("/proc/sys/kernel/pty/nr"),
      device: existsSync("/dev/ptmx"),
    }),
  ];
}
