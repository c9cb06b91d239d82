import { SEVERITY_RANK } from '../../detect/findings/severity.ts';
import type { Finding } from '../../model/finding.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { Audience } from '../../store/notifications/notice.ts';
import type { OwnerProblem } from './ownerNotes.ts';

/** One receiver of a finding and how it is addressed. */
export interface Route {
  readonly audience: Audience;
  readonly receiver: Receiver;
  /** In the preview: who would have got it. Null outside. */
  readonly insteadOf: string | null;
}

/** Where each audience is reached; made once from the configuration. */
export interface Destinations {
  readonly platform: Receiver;
  readonly security: Receiver;
  readonly pagers: readonly Receiver[];
  /** Channels that get what the platform gets (webhooks without `pager`), by least severity. */
  readonly others: readonly {
    readonly receiver: Receiver;
    /** Instead of it, for abuse. */
    readonly security?: Receiver;
    readonly minSeverity: Finding['severity'];
    /** Whether it also gets the weekly digest. */
    readonly digests: boolean;
  }[];
  /**
   * How to reach the owners of a finding. `fromMetadata` false leaves out what the workload says of
   * itself: abuse is never routed by it.
   */
  ownersOf(finding: Finding, fromMetadata: boolean): readonly Receiver[];
  /** Why `ownersOf` is empty; null when it is not, or where no owner could be reached anyway. */
  ownerProblemOf(finding: Finding, fromMetadata: boolean): OwnerProblem | null;
}

/**
 * Who gets a finding at once; others read it in the digest. The defaults that make people
 * keep it: security and the pager get critical abuse first, owners only of what is confirmed or
 * costs them, and what can wait until Monday interrupts no one.
 */
export function routesOf(finding: Finding, to: Destinations): readonly Route[] {
  const routes = [...peopleRoutes(finding, to)];
  if (routes.length === 0) return routes;
  for (const { receiver, security = receiver, minSeverity } of to.others) {
    const isAbuse = finding.kind === 'cryptojacking';
    if (SEVERITY_RANK[finding.severity] >= SEVERITY_RANK[minSeverity])
      routes.push({
        audience: isAbuse && security !== receiver ? 'security' : 'platform',
        receiver: isAbuse ? security : receiver,
        insteadOf: null,
      });
  }
  return routes;
}

function peopleRoutes(finding: Finding, to: Destinations): readonly Route[] {
  const route = (audience: Audience) => (receiver: Receiver) => ({
    audience,
    receiver,
    insteadOf: null,
  });
  const platform = route('platform')(to.platform);
  const security = route('security')(to.security);
  const pagers = to.pagers.map(route('pager'));
  const owners = (fromMetadata: boolean) => to.ownersOf(finding, fromMetadata).map(route('owner'));
  const { severity } = finding;
  switch (finding.kind) {
    case 'cryptojacking':
      if (severity === 'critical') return [security, ...pagers, ...owners(false)];
      return severity === 'warning' ? [security] : [];
    case 'signal':
      if (severity === 'critical') return [security, ...pagers];
      return severity === 'warning' ? [security] : [];
    case 'control-plane':
      if (severity === 'critical') return [platform, ...pagers];
      return severity === 'warning' ? [platform] : [];
    case 'budget':
      return severity === 'info' ? [] : [...orElse(owners(true), platform)];
    case 'underprovisioned':
      return isOom(finding) ? orElse(owners(true), platform) : [];
    case 'cost-spike':
      return severity === 'info' ? [] : [platform];
    case 'data-quality':
    case 'trust':
      if (severity === 'critical') return [platform, ...pagers];
      return severity === 'warning' ? [platform] : [];
    // What was there when Burnwatch began to look is info; only what came since is a warning.
    case 'rbac':
    case 'network':
      return severity === 'info' ? [] : [security];
    case 'overprovisioned':
      return isUnusedCard(finding) ? orElse(owners(true), platform) : [];
    case 'abandoned':
    case 'posture':
      break;
  }
  return [];
}

/** Why the owner of a finding that is for owners cannot be reached; null for all others. */
export function routedOwnerProblem(finding: Finding, to: Destinations): OwnerProblem | null {
  const { kind, severity, scope } = finding;
  const isPlaced = scope.namespace !== null;
  const isForOwners =
    (kind === 'cryptojacking' && severity === 'critical' && isPlaced) ||
    (kind === 'budget' && severity !== 'info' && isPlaced) ||
    (kind === 'overprovisioned' && isUnusedCard(finding)) ||
    (kind === 'underprovisioned' && isOom(finding));
  return isForOwners ? to.ownerProblemOf(finding, kind !== 'cryptojacking') : null;
}

/** OOM kills interrupt; a tight CPU request waits for the digest. */
function isOom(finding: Finding): boolean {
  return /oom/i.test(finding.rule) || finding.evidence.some(({ signal }) => /oom/i.test(signal));
}

/** A card that nothing runs on costs more in a week than most requests in a year. */
function isUnusedCard({ rule }: Finding): boolean {
  return rule === 'gpu-unused';
}

function orElse(routes: readonly Route[], fallback: Route): readonly Route[] {
  return routes.length > 0 ? routes : [fallback];
}
