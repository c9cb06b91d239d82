import { describe, expect, it } from 'vitest';
import { InventoryBuilder } from '../../collect/specs/inventoryBuilder.ts';
import { PLANTED, PLANTED_PATHS } from '../../../test/support/posture/planted.ts';
import { plantedCluster } from '../../../test/support/posture/plantedCluster.ts';
import { evaluatePosture } from './evaluate.ts';
import { postureOfInventory } from './readInput.ts';

/** The checks that hold each rule of the planted set. */
const CHECKS_OF: Readonly<Record<string, readonly string[]>> = {
  'CIS 5.1.1': ['rbac-cluster-admin'],
  'CIS 5.1.2': ['rbac-read-secrets', 'rbac-read-secrets-in-namespace'],
  'CIS 5.1.3': ['rbac-wildcards'],
  'CIS 5.1.4': ['rbac-run-pods', 'rbac-run-pods-in-namespace'],
  'NSA exec': ['rbac-exec', 'rbac-exec-in-namespace'],
  'CIS 5.1.5': ['rbac-default-account'],
  'CIS 5.1.6': ['token-automounted'],
  'CIS 5.1.7': ['rbac-masters-group'],
  'CIS 5.1.8': [
    'rbac-impersonate',
    'rbac-impersonate-in-namespace',
    'rbac-bind-escalate',
    'rbac-bind-escalate-in-namespace',
  ],
  'CIS 5.1.9': ['rbac-persistent-volumes'],
  'CIS 5.1.10': ['rbac-node-proxy'],
  'CIS 5.1.11': ['rbac-approve-certificates'],
  'CIS 5.1.12': ['rbac-webhooks'],
  'CIS 5.1.13': ['rbac-create-tokens', 'rbac-create-tokens-in-namespace'],
  'NSA anonymous': ['rbac-everybody'],
  'CIS 5.3.2 ingress': ['ingress-policy-missing'],
  'CIS 5.3.2 egress': ['egress-policy-missing'],
  'NSA policy selects nothing': ['policy-selects-nothing'],
  'NSA policy allows everything': ['policy-allows-everything'],
  'NSA metadata': ['metadata-reachable'],
  'NSA node ports': ['node-port'],
  'NSA load balancers': ['load-balancer-open'],
  'CIS 1.2.3': ['external-ips'],
  'NSA ingress TLS': ['ingress-tls-missing'],
  'CIS 5.2.1': ['pod-security-missing'],
  'NSA quotas': ['quota-missing'],
  'NSA limit ranges': ['limit-range-missing'],
  'CIS 5.7.4': ['default-namespace-used'],
  'NSA image digest': ['image-digest-missing'],
  'NSA webhook fails open': ['webhook-fails-open'],
  'K8s webhook matches everything': ['webhook-matches-everything'],
  'K8s admission policy without effect': ['admission-policy-idle'],
};

const builder = new InventoryBuilder();
for (const object of plantedCluster(3_000)) builder.add(object);
const inventory = builder.build({
  observedAt: 0,
  validFrom: 0,
  validTo: 0,
  missing: [],
  problems: [],
});
const input = postureOfInventory(inventory, null);
const evaluated = evaluatePosture(input, { severities: {}, minKnown: 0.67 });

/** `CHECK OBJECT` of everything that failed. */
const failed = new Set(
  evaluated.flatMap(({ namespace, checks }) =>
    checks.flatMap(({ check, results }) =>
      results
        .filter(({ outcome }) => outcome === 'failed')
        .map(({ workload, subject }) => {
          const object =
            subject ??
            (workload === null
              ? `Namespace ${namespace}`
              : `${workload.kind} ${namespace}/${workload.name}`);
          return `${check.id} ${object}`;
        }),
    ),
  ),
);

describe('mistakes planted among 3,000 objects', () => {
  for (const { rule, mistakes = [], nearMisses = {} } of PLANTED) {
    const checks = CHECKS_OF[rule];
    if (checks === undefined) continue;
    it(`${rule}: every mistake is found, no near-miss and nothing else`, () => {
      const found = [...failed]
        .filter((one) => checks.includes(one.slice(0, one.indexOf(' '))))
        .map((one) => one.slice(one.indexOf(' ') + 1));
      const paths = new Set(PLANTED_PATHS.map(({ namespace }) => namespace));
      const own = found.filter((object) => !paths.has(/ (.*)\//.exec(object)?.[1] ?? ''));
      for (const near of Object.keys(nearMisses)) expect(own).not.toContain(near);
      const labelled = PLANTED.filter((one) => CHECKS_OF[one.rule] === checks).flatMap(
        (one) => one.mistakes ?? [],
      );
      expect(new Set(own)).toEqual(new Set(labelled));
      expect(own).toEqual(expect.arrayContaining([...mistakes]));
    });
  }
});

it('ways to cluster-admin are found with their steps, and only where there are some', () => {
  const ways = evaluated.flatMap(({ namespace, checks }) =>
    (checks.find(({ check }) => check.id === 'rbac-path')?.results ?? [])
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ text, subject }) => ({ namespace, subject: subject ?? '', text })),
  );
  for (const { namespace, steps } of PLANTED_PATHS) {
    const own = ways.filter((way) => way.namespace === namespace).map(({ text }) => text);
    const begins = own.map((text) => text.slice(0, text.indexOf(': ')));
    const length = steps === 1 ? 'one step' : `${steps} steps`;
    expect(begins).toEqual(
      steps === null ? [] : [`any pod in ${namespace} can become cluster-admin in ${length}`],
    );
  }
  const ofPods = ways.filter(({ subject }) => subject.startsWith('ServiceAccount'));
  expect(ofPods).toHaveLength(PLANTED_PATHS.filter(({ steps }) => steps !== null).length);
});
