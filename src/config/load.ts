import { existsSync } from 'node:fs';
import { ConfigError, formatKey, type ConfigProblem } from './configError.ts';
import { configHash } from './configHash.ts';
import { explainIssue } from './explainIssue.ts';
import { loadThresholds } from './loadThresholds.ts';
import { checkRules } from './rules.ts';
import { configSchema, type Config } from './schema.ts';
import { resolveFiles, secretValues } from './secrets.ts';
import type { Thresholds } from './thresholds.ts';
import { readYamlFile, type YamlFile } from './yamlFile.ts';

const DEFAULT_CONFIG_FILE = 'burnwatch.yaml';

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
      'does not exist here: write one (docs/configuration.md shows how), or name another with --config FILE';
    throw new ConfigError([{ file: path, line: 0, key: '', message }]);
  }
  const config = validateConfig(readYamlFile(path));
  const thresholds = loadThresholds(config.thresholds);
  return {
    file: path,
    config,
    thresholds,
    configHash: configHash(config, thresholds),
    secrets: secretValues(config),
  };
}

/** Validates a configuration that was read. @throws ConfigError */
function validateConfig(yaml: YamlFile): Config {
  const problems: ConfigProblem[] = [];
  const report = (path: readonly PropertyKey[], message: string): void => {
    problems.push({ file: yaml.file, line: yaml.lineOf(path), key: formatKey(path), message });
  };
  // An empty file is a configuration of defaults.
  const value = yaml.value ?? {};
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      for (const { path, message } of explainIssue(issue, configSchema, value))
        report(path, message);
    }
    throw new ConfigError(inOrder(problems));
  }
  const config = resolveFiles(parsed.data, yaml.file, report);
  checkRules(config, report);
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return config;
}

function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => a.line - b.line);
}
