import type {
  Digest,
  Driver,
  OwnerDigest,
  Reason,
  Saving,
  Spend,
} from '../../../src/store/digests/digest.ts';
import { parseWeek } from '../../../src/store/digests/week.ts';

const DRIVERS: readonly Driver[] = [
  'new-workloads',
  'gone-workloads',
  'hours',
  'spikes',
  'replicas',
  'requests',
  'usage',
  'node-mix',
  'node-prices',
  'storage',
  'network',
  'load-balancers',
  'shared',
  'new-clusters',
  'nodes',
  'allocated',
  'remainder',
];

/**
 * A digest in which every list has entries, every text from the cluster is `text` and every amount is made
 * of `nano`, for tests of what renderers do with any of them.
 */
export function aDigest(text: string, nano: number, entries = 3): Digest {
  const many = <T>(make: (index: number) => T): readonly T[] =>
    Array.from({ length: entries }, (_, index) => make(index));
  const week = parseWeek('2026-W47', 'UTC')!;
  const reason = (index: number): Reason => ({
    driver: DRIVERS[index % DRIVERS.length] ?? 'remainder',
    nano: index % 2 === 0 ? nano : -nano,
    names: [text, text],
    count: 2 + index,
  });
  const spend = (index: number): Spend => ({
    key: `${text}${index === 0 ? '' : index}`,
    nano,
    beforeNano: index % 3 === 2 ? null : nano * 0.7,
    sharedNano: 0,
    reasons: many(reason),
    efficiency: 0.4,
    efficiencyBefore: null,
    coverage: 1,
  });
  const saving: Saving = {
    namespace: text,
    workload: { kind: text, name: text },
    owner: text,
    perMonth: nano / 1e9,
    changes: many(() => text),
    confidence: 'high',
    notes: many(() => text),
    patch: `# ${text}\nkubectl -n ${text} patch ${text}`,
  };
  const savings = {
    perMonth: nano / 1e9,
    count: entries,
    nodesPerMonth: 1,
    removableNodes: 2,
    floor: 5,
    top: [saving, saving, saving],
    note: text,
  };
  const forecast = [
    { budget: null, month: '2026-11', monthly: null, spent: 1, expected: 3, low: 2, high: 4 },
    ...many(() => ({
      budget: { kind: 'namespace' as const, key: text },
      month: '2026-11',
      monthly: 100,
      spent: nano / 1e9,
      expected: nano / 1e9,
      low: null,
      high: null,
    })),
  ];
  const findings = [{ kind: 'overprovisioned', opened: 1, resolved: 2, open: 3 }];
  const owner: OwnerDigest = {
    owner: text,
    receiver: { channel: 'slack', target: '#team' },
    spend: spend(0),
    namespaces: many(spend),
    workloads: many(() => ({ key: text, nano, beforeNano: nano })),
    budgets: forecast,
    savings,
    findings,
  };
  return {
    version: 1,
    cluster: text,
    currency: 'EUR',
    priceBasis: 'list',
    timezone: 'UTC',
    week,
    generatedAt: week.end,
    late: { dueAt: week.end, missed: ['2026-W46'] },
    comparison: { week, state: 'whole', note: text, coverage: 1 },
    coverage: {
      share: 0.98,
      gaps: many(() => ({ start: week.start, end: week.end, share: 0.5, problem: text })),
      gapCount: entries,
      gapMs: 1,
      begins: week.start,
      provisional: true,
    },
    total: { nano, beforeNano: nano, reasons: many(reason) },
    namespaces: many(spend),
    owners: many(spend),
    idle: { nano: -nano, beforeNano: nano, reasons: many(reason) },
    days: {
      days: [week.start, week.start + 864e5],
      series: many(() => ({ key: text, nano: [nano, nano] })),
    },
    efficiency: {
      weeks: many(() => ({
        name: '2026-W47',
        efficiency: 0.3,
        idleShare: 0.2,
        allocatedNano: nano,
        nodesNano: nano,
      })),
    },
    forecast,
    savings,
    abuse: {
      opened: 1,
      resolved: 0,
      open: 1,
      critical: 1,
      costNano: nano,
      worst: many(() => text),
    },
    posture: {
      score: 80,
      scoreBefore: 81,
      namespaces: 3,
      ungraded: 1,
      lowest: many(() => ({ namespace: text, score: 1 })),
      fell: many(() => text),
    },
    findings,
    missingOwners: {
      unowned: many(() => text),
      unownedNano: nano,
      unreachable: many(() => text),
      news: [text],
    },
    prices: { unpriced: many(() => text), flat: 1, nodes: 2, fresh: many(() => text) },
    ownerDigests: [owner],
  };
}

/** What attackers put into names, labels and annotations. */
export const ATTACKS = [
  '<!channel> <@U012AB3CD> @here #general',
  '<https://evil.example|click> https://evil.example evil.example',
  '`code` ```open *bold* _it_ ~no~ :rotating_light:',
  '"><script>alert(1)</script><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)' style='position:fixed",
  '</style></svg></pre></title><iframe src=//evil.example>',
  '\u001b[31mred\u001b[0m\u202Eabc\u0000\u2028',
  '&amp;lt;&#60;script&#62;',
  '',
  'x'.repeat(5_000),
  '漢字'.repeat(900),
  '\uD83D',
];
