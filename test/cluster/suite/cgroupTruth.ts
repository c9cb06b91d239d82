import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CGROUP_ROOT = '/sys/fs/cgroup';
/** Four times a second: a container of five seconds loses at most a twentieth of its use. */
const TICK_MS = 250;
/** Depth below the root at which kubepods is looked for: kind and k3d put it deep inside. */
const MAX_DEPTH = 8;
const CONTAINER_NAME = /([0-9a-f]{64})(\.scope)?$/;
const MEMORY_EACH_TICKS = 4;

/** What the control group of one container counted: `[Unix milliseconds, value]` by ascending time. */
export interface ContainerCounters {
  /** Core-seconds since the start. */
  readonly cpu: [atMs: number, coreSeconds: number][];
  /** Working set as the kubelet defines it: usage less inactive file pages. */
  readonly memory: [atMs: number, bytes: number][];
}

/** Reads the counters of every container on this machine from its own control group until it is stopped. */
export class CgroupTruth {
  readonly containers = new Map<string, ContainerCounters>();
  readonly #roots: { readonly cpu: string[]; readonly memory: string[] };
  readonly #folders = new Map<string, { readonly cpu: string; readonly memory: string }>();
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;

  private constructor(cpu: string[], memory: string[]) {
    this.#roots = { cpu, memory };
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Null where this machine runs no kubelet whose control groups can be read. */
  static start(): CgroupTruth | null {
    const isV1 = existsSync(join(CGROUP_ROOT, 'cpuacct'));
    const cpu = findKubepods(isV1 ? join(CGROUP_ROOT, 'cpuacct') : CGROUP_ROOT);
    const memory = isV1 ? findKubepods(join(CGROUP_ROOT, 'memory')) : cpu;
    return cpu.length === 0 ? null : new CgroupTruth(cpu, memory);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = Date.now();
    const seen = new Set<string>();
    for (const root of this.#roots.cpu) this.#walk(root, root, seen);
    for (const id of this.#folders.keys()) if (!seen.has(id)) this.#folders.delete(id);
    const withMemory = this.#ticks % MEMORY_EACH_TICKS === 0;
    this.#ticks += 1;
    for (const [id, folder] of this.#folders) {
      const counters = this.containers.get(id);
      const cpu = readCpu(folder.cpu);
      if (!counters || cpu === null) continue;
      appendOnce(counters.cpu, now, cpu);
      if (!withMemory) continue;
      const memory = readWorkingSet(folder.memory);
      if (memory !== null) counters.memory.push([now, memory]);
    }
  }

  #walk(root: string, folder: string, seen: Set<string>): void {
    for (const entry of subfolders(folder)) {
      const path = join(folder, entry);
      const id = CONTAINER_NAME.exec(entry)?.[1];
      if (id === undefined) {
        this.#walk(root, path, seen);
        continue;
      }
      seen.add(id);
      if (this.#folders.has(id)) continue;
      const index = this.#roots.cpu.indexOf(root);
      const memory = join(this.#roots.memory[index] ?? root, path.slice(root.length));
      this.#folders.set(id, { cpu: path, memory });
      if (!this.containers.has(id)) this.containers.set(id, { cpu: [], memory: [] });
    }
  }
}

/** Within a second only the latest value is kept. */
function appendOnce(series: [number, number][], now: number, value: number): void {
  const before = series.at(-2);
  if (series.length > 1 && before && now - before[0] < 1000) series.pop();
  series.push([now, value]);
}

function findKubepods(root: string, depth = 0): string[] {
  return subfolders(root).flatMap((entry) => {
    const path = join(root, entry);
    if (/^(kubelet-)?kubepods(\.slice)?$/.test(entry)) return [path];
    return depth < MAX_DEPTH ? findKubepods(path, depth + 1) : [];
  });
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function readCpu(folder: string): number | null {
  const nanoseconds = read(join(folder, 'cpuacct.usage'));
  if (nanoseconds !== null) return Number(nanoseconds) / 1e9;
  const microseconds = /usage_usec (\d+)/.exec(read(join(folder, 'cpu.stat')) ?? '')?.[1];
  return microseconds === undefined ? null : Number(microseconds) / 1e6;
}

function readWorkingSet(folder: string): number | null {
  const stat = read(join(folder, 'memory.stat'));
  const usage = read(join(folder, 'memory.usage_in_bytes')) ?? read(join(folder, 'memory.current'));
  if (stat === null || usage === null) return null;
  const inactive = /^(?:total_)?inactive_file (\d+)$/m;
  const total = /^total_inactive_file (\d+)$/m.exec(stat) ?? inactive.exec(stat);
  return Math.max(0, Number(usage) - Number(total?.[1] ?? 0));
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
