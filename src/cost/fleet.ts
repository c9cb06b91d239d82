import { HistoryError, type FleetRecord, type HistoryReader } from '../store/history.ts';
import type { PricingConfig } from './config.ts';

/** One of several clusters: what the others need to read its history. */
export interface FleetMember {
  readonly cluster: string;
  /** Where its history is. */
  readonly path: string;
  readonly pricing: PricingConfig;
  /** Another process writes it: how it is priced, and who speaks for it, is in its history. */
  readonly isElsewhere?: boolean;
}

/** Of several clusters; the first of them speaks for all. */
export interface FleetConfig {
  readonly cluster: string;
  /** All clusters in the order of the configuration, this one too; absent where there is one. */
  readonly fleet?: readonly FleetMember[];
}

/** What a cluster leaves in its history for those that another process writes; null where it is on its own. */
export function fleetRecord(
  config: FleetConfig & Pick<FleetMember, 'pricing'>,
): FleetRecord | null {
  if (config.fleet === undefined) return null;
  return { members: membersOf(config), pricing: config.pricing };
}

function membersOf({ fleet = [] }: FleetConfig): readonly string[] {
  return fleet.map(({ cluster }) => cluster);
}

/**
 * True where the process that writes a cluster’s history counts the same clusters, in the same order: only then one of them
 * speaks for all, and each cluster is reported once.
 */
export function isSameFleet(config: FleetConfig, record: FleetRecord | null | undefined): boolean {
  return record?.members.join('\n') === membersOf(config).join('\n');
}

/** The histories of the other clusters, as far as they can be read. */
export interface OtherHistories {
  readonly histories: readonly {
    readonly cluster: string;
    readonly reader: HistoryReader;
    readonly pricing: PricingConfig;
  }[];
  /** Clusters whose history is there and cannot be read, or whose process does not count the same clusters. */
  readonly unread: readonly string[];
  /** Why each cluster that is not among the histories is not. */
  readonly problems: readonly string[];
}

/** Works with the histories of the other clusters. One that is not there yet has spent nothing. */
export async function withOtherHistories<T>(
  config: FleetConfig,
  open: (path: string) => Promise<HistoryReader>,
  work: (others: OtherHistories) => Promise<T>,
): Promise<T> {
  const opened: HistoryReader[] = [];
  const histories: OtherHistories['histories'][number][] = [];
  const unread: string[] = [];
  const problems: string[] = [];
  try {
    for (const member of othersOf(config)) {
      const { cluster, path } = member;
      try {
        const reader = await open(path);
        opened.push(reader);
        const pricing = await pricingOf(member, reader, config);
        if (typeof pricing !== 'string') histories.push({ cluster, reader, pricing });
        else {
          unread.push(cluster);
          problems.push(`${cluster} is not counted: ${pricing}`);
        }
      } catch (error) {
        if (!(error instanceof HistoryError)) throw error;
        if (error.code !== 'missing') unread.push(cluster);
        problems.push(
          error.code === 'missing'
            ? `${cluster} has no history yet: it was not started, or its name is wrong`
            : `${cluster} is not counted: ${error.message}`,
        );
      }
    }
    return await work({ histories, unread, problems });
  } finally {
    for (const reader of opened) await reader.close();
  }
}

/** Why clusters of the fleet that other processes write are not counted. */
export async function fleetProblems(
  { cluster, fleet = [] }: FleetConfig,
  open: (path: string) => Promise<HistoryReader>,
): Promise<readonly string[]> {
  const elsewhere = fleet.filter(({ isElsewhere = false }) => isElsewhere);
  if (elsewhere.length === 0) return [];
  return withOtherHistories({ cluster, fleet }, open, async ({ problems }) =>
    problems.map((problem) => `history.fleet: ${problem}`),
  );
}

/** How a cluster is priced; else why its process cannot be counted. */
async function pricingOf(
  { pricing, isElsewhere = false }: FleetMember,
  reader: HistoryReader,
  config: FleetConfig,
): Promise<PricingConfig | string> {
  if (!isElsewhere) return pricing;
  const { fleet } = await reader.status();
  if (!isSameFleet(config, fleet))
    return `its process has history.fleet [${fleet?.members.join(', ') ?? ''}], here it is [${membersOf(config).join(', ')}]`;
  // Keys that a process of another version does not have are as here.
  const theirs = { ...pricing, ...(fleet?.pricing as Partial<PricingConfig>) };
  return theirs.currency === pricing.currency
    ? theirs
    : `its costs are in ${theirs.currency}, here in ${pricing.currency}`;
}

/** The other clusters. */
export function othersOf({ cluster, fleet = [] }: FleetConfig): readonly FleetMember[] {
  return fleet.filter((member) => member.cluster !== cluster);
}

/** The cluster that speaks for all: it sends their digest and watches their budgets. */
export function speakerOf({ cluster, fleet = [] }: FleetConfig): string {
  return fleet[0]?.cluster ?? cluster;
}
