// Random choices that can be made again.

// A small generator of numbers below 1 (mulberry32): the same ones for the same seed.
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// What a run is to use and to print: that of an environment variable, or another one each time.
export const seedFrom = (variable) => Number(process.env[variable] || Date.now() % 2 ** 32);
