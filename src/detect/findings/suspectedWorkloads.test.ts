import { expect, it } from 'vitest';
import type { Finding } from '../../model/finding.ts';
import { suspectedWorkloads } from './suspectedWorkloads.ts';

function finding(name: string, change: Partial<Finding> = {}): Finding {
  const scope = { namespace: 'shop', workload: { kind: 'Deployment', name }, container: null };
  const rest = { kind: 'cryptojacking', severity: 'warning', state: 'open', scope };
  return { ...rest, ...change } as Partial<Finding> as Finding;
}

it('are those of open abuse, not of what was accepted, is over, or only went to the digest', () => {
  const suspects = suspectedWorkloads([
    finding('open'),
    finding('acknowledged', { state: 'acknowledged', severity: 'critical' }),
    finding('accepted', { state: 'accepted' }),
    finding('resolved', { state: 'resolved' }),
    finding('info', { severity: 'info' }),
    finding('dear', { kind: 'cost-spike' }),
  ]);
  expect([...suspects]).toEqual(['shop/Deployment/open', 'shop/Deployment/acknowledged']);
});
