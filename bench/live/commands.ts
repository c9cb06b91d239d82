import { readFile } from 'node:fs/promises';
import { burnwatch, type CliOptions } from '../../test/support/cli.ts';
import { SECOND_MS } from '../../src/model/time.ts';

/** Clock ticks of /proc/PID/stat. */
const TICK_MS = 10;
const RUNS = 3;

/** CPU time of a command, the least of a few runs: the first one fills caches. @throws Error where it fails */
export async function commandCpuSeconds(
  args: readonly string[],
  options: CliOptions,
): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < RUNS; run += 1) {
    const before = await endedChildrenMs();
    const { code, stderr } = await burnwatch(args, options);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    least = Math.min(least, (await endedChildrenMs()) - before);
  }
  return least / SECOND_MS;
}

/** Of processes that this one has started, and that have ended. */
async function endedChildrenMs(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8');
  const fields = stat.split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
