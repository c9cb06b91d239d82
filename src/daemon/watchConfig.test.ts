import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TempFolder } from '../../test/support/tempFolder.ts';
import { loadConfig } from './config/load.ts';
import { watchConfig } from './watchConfig.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('reloads once for each change of the configuration or of a secret, valid or not', () => {
  using folder = new TempFolder();
  const file = folder.file('burnwatch.yaml');
  const secret = folder.file('slack');
  const text = 'slack: { tokenFile: ./slack }\n';
  writeFileSync(secret, 'xoxb-made-up\n');
  writeFileSync(file, text);
  const reload = vi.fn<() => void>();
  const stop = watchConfig(() => [loadConfig(file)], reload);
  const callsAfter = (change: () => void): number => {
    reload.mockClear();
    change();
    vi.advanceTimersByTime(60_000);
    return reload.mock.calls.length;
  };
  expect(callsAfter(() => undefined)).toBe(0);
  expect(callsAfter(() => writeFileSync(file, text))).toBe(0);
  expect(callsAfter(() => writeFileSync(file, `${text}paging: { maxPerDay: 1 }\n`))).toBe(1);
  expect(callsAfter(() => writeFileSync(secret, 'xoxb-another\n'))).toBe(1);
  expect(callsAfter(() => writeFileSync(file, 'pagingz: {}\n'))).toBe(1);
  expect(callsAfter(() => writeFileSync(file, text))).toBe(1);
  stop();
  expect(callsAfter(() => writeFileSync(file, `${text}cluster: other\n`))).toBe(0);
});
