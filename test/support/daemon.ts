import { startBurnwatch, type CliOptions, type CliProcess } from './cli.ts';

/** A daemon that runs, and where its listeners are. */
export interface Daemon extends AsyncDisposable {
  readonly process: CliProcess;
  readonly pages: string;
  readonly probes: string;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
}

/** Starts `burnwatch run` and waits until it runs. */
export async function startDaemon(options: CliOptions): Promise<Daemon> {
  const process = startBurnwatch(['run', '--log-format', 'text'], options);
  try {
    await process.shows(/Burnwatch runs/);
    const [, pages = '', probes = ''] =
      /Burnwatch runs.*?pages=(\S+?) probes=([^\s)]+)/.exec(process.stderr) ?? [];
    return {
      process,
      pages,
      probes,
      metrics: async () => (await fetch(`${probes}/metrics`)).text(),
      [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
    };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

/** Asks again and again until `holds`. @throws with the last answer after `timeoutMs`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  timeoutMs = 20_000,
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`still not after ${timeoutMs} ms: ${String(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
