/** A folder of the sources. It may import only from those that stand before it in `ROOMS`. */
export interface Room {
  readonly name: string;
  /** The folder, from the repository's root. */
  readonly folder: string;
  /** The one reason why it exists. */
  readonly reason: string;
}

/**
 * The rooms in the order in which they may know each other. The lint (`oxlint.config.ts`) holds it, types included,
 * and `docs/architecture.md` shows it.
 */
export const ROOMS: readonly Room[] = [
  room('model', 'the nouns, units, time and money, and how they are written for people'),
  room('config', 'what the parts of the configuration and the thresholds share'),
  room('store', 'what is kept: the ports, the stored nouns, and what every engine shares'),
  room('collect', 'observes windows: Prometheus, Kubernetes, files → `Snapshot`'),
  room('cost', 'prices and allocates; bills, budgets, reports'),
  room('detect', 'rules over a snapshot, and the life of what they find'),
  room('cycle', 'the story of a window'),
  room('respond', 'acts on the cluster: planned, approved, executed once, undone'),
  room('notify', 'who gets which message and when'),
  room('digest', 'the week: read and explained'),
  room('channels', 'one folder a way out: Slack, Teams, e-mail, webhooks, Alertmanager, SIEM'),
  room('engines', 'where the history is kept: all the SQL, and the databases that it runs on'),
  room('serve', 'HTTP: probes, metrics, API, OpenCost’s form, pages'),
  room('daemon', 'loads the configuration, composes, schedules, starts and stops'),
  {
    name: 'demo',
    folder: 'demo',
    reason: 'the made-up cluster and its servers; a Slack of our own',
  },
  room('cli', 'one file a command: arguments and printing'),
];

function room(name: string, reason: string): Room {
  return { name, folder: `src/${name}`, reason };
}
