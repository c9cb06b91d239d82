import { writeFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { TempFolder } from '../../../test/support/tempFolder.ts';
import { withPassword } from './passwordFile.ts';

it('takes the first line of the password file that fits, with its escapes', () => {
  using folder = new TempFolder();
  const PGPASSFILE = folder.file('pgpass');
  const lines = [
    '# db:5432:*:ann:no',
    'db:6432:*:ann:other',
    'db:5432:b\\:w:ann:a\\:b\\\\c',
    '*:*:*:ann:last',
  ];
  writeFileSync(PGPASSFILE, lines.join('\n'));
  const of = (url: string) =>
    decodeURIComponent(new URL(withPassword(url, { PGPASSFILE })).password);
  expect(of('postgres://ann@db/b%3Aw')).toBe('a:b\\c');
  expect(of('postgres://ann@db:6432/x')).toBe('other');
  expect(of('postgres://ann@elsewhere/x')).toBe('last');
  expect(of('postgres://bob@db/x')).toMatch(/^[-0-9a-f]{36}$/);
  expect(of('postgres://ann:own@db/x')).toBe('own');
});

it('refuses a password file that cannot be read only where it was named', () => {
  using folder = new TempFolder();
  const notAFolder = folder.file('home');
  writeFileSync(notAFolder, '');
  vi.stubEnv('HOME', notAFolder);
  try {
    const url = withPassword('postgres://ann@db/x', {});
    expect(new URL(url).password).toMatch(/^[-0-9a-f]{36}$/);
    const named = { PGPASSFILE: `${notAFolder}/.pgpass` };
    expect(() => withPassword('postgres://ann@db/x', named)).toThrow('ENOTDIR');
  } finally {
    vi.unstubAllEnvs();
  }
});
