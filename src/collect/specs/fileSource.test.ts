import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../model/time.ts';
import type { RawObject } from '../kubernetes/rawObjects.ts';
import { createFileSource } from './fileSource.ts';
import { isNear } from './inventory.ts';
import { rawObject, rawPod } from '../../../test/support/specs.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'burnwatch-specs-'));
  path = join(folder, 'specs.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(items: readonly RawObject[], at = AT): void {
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  utimesSync(path, at / 1000, at / 1000);
}

const read = (source = createFileSource(path), now = AT) =>
  source.read(now, new AbortController().signal);

describe('createFileSource', () => {
  it('says by name which kinds the file does not hold, and what that takes away', async () => {
    write([rawPod(), rawObject('v1', 'Namespace', { name: 'shop' })]);
    const { pods, objects, problems } = await read();
    expect(pods.size).toBe(1);
    expect(objects.missing).toContain('horizontalpodautoscalers.autoscaling');
    expect(objects.missing).not.toContain('namespaces');
    // Its pod has a ReplicaSet; whether there are quotas a file without any does not tell.
    expect(problems.map(({ subject }) => subject)).toEqual(['nodes', 'replicasets.apps']);
    expect(problems[0]).toMatchObject({ code: 'resource-absent' });
    expect(problems[0]?.text).toContain('add nodes to kubectl get');
  });

  it('reads the file again once it has changed, and only then', async () => {
    const source = createFileSource(path);
    write([rawPod()]);
    const first = await read(source);
    expect((await read(source)).pods).toBe(first.pods);
    write([rawPod(), rawPod({ name: 'b', uid: 'b' })], AT + 60_000);
    expect((await read(source)).pods.size).toBe(2);
  });

  it('keeps what it knew of pods when the file breaks, and names the file and the cure', async () => {
    const source = createFileSource(path);
    write([rawPod(), rawObject('v1', 'ResourceQuota', { name: 'q', namespace: 'shop' })]);
    await read(source);
    writeFileSync(path, '{"kind": "List", "items": [');
    const { pods, objects, problems } = await read(source, AT + DAY_MS);
    expect(pods.size).toBe(1);
    expect(objects.quotas).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.text).toContain(`${path} is not valid JSON`);
    expect(isNear(await read(source, AT + DAY_MS), AT + DAY_MS)).toBe(true);
  });

  it('says what a missing file needs', async () => {
    const { problems } = await read();
    expect(problems[0]?.text).toContain(`${path} does not exist: write it with kubectl get`);
  });

  it('leaves out single items that cannot be used, and names them', async () => {
    const manifest = { ...rawPod(), metadata: { name: 'new', namespace: 'shop' } };
    const broken = rawPod({ name: 'b' }, { containers: 'none' });
    write([manifest, broken, 7 as unknown as RawObject, rawPod()]);
    const { pods, problems } = await read();
    expect(pods.size).toBe(1);
    expect(problems.at(-1)?.text).toBe(
      `${path}: item 1 (Pod shop/new) has no metadata.uid: it is a manifest, not what the cluster runs; item 2 (Pod shop/b) is malformed; item 3 (an object without kind) has no kind. They are left out; write the file with kubectl get … -o json`,
    );
  });

  it('takes an old file for what cannot change, and says that it is old', async () => {
    write([rawPod()], AT);
    const { pods, problems } = await read(createFileSource(path), AT + 30 * DAY_MS);
    expect(pods.size).toBe(1);
    expect(problems[0]?.text).toContain('is of 2026-11-24T12:00:00Z');
  });
});
