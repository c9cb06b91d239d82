import { readFile } from 'node:fs/promises';

/** Clock ticks of /proc/PID/stat. */
const TICK_MS = 10;

/** What a process has used so far, as Linux counts it. */
export interface ProcessFigures {
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** The most that it had at once. */
  readonly peakRssBytes: number;
  /** Sent to the disk, the page cache included; not what goes to sockets. */
  readonly writtenBytes: number;
}

export async function figuresOf(pid: number): Promise<ProcessFigures> {
  const [stat, status, io] = await Promise.all(
    ['stat', 'status', 'io'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  const fields = stat!.split(') ')[1]?.split(' ') ?? [];
  const kilobytes = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status!)?.[1] ?? 0) * 1024;
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    rssBytes: kilobytes('VmRSS'),
    peakRssBytes: kilobytes('VmHWM'),
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io!)?.[1] ?? 0),
  };
}
