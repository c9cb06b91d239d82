import { describe, expect, it } from 'vitest';
import { cpuTimeMs } from '../../../test/support/cpuTime.ts';
import { renderExplanation } from '../../cli/explainView.ts';
import { renderFinding } from '../../cli/findingView.ts';
import { toFindingJson } from '../../model/findingJson.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import { configSchema } from '../../daemon/config/schema.ts';
import { aSnapshot } from '../../../test/support/cost.ts';
import type { PodSample } from '../../model/snapshot.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { AbuseRun, using } from '../../../test/support/abuse/abuseRun.ts';
import { explainLast } from './explain.ts';
import { indicatorsOf } from './evidence/indicators.ts';
import type { AbuseState } from './state/state.ts';
import { aSubject } from '../../../test/support/abuse/abuse.ts';

/** 253 characters of whatever breaks pages, terminals, messages, queries and spreadsheets. */
const EVIL = [
  `<script>alert(1)</script>${'a'.repeat(228)}`,
  `\u001b[2J\u001b]0;owned\u0007\u009b31m${'b'.repeat(233)}`,
  `"'\`;DROP TABLE findings;--{}[]\\${'c'.repeat(221)}`,
  `=HYPERLINK("http://x")|<!channel>&amp;\r\n\u2028\u202e${'d'.repeat(210)}`,
  `../../etc/passwd\u0000${'é'.repeat(236)}`,
].map((text) => text.slice(0, 253));

function evilPod(text: string, cores: number): PodSample {
  return using(cores, 150, {
    name: text,
    namespace: text,
    uid: text,
    node: text,
    workload: { kind: text, name: text },
    labels: { [text]: text },
    annotations: { [text]: text },
    container: { name: text, image: text },
  });
}

const quiet = (): readonly PodSample[] => [using(0.1, 50_000)];

describe('names, labels and images that an attacker chose', () => {
  const run = new AbuseRun().play(3 * DAY_MS, quiet);
  run.play(2 * HOUR_MS, () => [...quiet(), ...EVIL.map((text) => evilPod(text, 0.9))]);

  it('are found like any other', () => {
    expect(run.open()).toHaveLength(EVIL.length);
    expect(run.open().map(({ severity }) => severity)).toEqual(EVIL.map(() => 'critical'));
  });

  it('reach no terminal as control codes', () => {
    for (const finding of run.open()) {
      const text = renderFinding(finding, run.events, 'USD');
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }
  });

  it('are data in JSON, exactly as they were', () => {
    const names = run.open().map((finding) => {
      const json = JSON.parse(JSON.stringify(toFindingJson(finding))) as { namespace: string };
      return json.namespace;
    });
    expect(names.toSorted()).toEqual(EVIL.toSorted());
  });

  it('do not break an explanation', () => {
    const thresholds = loadThresholds([]);
    const text = EVIL[1] ?? '';
    const snapshot = aSnapshot({
      window: { start: run.now - 300_000, end: run.now },
      nodes: [],
      pods: [evilPod(text, 0.9)],
      expectedSamples: {},
    });
    const context = {
      snapshot,
      costs: { allocations: [], nodes: [], unattached: [] },
      config: configSchema.parse({}),
      thresholds,
      historyStart: AbuseRun.START,
      ownerOf: () => null,
      podOwners: () => new Map<string, string>(),
      planned: () => null,
      isOpen: () => false,
    };
    const workload = { kind: text, name: text };
    const rows = new Map(run.state.detectors.get('abuse') as ReadonlyMap<string, AbuseState>);
    const subjects = explainLast(context, rows, workload);
    expect(subjects).toHaveLength(1);
    const shown = renderExplanation(text, {
      window: snapshot.window,
      historyStart: AbuseRun.START,
      workloads: [{ workload, subjects }],
      unknown: [],
    });
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
  });
});

it('a megabyte of arguments is matched in no time, and none of it is kept', () => {
  const { signatures } = loadThresholds([]);
  const secret = 'hunter2';
  const args = ['a'.repeat(1e6), `--token=${secret}`, 'curl '.repeat(1e5)];
  const pod = using(0.5, 100);
  const container = pod.containers[0]!;
  const spec = {
    serviceAccount: null,
    tokenMounted: false,
    isWindows: false,
    resources: null,
    hostNetwork: false,
    hostPid: false,
    hostIpc: false,
    hostPaths: [],
    priorityClass: null,
    qosClass: null,
    containers: [
      {
        name: container.name,
        role: 'main' as const,
        image: 'x',
        command: ['/bin/sh', '-c', `xmrig -o pool --user ${secret}`],
        args,
        env: [{ name: 'PASSWORD', value: secret }],
        ports: [],
        privileged: false,
        addedCapabilities: [],
        runAsRoot: null,
        allowPrivilegeEscalation: null,
        readOnlyRootFilesystem: false,
        seccompProfile: null,
        hugePagesBytes: 0,
        requests: {},
        limits: {},
      },
    ],
  };
  const members = [{ pod: { ...pod, spec }, container, cores: 0.5, costNano: 0 }];
  const before = cpuTimeMs();
  const found = indicatorsOf(aSubject({ members }), [], signatures);
  expect(cpuTimeMs() - before).toBeLessThan(1_000);
  expect(found.strong).toContain('a miner’s program'.replace('’', "'"));
  expect(JSON.stringify(found)).not.toContain(secret);
});
