import { expect, test } from "vitest";
import { commonLimits, limitChanges, type Limits } from "./limits";

const limits: Limits = {
  bandwidthPriority: 0,
  downloadLimit: 100,
  downloadLimited: false,
  uploadLimit: 100,
  uploadLimited: true,
  honorsSessionLimits: true,
  "peer-limit": 50,
  seedIdleLimit: 30,
  seedIdleMode: 0,
  seedRatioLimit: 2,
  seedRatioMode: 0,
};

test("values in which torrents differ are left out", () => {
  const { uploadLimit, seedRatioMode, ...same } = limits;
  expect(commonLimits([limits, { ...limits, uploadLimit: 7, seedRatioMode: 2 }])).toEqual(same);
});

test("only what was chosen and is not so already is set", () => {
  const common = commonLimits([limits, { ...limits, uploadLimit: 7 }]);
  expect(limitChanges(common, common)).toEqual({});
  const chosen = { ...common, downloadLimited: true, uploadLimit: undefined };
  expect(limitChanges(common, chosen)).toEqual({ downloadLimited: true });
  expect(limitChanges(common, { ...common, uploadLimit: 7 })).toEqual({ uploadLimit: 7 });
});
