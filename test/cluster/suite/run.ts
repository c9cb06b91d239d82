import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLUSTER_FOLDER } from '../host/folders.ts';
import { judge } from './bounds.ts';
import {
  compareGrants,
  installBurnwatch,
  isBurnwatchReady,
  operateBurnwatch,
  type Manifest,
} from './burnwatchInCluster.ts';
import { CgroupTruth } from './cgroupTruth.ts';
import { controlPlane } from './controlPlane.ts';
import { compare, comparisonTable, type Comparison } from './compare.ts';
import { clusterEvents } from './events.ts';
import { measure, type Measured } from './measure.ts';
import { PodWatch, type PodTruth } from './podTruth.ts';
import { askPrometheus, recordSeries } from './record.ts';
import { RECORDING_FOLDER, writeRecording } from './recording.ts';
import { replay, replayDifferences } from './replay.ts';
import { findTarget, kubectl, type Target } from './target.ts';
import { trueWorkloads, type OwnerOf, type Span, type TrueWorkload } from './truth.ts';
import { NAMESPACES, workloadKinds, type Kind } from './workloads.ts';

/** It could not run here: neither good nor bad. */
const CANNOT_RUN = 3;
const WINDOW_MS = 300_000;
/** Burnwatch takes a window so long after its end by default, and a few seconds for clocks. */
const SETTLE_MS = 130_000;
/** The recording goes on for the last scrapes of the last window. */
const RECORDED_AFTER_MS = 45_000;
/** `--release`: long enough for two cycles to ask the API. */
const RELEASE_MS = 90_000;
const DEFAULT_MINUTES = 25;
/** ReplicaSets and finished Jobs stay longer than this. */
const OWNER_LOOK_MS = 10_000;
const RESOURCE_PATH = '/metrics/resource';

/** Runs the suite. Exit status: 0 in bounds, 1 out of bounds, 3 where it cannot run. */
async function main(): Promise<number> {
  const target = await findTarget();
  if (typeof target === 'string') {
    tell(`The cluster suite cannot run. It lacks ${target}.`);
    return CANNOT_RUN;
  }
  const counters = CgroupTruth.start();
  if (!counters) {
    tell(
      'The cluster suite cannot run. It reads the truth from control groups, and no kubelet runs on this machine.',
    );
    return CANNOT_RUN;
  }
  const folder = process.env['BURNWATCH_TEST_OUT'] ?? join(CLUSTER_FOLDER, 'suite');
  await mkdir(folder, { recursive: true });
  const kinds = workloadKinds(target.image, target.local?.node ?? null);
  const watch = new PodWatch(target.kubeconfig, NAMESPACES);
  const owners = new OwnerLookup(target);
  try {
    const span = await live(target, kinds, owners);
    const ownerOf = owners.ownerOf();
    counters.stop();
    watch.stop();
    const truth = trueWorkloads(watch.pods.values(), counters.containers, ownerOf, span);
    await writeFile(
      join(folder, 'truth.json'),
      JSON.stringify({ span, truth: [...truth.values()] }),
    );
    return await report(target, kinds, truth, span, folder);
  } finally {
    counters.stop();
    watch.stop();
    if (!process.argv.includes('--keep')) {
      for (const { name, staticPod } of kinds) {
        if (staticPod) await rm(staticPodFile(name), { force: true });
      }
      await kubectl(target, [
        'delete',
        'namespace',
        ...NAMESPACES,
        'burnwatch',
        '--wait=false',
      ]).catch(() => undefined);
    }
  }
}

/** Starts everything, lets it run, and gives the whole windows that it ran in. */
async function live(target: Target, kinds: readonly Kind[], owners: OwnerLookup): Promise<Span> {
  const fromMs = await windowWithSamples(target.prometheus);
  const startedMs = Date.now();
  const minutes = Number(process.env['BURNWATCH_TEST_MINUTES'] ?? DEFAULT_MINUTES);
  const namespaces = NAMESPACES.map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  const apply = (items: readonly object[]): Promise<string> =>
    kubectl(
      target,
      ['apply', '--server-side', '--filename=-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
  await apply(namespaces);
  await sleep(2000);
  await apply(kinds.flatMap(({ manifests }) => manifests));
  tell(
    `${new Date().toISOString()} ${kinds.length} kinds of workloads applied; it runs for ${minutes} minutes`,
  );
  for (const { name, staticPod } of target.local ? kinds : []) {
    if (staticPod) await writeFile(staticPodFile(name), JSON.stringify(staticPod));
  }
  const manifests = target.local ? await startBurnwatch(target) : [];
  const spanMs = minutes * 60_000;
  const events = clusterEvents(target);
  let nextLookMs = 0;
  while (Date.now() < startedMs + spanMs) {
    const due = events[0];
    if (due && Date.now() >= startedMs + due.at * spanMs) {
      events.shift();
      tell(`${new Date().toISOString()} ${due.name}`);
      await due.run().catch((error: unknown) => tell(`  failed: ${String(error)}`));
    }
    if (Date.now() >= nextLookMs) {
      nextLookMs = Date.now() + OWNER_LOOK_MS;
      await owners.look().catch(() => undefined);
    }
    await sleep(1000);
  }
  const toMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
  while (Date.now() < toMs + SETTLE_MS) await sleep(1000);
  if (manifests.length > 0) await reportGrants(manifests);
  return { fromMs, toMs };
}

/** The start of the running window, once Prometheus has samples from before it: no history begins inside a window. */
async function windowWithSamples(prometheus: string): Promise<number> {
  for (;;) {
    const startMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
    const { result } = await askPrometheus<{ result: unknown[] }>(prometheus, '/api/v1/query', {
      query: 'kube_node_info',
      time: String(startMs / 1000),
    });
    if (result.length > 0) return startMs;
    tell('Waiting for the next window: Prometheus has no samples from before this one.');
    await sleep(startMs + WINDOW_MS - Date.now());
  }
}

/** Installs the chart, and does with the release what an operator does. */
async function release(): Promise<number> {
  const target = await findTarget();
  if (typeof target === 'string' || !target.local) {
    tell('The release cannot be tested: it needs the cluster that npm run cluster starts.');
    return CANNOT_RUN;
  }
  const manifests = await startBurnwatch(target);
  await sleep(RELEASE_MS);
  await reportGrants(manifests);
  try {
    await operateBurnwatch(target, tell);
    return 0;
  } catch (error) {
    tell(`FAILED: ${String(error)}`);
    return 1;
  } finally {
    await kubectl(target, ['delete', 'namespace', 'burnwatch', '--wait=false']);
  }
}

/** Does to the API and to the control plane what Burnwatch has to report. */
async function components(): Promise<number> {
  const target = await findTarget();
  if (typeof target === 'string' || !target.local) {
    tell('The control plane cannot be tested: it needs the cluster that npm run cluster starts.');
    return CANNOT_RUN;
  }
  const missing = await controlPlane({ ...target, local: target.local }, tell);
  for (const one of missing) tell(`FAILED: ${one}`);
  return missing.length === 0 ? 0 : 1;
}

async function startBurnwatch(target: Target): Promise<readonly Manifest[]> {
  const manifests = await installBurnwatch(target);
  const isReady = await isBurnwatchReady(target);
  tell(`Burnwatch from its chart under enforced restricted: ${isReady ? 'ready' : 'NOT READY'}`);
  return manifests;
}

async function reportGrants(manifests: readonly Manifest[]): Promise<void> {
  const { used, unused, refused } = await compareGrants(manifests);
  tell(`Verbs used of the API: ${used.join(', ') || 'none'}`);
  tell(`Granted and not used: ${unused.join(', ') || 'none'}`);
  tell(`Refused: ${refused.join(', ') || 'none'}`);
}

function staticPodFile(name: string): string {
  return join(CLUSTER_FOLDER, 'static-pods', `${name}.json`);
}

async function report(
  target: Target,
  kinds: readonly Kind[],
  truth: ReadonlyMap<string, TrueWorkload>,
  span: Span,
  folder: string,
): Promise<number> {
  const programs = [
    undefined,
    ...(process.env['BURNWATCH_TEST_OTHERS'] ?? '').split(',').filter(Boolean),
  ];
  let live: readonly Comparison[] = [];
  for (const program of programs) {
    for (const [file, source, prometheus, kubeconfig] of [
      ['cadvisor', 'cAdvisor and kube-state-metrics', target.prometheus, null],
      ['resource', 'the same and /metrics/resource', target.prometheusWithResource, null],
      ['api', 'metrics and the Kubernetes API', target.prometheus, target.kubeconfig],
    ] as const) {
      if (prometheus === null) continue;
      const measured = await measure({
        prometheus,
        span,
        ...(program && { program }),
        ...(kubeconfig && { kubeconfig }),
      });
      const comparisons = compareAll(kinds, truth, measured);
      const name = `${program ?? 'this checkout'}, from ${source}`;
      tell(
        `\n${name}: coverage ${measured.coverage.toFixed(3)}\n\n${comparisonTable(comparisons)}`,
      );
      await writeFile(
        join(folder, `${program ? 'other' : 'this'}-${file}.json`),
        JSON.stringify({ measured, comparisons }, null, 1),
      );
      if (program === undefined && file === 'cadvisor') live = comparisons;
    }
  }
  const isReplayed = await record(target, truth, span, live, folder);
  const verdict = judge(kinds, live);
  tell(`\nKnown faults:\n${verdict.known.join('\n') || 'none'}`);
  if (verdict.mended.length > 0)
    tell(`\nMended, to be taken off knownFaults.json:\n${verdict.mended.join('\n')}`);
  if (verdict.broken.length > 0) tell(`\nOUT OF BOUNDS:\n${verdict.broken.join('\n')}`);
  tell(`\nSamples, truth and answers: ${folder}`);
  return verdict.broken.length > 0 || !isReplayed ? 1 : 0;
}

/** Keeps the samples and the truth, with `--record` where `npm test` replays them. True when the replay gives the same. */
async function record(
  target: Target,
  truth: ReadonlyMap<string, TrueWorkload>,
  span: Span,
  live: readonly Comparison[],
  folder: string,
): Promise<boolean> {
  const recorded = { fromMs: span.fromMs - 60_000, toMs: span.toMs + RECORDED_AFTER_MS };
  const series = await recordSeries(target.prometheus, recorded);
  if (target.prometheusWithResource !== null) {
    const matcher = `metrics_path="${RESOURCE_PATH}"`;
    series.push(...(await recordSeries(target.prometheusWithResource, recorded, matcher)));
  }
  const isKept = process.argv.includes('--record');
  await writeRecording(isKept ? RECORDING_FOLDER : folder, series, {
    span,
    kinds: live.map(({ name, key }) => ({ name, key })),
    truth: [...truth.values()],
    live,
  });
  const differences = replayDifferences(live, await replay(isKept ? RECORDING_FOLDER : folder));
  tell(
    `\nReplayed from the recording, unlike the live run:\n${differences.join('\n') || 'nothing'}`,
  );
  return differences.length === 0;
}

function compareAll(
  kinds: readonly Kind[],
  truth: ReadonlyMap<string, TrueWorkload>,
  measured: Measured,
): Comparison[] {
  return kinds.flatMap(({ name, namespace, owner }) => {
    const workload = truth.get(`${namespace}/${owner.kind}/${owner.name}`);
    return workload ? [compare(name, workload, measured)] : [];
  });
}

/** ReplicaSets and Jobs with what is above them, remembered after they are gone. */
class OwnerLookup {
  readonly #above = new Map<string, { readonly kind: string; readonly name: string }>();
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  async look(): Promise<void> {
    const text = await kubectl(this.#target, [
      'get',
      'replicasets,jobs',
      '--all-namespaces',
      '--request-timeout=5s',
      '--output=json',
    ]);
    const { items } = JSON.parse(text) as {
      items: {
        kind: string;
        metadata: {
          name: string;
          namespace: string;
          ownerReferences?: { kind: string; name: string }[];
        };
      }[];
    };
    for (const { kind, metadata } of items) {
      const owner = metadata.ownerReferences?.[0];
      if (owner) this.#above.set(`${metadata.namespace}/${kind}/${metadata.name}`, owner);
    }
  }

  ownerOf(): OwnerOf {
    return ({ namespace, name, owner }: PodTruth) => {
      if (!owner) return { kind: 'Pod', name };
      // A static pod names its node as its owner, and has the node's name at its end.
      if (owner.kind === 'Node') {
        return { kind: 'StaticPod', name: name.slice(0, -(owner.name.length + 1)) };
      }
      const { kind, name: ownerName } = owner;
      return this.#above.get(`${namespace}/${kind}/${ownerName}`) ?? { kind, name: ownerName };
    };
  }
}

function tell(message: string): void {
  process.stdout.write(`${message}\n`);
}

const PARTS = { '--release': release, '--control-plane': components };
const [, part] = Object.entries(PARTS).find(([flag]) => process.argv.includes(flag)) ?? [];
process.exit(await (part ?? main)());
