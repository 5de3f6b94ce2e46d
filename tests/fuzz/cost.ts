/** Processor time of this process, ms. Other processes do not count in it, whatever the machine is busy with. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
