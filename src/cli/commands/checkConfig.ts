import type { Command } from 'commander';
import { ConfigError, type ConfigProblem } from '../../config/configError.ts';
import { loadConfigs, type LoadedConfig } from '../../daemon/config/load.ts';
import { isThresholdsFile, loadThresholds } from '../../daemon/config/loadThresholds.ts';
import { createRedactor } from '../../config/secrets.ts';
import { MINUTE_MS } from '../../model/time.ts';
import { ONLINE_CHECKS, renderResults } from '../online/onlineCheck.ts';
import { CommandFailed, type Io } from '../io.ts';
import type { ConfigOption } from '../options.ts';
import { describeLocation } from '../../store/historyLocation.ts';

const ONLINE_TIMEOUT_MS = MINUTE_MS;

export default function register(command: Command, io: Io): void {
  command
    .argument('[files...]', 'configurations, or files of thresholds such as overprovisioned.yaml')
    .option(
      '--online',
      'also ask Prometheus, Kubernetes and Slack what they have and what is missing',
    )
    .action((files: string[], options: CheckOptions) => checkConfig(files, options, io));
}

interface CheckOptions extends ConfigOption {
  readonly online?: boolean;
}

async function checkConfig(files: readonly string[], options: CheckOptions, io: Io): Promise<void> {
  const problems: ConfigProblem[] = [];
  const checked = files.length === 0 ? [options.config] : files;
  for (const file of checked) {
    try {
      io.out(checkFile(file));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  if (options.online !== true) return;
  const configs = checked.filter((file) => file === undefined || !isThresholdsFile(file));
  for (const file of configs) for (const loaded of loadConfigs(file)) await checkOnline(loaded, io);
}

/** @throws CommandFailed when a server cannot be worked with. */
async function checkOnline({ config, secrets }: LoadedConfig, io: Io): Promise<void> {
  const redact = createRedactor(secrets);
  const failed: string[] = [];
  for (const [name, check] of ONLINE_CHECKS) {
    const results = await check(config, io.now(), AbortSignal.timeout(ONLINE_TIMEOUT_MS));
    if (results === null) continue;
    io.out(redact(renderResults(name, results)));
    if (results.some(({ level }) => level === 'failed')) failed.push(name);
  }
  if (failed.length > 0)
    throw new CommandFailed(`${failed.join(' and ')} cannot be worked with as configured`);
}

/** @throws ConfigError */
function checkFile(file: string | undefined): string {
  if (file !== undefined && isThresholdsFile(file)) {
    loadThresholds([file]);
    return `${file}: ok, thresholds\n`;
  }
  return loadConfigs(file).map(describeConfig).join('');
}

function describeConfig({ config, file: path }: LoadedConfig): string {
  const { cluster, prometheus, slack, history } = config;
  const server = new URL(prometheus.url).host;
  const messages = slack === undefined ? 'the log' : `Slack ${slack.channel}`;
  return `${path}: ok, cluster ${cluster}, Prometheus at ${server}, history in ${describeLocation(history.path)}, messages to ${messages}\n`;
}
