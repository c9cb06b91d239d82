import { stringify } from 'yaml';
import type { TimeMs } from '../src/model/time.ts';
import { NAMESPACES } from './cluster/namespaces.ts';

export interface DemoConfigOptions {
  /** One or several. */
  readonly clusters: readonly {
    readonly name: string;
    readonly prometheusUrl: string;
    readonly specsFile: string;
  }[];
  readonly history: { readonly path: string } | { readonly url: string };
  readonly days: number;
  /** The monthly budget of `BREAKING`, in dollars; null: it has none. */
  readonly breakingBudget: number | null;
  /** When the digest of last week is sent; null: on Mondays, as everywhere. */
  readonly digestAt: TimeMs | null;
  readonly pages: string;
  readonly probes: string;
  readonly slack: { readonly apiUrl: string; readonly botToken: string; readonly appToken: string };
}

/** Where each channel of the demo's Slack is for. */
export const CHANNELS = { platform: 'cloud-cost', security: 'security' } as const;

/** The namespace whose budget is spent while a visitor looks. */
export const BREAKING = 'media';

/** Who can be impersonated on the page of the demo's Slack; only the responder may silence abuse. */
export const PEOPLE = {
  onCall: {
    id: 'U0DEMOCALL',
    name: 'alex',
    realName: 'Alex (on call)',
    email: 'alex@acme.example',
  },
  responder: {
    id: 'U0DEMOSEC1',
    name: 'sam',
    realName: 'Sam (security)',
    email: 'sam@acme.example',
  },
} as const;

/** Teams that own namespaces; each has a channel of its name. */
export const TEAMS: readonly string[] = [
  ...new Set(NAMESPACES.flatMap(({ owner }) => (owner === null ? [] : [owner]))),
].sort();

const HEADER = `# Made by "burnwatch demo": an ordinary configuration, for the daemon and for every command.
# The Prometheus and the Slack that it names end with the demo; the history stays.
`;

/** The demo's configuration: nothing in it that a user could not write. */
export function demoConfig(options: DemoConfigOptions): string {
  const { slack } = options;
  const clusters = options.clusters.map(({ name, prometheusUrl, specsFile }) => ({
    cluster: name,
    prometheus: { url: prometheusUrl },
    workloads: { source: 'file', path: specsFile },
    pricing: {
      currency: 'USD',
      nodes: [
        {
          match: {
            'eks.amazonaws.com/capacityType': 'SPOT',
            'node.kubernetes.io/instance-type': 'c5.2xlarge',
          },
          hourly: 0.1414,
        },
      ],
    },
  }));
  return `${HEADER}${stringify({
    ...(clusters.length === 1 ? clusters[0] : { clusters }),
    budgets: [
      { namespace: 'online-boutique', monthly: 180 },
      { owner: 'team-platform', monthly: 250 },
      { owner: 'team-data', monthly: 260 },
      ...(options.breakingBudget === null
        ? []
        : [{ namespace: BREAKING, monthly: options.breakingBudget }]),
    ],
    owners: {
      // Abuse is routed by the configuration alone, never by what a namespace says of itself.
      routes: NAMESPACES.flatMap(({ name, owner }) =>
        owner === null ? [] : [{ match: { namespace: name }, owner }],
      ),
      teams: Object.fromEntries(TEAMS.map((team) => [team, `#${team}`])),
    },
    // Every minute, so that there is something to see soon.
    schedule: {
      cycle: '* * * * *',
      initialBackfill: `${options.days}d`,
      ...(options.digestAt !== null && { digest: weeklyAt(options.digestAt) }),
    },
    history: options.history,
    slack: {
      token: slack.botToken,
      appToken: slack.appToken,
      apiUrl: slack.apiUrl,
      channel: `#${CHANNELS.platform}`,
      securityChannel: `#${CHANNELS.security}`,
      abuseResponders: [PEOPLE.responder.id],
    },
    serve: {
      listen: options.pages,
      probes: options.probes,
      externalUrl: `http://${options.pages}`,
    },
  })}`;
}

/** The cron expression of this minute, once a week. */
function weeklyAt(time: TimeMs): string {
  const at = new Date(time);
  return `${at.getUTCMinutes()} ${at.getUTCHours()} * * ${at.getUTCDay()}`;
}
