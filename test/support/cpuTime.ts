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

/** The longest that this thread computes without a turn of its event loop while `work` runs, in milliseconds of CPU. */
export async function longestTurnMs(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = threadCpuMs();
  const look = () => {
    const now = threadCpuMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const watch = setInterval(look, 1);
  try {
    await work();
    look();
    return longest;
  } finally {
    clearInterval(watch);
  }
}
