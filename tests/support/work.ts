/** Milliseconds of this process's own processor time that `work` takes: what other load on the machine leaves alone. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
