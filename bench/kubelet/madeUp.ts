import type { MetricStore, Sample } from '../../test/support/metricStore.ts';
import { Random } from '../random.ts';

export const FIGURES = ['cpu', 'reserved', 'charged', 'ram', 'network', 'disk'] as const;

/**
 * Core-seconds used, reserved, and charged (the larger of the two, minute by minute); byte-seconds of memory; bytes sent
 * and written.
 */
export type Amounts = Record<(typeof FIGURES)[number], number>;

export interface MadeUpKubelet {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** By workload: what is right, and how far off a figure may be. */
  readonly truth: ReadonlyMap<string, Truth>;
}

interface Truth {
  readonly amounts: Amounts;
  readonly bounds: Amounts;
  /** 25 minutes or longer: no error is due to what no scrape has seen. */
  readonly lasts: boolean;
}

export interface KubeletOptions {
  readonly seed: number;
  /** Seconds between two scrapes of the kubelet. */
  readonly scrape: number;
  /** `/metrics/resource` is scraped as well. */
  readonly resource: boolean;
}

const FROM = Date.UTC(2026, 10, 28, 10) / 1000;
const TO = FROM + 7200;
const BEGIN = FROM - 1800;
const END = TO + 900;
const KUBE_SCRAPE = 30;
const RAM = 200 * 2 ** 20;
const SENT_A_CORE_SECOND = 1e5;
const WRITTEN_A_CORE_SECOND = 3e4;

interface Life {
  readonly from: number;
  readonly to: number;
}

/** A container's life after life and what it uses, in cores by time. */
interface Pod {
  readonly workload: string;
  readonly lives: readonly Life[];
  readonly scheduled: number;
  readonly request: number;
  readonly use: Use;
}

/** Core-seconds from the first piece's start; each piece is even. */
class Use {
  readonly #times: number[];
  readonly #sums: number[] = [0];
  readonly #cores: readonly number[];

  constructor(times: readonly number[], cores: readonly number[]) {
    this.#times = [...times];
    this.#cores = cores;
    cores.forEach((rate, index) => {
      const span = (this.#times[index + 1] ?? 0) - (this.#times[index] ?? 0);
      this.#sums.push((this.#sums[index] ?? 0) + rate * span);
    });
  }

  until(time: number): number {
    const next = this.#times.findIndex((one) => one > time);
    if (next === 0) return 0;
    const index = (next < 0 ? this.#times.length : next) - 1;
    const into = time - (this.#times[index] ?? 0);
    return (this.#sums[index] ?? 0) + (this.#cores[index] ?? 0) * into;
  }

  between(from: number, to: number): number {
    return to <= from ? 0 : this.until(to) - this.until(from);
  }
}

function ramAt(time: number): number {
  return RAM * (1 + 0.3 * Math.sin(time / 600));
}

function ramBetween(from: number, to: number): number {
  const integral = (time: number): number => RAM * (time - 180 * Math.cos(time / 600));
  return to <= from ? 0 : integral(to) - integral(from);
}

/** Fills a store with what a kubelet and kube-state-metrics would have exposed. */
export function madeUpKubelet(store: MetricStore, options: KubeletOptions): MadeUpKubelet {
  const random = new Random(options.seed);
  const outages = [
    { from: FROM + Math.floor(random.between(1500, 3000)), length: 35 },
    { from: FROM + Math.floor(random.between(4000, 5200)), length: 200 },
  ].map(({ from, length }) => ({ from, to: from + length }));
  const kubeletAway = FROM + Math.floor(random.between(5500, 6200));
  const isAway = (time: number): boolean => kubeletAway <= time && time < kubeletAway + 45;
  const scrapes = (step: number): readonly number[] => {
    const times: number[] = [];
    for (let time = BEGIN + random.next() * step; time < END; time += step) {
      if (!outages.some(({ from, to }) => from <= time && time < to)) times.push(time);
    }
    return times;
  };
  const exporters = {
    cadvisor: scrapes(options.scrape).filter((time) => !isAway(time)),
    resource: options.resource ? scrapes(options.scrape).filter((time) => !isAway(time)) : [],
    kube: scrapes(KUBE_SCRAPE),
  };
  const truth = new Map<string, Truth>();
  podsOf(random).forEach((pod, index) => {
    addTruth(truth, pod, options.scrape);
    addKube(store, pod, index, exporters.kube);
    addUsage(store, pod, index, random, isAway, exporters);
  });
  const node = { node: 'node-a' };
  store.add('kube_node_info', node, constant(exporters.kube, 1));
  store.add(
    'kube_node_status_capacity',
    { ...node, resource: 'cpu' },
    constant(exporters.kube, 64),
  );
  return { from: FROM, to: TO, truth };
}

function podsOf(random: Random): readonly Pod[] {
  const pods: Pod[] = [];
  const whole = { lives: [{ from: BEGIN, to: END + 1 }], scheduled: BEGIN, request: 0 };
  for (let index = 0; index < 4; index++)
    pods.push({ ...whole, workload: `steady-${index}`, use: even(random.between(0.2, 1.1)) });
  for (let index = 0; index < 3; index++) {
    const use = pieces(() => ({
      span: random.between(20, 40),
      cores: random.next() < 0.5 ? 0 : 1,
    }));
    pods.push({ ...whole, workload: `duty-${index}`, use });
  }
  const edge = pieces((time) => {
    const into = (time - FROM + 3600) % 300;
    return into < 6 ? { span: 6 - into, cores: 1.5 } : { span: 300 - into, cores: 0.001 };
  });
  pods.push({ ...whole, workload: 'edge', use: edge });
  const killed: Life[] = [];
  for (let time = BEGIN; time < END; time += 90) killed.push({ from: time, to: time + 70 });
  pods.push({ ...whole, workload: 'leaky', lives: killed, use: even(0.6) });
  const evicted = [{ from: BEGIN, to: FROM + 3630 }];
  pods.push({ ...whole, workload: 'evicted', lives: evicted, use: even(0.8) });
  // A CI runner: bursts far above its request, and pods of 25 minutes.
  const bursts = (): Use =>
    pieces(() => ({ span: random.between(20, 90), cores: random.next() < 0.6 ? 0.05 : 2 }));
  pods.push({ ...whole, workload: 'runner', request: 0.5, use: bursts() });
  for (let scheduled = FROM + 40; scheduled + 1500 < TO; scheduled += 1740) {
    const lives = [{ from: scheduled + 2, to: scheduled + 1500 }];
    pods.push({ lives, scheduled, workload: 'build', request: 0.5, use: bursts() });
  }
  for (const [seconds, every] of [
    [5, 60],
    [20, 60],
    [45, 120],
    [90, 180],
    [200, 300],
  ] as const) {
    for (let scheduled = BEGIN; scheduled < TO; scheduled += every) {
      const from = scheduled + random.between(0.5, 3);
      const lives = [{ from, to: from + seconds }];
      const job = { lives, scheduled };
      pods.push({ ...job, workload: `job-${seconds}`, request: 0, use: even(0.7) });
      pods.push({ ...job, workload: `reserve-${seconds}`, request: 0.5, use: even(0) });
    }
  }
  return pods;
}

function even(cores: number): Use {
  return new Use([BEGIN, END + 300], [cores]);
}

function pieces(next: (time: number) => { span: number; cores: number }): Use {
  const times = [BEGIN];
  const cores: number[] = [];
  for (let time = BEGIN; time < END + 300;) {
    const piece = next(time);
    time += piece.span;
    times.push(time);
    cores.push(piece.cores);
  }
  return new Use(times, cores);
}

/** The last scrape of a life cannot have seen its end, and what comes after it is estimated for CPU alone. */
function addTruth(
  truth: Map<string, Truth>,
  { workload, lives, scheduled, request, use }: Pod,
  scrape: number,
): void {
  const known = truth.get(workload) ?? {
    amounts: { cpu: 0, reserved: 0, charged: 0, ram: 0, network: 0, disk: 0 },
    bounds: boundsOf(workload, lives, scrape),
    lasts: !/^(job|reserve|leaky)/.test(workload),
  };
  truth.set(workload, known);
  for (const life of lives) {
    const [from, to] = [Math.max(life.from, FROM), Math.min(life.to, TO)];
    const used = use.between(from, to);
    known.amounts.cpu += used;
    known.amounts.network += used * SENT_A_CORE_SECOND;
    known.amounts.disk += used * WRITTEN_A_CORE_SECOND;
    known.amounts.ram += ramBetween(from, to);
  }
  const end = Math.min(lives.at(-1)?.to ?? 0, TO);
  known.amounts.reserved += request * Math.max(0, end - Math.max(scheduled, FROM));
  for (let minute = FROM; minute < TO; minute += 60) {
    const within = (one: Life): [number, number] => [
      Math.max(one.from, minute),
      Math.min(one.to, minute + 60),
    ];
    const [from, to] = within({ from: scheduled, to: end });
    const used = lives.reduce((sum, life) => sum + use.between(...within(life)), 0);
    known.amounts.charged += Math.max(used, request * Math.max(0, to - from));
  }
}

function boundsOf(workload: string, lives: readonly Life[], scrape: number): Amounts {
  const [first] = lives;
  const life = (first?.to ?? 0) - (first?.from ?? 0);
  const isShort = /^(job|reserve|leaky|build)/.test(workload);
  const unseen = isShort ? 0.05 + (scrape / 2 + 8) / life : 0;
  const measured = workload === 'edge' ? 0.05 : workload.startsWith('steady') ? 0.01 : 0.02;
  const bound = Math.max(measured, unseen);
  // CPU goes on at its last rate to a known end; of bytes nothing is estimated, and jobs may all end before a scrape.
  const bytes = Math.max(measured, isShort ? 0.05 + (scrape + 20) / life : 0);
  // A burst's edge lies between two samples, which may belong to two minutes.
  const charged = Math.max(
    isShort ? bound : measured,
    /^(runner|build)/.test(workload) ? 0.01 + scrape / 700 : 0,
  );
  return {
    cpu: bound,
    reserved: 0.03,
    charged,
    ram: Math.max(0.02, bytes),
    network: bytes,
    disk: bytes,
  };
}

function addKube(store: MetricStore, pod: Pod, index: number, scrapes: readonly number[]): void {
  const { workload, lives, scheduled, request } = pod;
  const [first, last] = [lives[0]?.from ?? 0, lives.at(-1)?.to ?? 0];
  const times = scrapes.filter((time) => time >= scheduled && time <= last + 600);
  if (times.length === 0) return;
  const isDone = (time: number): boolean => time >= last;
  const self = { namespace: 'n', pod: `${workload}-${index}`, uid: uidOf(index) };
  const app = { ...self, container: 'm' };
  const add = (metric: string, labels: Record<string, string>, value: (time: number) => number) =>
    store.add(
      metric,
      labels,
      times.map((time): Sample => [time, value(time)]),
    );
  const owner = { created_by_kind: 'DaemonSet', created_by_name: workload };
  add('kube_pod_info', { ...self, ...owner, node: 'node-a', host_network: 'false' }, () => 1);
  add('kube_pod_created', self, () => Math.floor(scheduled));
  add('kube_pod_status_scheduled_time', self, () => Math.floor(scheduled));
  add('kube_pod_status_phase', { ...self, phase: 'Pending' }, (time) => Number(time < first));
  add('kube_pod_status_phase', { ...self, phase: 'Running' }, (time) =>
    Number(time >= first && !isDone(time)),
  );
  add('kube_pod_status_phase', { ...self, phase: 'Succeeded' }, (time) => Number(isDone(time)));
  add('kube_pod_container_info', { ...app, image: 'app:1' }, () => 1);
  add('kube_pod_container_status_running', app, (time) =>
    Number(lives.some(({ from, to }) => from <= time && time < to)),
  );
  const killed = times.flatMap((time): readonly Sample[] => {
    const life = lives.findLast(({ to }) => to <= time);
    return life === undefined || lives.length === 1 ? [] : [[time, Math.floor(life.to)]];
  });
  if (killed.length > 0)
    store.add('kube_pod_container_status_last_terminated_timestamp', app, killed);
  const finished = times.filter(isDone);
  if (finished.length > 0)
    store.add('kube_pod_completion_time', self, constant(finished, Math.floor(last)));
  if (request > 0)
    add('kube_pod_container_resource_requests', { ...app, resource: 'cpu' }, () => request);
}

function addUsage(
  store: MetricStore,
  { workload, lives, use }: Pod,
  index: number,
  random: Random,
  isAway: (time: number) => boolean,
  scrapes: { readonly cadvisor: readonly number[]; readonly resource: readonly number[] },
): void {
  const uid = uidOf(index);
  const self = { namespace: 'n', pod: `${workload}-${index}` };
  const sandboxAt: Sample[] = [];
  let sent = 0;
  lives.forEach(({ from, to }, life) => {
    const readAt: number[] = [];
    for (let time = from + random.next() * 0.3; time < to; time += random.between(10, 20))
      if (!isAway(time)) readAt.push(time);
    const id = `/kubepods/burstable/pod${uid}/${life.toString(16).padStart(64, '0')}`;
    const used = (time: number): number => use.between(from, time);
    for (const [path, times] of [
      ['/metrics/cadvisor', scrapes.cadvisor],
      ['/metrics/resource', scrapes.resource],
    ] as const) {
      const isCadvisor = path === '/metrics/cadvisor';
      const shown = shownAt(readAt, times, to);
      if (shown.length === 0) continue;
      const labels = {
        ...self,
        container: 'm',
        metrics_path: path,
        ...(isCadvisor ? { id } : {}),
      };
      const add = (metric: string, value: (time: number) => number, more = {}): void =>
        store.add(
          metric,
          { ...labels, ...more },
          shown.map((time): Sample => [Number(time.toFixed(3)), value(time)]),
        );
      add('container_cpu_usage_seconds_total', used);
      add('container_memory_working_set_bytes', ramAt);
      store.add(
        'container_start_time_seconds',
        labels,
        constant(
          times.filter((time) => time >= from && time < to),
          isCadvisor ? Math.floor(from) : from,
        ),
      );
      if (!isCadvisor) continue;
      add('container_fs_writes_bytes_total', (time) => used(time) * WRITTEN_A_CORE_SECOND, {
        device: '/dev/nvme0n1',
      });
      for (const time of shown)
        sandboxAt.push([Number(time.toFixed(3)), (sent + used(time)) * SENT_A_CORE_SECOND]);
    }
    sent += use.between(from, to);
  });
  if (sandboxAt.length === 0) return;
  const sandbox = { ...self, id: `/kubepods/burstable/pod${uid}/${'f'.repeat(64)}` };
  store.add('container_network_transmit_bytes_total', { ...sandbox, interface: 'eth0' }, sandboxAt);
}

/** A scrape takes the newest reading; Prometheus drops the one that it has already. */
function shownAt(
  readAt: readonly number[],
  scrapes: readonly number[],
  to: number,
): readonly number[] {
  const shown = new Set<number>();
  for (const scrape of scrapes) {
    if (scrape >= to) break;
    const newest = readAt.findLast((time) => time <= scrape);
    if (newest !== undefined) shown.add(newest);
  }
  return [...shown];
}

function uidOf(index: number): string {
  return `${String(index).padStart(8, '0')}-3333-4444-8555-666666666666`;
}

function constant(times: readonly number[], value: number): readonly Sample[] {
  return times.map((time) => [time, value]);
}
