import { readFileSync } from "node:fs";

/** A process's memory of its own in bytes: what it allocated, without the files it has mapped. Linux only. */
export function anonymousMemoryOf(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

/** Processor time a process has used so far, s. Linux counts it in hundredths of a second for programs. */
export function processorSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
