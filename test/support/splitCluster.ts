import { startPostgres } from '../../demo/postgresServer.ts';
import { formatTime, MINUTE_MS, SECOND_MS, type TimeMs } from '../../src/model/time.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { burnwatch, startBurnwatch, type CliProcess } from './cli.ts';
import { TestClock } from './clock.ts';
import { sealedUpTo, startDaemon } from './daemon.ts';
import { dumpHistory } from './dumpHistory.ts';
import { TempFolder } from './tempFolder.ts';
import { startTestCluster, writeConfig } from './testCluster.ts';
import { until } from './waiting.ts';

const WINDOW = 5 * MINUTE_MS;
/** Windows that are left for the processes to observe together. */
const WINDOWS = 18;

/** A cluster that several processes observe, and that one observes alone in the end. */
export interface SplitCluster extends AsyncDisposable {
  /** One more process that stands by. */
  standBy(): Promise<CliProcess>;
  /** Lets the process that leads and those given load another configuration, which gives the same rows. */
  reload(standbys: readonly CliProcess[]): Promise<void>;
  /** Seals one more window; resolves with how many processes helped to observe it. */
  sealNext(): Promise<number>;
  /** Seals windows until so many helped with one: who stands by is known after a moment. */
  sealWith(helpers: number): Promise<void>;
  /** Ends all of them: the history that they made, and the one that a process alone makes of the same metrics. */
  compare(): Promise<{ readonly apart: readonly string[]; readonly whole: readonly string[] }>;
}

/** Five namespaces with a miner and a rollout, on a real Prometheus and PostgreSQL, and the process that leads. */
export async function startSplitCluster(): Promise<SplitCluster> {
  await using made = new AsyncDisposableStack();
  const rollout = { minerFromHour: 1, rolloutAtHour: 2 };
  const cluster = made.use(await startTestCluster({ hours: 4, containers: 110, ...rollout }));
  const server = made.use(await startPostgres());
  const folder = made.use(new TempFolder());
  const alone = made.use(new TempFolder());
  const url = await server.database();
  const more = { schedule: { cycle: '* * * * * *', settle: '10s' } };
  let due: TimeMs = cluster.end - WINDOWS * WINDOW;
  const clock = new TestClock(folder.file('clock'), due + 11 * SECOND_MS);
  await writeConfig(alone.path, cluster.url, more);
  const shared = { ...more, history: { url, standbys: 'collect' } };
  await writeConfig(folder.path, cluster.url, shared);
  const fill = async (cwd: string): Promise<void> => {
    const span = ['--from', formatTime(cluster.start + WINDOW), '--to', formatTime(due)];
    const { code, stderr } = await burnwatch(['backfill', ...span, '--no-notify'], { cwd });
    if (code !== 0) throw new Error(stderr);
  };
  await fill(folder.path);
  const options = { cwd: folder.path, env: clock.env };
  const leader = made.use(await startDaemon(options));
  const sealNext = async (): Promise<number> => {
    due += WINDOW;
    if (due > cluster.end) throw new Error(`no window is left:\n${leader.process.stderr}`);
    clock.set(due + 11 * SECOND_MS);
    await leader.process.shows(sealedUpTo(due));
    return Number(/^burnwatch_helpers (\d+)$/m.exec(await leader.metrics())?.[1]);
  };
  const all = made.move();
  return {
    standBy: async () => {
      const standby = all.use(startBurnwatch(['run', '--log-format', 'text'], options));
      await standby.shows(/Burnwatch stands by/);
      return standby;
    },
    reload: async (standbys) => {
      const schedule = { ...more.schedule, settle: '9s' };
      await writeConfig(folder.path, cluster.url, { ...shared, schedule });
      for (const each of [leader.process, ...standbys]) {
        each.kill('SIGHUP');
        await each.shows(/Configuration reloaded/);
      }
    },
    sealNext,
    sealWith: (helpers) => until(`${helpers} helpers`, async () => (await sealNext()) >= helpers),
    compare: async () => {
      await fill(alone.path);
      await leader[Symbol.asyncDispose]();
      return {
        apart: plain(await dumpHistory(postgresLocation(url, 'test'))),
        whole: plain(await dumpHistory(alone.file('burnwatch.db'))),
      };
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Without what says how a window was sealed, and not what is in it. */
function plain(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !/^meta .*(hours|windows)_from/.test(line))
    .map((line) => line.replace(/"muted":[01]/, '').replace(/"suppressed":[01]/, ''));
}
