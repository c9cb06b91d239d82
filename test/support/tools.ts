import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * Finds a tool that is no npm package: on PATH, else in the folder that `npm run setup` unpacks into.
 * @throws Error that says what to install.
 */
export async function findTool(name: string): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of [...folders, join(import.meta.dirname, '../../.tools/usr/bin')]) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new Error(`${name} is not installed: run "npm run setup", or install Debian's package`);
}
