import { expect, it } from 'vitest';
import { startPostgres } from '../../demo/postgresServer.ts';
import { startSlackStandIn } from '../../demo/slack/startSlackStandIn.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { formatTime, MINUTE_MS, SECOND_MS } from '../../src/model/time.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { burnwatch, startBurnwatch } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { sealedUpTo } from '../support/daemon.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { slackConfig, startTestCluster, writeConfig } from '../support/testCluster.ts';
import { until } from '../support/waiting.ts';

const WINDOW = 5 * MINUTE_MS;
const MINER = 'registry.example.com/xmrig:6.22';
const MEMBERS = ['prod-eu', 'prod-us'] as const;

it('two processes of a fleet that see one image mine have one common finding, which the first one sends', async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startPostgres());
  const url = await server.database();
  const slack = await startSlackStandIn({
    channels: [{ name: 'cloud-cost' }, { name: 'security' }],
    rates: null,
  });
  stack.defer(() => slack.close());
  const [eu, us] = [
    stack.use(await startTestCluster({ hours: 28, minerFromHour: 25.5, minerImage: MINER })),
    stack.use(await startTestCluster({ hours: 28, minerFromHour: 26.5, minerImage: MINER })),
  ];
  const clock = new TestClock(stack.use(new TempFolder()).file('clock'), 0);
  let due = eu.start + 26 * 60 * MINUTE_MS;
  clock.set(due + 11 * SECOND_MS);
  const folders = new Map<string, string>();
  for (const [cluster, { url: prometheus, start }] of [
    ['prod-eu', eu],
    ['prod-us', us],
  ] as const) {
    const { path: cwd } = stack.use(new TempFolder());
    folders.set(cluster, cwd);
    await writeConfig(cwd, prometheus, {
      cluster,
      history: { url, fleet: MEMBERS },
      schedule: { cycle: '* * * * * *', settle: '10s' },
      notifications: { preview: 'off' },
      slack: slackConfig(slack),
    });
    const span = ['--from', formatTime(start + WINDOW), '--to', formatTime(due)];
    const { code, stderr } = await burnwatch(['backfill', ...span, '--no-notify'], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining('sealed')]);
  }
  const daemons = MEMBERS.map((cluster) =>
    stack.use(
      startBurnwatch(['run', '--log-format', 'text'], {
        cwd: folders.get(cluster)!,
        env: clock.env,
      }),
    ),
  );
  for (const daemon of daemons) await daemon.shows(/Burnwatch is running/);
  const common = async (cluster: string) => {
    const reader = await openHistoryReader(postgresLocation(url, cluster));
    const query = { state: 'all', kind: 'cryptojacking', since: null, namespaces: null } as const;
    const found = (await reader.findings(query)).filter(({ rule }) => rule === 'image-in-clusters');
    await reader.close();
    return found;
  };
  while (due < eu.end) {
    due += WINDOW;
    clock.set(due + 11 * SECOND_MS);
    for (const daemon of daemons) await daemon.shows(sealedUpTo(due));
  }
  const texts = () => slack.messages('#security').map(({ text }) => text);
  await until(
    'the message of the fleet',
    () => texts().some((text) => text.includes('2 clusters')),
    () => texts().join('\n'),
  );
  const [found, ...more] = await common('prod-eu');
  expect(found?.summary).toContain('looks like mining in 2 clusters');
  expect([more, await common('prod-us')]).toEqual([[], []]);
  expect(texts().filter((text) => text.includes('2 clusters'))).toHaveLength(1);
  expect(new Set(texts()).size).toBe(texts().length);
  for (const daemon of daemons) {
    daemon.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  }
});
