import { played, service } from '../behaviours.ts';
import type { Trace } from '../../traces.ts';
import { hijacked } from './hidden.ts';
import type { DemoWorkload, Scenario } from '../workload.ts';

const NAMESPACE = 'train-ticket';

/** Services of Train Ticket that were measured, and how much busier they are here. */
const MEASURED: readonly (readonly [service: string, scale: number])[] = [
  ['admin-order-service', 4],
  ['auth-service', 5],
  ['basic-service', 4],
  ['food-service', 4],
  ['gateway-service', 4],
  ['inside-payment-service', 4],
  ['news-service', 6],
  ['route-plan-service', 4],
  ['station-service', 4],
  ['train-service', 4],
  ['travel-plan-service', 4],
  ['travel2-service', 4],
  ['voucher-service', 6],
];

/** The hijacked service, and the miner in its pod. */
const HIJACKED = 'travel2-service';

/** A booking system of Spring services, each from measurements, with its database made up. */
export function trainWorkloads(
  traces: ReadonlyMap<string, Trace>,
  scenario: Scenario,
): readonly DemoWorkload[] {
  const services = MEASURED.flatMap(([name, scale]): DemoWorkload[] => {
    const trace = traces.get(`nezha-trainticket-2023-01-29-ts-${name}`);
    if (trace === undefined) return [];
    const own = played(trace, scale);
    return [
      {
        namespace: NAMESPACE,
        kind: 'Deployment',
        name: `ts-${name}`,
        container: `ts-${name}`,
        image: `docker.io/codewisdom/ts-${name}:0.2.1`,
        requests: { cpu: 0.2, ramMiB: 900 },
        limits: { cpu: 1, ramMiB: 1400 },
        behaviour: name === HIJACKED ? hijacked(own, scenario) : own,
      },
    ];
  });
  return [...services, DATABASE];
}

const DATABASE: DemoWorkload = {
  namespace: NAMESPACE,
  kind: 'StatefulSet',
  name: 'ts-mongo',
  container: 'mongo',
  image: 'docker.io/library/mongo:6.0.19',
  requests: { cpu: 0.5, ramMiB: 1536 },
  limits: { cpu: 2, ramMiB: 3072 },
  behaviour: service({
    cores: 0.35,
    bytesPerCoreSecond: 6e6,
    kind: 'both',
    ramMiB: 1400,
    depth: 0.4,
  }),
  claim: { name: 'data', gib: 100 },
};
