import { openDeliveryStore } from '../../src/engines/openHistory.ts';
import { startSlackStandIn } from '../../demo/slack/startSlackStandIn.ts';
import { formatTime, MINUTE_MS, SECOND_MS } from '../../src/model/time.ts';
import { burnwatch, startBurnwatch, type CliProcess } from './cli.ts';
import { TestClock } from './clock.ts';
import { startCutProxy, type CutProxy } from './cutProxy.ts';
import { sealedUpTo } from './daemon.ts';
import { dumpHistory } from './dumpHistory.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { query, startPostgres } from '../../demo/postgresServer.ts';
import { TempFolder } from './tempFolder.ts';
import { slackConfig, startTestCluster, writeConfig } from './testCluster.ts';
import { eventually, until } from './waiting.ts';

/** A way for the leader to fail, and what came of it. */
export interface FailoverRow {
  readonly failure: string;
  /** From the failure until another process led. */
  readonly seconds: number;
  /** Until it had sealed the window that was due. */
  readonly sealedAfterSeconds: number;
  /** How the old leader ended; null where it was killed, or went on. */
  readonly oldEndedWith: number | null;
  /** What pages of the standby answered meanwhile. */
  readonly standbyPage: number;
}

export interface FailoverResult {
  readonly rows: readonly FailoverRow[];
  /** Texts of Slack’s messages about the miner. */
  readonly said: readonly string[];
  /** The history, and what one process that nothing happened to makes of the same data. */
  readonly dump: readonly string[];
  readonly undisturbed: readonly string[];
  readonly log: string;
}

const WINDOW = 5 * MINUTE_MS;

interface Replica extends AsyncDisposable {
  readonly process: CliProcess;
  readonly proxy: CutProxy;
}

/**
 * Two processes on one PostgreSQL with a real Prometheus and a Slack of our own. The leader fails in one way after the
 * other; after each, one more window is due, and a new standby takes the place of the one that leads now.
 */
export async function runFailovers(): Promise<FailoverResult> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startTestCluster({ hours: 28, minerFromHour: 25 }));
  const server = stack.use(await startPostgres());
  const slack = await startSlackStandIn({
    channels: [{ name: 'cloud-cost' }, { name: 'security' }],
    rates: null,
  });
  stack.defer(() => slack.close());
  const folder = stack.use(new TempFolder());
  const url = await server.database();
  const port = new URL(url).port;
  const more = {
    schedule: { cycle: '* * * * * *', settle: '10s' },
    notifications: { preview: 'off' },
    slack: slackConfig(slack),
  };
  let due = cluster.end - 8 * WINDOW;
  const clock = new TestClock(folder.file('clock'), due + 11 * SECOND_MS);
  const backfill = async (cwd: string, end: number) => {
    const span = ['--from', formatTime(cluster.start + WINDOW), '--to', formatTime(end)];
    const { code, stderr } = await burnwatch(['backfill', ...span, '--no-notify'], { cwd });
    if (code !== 0) throw new Error(stderr);
  };
  using alone = new TempFolder();
  await writeConfig(alone.path, cluster.url, more);
  await backfill(alone.path, cluster.end);
  await writeConfig(folder.path, cluster.url, { ...more, history: { url } });
  await backfill(folder.path, due);

  const processes: CliProcess[] = [];
  const proxies: CutProxy[] = [];
  const start = async (): Promise<Replica> => {
    const proxy = stack.use(await startCutProxy(Number(port)));
    proxies.push(proxy);
    const own = stack.use(new TempFolder());
    const history = { url: url.replace(`:${port}/`, `:${proxy.port}/`) };
    await writeConfig(own.path, cluster.url, { ...more, history });
    const options = { cwd: own.path, env: clock.env };
    const process = stack.use(startBurnwatch(['run', '--log-format', 'text'], options));
    processes.push(process);
    return { process, proxy, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
  };
  const pageOf = async ({ process }: Replica): Promise<number> => {
    const [, pages = ''] = /stands by \(pages=(\S+)/.exec(process.stderr) ?? [];
    const { status } = await eventually(
      () => fetch(`${pages}/`),
      (answer) => answer.status !== 503,
    );
    return status;
  };
  const next = () => {
    due += WINDOW;
    clock.set(due + 11 * SECOND_MS);
  };

  let leader = await start();
  await leader.process.shows(/Burnwatch is running/);
  const rows: FailoverRow[] = [];
  const fail = async (
    failure: string,
    how: () => Promise<void> | void,
    heal: () => Promise<number | null>,
  ): Promise<void> => {
    const standby = await start();
    await standby.process.shows(/Burnwatch stands by/);
    const standbyPage = await pageOf(standby);
    const at = performance.now();
    const since = () => (performance.now() - at) / SECOND_MS;
    await how();
    await standby.process.shows(/Burnwatch is running/);
    const seconds = since();
    next();
    await standby.process.shows(sealedUpTo(due));
    const sealedAfterSeconds = since();
    const oldEndedWith = await heal();
    rows.push({ failure, seconds, sealedAfterSeconds, oldEndedWith, standbyPage });
    leader = standby;
  };
  const endOf = (old: Replica) => async () => (await old.process.ended).code;

  // The miner’s message is in Slack, and the process that sent it never learns so.
  slack.faults.add({
    methods: ['chat.postMessage'],
    channel: '#security',
    kind: 'slow-answer',
    ms: 600_000,
    times: 1,
  });
  next();
  await leader.process.shows(sealedUpTo(due));
  await until('the message', () => slack.messages('#security').length > 0);
  const first = leader;
  await fail(
    'killed (SIGKILL) with a message on its way',
    () => first.process.kill('SIGKILL'),
    async () => null,
  );

  const second = leader;
  await fail(
    'paused (SIGSTOP)',
    () => second.process.kill('SIGSTOP'),
    async () => {
      second.process.kill('SIGCONT');
      return endOf(second)();
    },
  );

  const third = leader;
  await fail(
    'cut off from the database',
    () => third.proxy.cut(),
    async () => {
      third.proxy.heal();
      return endOf(third)();
    },
  );

  const fourth = leader;
  await fail('ended (SIGTERM)', () => fourth.process.kill('SIGTERM'), endOf(fourth));

  const at = performance.now();
  await server.stop('immediate');
  await server.start();
  next();
  await leader.process.shows(sealedUpTo(due));
  const seconds = (performance.now() - at) / SECOND_MS;
  rows.push({
    failure: 'the database crashed and started again',
    seconds: 0,
    sealedAfterSeconds: seconds,
    oldEndedWith: null,
    standbyPage: 200,
  });
  // A server that fails is replaced by its copy, which has all that was committed; the address follows.
  const { copy, promote } = await server.follow();
  next();
  await leader.process.shows(sealedUpTo(due));
  await until('the copy to have what is committed', async () => {
    const sql = 'SELECT sync_state AS state FROM pg_stat_replication';
    return (await query<{ state: string }>(url, sql))[0]?.state === 'sync';
  });
  const failedAt = performance.now();
  await server.stop('immediate');
  await promote();
  for (const proxy of proxies) proxy.turnTo(Number(new URL(copy.url('')).port));
  next();
  await leader.process.shows(sealedUpTo(due));
  rows.push({
    failure: 'the database fails over to its synchronous copy',
    seconds: 0,
    sealedAfterSeconds: (performance.now() - failedAt) / SECOND_MS,
    oldEndedWith: null,
    standbyPage: 200,
  });
  // Claims of processes that vanished are looked for two minutes later.
  clock.set(due + 4 * MINUTE_MS);
  const location = postgresLocation(copy.url(new URL(url).pathname.slice(1)), 'test');
  const deliveries = await openDeliveryStore(location);
  const unsent = async () =>
    (
      await Promise.all(
        (['pending', 'sending', 'dead'] as const).map((state) => deliveries.deliveries(state, 10)),
      )
    ).flat();
  await until('all messages to be sent', async () => (await unsent()).length === 0);
  await deliveries.close();
  leader.process.kill('SIGTERM');
  await leader.process.ended;
  return {
    rows,
    said: slack.messages('#security').map(({ text }) => text),
    dump: await dumpHistory(location),
    undisturbed: await dumpHistory(alone.file('burnwatch.db')),
    log: processes.map(({ stderr }) => stderr).join('\n---\n'),
  };
}
