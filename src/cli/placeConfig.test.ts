import { expect, it } from 'vitest';
import { placeConfig } from './program.ts';

it.each([
  ['--config a.yaml costs --by node', 'costs --by node --config a.yaml'],
  ['--config=a.yaml costs', 'costs --config=a.yaml'],
  ['findings --config a.yaml show 1', 'findings show 1 --config a.yaml'],
  // The last one counts, as everywhere.
  ['--config a.yaml costs --config b.yaml', 'costs --config a.yaml --config b.yaml'],
  ['check-config --config a.yaml -- --config', 'check-config --config a.yaml -- --config'],
  ['costs --config', 'costs --config'],
  ['--config a.yaml', ''],
  ['costs --window 7d', 'costs --window 7d'],
])('%s', (given, placed) => {
  expect(placeConfig(given.split(' ')).join(' ')).toBe(placed);
});
