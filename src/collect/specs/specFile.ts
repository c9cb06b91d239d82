import { readFile, stat } from 'node:fs/promises';
import { SpecFileError } from './parseObjects.ts';

const MAX_BYTES = 512 * 2 ** 20;

/** When a file was changed last, and how long it is. @throws SpecFileError */
export async function statOf(
  path: string,
): Promise<{ readonly mtimeMs: number; readonly size: number }> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new SpecFileError(`${path} is a folder: name one file in it`);
    return found;
  } catch (error) {
    throw readable(error, path);
  }
}

/** The text of a file. @throws SpecFileError */
export async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) {
      throw new SpecFileError(
        `${path} is larger than 512 MiB: leave out kinds that are not needed`,
      );
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    throw readable(error, path);
  }
}

function readable(error: unknown, path: string): SpecFileError {
  if (error instanceof SpecFileError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return new SpecFileError(
      `${path} does not exist: write it with kubectl get pods,nodes,namespaces,deployments -A -o json > ${path}, or set workloads.path`,
    );
  }
  if (code === 'EACCES') return new SpecFileError(`${path} may not be read by this user`);
  return new SpecFileError(`${path} cannot be read: ${code ?? message}`);
}
