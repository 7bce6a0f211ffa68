/** A torrent's `uploadRatio`: -1 is not available, -2 is infinite (uploaded without downloading). */
export function formatRatio(ratio: number): string {
  if (ratio === -1) return "n.a.";
  if (ratio < 0) return "∞";
  return ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
}

/** A fraction as a percentage. Rounded down, so that nothing unfinished reads as 100 %. */
export function formatPercent(fraction: number): string {
  const tenths = Math.floor(fraction * 1000 + 1e-6) / 10;
  return `${tenths >= 100 ? 100 : tenths.toFixed(1)} %`;
}
