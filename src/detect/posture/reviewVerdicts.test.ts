import { expect, it } from 'vitest';
import { aPod } from '../../../test/support/cost.ts';
import { DetectorRun } from '../../../test/support/detect.ts';
import { goodObjects, goodPodSpec } from '../../../test/support/posture/posture.ts';
import type { RoleBindingObject } from '../../model/reviewedObjects.ts';
import { HOUR_MS } from '../../model/time.ts';
import { postureDetector } from './postureDetector.ts';

const START = Date.UTC(2026, 10, 2);
const LABELS = { 'pod-security.kubernetes.io/enforce': 'baseline' };

function admin(name: string): RoleBindingObject {
  return {
    namespace: '',
    name,
    role: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name }],
  };
}

it('tells informally of what was there at first, warns of what comes, and closes what goes', () => {
  const run = new DetectorRun(postureDetector, { historyStart: START });
  const hour = (index: number, names: readonly string[], missing: readonly string[] = []) => {
    const start = START + index * HOUR_MS;
    const objects = goodObjects({ missing, roleBindings: names.map(admin) });
    const pod = aPod({ name: 'web', spec: goodPodSpec({ serviceAccount: 'old' }) });
    const namespaces = new Map([['shop', { name: 'shop', labels: LABELS, annotations: {} }]]);
    run.window(start, start + HOUR_MS, {}, { pods: [pod], objects, namespaces });
  };
  const opened = (index: number) =>
    run.opened
      .filter(({ at }) => at === START + (index + 1) * HOUR_MS)
      .map(({ verdict: { kind, rule, severity, scope } }) => [kind, rule, severity, scope.subject]);
  hour(0, ['old']);
  expect(opened(0)).toEqual([['rbac', 'rbac-cluster-admin', 'info', 'ServiceAccount shop/old']]);
  hour(1, ['old', 'new']);
  expect(opened(1)).toEqual([['rbac', 'rbac-cluster-admin', 'warning', 'ServiceAccount shop/new']]);
  hour(
    2,
    [],
    ['rolebindings.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io'],
  );
  expect(run.closed).toEqual([]);
  hour(3, ['old']);
  expect(run.closed.map(({ verdict }) => verdict.scope)).toEqual([
    { namespace: 'shop', workload: null, container: null, subject: 'ServiceAccount shop/new' },
  ]);
  expect(run.opened).toHaveLength(2);
});
