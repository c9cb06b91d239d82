import { expect, it } from 'vitest';
import {
  goodContainer,
  goodInput,
  goodPod,
  goodSpec,
} from '../../../../test/support/posture/posture.ts';
import { CHECKS } from './index.ts';
import { writableRoot } from './writableRoot.ts';

it('fails where the root file system can be written to', () => {
  const outcomes = [true, false].map((readOnlyRootFilesystem) => {
    const spec = goodSpec({ readOnlyRootFilesystem });
    const input = goodInput({ pods: [goodPod({ containers: [goodContainer({ spec })] })] });
    return writableRoot.run(input).map(({ outcome }) => outcome);
  });
  expect(outcomes).toEqual([['passed'], ['failed']]);
  expect(CHECKS).toContain(writableRoot);
});
