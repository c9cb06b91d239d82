import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError, formatKey, type ConfigProblem } from '../../config/configError.ts';
import { configHash } from './configHash.ts';
import type { Report } from '../../config/configPart.ts';
import { explainIssue } from '../../config/explainIssue.ts';
import {
  hideParts,
  isWithin,
  parsePartly,
  UnknownPart,
  unknownPaths,
  whileKnown,
} from '../../config/knownParts.ts';
import { loadThresholds } from './loadThresholds.ts';
import { checkRules, CLUSTER_KEYS, configSchema, ONE_CLUSTER_KEYS, type Config } from './schema.ts';
import { resolveFiles, secretValues } from '../../config/secrets.ts';
import type { Thresholds } from '../../detect/detectors.ts';
import type { FleetMember } from '../../cost/fleet.ts';
import { nameForFiles, postgresLocation } from '../../store/historyLocation.ts';
import { isRecord, readYamlFile, type YamlFile } from '../../config/yamlFile.ts';

export const DEFAULT_CONFIG_FILE = 'burnwatch.yaml';

/** A configuration that is ready for use. */
export interface LoadedConfig {
  readonly file: string;
  /** Secrets are in place, paths absolute. */
  readonly config: Config;
  readonly thresholds: Thresholds;
  readonly configHash: string;
  /** Secret values, to be taken out of whatever is printed. */
  readonly secrets: readonly string[];
}

/**
 * Loads the configuration of one cluster and the thresholds it names.
 *
 * @param file as `--config` gave it; undefined means `burnwatch.yaml` here.
 * @param cluster which of `clusters`; where there is but one it may be left out
 * @throws ConfigError with every problem in it, each with file, line, key and cure.
 */
export function loadConfig(file: string | undefined, cluster?: string): LoadedConfig {
  const all = loadConfigs(file);
  const [first] = all;
  if (cluster === undefined && all.length === 1) return first!;
  const found = all.find(({ config }) => config.cluster === cluster);
  if (found !== undefined) return found;
  const names = all.map(({ config }) => config.cluster).join(', ');
  const message =
    cluster === undefined
      ? `has several clusters: choose one with --cluster NAME (${names})`
      : `has no cluster ${JSON.stringify(cluster)}; it has ${names}`;
  throw new ConfigError([{ file: first!.file, line: 0, key: '', message }]);
}

/** Loads the configuration of every cluster: one, or those of `clusters`. @throws ConfigError */
export function loadConfigs(file: string | undefined): readonly LoadedConfig[] {
  const path = file ?? DEFAULT_CONFIG_FILE;
  if (file === undefined && !existsSync(path)) {
    const message =
      'does not exist here: burnwatch init writes one (docs/configuration.md has every key); or name another with --config FILE';
    throw new ConfigError([{ file: path, line: 0, key: '', message }]);
  }
  const yaml = readYamlFile(path);
  const problems: ConfigProblem[] = [];
  const report: Report = (at, message) => {
    problems.push({ file: path, line: yaml.lineOf(at), key: formatKey(at), message });
  };
  const loaded = givenClusters(yaml, report).map((given): LoadedConfig | null => {
    const read = readConfig(yaml, given);
    problems.push(...read.problems);
    const { config } = read;
    const thresholds = readThresholds(config, problems);
    if (problems.length > 0 || thresholds === null) return null;
    return {
      file: path,
      config,
      thresholds,
      configHash: configHash(config, thresholds),
      secrets: secretValues(config, configSchema),
    };
  });
  const all = loaded.filter((each) => each !== null);
  const [first] = all;
  for (const [index, { config }] of all.entries())
    if (config.pricing.currency !== first!.config.pricing.currency)
      report(['clusters', index, 'pricing', 'currency'], 'must be the same in all clusters');
  const names = all.map(({ config }) => config.cluster);
  const { serve, oidc } = first?.config ?? {};
  const limited = { 'serve.tokens': serve?.tokens, 'oidc.groups': oidc?.groups };
  for (const [key, entries = []] of Object.entries(limited))
    for (const [index, { clusters = [] }] of entries.entries())
      for (const name of clusters)
        if (!names.includes(name))
          report(
            [...key.split('.'), index, 'clusters'],
            `${JSON.stringify(name)} is no cluster of this configuration (${names.join(', ')})`,
          );
  const beats = all.flatMap(({ config }) => config.heartbeat?.url ?? []);
  if (new Set(beats).size < beats.length)
    report(
      ['heartbeat'],
      'is the same for several clusters, of which one that lives would hide another that does not: give each its own',
    );
  if (all.length > 1 && serve?.tokenReview?.audiences.length === 0)
    report(
      ['serve', 'tokenReview', 'audiences'],
      'must name one where there are clusters: a token for one API server would be shown to the others',
    );
  const fleet = first?.config.history.fleet ?? names;
  for (const name of names)
    if (!fleet.includes(name))
      report(['history', 'fleet'], `does not name ${JSON.stringify(name)}, a cluster of this file`);
  if (problems.length > 0) throw new ConfigError(distinct(problems));
  return fleet.length === 1 ? all : withFleet(all, fleet);
}

/** Lets each cluster know of all, also of those that other processes write. */
function withFleet(
  all: readonly LoadedConfig[],
  names: readonly string[],
): readonly LoadedConfig[] {
  const fleet = names.map((cluster): FleetMember => {
    const own = all.find(({ config }) => config.cluster === cluster)?.config;
    const { history, pricing } = own ?? all[0]!.config;
    const path = own === undefined ? postgresLocation(history.path, cluster) : history.path;
    return { cluster, path, pricing, isElsewhere: own === undefined };
  });
  return all.map((loaded) => ({ ...loaded, config: { ...loaded.config, fleet } }));
}

/** What all clusters share is wrong once. */
function distinct(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...byText.values()];
}

/** A cluster as it is written: a value in the form of a configuration of one cluster. */
interface GivenCluster {
  readonly value: unknown;
  /** Where a key of it stands in the file. */
  at(path: readonly PropertyKey[]): readonly PropertyKey[];
  readonly isOneOfSeveral: boolean;
  /** Budgets after so many are over all clusters. */
  readonly ownBudgets: number;
}

function givenClusters({ value }: YamlFile, report: Report): readonly GivenCluster[] {
  // An empty file is a configuration of defaults.
  const only = [
    {
      value: value ?? {},
      at: (path: readonly PropertyKey[]) => path,
      isOneOfSeveral: false,
      ownBudgets: Infinity,
    },
  ];
  const { clusters, ...shared } = (value ?? {}) as Record<string, unknown>;
  const isList = Array.isArray(clusters) && clusters.length > 0;
  // What is no list of entries is refused by the schema.
  if (!isList || !clusters.every((each) => isRecord(each) && typeof each['cluster'] === 'string'))
    return only;
  const entries = clusters as readonly Record<string, unknown>[];
  for (const key of ONE_CLUSTER_KEYS)
    if (key in shared)
      report([key], 'is given together with clusters: it belongs into each of them');
  const names = entries.map(({ cluster }) => cluster);
  return entries.map((entry, index) => {
    if (names.indexOf(entry['cluster']) < index)
      report(
        ['clusters', index, 'cluster'],
        `${JSON.stringify(entry['cluster'])} is there already`,
      );
    for (const key of Object.keys(entry))
      if (key in configSchema.shape && !CLUSTER_KEYS.includes(key))
        report(
          ['clusters', index, key],
          'is the same for all clusters: it belongs to the top level',
        );
    const [own, all] = [entry['budgets'] ?? [], shared['budgets'] ?? []];
    const areLists = Array.isArray(own) && Array.isArray(all);
    const ownBudgets = areLists ? own.length : Infinity;
    const budgets = areLists ? { budgets: [...(own as unknown[]), ...(all as unknown[])] } : {};
    return {
      value: { ...shared, ...entry, ...budgets },
      at: ([key, at, ...rest]) => {
        if (key === 'budgets' && typeof at === 'number' && at >= ownBudgets)
          return [key, at - ownBudgets, ...rest];
        const path = at === undefined ? [key!] : [key!, at, ...rest];
        return String(key) in entry ? ['clusters', index, ...path] : path;
      },
      isOneOfSeveral: true,
      ownBudgets,
    };
  });
}

/** What was read of a configuration: all of it only where there are no problems. */
interface ReadConfig {
  readonly config: Config;
  readonly problems: ConfigProblem[];
}

/**
 * Validates a configuration that was read, in one go: what holds between its keys is checked too where some of
 * them are wrong by themselves, as far as it does not depend on those.
 *
 * @throws ConfigError when it is nothing like a configuration.
 */
function readConfig(
  yaml: YamlFile,
  { value, at, isOneOfSeveral, ownBudgets }: GivenCluster,
): ReadConfig {
  const problems: ConfigProblem[] = [];
  const report = (path: readonly PropertyKey[], message: string): void => {
    const place = at(path);
    problems.push({ file: yaml.file, line: yaml.lineOf(place), key: formatKey(place), message });
  };
  const parsed = configSchema.safeParse(value);
  const issues = parsed.error?.issues ?? [];
  for (const issue of issues) {
    for (const { path, message } of explainIssue(issue, configSchema, value)) report(path, message);
  }
  const unknown = unknownPaths(issues, configSchema, value);
  if (isWithin([], unknown)) throw new ConfigError(problems);
  const reportKnown: typeof report = (path, message) => {
    if (!isWithin(path, unknown)) report(path, message);
  };
  const parts = parsed.data ?? (parsePartly(configSchema, value) as Config);
  const config = resolveFiles(parts, configSchema, yaml.file, reportKnown);
  if (Array.isArray(config.budgets))
    config.budgets = config.budgets.map((budget, index) =>
      index < ownBudgets ? budget : { ...budget, across: true },
    );
  hideParts(config, unknown);
  checkRules(config, reportKnown);
  whileKnown(() => placeHistory(config, value, yaml.file, reportKnown));
  whileKnown(() => {
    if (isOneOfSeveral || config.history.fleet !== undefined) placeApart(config);
  });
  return { config, problems: problems.toSorted((a, b) => a.line - b.line) };
}

/**
 * Several clusters have a file and a folder of backups each; on PostgreSQL each has a schema. Slack hands an interaction to
 * any of an app’s connections, whichever cluster it is about: messages of several clusters have links only.
 */
function placeApart({ cluster, history, slack }: Config): void {
  const name = nameForFiles(cluster);
  if (history.url === undefined) history.path = history.path.replace(/(\.\w+)?$/, `-${name}$1`);
  if (history.backup !== undefined)
    history.backup.to = `${history.backup.to.replace(/\/+$/, '')}/${name}`;
  if (slack !== undefined) delete slack.appToken;
}

/** Puts the address of a database in the place of the path that is not given then. */
function placeHistory(config: Config, given: unknown, file: string, report: Report): void {
  const { history, cluster } = config;
  if (history.url === undefined) return;
  const { path } = (given as { history?: { path?: unknown } }).history ?? {};
  if (path !== undefined)
    report(['history', 'path'], 'is given together with url or urlFile: keep only one of them');
  if (!URL.canParse(history.url)) return;
  const url = new URL(history.url);
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const relative = url.searchParams.get(name);
    if (relative === null || relative === 'system') continue;
    const absolute = resolve(dirname(file), relative);
    if (!existsSync(absolute))
      report(['history', 'url'], `names ${absolute} as ${name}, which does not exist`);
    url.searchParams.set(name, absolute);
  }
  history.path = postgresLocation(url.href, cluster);
}

/** Null where they cannot be used, or where it is not known yet which are meant. */
function readThresholds(config: Config, problems: ConfigProblem[]): Thresholds | null {
  try {
    return loadThresholds(config.thresholds);
  } catch (error) {
    if (error instanceof ConfigError) problems.push(...error.problems);
    else if (!(error instanceof UnknownPart)) throw error;
    return null;
  }
}
