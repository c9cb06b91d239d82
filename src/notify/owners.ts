import type { OwnersConfig } from '../detect/owners/config.ts';
import type { Finding } from '../model/finding.ts';
import { ownerNames } from '../detect/owners/ownerNames.ts';
import type { Receiver } from '../store/notifications/delivery.ts';
import type { OwnerProblem } from './plan/ownerNotes.ts';
import { findingLabels } from '../store/silences/silence.ts';
import { ownValue } from '../model/ownValue.ts';

/** Says how the owners of a finding are reached. */
export interface OwnerDirectory {
  /**
   * @param fromMetadata false: only what the operator's configuration says, never what a workload says
   *   of itself, since abuse must not choose who hears of it.
   */
  receiversOf(finding: Finding, fromMetadata: boolean): readonly Receiver[];
  /** Why nobody owns a finding, or why its owner cannot be reached; null when all is well. */
  problemOf(finding: Finding, fromMetadata: boolean): OwnerProblem | null;
}

/**
 * Owners by the configuration's routes (first match wins), then by the finding's own owners: e-mail
 * addresses, Slack channels, users or groups. A team's name is looked up in `owners.teams`. Where a route
 * gives a Slack target, that is where its owners are told.
 */
export function configuredOwners(config: { readonly owners: OwnersConfig }): OwnerDirectory {
  const { routes, teams, keys } = config.owners;
  /** What each source names, the strongest first. */
  const sourcesOf = (finding: Finding, fromMetadata: boolean): readonly string[] => {
    const labels = findingLabels(finding);
    const route = routes.find(
      ({ match }) =>
        // Labels are what a workload says of itself.
        (fromMetadata || !Object.keys(match).some((key) => key.startsWith('label:'))) &&
        Object.entries(match).every(([key, value]) => labels[key] === value),
    );
    const sources = [route?.slack, route?.owner, fromMetadata ? finding.owner : null];
    return sources.filter((source) => source !== undefined && source !== null);
  };
  const receiversOf = (finding: Finding, fromMetadata: boolean): readonly Receiver[] => {
    for (const source of sourcesOf(finding, fromMetadata)) {
      const targets = ownerNames(source).flatMap((name) => ownerTarget(name, teams) ?? []);
      if (targets.length > 0)
        return [...new Set(targets)].map((target) => ({ channel: 'slack', target }));
    }
    return [];
  };
  return {
    receiversOf,
    problemOf: (finding, fromMetadata) => {
      if (receiversOf(finding, fromMetadata).length > 0) return null;
      const name = sourcesOf(finding, fromMetadata).flatMap(ownerNames)[0];
      return name === undefined ? missing(finding, keys, fromMetadata) : ownerProblem(name, teams);
    },
  };
}

/** Where an owner is told in Slack, by name or by `owners.teams`; null where that cannot be. */
export function ownerTarget(name: string, teams: OwnersConfig['teams']): string | null {
  return slackTarget(ownValue(teams, name) ?? name);
}

/** Why an owner cannot be told; null for one who can. The key is the same wherever it shows. */
export function ownerProblem(name: string, teams: OwnersConfig['teams']): OwnerProblem | null {
  return ownerTarget(name, teams) === null ? unreachable(name, ownValue(teams, name)) : null;
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
      what: `No owner of ${place} is named in the configuration; what a workload says of itself does not route abuse.`,
      cure: `Add a route under owners.routes for ${place}.`,
    };
  }
  return {
    key: `missing/${namespace ?? ''}`,
    what: `Nobody owns ${place}.`,
    cure: `Set one of ${keys.join(', ')} on the namespace or the workload, or add a route under owners.routes.`,
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

/**
 * `#channel`, a Slack id, `group:…` for a user group (`@handle` or id), or `email:…` for an address;
 * null for what Slack cannot reach.
 */
export function slackTarget(address: string): string | null {
  const text = address.trim();
  if (/^#[\p{L}\p{N}._-]{1,80}$/u.test(text)) return text.toLowerCase();
  if (/^[CDGUW][A-Z0-9]{6,20}$/.test(text)) return text;
  if (/^S[A-Z0-9]{6,20}$/.test(text) || /^@[\p{L}\p{N}._-]{1,80}$/u.test(text))
    return `group:${text.startsWith('@') ? text.toLowerCase() : text}`;
  if (/^[^\s@<>|]{1,64}@[^\s@<>|]+\.[^\s@<>|]{2,63}$/.test(text))
    return `email:${text.toLowerCase()}`;
  return null;
}
