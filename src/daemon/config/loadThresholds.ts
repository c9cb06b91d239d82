import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, formatKey, type ConfigProblem } from '../../config/configError.ts';
import { shippedFile } from '../../model/shippedFiles.ts';
import { didYouMean } from '../../model/text/didYouMean.ts';
import { explainIssue } from '../../config/explainIssue.ts';
import { THRESHOLD_SCHEMAS, type Thresholds } from '../../detect/detectors.ts';
import { isRecord, readYamlFile, type YamlFile } from '../../config/yamlFile.ts';

/** The thresholds that ship with Burnwatch. */
const SHIPPED = fileURLToPath(shippedFile('thresholds/'));

/**
 * Loads the shipped thresholds, overridden by files or folders in turn. A file's name is its section:
 * `abuse.yaml` overrides keys of the section `abuse`; maps are merged, anything else is replaced.
 *
 * @throws ConfigError with every problem, each with file, line, key and cure.
 */
export function loadThresholds(overrides: readonly string[], shipped = SHIPPED): Thresholds {
  const problems: ConfigProblem[] = [];
  const files = [shipped, ...overrides].flatMap((path) => yamlFilesIn(path, problems));
  const sections = Object.keys(THRESHOLD_SCHEMAS) as (keyof Thresholds)[];
  const layers = new Map<string, YamlFile[]>(sections.map((section) => [section, []]));
  for (const file of files) {
    const section = sectionOf(file);
    const layer = layers.get(section);
    if (layer === undefined) {
      const meant = didYouMean(section, sections);
      const hint = meant === null ? `there are ${sections.join(', ')}` : `did you mean ${meant}?`;
      problems.push(problem(file, 0, '', `${section} is no section of the thresholds; ${hint}`));
      continue;
    }
    try {
      layer.push(readYamlFile(file));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  const result: Record<string, unknown> = {};
  for (const section of sections) {
    result[section] = validateSection(section, layers.get(section) ?? [], shipped, problems);
  }
  if (problems.length > 0) throw new ConfigError(problems.map(shorten));
  return result as Thresholds;
}

/** True when a file's name is that of a section of the thresholds. */
export function isThresholdsFile(path: string): boolean {
  return /\.ya?ml$/.test(path) && sectionOf(path) in THRESHOLD_SCHEMAS;
}

function validateSection(
  section: keyof Thresholds,
  layers: readonly YamlFile[],
  shipped: string,
  problems: ConfigProblem[],
): unknown {
  const schema = THRESHOLD_SCHEMAS[section];
  const first = layers[0];
  if (first === undefined) {
    problems.push(problem(join(shipped, `${section}.yaml`), 0, '', 'is missing: install it again'));
    return null;
  }
  const value = layers.map((layer) => layer.value).reduce(merge);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    for (const { path, message } of explainIssue(issue, schema, value)) {
      // The last file that has the key is the one that decided it.
      const file = layers.findLast((layer) => layer.has(path)) ?? layers.at(-1) ?? first;
      problems.push(problem(file.file, file.lineOf(path), formatKey(path), message));
    }
  }
  return null;
}

function yamlFilesIn(path: string, problems: ConfigProblem[]): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return (
      readdirSync(path)
        // Hidden entries are those of a mounted ConfigMap's own making.
        .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'))
        .sort()
        .map((name) => join(path, name))
    );
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : error;
    problems.push(problem(path, 0, 'thresholds', `cannot be read: it ${String(reason)}`));
    return [];
  }
}

function sectionOf(file: string): string {
  return basename(file).replace(/\.ya?ml$/, '');
}

function merge(base: unknown, over: unknown): unknown {
  if (over === null || over === undefined) return base;
  if (!isRecord(base) || !isRecord(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = key in base ? merge(base[key], value) : value;
  }
  return merged;
}

function problem(file: string, line: number, key: string, message: string): ConfigProblem {
  return { file, line, key, message };
}

/** Paths below the working directory are easier to read without it. */
function shorten(found: ConfigProblem): ConfigProblem {
  const short = relative('.', found.file);
  return short.startsWith('..') ? found : { ...found, file: short };
}
