import { expect, test } from "vitest";
import { createPermissions } from "./permissions";

test("folders are those last told of the daemon", () => {
  const permissions = createPermissions();
  const state = { state: "up", since: 1 } as const;
  expect(permissions.roots("main")).toEqual([]);
  permissions.applySession({ daemons: { main: { ...state, roots: ["/srv/a", "/srv/b"] }, other: state } });
  permissions.applySession({ daemons: { main: { state: "down", since: 2 } } });
  expect(permissions.roots("main")).toEqual(["/srv/a", "/srv/b"]);
  expect(permissions.roots("other")).toEqual([]);
});
