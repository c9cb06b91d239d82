import { expect, it } from 'vitest';
import { ownValue } from './ownValue.ts';

it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'a record holds nothing under %s unless it was put there',
  (name) => {
    expect(ownValue<string>({ web: 'a' }, name)).toBeUndefined();
    expect(ownValue<string>(JSON.parse(`{"${name}":"mine"}`), name)).toBe('mine');
    expect(ownValue<string>({ web: 'a' }, 'web')).toBe('a');
  },
);
