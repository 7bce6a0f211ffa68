// What a case comes to: a run that throws has failed, one that returns one of these is not strict.

// Allowed by the letter, or harmless, but not what a strict server does.
export const nonStrict = (reason) => ({ verdict: 'non-strict', reason });

export function demand(condition, reason) {
  if (!condition) throw new Error(reason);
}
