import { expect, it } from 'vitest';
import { inventoryOf } from '../../../../test/support/specs.ts';
import { snapshotOf } from '../../../../test/support/snapshots.ts';
import { running, tidy } from '../../../../test/support/posture/planted.ts';
import {
  binding,
  role,
  serviceAccount,
  type AnyObject,
} from '../../../../test/support/posture/rawObjects.ts';
import { workloadOfRecord } from '../../../collect/specs/recordWorkload.ts';
import { podSample } from '../../../../test/support/snapshots.ts';
import { HOUR_MS } from '../../../model/time.ts';
import { postureOfSnapshot } from '../readInput.ts';
import { traceAccess } from './traceAccess.ts';

const BASE = [
  ...tidy('shop'),
  serviceAccount('shop', 'app'),
  ...running('shop', 'web', { account: 'app' }),
  role('shop', 'reader', ['get@/configmaps']),
  binding('shop', 'reader', 'Role:reader', 'shop/app'),
];
const BOUND = binding(null, 'deploys', 'deploys', 'shop/app', 'User:jane');
const DEPLOYS = role(null, 'deploys', ['patch@apps/deployments']);
const without = (object: AnyObject) =>
  BASE.filter(
    ({ kind, metadata }) => kind !== object.kind || metadata?.name !== object.metadata?.name,
  );

/** The events of one hour after another; null: the lists could not be read. */
function eventsOf(...hours: readonly (readonly AnyObject[] | null)[]) {
  const rows = new Map<string, never>();
  const state = {
    get: (key: string) => rows.get(key),
    set: (key: string, row: unknown) => void rows.set(key, row as never),
    delete: (key: string) => void rows.delete(key),
    entries: () => rows.entries(),
  };
  return hours.map((objects, hour) => {
    const { pods, owners, objects: lists } = inventoryOf(objects ?? BASE, 0);
    const snapshot = snapshotOf(
      { start: (hour + 1) * HOUR_MS - 300_000, end: (hour + 1) * HOUR_MS },
      {
        pods: [...pods.values()].map((record) =>
          podSample({ ...record, ...workloadOfRecord(record, owners), containers: [] }),
        ),
        objects: {
          ...lists,
          missing: objects === null ? ['roles.rbac.authorization.k8s.io'] : [],
        },
      },
    );
    return traceAccess(snapshot, () => postureOfSnapshot(snapshot, null), state).map(
      ({ namespace, workload, text }) => `${namespace} ${workload.kind}/${workload.name}: ${text}`,
    );
  });
}

it('says who got and lost which right, on the time line of subjects and of the workloads that run with them', () => {
  const grant = 'ClusterRole deploys through ClusterRoleBinding deploys';
  const gained = `may now run pods: ${grant}`;
  const lost = `may no longer run pods: ${grant}`;
  expect(eventsOf(BASE, [...BASE, DEPLOYS, BOUND], [...BASE, DEPLOYS, BOUND], BASE)).toEqual([
    [],
    [
      `shop ServiceAccount/app: ${gained}`,
      `shop Deployment/web: its service account app ${gained}`,
      `(cluster) User/jane: ${gained}`,
    ],
    [],
    [
      `shop ServiceAccount/app: ${lost}`,
      `shop Deployment/web: its service account app ${lost}`,
      `(cluster) User/jane: ${lost}`,
    ],
  ]);
});

it('sees a rule that was added to a role, and no change where a list could not be read', () => {
  const changed = role('shop', 'reader', ['get@/configmaps', 'get@/secrets']);
  const grant = 'Role shop/reader through RoleBinding shop/reader';
  expect(eventsOf(BASE, null, [...without(changed), changed], without(changed))).toEqual([
    [],
    [],
    [
      `shop ServiceAccount/app: may now read secrets: ${grant} has changed`,
      `shop Deployment/web: its service account app may now read secrets: ${grant} has changed`,
    ],
    [
      `shop ServiceAccount/app: may no longer read secrets: ${grant}`,
      `shop Deployment/web: its service account app may no longer read secrets: ${grant}`,
    ],
  ]);
});
