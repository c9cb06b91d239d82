import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS } from '../../model/time.ts';
import { runCommand } from '../../../test/support/runCommand.ts';

const START = Date.UTC(2026, 9, 28);
let temp: TempHistory;
let config: string;
beforeAll(async () => {
  temp = new TempHistory();
  const path = await temp.record('history', madeUpWindows(SMALL_CLUSTER, START, 4 * 288), 288);
  config = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(config, `cluster: test\nhistory: { path: ${JSON.stringify(path)} }\n`);
});
afterAll(() => temp[Symbol.dispose]());

async function run(...args: readonly string[]) {
  return runCommand(
    ['recommend', '--config', config, '--offline', ...args],
    () => START + 4 * DAY_MS,
  );
}

it('recommendations come from the history alone, the largest saving first', async () => {
  const { code, out } = await run('-o', 'json', '--all');
  expect(code).toBe(0);
  const { recommendations } = JSON.parse(out) as {
    recommendations: { savingPerMonth: number; days: number; proposed: object }[];
  };
  expect(recommendations).toHaveLength(8);
  expect(recommendations[0]).toMatchObject({ days: 4, confidence: 'low' });
  const money = recommendations.map(({ savingPerMonth }) => savingPerMonth);
  expect(money).toEqual(money.toSorted((a, b) => b - a));
});

it('one namespace, as patches', async () => {
  const { code, out } = await run('-n', 'ns-1', '-o', 'patch');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^kubectl --context test -n ns-1 patch deployment\/app-\d --type strategic -p '\{"spec"/m,
  );
  expect(out).not.toContain('ns-0');
});

it('refuses a namespace that the history never had', async () => {
  const { code, out, err } = await run('-n', 'ns-11', '-o', 'json');
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('there is no namespace ns-11 (did you mean ns-1?)');
  expect((await run('-n', 'ns-1', '-o', 'json')).err).not.toContain('no namespace');
});

it('leaves out what saves less than is asked for', async () => {
  expect((await run('--min-saving', '1')).out).toBe('Nothing to recommend.\n');
  expect((await run('--min-saving', 'much')).err).toContain('--min-saving: "much"');
});

it('answers below three days too, and says how sure it is', async () => {
  const { out, err } = await run('--days', '2');
  expect(out).toMatch(/very-low +2\.0/);
  expect(err).toContain('Confidence is very low for 8 of 8 containers');
  expect((await run()).err).not.toContain('very low');
  const patch = (await run('--days', '2', '-o', 'patch')).out;
  expect(patch).toContain('# Very low confidence: 2 days of data.');
});

it('prints a table and CSV, and names bad numbers', async () => {
  expect((await run()).out).toMatch(/^NAMESPACE +WORKLOAD +CONTAINER +CPU +MEMORY/);
  expect((await run('-o', 'csv')).out.split('\r\n')[0]).toMatch(
    /^namespace,kind,workload,container/,
  );
  const { code, err } = await run('--days', 'few');
  expect(code).toBe(2);
  expect(err).toContain('--days: "few" is not a number of at least 1');
});
