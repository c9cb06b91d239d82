// `npm run setup`: fetches the programs that the tests need and that are no npm packages, unless
// they are on the PATH or were fetched before. Prints only what it fetches.
import { findTool } from '../demo/tools.ts';
import { findKubeTool } from '../test/support/kubeTools.ts';

const onFetch = (message: string): void => void process.stderr.write(`setup: ${message}\n`);
try {
  await findTool('prometheus', { onFetch });
  await findTool('promtool', { onFetch });
  await findTool('alertmanager', { onFetch });
  await findKubeTool('kubectl', { onFetch });
  await findKubeTool('helm', { onFetch });
  await findTool('chromium', { onFetch });
  await findTool('victoria-metrics', { onFetch });
  await findTool('pg_ctl', { onFetch });
} catch (error) {
  process.stderr.write(`setup: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
