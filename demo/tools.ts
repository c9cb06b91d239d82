import { access, constants, stat } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedFile } from '../src/model/shippedFiles.ts';
import { unpackDebianPackage } from './debianPackage.ts';

/** Programs that are no npm packages and that the demo and the tests drive for real. */
export type ToolName =
  'prometheus' | 'promtool' | 'alertmanager' | 'victoria-metrics' | 'chromium' | 'pg_ctl';

interface ToolSource {
  /** Names it has on a PATH, Debian's and upstream's. */
  readonly commands: readonly string[];
  /** Where its package puts it beside the PATH, with `*` for a version. */
  readonly folders?: string;
  readonly debianPackage: string;
  /** Where the program is inside the unpacked package. */
  readonly program: string;
  /** True when it needs shared libraries that a plain system lacks. */
  readonly withLibraries?: boolean;
  /** Where it looks for files of its package, by an absolute path. */
  readonly readsFrom?: string;
}

const SOURCES: Readonly<Record<ToolName, ToolSource>> = {
  prometheus: {
    commands: ['prometheus'],
    debianPackage: 'prometheus',
    program: 'usr/bin/prometheus',
  },
  promtool: { commands: ['promtool'], debianPackage: 'prometheus', program: 'usr/bin/promtool' },
  alertmanager: {
    commands: ['alertmanager', 'prometheus-alertmanager'],
    debianPackage: 'prometheus-alertmanager',
    program: 'usr/bin/prometheus-alertmanager',
    // Its templates.
    readsFrom: '/usr/share/prometheus/alertmanager',
  },
  'victoria-metrics': {
    commands: ['victoria-metrics', 'victoria-metrics-prod'],
    debianPackage: 'victoria-metrics',
    program: 'usr/bin/victoria-metrics',
  },
  chromium: {
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    debianPackage: 'chromium',
    program: 'usr/lib/chromium/chromium',
    withLibraries: true,
  },
  pg_ctl: {
    commands: ['pg_ctl'],
    folders: '/usr/lib/postgresql/*/bin',
    debianPackage: 'postgresql',
    // Whichever version Debian has.
    program: 'usr/lib/postgresql/*/bin/pg_ctl',
    withLibraries: true,
  },
};

/** The ignored folder of the project into which packages are unpacked. */
const TOOLS_FOLDER = fileURLToPath(shippedFile('.tools'));

export interface FindToolOptions {
  /** Called when a program has to be fetched, which takes seconds. */
  readonly onFetch?: (message: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
}

/**
 * The path of a program that can be executed: from the environment variable (BURNWATCH_PROMETHEUS
 * and the like), else from PATH, else from an earlier unpacked copy in `.tools/`, else unpacked
 * there from Debian's package, without root and without touching the system. Safe to call from
 * several processes at once. Throws an error that says what to install.
 */
export async function findTool(name: ToolName, options: FindToolOptions = {}): Promise<string> {
  const { env = process.env, folder = TOOLS_FOLDER } = options;
  const source = SOURCES[name];
  const variable = toolVariable(name);
  const chosen = env[variable];
  if (chosen) {
    if (await isProgram(chosen)) return resolve(chosen);
    throw new Error(`${variable} is ${chosen}, which is not a program that can be executed`);
  }
  const beside = source.folders === undefined ? [] : globSync(source.folders);
  const path = [env['PATH'] ?? '', ...beside].join(delimiter);
  const onPath = await searchPath(source.commands, path);
  if (onPath) return onPath;
  const unpacked = join(folder, source.debianPackage);
  const isLaunched = source.withLibraries === true || source.readsFrom !== undefined;
  const program = join(unpacked, isLaunched ? LAUNCHER : source.program);
  if (await isProgram(program)) return program;
  options.onFetch?.(`fetching ${name} (Debian's ${source.debianPackage}) into ${folder}`);
  try {
    const launcher = { name: LAUNCHER, program: source.program };
    await unpackDebianPackage(source.debianPackage, unpacked, {
      ...(source.withLibraries && { launcher }),
      ...(source.readsFrom !== undefined && {
        relocate: { ...launcher, folder: source.readsFrom },
      }),
    });
  } catch (cause) {
    throw new Error(
      `${name} is needed and was not found. Install it (Debian: apt-get install ` +
        `${source.debianPackage}) or set ${variable} to its path. Unpacking Debian's package ` +
        `without installing it failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  return program;
}

const LAUNCHER = 'launch';

/** The environment variable that names a program: `victoria-metrics` → `BURNWATCH_VICTORIA_METRICS`. */
export function toolVariable(name: string): string {
  return `BURNWATCH_${name.toUpperCase().replaceAll('-', '_')}`;
}

async function searchPath(commands: readonly string[], path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    for (const command of commands) {
      const candidate = join(folder, command);
      if (await isProgram(candidate)) return resolve(candidate);
    }
  }
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
