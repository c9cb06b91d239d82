/**
 * Bills as the providers write them, from their pricing pages and FOCUS documentation alone. Nothing of `src/cost` is
 * used here.
 */
import { hoursOf, reserve, sum, type BenchNode, type BenchPod, type Bill } from './world.ts';

const DAY = '2026-10-30';
const NEXT = '2026-10-31';

interface Line {
  readonly cost: number;
  readonly id?: string;
  readonly name?: string;
  readonly category?: string;
  readonly service: string;
  readonly serviceName?: string;
  readonly unused?: boolean;
  readonly tagged?: boolean;
}

interface Lines {
  readonly nodes: ReadonlyMap<string, number>;
  readonly pods?: ReadonlyMap<string, number>;
  readonly storage?: number;
  readonly balancers?: number;
  readonly traffic?: number;
  readonly foreign?: number;
  readonly lines: readonly Line[];
}

const COLUMNS =
  'BillingCurrency,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,ResourceId,ResourceName,ChargeCategory,ServiceCategory,ServiceName,CommitmentDiscountStatus,Tags';

/** Amazon's form: ISO times, `NULL` for nothing, tags as an object. */
export function amazonBill(from: Lines): Bill {
  return billOf(
    from,
    'Tags.cluster=prod',
    ({ cost, id, name, category, service, serviceName, unused, tagged = true }) =>
      [
        'USD',
        `${DAY}T00:00:00Z`,
        `${NEXT}T00:00:00Z`,
        cost,
        id ?? 'NULL',
        name ?? 'NULL',
        category ?? 'Usage',
        service,
        serviceName ?? 'Amazon Elastic Compute Cloud',
        unused === true ? 'Unused' : 'NULL',
        tagged ? '"{""cluster"":""prod""}"' : 'NULL',
      ].join(','),
  );
}

/** Google's FOCUS view: small letters, numeric resources with names, a taxonomy, tags as a list. */
export function googleBill(from: Lines): Bill {
  return billOf(
    from,
    'Tags.goog-k8s-cluster-name=prod',
    ({ cost, id, name, category, service, serviceName, tagged = true }) =>
      [
        'USD',
        `${DAY} 00:00:00 UTC`,
        `${NEXT} 00:00:00 UTC`,
        cost,
        id ?? '',
        name ?? '',
        (category ?? 'usage').toLowerCase(),
        `"[""GCP"",""${service}""]"`,
        serviceName ?? 'Compute Engine',
        '',
        tagged ? '"[{""key"":""goog-k8s-cluster-name"",""value"":""prod""}]"' : '"[]"',
      ].join(','),
  );
}

/** Azure's form: times without a zone, paths in small letters, a scale set as one resource. */
export function azureBill(from: Lines): Bill {
  return billOf(
    from,
    'Tags.cluster=prod',
    ({ cost, id, name, category, service, serviceName, tagged = true }) =>
      [
        'USD',
        `${DAY} 00:00:00.000`,
        `${NEXT} 00:00:00.000`,
        cost,
        (id ?? '').toLowerCase(),
        name ?? '',
        category ?? 'Usage',
        service,
        serviceName ?? 'Virtual Machines',
        '',
        tagged ? '"{""cluster"":""prod""}"' : '',
      ].join(','),
  );
}

function billOf(
  { nodes, pods = new Map(), storage = 0, balancers = 0, traffic = 0, foreign = 0, lines }: Lines,
  where: string,
  write: (line: Line) => string,
): Bill {
  return {
    header: COLUMNS,
    lines: lines.map(write),
    nodes,
    pods,
    storage,
    balancers,
    traffic,
    foreign,
    where,
  };
}

/** Machines by the second: an hourly price, less a commitment's discount. */
export function machines(
  nodes: readonly BenchNode[],
  priceOf: (node: BenchNode) => number,
): ReadonlyMap<string, number> {
  return new Map(nodes.map((node) => [node.name, priceOf(node) * hoursOf(node.up)]));
}

/** Fargate on EKS: the reservation and 256 MiB, rounded up to a size of the table, by the second. */
export function fargate(pods: readonly BenchPod[], vcpuHour: number, gibHour: number) {
  const sizes: readonly (readonly [vcpu: number, min: number, max: number, step: number])[] = [
    [0.25, 0.5, 2, 0.5],
    [0.5, 1, 4, 1],
    [1, 2, 8, 1],
    [2, 4, 16, 1],
    [4, 8, 30, 1],
    [8, 16, 60, 4],
    [16, 32, 120, 8],
  ];
  return new Map(
    pods.map((pod) => {
      const { cores, gib } = reserve(pod);
      const needed = gib + 0.25;
      const size = sizes.find(([vcpu, , max]) => vcpu >= cores && max >= needed);
      if (size === undefined) throw new Error(`${pod.name} is larger than Fargate sells`);
      const [vcpu, min, , step] = size;
      let memory = Math.max(min, Math.ceil(needed / step) * step);
      if (vcpu === 0.25 && memory === 1.5) memory = 2;
      return [pod.name, (vcpu * vcpuHour + memory * gibHour) * hoursOf(pod.held)];
    }),
  );
}

/** GKE Autopilot: what pods request, by the second. */
export function autopilot(pods: readonly BenchPod[], vcpuHour: number, gibHour: number) {
  return new Map(
    pods.map((pod) => {
      const { cores, gib } = reserve(pod);
      const free = pod.namespace === 'kube-system' ? 0 : 1;
      return [pod.name, free * (cores * vcpuHour + gib * gibHour) * hoursOf(pod.held)];
    }),
  );
}

export function total(costs: ReadonlyMap<string, number>): number {
  return sum([...costs.values()]);
}
