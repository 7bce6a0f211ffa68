import type { SessionSettings } from "../protocol";

type Limit = number | "unlimited" | undefined;

const limitOf = (isLimited: boolean | undefined, limit: number | undefined): Limit =>
  isLimited === false ? "unlimited" : isLimited && limit;

/** What the session's settings say; undefined: they do not tell. */
const limits = {
  download: (settings: SessionSettings) =>
    settings["alt-speed-enabled"]
      ? settings["alt-speed-down"]
      : limitOf(settings["speed-limit-down-enabled"], settings["speed-limit-down"]),
  upload: (settings: SessionSettings) =>
    settings["alt-speed-enabled"]
      ? settings["alt-speed-up"]
      : limitOf(settings["speed-limit-up-enabled"], settings["speed-limit-up"]),
  ratio: (settings: SessionSettings) => limitOf(settings.seedRatioLimited, settings.seedRatioLimit),
  idle: (settings: SessionSettings) =>
    limitOf(settings["idle-seeding-limit-enabled"], settings["idle-seeding-limit"]),
};

/** "As the session", and what that is where the torrents' daemons tell it and agree. */
export function sessionTitle(
  settings: readonly (SessionSettings | undefined)[],
  limit: keyof typeof limits,
  unit: string,
): string {
  const [value, ...others] = new Set(settings.map((of) => of && limits[limit](of)));
  if (value === undefined || others.length > 0) return "As the session";
  return `As the session: ${value === "unlimited" || unit === "" ? value : `${value} ${unit}`}`;
}
