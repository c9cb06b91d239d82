import type { OwnersConfig } from '../../detect/owners/config.ts';
import { costOwnerReceiver, type FindReceiver } from '../../notify/owners.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import { UNALLOCATED } from '../../store/costTable.ts';
import { type Digest, type OwnerGaps, type Spend } from '../../store/digests/digest.ts';
import type { CostRow } from '../../store/costTable.ts';
import { costNano } from '../../model/costParts.ts';

/** Who owns what, as far as money and the digest are concerned. */
export interface DigestOwners {
  /** The configured owner of a place that names none itself; null when there is none. */
  ownerOf(namespace: string, workload: string): string | null;
  /** How an owner is reached; null when no channel reaches them. */
  receiverOf(owner: string): Receiver | null;
}

/** Kinds that the digest reports: a route for them says who owns the place. */
const DIGEST_KINDS: ReadonlySet<string> = new Set(['overprovisioned', 'budget']);
const LISTED = 30;

/** Owners by the configuration's routes and teams. */
export function digestOwners(
  { owners }: { readonly owners: OwnersConfig },
  reach: FindReceiver | null,
): DigestOwners {
  const { routes } = owners;
  return {
    ownerOf: (namespace, workload) => {
      const place: Readonly<Record<string, string>> = { namespace, workload };
      const route = routes.find(({ match }) => {
        const entries = Object.entries(match);
        const isPlace = entries.some(([key]) => key in place);
        return (
          isPlace &&
          entries.every(([key, value]) =>
            key === 'kind' ? DIGEST_KINDS.has(value) : place[key] === value,
          )
        );
      });
      return route?.owner ?? route?.slack ?? null;
    },
    receiverOf: (owner) => (reach === null ? null : costOwnerReceiver(owner, owners, reach)),
  };
}

/**
 * Owners that are missing or cannot be reached. What an earlier digest named already is not news.
 *
 * @param receiverOf null where no channel reaches people: then no owner counts as unreachable
 */
export function ownerGaps(
  rows: readonly CostRow[],
  owners: readonly Spend[],
  receiverOf: DigestOwners['receiverOf'] | null,
  before: Pick<Digest, 'missingOwners'> | null,
): OwnerGaps {
  const unowned = new Map<string, number>();
  for (const row of rows) {
    if (row.owner !== null || row.namespace === null) continue;
    unowned.set(row.namespace, (unowned.get(row.namespace) ?? 0) + costNano(row));
  }
  const costly = [...unowned]
    .filter(([, nano]) => nano > 0)
    .sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1));
  const names = costly.map(([name]) => name);
  const unreachable =
    receiverOf === null
      ? []
      : owners
          .filter(({ key, nano }) => key !== UNALLOCATED && nano > 0 && receiverOf(key) === null)
          .map(({ key }) => key);
  const known = new Set([
    ...(before?.missingOwners.unowned ?? []),
    ...(before?.missingOwners.unreachable ?? []),
  ]);
  return {
    unowned: names.slice(0, LISTED),
    unownedNano: costly.reduce((sum, [, nano]) => sum + nano, 0),
    unreachable: unreachable.slice(0, LISTED),
    news: [...names.slice(0, LISTED), ...unreachable.slice(0, LISTED)].filter(
      (name) => !known.has(name),
    ),
  };
}
