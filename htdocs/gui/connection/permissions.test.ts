import { expect, test } from "vitest";
import { createPermissions } from "./permissions";

test("administrators are who the server says", () => {
  for (const [role, isAdmin] of [
    ["admin", true],
    ["user", false],
    [undefined, false],
  ] as const) {
    expect(createPermissions({ role: () => role }).isAdmin()).toBe(isAdmin);
  }
});

test("folders are those last told of the daemon", () => {
  const permissions = createPermissions({ role: () => "user" });
  const state = { state: "up", since: 1 } as const;
  expect(permissions.roots("main")).toEqual([]);
  permissions.applySession({ daemons: { main: { ...state, roots: ["/srv/a", "/srv/b"] }, other: state } });
  permissions.applySession({ daemons: { main: { state: "down", since: 2 } } });
  expect(permissions.roots("main")).toEqual(["/srv/a", "/srv/b"]);
  expect(permissions.roots("other")).toEqual([]);
});
