import { expect, test } from "vitest";
import { sessionTitle } from "./session-limits";

test("no limit is unlimited, whatever number is kept for it", () => {
  const settings = { "speed-limit-down-enabled": false, "speed-limit-down": 0, seedRatioLimited: false };
  expect(sessionTitle([settings], "download", "kB/s")).toBe("As the session: unlimited");
  expect(sessionTitle([settings], "ratio", "")).toBe("As the session: unlimited");
});

test("the other speed limits count while they are turned on", () => {
  const settings = { "speed-limit-up-enabled": true, "speed-limit-up": 100, "alt-speed-up": 7 };
  expect(sessionTitle([settings], "upload", "kB/s")).toBe("As the session: 100 kB/s");
  expect(sessionTitle([{ ...settings, "alt-speed-enabled": true }], "upload", "kB/s")).toBe(
    "As the session: 7 kB/s",
  );
});

test("nothing is told that is not known, or in which daemons differ", () => {
  const settings = { "idle-seeding-limit-enabled": true, "idle-seeding-limit": 30 };
  expect(sessionTitle([settings, settings], "idle", "minutes")).toBe("As the session: 30 minutes");
  expect(sessionTitle([settings, { ...settings, "idle-seeding-limit": 5 }], "idle", "minutes")).toBe(
    "As the session",
  );
  expect(sessionTitle([settings, undefined], "idle", "minutes")).toBe("As the session");
  expect(sessionTitle([{}], "idle", "minutes")).toBe("As the session");
});
