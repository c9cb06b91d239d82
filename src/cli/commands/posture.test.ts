import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { runCommand } from '../../../test/support/runCommand.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS } from '../../model/time.ts';

const START = Date.UTC(2026, 9, 28);
let temp: TempHistory;
let config: string;
beforeAll(async () => {
  temp = new TempHistory();
  const path = await temp.record('history', madeUpWindows(SMALL_CLUSTER, START, 12), 12);
  config = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(config, `cluster: test\nhistory: { path: ${JSON.stringify(path)} }\n`);
});
afterAll(() => temp[Symbol.dispose]());

const fix = (namespace: string) =>
  runCommand(['posture', '--fix', namespace, '--config', config], () => START + DAY_MS);

it('--fix says that the history has no such namespace: there is nothing to size it by', async () => {
  const { code, out, err } = await fix('ns-11');
  expect(code).toBe(0);
  expect(out).toContain('# No ResourceQuota: there is no history of this namespace');
  expect(err).toContain('the history has no namespace ns-11 (did you mean ns-1?)');
  const known = await fix('ns-1');
  expect(known.out).toContain('kind: ResourceQuota');
  expect(known.err).toBe('');
});
