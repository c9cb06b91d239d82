import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { madeUpWindow, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { runCommand } from '../../../test/support/runCommand.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { controlPlaneDetector } from '../../detect/controlPlane/controlPlaneDetector.ts';
import type { ControlPlaneRow } from '../../detect/controlPlane/state.ts';
import { DAY_MS } from '../../model/time.ts';

const AT = 20_000 * DAY_MS;
const ROWS: readonly (readonly [string, ControlPlaneRow])[] = [
  [
    'component/kube-scheduler',
    {
      row: 'component',
      component: 'kube-scheduler',
      seen: 12,
      up: 0,
      down: 1,
      lastUp: AT - 600_000,
      since: AT - 300_000,
      windows: 2,
    },
  ],
  [
    'last',
    {
      row: 'last',
      at: AT + 300_000,
      readings: [{ measure: 'api-call', subject: 'LIST \u001B[31mpods', value: 12.5 }],
    },
  ],
];

it('controlplane shows what is down, what is not scraped, and no escape sequence', async () => {
  using temp = new TempHistory();
  const writer = await temp.openWriter();
  await writer.loadState(new Map([[controlPlaneDetector.name, controlPlaneDetector]]));
  const record = madeUpWindow(SMALL_CLUSTER, AT);
  const detectors = new Map([[controlPlaneDetector.name, new Map<string, unknown>(ROWS)]]);
  await writer.recordWindows([{ ...record, change: { ...record.change, detectors } }]);
  await writer.close();
  const file = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(file, `cluster: test\nhistory: { path: ${JSON.stringify(temp.path())} }\n`);
  const run = (...args: readonly string[]) =>
    runCommand(['controlplane', ...args, '--config', file], () => AT);
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out).toMatch(/kube-scheduler +kube-scheduler +down +0 +1 +2024-/);
  expect(out).toMatch(/etcd +not scraped/);
  expect(out).toContain('No audit events were sent');
  expect(out).not.toContain('\u001B');
  const json = JSON.parse((await run('-o', 'json')).out) as { components: readonly object[] };
  expect(json.components).toContainEqual(
    expect.objectContaining({ component: 'kube-scheduler', state: 'down' }),
  );
});
