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
import { checkRules, configSchema, type Config } from './schema.ts';
import { resolveFiles, secretValues } from '../../config/secrets.ts';
import type { Thresholds } from '../../detect/detectors.ts';
import { postgresLocation } from '../../store/historyLocation.ts';
import { readYamlFile, type YamlFile } from '../../config/yamlFile.ts';

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
 * Loads the configuration and the thresholds it names.
 *
 * @param file as `--config` gave it; undefined means `burnwatch.yaml` here.
 * @throws ConfigError with every problem in it, each with file, line, key and cure.
 */
export function loadConfig(file: string | undefined): LoadedConfig {
  const path = file ?? DEFAULT_CONFIG_FILE;
  if (file === undefined && !existsSync(path)) {
    const message =
      'does not exist here: burnwatch init writes one (docs/configuration.md has every key); or name another with --config FILE';
    throw new ConfigError([{ file: path, line: 0, key: '', message }]);
  }
  const { config, problems } = readConfig(readYamlFile(path));
  const thresholds = readThresholds(config, problems);
  if (problems.length > 0 || thresholds === null) throw new ConfigError(problems);
  return {
    file: path,
    config,
    thresholds,
    configHash: configHash(config, thresholds),
    secrets: secretValues(config, configSchema),
  };
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
function readConfig(yaml: YamlFile): ReadConfig {
  const problems: ConfigProblem[] = [];
  const report = (path: readonly PropertyKey[], message: string): void => {
    problems.push({ file: yaml.file, line: yaml.lineOf(path), key: formatKey(path), message });
  };
  // An empty file is a configuration of defaults.
  const value = yaml.value ?? {};
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
  hideParts(config, unknown);
  checkRules(config, reportKnown);
  whileKnown(() => placeHistory(config, value, yaml.file, reportKnown));
  return { config, problems: problems.toSorted((a, b) => a.line - b.line) };
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
