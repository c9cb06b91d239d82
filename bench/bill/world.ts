/** A made-up cluster for a day, in hours since midnight (UTC). Nothing here knows how Burnwatch counts. */
export interface BillWorld {
  readonly name: string;
  readonly what: string;
  readonly nodes: readonly BenchNode[];
  readonly pods: readonly BenchPod[];
  readonly volumes?: readonly BenchVolume[];
  /** Load balancers by namespace. */
  readonly balancers?: readonly string[];
  /** The lines of the provider's bill; written in `providers.ts` from the provider's documentation. */
  readonly bill: Bill;
}

export interface BenchNode {
  readonly name: string;
  readonly providerId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly cores: number;
  readonly gib: number;
  /** Cards, and how the node offers them. */
  readonly cards?: { readonly count: number; readonly resource: string; readonly units: number };
  readonly up: readonly [from: number, to: number];
}

export interface BenchPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly held: readonly [from: number, to: number];
  readonly containers: readonly BenchContainer[];
  readonly podLevel?: { readonly cores: number; readonly gib: number };
  readonly overhead?: { readonly cores: number; readonly gib: number };
  readonly claim?: string;
  /** Bytes to the internet, GiB an hour. */
  readonly egressGiB?: number;
}

export interface BenchContainer {
  readonly role: 'main' | 'init' | 'sidecar';
  readonly cores: number;
  readonly gib: number;
  readonly pagesGiB?: number;
  /** Units of the node's card resource. */
  readonly units?: number;
  readonly used: readonly [cores: number, gib: number];
}

export interface BenchVolume {
  readonly namespace: string;
  readonly claim: string;
  readonly gib: number;
}

export interface Bill {
  readonly header: string;
  readonly lines: readonly string[];
  /** What the provider bills for each node, in all, and for each pod that is billed by itself. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly pods: ReadonlyMap<string, number>;
  readonly storage: number;
  readonly balancers: number;
  readonly traffic: number;
  /** What belongs to nothing of the cluster. */
  readonly foreign: number;
  /** Chosen by a tag, as `--where` does. */
  readonly where: string | null;
}

/** Cores and memory that the scheduler reserves, by the Kubernetes documentation ("Resource sharing within containers"). */
export function reserve(pod: BenchPod): {
  cores: number;
  gib: number;
  pages: number;
  units: number;
} {
  const of = (amount: (one: BenchContainer) => number): number => {
    const main = sum(pod.containers.filter(({ role }) => role === 'main').map(amount));
    let sidecars = 0;
    let most = 0;
    for (const one of pod.containers) {
      if (one.role === 'sidecar') sidecars += amount(one);
      if (one.role === 'init') most = Math.max(most, sidecars + amount(one));
    }
    return Math.max(most, main + sidecars);
  };
  const { podLevel, overhead = { cores: 0, gib: 0 } } = pod;
  return {
    cores: (podLevel?.cores ?? of(({ cores }) => cores)) + overhead.cores,
    gib: (podLevel?.gib ?? of(({ gib }) => gib)) + overhead.gib,
    pages: of(({ pagesGiB = 0 }) => pagesGiB),
    units: of(({ units = 0 }) => units),
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function hoursOf([from, to]: readonly [number, number]): number {
  return to - from;
}
