import { describe, expect, it } from 'vitest';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { podOwners, scopeOwner } from './podOwners.ts';

const KEYS = ['burnwatch.io/owner', 'team'];

function snapshotOf(pods: readonly Partial<PodSample>[], namespaceLabels = {}): Snapshot {
  const namespace = { name: 'shop', labels: namespaceLabels, annotations: {} };
  return {
    namespaces: new Map([['shop', namespace]]),
    pods: pods.map((pod, index) => ({
      uid: `uid-${index}`,
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'web' },
      labels: {},
      annotations: {},
      ...pod,
    })),
  } as unknown as Snapshot;
}

describe('podOwners', () => {
  it('takes the first key, annotations before labels, the workload before its namespace', () => {
    const snapshot = snapshotOf(
      [
        { labels: { team: 'b', 'burnwatch.io/owner': 'a' } },
        { labels: { team: 'b' }, annotations: { team: 'c' } },
        {},
      ],
      { team: 'space' },
    );
    expect([...podOwners(snapshot, KEYS).values()]).toEqual(['a', 'c', 'space']);
  });

  it('knows nobody where nobody is named, and takes no prose for a name', () => {
    const snapshot = snapshotOf([
      {},
      { labels: { team: ' ' } },
      { labels: { team: 'x'.repeat(300) } },
    ]);
    expect(podOwners(snapshot, KEYS).size).toBe(0);
  });
});

describe('scopeOwner', () => {
  const scope = { namespace: 'shop', workload: null, container: null, subject: null };
  it('finds the owner of a workload, and of a namespace', () => {
    const snapshot = snapshotOf([{ labels: { team: 'b' } }], { team: 'space' });
    expect(scopeOwner(scope, snapshot, KEYS)).toBe('space');
    const workload = { kind: 'Deployment', name: 'web' };
    expect(scopeOwner({ ...scope, workload }, snapshot, KEYS)).toBe('b');
    expect(scopeOwner({ ...scope, namespace: null }, snapshot, KEYS)).toBeNull();
  });
});
