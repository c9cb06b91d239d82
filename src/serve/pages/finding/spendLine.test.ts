import { html } from '../html.ts';
import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../model/time.ts';
import { aFinding, TEST_NOW } from '../../../../test/support/notify/findings.ts';
import type { SpendSteps } from '../../questions/answerCosts.ts';
import { spendLine } from './head.ts';

const ONSET = TEST_NOW - 3 * HOUR_MS;
const finding = aFinding({ kind: 'cost-spike', startedAt: ONSET, lastSeen: TEST_NOW });

/** Six hours: three before the onset, three since. */
function spend(lines: Readonly<Record<string, readonly number[]>>): SpendSteps {
  return {
    stepMs: HOUR_MS,
    starts: [-6, -5, -4, -3, -2, -1].map((hour) => TEST_NOW + hour * HOUR_MS),
    lines: Object.entries(lines).map(([name, values]) => ({ name, values })),
  };
}

async function say(steps: SpendSteps): Promise<string> {
  const line = spendLine(finding, steps, 'USD');
  return (await html`${line ?? ''}`).replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
}

describe('where the money of a spike goes', () => {
  it('names the workload that most of the rise is of', async () => {
    const rise = { 'Deployment/api': [1, 1, 1, 4, 4, 4], 'Deployment/web': [2, 2, 2, 2, 2, 3] };
    expect(await say(spend(rise))).toBe(
      'Most of it is shop / api Deployment: $4.00 per hour since, $1.00 per hour before.',
    );
  });

  it('says of a new one that there was nothing before', async () => {
    const rise = {
      'DaemonSet/proxy': [0, 0, 0, 0.5, 0.5, 0.5],
      'Deployment/web': [2, 2, 2, 2, 2, 2],
    };
    expect(await say(spend(rise))).toContain('$0.50 per hour since, almost nothing before.');
  });

  it('names no one where many share the rise, or nothing rose, or nothing is known', async () => {
    const shared = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, [1, 1, 1, 2, 2, 2]]));
    expect(await say(spend(shared))).toBe('');
    expect(await say(spend({ a: [2, 2, 2, 1, 1, 1] }))).toBe('');
    expect(await say({ stepMs: HOUR_MS, starts: [], lines: [] })).toBe('');
  });
});
