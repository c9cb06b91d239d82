import type { Signal } from '../signal.ts';

/**
 * Named like a part of Kubernetes, from somebody else's registry (seen: `kubernetesio/kube-controller`
 * in kube-system, a DaemonSet `proxy-api` of `pauseyyf/pause`). Full strength only when it is new:
 * mirrors of the real thing are everywhere.
 */
export const systemLikeName: Signal = {
  name: 'system-like-name',
  family: 'spec',
  unit: 'name',
  measure({ indicators, normal, thresholds }) {
    const { disguise } = indicators;
    return {
      value: disguise,
      threshold: null,
      strength: disguise === null ? 0 : normal.isDeployed ? 1 : thresholds.points.weak,
      text:
        disguise === null
          ? 'Not named like a Kubernetes component, or from its registry'
          : `Named like ${disguise}, but its image comes from another registry`,
    };
  },
};
