import type { Case } from '../case.ts';
import type { Random } from '../../random.ts';
import type { Trace } from '../../../demo/traces.ts';
import { loadOf, MIB, WINDOW_MS, type Flow, type Shape } from '../workload.ts';

/** How a trace is played: from which window on, over which part, how much larger. */
export interface Playback {
  readonly trace: Trace;
  /** Part of the trace that may be shown, [from, to) in shares: the split by time. */
  readonly part: readonly [number, number];
  readonly scale: number;
  /** Repeat the part (its days are counted once); false: it ends with the trace. */
  readonly repeat: boolean;
}

/** Where in the trace it is in window `index` since its beginning; null after its end. */
function placeOf({ trace, part, repeat }: Playback, index: number): number | null {
  const from = Math.floor(trace.cores.length * part[0]);
  const length = Math.floor(trace.cores.length * part[1]) - from;
  return !repeat && index >= length ? null : from + (index % length);
}

/** The flow of a trace in window `index` since its beginning; null after its end. */
export function playTrace(playback: Playback, index: number): Flow | null {
  const { trace, scale } = playback;
  const at = placeOf(playback, index);
  if (at === null) return null;
  const traffic = trace.rx === null ? null : scale;
  return {
    cores: (trace.cores[at] ?? 0) * scale,
    rx: traffic === null ? null : (trace.rx?.[at] ?? 0) * traffic,
    tx: traffic === null ? null : (trace.tx?.[at] ?? 0) * traffic,
    diskRead: trace.isHost ? null : 0,
    diskWrite: trace.isHost ? null : 200,
    ram: trace.ram?.[at] ?? 500 * MIB,
  };
}

/** The limit a trace's workload has: the measured one where it is known (500 m), else room for the use. */
function limitOf({ trace, scale }: Playback): number {
  if (trace.isHost) return scale;
  return Math.max(0.5, 0.5 * Math.ceil((scale * 0.5) / 0.5));
}

/** The Deployment that stands for a trace. */
export function traceShape(playback: Playback): Shape {
  const limit = limitOf(playback);
  return {
    kind: 'Deployment',
    name: playback.trace.name.slice(-30).replace(/^[^a-z]+/, ''),
    container: 'main',
    image: `registry.example.com/measured/${playback.trace.name}:v1`,
    limit,
    request: limit / 4,
    ramLimit: 2048 * MIB,
  };
}

/** A trace as it was measured, with nothing injected; begun `shift` windows later, with a little noise if `noises`. */
export function measuredCase(
  playback: Playback,
  id: string,
  from: number,
  shift = 0,
  noises: Random | null = null,
): Case {
  const shape = traceShape(playback);
  const indexAt = (start: number): number => Math.round((start - from) / WINDOW_MS) + shift;
  return {
    namespace: id,
    truth: {
      source: 'measured',
      service: playback.trace.name,
      isMiner: false,
      isUndecidable: false,
      shape: 'measured',
      share: null,
      how: null,
      withSpec: false,
      onset: null,
      burntAt: null,
    },
    isAnomalousAt(start) {
      const at = placeOf(playback, indexAt(start));
      return at !== null && playback.trace.isAnomalous[at] === true;
    },
    step(start) {
      const flow = playTrace(playback, indexAt(start));
      if (flow === null) return [];
      if (noises !== null) flow.cores *= noises.noise(0.03);
      return [loadOf(shape, flow, `${shape.name}-5c9d-0`, from - 86_400_000, 'node-1')];
    },
  };
}
