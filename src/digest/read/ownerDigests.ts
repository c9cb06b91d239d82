import { UNALLOCATED } from '../../store/costTable.ts';
import { costNano } from '../../model/costParts.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { CostRow } from '../../store/costTable.ts';
import type { Finding } from '../../model/finding.ts';
import { workloadKey } from '../../model/workload.ts';
import {
  type ForecastLine,
  type OwnerDigest,
  type Saving,
  type Spend,
} from '../../store/digests/digest.ts';
import { sumRows } from '../spend/sumRows.ts';
import type { Week } from '../../store/digests/week.ts';
import { findingCounts } from './findings.ts';
import { digestSavings } from './savings.ts';

const WORKLOADS = 5;

export interface OwnerParts {
  readonly week: Week;
  readonly owners: readonly Spend[];
  readonly rows: readonly CostRow[];
  readonly rowsBefore: readonly CostRow[] | null;
  readonly forecast: readonly ForecastLine[];
  readonly savings: readonly Saving[];
  readonly floor: number;
  readonly findings: readonly Finding[];
  ofOwner(owner: string): readonly Spend[];
  receiverOf(owner: string): Receiver | null;
}

/** A short digest for every owner who spent something: theirs only, abuse left to security. */
export function ownerDigests(parts: OwnerParts): readonly OwnerDigest[] {
  return parts.owners
    .filter(
      ({ key, nano, beforeNano }) => key !== UNALLOCATED && (nano > 0 || (beforeNano ?? 0) > 0),
    )
    .map((spend) => ownerDigest(spend, parts));
}

function ownerDigest(spend: Spend, parts: OwnerParts): OwnerDigest {
  const owner = spend.key;
  const namespaces = parts.ofOwner(owner);
  const names = new Set(namespaces.map(({ key }) => key));
  return {
    owner,
    receiver: parts.receiverOf(owner),
    spend,
    namespaces,
    workloads: dearestWorkloads(owner, parts),
    budgets: parts.forecast.filter(
      ({ budget }) =>
        budget !== null && (budget.kind === 'owner' ? budget.key === owner : names.has(budget.key)),
    ),
    savings: digestSavings(
      parts.savings.filter((saving) => saving.owner === owner),
      parts.floor,
      null,
    ),
    findings: findingCounts(
      parts.findings.filter((finding) => finding.owner === owner),
      parts.week,
    ),
  };
}

function dearestWorkloads(owner: string, parts: OwnerParts): OwnerDigest['workloads'] {
  const sums = (rows: readonly CostRow[]): readonly CostRow[] =>
    sumRows(
      rows.filter((row) => row.owner === owner && row.workload !== null),
      ({ namespace, workload }) =>
        workload === null ? '' : workloadKey(namespace ?? '', workload),
    );
  const before =
    parts.rowsBefore === null
      ? null
      : new Map(sums(parts.rowsBefore).map((row) => [row.key, costNano(row)]));
  return sums(parts.rows)
    .map((row) => ({
      key: row.key,
      nano: costNano(row),
      beforeNano: before === null ? null : (before.get(row.key) ?? 0),
    }))
    .sort((a, b) => b.nano - a.nano || (a.key < b.key ? -1 : 1))
    .slice(0, WORKLOADS);
}
