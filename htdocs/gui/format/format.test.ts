import { describe, expect, test } from "vitest";
import { formatBytes, formatSpeed } from "./bytes";
import { formatDuration, formatEta, formatSince } from "./duration";
import { formatPercent, formatRatio } from "./ratio";

describe("sizes and speeds", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [1234, "1.23 kB"],
    [99_949, "99.9 kB"],
    [99_950, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [4_700_000_000, "4.70 GB"],
    [2 ** 53, "9.01 PB"],
  ])("%d bytes", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test("speed", () => expect(formatSpeed(1_500_000)).toBe("1.50 MB/s"));
});

describe("durations", () => {
  test.each([
    [-3, "0s"],
    [0, "0s"],
    [59.9, "59s"],
    [60, "1m"],
    [61, "1m 01s"],
    [7500, "2h 05m"],
    [86_400, "1d"],
    [400 * 86_400, "1y 35d"],
  ])("%d seconds", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test("an eta that is no number of seconds is never shown as one", () => {
    expect(formatEta(-1)).toBe("n.a.");
    expect(formatEta(-2)).toBe("unknown");
    expect(formatEta(0)).toBe("0s");
    expect(formatEta(90)).toBe("1m 30s");
  });

  test("an eta has seconds in its last ten minutes", () => {
    expect(formatEta(599)).toBe("9m 59s");
    expect(formatEta(600)).toBe("10m");
    expect(formatEta(2159)).toBe("35m");
    expect(formatEta(7500)).toBe("2h 05m");
  });

  test("a time of another day has its date", () => {
    const since = new Date(2016, 9, 2, 14, 30, 5);
    expect(formatSince(since.getTime() / 1000, new Date(2016, 9, 2, 18))).toBe("14:30:05");
    expect(formatSince(since.getTime() / 1000, new Date(2016, 9, 3, 1))).toBe("2 Oct 14:30:05");
  });
});

describe("fractions", () => {
  test.each([
    [-1, "n.a."],
    [-2, "∞"],
    [0, "0.00"],
    [1.256, "1.26"],
    [12.34, "12.3"],
    [321.6, "322"],
  ])("ratio %d", (ratio, text) => expect(formatRatio(ratio)).toBe(text));

  test.each([
    [0, "0.0 %"],
    [0.283, "28.3 %"],
    [0.29, "29.0 %"],
    [0.99999, "99.9 %"],
    [1, "100 %"],
  ])("%d of the whole", (fraction, text) => expect(formatPercent(fraction)).toBe(text));
});
