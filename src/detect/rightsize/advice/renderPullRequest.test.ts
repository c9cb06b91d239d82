import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { aHistory, anAdviceContext, daysOfUse } from '../../../../test/support/rightsize/advice.ts';
import { noObjects } from '../../../model/clusterObjects.ts';
import { workloadKey } from '../../../model/workload.ts';
import { adviseContainer } from './containerAdvice.ts';
import { renderPullRequests } from './renderPullRequest.ts';

const days = daysOfUse(14, () => ({}));

/** The text for workloads of namespace shop, by their labels. */
function textOf(
  workloads: Readonly<Record<string, Readonly<Record<string, string>>>>,
  suspects: readonly string[] = [],
): string {
  const names = Object.keys(workloads);
  const refs = names.map((name) => ({ namespace: 'shop', workload: { kind: 'Deployment', name } }));
  const objects = {
    ...noObjects(0),
    workloads: refs.map((ref) => ({
      ...ref,
      labels: workloads[ref.workload.name] ?? {},
      annotations: {},
      replicas: 1,
      createdAt: null,
    })),
  };
  const abuse = new Map(
    suspects.map((name) => [
      workloadKey('shop', { kind: 'Deployment', name }),
      'suspected' as const,
    ]),
  );
  const context = anAdviceContext(days, { objects, abuse });
  const advices = refs.flatMap((ref) => adviseContainer(aHistory(days, ref), context) ?? []);
  return renderPullRequests(advices, 'USD');
}

/** The patches and values in a text. */
function blocks(text: string): readonly unknown[] {
  return [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => parse(yaml ?? ''));
}

describe('a pull request', () => {
  it('has a patch for Kustomize where Argo CD or Flux applies manifests', () => {
    for (const label of ['argocd.argoproj.io/instance', 'kustomize.toolkit.fluxcd.io/name']) {
      const text = textOf({ web: { [label]: 'shop-prod' } });
      expect(text).toMatch(/^# Right-size shop-prod: frees \$\d/);
      expect(text).toContain('| Deployment/web | app | 1 → **120m** |');
      expect(blocks(text)).toEqual([
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace: 'shop' },
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'app', resources: { requests: { cpu: '120m', memory: '230Mi' } } },
                ],
              },
            },
          },
        },
      ]);
    }
  });

  it('has values where a chart makes the manifest', () => {
    const labels = [
      { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'web' },
      { 'helm.toolkit.fluxcd.io/name': 'web' },
      { 'argocd.argoproj.io/instance': 'web', 'helm.sh/chart': 'web-1.2.3' },
    ];
    for (const one of labels)
      expect(blocks(textOf({ web: one }))).toEqual([
        { resources: { requests: { cpu: '120m', memory: '230Mi' } } },
      ]);
  });

  it('is one for each application, and names what has none', () => {
    const argo = (name: string) => ({ 'argocd.argoproj.io/instance': name });
    const text = textOf(
      { a: argo('one'), b: argo('two'), c: argo('one'), plain: {}, mined: argo('three') },
      ['mined'],
    );
    expect(text.match(/^# Right-size .*?:/gm)).toEqual(['# Right-size one:', '# Right-size two:']);
    expect(text).toContain('shop/Deployment/mined/app: suspected of mining');
    expect(text).toContain('shop/Deployment/plain/app: nothing in its labels names');
    expect(blocks(text)).toHaveLength(3);
  });

  it('makes no markup of names', () => {
    const text = textOf({ web: { 'argocd.argoproj.io/instance': 'x\n# y\u001B[31m' } });
    expect(text.match(/^# /gm)).toHaveLength(1);
    expect(text).not.toContain('\u001B');
    expect(textOf({ plain: {} })).toMatch(/^Nothing to change/);
  });
});
