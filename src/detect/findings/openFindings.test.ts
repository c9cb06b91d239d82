import { expect, it } from 'vitest';
import type { Finding, Scope } from '../../model/finding.ts';
import { openFindings } from './openFindings.ts';

const scope = (change: Partial<Scope> = {}): Scope => ({
  namespace: 'shop',
  workload: { kind: 'Deployment', name: 'web' },
  container: 'app',
  subject: null,
  ...change,
});
const finding = (state: Finding['state'], change: Partial<Scope> = {}) =>
  ({ kind: 'overprovisioned', rule: 'r', scope: scope(change), state }) as const;

it('knows what is open by kind, rule and every part of the scope', () => {
  const isOpen = openFindings([
    finding('open'),
    finding('acknowledged', { container: 'sidecar' }),
    finding('resolved', { container: 'old' }),
  ]);
  expect(isOpen('overprovisioned', 'r', scope())).toBe(true);
  expect(isOpen('overprovisioned', 'r', scope({ container: 'sidecar' }))).toBe(true);
  expect(isOpen('overprovisioned', 'r', scope({ container: 'old' }))).toBe(false);
  expect(isOpen('underprovisioned', 'r', scope())).toBe(false);
  expect(isOpen('overprovisioned', 's', scope())).toBe(false);
  for (const other of [
    { namespace: 'x' },
    { container: null },
    { workload: null },
    { subject: 'x' },
  ])
    expect(isOpen('overprovisioned', 'r', scope(other))).toBe(false);
});
