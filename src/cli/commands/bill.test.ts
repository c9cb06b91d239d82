import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS } from '../../model/time.ts';
import { runCommand, type Ran } from '../../../test/support/runCommand.ts';

const START = Date.UTC(2026, 9, 30);
let temp: TempHistory;
let config: string;
beforeAll(async () => {
  temp = new TempHistory();
  const path = await temp.record('history', madeUpWindows(SMALL_CLUSTER, START, 288), 288);
  config = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(
    config,
    `cluster: test\npricing: { basis: effective }\nhistory: { path: ${JSON.stringify(path)} }\n`,
  );
  writeFileSync(
    join(temp.folder, 'bill.csv'),
    [
      'BillingCurrency,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,ResourceId,ChargeCategory,ServiceCategory',
      ...[0, 1, 2].map(
        (node) => `USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,2.5,i-${node},Usage,Compute`,
      ),
    ].join('\n'),
  );
});
afterAll(() => temp[Symbol.dispose]());

async function run(...args: readonly string[]): Promise<Ran> {
  return runCommand([...args, '--config', config], () => START + 8 * DAY_MS);
}

it('a bill is imported, shown, closed, and what costs say', async () => {
  const file = join(temp.folder, 'bill.csv');
  const span = ['--from', '2026-10-30', '--to', '2026-10-31'];
  const before = await run('costs', ...span, '-o', 'json');
  expect(JSON.parse(before.out)).toMatchObject({ priceBasis: 'contracted', provisional: true });

  const imported = await run('bill', 'import', file, '--final');
  expect(imported).toMatchObject({ code: 0, err: '' });
  expect(imported.out).toBe(
    'Imported 3 charges of 1 days, 2026-10-30 to 2026-10-30: $7.50, 3 nodes named.\n2026-10 is closed.\n',
  );
  const costs = await run('costs', ...span, '--by', 'workload', '-o', 'json');
  expect(JSON.parse(costs.out)).toMatchObject({
    nodesCost: 7.5,
    provisional: false,
    unreconciledCost: 0,
  });
  const shown = await run('bill', 'show', '--from', '2026-10-01');
  expect(shown.out).toMatch(/^2026-10 +1 +yes +7\.50 +7\.50 +0\.00 /m);
  const again = await run('bill', 'import', file);
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(again.out).not.toContain('is closed.');
});

it('prices are shown as they were recorded', async () => {
  const { code, out } = await run('prices', '--recorded');
  expect(code).toBe(0);
  expect(out).toMatch(/^node-0 +m5\.2xlarge +- +on-demand +/m);
  expect(out).toContain('Price list: shipped aws prices, 2026-07-20, USD.');
});

it('bad usage of import says what is wrong', async () => {
  const { code, err } = await run('bill', 'import', 'x.csv', '--where', 'cluster');
  expect(code).toBe(2);
  expect(err).toContain('--where: "cluster" is not COLUMN=VALUE');
});
