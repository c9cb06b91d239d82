import { overContainers, type PostureCheck } from '../check.ts';

/** An image by `latest` or without a tag: nobody knows what runs after the next restart. */
export const unpinnedImage: PostureCheck = {
  id: 'image-unpinned',
  title: 'Image latest or without a tag',
  severity: 'medium',
  group: 'images',
  names: { kubescape: ['C-0075'], polaris: ['tagNotSpecified'], nsa: 'Supply chain' },
  run: (input) =>
    overContainers(
      input,
      ({ image }) => {
        if (image === null || image === '') return { unknown: 'the image is not known' };
        if (image.includes('@sha256:')) return null;
        // A colon before the last slash is a registry's port.
        const tag = /:([^:/]+)$/.exec(image)?.[1];
        if (tag === undefined) return 'its image has no tag';
        return tag === 'latest' ? 'its image is tagged latest' : null;
      },
      { init: true },
    ),
};
