import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { findKubeTool } from '../../test/support/kubeTools.ts';

const run = promisify(execFile);

export interface RenderOptions {
  readonly release?: string;
  readonly namespace?: string;
  /** Skips the schema of the values, which may be about to be written. */
  readonly unchecked?: boolean;
}

/**
 * What `helm template` makes of the chart with some values.
 *
 * @throws Error with helm's message.
 */
export async function helmTemplate(
  chart: string,
  values: object = {},
  { release = 'burnwatch', namespace = 'burnwatch', unchecked = false }: RenderOptions = {},
): Promise<string> {
  const helm = await findKubeTool('helm');
  const rendering = run(
    helm,
    [
      'template',
      release,
      chart,
      '--namespace',
      namespace,
      '--values',
      '-',
      ...(unchecked ? ['--skip-schema-validation'] : []),
    ],
    { maxBuffer: 16 * 2 ** 20 },
  );
  rendering.child.stdin?.end(stringify(values));
  return (await rendering).stdout;
}
