import { played, service } from '../behaviours.ts';
import type { Trace } from '../../traces.ts';
import type { DemoWorkload, Scenario } from '../workload.ts';
import { ATTACKED, attacked } from './hidden.ts';

const NAMESPACE = 'online-boutique';
const REGISTRY = 'us-central1-docker.pkg.dev/online-boutique-ci/releases';

/** Services of Online Boutique that were measured, and how much busier they are here. */
const MEASURED: readonly (readonly [service: string, scale: number, replicas: number])[] = [
  ['adservice', 30, 1],
  ['checkoutservice', 25, 1],
  ['currencyservice', 12, 1],
  ['emailservice', 20, 1],
  ['paymentservice', 20, 1],
  ['recommendationservice', 10, 2],
  ['shippingservice', 20, 1],
];

/** Google's demonstration shop: seven services from measurements, the rest and its cart's store made up. */
export function shopWorkloads(
  traces: ReadonlyMap<string, Trace>,
  scenario: Scenario,
): readonly DemoWorkload[] {
  const measured = MEASURED.flatMap(([name, scale, replicas]): DemoWorkload[] => {
    const trace = traces.get(`nezha-boutique-2022-08-22-${name}`);
    if (trace === undefined) return [];
    const own = played(trace, scale);
    return [
      {
        namespace: NAMESPACE,
        kind: 'Deployment',
        name,
        replicas,
        container: 'server',
        image: `${REGISTRY}/${name}:v0.10.1`,
        requests: { cpu: 0.2, ramMiB: 220 },
        limits: { cpu: 1, ramMiB: 450 },
        behaviour: name === ATTACKED.name ? attacked(own, scenario) : own,
        hardened: true,
      },
    ];
  });
  return [...measured, ...INVENTED];
}

const INVENTED: readonly DemoWorkload[] = [
  {
    namespace: NAMESPACE,
    kind: 'Deployment',
    name: 'frontend',
    replicas: 2,
    container: 'server',
    image: `${REGISTRY}/frontend:v0.10.1`,
    requests: { cpu: 0.3, ramMiB: 128 },
    limits: { cpu: 1, ramMiB: 256 },
    behaviour: service({ cores: 0.22, bytesPerCoreSecond: 9e6, ramMiB: 90, depth: 0.7 }),
    hardened: true,
  },
  {
    namespace: NAMESPACE,
    kind: 'Deployment',
    name: 'cartservice',
    container: 'server',
    image: `${REGISTRY}/cartservice:v0.10.1`,
    requests: { cpu: 0.2, ramMiB: 128 },
    limits: { cpu: 0.6, ramMiB: 256 },
    behaviour: service({ cores: 0.11, bytesPerCoreSecond: 3e6, ramMiB: 100, depth: 0.6 }),
    hardened: true,
  },
  {
    namespace: NAMESPACE,
    kind: 'Deployment',
    name: 'productcatalogservice',
    container: 'server',
    image: `${REGISTRY}/productcatalogservice:v0.10.1`,
    // Asked for once, for a launch; never needed since.
    requests: { cpu: 2, ramMiB: 2048 },
    limits: { cpu: 3, ramMiB: 2048 },
    behaviour: service({ cores: 0.12, bytesPerCoreSecond: 4e6, ramMiB: 110, depth: 0.6 }),
    hardened: true,
  },
  {
    namespace: NAMESPACE,
    kind: 'StatefulSet',
    name: 'redis-cart',
    container: 'redis',
    image: 'docker.io/library/redis:7.4.1-alpine',
    requests: { cpu: 0.1, ramMiB: 256 },
    limits: { cpu: 0.5, ramMiB: 512 },
    behaviour: service({ cores: 0.05, bytesPerCoreSecond: 2e7, ramMiB: 180, depth: 0.6 }),
    claim: { name: 'data', gib: 20 },
  },
];
