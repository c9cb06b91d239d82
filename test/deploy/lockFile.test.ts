import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly gypfile?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const LOCK = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
) as { readonly packages: Readonly<Record<string, LockedPackage>> };

/** Where npm looks for a package from inside another: next to it, then outwards. */
function candidates(from: string, name: string): readonly string[] {
  const folders = [from];
  for (let at = from; at !== '';) {
    at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '';
    folders.push(at);
  }
  return folders.map((folder) => `${folder === '' ? '' : `${folder}/`}node_modules/${name}`);
}

describe('package-lock.json', () => {
  it('has an entry for every package of every platform, so that npm ci works on any', () => {
    const missing = Object.entries(LOCK.packages).flatMap(([from, locked]) =>
      Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
        .filter((name) => candidates(from, name).every((path) => LOCK.packages[path] === undefined))
        .map((name) => `${from}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('lets nothing be compiled at install: whoever tries it has no compiler (npm run lock)', () => {
    const native = Object.entries(LOCK.packages).filter(([path]) =>
      existsSync(new URL(`../../${path}/binding.gyp`, import.meta.url)),
    );
    expect(native.map(([path]) => path)).toContain('node_modules/better-sqlite3');
    expect(native.filter(([, { gypfile }]) => gypfile !== false)).toEqual([]);
  });

  it('knows what each package must hash to, and names no registry', () => {
    const entries = Object.entries(LOCK.packages).filter(([path]) => path !== '');
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
    const elsewhere = entries.filter(([, { resolved }]) => resolved !== undefined);
    expect(elsewhere).toEqual([]);
  });
});
