import { ConfigError, type ConfigProblem } from '../config/configError.ts';
import { describeLocation } from '../store/historyLocation.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';

/** What cannot change while the daemon runs: the history was made for it, or a port is taken. */
const FIXED: readonly (readonly [key: string, of: (config: Config) => unknown])[] = [
  ['cluster', (config) => config.cluster],
  ['pricing.currency', (config) => config.pricing.currency],
  ['schedule.window', (config) => config.schedule.window],
  ['history.path or url', (config) => describeLocation(config.history.path)],
  ['history.fleet', ({ history: { fleet = [] } }) => fleet.join(', ')],
  ['serve.listen', (config) => config.serve.listen],
  ['serve.tls', (config) => (config.serve.tls === undefined ? 'off' : 'on')],
  ['serve.probes', (config) => config.serve.probes],
];

/** @throws ConfigError naming every changed key that needs a restart. */
export function requireReloadable(old: LoadedConfig, next: LoadedConfig): void {
  const problems: ConfigProblem[] = FIXED.filter(
    ([, of]) => of(old.config) !== of(next.config),
  ).map(([key, of]) => ({
    file: next.file,
    line: 0,
    key,
    message: `changed from ${JSON.stringify(of(old.config))} to ${JSON.stringify(of(next.config))}: that needs a restart`,
  }));
  if (problems.length > 0) throw new ConfigError(problems);
}

/** @throws ConfigError where clusters came, went or changed places */
export function requireSameClusters(old: readonly string[], next: readonly LoadedConfig[]): void {
  const names = next.map(({ config }) => config.cluster);
  if (old.join('\n') === names.join('\n')) return;
  const key = old.length === 1 && names.length === 1 ? 'cluster' : 'clusters';
  const [from, to] = [old, names].map((each) => JSON.stringify(each.join(', ')));
  const message = `changed from ${from} to ${to}: that needs a restart`;
  throw new ConfigError([{ file: next[0]!.file, line: 0, key, message }]);
}
