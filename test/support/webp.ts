import type { Browser } from 'playwright-core';

/** A PNG as WebP, which Chromium writes at a quarter of its size. */
export async function toWebp(chromium: Browser, png: Buffer): Promise<Buffer> {
  const blank = await chromium.newPage();
  const webp = await blank.evaluate(`(async () => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,${png.toString('base64')}')).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 });
    return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
  })()`);
  await blank.close();
  return Buffer.from(String(webp), 'base64');
}
