import type { Config } from '../config/schema.ts';
import type { Finding } from '../model/finding.ts';
import type { Receiver } from './delivery.ts';
import { findingLabels } from './silences/silence.ts';

/** Says how the owners of a finding are reached. */
export interface OwnerDirectory {
  /**
   * @param fromMetadata false: only what the operator's configuration says, never what a workload says
   *   of itself, since abuse must not choose who hears of it.
   */
  receiversOf(finding: Finding, fromMetadata: boolean): readonly Receiver[];
}

/**
 * Owners by the configuration's routes (first match wins), then by the finding's own owner: an e-mail
 * address, a Slack channel, user or group. A team's name is looked up in `owners.teams`.
 */
export function configuredOwners(config: Config): OwnerDirectory {
  const { routes, teams } = config.owners;
  return {
    receiversOf: (finding, fromMetadata) => {
      const labels = findingLabels(finding);
      const route = routes.find(({ match }) =>
        Object.entries(match).every(([key, value]) => labels[key] === value),
      );
      const addresses = [route?.slack, route?.owner, fromMetadata ? finding.owner : null];
      for (const address of addresses) {
        if (address === undefined || address === null) continue;
        const target = slackTarget(teams[address] ?? address);
        if (target !== null) return [{ channel: 'slack', target }];
      }
      return [];
    },
  };
}

/** `#channel`, a Slack id, or `email:…` for an address; null for what Slack cannot reach. */
export function slackTarget(address: string): string | null {
  const text = address.trim();
  if (/^#[\p{L}\p{N}._-]{1,80}$/u.test(text)) return text.toLowerCase();
  if (/^[CDGUW][A-Z0-9]{6,20}$/.test(text)) return text;
  if (/^[^\s@<>|]{1,64}@[^\s@<>|]+\.[^\s@<>|]{2,63}$/.test(text))
    return `email:${text.toLowerCase()}`;
  return null;
}
