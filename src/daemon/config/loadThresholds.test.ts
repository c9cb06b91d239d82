import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThresholdsFile, loadThresholds } from './loadThresholds.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'burnwatch-thresholds-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A folder of overrides with these files. */
function folder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(dir, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

describe('loadThresholds', () => {
  it('loads what ships', () => {
    expect(loadThresholds([]).overprovisioned.openFactor).toBe(1.5);
  });

  it('overrides single keys by files and folders in turn', () => {
    const first = folder('first', {
      'overprovisioned.yaml': 'openFactor: 2\nminDays: 5\n',
      'README.md': 'no thresholds',
    });
    const second = join(
      folder('second', { 'overprovisioned.yml': 'openFactor: 3' }),
      'overprovisioned.yml',
    );
    const { overprovisioned } = loadThresholds([first, second]);
    expect(overprovisioned).toMatchObject({ openFactor: 3, minDays: 5, percentile: 0.95 });
  });

  it('names file, line and key of what is wrong, all at once', () => {
    const bad = folder('bad', {
      'overprovisioned.yaml': '# mine\nopenFactor: 0.5\nmargn: 1.2\n',
      'overprovisoned.yaml': 'openFactor: 2\n',
    });
    expect(() => loadThresholds([bad])).toThrow(
      /overprovisoned\.yaml: overprovisoned is no section .* did you mean overprovisioned\?/,
    );
    expect(() => loadThresholds([bad])).toThrow(
      /:3: margn: is not a known key; did you mean margin/,
    );
    expect(() => loadThresholds([bad])).toThrow(/:2: openFactor: 0\.5 must be at least 1/);
  });

  it('knows a file of thresholds by its name', () => {
    expect(isThresholdsFile('/etc/overprovisioned.yaml')).toBe(true);
    expect(isThresholdsFile('/etc/burnwatch.yaml')).toBe(false);
  });
});
