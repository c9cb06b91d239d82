/**
 * CPU time that this process has used, in milliseconds. What work costs is measured by it: unlike the
 * time on the wall it says the same while others use the machine, too.
 */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The same of the calling thread alone; of the whole process where Node does not tell (before 23.9). */
export function threadCpuMs(): number {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
  return (user + system) / 1_000;
}
