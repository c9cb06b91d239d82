import type { OwnersConfig } from '../detect/owners/config.ts';
import type { Finding } from '../model/finding.ts';
import { ownerNames, routeFor } from '../detect/owners/podOwners.ts';
import { isMetadata } from '../detect/owners/scopeLabels.ts';
import { receiverKey, type Receiver } from '../store/notifications/receiver.ts';
import type { OwnerProblem } from './plan/ownerNotes.ts';
import { findingLabels } from '../store/silences/silence.ts';
import { ownValue } from '../model/ownValue.ts';

/** The receiver of an owner by what owners are called: a name, an e-mail address, a channel; null for none. */
export type FindReceiver = (address: string) => Receiver | null;

/** Says how the owners of a finding are reached. */
export interface OwnerDirectory {
  /**
   * @param fromMetadata false: only what the operator's configuration says, never what a workload says
   *   of itself, since abuse must not choose its own audience.
   */
  receiversOf(finding: Finding, fromMetadata: boolean): readonly Receiver[];
  /** Why a finding has no owner, or why its owner cannot be reached; null when all is well. */
  problemOf(finding: Finding, fromMetadata: boolean): OwnerProblem | null;
}

/**
 * Owners by the configuration's routes (first match wins), then by the finding's own owners: e-mail
 * addresses, Slack channels, users or groups. A team's name is looked up in `owners.teams`. Where a route
 * gives a Slack target, its owners get their messages there.
 */
export function configuredOwners(
  config: { readonly owners: OwnersConfig },
  reach: FindReceiver,
): OwnerDirectory {
  const { routes, teams, keys, onlyKnown } = config.owners;
  const ofMetadata = ({ owner }: Finding): string | null =>
    owner === null
      ? null
      : ownerNames(owner)
          .filter((name) => mayAddress(name, config.owners))
          .join(',') || null;
  /** What each source names, the strongest first. */
  const sourcesOf = (finding: Finding, fromMetadata: boolean): readonly string[] => {
    const labels = findingLabels(finding);
    const route = routeFor(
      routes,
      labels,
      ({ match }) => fromMetadata || !Object.keys(match).some(isMetadata),
    );
    const sources = [route?.slack, route?.owner, fromMetadata ? ofMetadata(finding) : null];
    return sources.filter((source) => source !== undefined && source !== null);
  };
  const receiversOf = (finding: Finding, fromMetadata: boolean): readonly Receiver[] => {
    for (const source of sourcesOf(finding, fromMetadata)) {
      const receivers = ownerNames(source).flatMap(
        (name) => ownerReceiver(name, teams, reach) ?? [],
      );
      if (receivers.length > 0)
        return [...new Map(receivers.map((to) => [receiverKey(to), to])).values()];
    }
    return [];
  };
  return {
    receiversOf,
    problemOf: (finding, fromMetadata) => {
      if (receiversOf(finding, fromMetadata).length > 0) return null;
      const name = sourcesOf(finding, fromMetadata).flatMap(ownerNames)[0];
      if (name === undefined && onlyKnown && fromMetadata && finding.owner !== null)
        return unknownOwner(finding.owner);
      return name === undefined
        ? missing(finding, keys, fromMetadata)
        : ownerProblem(name, teams, reach);
    },
  };
}

/** False for an owner whom the configuration does not know, where `owners.onlyKnown` is set. */
function mayAddress(name: string, { routes, teams, onlyKnown }: OwnersConfig): boolean {
  const isRouted = routes.some(({ owner, slack }) => owner === name || slack === name);
  return !onlyKnown || isRouted || Object.hasOwn(teams, name);
}

/**
 * The receiver of an owner as costs name it, who may be named by the cluster alone: where its route says, else by
 * `owners.teams` or its name; null where no channel reaches it, or it is unknown and `owners.onlyKnown` is set.
 */
export function costOwnerReceiver(
  name: string,
  owners: OwnersConfig,
  reach: FindReceiver,
): Receiver | null {
  if (!mayAddress(name, owners)) return null;
  const route = owners.routes.find((one) => one.owner === name && one.slack !== undefined);
  const routed = route?.slack === undefined ? null : reach(route.slack);
  return routed ?? ownerReceiver(name, owners.teams, reach);
}

/** The receiver of an owner, by name or by `owners.teams`; null where no channel reaches one. */
export function ownerReceiver(
  name: string,
  teams: OwnersConfig['teams'],
  reach: FindReceiver,
): Receiver | null {
  return reach(ownValue(teams, name) ?? name);
}

/** Why no message reaches an owner; null for one that is reached. The key is the same wherever it shows. */
export function ownerProblem(
  name: string,
  teams: OwnersConfig['teams'],
  reach: FindReceiver,
): OwnerProblem | null {
  const isReached = ownerReceiver(name, teams, reach) !== null;
  return isReached ? null : unreachable(name, ownValue(teams, name));
}

function missing(
  { scope: { namespace }, owner }: Finding,
  keys: readonly string[],
  fromMetadata: boolean,
): OwnerProblem {
  const place = namespace === null ? 'the cluster' : `namespace ${namespace}`;
  if (!fromMetadata && owner !== null) {
    return {
      key: `abuse/${namespace ?? ''}`,
      what: `No owner of ${place} is named in the configuration; a workload's own labels do not route abuse.`,
      cure: `Add a route under owners.routes for ${place}.`,
    };
  }
  return {
    key: `missing/${namespace ?? ''}`,
    what: `${place} has no owner.`,
    cure: `Set one of ${keys.join(', ')} on the namespace or the workload, or add a route under owners.routes.`,
  };
}

function unknownOwner(owner: string): OwnerProblem {
  return {
    key: `unknown/${owner}`,
    what: `Its owner ${owner} is not known, and owners.onlyKnown is set.`,
    cure: `Map it under owners.teams, such as ${owner}: '#channel'.`,
  };
}

function unreachable(address: string, mapped: string | undefined): OwnerProblem {
  return {
    key: `unreachable/${address}`,
    what:
      mapped === undefined
        ? `Its owner ${address} is no e-mail address and no Slack channel, user or group.`
        : `Its owner ${address} is mapped to ${mapped}, which is no Slack channel, user or group.`,
    cure: `Map it under owners.teams, such as ${address}: '#channel'.`,
  };
}
