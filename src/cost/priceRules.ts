import { nodeLabel, type NodeFacts } from '../model/nodeFacts.ts';
import type { NodeSample } from '../model/snapshot.ts';
import rules from './prices/rules.json' with { type: 'json' };

type Patterns = Readonly<Partial<Record<string, string>>>;

/** What a rule is for: node labels by regular expressions. Of several that fit, the first counts. */
interface NodeRule {
  readonly what: string;
  readonly where?: Patterns;
  readonly unless?: Patterns;
  readonly nodeName?: string;
}

interface PodRate {
  readonly region: string;
  readonly isSpot?: boolean;
  readonly cpuCoreHour: number;
  readonly ramGiBHour: number;
  /** The rate of another class, for want of its own. */
  readonly isStandIn?: boolean;
  /** A public page that has it, and when; without one the rate was not confirmed. */
  readonly source?: string;
}

/** A node that is no machine: its pods are billed, each by itself, and nothing is idle. */
export interface PerPodRule extends NodeRule {
  readonly kind: string;
  readonly asOf: string;
  /** Memory that the provider adds to each pod. */
  readonly addedGiB?: number;
  /** Sizes that are sold, ascending; any size is where there are none. */
  readonly sizes?: readonly { readonly cpuCores: number; readonly ramGiB: readonly number[] }[];
  /** Namespaces whose pods are not billed. */
  readonly freeNamespaces?: string;
  /** The first region stands in for those that are not listed. */
  readonly rates: readonly PodRate[];
}

/** What a machine costs beyond its list price, an hour. */
interface Surcharge extends NodeRule {
  readonly shareOfOnDemand?: number;
  readonly perNode?: number;
  readonly perCore?: number;
}

const RULES = rules as {
  readonly perPod: readonly PerPodRule[];
  readonly surcharges: readonly Surcharge[];
};

/** How the pods of a node are billed; null for a machine. */
export function perPodRule(node: Pick<NodeSample, 'name' | 'labels'>): PerPodRule | null {
  return RULES.perPod.find((rule) => fits(rule, node)) ?? null;
}

/** The rule that a price names. */
export function perPodRuleOf(kind: string): PerPodRule | null {
  return RULES.perPod.find((rule) => rule.kind === kind) ?? null;
}

/** What the list price of a machine does not have in it: each kind of surcharge once. */
export function surchargesOf(
  node: NodeSample,
  onDemand: number | null,
  cpuCores: number | null,
): readonly { readonly what: string; readonly hourly: number }[] {
  const found = new Map<string, number>();
  for (const rule of RULES.surcharges) {
    if (found.has(rule.what) || !fits(rule, node)) continue;
    const { shareOfOnDemand = 0, perNode = 0, perCore = 0 } = rule;
    const hourly = shareOfOnDemand * (onDemand ?? 0) + perNode + perCore * (cpuCores ?? 0);
    found.set(rule.what, hourly);
  }
  return [...found].map(([what, hourly]) => ({ what, hourly }));
}

/** The rate for a node's region and capacity, or the first one as a stand-in for it. */
export function podRate(
  rule: PerPodRule,
  { region, capacityType }: NodeFacts,
): { readonly rate: PodRate; readonly isStandIn: boolean } | null {
  const fitting = rule.rates.filter(({ isSpot = false }) => isSpot === (capacityType === 'spot'));
  const own = fitting.find((rate) => rate.region === region);
  const rate = own ?? fitting[0] ?? rule.rates[0];
  return rate === undefined
    ? null
    : { rate, isStandIn: own === undefined || rate.isStandIn === true };
}

/** The rules' patterns by their text: each is tried for every node of every window. */
const PATTERNS: Record<string, RegExp> = {};
const isLike = (text: string, pattern: string): boolean =>
  (PATTERNS[pattern] ??= new RegExp(pattern)).test(text);

function fits(rule: NodeRule, { name, labels }: Pick<NodeSample, 'name' | 'labels'>): boolean {
  const match = ([label, pattern = '']: readonly [string, string | undefined]): boolean =>
    isLike(nodeLabel(labels, label) ?? '', pattern);
  return (
    isLike(name, rule.nodeName ?? '') &&
    Object.entries(rule.where ?? {}).every(match) &&
    !Object.entries(rule.unless ?? {}).some(match)
  );
}
