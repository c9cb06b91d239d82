import type { Command } from 'commander';
import { ConfigError, type ConfigProblem } from '../../config/configError.ts';
import { loadConfig } from '../../config/load.ts';
import { isThresholdsFile, loadThresholds } from '../../config/loadThresholds.ts';
import type { Io } from '../io.ts';
import { withConfig, type ConfigOption } from '../options.ts';

export function registerCheckConfig(program: Command, io: Io): void {
  const command = program
    .command('check-config')
    .argument('[files...]', 'configurations, or files of thresholds such as overprovisioned.yaml')
    .description('validate configuration and thresholds')
    .action((files: string[], options: ConfigOption) => checkConfig(files, options, io));
  withConfig(command);
}

async function checkConfig(files: readonly string[], options: ConfigOption, io: Io): Promise<void> {
  const problems: ConfigProblem[] = [];
  const checked = files.length === 0 ? [options.config] : files;
  for (const file of checked) {
    try {
      io.out(`${checkFile(file)}\n`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

/** @throws ConfigError */
function checkFile(file: string | undefined): string {
  if (file !== undefined && isThresholdsFile(file)) {
    loadThresholds([file]);
    return `${file}: ok, thresholds`;
  }
  const { config, file: path } = loadConfig(file);
  const { cluster, prometheus, slack, history } = config;
  const server = new URL(prometheus.url).host;
  const messages = slack === undefined ? 'the log' : `Slack ${slack.channel}`;
  return `${path}: ok, cluster ${cluster}, Prometheus at ${server}, history in ${history.path}, messages to ${messages}`;
}
