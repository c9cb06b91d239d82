import { describe, expect, it } from 'vitest';
import type { EvidenceFamily } from '../../../model/finding.ts';
import { HOUR_MS } from '../../../model/time.ts';
import { capped } from './caps.ts';
import { addHour, EMPTY_RING, flagFrom, hourOf } from '../../usual/hourRing.ts';
import type { SideCar } from '../evidence/signal.ts';
import type { Facts } from '../evidence/signal.ts';
import {
  aFacts,
  aMember,
  aSubject,
  aSuspicion,
  aTrack,
  NEW,
  own,
  UNKNOWN,
} from '../../../../test/support/abuse/abuse.ts';

const SILENT: ReadonlyMap<EvidenceFamily, number> = new Map([
  ['novelty', 1],
  ['work', 1.5],
  ['shape', 1],
]);
const track = aTrack({ dwell: 6, hotWindows: 12, recent: [0.5, 0.5, 0.5] });

function reason(change: Partial<Facts>, spec = 0): string | null {
  const families = spec > 0 ? new Map([...SILENT, ['spec', spec] as const]) : SILENT;
  return whyLess(aFacts({ normal: NEW, track, ...change }), families);
}

/** Why what has the evidence for critical is less; null where it is critical. */
function whyLess(facts: Facts, families: ReadonlyMap<EvidenceFamily, number>): string | null {
  const { held } = capped('critical', facts, families, []);
  return held.length === 0 ? null : held.map(({ because }) => because).join('; ');
}

describe('what has the families for critical', () => {
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

describe('a side-car', () => {
  const sideCar: SideCar = {
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
  const daemon = (each: readonly number[]): Partial<Facts> => ({
    subject: aSubject({
      workload: { kind: 'DaemonSet', name: 'agent' },
      limit: null,
      members: each.map(aMember),
    }),
    suspicion: aSuspicion({ cores: Math.max(...each) }),
  });

  it('whose pods differ as their nodes do is no page while they take what agents are given', () => {
    expect(reason(daemon([1.1, 0.8, 0.5, 0.4]))).toContain('not the same everywhere');
    expect(reason(daemon([2.2, 1.6, 1, 0.8]))).toBeNull();
  });

  it('whose pods take the same everywhere pages', () => {
    expect(reason(daemon([0.5, 0.51, 0.5, 0.49]))).toBeNull();
  });
});

/** Names of the caps that hold what would be critical. */
function capsOf(change: Partial<Facts>, spec = 0): readonly string[] {
  const families = spec > 0 ? new Map([...SILENT, ['spec', spec] as const]) : SILENT;
  const facts = aFacts({ normal: NEW, track, ...change });
  return capped('critical', facts, families, []).held.map(({ name }) => name);
}

it('no cap holds an active signature', () => {
  const { thresholds, window } = aFacts();
  const until = new Date(window.end).toISOString();
  const allow = [{ namespace: 'shop', until, reason: 'folds proteins' }];
  const change = { thresholds: { ...thresholds, allow }, normal: own() };
  expect(capsOf(change)).toContain('allow-list');
  expect(capsOf(change, 2)).toEqual([]);
});

it('the lowest cap decides, and every cap below the rule is listed', () => {
  const subject = aSubject({ request: 4 });
  const facts = aFacts({ normal: own(), track, subject });
  const { severity, held } = capped('critical', facts, SILENT, []);
  expect(severity).toBe('warning');
  expect(held.map(({ name }) => name)).toEqual(['known-software', 'waiting']);
  expect(capped('critical', facts, SILENT, ['known-software']).held).toHaveLength(1);
});

describe('an entry of the allow-list', () => {
  const { thresholds, window } = aFacts();
  const entry = {
    namespace: 'shop',
    workload: 'Deployment/web',
    until: new Date(window.end).toISOString(),
    reason: 'folds proteins',
  };
  const holds = (change: object): boolean =>
    capsOf({ thresholds: { ...thresholds, allow: [{ ...entry, ...change }] } }).includes(
      'allow-list',
    );

  it('holds until its time, for its workload and container, or the whole namespace', () => {
    expect([{}, { container: 'app' }, { workload: undefined }].map(holds)).toEqual([
      true,
      true,
      true,
    ]);
    const others = [
      { container: 'other' },
      { workload: 'Deployment/other' },
      { namespace: 'other' },
      { until: new Date(window.end - 1).toISOString() },
    ];
    expect(others.map(holds)).toEqual([false, false, false, false]);
  });
});

describe('memory at the limit', () => {
  const at = (ram: number, ramStep = 0, normal = own()): readonly string[] =>
    capsOf({
      subject: aSubject({ ram, ramLimit: 1e9 }),
      track: { ...track, ramStep },
      normal,
    }).filter((name) => name.startsWith('memory'));

  it('may be garbage collection from 95 % on, while the limit holds', () => {
    expect(at(9.49e8)).toEqual([]);
    expect(at(9.5e8)).toEqual(['memory-limit']);
    expect(at(1.11e9)).toEqual([]);
  });

  it('that came with the use, or with a new workload, is a warning', () => {
    expect(at(9.9e8, 5e7)).toEqual(['memory-filled']);
    expect(at(9.9e8, 0, NEW)).toEqual(['memory-filled']);
  });
});

it('tensor cores at work are training', () => {
  const at = (tensor: number | null): boolean =>
    capsOf({ subject: aSubject({ tensor }) }).includes('gpu-training');
  expect([at(0.05), at(0.051), at(null)]).toEqual([false, true, false]);
});

/** Names of the caps that hold at `warning` what has points in these families. */
function heldAt(families: readonly (readonly [EvidenceFamily, number])[], change: Partial<Facts>) {
  const facts = aFacts({ track, ...change });
  return capped('warning', facts, new Map(families), []).held.map(({ name }) => name);
}

it('a small excess is neither steady nor at its limit, nor a doubling, nor marked', () => {
  const isSmall = (...families: readonly (readonly [EvidenceFamily, number])[]): boolean =>
    heldAt([...families, ['work', 1.5]], { normal: own() }).includes('small-excess');
  expect(isSmall(['novelty', 0.5])).toBe(true);
  expect(isSmall(['novelty', 1])).toBe(false);
  for (const beside of ['shape', 'level', 'spec', 'signals'] as const)
    expect(isSmall(['novelty', 0.5], [beside, 0.5])).toBe(false);
  expect(heldAt([['novelty', 0.5]], { normal: NEW })).not.toContain('small-excess');
});

describe('in the first hours', () => {
  const siblings = own({ isProvisional: true, isShort: true }).base;
  const normal = { ...UNKNOWN, base: own({ isProvisional: true, isShort: true }).base };
  const isHeld = (
    families: readonly (readonly [EvidenceFamily, number])[],
    change: Partial<Facts>,
  ): boolean => heldAt(families, { normal, ...change }).includes('first-hours');

  it('a warning takes twice what was seen, or the limit', () => {
    expect(isHeld([['novelty', 0.5]], {})).toBe(true);
    expect(isHeld([['novelty', 1]], {})).toBe(false);
    expect(
      isHeld(
        [
          ['novelty', 0.5],
          ['level', 1],
        ],
        {},
      ),
    ).toBe(false);
  });

  it('siblings tell more than hours, and what has no traffic metrics less', () => {
    expect(isHeld([['novelty', 0.5]], { normal: { ...UNKNOWN, base: siblings, siblings } })).toBe(
      false,
    );
    expect(isHeld([['novelty', 1]], { subject: aSubject({ net: null }) })).toBe(true);
  });
});

describe('use that its traffic does not account for', () => {
  const traffic = { used: 0.35, accounted: 0.2 };
  const since = aFacts().window.end - 5 * HOUR_MS;
  /** An hour of a third more on average, in which windows of half a core come and go. */
  const isUndecided = (cores: number, recent: readonly number[], net = 10_000): boolean =>
    capsOf({
      normal: own(),
      subject: aSubject({ net }),
      track: { ...track, since, recent, smoothNet: 10_000 },
      suspicion: aSuspicion({ cores, traffic }),
    }).includes('traffic-has-not-varied');

  it('is decided once it comes and goes at twice that, however little the hour has on average', () => {
    expect(isUndecided(0.5, [0.5, 0.6, 0.5])).toBe(false);
    // Now it rests, or what was seen is less, as on a slower node when it is busy.
    expect(isUndecided(0.3, [0.5, 0.6, 0.5])).toBe(true);
    expect(isUndecided(0.5, [0.3, 0.35, 0.5])).toBe(true);
    // Or the window has more traffic than the hour.
    expect(isUndecided(0.5, [0.5, 0.6, 0.5], 13_000)).toBe(true);
  });
});

describe('past runs', () => {
  const hour = hourOf(aFacts().window.start);
  const run = { mean: 0.5, peak: 1, net: 0, disk: 0 };
  const past = addHour(EMPTY_RING, hour - 24, run, false);
  const at = (cores: number, ring: Facts['ring'] = past, runs = true): boolean =>
    capsOf({ subject: aSubject({ runs }), ring, suspicion: aSuspicion({ cores }) }).includes(
      'past-runs',
    );

  it('hold a Job that uses up to a quarter more', () => {
    expect([at(1), at(1.2), at(1.4)]).toEqual([true, true, false]);
  });

  it('do not count under an alarm, nor does the present one, nor for what is no Job', () => {
    expect(at(1, flagFrom(past, hour - 24))).toBe(false);
    expect(at(1, addHour(EMPTY_RING, hour, run, false))).toBe(false);
    expect([at(1, past, false), at(1, null)]).toEqual([false, false]);
  });
});

describe('a sidecar that serves its pod', () => {
  const proxy: SideCar = {
    follows: true,
    isEvener: false,
    othersCores: 0.3,
    isLittle: true,
    workloads: 1,
    isRollout: false,
  };
  const isHeld = (change: Partial<SideCar>): boolean =>
    capsOf({ sideCar: { ...proxy, ...change } }).includes('serves-its-pod');

  it('is little and follows the others, or was rolled out to several namespaces', () => {
    expect(isHeld({})).toBe(true);
    expect(isHeld({ follows: null })).toBe(false);
    expect(isHeld({ follows: null, isRollout: true, workloads: 12 })).toBe(true);
    expect(isHeld({ isLittle: false, isRollout: true })).toBe(true);
    expect(isHeld({ isLittle: false, isRollout: true, follows: null })).toBe(false);
  });

  it('is nothing that does not follow them, or uses more in one place, or bears a mark', () => {
    expect(isHeld({ follows: false, isRollout: true })).toBe(false);
    expect(isHeld({ isLittle: false })).toBe(false);
    expect(capsOf({ sideCar: proxy }, 1)).not.toContain('serves-its-pod');
  });
});
