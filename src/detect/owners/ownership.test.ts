import { reachInSlack } from '../../channels/slack/config.ts';
import { describe, expect, it } from 'vitest';
import { podSample, snapshotOf } from '../../../test/support/snapshots.ts';
import { inventoryOf, rawObject } from '../../../test/support/specs.ts';
import { configSchema } from '../../daemon/config/schema.ts';
import type { Finding } from '../../model/finding.ts';
import type { PodSample } from '../../model/snapshot.ts';
import { configuredOwners } from '../../notify/owners.ts';
import { ownershipOf } from './ownership.ts';
import { podOwners } from './podOwners.ts';
import { routedLabels, scopeLabels } from './scopeLabels.ts';

const WEB = rawObject('apps/v1', 'Deployment', {
  name: 'web',
  namespace: 'shop',
  annotations: { 'a8r.io/owner': 'ops@example.com; @web , ops@example.com' },
  labels: { tier: 'gold' },
});
const POD = podSample({ labels: { team: 'from-pod' } });

function clusterOf(pods: readonly PodSample[], objects = [WEB]) {
  const { workloads } = inventoryOf(objects, 0);
  const shop = { name: 'shop', labels: { team: 'from-namespace' }, annotations: {} };
  const namespaces = new Map([['shop', shop]]);
  return snapshotOf({ start: 0, end: 300_000 }, { pods, workloads, namespaces });
}
const config = (owners: object = {}) => configSchema.parse({ owners });

describe('ownershipOf', () => {
  const told = (pods: readonly PodSample[], owners: object = {}, objects = [WEB]) =>
    ownershipOf(clusterOf(pods, objects), config(owners)).map(({ owner, from, slack }) => [
      owner,
      from === null ? null : `${from.on} ${from.key}`.trim(),
      slack,
    ]);

  it('goes by the order of the keys on the workload and its pods, then on the namespace', () => {
    const several = 'ops@example.com, @web';
    expect(told([POD])).toEqual([[several, 'workload a8r.io/owner', null]]);
    expect(told([POD], { keys: ['team', 'a8r.io/owner'] })).toEqual([
      ['from-pod', 'pod team', null],
    ]);
    expect(told([podSample()], {}, [])).toEqual([['from-namespace', 'namespace team', null]]);
    expect(told([podSample()], { keys: ['none'] })).toEqual([[null, null, null]]);
    expect(podOwners(clusterOf([POD]), ['a8r.io/owner']).get(POD.uid)).toBe(several);
  });

  it('puts the first route that fits before what a workload says of itself', () => {
    const match = { namespace: 'shop', 'label:tier': 'gold' };
    const routes = [
      { match: { ...match, kind: 'overprovisioned' }, owner: 'only-for-some' },
      { match, owner: 'team-shop', slack: '#shop' },
    ];
    expect(told([POD], { routes })).toEqual([['team-shop', 'route', '#shop']]);
    const byAnnotation = { 'annotation:a8r.io/owner': 'ops@example.com; @web , ops@example.com' };
    expect(told([POD], { routes: [{ match: byAnnotation, owner: 'by-annotation' }] })[0]?.[0]).toBe(
      'by-annotation',
    );
    const other = [{ match: { 'label:tier': 'silver' }, owner: 'x' }];
    expect(told([POD], { routes: other })[0]?.[1]).toBe('workload a8r.io/owner');
  });
});

describe('how owners are told', () => {
  const routes = [
    { match: { 'annotation:pager': 'me' }, slack: '#chosen-by-an-annotation' },
    { match: { 'label:tier': 'gold' }, slack: '#chosen-by-a-label' },
    { match: { namespace: 'shop' }, slack: '#chosen-by-the-operator, @oncall' },
  ];
  const finding = {
    id: 'f',
    scope: { namespace: 'shop', workload: null, container: null, subject: null },
    owner: 'a@example.com, team-b, nowhere',
    labels: { tier: 'gold' },
  } as unknown as Finding;
  const targets = (owners: object, fromMetadata: boolean, about = finding) =>
    configuredOwners(config(owners), reachInSlack)
      .receiversOf(about, fromMetadata)
      .map(({ target }) => target);

  it('tells each of several owners once, by name or as a team', () => {
    const teams = { 'team-b': '#team-b' };
    expect(targets({ teams }, true)).toEqual(['email:a@example.com', '#team-b']);
    const twice = { ...finding, owner: 'team-b, #team-b' };
    expect(targets({ teams }, true, twice)).toEqual(['#team-b']);
  });

  it('routes by label, but never abuse: whoever deploys a workload chooses its labels', () => {
    expect(targets({ routes }, true)).toEqual(['#chosen-by-a-label']);
    const annotated = { ...finding, labels: { 'annotation:pager': 'me' } };
    expect(targets({ routes }, true, annotated)).toEqual(['#chosen-by-an-annotation']);
    expect(targets({ routes }, false, annotated)).toEqual([
      '#chosen-by-the-operator',
      'group:@oncall',
    ]);
    expect(targets({ routes }, false)).toEqual(['#chosen-by-the-operator', 'group:@oncall']);
    expect(targets({}, false)).toEqual([]);
    expect(configuredOwners(config(), reachInSlack).problemOf(finding, false)?.key).toBe(
      'abuse/shop',
    );
  });

  it('keeps with a finding only the labels that routes choose by', () => {
    const scope = { namespace: 'shop', workload: POD.workload, container: null, subject: null };
    const names = routedLabels(config({ routes }));
    expect(scopeLabels(scope, clusterOf([POD]), names)).toEqual({ tier: 'gold' });
    expect(scopeLabels(scope, clusterOf([POD], []), names)).toEqual({});
    const annotated = routedLabels(
      config({ routes: [{ match: { 'annotation:a8r.io/owner': 'x' }, owner: 'y' }] }),
    );
    expect(Object.keys(scopeLabels(scope, clusterOf([POD]), annotated))).toEqual([
      'annotation:a8r.io/owner',
    ]);
  });

  it('says of an owner that cannot be told how to repair it', () => {
    const lost = { ...finding, owner: 'nowhere' };
    expect(configuredOwners(config(), reachInSlack).problemOf(lost, true)?.cure).toContain(
      "nowhere: '#channel'",
    );
  });
});
