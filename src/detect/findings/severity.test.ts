import { expect, it } from 'vitest';
import type { Finding } from '../../model/finding.ts';
import { mostSevereFirst, mostUrgentFirst } from './severity.ts';

const FINDINGS: readonly Pick<Finding, 'id' | 'severity' | 'score' | 'state'>[] = [
  { id: 'spike', severity: 'warning', score: 70, state: 'open' },
  { id: 'over', severity: 'critical', score: 100, state: 'resolved' },
  { id: 'hint', severity: 'info', score: 99, state: 'open' },
  { id: 'miner', severity: 'critical', score: 75, state: 'acknowledged' },
  { id: 'worse', severity: 'critical', score: 90, state: 'open' },
  { id: 'alike', severity: 'warning', score: 70, state: 'open' },
];
const sorted = (order: typeof mostUrgentFirst) => FINDINGS.toSorted(order).map(({ id }) => id);

it('orders by severity, then by score, else as they came', () => {
  expect(sorted(mostSevereFirst)).toEqual(['over', 'worse', 'miner', 'spike', 'alike', 'hint']);
});

it('puts what is over last', () => {
  expect(sorted(mostUrgentFirst)).toEqual(['worse', 'miner', 'spike', 'alike', 'hint', 'over']);
});
