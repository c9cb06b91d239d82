import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that disappears at the end of a `using` block. */
export class TempFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'burnwatch-test-'));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
