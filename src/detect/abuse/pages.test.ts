import { describe, expect, it } from 'vitest';
import type { EvidenceFamily } from '../../model/finding.ts';
import { HOUR_MS } from '../../model/time.ts';
import { whyNoPage } from './pages.ts';
import type { SideCar } from './sideCars.ts';
import type { Facts } from './signal.ts';
import {
  aFacts,
  aSubject,
  aSuspicion,
  aTrack,
  NEW,
  own,
} from '../../../test/support/abuse/abuse.ts';

const SILENT: ReadonlyMap<EvidenceFamily, number> = new Map([
  ['novelty', 1],
  ['work', 1.5],
  ['shape', 1],
]);
const track = aTrack({ dwell: 6, hotWindows: 12, recent: [0.5, 0.5, 0.5] });

function reason(change: Partial<Facts>, spec = 0): string | null {
  const families = spec > 0 ? new Map([...SILENT, ['spec', spec] as const]) : SILENT;
  return whyNoPage(aFacts({ normal: NEW, track, ...change }), families);
}

describe('what has the families of a page', () => {
  it('pages where it is new, silent and takes what it asked for', () => {
    expect(reason({})).toBeNull();
  });

  it('is known software after quiet days of its own, unless it runs another image since', () => {
    const normal = { ...own(), isDeployed: true };
    expect(reason({ normal })).toContain('Known software');
    const now = aFacts().window.end;
    expect(reason({ normal, track: { ...track, repoSince: now - 5 * HOUR_MS } })).toBeNull();
    const short = { ...own({ isShort: true }), isDeployed: true };
    expect(reason({ normal: short })).toBeNull();
  });

  it('waits while it uses a small part of what it asked for, but for a mark in its spec', () => {
    const subject = aSubject({ request: 4 });
    expect(reason({ subject })).toContain('part of its request');
    expect(reason({ subject }, 1)).toBeNull();
    expect(reason({ subject: aSubject({ request: null }) })).toBeNull();
  });
});

it('is no page for having burnt much, without a plateau and in one place', () => {
  const uneven = new Map<EvidenceFamily, number>([
    ['novelty', 1],
    ['work', 1.5],
    ['level', 0.5],
  ]);
  const pageOf = (levelDwell: number): string | null =>
    whyNoPage(aFacts({ normal: NEW, track: { ...track, levelDwell } }), uneven);
  expect(pageOf(0)).toContain('steady use');
  expect(pageOf(6)).toBeNull();
});

describe('a side-car', () => {
  const sideCar: SideCar = {
    elasticity: 0,
    follows: null,
    isEvener: true,
    othersCores: 0.2,
    isLittle: false,
    workloads: 1,
    isRollout: false,
  };

  it('that uses more than the others pages where it is evener than they are', () => {
    expect(reason({ sideCar })).toBeNull();
    expect(reason({ sideCar: { ...sideCar, isEvener: false } })).toContain('may serve');
    expect(reason({ sideCar: { ...sideCar, isEvener: false, follows: false } })).toBeNull();
  });

  it('that surely goes with them, or is little and undecided, does not', () => {
    expect(reason({ sideCar: { ...sideCar, follows: true } })).toContain('may serve');
    expect(reason({ sideCar: { ...sideCar, isLittle: true } })).toContain('may serve');
  });
});

describe('a DaemonSet', () => {
  const { container, pod } = { container: {}, pod: {} } as never;
  const daemon = (each: readonly number[]): Partial<Facts> => ({
    subject: aSubject({
      workload: { kind: 'DaemonSet', name: 'agent' },
      limit: null,
      totalCores: each.reduce((sum, cores) => sum + cores, 0),
      members: each.map((cores) => ({ cores, container, pod })),
    }),
    suspicion: aSuspicion({ cores: Math.max(...each) }),
  });

  it('whose pods differ as their nodes do is no page while they take what agents are given', () => {
    expect(reason(daemon([1.1, 0.8, 0.5, 0.4]))).toContain('differ by node');
    expect(reason(daemon([2.2, 1.6, 1, 0.8]))).toBeNull();
  });

  it('whose pods take the same everywhere pages', () => {
    expect(reason(daemon([0.5, 0.51, 0.5, 0.49]))).toBeNull();
  });
});
