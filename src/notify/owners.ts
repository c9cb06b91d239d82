import type { Config } from '../config/schema.ts';
import type { Finding } from '../model/finding.ts';
import type { Receiver } from './delivery.ts';
import type { OwnerProblem } from './plan/ownerNotes.ts';
import { findingLabels } from './silences/silence.ts';

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
 * Owners by the configuration's routes (first match wins), then by the finding's own owner: an e-mail
 * address, a Slack channel, user or group. A team's name is looked up in `owners.teams`.
 */
export function configuredOwners(config: Config): OwnerDirectory {
  const { routes, teams, keys } = config.owners;
  const addressesOf = (finding: Finding, fromMetadata: boolean): readonly string[] => {
    const labels = findingLabels(finding);
    const route = routes.find(({ match }) =>
      Object.entries(match).every(([key, value]) => labels[key] === value),
    );
    const addresses = [route?.slack, route?.owner, fromMetadata ? finding.owner : null];
    return addresses.filter((address) => address !== undefined && address !== null);
  };
  const receiversOf = (finding: Finding, fromMetadata: boolean): readonly Receiver[] => {
    for (const address of addressesOf(finding, fromMetadata)) {
      const target = slackTarget(teams[address] ?? address);
      if (target !== null) return [{ channel: 'slack', target }];
    }
    return [];
  };
  return {
    receiversOf,
    problemOf: (finding, fromMetadata) => {
      if (receiversOf(finding, fromMetadata).length > 0) return null;
      const [address] = addressesOf(finding, fromMetadata);
      return address === undefined
        ? missing(finding, keys, fromMetadata)
        : unreachable(address, teams[address]);
    },
  };
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
