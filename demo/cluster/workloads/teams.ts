import { HOUR_MS, MINUTE_MS } from '../../../src/model/time.ts';
import { chance } from '../../noise.ts';
import { batch, bursts, MIB, once, service } from '../behaviours.ts';
import { momentAt, type Behaviour, type DemoWorkload, type Scenario } from '../workload.ts';

/** Video: computes hard now and then, and moves what it computes. */
export function mediaWorkloads(): readonly DemoWorkload[] {
  const namespace = 'media';
  return [
    {
      namespace,
      kind: 'Deployment',
      name: 'transcoder',
      replicas: 2,
      image: 'registry.acme.example/media/transcoder:5.1.0',
      requests: { cpu: 1.5, ramMiB: 1536 },
      limits: { cpu: 3, ramMiB: 2048 },
      behaviour: bursts({
        cores: 2.8,
        idleCores: 0.01,
        slot: 40 * MINUTE_MS,
        busy: 0.3,
        bytesPerCoreSecond: 700_000,
        kind: 'both',
        ramMiB: 1300,
      }),
      nodeGroup: 'spot',
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'thumbnailer',
      image: 'registry.acme.example/media/thumbnailer:2.7.4',
      requests: { cpu: 0.3, ramMiB: 256 },
      limits: { cpu: 1, ramMiB: 512 },
      behaviour: service({ cores: 0.2, bytesPerCoreSecond: 2e6, kind: 'both', ramMiB: 190 }),
      nodeGroup: 'spot',
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'upload-gateway',
      image: 'registry.acme.example/media/upload-gateway:3.3.1',
      requests: { cpu: 0.2, ramMiB: 256 },
      limits: { cpu: 1, ramMiB: 512 },
      behaviour: service({ cores: 0.12, bytesPerCoreSecond: 3e7, ramMiB: 150, depth: 0.7 }),
      hardened: true,
    },
  ];
}

/** Builds. */
export function buildWorkloads(): readonly DemoWorkload[] {
  const namespace = 'ci';
  return [
    {
      namespace,
      kind: 'Deployment',
      name: 'ci-runner',
      replicas: 2,
      container: 'runner',
      image: 'ghcr.io/actions/actions-runner:2.321.0',
      requests: { cpu: 1, ramMiB: 1536 },
      limits: { cpu: 2, ramMiB: 3072 },
      behaviour: bursts({
        cores: 1.8,
        idleCores: 0.01,
        slot: 12 * MINUTE_MS,
        busy: 0.25,
        bytesPerCoreSecond: 1.5e6,
        kind: 'both',
        ramMiB: 1200,
      }),
      nodeGroup: 'spot',
    },
    {
      namespace,
      kind: 'StatefulSet',
      name: 'build-cache',
      image: 'docker.io/library/registry:2.8.3',
      requests: { cpu: 0.2, ramMiB: 512 },
      limits: { cpu: 1, ramMiB: 1024 },
      behaviour: service({ cores: 0.06, bytesPerCoreSecond: 5e7, kind: 'both', ramMiB: 300 }),
      claim: { name: 'blobs', gib: 200 },
    },
  ];
}

/** Money: a release, a JVM at its memory limit, and one that is killed for want of memory. */
export function paymentWorkloads(scenario: Scenario): readonly DemoWorkload[] {
  const namespace = 'payments';
  const registry = 'registry.acme.example/payments';
  return [
    {
      namespace,
      kind: 'Deployment',
      name: 'payments-api',
      replicas: 3,
      image: `${registry}/payments-api:3.8.2`,
      releases: [{ at: momentAt(scenario, 0.55), image: `${registry}/payments-api:3.9.0` }],
      requests: { cpu: 0.4, ramMiB: 512 },
      limits: { cpu: 1, ramMiB: 768 },
      behaviour: warmingUp(service({ cores: 0.25, bytesPerCoreSecond: 2e6, ramMiB: 380 })),
      hardened: true,
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'ledger',
      image: `${registry}/ledger:12.0.4`,
      requests: { cpu: 0.5, ramMiB: 1024 },
      limits: { cpu: 1, ramMiB: 1024 },
      behaviour: jvmAtItsLimit(scenario),
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'statement-renderer',
      image: `${registry}/statement-renderer:1.2.0`,
      requests: { cpu: 0.3, ramMiB: 384 },
      limits: { cpu: 1, ramMiB: 512 },
      // Leaks until the kernel ends it.
      oomAfter: 19 * HOUR_MS,
      behaviour: leaking,
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'fraud-scorer',
      image: `${registry}/fraud-scorer:8.1.1`,
      requests: { cpu: 0.6, ramMiB: 1024 },
      limits: { cpu: 2, ramMiB: 1536 },
      behaviour: service({ cores: 0.5, bytesPerCoreSecond: 200_000, ramMiB: 780, depth: 0.6 }),
      hardened: true,
    },
  ];
}

/** The other cluster's rehearsal: a load test, and what was sized for the real thing. */
export function stagingWorkloads(scenario: Scenario): readonly DemoWorkload[] {
  const namespace = 'staging';
  const startsAt = momentAt(scenario, 0.62);
  const test = { start: startsAt, end: startsAt + 2.5 * HOUR_MS };
  return [
    {
      namespace,
      kind: 'Job',
      name: 'checkout-load-test',
      container: 'k6',
      image: 'docker.io/grafana/k6:0.55.0',
      requests: { cpu: 1, ramMiB: 512 },
      limits: { cpu: 2, ramMiB: 1024 },
      behaviour: batch({ cores: 1.6, bytesPerCoreSecond: 3e6, ramMiB: 600 }),
      runs: once({ startsAt: test.start, endsAt: test.end }),
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'storefront',
      image: 'registry.acme.example/shop/storefront:next',
      requests: { cpu: 0.3, ramMiB: 512 },
      limits: { cpu: 2, ramMiB: 1024 },
      behaviour: service({
        cores: 0.15,
        bytesPerCoreSecond: 3e6,
        ramMiB: 350,
        weekend: 0.2,
        surge: { ...test, factor: 5 },
      }),
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'search',
      replicas: 2,
      image: 'registry.acme.example/shop/search:next',
      // Copied from production, where it is needed.
      requests: { cpu: 1.5, ramMiB: 3072 },
      limits: { cpu: 2, ramMiB: 3072 },
      behaviour: service({ cores: 0.03, bytesPerCoreSecond: 2e6, ramMiB: 480, weekend: 0.1 }),
    },
  ];
}

/** A JVM that just began compiles at its limit for a few minutes. */
function warmingUp(behaviour: Behaviour): Behaviour {
  return (at, pod) => {
    const load = behaviour(at, pod);
    return at - pod.startedAt < 4 * MINUTE_MS ? { ...load, cores: load.cores + 0.6 } : load;
  };
}

/** From the middle of the history on it holds as much as it may, and collects garbage at its CPU limit. */
function jvmAtItsLimit(scenario: Scenario): Behaviour {
  const full = momentAt(scenario, 0.5);
  const usual = service({ cores: 0.3, bytesPerCoreSecond: 900_000, ramMiB: 820 });
  return (at, pod) => {
    const load = usual(at, pod);
    if (at < full) return load;
    const collecting = chance(pod.seed, Math.floor(at / (30 * MINUTE_MS))) < 0.06;
    const cores = collecting ? Math.max(load.cores, 0.96) : load.cores;
    return { ...load, cores, ramBytes: 1009 * MIB };
  };
}

const renders = service({ cores: 0.14, bytesPerCoreSecond: 1e6, ramMiB: 180 });

const leaking: Behaviour = (at, pod) => {
  const hours = (at - pod.startedAt) / HOUR_MS;
  return { ...renders(at, pod), ramBytes: Math.min(511, 190 + 17.2 * hours) * MIB };
};
