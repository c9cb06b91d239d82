import { describe, expect, it } from 'vitest';
import { repositoryOf } from './podSpec.ts';

describe('the repository of an image', () => {
  it.each([
    ['nginx', 'nginx'],
    ['nginx:1.27', 'nginx'],
    ['localhost:5000/a/b', 'localhost:5000/a/b'],
    ['localhost:5000/a/b:v1@sha256:00', 'localhost:5000/a/b'],
  ])('of %s is %s', (image, repository) => {
    expect(repositoryOf(image)).toBe(repository);
  });
});
